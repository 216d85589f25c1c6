"""The machine's meters out of its own books: its facts from the first one on, and none of the running results.

So what an operator reads agrees with the balances only if both are right. Nothing here writes.
"""

import sqlite3

from controller.domain.chain import Stamp
from controller.domain.meters import COUNTED, Life
from controller.ledger.connection import DatabaseError
from controller.ledger.forms import read_fact

_ALL = "SELECT seq, boot_id, mono_ms, wall_ms, trusted, type, body FROM facts ORDER BY seq"


def read_meters(db: sqlite3.Connection) -> Life:
    """Everything these books count, as they stand now. Raises DatabaseError for a fact that cannot be understood."""
    life = Life()
    for seq, boot_id, mono_ms, wall_ms, trusted, kind, body in db.execute(_ALL):
        try:
            fact = read_fact(kind, body) if kind in COUNTED else None
        except ValueError:
            raise DatabaseError(
                f"fact {seq}, a {kind}, cannot be understood: `minga ledger verify` says what is wrong"
            ) from None
        life.count(Stamp(boot_id, mono_ms, wall_ms, bool(trusted)), fact)
    return life
