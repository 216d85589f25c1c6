"""What a fact refers to, further back in the journal: the sale that was taken back, the vend behind a sale or a doubt."""

import sqlite3

from controller.domain import facts as f
from controller.ledger.vends import of_vend, read_as

_BEFORE = "SELECT seq, body FROM facts WHERE seq < ? AND type = ? ORDER BY seq DESC LIMIT 1"
_IN_DOUBT = (
    "SELECT seq, body FROM facts WHERE seq < ? AND type = 'VendInDoubt' AND body ->> '$.claim' = ?"
    " ORDER BY seq DESC LIMIT 1"
)


def vend(db: sqlite3.Connection, before: int, vend_id: int) -> f.VendStarted | None:
    """How this vend began: the last one that did before fact `before`, because one vend is under way at a time."""
    row = db.execute(_BEFORE, (before, "VendStarted")).fetchone()
    started = read_as(f.VendStarted, row[1]) if row else None
    return started if started and started.vend_id == vend_id else None


def doubt(db: sqlite3.Connection, before: int, claim: str) -> tuple[f.VendInDoubt, f.VendStarted | None] | None:
    """The vend in doubt that this claim code was given for."""
    row = db.execute(_IN_DOUBT, (before, claim)).fetchone()
    if row is None:
        return None
    doubted = read_as(f.VendInDoubt, row[1])
    return doubted, vend(db, row[0], doubted.vend_id)


def sale(db: sqlite3.Connection, before: int, vend_id: int) -> tuple[int, f.Sold] | None:
    """The sale of this vend and its fact's number."""
    return of_vend(db, f.Sold, vend_id, before)
