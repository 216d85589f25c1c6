"""A year of bad luck in a minute: the real brain and books under chance, faults and power cuts, judged from outside.

`MINGA_SEEDS=5000 pytest tests/simulation` plays more; `MINGA_SEED=17` replays one.
"""

import os
from pathlib import Path

import pytest
from oracle import Violation, check
from town import Town

SEEDS = int(os.environ.get("MINGA_SEEDS", "50"))
ONE = os.environ.get("MINGA_SEED")


def play(seed: int, folder: Path, blank: Path) -> Town:
    town = Town(seed, folder, blank)
    town.run()
    check(town)
    town.brain.journal.close()
    return town


@pytest.mark.timeout(600 if SEEDS < 1_000 else 0)
def test_no_cent_is_lost_in_any_town(memory: Path, blank: Path) -> None:
    """Whatever visitors, faults and power cuts do, the oracle finds the books true, seed after seed."""
    seeds = [int(ONE)] if ONE else range(SEEDS)
    sales = cuts = 0
    for seed in seeds:
        town = play(seed, memory, blank)
        sales, cuts = sales + len(town.truth.fell), cuts + town.truth.cuts
        town.path.unlink()
    assert sales > len(seeds)
    assert ONE or cuts > len(seeds)


def test_a_town_replays_from_its_seed(memory: Path, blank: Path) -> None:
    """The same seed gives the same story, fact by fact, so that a failure can be looked at again."""
    (memory / "once").mkdir()
    (memory / "again").mkdir()
    once, again = Town(11, memory / "once", blank), Town(11, memory / "again", blank)
    for town in (once, again):
        town.run()
    assert once.facts() == again.facts()


def test_a_violation_names_its_seed(memory: Path, blank: Path) -> None:
    """A coin that nobody booked is found, and the message says which seed to replay."""
    town = Town(5, memory, blank)
    town.run()
    town.truth.inserted_cents += 25
    with pytest.raises(Violation, match="seed 5: inserted"):
        check(town)
