"""How visitors paid on a simulated day, what went back to phones, and what wallets kept: read from the books' own facts."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from controller.domain.money import dollars
from controller.ledger.connection import open_readonly
from controller.ledger.reports import balances

BAR_CELLS = 24
PAID = """
SELECT CASE type WHEN 'CreditTaken' THEN 'coins' WHEN 'VoucherTaken' THEN 'vouchers' ELSE body ->> '$.provider' END AS way,
       sum(body ->> '$.cents')
FROM facts WHERE type IN ('CreditTaken', 'VoucherTaken', 'PaymentTaken', 'PaymentLate') GROUP BY way ORDER BY way
"""
BACK = "SELECT body ->> '$.provider', sum(body ->> '$.cents') FROM facts WHERE type = 'Reversed' GROUP BY 1 ORDER BY 1"


@dataclass(frozen=True, slots=True)
class Takings:
    """Cents by way of paying: `coins`, a wallet's name, `vouchers`. `reversed_cents` went back to phones, proven by the
    wallet's own number; `fees` are the wallets' part of what was sold."""

    paid: dict[str, int]
    reversed_cents: dict[str, int]
    fees: dict[str, int]


def takings(database: Path) -> Takings:
    """The whole life of these books."""
    with closing(open_readonly(database)) as db:
        fees = {name.partition(":")[2]: cents for name, cents in balances(db).items() if name.startswith("fee:")}
        return Takings(_sums(db, PAID), _sums(db, BACK), fees)


def in_words(takings: Takings) -> str:
    """As people read it, one way of paying a line."""
    whole_cents = sum(takings.paid.values())
    lines = ["How visitors paid"]
    lines += [_line(f"  {way}", cents, "█" * (BAR_CELLS * cents // whole_cents)) for way, cents in takings.paid.items()]
    lines += [_line(f"  of it back to {name}", cents) for name, cents in takings.reversed_cents.items()]
    lines += [_line(f"  fee of {name} for sales", cents) for name, cents in takings.fees.items()]
    return "\n".join(lines)


def _sums(db: sqlite3.Connection, query: str) -> dict[str, int]:
    return {name: int(cents) for name, cents in db.execute(query)}


def _line(words: str, cents: int, bar: str = "") -> str:
    return f"{words:<30}{dollars(cents):>12}  {bar}".rstrip()
