"""What a fact refers to, further back in the journal: the sale that was taken back, the vend behind a sale or a doubt."""

import sqlite3
from typing import TypeVar

from controller.domain import facts as f
from controller.ledger.forms import read_fact

_BEFORE = "SELECT seq, body FROM facts WHERE seq < ? AND type = ? ORDER BY seq DESC LIMIT 1"
_FROM = "SELECT seq, body FROM facts WHERE seq >= ? AND seq < ? AND type = 'Sold' ORDER BY seq LIMIT 1"
_IN_DOUBT = (
    "SELECT seq, body FROM facts WHERE seq < ? AND type = 'VendInDoubt' AND body ->> '$.claim' = ?"
    " ORDER BY seq DESC LIMIT 1"
)
Kind = TypeVar("Kind", bound=f.Fact)


def vend(db: sqlite3.Connection, before: int, vend_id: int) -> f.VendStarted | None:
    """How this vend began: the last one that did before fact `before`, because one vend is under way at a time."""
    row = db.execute(_BEFORE, (before, "VendStarted")).fetchone()
    started = _read(f.VendStarted, row[1]) if row else None
    return started if started and started.vend_id == vend_id else None


def doubt(db: sqlite3.Connection, before: int, claim: str) -> tuple[f.VendInDoubt, f.VendStarted | None] | None:
    """The vend in doubt that this claim code was given for."""
    row = db.execute(_IN_DOUBT, (before, claim)).fetchone()
    if row is None:
        return None
    doubted = _read(f.VendInDoubt, row[1])
    return doubted, vend(db, row[0], doubted.vend_id)


def sale(db: sqlite3.Connection, before: int, vend_id: int) -> tuple[int, f.Sold] | None:
    """The sale of this vend and its fact's number, found by halving: vends are numbered in the order they are sold in."""
    low, high = 1, before
    while low < high:
        middle = (low + high) // 2
        found = _sold_from(db, middle, before)
        if found and found[1].vend_id < vend_id:
            low = found[0] + 1
        else:
            high = middle
    found = _sold_from(db, low, before)
    return found if found and found[1].vend_id == vend_id else None


def _sold_from(db: sqlite3.Connection, first: int, stop: int) -> tuple[int, f.Sold] | None:
    row = db.execute(_FROM, (first, stop)).fetchone()
    return (row[0], _read(f.Sold, row[1])) if row else None


def _read(kind: type[Kind], body: str) -> Kind:
    fact = read_fact(kind.__name__, body)
    assert isinstance(fact, kind)
    return fact
