"""The receipt of one sale, read from the books alone by a token that nobody can guess for another sale.

A token is the number of the fact `Sold` and the first ten bytes of its hash: `41-` and sixteen small letters and digits.
The hash cannot be known before the sale, and the rest of it stays in the books, so that no token leads to the next one.
Nothing is kept for it: the same token opens the same receipt as long as the books live, on any start and after a refund.
A look costs the sale's own row, however long the books are; who bought is not in them.
"""

import base64
import re
import sqlite3
from dataclasses import dataclass, field
from datetime import datetime
from hmac import compare_digest
from threading import Lock

from controller.domain.facts import SellerSet, Sold
from controller.ledger.diary import when
from controller.ledger.forms import read_fact
from controller.ledger.running import zone_of
from controller.ledger.sellers import sellers

TOKEN = re.compile(r"([1-9][0-9]{0,17})-([a-z2-7]{16})")
SECRET_BYTES = 10
"""Eighty bits: more than anybody can try over a network."""
PROOF_BYTES = 6
"""So much of a hash is told to people: enough to know a fact again, and less than its token."""
LATELY = 1_000
"""A sale that the screen thanks for is among so many newest facts."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a fact stands in the books: its number, the beginning of its hash (hex), and the local time it was written.

    `at` is None when no calendar reaches it, and not `certain` as long as nobody has vouched for the clock.
    """

    seq: int
    proof: str
    at: datetime | None
    certain: bool


@dataclass(frozen=True, slots=True)
class Receipt:
    """One sale, where it is written, and where it was taken back if it was; `sold_as` is who sold it, as was said then."""

    sold: Sold
    entry: Entry
    taken_back: Entry | None = None
    sold_as: SellerSet | None = None


@dataclass(slots=True)
class TakenBack:
    """Which sales were taken back, remembered between looks so that no fact is read for it twice.

    The tallies say how many there are: a look that knows them all reads nothing more, and no look reads facts older than
    the sale it is for. A restore begins anew. Threads may share one.
    """

    _epoch: int = 0
    _first: int = 0
    _last: int = 0
    _found: dict[int, int] = field(default_factory=dict)
    _turn: Lock = field(default_factory=Lock)

    def since(self, db: sqlite3.Connection, vend_id: int, seq: int) -> int | None:
        """The number of the fact that took back this sale of fact `seq`; None when none did."""
        with self._turn:
            epoch, there, newest = db.execute(
                "SELECT (SELECT CAST(value AS INTEGER) FROM machine WHERE key = 'epoch'),"
                " (SELECT coalesce(sum(facts), 0) FROM tallies WHERE kind = 'taken-back'), (SELECT max(seq) FROM facts)"
            ).fetchone()
            if epoch != self._epoch:
                self._epoch, self._first, self._last, self._found = epoch, newest, newest, {}
            if len(self._found) < there and self._last < newest:
                self._read(db, self._last, newest)
                self._last = newest
            if len(self._found) < there and seq < self._first:
                self._read(db, seq, self._first)
                self._first = seq
            return self._found.get(vend_id)

    def _read(self, db: sqlite3.Connection, after: int, upto: int) -> None:
        rows = db.execute(
            "SELECT body ->> '$.vend_id', seq FROM facts WHERE seq > ? AND seq <= ? AND type = 'SaleRefunded'",
            (after, upto),
        )
        self._found.update(tuple(row) for row in rows)


def token(seq: int, link: bytes) -> str:
    """The token of the fact with this number and hash."""
    return f"{seq}-{base64.b32encode(link[:SECRET_BYTES]).decode().lower()}"


def token_of(db: sqlite3.Connection, vend_id: int) -> str | None:
    """The token of a sale just made; None when it is not among the newest facts."""
    row = db.execute(
        "SELECT seq, hash FROM facts WHERE seq > (SELECT max(seq) FROM facts) - ? AND type = 'Sold'"
        " AND body ->> '$.vend_id' = ? ORDER BY seq DESC LIMIT 1",
        (LATELY, vend_id),
    ).fetchone()
    return token(*row) if row else None


def receipt(db: sqlite3.Connection, asked: str, back: TakenBack) -> Receipt | None:
    """The receipt that this token opens; None for one that is no sale's."""
    found = TOKEN.fullmatch(asked)
    row = found and db.execute("SELECT type, body, hash FROM facts WHERE seq = ?", [int(found[1])]).fetchone()
    if not found or not row or not compare_digest(token(int(found[1]), row[2]), asked):
        return None
    sold = read_fact(row[0], row[1]) if row[0] == Sold.__name__ else None
    if not isinstance(sold, Sold):
        return None
    seq = int(found[1])
    returned = back.since(db, sold.vend_id, seq)
    back_at = entry(db, returned) if returned else None
    return Receipt(sold, entry(db, seq), back_at, sellers(db).at(sold.maker, seq))


def entry(db: sqlite3.Connection, seq: int) -> Entry:
    """Where this fact stands, and when it was written as far as is known today. The fact must be there."""
    moment = when(db, seq)
    assert moment is not None, f"fact {seq} is not there"
    link = db.execute("SELECT hash FROM facts WHERE seq = ?", [seq]).fetchone()[0]
    try:
        at = datetime.fromtimestamp(moment.wall_ms // 1_000, zone_of(db)).replace(tzinfo=None)
    except (ValueError, OverflowError, OSError):
        at = None
    return Entry(seq, link[:PROOF_BYTES].hex(), at, moment.certain)
