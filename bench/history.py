"""Years of sales in the books within seconds: one hour that the real brain wrote, again and again, with true hashes.

Every row is as the brain wrote it, but for its number, its moment and the ids of its vends. An hour begins and ends with
the same pieces in every slot, so the repeated facts make sense to `minga ledger verify` as well; the running results are
brought over by the books' own code. Nothing waits for the disk.
"""

import re
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.sales import SLOTS, Stall
from controller.domain.chain import HASHED, chain
from controller.ledger import running

HOUR_MS = 3_600_000
VEND = re.compile(r'(?<="vend_id":)\d+')
_PUT_FACT = f"INSERT INTO facts ({HASHED}, prev, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Hour:
    """What the brain wrote in one hour: its facts without hashes, and all their lines."""

    facts: list[tuple[Any, ...]]
    lines: list[tuple[int, int, str, int]]

    def again(self, number: int, prev: bytes) -> Iterator[tuple[Any, ...]]:
        """The facts of so many hours later, with their hashes; the vends have later ids."""
        seqs, vends = number * len(self.facts), number * len(SLOTS)
        for epoch, seq, boot_id, mono_ms, wall_ms, trusted, kind, body in self.facts:
            later = VEND.sub(lambda found: str(int(found[0]) + vends), body)
            at_ms = (mono_ms + number * HOUR_MS, wall_ms + number * HOUR_MS)
            row = (epoch, seq + seqs, boot_id, *at_ms, trusted, kind, later)
            link = chain(prev, row)
            yield (*row, prev, link)
            prev = link

    def lines_again(self, number: int) -> Iterator[tuple[int, int, str, int]]:
        for seq, line, account, cents in self.lines:
            yield seq + number * len(self.facts), line, account, cents


def write(folder: Path, facts: int) -> int:
    """Books in `folder` with about this many facts, and stock for more sales; how many it became."""
    stall = Stall(folder)
    _an_hour(stall)
    before = stall.journal.seq
    _an_hour(stall)
    stall.journal.rest(idle=True)
    stall.journal.close()
    with closing(sqlite3.connect(stall.database, isolation_level=None)) as db:
        for setting in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-65536"):
            db.execute(f"PRAGMA {setting}")
        db.execute("BEGIN")
        _repeat(db, before, facts)
        db.execute("COMMIT")
        return int(db.execute("SELECT max(seq) FROM facts").fetchone()[0])


def _an_hour(stall: Stall) -> None:
    stall.fill()
    for _ in SLOTS:
        stall.insert(1)
        stall.sell()


def _repeat(db: sqlite3.Connection, before: int, facts: int) -> None:
    rows = db.execute(f"SELECT {HASHED} FROM facts WHERE seq > ? ORDER BY seq", [before]).fetchall()
    lines = db.execute("SELECT seq, line, account, cents FROM postings WHERE seq > ?", [before]).fetchall()
    hour = Hour(rows, lines)
    hours = range(1, 1 + max(0, (facts - before) // len(rows) - 1))
    db.executemany(_PUT_FACT, _chained(db, hour, hours))
    db.executemany("INSERT INTO postings VALUES (?, ?, ?, ?)", (line for n in hours for line in hour.lines_again(n)))
    more = ((len(hours) * cents, account) for _, _, account, cents in lines)
    db.executemany("UPDATE balances SET cents = cents + ? WHERE account = ?", more)
    vends = "json_set(body, '$.last_vend_id', (body ->> '$.last_vend_id') + ?)"
    db.execute(f"UPDATE cycle SET body = {vends}", [len(hours) * len(SLOTS)])
    running.derive(db, running.zone_of(db))


def _chained(db: sqlite3.Connection, hour: Hour, hours: range) -> Iterator[tuple[Any, ...]]:
    head = db.execute("SELECT hash FROM facts ORDER BY seq DESC LIMIT 1").fetchone()[0]
    for number in hours:
        for row in hour.again(number, head):
            yield row
            head = row[-1]


if __name__ == "__main__":
    print(write(Path(sys.argv[1]), int(sys.argv[2])))
