"""The journal as an hledger file, with the same accounts and the same proof in each transaction as the Beancount one.

At the end every account is asserted to hold what the running balances say, to the cent: `hledger -f FILE check` finds it if
the two do not agree. What stands behind `;` are hledger's tags (`seq:`, `hash:`).
"""

import sqlite3
from collections.abc import Iterator
from datetime import timedelta

from controller.ledger.export.entry import CURRENCY, OPENED, Entry, amount, entries, narration, whole
from controller.ledger.export.names import names


def hledger(db: sqlite3.Connection, title: str) -> Iterator[str]:
    """The file in pieces of whole lines, read in one transaction."""
    return whole(db, _file, title)


def _file(db: sqlite3.Connection, title: str) -> Iterator[str]:
    balances = dict(db.execute("SELECT account, cents FROM balances ORDER BY account").fetchall())
    called, newest = names(balances), OPENED
    yield f"; {_plain(title)}\ndecimal-mark .\ncommodity 1000.00 {CURRENCY}\n\n"
    for account, name in called.items():
        yield f"account {name}  ; minga:{account}\n"
    for entry in entries(db):
        newest = max(newest, entry.dated)
        yield _transaction(entry, called)
    yield f"\n{newest + timedelta(1)} * what each account holds\n"
    for account, name in called.items():
        yield f"    {name}  {amount(0)} = {amount(balances[account])}\n"


def _transaction(entry: Entry, called: dict[str, str]) -> str:
    said = _plain(narration(entry))
    head = f"\n{entry.dated} * ({entry.seq}) {entry.kind} | {said}\n    ; hash:{entry.hash}\n"
    clock = "" if entry.certain else "    ; clock:not set\n"
    return head + clock + "".join(f"    {called[account]}  {amount(cents)}\n" for account, cents in entry.lines)


def _plain(text: str) -> str:
    """One line, in which nothing begins a comment."""
    return " ".join(text.split()).replace(";", ",")
