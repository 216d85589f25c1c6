"""Which facts may be of some days: a stretch of the journal found by halving, so that no statement reads all of it.

Facts are in order by number and nearly in order by time. The stretch begins and ends a day too wide; whoever asks looks at
each fact's own day. A clock that jumped further can hide a fact from it, which shows in the sums of the days: then, and only
then, everything is read.
"""

import sqlite3
from datetime import date, datetime, time

from controller.ledger.diary import when
from controller.ledger.running import zone_of

DAY_MS = 86_400_000


def everything(db: sqlite3.Connection) -> range:
    """The numbers of all facts."""
    return range(1, int(db.execute("SELECT coalesce(max(seq), 0) FROM facts").fetchone()[0]) + 1)


def around(db: sqlite3.Connection, first_day: date, last_day: date) -> range:
    """The numbers of the facts from a day before the first day to a day after the last one."""
    zone, facts = zone_of(db), everything(db)
    began_ms = int(datetime.combine(first_day, time.min, zone).timestamp()) * 1_000
    ended_ms = int(datetime.combine(last_day, time.min, zone).timestamp()) * 1_000 + DAY_MS
    return range(_first(db, facts, began_ms - DAY_MS), _first(db, facts, ended_ms + DAY_MS))


def _first(db: sqlite3.Connection, facts: range, wall_ms: int) -> int:
    """The first fact at this time or later, as far as times are in order; the number after the last when there is none."""
    low, high = facts.start, facts.stop
    while low < high:
        middle = (low + high) // 2
        moment = when(db, middle)
        assert moment is not None, f"fact {middle} is not there"
        if moment.wall_ms < wall_ms:
            low = middle + 1
        else:
            high = middle
    return low
