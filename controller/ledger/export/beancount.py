"""The journal as a Beancount file (version 3), which `bean-check` accepts; nothing is padded.

Each transaction carries `seq`, `hash`, `at` (UTC) and, where nobody kept the clock, `clock: "not set"`. The balances at the
end are the running ones.
"""

import sqlite3
from collections.abc import Iterator
from datetime import timedelta

from controller.ledger.export.entry import CURRENCY, OPENED, Entry, amount, entries, narration, whole
from controller.ledger.export.names import names


def beancount(db: sqlite3.Connection, title: str) -> Iterator[str]:
    """The file in pieces of whole lines, read in one transaction."""
    return whole(db, _file, title)


def _file(db: sqlite3.Connection, title: str) -> Iterator[str]:
    balances = dict(db.execute("SELECT account, cents FROM balances ORDER BY account").fetchall())
    called, newest = names(balances), OPENED
    yield f'option "title" {_quoted(title)}\noption "operating_currency" "{CURRENCY}"\n\n'
    for account, name in called.items():
        yield f"{OPENED} open {name} {CURRENCY}\n  minga: {_quoted(account)}\n"
    for entry in entries(db):
        newest = max(newest, entry.dated)
        yield _transaction(entry, called)
    yield "\n"
    for account, name in called.items():
        yield f"{newest + timedelta(1)} balance {name}  {_exactly(balances[account])}\n"


def _transaction(entry: Entry, called: dict[str, str]) -> str:
    head = f'\n{entry.dated} * "{entry.kind}" {_quoted(narration(entry))}\n  seq: {entry.seq}\n  hash: "{entry.hash}"\n'
    at = f'  at: "{entry.at}"\n' if entry.at else ""
    clock = "" if entry.certain else '  clock: "not set"\n'
    return head + at + clock + "".join(f"  {called[account]}  {amount(cents)}\n" for account, cents in entry.lines)


def _exactly(cents: int) -> str:
    """Without a tolerance of its own a balance would be accepted that is wrong by a cent."""
    return f"{amount(cents).removesuffix(CURRENCY)}~ 0.00 {CURRENCY}"


def _quoted(text: str) -> str:
    plain = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"'
