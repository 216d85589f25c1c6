"""What makers were owed, earned and were paid over some days: from the running totals, however many sales there were.

The table `days` has a row for each account's day. What was owed when the first day began is counted from whichever end of the
books is nearer: forwards from nothing, or backwards from the balance of today. Both are the same, which `minga ledger verify`
proves.
"""

import sqlite3
from dataclasses import dataclass
from datetime import date

from controller.domain.accounts import natural
from controller.ledger.daybook import day_number

_ENDS = "SELECT (SELECT min(day) FROM days), (SELECT max(day) FROM days)"
"""Each by itself is one look into the index; asked for together SQLite reads every day."""
_WITHIN = (
    "SELECT account, sum(pieces), sum(earned_cents), sum(paid_cents) FROM days"
    " WHERE day BETWEEN ? AND ? AND account GLOB ? GROUP BY account"
)
_CHANGE = (
    "SELECT account, sum(earned_cents - paid_cents) FROM days"
    " WHERE day BETWEEN ? AND ? AND account GLOB ? GROUP BY account"
)


@dataclass(frozen=True, slots=True)
class Figures:
    """A maker's days in five numbers. `pieces` and `earned_cents` are less what was taken back."""

    opening_cents: int
    pieces: int = 0
    earned_cents: int = 0
    paid_cents: int = 0

    @property
    def closing_cents(self) -> int:
        return self.opening_cents + self.earned_cents - self.paid_cents


def figures(db: sqlite3.Connection, first_day: date, last_day: date) -> dict[str, Figures]:
    """Of every maker who has joined, by her id. To be called in a transaction, or while nobody writes."""
    known = {maker: Figures(0) for (maker,) in db.execute("SELECT maker FROM joined ORDER BY maker")}
    return known | _figures(db, "maker:*", first_day, last_day)


def figures_of(db: sqlite3.Connection, maker: str, first_day: date, last_day: date) -> Figures:
    """Of one maker; all zero for one whom the books do not know."""
    return _figures(db, f"maker:{maker}", first_day, last_day).get(maker, Figures(0))


def _figures(db: sqlite3.Connection, accounts: str, first_day: date, last_day: date) -> dict[str, Figures]:
    """Makers' ids have no wildcards in them."""
    first, last = day_number(first_day), day_number(last_day)
    rows = db.execute(_WITHIN, (first, last, accounts)).fetchall()
    within = {_maker(account): tuple(sums) for account, *sums in rows}
    opening = _opening(db, accounts, first)
    return {maker: Figures(opening.get(maker, 0), *within.get(maker, ())) for maker in sorted({*opening, *within})}


def _opening(db: sqlite3.Connection, accounts: str, first: int) -> dict[str, int]:
    """What each was owed when this day began, in cents."""
    oldest, newest = db.execute(_ENDS).fetchone()
    if oldest is None:
        return {}
    if first - oldest < newest - first:
        return {_maker(account): cents for account, cents in db.execute(_CHANGE, (oldest, first - 1, accounts))}
    since = dict(db.execute(_CHANGE, (first, newest, accounts)).fetchall())
    owed = db.execute("SELECT account, cents FROM balances WHERE account GLOB ?", [accounts])
    return {_maker(account): natural(account, cents) - since.get(account, 0) for account, cents in owed}


def _maker(account: str) -> str:
    return account.partition(":")[2]
