"""Which facts belong to these days: a stretch of the journal, so that no fact falls between two days.

Facts are in order by their number. What is certain is on its day; what was written while nobody trusted the clock belongs to
both days it may be of. A clock that was set back by less than a day makes two days share facts, and loses none.
"""

import sqlite3
from datetime import date, datetime, time
from typing import Any

from controller.ledger.running import zone_of

DAY_MS = 86_400_000
_SHOWN = "iif(facts.trusted, wall_ms, offset_ms + mono_ms)"
_CERTAIN = "FROM facts CROSS JOIN clocks USING (boot_id) WHERE (facts.trusted OR clocks.trusted)"
"""A cross join keeps SQLite to the order of the facts: it stops at the first that fits."""


def span(db: sqlite3.Connection, first_day: date, last_day: date) -> range:
    """The numbers of the facts from the beginning of the first day to the end of the last one, by the zone of the books."""
    zone = zone_of(db)
    start_ms = int(datetime.combine(first_day, time.min, zone).timestamp()) * 1_000
    end_ms = int(datetime.combine(last_day, time(23, 59, 59), zone).timestamp()) * 1_000 + 1_000
    floor = _last(db, f"AND {_SHOWN} < ?", start_ms - DAY_MS) or 0
    began = _first(db, f"AND {_SHOWN} >= ? AND seq > ?", start_ms, floor)
    before = _last(db, "AND seq < ?", began) if began else _last(db, "")
    ended = _last(db, f"AND {_SHOWN} < ?", end_ms) or 0
    after = _first(db, "AND seq > ?", ended)
    head = int(db.execute("SELECT coalesce(max(seq), 0) FROM facts").fetchone()[0])
    return range((before or 0) + 1, after or head + 1)


def _last(db: sqlite3.Connection, only: str, *values: Any) -> int | None:
    return _one(db, f"SELECT seq {_CERTAIN} {only} ORDER BY seq DESC LIMIT 1", values)


def _first(db: sqlite3.Connection, only: str, *values: Any) -> int | None:
    return _one(db, f"SELECT seq {_CERTAIN} {only} ORDER BY seq LIMIT 1", values)


def _one(db: sqlite3.Connection, query: str, values: tuple[Any, ...]) -> int | None:
    row = db.execute(query, values).fetchone()
    return int(row[0]) if row else None
