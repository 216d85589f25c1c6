"""What people and programs read from the books. Nothing here writes."""

import sqlite3
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from controller.domain.accounts import kind, natural
from controller.ledger.people import makers, products

__all__ = ["OpenClaim", "Totals", "balances", "claims", "makers", "products", "totals"]


@dataclass(frozen=True, slots=True)
class Totals:
    """Where every cent that was ever inserted is now, and what each maker and fund has earned. All amounts in cents."""

    sales: int
    inserted_cents: int
    sold_cents: int
    returned_cents: int
    credit_cents: int
    hold_cents: int
    doubt_cents: int
    claims_cents: int
    unclaimed_cents: int
    facts: int
    makers: dict[str, int] = field(default_factory=dict)
    funds: dict[str, int] = field(default_factory=dict)
    cash: dict[str, int] = field(default_factory=dict)

    @property
    def adds_up(self) -> bool:
        """The first invariant: inserted = sold + returned + credit + hold + doubt + claims + unclaimed."""
        waiting = self.credit_cents + self.hold_cents + self.doubt_cents + self.claims_cents + self.unclaimed_cents
        return self.inserted_cents == self.sold_cents + self.returned_cents + waiting


@dataclass(frozen=True, slots=True)
class OpenClaim:
    """Money that waits for a person: the visitor's code, the account it waits in, how much, since when, what about."""

    code: str
    account: str
    cents: int
    since: str
    about: str


def balances(db: sqlite3.Connection) -> dict[str, int]:
    """Every account's balance as people read it, in cents: places by their debits, owners by their credits."""
    rows = db.execute("SELECT account, cents FROM balances ORDER BY account")
    return {account: natural(account, cents) for account, cents in rows}


def totals(db: sqlite3.Connection) -> Totals:
    """Totals over the whole life of the books, read in one transaction."""
    db.execute("BEGIN")
    try:
        known = balances(db)
        sales, sold_cents = _count(db, "Sold", "price_cents")
        delivered, delivered_cents = _count(db, "ClaimSettled", "cents", "body ->> '$.verdict' <> 'refunded'")
        taken_back, taken_back_cents = _count(db, "SaleRefunded", "price_cents")
        _, claimed_cents = _count(db, "ClaimSettled", "cents", "body ->> '$.verdict' = 'refunded'")
        return Totals(
            sales=sales + delivered - taken_back,
            inserted_cents=_count(db, "CreditTaken", "cents")[1],
            sold_cents=sold_cents + delivered_cents - taken_back_cents,
            returned_cents=_count(db, "Refunded", "cents")[1] + claimed_cents + taken_back_cents,
            credit_cents=known.get("credit", 0),
            hold_cents=known.get("hold", 0),
            doubt_cents=known.get("doubt", 0),
            claims_cents=known.get("claims", 0),
            unclaimed_cents=known.get("unclaimed", 0),
            facts=db.execute("SELECT count(*) FROM facts").fetchone()[0],
            makers=_family(known, "maker"),
            funds=_family(known, "fund"),
            cash={name: cents for name, cents in known.items() if kind(name) in ("coinbox", "hopper", "tube", "safe")},
        )
    finally:
        db.execute("COMMIT")


def claims(db: sqlite3.Connection) -> list[OpenClaim]:
    """The open claims, oldest first."""
    rows = db.execute(
        "SELECT code, account, claims.cents, wall_ms, coalesce(body ->> '$.slot', '')"
        " FROM claims JOIN facts USING (seq) ORDER BY seq"
    )
    return [
        OpenClaim(code, account, cents, _when(wall_ms), slot and f"slot {slot}")
        for code, account, cents, wall_ms, slot in rows
    ]


def _when(wall_ms: int) -> str:
    return datetime.fromtimestamp(wall_ms // 1_000, UTC).isoformat(" ", "minutes").removesuffix("+00:00") + " UTC"


def _count(db: sqlite3.Connection, fact: str, amount: str, where: str = "1") -> tuple[int, int]:
    row: tuple[Any, Any] = db.execute(
        f"SELECT count(*), coalesce(sum(body ->> '$.{amount}'), 0) FROM facts WHERE type = ? AND {where}", [fact]
    ).fetchone()
    return row[0], row[1]


def _family(known: dict[str, int], family: str) -> dict[str, int]:
    return {name.partition(":")[2]: cents for name, cents in known.items() if kind(name) == family}
