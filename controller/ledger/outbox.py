"""What the sync reads from the books: facts from a number on with their hashes, and whether an answer of the lab is about
these books. Nothing here writes, and nothing reads more than one message's worth.
"""

import sqlite3
from enum import StrEnum

from controller.domain.accounts import kind, natural
from controller.domain.chain import GENESIS, HASHED, Row
from controller.ledger.chainlines import hash_of

BYTES_MAX = 500_000
"""So many characters of facts at once, so that their message stays one that any broker takes."""
IN_THE_MACHINE = ("coinbox", "stacker", "hopper", "tube")
_ROWS = f"SELECT {HASHED}, hash FROM facts WHERE seq BETWEEN ? AND ? ORDER BY seq"


class Standing(StrEnum):
    """How an answer of the lab stands to these books."""

    HELD = "held"
    """The books have this hash at this number: the lab holds everything up to it."""
    RESTORED = "restored"
    """It speaks of facts that a restore has left behind; what these books have from before that is held."""
    AHEAD = "ahead"
    """It has facts of these books' own epoch that they lack: older books were put back without `minga restore`."""
    OTHER = "other"
    """The books have another fact at this number."""


def newest(db: sqlite3.Connection) -> tuple[int, int, int, bytes]:
    """Epoch, number, start and hash of the newest fact; zeros before the first one."""
    row = db.execute("SELECT epoch, seq, boot_id, hash FROM facts ORDER BY seq DESC LIMIT 1").fetchone()
    return (row[0], row[1], row[2], bytes(row[3])) if row else (0, 0, 0, GENESIS)


def rows(db: sqlite3.Connection, numbers: range) -> list[tuple[Row, bytes]]:
    """These facts, each with its hash, or as many of the first of them as make a message; at least one."""
    found: list[tuple[Row, bytes]] = []
    length = 0
    for *row, link in db.execute(_ROWS, (numbers.start, numbers.stop - 1)):
        length += len(row[-1])
        if found and length > BYTES_MAX:
            break
        found.append((Row(*row), bytes(link)))
    return found


def standing(db: sqlite3.Connection, epoch: int, seq: int, head: bytes) -> tuple[Standing, int]:
    """How the lab's word that it holds fact `seq` of `epoch`, with this hash, stands to the books, and up to which of
    their own facts they may believe that it holds everything; for the last two that is nothing, or all of them."""
    end = db.execute("SELECT coalesce(max(seq), 0) FROM facts").fetchone()[0]
    if 0 <= seq <= end and hash_of(db, seq) == head:
        return Standing.HELD, seq
    before = _last_of(db, epoch, min(seq, end))
    if before < end and _epoch_of(db, before + 1) > epoch:
        return Standing.RESTORED, before
    return (Standing.AHEAD, end) if seq > end else (Standing.OTHER, 0)


def _last_of(db: sqlite3.Connection, epoch: int, most: int) -> int:
    """The last fact up to number `most` that is of this epoch or an older one; epochs only ever grow."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _epoch_of(db, middle) <= epoch else (low, middle - 1)
    return low


def _epoch_of(db: sqlite3.Connection, seq: int) -> int:
    return int(db.execute("SELECT epoch FROM facts WHERE seq = ?", [seq]).fetchone()[0])


def written_ms(db: sqlite3.Connection, seq: int) -> int | None:
    """When this fact was written by the clock of its start, in milliseconds since 1970."""
    row = db.execute("SELECT wall_ms FROM facts WHERE seq = ?", [seq]).fetchone()
    return int(row[0]) if row else None


def cash_cents(db: sqlite3.Connection) -> dict[str, int]:
    """What lies in the machine by its books, by place."""
    found = db.execute("SELECT account, cents FROM balances ORDER BY account")
    return {place: natural(place, cents) for place, cents in found if kind(place) in IN_THE_MACHINE}


def capacities(db: sqlite3.Connection) -> dict[str, int]:
    """How many pieces go into each slot."""
    return dict(db.execute("SELECT slot, capacity FROM slots").fetchall())


def version(db: sqlite3.Connection) -> int:
    """Another number each time somebody has changed the books, also what is beside the facts (SQLite's `data_version`)."""
    return int(db.execute("PRAGMA data_version").fetchone()[0])
