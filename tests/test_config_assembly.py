"""The assembly's section of the configuration: statutes written as people say them, and what is left out stays usual."""

from pathlib import Path

import pytest

from controller.config import load
from controller.domain.statutes import MAJORITY, Statutes
from controller.errors import ConfigError

MACHINE = '[machine]\nname = "quito-museo-1"\n[assembly]\n'


def written(folder: Path, lines: str) -> Path:
    file = folder / "minga.toml"
    file.write_text(MACHINE + lines)
    return file


def test_without_a_word_the_usual_statutes_hold(tmp_path: Path) -> None:
    """Those that the docs tell."""
    assert load(written(tmp_path, "")).assembly.statutes == Statutes()


def test_one_majority_changes_one_kind(tmp_path: Path) -> None:
    """Every other kind, and every other work, keeps its own."""
    lines = 'quorum = "2/3"\nmajority = { split = "3/4" }\nturn_days = { count = 0 }\nopen_days = 3\nnotice_days = 0\n'
    statutes = load(written(tmp_path, lines)).assembly.statutes
    assert dict(statutes.majority) == {**MAJORITY, "split": "3/4"}
    assert dict(statutes.turn_days) == {"restock": 3, "count": 0, "repair": 30}
    assert (statutes.quorum_of(4), statutes.open_days, statutes.notice_days) == (3, 3, 0)


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        ('quorum = "50%"', "1/2 or 2/3"),
        ('quorum = "3/2"', "1/2 or 2/3"),
        ('majority = { party = "1/2" }', "party"),
        ('majority = { split = "most" }', "most"),
        ("turn_days = { dance = 3 }", "dance"),
        ("turn_days = { count = -1 }", "turn_days"),
        ("open_days = 0", "open_days"),
    ],
)
def test_what_is_no_statute_is_named(tmp_path: Path, lines: str, named: str) -> None:
    """The machine does not start with statutes nobody could vote by, and says which word is wrong."""
    with pytest.raises(ConfigError, match=named):
        load(written(tmp_path, lines))
