"""The one place where the database is opened.

SQLite's defaults lose the newest acknowledged sale in a power cut, so the settings that matter are set here, in this
order, and read back: `synchronous=EXTRA` before the journal becomes a write-ahead log (so that the old journal's removal
is on disk too), then `foreign_keys`. Checkpoints never run by themselves: between a press and its motor there is exactly
one disk sync, and the log is folded in when the machine is idle (`controller.ledger.journal.Journal.rest`).
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from controller.errors import MingaError

BUSY_MS = 5_000
WANTED = {"synchronous": 3, "journal_mode": "wal", "foreign_keys": 1, "wal_autocheckpoint": 0}


VERSION = 4
"""Grows with every migration; kept in SQLite's `user_version`, so that old code can refuse a newer database."""


class DatabaseError(MingaError):
    """The database cannot be used; the message names it, says why and what to do."""


def open_writer(path: Path) -> sqlite3.Connection:
    """The brain's connection: durable after every commit. Raises DatabaseError when it cannot be had.

    Transactions are explicit (`transaction`). The file must exist; `controller.ledger.schema.create` makes it.
    """
    db = _connect(path, "rw")
    db.execute("PRAGMA synchronous=EXTRA")
    db.execute("PRAGMA page_size=1024")  # of a new file: a sale then writes 22 kB instead of 53
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA foreign_keys=ON")
    db.execute("PRAGMA wal_autocheckpoint=0")
    found = {name: db.execute(f"PRAGMA {name}").fetchone()[0] for name in WANTED}
    if found != WANTED:
        raise DatabaseError(f"{path}: this disk or SQLite refuses safe settings: wanted {WANTED}, got {found}")
    return db


def open_readonly(path: Path, oldest: int = VERSION) -> sqlite3.Connection:
    """A connection for pages and reports; it can write nothing. `oldest` is the oldest form its user can read.

    Raises DatabaseError when there are no books yet, or only in another form.
    """
    db = _connect(path, "ro")
    found = refuse_newer(db)
    if not db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'facts'").fetchone()[0]:
        raise DatabaseError(f"{path}: there are no books in this database yet; `minga controller` makes them")
    if found < oldest:
        raise DatabaseError(
            f"{path}: this database has form {found}, of an older Minga: `minga controller` brings it to form {VERSION}"
        )
    db.row_factory = sqlite3.Row
    db.execute("PRAGMA query_only=ON")
    return db


def refuse_newer(db: sqlite3.Connection) -> int:
    """The form of this database, if this Minga knows it. Raises DatabaseError that says what to do."""
    found = int(db.execute("PRAGMA user_version").fetchone()[0])
    if found > VERSION:
        path = db.execute("PRAGMA database_list").fetchone()[2]
        raise DatabaseError(
            f"{path}: this database has form {found} and this Minga knows up to {VERSION}: install the newer Minga again, "
            "or restore a backup made before the update"
        )
    return found


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All or nothing. Any error leaves the database as it was, and is raised on."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # on a full disk SQLite has rolled back already
            db.execute("ROLLBACK")
        raise


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    if not path.is_file():
        raise DatabaseError(f"{path}: there is no database; `minga init {path.parent}` makes an empty one")
    try:
        db = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}",
            uri=True,
            isolation_level=None,
            timeout=BUSY_MS / 1_000,
            check_same_thread=False,
        )
        db.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.Error as error:
        raise DatabaseError(f"{path}: this is no usable database: {error}") from None
    return db
