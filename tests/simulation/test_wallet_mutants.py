"""Planted bugs around money by phone: each must be caught by the stories, the storms, or a story cut at every step.

A simulation that finds nothing proves nothing until it has shown what it would find.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import wallet_bugs
from test_wallet_town import play
from visit_bugs import Plant
from wallet_oracle import check
from wallet_stories import STORIES, played, worth_a_cut
from wallet_town import stocked

pytestmark = pytest.mark.wide

SEEDS = 20
SEEN_IN = {
    "forget_the_number_of_a_refund": 14,
    "forget_reversals_at_a_restart": 14,
    "give_back_twice": 11,
    "go_on_waiting_after_a_restart": 2,
}
"""The storm that found each of these, which no story shows: it is played first. Where it finds nothing any more, all is."""


@pytest.mark.parametrize("plant", wallet_bugs.BUGS, ids=lambda plant: plant.__name__)
def test_a_planted_bug_is_caught(plant: Plant, monkeypatch: pytest.MonkeyPatch, memory: Path, blank: Path) -> None:
    """The oracle, or the program's own assertions, object to this bug."""
    books = stocked(memory, blank)
    plant(monkeypatch)
    where = "nowhere"
    try:
        for where in _everywhere(memory, books, SEEN_IN.get(plant.__name__)):  # noqa: B007
            pass
    except (AssertionError, sqlite3.IntegrityError, KeyError, ValueError) as caught:
        print(f"{plant.__name__}: caught after {where}: {caught}")
        return
    pytest.fail(f"{plant.__name__} survived")


def _everywhere(memory: Path, books: Path, first: int | None) -> Iterator[str]:
    """Play all there is, the seed `first` and then the shortest first; each name is of what was survived."""
    if first is not None:
        yield _storm(first, memory, books)
    for name in STORIES:
        played(name, memory, books)
        yield name
    for seed in range(SEEDS):
        yield _storm(seed, memory, books)
    for name in STORIES:
        for place in worth_a_cut(played(name, memory, books)):
            played(name, memory, books, (place,), seed=place)
            yield f"{name}, cut at {place}"


def _storm(seed: int, memory: Path, books: Path) -> str:
    people = play(seed, memory, books)
    check(people.town, people.vouchers)
    people.town.close()
    return f"seed {seed}"
