"""What makers were owed, earned and were paid over some days: from the running totals, however many sales there were.

The table `days` has a row for each account's day, the table `spans` one for 32 of its days: a year is twelve rows and the
days at its edges. That both are what the facts say, `minga ledger verify` proves.
"""

import sqlite3
from dataclasses import dataclass
from datetime import date

from controller.ledger.daybook import day_number

SPAN_DAYS = 32
"""A span is a day's number without its last five bits."""
EVERY_MAKER = ("maker:", "maker;")
"""Between these two lie the accounts of all makers, and nothing else."""
_OVER = (
    "SELECT account, sum(pieces), sum(earned_cents), sum(paid_cents) FROM ("
    " SELECT account, pieces, earned_cents, paid_cents FROM spans WHERE span BETWEEN :span AND :last_span UNION ALL"
    " SELECT account, pieces, earned_cents, paid_cents FROM days WHERE day BETWEEN :first AND :before_spans UNION ALL"
    " SELECT account, pieces, earned_cents, paid_cents FROM days WHERE day BETWEEN :after_spans AND :last"
    ") WHERE account BETWEEN :one AND :other GROUP BY account"
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
    return known | _figures(db, EVERY_MAKER, first_day, last_day)


def figures_of(db: sqlite3.Connection, maker: str, first_day: date, last_day: date) -> Figures:
    """Of one maker; all zero for one whom the books do not know."""
    account = f"maker:{maker}"
    return _figures(db, (account, account), first_day, last_day).get(maker, Figures(0))


def _figures(db: sqlite3.Connection, accounts: tuple[str, str], first_day: date, last_day: date) -> dict[str, Figures]:
    first, last = day_number(first_day), day_number(last_day)
    oldest = db.execute("SELECT min(span) FROM spans").fetchone()[0]
    before = {} if oldest is None else _over(db, accounts, oldest * SPAN_DAYS, first - 1)
    within = _over(db, accounts, first, last)
    return {
        maker: Figures(_earned(before.get(maker, (0, 0, 0))), *within.get(maker, ()))
        for maker in sorted({*before, *within})
    }


def _over(db: sqlite3.Connection, accounts: tuple[str, str], first: int, last: int) -> dict[str, tuple[int, int, int]]:
    """By maker her pieces and what she earned and was paid in cents, from one day's number to another."""
    span, after = -(-first // SPAN_DAYS), (last + 1) // SPAN_DAYS
    at = {"first": first, "last": last, "one": accounts[0], "other": accounts[1], "span": span, "last_span": after - 1}
    if span < after:
        at |= {"before_spans": span * SPAN_DAYS - 1, "after_spans": after * SPAN_DAYS}
    else:  # too short for a whole span
        at |= {"before_spans": last, "after_spans": last + 1}
    return {account.partition(":")[2]: tuple(sums) for account, *sums in db.execute(_OVER, at)}


def _earned(sums: tuple[int, int, int]) -> int:
    """What of it she was still owed at the end, in cents."""
    _, earned_cents, paid_cents = sums
    return earned_cents - paid_cents
