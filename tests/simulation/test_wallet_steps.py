"""Killed at every step: each story once for every place where it can be cut, and again while it recovers from that.

Between two facts of the books the same step may come many times, as looking at a payment nobody makes does; it is cut where
it comes first and last. In passing a sample of the places is cut; `MINGA_SEEDS=1000` (`make seeds`) cuts every one, and many
recoveries at several of their steps.
"""

import os
import random
from pathlib import Path

import pytest
from wallet_stories import STORIES, asks, pays, played, suffers, waits, worth_a_cut
from wallet_town import stocked
from wallet_wire import HOUR_MS

SEEDS = int(os.environ.get("MINGA_SEEDS", "50"))
ONCE, TWICE, NEXT = (5, 1, 1) if SEEDS < 1_000 else (1_000, 40, 2)
"""How many places of a story are cut, how many of those again, and at how many later steps each."""
SOON = 12
"""The second cut comes within so many steps."""


@pytest.mark.timeout(600 if SEEDS < 1_000 else 0)
@pytest.mark.parametrize("name", STORIES)
def test_killed_at_every_step(name: str, memory: Path, blank: Path) -> None:
    """Wherever the controller or the power is cut, the story ends with every cent where it belongs."""
    books = stocked(memory, blank)
    places = worth_a_cut(played(name, memory, books))
    assert len(places) > 20, "a story that cannot be cut tells nothing"
    for place in sorted(random.Random(name).sample(places, min(ONCE, len(places)))):
        played(name, memory, books, (place,), seed=place)


@pytest.mark.timeout(600 if SEEDS < 1_000 else 0)
@pytest.mark.parametrize("name", STORIES)
def test_killed_again_while_it_recovers(name: str, memory: Path, blank: Path) -> None:
    """A second cut among the first steps after the first one breaks nothing either."""
    books, chance = stocked(memory, blank), random.Random(name)
    places = worth_a_cut(played(name, memory, books))
    for place in chance.sample(places, min(TWICE, len(places))):
        for later in chance.sample(range(1, SOON + 1), NEXT):
            played(name, memory, books, (place, place + later), seed=place)


def test_a_charge_was_taken_away_and_its_payment_became_known_an_hour_later(
    memory: Path, blank: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """She paid in time, her provider says `REMOVIDA` until it knows: her money goes back all the same."""
    late = (suffers("pix", late_ms=HOUR_MS), asks("pix", "A3"), pays(), waits(2 * HOUR_MS))
    monkeypatch.setitem(STORIES, "known an hour later", late)
    played("known an hour later", memory, stocked(memory, blank))
