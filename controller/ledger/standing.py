"""How a backup stands to the books it would replace: who has gone on since, and who may say that this does not matter."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from controller.ledger.backup import OLDEST
from controller.ledger.connection import DatabaseError, open_readonly
from controller.ledger.journal import load_cycle
from controller.ledger.slot import Backup, End, contains, end_of

NO_TRADE = ("Booted", "ClockSet", "TroubleSeen", "TroubleOver")
"""Facts that a new, empty machine writes by itself."""


class Standing(StrEnum):
    """What a restore finds. Only after the last three does it need to be told `--anyway`."""

    NO_BOOKS = "no-books"
    EMPTY = "empty"
    SAME = "same"
    NEWER = "newer"
    OLDER = "older"
    STRANGE = "strange"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Present:
    """The books that are there, before anything is changed. `ids` are their counters, as `ids_of` gives them."""

    standing: Standing
    end: End | None = None
    ids: tuple[int, ...] = (0, 0, 0, 0, 0)

    @property
    def epoch(self) -> int:
        return self.end.epoch if self.end else 0


def present(database: Path, copy: sqlite3.Connection) -> Present:
    """What would be replaced, and how the backup's `copy` stands to it. Raises nothing for books that cannot be read."""
    if not database.exists():
        return Present(Standing.NO_BOOKS)
    try:
        with closing(open_readonly(database, OLDEST)) as db:
            return Present(_standing(db, copy), end_of(db), ids_of(db))
    except (sqlite3.Error, DatabaseError, ValueError, KeyError):
        return Present(Standing.UNREADABLE)


def _standing(db: sqlite3.Connection, copy: sqlite3.Connection) -> Standing:
    if not db.execute(f"SELECT count(*) FROM facts WHERE type NOT IN {NO_TRADE}").fetchone()[0]:
        return Standing.EMPTY
    here, there = end_of(db), end_of(copy)
    if contains(copy, here):
        return Standing.SAME if here.seq == there.seq else Standing.NEWER
    return Standing.OLDER if contains(db, there) else Standing.STRANGE


def objection(backup: Backup, machine: str, found: Present) -> str | None:
    """Why only a person may say that this backup is the right one, in words; None when nothing speaks against it."""
    if backup.machine != machine:
        return f"it is of {backup.machine}, and this machine is {machine}"
    match found.standing:
        case Standing.OLDER:
            assert found.end is not None
            return f"the books here have gone on since: they have {found.end.seq - backup.seq} facts more"
        case Standing.STRANGE:
            return "the books here have another history than this backup"
        case Standing.UNREADABLE:
            return "the books here cannot be read, so nobody can tell how much newer than this backup they were"
        case _:
            return None


def ids_of(db: sqlite3.Connection) -> tuple[int, ...]:
    """The newest vend, payout, claim, payment and start of these books."""
    cycle = load_cycle(db)
    starts = db.execute("SELECT max(boot_id) FROM facts").fetchone()[0] or 0
    return cycle.last_vend_id, cycle.last_payout_id, cycle.last_claim_id, cycle.last_payment_id, starts
