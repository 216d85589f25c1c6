"""The newest lines of a maker's account, found from the end of the books backwards, so that her home opens at once."""

import sqlite3

from controller.ledger.statement.line import Line
from controller.ledger.statement.reading import Reading

FIRST_LOOK = 250
WIDER = 4
"""Each look reads so many times as many facts as the one before."""
LOOKED_AT_MAX = 20_000
"""Who has sold nothing in so many facts has no newest sales."""


def newest(db: sqlite3.Connection, maker: str, most: int) -> tuple[Line, ...]:
    """At most so many of her lines, newest first: sales, sales taken back, payments, corrections."""
    reading, found = Reading(db, maker), list[Line]()
    stop, wide = int(db.execute("SELECT coalesce(max(seq), 0) FROM facts").fetchone()[0]) + 1, FIRST_LOOK
    last = stop - LOOKED_AT_MAX
    while len(found) < most and stop > max(1, last):
        start = max(1, last, stop - wide)
        lines = [entry.line for entry in reading.entries(range(start, stop))]
        found += reversed(lines)
        stop, wide = start, wide * WIDER
    return tuple(found[:most])
