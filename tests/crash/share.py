"""How much each rig does: a share that fits every test run, or as much as somebody wants, on every core.

`MINGA_CRASH_RUNS` is the least number of kills at steps and of power cuts in memory; rigs that need strace or a real disk
for each run do a part of it, a fifth or a twenty-fifth. `MINGA_SEED` is the seed they start at. Each seed that was played is
logged, so a wide run can be watched with `--log-cli-level=INFO` and repeated from any seed.
"""

import itertools
import logging
import os
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from multiprocessing import get_context

PATIENCE_S = 0 if "MINGA_CRASH_RUNS" in os.environ else 600
"""A rig that hangs is a failure; only a wide run may take as long as it likes."""
log = logging.getLogger("minga.crash")
DONE: list[str] = []
"""What was done in this test, for the summary at the end of the test run."""


@dataclass
class Tally:
    """Runs by kind, and everything that was wrong in them, each with what repeats it."""

    runs: Counter[str] = field(default_factory=Counter)
    wrongs: list[str] = field(default_factory=list)
    lived: int = 0
    """How many runs were lived to the end where equal ones need it only once; 0 where all were."""

    seeds: int = 0

    def expected(self, more_seeds: int) -> int:
        """How many runs there will be when so many more seeds are through, if they are like those before."""
        return self.runs.total() * (self.seeds + more_seeds) // max(1, self.seeds)

    def add(self, other: "Tally") -> None:
        self.seeds += 1
        self.runs += other.runs
        self.lived += other.lived
        self.wrongs += other.wrongs


def runs(usual: int, part: int = 1) -> int:
    """How many runs are wanted of a rig that usually does this many, and in a wide run one in `part`."""
    return max(usual, int(os.environ.get("MINGA_CRASH_RUNS", 0)) // part)


def play(title: str, work: Callable[[int], Tally], wanted: int, start: Callable[[], None] | None = None) -> Tally:
    """Play seed after seed until `wanted` runs are done: the first alone, which tells how many more it takes, the rest on
    every core. Raises AssertionError at the first violation.
    """
    seeds = itertools.count(int(os.environ.get("MINGA_SEED", 1)))
    tally, at_work, began_s = Tally(), dict[Future[Tally], int](), time.monotonic()
    cores = os.cpu_count() or 1
    with ProcessPoolExecutor(cores, get_context("fork"), start) as pool:
        while at_work or tally.runs.total() < wanted:
            while len(at_work) < (cores if tally.seeds else 1) and tally.expected(len(at_work)) < wanted:
                seed = next(seeds)
                at_work[pool.submit(work, seed)] = seed
            for done in wait(at_work, return_when=FIRST_COMPLETED).done:
                seed, its = at_work.pop(done), done.result()
                tally.add(its)
                log.info("%s: seed %d: %s", title, seed, dict(its.runs))
                assert not its.wrongs, "\n".join([f"{title}: {len(its.wrongs)} violations", *its.wrongs[:10]])
    kinds = ", ".join(f"{number:,} {kind}" for kind, number in tally.runs.items())
    distinct = f"; {tally.lived:,} distinct ones lived to the end" if tally.lived else ""
    pace = f"{tally.runs.total() / (time.monotonic() - began_s):.0f} a second"
    DONE.append(f"{title}: {tally.runs.total():,} runs, {pace}, 0 violations ({kinds}{distinct})")
    return tally
