"""Backups: a whole copy of the books on a stick, checked before it counts, in two slots that take turns.

A copy is written under another name, read back and checked; only then it takes the place of the older slot. So a power
cut or a pulled stick costs the copy under way and never the newer slot. A slot is replaced only by books that contain it,
so that no fact is lost by backing up the wrong books.

The check is that of a copy: its pages, its whole chain of hashes, and its balances against the machine's own postings.
Whether the facts themselves make sense is for `minga ledger verify`: books in which it finds something need their backup
most of all. It also takes ten times as long; the figures are in docs/backups.md.
"""

import errno
import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from controller import __version__
from controller.domain.chain import GENESIS, HASHED, chain
from controller.ledger.connection import open_readonly
from controller.ledger.slot import (
    LOOK,
    Backup,
    BackupError,
    End,
    contains,
    end_of,
    is_intact,
    read_backups,
    read_manifest,
    sha256,
    sync,
    told,
    write_manifest,
)

__all__ = ["Backup", "BackupError", "back_up", "check_chain", "read_backups"]

SLOTS = ("A", "B")
SPARE_BYTES = 1_000_000
"""What a copy needs beside its own size."""
OLDEST = 1
"""The form of books that can be copied: a copy made right after an update has the form from before it."""


def back_up(database: Path, folder: Path, machine: str, wall_ms: int) -> Backup:
    """Copy the books into the older slot of `folder`; the machine may sell meanwhile. `wall_ms` is only written down.

    Raises BackupError when the folder is missing, full, read-only or not ours, or the copy does not agree with the books;
    DatabaseError when there are no books. The other slot is then as it was.
    """
    with told(folder), _one_at_a_time(folder), closing(open_readonly(database, OLDEST)) as books:
        file = _place(folder, machine, end_of(books), books)
        fresh = file.with_name(file.name + ".new")
        try:
            _copy(books, fresh)
            made = _checked(books, fresh, file, machine, wall_ms)
            file.with_suffix(".json").unlink(
                missing_ok=True
            )  # from here this slot holds nothing, till its manifest stands
            sync(folder)
            fresh.replace(file)
            write_manifest(made)
        finally:
            fresh.unlink(missing_ok=True)
    return made


def _place(folder: Path, machine: str, ours: End, books: sqlite3.Connection) -> Path:
    """The slot to replace: an empty or damaged one first, else the older. Raises BackupError."""
    ranks: dict[Path, tuple[int, int]] = {}
    for letter in SLOTS:
        file = folder / f"{machine}-{letter}.db"
        held = read_manifest(file.with_suffix(".json"))
        if held and held.books != ours.books:
            raise BackupError(f"{file}: this is of another machine that is also called {machine}; take another stick")
        if held and not contains(books, held):
            raise BackupError(
                f"{file}: goes up to fact {held.seq} of epoch {held.epoch}, which the books here do not have; "
                "keep that file and its .json in a safe place, or take another stick"
            )
        ranks[file] = held.order if held and is_intact(held) else (0, 0)
    return min(ranks, key=lambda file: ranks[file])


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """The nightly backup and one by hand must not write the same slot. Raises BackupError."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupError(f"{folder}: another backup is being written there right now") from None
        yield
    finally:
        os.close(handle)


def _copy(books: sqlite3.Connection, fresh: Path) -> None:
    """A compact copy of one moment, on the disk when this returns. The books are only read."""
    pages, page_bytes = (books.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    disk = os.statvfs(fresh.parent)
    if disk.f_bavail * disk.f_frsize < pages * page_bytes + SPARE_BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    fresh.unlink(missing_ok=True)  # what a pulled stick has left
    fresh.touch(mode=0o640)
    books.execute("PRAGMA query_only=OFF")  # it forbids VACUUM INTO too; the connection itself stays read-only
    books.execute("VACUUM INTO ?", [str(fresh.absolute())])
    sync(fresh)


def _checked(books: sqlite3.Connection, fresh: Path, file: Path, machine: str, wall_ms: int) -> Backup:
    """The manifest of the copy, once it agrees with itself and with the books. Raises BackupError."""
    digest = sha256(fresh)
    with closing(open_readonly(fresh, OLDEST)) as copy:
        check_chain(copy, fresh)
        end = end_of(copy)
        held = {account: cents for account, cents in copy.execute("SELECT account, cents FROM balances") if cents}
    posted = "SELECT account, sum(cents) FROM postings WHERE seq <= ? GROUP BY account HAVING sum(cents) <> 0"
    if not contains(books, end) or dict(tuple(row) for row in books.execute(posted, [end.seq])) != held:
        raise BackupError(f"{fresh}: this copy is not what the books say; {LOOK}")
    return Backup(file, machine, end.books, end.epoch, end.seq, end.head, digest, wall_ms, __version__)


def check_chain(db: sqlite3.Connection, path: Path) -> None:
    """Every page, and every hash from the first fact on. Raises BackupError that names `path` and the first fault."""
    damage = db.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if damage != "ok":
        raise BackupError(f"{path}: is damaged: {damage}; {LOOK}")
    head = GENESIS
    for row in db.execute(f"SELECT {HASHED}, prev, hash FROM facts ORDER BY seq"):
        *hashed, prev, link = row
        if prev != head or link != chain(head, tuple(hashed)):
            raise BackupError(f"{path}: fact {hashed[1]} does not follow from the one before it; {LOOK}")
        head = link
