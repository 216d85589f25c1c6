"""A disk in memory that remembers the order of everything, so that the power can fail anywhere.

SQLite's own code runs on it through a VFS of ours (by apsw; the standard library's `sqlite3` offers no such door).
`Platter` follows a log of operations and knows what a cut leaves: what was synced stays; of the rest each write is kept,
dropped or torn at its sectors, and un-synced changes of the folder may be undone.
"""

import copy
import random
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import apsw

SECTOR_BYTES = 512
Image = dict[str, bytearray]
Op = tuple[Any, ...]
"""`create name`, `write name offset bytes`, `truncate name size`, `sync name`, `delete name synced`."""


class Cut(Enum):
    """What becomes of writes that no sync has made safe."""

    KEPT = "kept"
    """All reach the disk: what `kill -9` leaves, because the kernel's cache outlives the process."""
    DROPPED = "dropped"
    SOME = "some"
    TORN = "torn"


class Connection(apsw.Connection):
    """What the program expects of a connection besides what apsw has: it leaves text and rows as they come, as apsw does."""

    text_factory: Any = str


class Disk:
    """The files as the program sees them, and the log of all that it did to them."""

    def __init__(self, image: Image, log: list[Op] | None = None) -> None:
        self.files = {name: bytearray(content) for name, content in image.items()}
        self.log: list[Op] = [] if log is None else log
        self._door = _Door(self)

    def connect(self, path: Any, mode: str = "rw") -> Connection:
        """What `controller.ledger.connection._connect` gives, on this disk. One process, so one lock: exclusive."""
        db = Connection(str(path), vfs=self._door.vfs_name)
        db.execute("PRAGMA locking_mode=EXCLUSIVE")
        return db

    def do(self, *op: Any) -> None:
        self.log.append(op)
        _apply(self.files, op)


def _apply(files: Image, op: Op) -> None:
    match op:
        case "create", name:
            files[name] = bytearray()
        case "write", name, offset, data:
            _put(files[name], offset, data)
        case "truncate", name, size:
            del files[name][size:]
        case "delete", name, _:
            del files[name]


def _put(content: bytearray, offset: int, data: bytes) -> None:
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data


class _Door(apsw.VFS):
    """How SQLite comes to the disk."""

    made = 0

    def __init__(self, disk: Disk) -> None:
        _Door.made += 1
        self.vfs_name, self.disk = f"disk-{_Door.made}", disk
        super().__init__(self.vfs_name, base="unix-none", iVersion=1)

    def xFullPathname(self, name: str) -> str:  # noqa: N802 - SQLite's own names
        return name

    def xAccess(self, name: str, flags: int) -> bool:  # noqa: N802
        return name in self.disk.files

    def xDelete(self, name: str, synced: bool) -> None:  # noqa: N802
        if name not in self.disk.files:
            raise apsw.exception_for(apsw.SQLITE_IOERR_DELETE_NOENT)
        self.disk.do("delete", name, synced)

    def xOpen(self, name: Any, flags: list[int]) -> "_File":  # noqa: N802
        path = name.filename() if hasattr(name, "filename") else name
        if path not in self.disk.files:
            self.disk.do("create", path)
        return _File(self.disk, path)


class _File:
    """An open file; it promises SQLite nothing but what is written here."""

    def __init__(self, disk: Disk, name: str) -> None:
        self._disk, self._name = disk, name

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        return bytes(self._disk.files[self._name][offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        self._disk.do("write", self._name, offset, bytes(data))

    def xTruncate(self, size: int) -> None:  # noqa: N802
        self._disk.do("truncate", self._name, size)

    def xSync(self, flags: int) -> None:  # noqa: N802
        self._disk.do("sync", self._name)

    def xFileSize(self) -> int:  # noqa: N802
        return len(self._disk.files[self._name])

    def xSectorSize(self) -> int:  # noqa: N802
        return SECTOR_BYTES

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        return 0

    def xCheckReservedLock(self) -> bool:  # noqa: N802
        return False

    def xFileControl(self, op: int, pointer: int) -> bool:  # noqa: N802
        return False

    def xLock(self, level: int) -> None:  # noqa: N802
        """One process: nobody to lock out."""

    xUnlock = xLock  # noqa: N815

    def xClose(self) -> None:  # noqa: N802
        """Nothing waits here to be written."""


@dataclass(slots=True)
class _Platter:
    """One file on the medium: what is safe, and what came after, in order."""

    safe: bytearray = field(default_factory=bytearray)
    risky: list[Op] = field(default_factory=list)
    listed: bool = False
    """Whether its folder's entry is safe."""


class Platter:
    """The medium under a log: `follow` it, and ask at any moment what a cut would leave."""

    def __init__(self, image: Image) -> None:
        self._files = {name: _Platter(bytearray(content), listed=True) for name, content in image.items()}
        self._ghosts: dict[str, _Platter] = {}

    def follow(self, op: Op) -> None:
        """One more operation was done."""
        match op:
            case "create", name:
                self._files[name] = _Platter()
            case "sync", name:
                self._sync(self._files[name])
            case "delete", name, synced:
                self._delete(name, synced)
            case _, name, *_:
                self._files[name].risky.append(op)

    def _sync(self, file: _Platter) -> None:
        """A new file's first sync is followed by one of its folder, as SQLite's unix VFS does it."""
        for op in file.risky:
            _apply({op[1]: file.safe}, op)
        file.risky.clear()
        if not file.listed:
            file.listed = True
            self._ghosts.clear()

    def _delete(self, name: str, synced: bool) -> None:
        file = self._files.pop(name)
        if synced:
            self._ghosts.clear()
        elif file.listed:
            self._ghosts[name] = file

    def left(self, cut: Cut, rng: random.Random) -> Image:
        """The files after power failed at this moment."""
        ghosts = {} if cut is Cut.KEPT else {name: ghost for name, ghost in self._ghosts.items() if rng.random() < 0.5}
        image = {name: _what_is_left(ghost, cut, rng) for name, ghost in ghosts.items()}
        for name, file in self._files.items():
            if file.listed or cut is Cut.KEPT or rng.random() < 0.5:
                image[name] = _what_is_left(file, cut, rng)
        return image


def _what_is_left(file: _Platter, cut: Cut, rng: random.Random) -> bytearray:
    content = copy.copy(file.safe)
    for op in file.risky:
        if cut is Cut.DROPPED or (cut is not Cut.KEPT and rng.random() < 0.5):
            continue
        if cut is Cut.TORN and op[0] == "write":
            _tear(content, op[2], op[3], rng)
        else:
            _apply({op[1]: content}, op)
    return content


def _tear(content: bytearray, offset: int, data: bytes, rng: random.Random) -> None:
    for start in range(0, len(data), SECTOR_BYTES):
        if rng.random() < 0.5:
            _put(content, offset + start, data[start : start + SECTOR_BYTES])
