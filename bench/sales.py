"""Sells without devices, as fast as the disk lets it: the real brain and books, beside the bare disk and bare SQLite.

`python -m bench.sales ROUNDS SALES` prints one JSON object a round. It is a process of its own, so that its disk can be
counted and slowed down from outside (`floors/slowsync.c`). A sale is two commits: the intent and the outcome.
"""

import contextlib
import ctypes
import json
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.floor import Disk
from bench.machine import BOOKS, BUTTONS, CONTENT, PRICE_CENTS
from controller.brain import Brain
from controller.clock import Clock
from controller.commands.catalogue import wishes
from controller.domain import effects as do
from controller.domain.catalog import SlotId
from controller.domain.events import CoinsSeen, ItemDropped, SlotChosen
from controller.domain.stocking import CountSlot
from controller.inbox import Asked
from controller.ledger import reports
from controller.ledger.connection import WANTED, open_readonly
from controller.ledger.journal import Journal
from controller.ledger.schema import create
from controller.ledger.verify import verify
from controller.setting import Setting

COMMITS = 2
"""Per sale."""
SLOTS = [SlotId(slot) for slot in BUTTONS]


class Stall:
    """A stocked machine without devices, on the books in `folder` or on new ones. Every motor works, every piece falls.

    `show` gets the way to draw each picture, as a screen does.
    """

    def __init__(self, folder: Path, show: Callable[[Any], None] | None = None) -> None:
        self.database = folder / BOOKS
        fresh = not self.database.exists()
        if fresh:
            create(self.database)
        performers: dict[type[do.Effect], Callable[[Any], None]] = dict.fromkeys(do.Effect.__subclasses__(), _nothing)
        self.journal = Journal(self.database)
        setting = Setting("bench", "bench", frozenset(SLOTS))
        self.brain = Brain(self.journal, Clock(), setting, performers, show or _nothing)
        self.brain.start()
        self.sales = self.inserted_cents = 0
        for wish in wishes(CONTENT, set(), "bench") if fresh else ():
            self.brain.handle(Asked(wish, _granted))

    def fill(self) -> None:
        for slot in SLOTS:
            self.brain.handle(Asked(CountSlot(slot, self.brain.shop.slots[slot].quantity, 50, "bench"), _granted))

    def insert(self, dollars: int) -> None:
        self.inserted_cents += dollars * PRICE_CENTS
        self.brain.handle(CoinsSeen("coins", "bench", self.inserted_cents, (PRICE_CENTS,) * dollars))

    def sell(self) -> None:
        """One sale: its intent, then its outcome."""
        brain, slot = self.brain, SLOTS[self.sales % len(SLOTS)]
        brain.handle(SlotChosen(slot))
        vend = brain.cycle.vend
        assert vend is not None, f"slot {slot} does not sell"
        brain.handle(ItemDropped(vend.vend_id))
        self.sales += 1

    def judge(self) -> None:
        db = open_readonly(self.database)
        totals, complaints = reports.totals(db), verify(db)
        db.close()
        assert not complaints, complaints
        found = (totals.sales, totals.inserted_cents, totals.sold_cents)
        assert found == (self.sales, self.inserted_cents, self.sales * PRICE_CENTS), found


class PlainSqlite:
    """What SQLite alone can do with the same pragmas: one row of a fact's size a commit, and nothing else."""

    ROW = "x" * 400

    def __init__(self, folder: Path) -> None:
        self._db = sqlite3.connect(folder / "plain.db", isolation_level=None)
        for name, value in WANTED.items():
            self._db.execute(f"PRAGMA {name}={value}")
        self._db.execute("CREATE TABLE facts (seq INTEGER PRIMARY KEY, body TEXT) STRICT")
        self._commits = 0

    def sale(self) -> None:
        for _ in range(COMMITS):
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute("INSERT INTO facts (body) VALUES (?)", (self.ROW,))
            self._db.execute("COMMIT")
            self._commits += 1

    def judge(self) -> None:
        rows = self._db.execute("SELECT count(*) FROM facts").fetchone()[0]
        assert rows == self._commits, f"{rows} rows after {self._commits} commits"


def play(stall: Stall, plain: PlainSqlite, disk: Disk, sales: int) -> dict[str, float | None]:
    """One round: so many sales by Minga, by SQLite alone and by the bare disk, in turns of eight, each in seconds."""
    stall.insert(sales)
    took_s, syncs = {"minga_s": 0.0, "sqlite_s": 0.0, "disk_s": 0.0}, 0
    for begin in range(0, sales, len(SLOTS)):
        if begin % (40 * len(SLOTS)) == 0:
            stall.fill()
        number, before = min(len(SLOTS), sales - begin), syncs_so_far()
        took_s["minga_s"] += timed(stall.sell, number)
        syncs += syncs_so_far() - before
        took_s["sqlite_s"] += timed(plain.sale, number)
        took_s["disk_s"] += timed(disk.sync, number * COMMITS)
    stall.judge()
    plain.judge()
    return {**took_s, "syncs": syncs if syncs else None}


def timed(act: Callable[[], object], times: int) -> float:
    began_s = perf_counter()
    for _ in range(times):
        act()
    return perf_counter() - began_s


def syncs_so_far() -> int:
    """How often this process has waited for a disk; always 0 when nobody counts."""
    with contextlib.suppress(AttributeError):
        return int(ctypes.CDLL(None).slowsync_count())
    return 0


def _nothing(_: object) -> None:
    """No device, no screen."""


def _granted(refusal: object) -> None:
    assert refusal is None, refusal


def main(rounds: int, sales: int) -> None:
    with tempfile.TemporaryDirectory(prefix="minga-bench-") as name:
        folder = Path(name)
        stall, plain, disk = Stall(folder), PlainSqlite(folder), Disk(folder / "disk")
        for _ in range(rounds):
            print(json.dumps(play(stall, plain, disk, sales)), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
