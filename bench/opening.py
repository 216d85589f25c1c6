"""Opens the books that a kill has left behind, in a process of its own, and dies as it was born: without closing them.

`python -m bench.opening sqlite|minga DATABASE` prints one JSON object with seconds; the controller's imports are not counted.
Left open, the log is as the kill left it for whoever comes next, so that both ways find the same work to do.
"""

import json
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TypeVar

import controller.app  # noqa: F401 - what a start has imported before it opens the books
from controller.domain.facts import Booted
from controller.ledger.connection import open_writer
from controller.ledger.integrity import tail
from controller.ledger.journal import Journal, Stamp

Thing = TypeVar("Thing")
Times = dict[str, float]


def sqlite_alone(path: Path) -> Times:
    """SQLite with the same pragmas: open, the newest fact, and one row committed."""
    began_s = perf_counter()
    db = open_writer(path)
    db.execute("SELECT seq, hash FROM facts ORDER BY seq DESC LIMIT 1").fetchone()
    db.execute(
        "INSERT OR REPLACE INTO machine VALUES ('bench', ?)", [str(perf_counter())]
    )  # the same value would write nothing
    return {"books_s": perf_counter() - began_s}


def minga(path: Path) -> Times:
    """The journal: open, load and write the start down; at first with what Python makes once a process, then without.

    Between the two, the glance at the newest facts, also twice.
    """
    first_s, first = _timed(partial(_started, path))
    first_glance_s, wrong = _timed(partial(tail, first.db))
    glance_s, _ = _timed(partial(tail, first.db))
    books_s, _ = _timed(partial(_started, path))
    assert wrong is None, wrong
    return {"first_s": first_s, "first_glance_s": first_glance_s, "glance_s": glance_s, "books_s": books_s}


def _started(path: Path) -> Journal:
    journal = Journal(path)
    boot_id = journal.boots() + 1
    journal.append(Stamp(boot_id, 1, 1, False), journal.cycle, [Booted(boot_id, "bench")])
    return journal


def _timed(act: Callable[[], Thing]) -> tuple[float, Thing]:
    began_s = perf_counter()
    thing = act()
    return perf_counter() - began_s, thing


WAYS: dict[str, Callable[[Path], Times]] = {"sqlite": sqlite_alone, "minga": minga}

if __name__ == "__main__":
    print(json.dumps(WAYS[sys.argv[1]](Path(sys.argv[2]))), flush=True)
    os._exit(0)
