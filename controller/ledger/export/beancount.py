"""The journal as a Beancount file (version 3), which `bean-check` accepts; nothing is padded.

Each transaction carries `seq`, `hash`, `at` (UTC) and, where nobody kept the clock, `clock: "not set"`. The balances at the
end are the running ones. Beancount knows years from 1700 on: a day that no calendar reaches stands on the first one.
"""

import json
import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta

from controller.ledger.export.entry import Entry, entries
from controller.ledger.export.names import names

CURRENCY = "USD"
OPENED = date(1970, 1, 1)
LAST = date(2199, 12, 30)
TOLD = 120
"""So many characters of a fact's own fields stand in the narration."""
MONEY_FIELDS = ("cents", "price_cents", "shares", "debit", "credit", "account")


def beancount(db: sqlite3.Connection, title: str) -> Iterator[str]:
    """The file in pieces of whole lines, read in one transaction."""
    db.execute("BEGIN")
    try:
        yield from _file(db, title)
    finally:
        db.execute("COMMIT")


def _file(db: sqlite3.Connection, title: str) -> Iterator[str]:
    balances = dict(db.execute("SELECT account, cents FROM balances ORDER BY account").fetchall())
    called, newest = names(balances), OPENED
    yield f'option "title" {_quoted(title)}\noption "operating_currency" "{CURRENCY}"\n\n'
    for account, name in called.items():
        yield f"{OPENED} open {name} {CURRENCY}\n  minga: {_quoted(account)}\n"
    for entry in entries(db):
        newest = max(newest, _day(entry))
        yield _transaction(entry, called)
    yield "\n"
    for account, name in called.items():
        yield f"{newest + timedelta(1)} balance {name}  {_exactly(balances[account])}\n"


def _day(entry: Entry) -> date:
    return entry.day if OPENED <= entry.day <= LAST else OPENED


def _transaction(entry: Entry, called: dict[str, str]) -> str:
    head = f'\n{_day(entry)} * "{entry.kind}" {_quoted(narration(entry))}\n  seq: {entry.seq}\n  hash: "{entry.hash}"\n'
    at = f'  at: "{entry.at}"\n' if entry.at else ""
    clock = "" if entry.certain else '  clock: "not set"\n'
    return head + at + clock + "".join(f"  {called[account]}  {amount(cents)}\n" for account, cents in entry.lines)


def narration(entry: Entry) -> str:
    """What the fact says besides money: `vend_id 17, slot A1, product bolso-retazos, maker rosa`."""
    fields = json.loads(entry.body)
    told = (f"{name} {value}" for name, value in fields.items() if name not in MONEY_FIELDS and value not in ("", None))
    return ", ".join(told)[:TOLD]


def amount(cents: int) -> str:
    """`-12.50 USD`, exactly."""
    dollars, part = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{dollars}.{part:02d} {CURRENCY}"


def _exactly(cents: int) -> str:
    """Without a tolerance of its own a balance would be accepted that is wrong by a cent."""
    return f"{amount(cents).removesuffix(CURRENCY)}~ 0.00 {CURRENCY}"


def _quoted(text: str) -> str:
    plain = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"'
