"""What a period that is closed, or is to be closed, has to answer for. Nothing here writes.

A period is a stretch of facts, so what is told of it never changes: every list is read from those facts alone. What is still
open is asked of the running results, and is true of now.
"""

import sqlite3
from dataclasses import dataclass, field

from controller.domain import facts as f
from controller.domain.accounts import COINBOX, DOUBT
from controller.ledger.forms import read_fact
from controller.ledger.statement.earlier import sale

_COUNTED = (
    "SELECT count(*) FROM wishes JOIN facts USING (seq)"
    " WHERE seq BETWEEN ? AND ? AND type = 'CashCounted' AND body ->> '$.place' = ?"
)
"""Every count has an id, and these are few: no month of sales is read for it."""
_TOLD = (
    *("Sold", "CashCounted", "CashMoved", "MakerPaid", "SaleRefunded", "ClaimSettled", "Refunded", "Reversed"),
    *("VendInDoubt", "PayoutInDoubt", "ClaimOwed", "CreditAbandoned", "ReversalFailed"),
)
_KINDS = ", ".join(map(repr, _TOLD))
_FACTS = f"SELECT seq, type, body FROM facts WHERE seq BETWEEN ? AND ? AND type IN ({_KINDS}) ORDER BY seq"
_PAID_SINCE = "SELECT account, sum(cents) FROM postings WHERE seq > ? AND account GLOB 'maker:*' GROUP BY account"


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A sale that was taken back; `earlier` when it belongs to a period that was closed before."""

    fact: f.SaleRefunded
    earlier: bool


@dataclass(slots=True)
class Happened:
    """What the facts of a period say, in their order; sums in cents."""

    seqs: range
    pieces: int = 0
    sold_cents: int = 0
    returned_cents: int = 0
    counts: list[f.CashCounted] = field(default_factory=list)
    moved: list[f.CashMoved] = field(default_factory=list)
    paid: list[f.MakerPaid] = field(default_factory=list)
    taken_back: list[TakenBack] = field(default_factory=list)
    settled: list[f.ClaimSettled] = field(default_factory=list)
    opened: dict[str, int] = field(default_factory=dict)
    """Claims that began in it, by code, with how much."""

    @property
    def over_short_cents(self) -> int:
        """What was counted more than expected; below zero, what was missing."""
        return sum(count.counted_cents - count.expected_cents for count in self.counts)

    @property
    def paid_cents(self) -> int:
        return sum(fact.cents for fact in self.paid)


@dataclass(frozen=True, slots=True)
class Open:
    """What waits for a person now, in cents."""

    doubt_cents: int
    claims_cents: int
    unclaimed_cents: int
    reversals_cents: int
    doubts: int


def head_of(db: sqlite3.Connection, seq: int) -> str:
    """The hash of this fact in hexadecimal; empty when there is none."""
    row = db.execute("SELECT lower(hex(hash)) FROM facts WHERE seq = ?", [seq]).fetchone()
    return row[0] if row else ""


def counted(db: sqlite3.Connection, first: int, last: int) -> bool:
    """Whether the cash box was counted among these facts, or the books say that nothing lies in it."""
    (counts,) = db.execute(_COUNTED, (first, last, COINBOX)).fetchone()
    row = db.execute("SELECT cents FROM balances WHERE account = ?", [COINBOX]).fetchone()
    return bool(counts) or not (row and row[0])


def happened(db: sqlite3.Connection, first: int, last: int) -> Happened:
    """The period from one fact to another, both counted in."""
    told = Happened(range(first, last + 1))
    for seq, kind, body in db.execute(_FACTS, (first, last)).fetchall():
        _tell(db, told, seq, read_fact(kind, body))
    return told


def _tell(db: sqlite3.Connection, told: Happened, seq: int, fact: f.Fact) -> None:
    match fact:
        case f.Sold(price_cents=cents):
            told.pieces, told.sold_cents = told.pieces + 1, told.sold_cents + cents
        case f.Refunded(cents=cents) | f.Reversed(cents=cents):
            told.returned_cents += cents
        case f.CashCounted():
            told.counts.append(fact)
        case f.CashMoved():
            told.moved.append(fact)
        case f.MakerPaid():
            told.paid.append(fact)
        case f.SaleRefunded(vend_id=vend_id):
            sold = sale(db, seq, vend_id)
            told.taken_back.append(TakenBack(fact, sold is not None and sold[0] < told.seqs.start))
        case f.ClaimSettled():
            told.settled.append(fact)
        case f.VendInDoubt(price_cents=cents, claim=claim) | f.PayoutInDoubt(cents=cents, claim=claim):
            told.opened[claim] = cents
        case f.ClaimOwed(cents=cents, claim=claim) | f.CreditAbandoned(cents=cents, claim=claim):
            told.opened[claim] = cents
        case f.ReversalFailed(cents=cents, claim=claim):
            told.opened[claim] = cents


def still_open(db: sqlite3.Connection) -> Open:
    """What nobody has decided yet."""
    owed = {account: -cents for account, cents in db.execute("SELECT account, cents FROM balances")}
    (doubts,) = db.execute("SELECT count(*) FROM claims WHERE account = ?", [DOUBT]).fetchone()
    doubt, claims, unclaimed, reversals = (owed.get(name, 0) for name in ("doubt", "claims", "unclaimed", "reversals"))
    return Open(doubt, claims, unclaimed, reversals, doubts)


def owed_at(db: sqlite3.Connection, seq: int) -> dict[str, tuple[int, int]]:
    """What each maker was owed after fact `seq`, and what she is owed now, in cents."""
    now = db.execute("SELECT account, cents FROM balances WHERE account GLOB 'maker:*' ORDER BY account").fetchall()
    since = dict(db.execute(_PAID_SINCE, [seq]).fetchall())
    return {account.partition(":")[2]: (since.get(account, 0) - cents, -cents) for account, cents in now}


def became(db: sqlite3.Connection, wish_id: str) -> f.Fact | None:
    """The fact that the wish with this id has become, if it was granted."""
    row = db.execute("SELECT type, body FROM wishes JOIN facts USING (seq) WHERE wish_id = ?", [wish_id]).fetchone()
    return read_fact(*row) if row else None


def seq_of(db: sqlite3.Connection, wish_id: str) -> int | None:
    """The number of that fact."""
    row = db.execute("SELECT seq FROM wishes WHERE wish_id = ?", [wish_id]).fetchone()
    return int(row[0]) if row else None
