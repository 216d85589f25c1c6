"""A slot on a stick: the file of a copy, and beside it a manifest that says what the copy holds and its SHA-256.

Reading a slot believes nothing but bytes: a manifest that is torn is none, a file that is not the one its manifest was
written for is damaged. What a stick refuses is told in words.
"""

import dataclasses
import errno
import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from controller.domain.chain import GENESIS
from controller.errors import MingaError


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
        """Newer is greater, whatever a clock said."""
        return self.epoch, self.seq


@dataclass(frozen=True, slots=True)
class End:
    """How far some books go."""

    books: str
    epoch: int
    seq: int
    head: str


def end_of(db: sqlite3.Connection) -> End:
    """How far these books go."""
    values = dict(tuple(row) for row in db.execute("SELECT key, value FROM machine"))
    last = db.execute("SELECT seq, hash FROM facts ORDER BY seq DESC LIMIT 1").fetchone() or (0, GENESIS)
    books = hashlib.sha256(bytes.fromhex(values["claim_key"])).hexdigest()[:16]  # the key itself stays a secret
    return End(books, int(values["epoch"]), last[0], last[1].hex())


def contains(db: sqlite3.Connection, end: End | Backup) -> bool:
    """Whether these books have gone through `end`: the same fact with the same hash, so everything before it too."""
    row = db.execute("SELECT hash FROM facts WHERE seq = ?", [end.seq]).fetchone()
    return row[0].hex() == end.head if row else end.seq == 0


def read_backups(folder: Path) -> list[Backup]:
    """Every slot in `folder` that has a manifest, of whatever machine, newest first. Raises BackupError."""
    with told(folder):
        found = [read_manifest(file) for file in sorted(folder.iterdir()) if file.suffix == ".json"]
    return sorted((backup for backup in found if backup), key=lambda backup: backup.order, reverse=True)


def read_manifest(manifest: Path) -> Backup | None:
    """None for a file that is missing, torn or somebody else's. Raises OSError when the stick cannot be read."""
    try:
        body = json.loads(manifest.read_bytes())
        return TypeAdapter(Backup).validate_python({**body, "file": manifest.with_suffix(".db")})
    except (FileNotFoundError, IsADirectoryError, ValueError, TypeError):
        return None


def write_manifest(backup: Backup) -> None:
    """Whole or not at all. Raises OSError."""
    body = dataclasses.asdict(backup)
    del body["file"]
    manifest = backup.file.with_suffix(".json")
    fresh = manifest.with_name(manifest.name + ".new")
    fresh.write_text(json.dumps(body, indent=1) + "\n")
    sync(fresh)
    fresh.replace(manifest)
    sync(manifest.parent)


def is_intact(backup: Backup) -> bool:
    """Whether the file can be read to its end and is, byte by byte, the one its manifest was written for."""
    try:
        return sha256(backup.file) == backup.sha256
    except OSError:
        return False


def sha256(file: Path) -> str:
    """Of the whole file. Raises OSError."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Bring a file, or a folder's names, to the disk, and forget what memory holds: what is read next is the disk's."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(handle)


@contextmanager
def told(place: Path) -> Iterator[None]:
    """What the file system or SQLite refuses, as a BackupError in words about `place`."""
    try:
        yield
    except OSError as error:
        raise BackupError(f"{place}: {_WORDS.get(error.errno or 0, error.strerror or str(error))}") from None
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without the details that SQLite adds above
        words = {sqlite3.SQLITE_FULL: _WORDS[errno.ENOSPC], sqlite3.SQLITE_CORRUPT: f"{error}; {LOOK}"}
        raise BackupError(f"{place}: {words.get(code, str(error))}") from None


LOOK = "`minga ledger verify` tells whether the machine's own books are whole"
_WORDS = {
    errno.ENOENT: "there is no such folder or file; is the stick in? (the folder on it is made once, by hand)",
    errno.ENOTDIR: "this is no folder",
    errno.EROFS: "is read-only; has the stick a switch, or is it worn out?",
    errno.EACCES: "this user may not write there",
    errno.ENOSPC: "is full; delete what is not needed, or take a larger stick",
    errno.EIO: "cannot be read or written; take another stick",
}
