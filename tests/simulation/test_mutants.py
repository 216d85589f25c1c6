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

pytestmark = pytest.mark.wide

SEEDS = 100
SEEN_IN = {
    "keep_the_price_of_a_failed_vend": 3,
    "believe_any_drop": 5,
    "refund_every_doubt": 1,
    "sell_every_doubt": 11,
    "act_before_writing": 4,
    "commit_the_counter_first": 1,
    "split_with_floats": 4,
    "retry_without_end": 5,
    "sell_what_a_blind_sensor_refused": 5,
    "swallow_what_the_hopper_cannot_pay": 1,
    "pay_again_after_a_restart": 1,
    "forget_the_coin_too_many": 11,
    "book_a_doubtful_payout_as_paid": 5,
    "say_nothing_of_hidden_coins": 5,
    "take_a_sale_back_twice": 5,
    "hide_the_difference_of_a_count": 5,
    "count_a_hopper_while_it_pays": 7,
    "take_coins_in_doubt_from_a_counted_hopper": 19,
    "rewrite_rows_when_the_clock_is_set": 1,
    "believe_the_first_clock": 1,
    "trust_every_clock": 1,
}
"""The town that found each of these when it was looked at, where it was not the first: it is played before all others. Where
towns have changed since, that costs the time of one town; the bug is looked for in all of them as before."""


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
    for seed in sorted(range(SEEDS), key=lambda seed: seed != SEEN_IN.get(plant.__name__, 0)):
        town = None
        try:
            town = Town(seed, memory, blank)
            town.run()
            check(town)
        except (AssertionError, sqlite3.IntegrityError, KeyError) as caught:
            print(f"{plant.__name__}: caught in town {seed}: {caught}")
            return
    pytest.fail(f"{plant.__name__} survived {SEEDS} towns")
