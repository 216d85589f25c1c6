"""Planted bugs: each is a mistake somebody really makes with money, and each must be caught by the oracle.

This is the guard against a simulation that passes because it looks at nothing. A mutant replaces one rule; the towns are
played until the oracle, or an assertion of the program itself, objects. One that survives fails its test.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import cash_bugs
import pytest
import visit_bugs
from oracle import check
from town import Town
from visit_bugs import Plant

from controller.domain import catalog

SEEDS = 100


@pytest.fixture(autouse=True)
def forgotten_shares() -> Iterator[None]:
    """Shares are remembered; what a mutant made of them must not outlive it."""
    catalog._shares.cache_clear()
    yield
    catalog._shares.cache_clear()


@pytest.mark.parametrize("plant", visit_bugs.BUGS + cash_bugs.BUGS, ids=lambda plant: plant.__name__)
def test_a_planted_bug_is_caught(plant: Plant, monkeypatch: pytest.MonkeyPatch, memory: Path, blank: Path) -> None:
    """The oracle, or the program's own assertions, object to this bug within a few towns."""
    plant(monkeypatch)
    for seed in range(SEEDS):
        town = None
        try:
            town = Town(seed, memory, blank)
            town.run()
            check(town)
        except (AssertionError, sqlite3.IntegrityError, KeyError) as caught:
            print(f"{plant.__name__}: caught in town {seed}: {caught}")
            return
    pytest.fail(f"{plant.__name__} survived {SEEDS} towns")
