"""What a sale costs the disk (G4): commits a second beside the bare disk and bare SQLite, and how often it is waited for.

Measured on this machine's own disk, and on one that is slower by 5 and by 20 ms a sync, which models an SD card's waiting:
there the program's own time hardly counts, and the number of syncs is everything.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.effort import Effort
from bench.sales import COMMITS
from bench.slowdisk import library
from bench.table import CheckFailed, Rounds, Row, rate

ROOT = Path(__file__).resolve().parents[1]
SD_CARDS_US = (5_000, 20_000)
SLOW_SALES = 16
LEAST = 0.65
"""G4's limit for a commit that also keeps running totals."""
Round = dict[str, float]


def measure(effort: Effort) -> list[Row]:
    counter = library()
    here = _played(effort.rounds + 1, effort.sales, counter, 0)
    rows = _rows("", here, effort.sales)
    if counter is None:
        return [*rows, Row("G4", "disk syncs a sale", "not counted: no C compiler")]
    sales = min(SLOW_SALES, effort.sales)
    for slower_us in SD_CARDS_US:
        played = _played(effort.rounds + 1, sales, counter, slower_us)
        rows += _rows(f", a sync {slower_us // 1000} ms slower", played, sales)
    return [*rows, _syncs(here, effort.sales, rows[0].checked)]


def _played(rounds: int, sales: int, counter: Path | None, slower_us: int) -> list[Round]:
    more = {"LD_PRELOAD": str(counter), "SLOWSYNC_US": str(slower_us)} if counter else {}
    command = [sys.executable, "-m", "bench.sales", str(rounds), str(sales)]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | more, capture_output=True, text=True)
    if done.returncode:
        raise CheckFailed(f"the sales do not add up: {done.stderr.strip()[-400:]}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def _rows(where: str, rounds: Sequence[Round], sales: int) -> list[Row]:
    commits = sales * COMMITS
    checked = f"{len(rounds)} × {sales} sales{where}: as many in the books, every cent there, the chain verifies"
    return [
        _row("G4", f"sale commits a second{where}", rounds, "disk_s", "bare disk, 4 KiB overwrite", commits, checked),
        _row(
            "", f"  … beside SQLite alone, same pragmas{where}", rounds, "sqlite_s", "1 row a commit", commits, checked
        ),
    ]


def _row(goal: str, metric: str, played: Sequence[Round], floor: str, name: str, commits: int, checked: str) -> Row:
    rounds = Rounds()
    for one in played:
        rounds.add([commits / one["minga_s"]], [commits / one[floor]])
    limit, ok = (f"≥ {LEAST}×", rounds.ratio >= LEAST) if goal else ("", None)
    ours, theirs = (rate(sum(values) / len(values)) for values in (rounds.subject, rounds.floor))
    return Row(goal, metric, ours, f"{name} {theirs}", rounds.ratio, rounds.spread, limit, ok, checked)


def _syncs(rounds: Sequence[Round], sales: int, checked: str) -> Row:
    syncs = sum(one["syncs"] for one in rounds) / (len(rounds) * sales)
    return Row(
        "G4", "disk syncs a sale", f"{syncs:.2f}", "one a commit 2", syncs / COMMITS, "", "≤ 2", syncs <= 2, checked
    )
