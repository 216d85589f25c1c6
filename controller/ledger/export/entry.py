"""A fact that posts, as a transaction: its day and hour by the best known clock, its lines, and the proof of its place."""

import json
import sqlite3
from collections.abc import Callable, Iterator
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
CURRENCY = "USD"
OPENED = date(1970, 1, 1)
"""The accounts open here, where a clock that nobody set begins; nothing stands before. A day that cannot be stands on it."""
LAST = date(2199, 12, 30)
"""A clock that shows more is mad. Other programs know years of four digits, and the balances stand a day after all else."""
TOLD = 120
"""So many characters of a fact's own fields stand in the narration."""
MONEY_FIELDS = ("cents", "price_cents", "shares", "debit", "credit", "account")
Pieces = Callable[[sqlite3.Connection, str], Iterator[str]]
"""Books and a title in, a file out, some lines at a time."""


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

    @property
    def dated(self) -> date:
        """The day it stands on in a file: its own, or the first one where its clock shows what cannot be."""
        return self.day if OPENED <= self.day <= LAST else OPENED


def whole(db: sqlite3.Connection, pieces: Pieces, title: str) -> Iterator[str]:
    """A file in pieces of whole lines, read in one transaction: whoever sells meanwhile does not cross it."""
    db.execute("BEGIN")
    try:
        yield from pieces(db, title)
    finally:
        db.execute("COMMIT")


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


def narration(entry: Entry) -> str:
    """What the fact says besides money: `vend_id 17, slot A1, product bolso-retazos, maker rosa`."""
    fields = json.loads(entry.body)
    told = (f"{name} {value}" for name, value in fields.items() if name not in MONEY_FIELDS and value not in ("", None))
    return ", ".join(told)[:TOLD]


def amount(cents: int) -> str:
    """`-12.50 USD`, exactly."""
    dollars, part = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{dollars}.{part:02d} {CURRENCY}"
