"""A fact that posts, as a transaction: its day and hour by the best known clock, its lines, and the proof of its place."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from itertools import groupby

from controller.domain.times import BootClock
from controller.ledger.daybook import as_date, local_day
from controller.ledger.running import zone_of

_POSTED = (
    "SELECT seq, mono_ms, wall_ms, facts.trusted, offset_ms, clocks.trusted, type, body, hex(hash), account, cents"
    " FROM postings CROSS JOIN facts USING (seq) CROSS JOIN clocks USING (boot_id) ORDER BY seq, line"
)
"""Cross joins keep SQLite to the order of the postings, which is the order on the disk: nothing has to be sorted."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Debits are positive. `day` and `wall_ms` (UTC, since 1970) are not certain where nobody kept the clock.

    `body` is the fact itself, as JSON.
    """

    seq: int
    day: date
    wall_ms: int
    certain: bool
    kind: str
    body: str
    hash: str
    lines: tuple[tuple[str, int], ...]

    @property
    def at(self) -> str:
        """The moment in UTC, or nothing where no calendar reaches."""
        try:
            return datetime.fromtimestamp(self.wall_ms // 1_000, UTC).isoformat()
        except (ValueError, OverflowError, OSError):
            return ""


def entries(db: sqlite3.Connection) -> Iterator[Entry]:
    """Every fact that posts, in the order of the books."""
    zone = zone_of(db)
    for _, rows in groupby(db.execute(_POSTED), key=lambda row: row[0]):
        yield _entry([tuple(row) for row in rows], zone)


def _entry(rows: list[tuple[int, int, int, int, int, int, str, str, str, str, int]], zone: tzinfo) -> Entry:
    seq, mono_ms, wall_ms, trusted, offset_ms, clock_trusted, kind, body, link, _, _ = rows[0]
    moment = BootClock(offset_ms, bool(clock_trusted)).shows(mono_ms, wall_ms, bool(trusted))
    lines = tuple((row[-2], row[-1]) for row in rows)
    day = as_date(local_day(moment.wall_ms, zone))
    return Entry(seq, day, moment.wall_ms, moment.certain, kind, body, link.lower(), lines)
