"""`minga hub` for people: a folder to begin with, how each machine stands, what was refused, and the proof of the whole."""

import json
import re
from pathlib import Path

import pytest
from labbooks import AT_MS, MACHINE, Books
from typer.testing import CliRunner

from controller.errors import ConfigError, MingaError
from controller.protocols.sync.letter import written
from lab.cli import hub
from lab.config import keys, load
from lab.store import opened
from lab.store.base import Arrival
from lab.store.schema import for_postgres, made_in_postgres

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A lab that knows a whole machine, one with a gap, and one whose old database was put back."""
    minga("init", str(tmp_path))
    whole, gap, forked = Books(MACHINE), Books("casa-2"), Books("patio-3")
    for books in (whole, gap, forked):
        books.sell(30)
    copied = forked.copy(20, teller="-again")
    copied.sell(4)
    letters = [*whole.post(), *gap.post(1, 10), *gap.post(21), *forked.post(), *copied.post(21)]
    store = opened(load(tmp_path / "hub.toml").store)
    store.take([Arrival(letter.machine, "ev", "batch", written(letter), AT_MS) for letter in letters])
    store.close()
    return tmp_path


def minga(*words: str, status: int = 0) -> str:
    """What `minga hub …` prints."""
    done = CliRunner().invoke(hub, words)
    if isinstance(done.exception, MingaError):
        raise done.exception
    assert done.exit_code == status, done.output
    return done.output


def test_status_says_what_is_missing_and_what_was_refused(folder: Path) -> None:
    """One line a machine, with the numbers that are missing and where to look."""
    lines = minga("status", "--config", str(folder / "hub.toml")).splitlines()
    heard = "heard 2026-11-22 17:05:41 UTC"
    assert [line for line in lines if "casa-2" in line] == [
        f"casa-2: {heard}, facts 1 to 10 of epoch 1; MISSING 11 to 20, waited for by 1 message; refused: 0"
    ]
    assert f"{MACHINE}: {heard}, facts 1 to 30 of epoch 1; none missing; refused: 0" in lines
    assert any("refused: 1 (1 not looked at: `minga hub strays`)" in line for line in lines)


def test_strays_are_listed_until_somebody_has_looked(folder: Path) -> None:
    """The list says what, when and why; once seen, a refusal is no news."""
    file = str(folder / "hub.toml")
    assert "patio-3: facts 21 to 24 of epoch 1" in minga("strays", "--config", file)
    assert "new)" in minga("strays", "patio-3", "--seen", "--config", file)
    assert "new)" not in minga("strays", "--config", file)
    told = json.loads(minga("strays", "--json", "--config", file))["strays"]
    assert [(one["machine"], one["why"], one["is_seen"]) for one in told] == [("patio-3", "reused", True)]


def test_verify_proves_the_whole_or_ends_with_an_error(folder: Path) -> None:
    """Every hash follows and no number is missing; a changed byte ends the command with status 1."""
    file = str(folder / "hub.toml")
    assert f"{MACHINE}: whole: 30 facts, 1 to 30, no gap" in minga("verify", MACHINE, "--config", file)
    with opened(load(folder / "hub.toml").store).changing(MACHINE) as changing:
        changing.run("UPDATE facts SET body = '{}' WHERE machine = ? AND seq = 30", MACHINE)
    assert "NOT WHOLE: 0 facts missing, 1 that do not follow" in minga("verify", "--config", file, status=1)


def test_a_machine_that_was_never_heard_is_named(folder: Path) -> None:
    """The answer to a wrong name is the names that are known."""
    with pytest.raises(MingaError, match="'museo-9' was never heard here; known are: casa-2, museo-1, patio-3"):
        minga("verify", "museo-9", "--config", str(folder / "hub.toml"))


def test_init_never_overwrites(tmp_path: Path) -> None:
    """Called again it keeps the configuration and every fact."""
    minga("init", str(tmp_path))
    (tmp_path / "hub.toml").write_text('name = "sol"\nstore = "sol.db"\n')
    assert "sol.db" in minga("init", str(tmp_path))
    assert load(tmp_path / "hub.toml").name == "sol"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('stor = "x.db"', "`stor` is not a key; did you mean `store`?"),
        ('broker = "lab.example"', "write it like mqtts://broker.lab.example"),
        ('broker = "mqtt://lab.example"', "to another computer it must begin with mqtts://"),
        ('group = "hubs"', "`store` must begin with postgresql://"),
        ('password_file = "secret"', "`password_file` needs `user`"),
        ('cert_file = "hub.crt"', "`cert_file` and `key_file` go together"),
        ("name = ", "this is not TOML"),
    ],
)
def test_a_wrong_configuration_says_what_would_be_right(tmp_path: Path, line: str, told: str) -> None:
    """File, key and the way out stand in one sentence."""
    file = tmp_path / "hub.toml"
    file.write_text(line + "\n")
    with pytest.raises(ConfigError, match=re.escape(told)) as failed:
        load(file)
    assert str(file) in str(failed.value)


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address with a password need not stand in a file."""
    (tmp_path / "hub.toml").write_text('store = "lab.db"\n')
    monkeypatch.setenv("MINGA_LAB_STORE", "postgresql://minga:anaconda@db/lab")
    assert load(tmp_path / "hub.toml").store == "postgresql://minga:anaconda@db/lab"


@pytest.mark.parametrize("key", list(keys()))
def test_every_key_of_the_hub_is_explained(key: str) -> None:
    """docs/hub.md has one row for each, with its true default."""
    default = keys()[key]
    shown = "not set" if default is None else f"`{json.dumps(default)}`"
    rows = [line for line in (DOCS / "hub.md").read_text().splitlines() if line.startswith(f"| `{key}` | {shown} | ")]
    assert len(rows) == 1, f"docs/hub.md needs one row that starts with | `{key}` | {shown} |"


def test_sql_is_the_same_in_both() -> None:
    """Marks for values and types of columns become PostgreSQL's; what stands in quotes is left alone."""
    assert (
        for_postgres("SELECT '?', a FROM t WHERE b LIKE '%x' AND c = ?")
        == "SELECT '?', a FROM t WHERE b LIKE '%%x' AND c = %s"
    )
    made = made_in_postgres("CREATE TABLE t (a INTEGER, b BLOB, PRIMARY KEY (a)) STRICT, WITHOUT ROWID")
    assert made == "CREATE TABLE t (a BIGINT, b BYTEA, PRIMARY KEY (a))"
