"""Backups: a whole copy of the books on a stick, checked before it counts, in two slots that take turns.

A slot is `<machine>-A.db`, and beside it `<machine>-A.json`, which says what the copy holds and its SHA-256. A copy is
written under another name, read back and audited; only then it takes the place of the older slot. So a power cut or a
pulled stick costs the copy under way and never the newer slot. A slot is replaced only by books that contain it, so that
no fact is lost by backing up the wrong books. Order is (epoch, seq), never a clock.
"""

import dataclasses
import errno
import fcntl
import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from controller import __version__
from controller.errors import MingaError
from controller.ledger.connection import open_readonly
from controller.ledger.journal import GENESIS
from controller.ledger.verify import verify

SLOTS = ("A", "B")
SPARE_BYTES = 1_000_000
"""What a copy needs beside its own size."""


class BackupError(MingaError):
    """A backup cannot be made, read or restored; the message names the place, says why and what to do."""


@dataclass(frozen=True, slots=True)
class Backup:
    """One slot, by its manifest. `head` is the hash of fact `seq` in hex; `books` tells machines of one name apart.

    `opened` is the newest epoch that a restore of this very slot has begun, 0 for none.
    """

    file: Path
    machine: str
    books: str
    epoch: int
    seq: int
    head: str
    sha256: str
    wall_ms: int
    version: str
    opened: int = 0

    @property
    def order(self) -> tuple[int, int]:
        return self.epoch, self.seq


@dataclass(frozen=True, slots=True)
class End:
    """How far some books go."""

    books: str
    epoch: int
    seq: int
    head: str


def back_up(database: Path, folder: Path, machine: str, wall_ms: int) -> Backup:
    """Copy the books into the older slot of `folder`; the machine may sell meanwhile. `wall_ms` is only written down.

    Raises BackupError when the folder is missing, full, read-only or not ours, or the books or their copy do not agree;
    DatabaseError when there are no books. The other slot is then as it was.
    """
    with told(folder), _one_at_a_time(folder), closing(open_readonly(database)) as books:
        file = _place(folder, machine, books)
        fresh = file.with_name(file.name + ".new")
        try:
            _copy(books, fresh)
            made = Backup(file, machine, *_checked(books, fresh), wall_ms, __version__)
            manifest_of(file).unlink(missing_ok=True)  # from here this slot holds nothing, until its manifest stands
            sync(folder)
            fresh.replace(file)
            write_manifest(made)
        finally:
            fresh.unlink(missing_ok=True)
    return made


def read_backups(folder: Path) -> list[Backup]:
    """Every slot in `folder` that has a manifest, of whatever machine, newest first. Raises BackupError."""
    with told(folder):
        found = [read_manifest(file) for file in sorted(folder.iterdir()) if file.suffix == ".json"]
    return sorted((backup for backup in found if backup), key=lambda backup: backup.order, reverse=True)


def is_intact(backup: Backup) -> bool:
    """Whether the file can be read to its end and is, byte by byte, the one its manifest was written for."""
    try:
        return sha256(backup.file) == backup.sha256
    except OSError:
        return False


def audited(path: Path) -> tuple[End, dict[str, int]]:
    """How far a copy goes, and its balances in cents as posted, once everything in it agrees. Raises BackupError.

    The whole audit, not only the end of the chain: it takes as long as the copying (docs/backups.md has the figures).
    """
    with closing(open_readonly(path)) as db:
        damage = db.execute("PRAGMA integrity_check(1)").fetchone()[0]
        complaints = [f"SQLite finds {damage}"] if damage != "ok" else verify(db, stop_at_first=True)
        if complaints:
            raise BackupError(f"{path}: does not agree with itself: {complaints[0]}; {_WHOSE}")
        return end_of(db), {account: cents for account, cents in db.execute("SELECT * FROM balances") if cents}


def end_of(db: sqlite3.Connection) -> End:
    """How far these books go, read in one moment when `db` is in a transaction or nobody writes."""
    values = dict(tuple(row) for row in db.execute("SELECT key, value FROM machine"))
    last = db.execute("SELECT seq, hash FROM facts ORDER BY seq DESC LIMIT 1").fetchone() or (0, GENESIS)
    books = hashlib.sha256(bytes.fromhex(values["claim_key"])).hexdigest()[:16]  # the key itself stays a secret
    return End(books, int(values["epoch"]), last[0], last[1].hex())


def contains(db: sqlite3.Connection, end: End | Backup) -> bool:
    """Whether these books have gone through `end`: the same fact with the same hash, so everything before it too."""
    row = db.execute("SELECT hash FROM facts WHERE seq = ?", [end.seq]).fetchone()
    return (row[0] if row else GENESIS).hex() == end.head and (bool(row) or end.seq == 0)


# The place


def _place(folder: Path, machine: str, books: sqlite3.Connection) -> Path:
    """The slot to replace: an empty or damaged one first, else the older. Raises BackupError."""
    ours = end_of(books)
    ranks: dict[Path, tuple[int, int]] = {}
    for letter in SLOTS:
        file = folder / f"{machine}-{letter}.db"
        held = read_manifest(manifest_of(file))
        if held and held.books != ours.books:
            raise BackupError(f"{file}: this is of another machine that is also called {machine}; take another stick")
        if held and not contains(books, held):
            raise BackupError(
                f"{file}: goes up to fact {held.seq} of epoch {held.epoch}, which the books here do not have; "
                "keep that file in a safe place, or take another stick"
            )
        ranks[file] = held.order if held and is_intact(held) else (0, 0)
    return min(ranks, key=lambda file: ranks[file])


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """The nightly backup and one by hand must not write the same slot."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise BackupError(f"{folder}: another backup is being written there right now") from None
    finally:
        os.close(handle)


@contextmanager
def told(place: Path) -> Iterator[None]:
    """What the file system or SQLite refuses, in words about `place`."""
    try:
        yield
    except OSError as error:
        raise BackupError(f"{place}: {_WORDS.get(error.errno or 0, error.strerror or str(error))}") from None
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without the details that SQLite adds above
        words = {sqlite3.SQLITE_FULL: _WORDS[errno.ENOSPC], sqlite3.SQLITE_CORRUPT: f"{error}; {_WHOSE}"}
        raise BackupError(f"{place}: {words.get(code, str(error))}") from None


_WHOSE = "`minga ledger verify` tells whether the machine's own books are whole"
_WORDS = {
    errno.ENOENT: "there is no such folder or file; is the stick in? (the folder on it is made once, by hand)",
    errno.ENOTDIR: "this is no folder",
    errno.EROFS: "is read-only; has the stick a switch, or is it worn out?",
    errno.EACCES: "this user may not write there",
    errno.ENOSPC: "is full; delete what is not needed, or take a larger stick",
    errno.EIO: "cannot be read or written; take another stick",
}


# The copy


def _copy(books: sqlite3.Connection, fresh: Path) -> None:
    """A compact copy of one moment, on the disk when this returns. The books are only read."""
    pages, page_bytes = (books.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    disk = os.statvfs(fresh.parent)
    if disk.f_bavail * disk.f_frsize < pages * page_bytes + SPARE_BYTES:
        raise OSError(errno.ENOSPC, "")
    fresh.unlink(missing_ok=True)  # what a pulled stick has left
    fresh.touch(mode=0o640)
    books.execute("PRAGMA query_only=OFF")  # it forbids VACUUM INTO too; the connection itself stays read-only
    books.execute("VACUUM INTO ?", [str(fresh.absolute())])
    sync(fresh)


def _checked(books: sqlite3.Connection, fresh: Path) -> tuple[str, int, int, str, str]:
    """What a manifest says of the copy, once it agrees with itself and with the books. Raises BackupError."""
    digest = sha256(fresh)
    end, balances = audited(fresh)
    posted = "SELECT account, sum(cents) AS cents FROM postings WHERE seq <= ? GROUP BY account HAVING cents <> 0"
    if not contains(books, end) or dict(tuple(row) for row in books.execute(posted, [end.seq])) != balances:
        raise BackupError(f"{fresh}: this copy is not what the books say; take another stick, and try again")
    return end.books, end.epoch, end.seq, end.head, digest


def sha256(file: Path) -> str:
    """Of the whole file, as the disk has it. Raises OSError."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Bring a file or a folder's names to the disk, and forget what memory holds of it: what is read next is the disk's."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(handle)


# The manifest


def manifest_of(file: Path) -> Path:
    return file.with_suffix(".json")


def read_manifest(manifest: Path) -> Backup | None:
    """None for a file that is missing, torn or somebody else's."""
    try:
        told_there = json.loads(manifest.read_bytes())
        return TypeAdapter(Backup).validate_python({**told_there, "file": manifest.with_suffix(".db")})
    except (FileNotFoundError, IsADirectoryError, ValueError, TypeError, ValidationError):
        return None


def write_manifest(backup: Backup) -> None:
    """Whole or not at all. Raises OSError."""
    body = dataclasses.asdict(backup)
    del body["file"]
    manifest = manifest_of(backup.file)
    fresh = manifest.with_name(manifest.name + ".new")
    fresh.write_text(json.dumps(body, indent=1) + "\n")
    sync(fresh)
    fresh.replace(manifest)
    sync(manifest.parent)
