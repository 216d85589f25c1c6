"""The fact of a vend, found in books of any length by the vend's number, without an index on it. Nothing here writes.

Vends are numbered in the order they begin in, and sold in that order too, one at a time; so half of the books is always out.
"""

import sqlite3
from typing import TypeVar

from controller.domain import facts as f
from controller.ledger.forms import read_fact

_NEXT = "SELECT seq, body FROM facts WHERE seq >= ? AND seq < ? AND type = ? ORDER BY seq LIMIT 1"
Kind = TypeVar("Kind", bound=f.Fact)
Numbered = TypeVar("Numbered", f.VendStarted, f.Sold)


def of_vend(db: sqlite3.Connection, kind: type[Numbered], vend_id: int, before: int) -> tuple[int, Numbered] | None:
    """This vend's fact of this kind, with its number in the books; None when none comes before fact `before`."""
    low, high = 1, before
    while low < high:
        middle = (low + high) // 2
        found = _next(db, kind, middle, before)
        if found and found[1].vend_id < vend_id:
            low = found[0] + 1
        else:
            high = middle
    found = _next(db, kind, low, before)
    return found if found and found[1].vend_id == vend_id else None


def _next(db: sqlite3.Connection, kind: type[Numbered], first: int, before: int) -> tuple[int, Numbered] | None:
    row = db.execute(_NEXT, (first, before, kind.__name__)).fetchone()
    return (row[0], read_as(kind, row[1])) if row else None


def read_as(kind: type[Kind], body: str) -> Kind:
    """A fact of a kind that is known beforehand, from its row."""
    fact = read_fact(kind.__name__, body)
    assert isinstance(fact, kind)
    return fact
