"""What people and programs read from the books. Nothing here writes."""

import sqlite3
from dataclasses import dataclass, field

from controller.domain.accounts import kind, natural
from controller.ledger.diary import DaySales, DayTotals, day_totals, sales_by_day, told, when
from controller.ledger.people import joined, makers, members, products
from controller.ledger.stock import assembly

__all__ = [
    "DaySales",
    "DayTotals",
    "OpenClaim",
    "Totals",
    "assembly",
    "balances",
    "claims",
    "day_totals",
    "joined",
    "makers",
    "members",
    "products",
    "sales_by_day",
    "told",
    "totals",
    "when",
]


MONEY_HERE = ("coinbox", "stacker", "hopper", "tube", "safe", "wallet")


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
    reversals_cents: int = 0
    makers: dict[str, int] = field(default_factory=dict)
    funds: dict[str, int] = field(default_factory=dict)
    cash: dict[str, int] = field(default_factory=dict)

    @property
    def adds_up(self) -> bool:
        """The first invariant: inserted = sold + returned + credit + hold + doubt + claims + unclaimed + reversals."""
        waiting = self.credit_cents + self.hold_cents + self.doubt_cents + self.claims_cents + self.unclaimed_cents
        waiting += self.reversals_cents
        return self.inserted_cents == self.sold_cents + self.returned_cents + waiting


@dataclass(frozen=True, slots=True)
class OpenClaim:
    """Money that waits for a person: the visitor's code, the account it waits in, how much, since when, what about.

    `since` is local time, and says so when the clock was not `certain`. `about` is a slot or a hopper, or empty.
    """

    code: str
    account: str
    cents: int
    since: str
    about: str
    certain: bool = True


def balances(db: sqlite3.Connection) -> dict[str, int]:
    """Every account's balance as people read it, in cents: places by their debits, owners by their credits."""
    rows = db.execute("SELECT account, cents FROM balances ORDER BY account")
    return {account: natural(account, cents) for account, cents in rows}


def totals(db: sqlite3.Connection) -> Totals:
    """Totals over the whole life of the books, read in one transaction; as quick after ten years as on the first day."""
    db.execute("BEGIN")
    try:
        known = balances(db)
        tallies = {kind: (facts, cents) for kind, facts, cents in db.execute("SELECT kind, facts, cents FROM tallies")}
        (sold, sold_cents), (taken_back, taken_back_cents) = (
            tallies.get(kind, (0, 0)) for kind in ("sold", "taken-back")
        )
        return Totals(
            sales=sold - taken_back,
            inserted_cents=tallies.get("inserted", (0, 0))[1],
            sold_cents=sold_cents - taken_back_cents,
            returned_cents=tallies.get("returned", (0, 0))[1] + taken_back_cents,
            credit_cents=known.get("credit", 0),
            hold_cents=known.get("hold", 0),
            doubt_cents=known.get("doubt", 0),
            claims_cents=known.get("claims", 0),
            unclaimed_cents=known.get("unclaimed", 0),
            reversals_cents=known.get("reversals", 0),
            facts=db.execute("SELECT coalesce(max(seq), 0) FROM facts").fetchone()[0],
            makers=_family(known, "maker"),
            funds=_family(known, "fund"),
            cash={name: cents for name, cents in known.items() if kind(name) in MONEY_HERE},
        )
    finally:
        db.execute("COMMIT")


def claims(db: sqlite3.Connection) -> list[OpenClaim]:
    """The open claims, oldest first."""
    rows = db.execute(
        "SELECT code, account, claims.cents, seq, coalesce('slot ' || (body ->> '$.slot'), place)"
        " FROM claims JOIN facts USING (seq) ORDER BY seq"
    ).fetchall()
    return [_open_claim(db, *row) for row in rows]


def _open_claim(db: sqlite3.Connection, code: str, account: str, cents: int, seq: int, about: str) -> OpenClaim:
    moment = when(db, seq)
    assert moment is not None, f"claim {code} is of fact {seq}, which is not there"
    return OpenClaim(code, account, cents, told(db, moment), about, moment.certain)


def _family(known: dict[str, int], family: str) -> dict[str, int]:
    return {name.partition(":")[2]: cents for name, cents in known.items() if kind(name) == family}
