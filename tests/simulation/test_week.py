"""Seven days of three machines under a virtual clock, with all faults on; the oracle looks at each of them every morning.

Each day has its opening, its visitors, its refills, counts and payments, its closing and its nightly backup. Here it is a
quiet museum; `MINGA_SEEDS=5000 pytest tests/simulation` brings a crowd, for several weeks.
"""

import os
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from oracle import check
from town import LULL, MUSEUM, Town
from truth import ALL_FAULTS, policy

from controller.domain.cycle import Phase
from controller.domain.shop import Unreturnable
from controller.ledger import reports
from controller.ledger.backup import back_up
from controller.ledger.connection import open_readonly

DAYS = 7
OPEN_MS = 8 * 3_600_000 + 1_800_000
SEEDS = int(os.environ.get("MINGA_SEEDS", "50"))
ACTS, WEEKS = (400, SEEDS // 1_000) if SEEDS >= 1_000 else (60, 1)
"""What happens on one machine in a day, and how many weeks are played."""


def machine(seed: int, unreturnable: Unreturnable, folder: Path, blank: Path) -> Town:
    """One of the three, just unpacked and filled; each has another policy about coins it could not give back."""
    town = Town(seed, folder, blank, MUSEUM)
    town.storm.rates, town.policy, town.lull_ms = ALL_FAULTS, policy(unreturnable), int(OPEN_MS / ACTS / LULL)
    town.acts[town.sleep_over] = 0
    town.restart()
    town.office.stock()
    return town


def one_day(town: Town, stick: Path) -> None:
    """From opening to the next opening."""
    town.act_up(ACTS)
    town.clock.set_right()
    town.plug_in()
    town.clock.go_to(17, 31)
    town.settle_down()
    assert not town.hardware.accepting, f"seed {town.seed} takes coins after closing"
    assert town.brain.cycle.phase is Phase.IDLE
    town.clock.go_to(2)
    town.tick()
    backup = back_up(town.path, stick, f"museo-{town.seed}", town.clock.wall_ms())
    with closing(open_readonly(backup.file)) as copy:
        assert reports.totals(copy) == reports.totals(town.brain.journal.db)
    town.calm_down()
    check(town)


@pytest.mark.timeout(0 if WEEKS > 1 else 300)
@pytest.mark.parametrize("week", range(1, WEEKS + 1))
def test_three_machines_live_through_a_week_of_all_faults(week: int, memory: Path, blank: Path) -> None:
    """Each of them comes through each night, and every morning the books, the cash and the days are right."""
    sticks = memory / "sticks"
    sticks.mkdir()
    towns = [machine(10 * week + n, policy, memory, blank) for n, policy in enumerate(Unreturnable)]
    for _ in range(DAYS):
        for town in towns:
            one_day(town, sticks)
    assert sum(town.truth.cuts for town in towns) > DAYS
    days = [day for town in towns for day in reports.sales_by_day(town.brain.journal.db, date.min, date.max)]
    assert len(days) > 2 * DAYS
    for town in towns:
        town.brain.journal.close()
