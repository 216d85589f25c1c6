"""What each day opens with: payments with no drop, drops with no payment, and what is owed. Nothing here writes.

Every list names its sums one by one, with where the money is now. A list that is empty is empty because the facts were
looked at: each sale is held against the money that was in the machine for it, whatever the running balances say.
"""

import sqlite3
from dataclasses import dataclass
from datetime import date

from controller.ledger.sweep.debts import debts
from controller.ledger.sweep.drops import doubts, drops
from controller.ledger.sweep.line import Line, What
from controller.ledger.sweep.payments import payments
from controller.ledger.sweep.span import span

__all__ = ["Line", "Sweep", "What", "sweep"]

STUCK_DAYS = 2
"""So long a provider may take with a refund before a person should look."""
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Sweep:
    """The days from `first_day` to `last_day`, and everything older that is still open; oldest first.

    Each sum stands in one list, but for a payment that could not go back: its claim is among the debts too.
    """

    first_day: date
    last_day: date
    payments: tuple[Line, ...]
    """Payments with no drop: money that came, and where it is now."""
    stuck: tuple[Line, ...]
    """Of these the ones that are on their way back for too long."""
    watched: tuple[Line, ...]
    """Payments that were asked for, and that nobody has seen paid."""
    drops: tuple[Line, ...]
    """Drops with no payment."""
    doubts: tuple[Line, ...]
    """Pieces of which nobody knows whether they fell."""
    debts: tuple[Line, ...]
    """What is owed by claim codes that are open."""


def sweep(db: sqlite3.Connection, first_day: date, last_day: date, now_ms: int, stuck_days: int = STUCK_DAYS) -> Sweep:
    """The sweep of these days, read in one transaction. `now_ms` (UTC, since 1970) says how old a sum on its way is."""
    db.execute("BEGIN")
    try:
        seqs = span(db, first_day, last_day)
        asked, fell = payments(db, seqs), drops(db, seqs)
        stuck = [line for line in asked if _is_stuck(line, now_ms - stuck_days * DAY_MS)]
        watched = [line for line in asked if line.what in (What.ASKED, What.WATCHED)]
        paid = [line for line in asked if line not in stuck and line not in watched]
        lists = ([*paid, *fell.vouchers], stuck, watched, fell.unpaid, doubts(db, seqs), debts(db))
        return Sweep(first_day, last_day, *(tuple(sorted(lines, key=_age)) for lines in lists))
    finally:
        db.execute("COMMIT")


def _is_stuck(line: Line, since_ms: int) -> bool:
    """One whose beginning nobody can date may be old: it is looked at too."""
    return line.what is What.ON_ITS_WAY and (line.wall_ms <= since_ms or not line.certain)


def _age(line: Line) -> int:
    return line.seq
