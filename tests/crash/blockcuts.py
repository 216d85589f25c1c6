"""Power cuts on a real ext4 disk image, at every block write of a real life of the program.

A life is recorded on an ext4 file system whose disk logs each write and flush (`blockdisk`). For every cut the disk is put
together again as a cut would leave it: what was flushed stays; each later write is kept, dropped or torn at 512 bytes. Linux
mounts that, the controller recovers on it, and the judge compares it with the world at that moment.

Needs root, /dev/fuse, loop devices and `mkfs.ext4`. All mounts live in a mount namespace of the rig's own processes, so
nothing stays behind when one of them dies.
"""

import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blockdisk import RECORD, call, mount_disk, serve
from cutdisk import SECTOR_BYTES
from killing import recover
from lives import Prepare, live
from outside import World
from scripted import Ask
from stories import LAST, STOCK

from controller.ledger.schema import create

SIZE_BYTES = 12 << 20
CLONE_NEWNS, MS_REC, MS_PRIVATE = 0x20000, 0x4000, 0x40000
TOOLS = ("mkfs.ext4", "e2fsck", "mount", "umount")


@dataclass(frozen=True)
class Entry:
    """One entry of the disk's log: a write of `data` at `offset`, or a flush. `end` is the log's length after it."""

    end: int
    offset: int
    data: bytes | None


@dataclass(frozen=True)
class Film:
    """A recorded life: the disk before it, what happened on the disk, and what happened in the world."""

    world: World
    before: bytes
    entries: list[Entry]
    first_day: bool


def missing() -> str:
    """What this machine lacks for the rig, in words; empty when it can run."""
    lacks = [name for name in TOOLS if tool(name) is None]
    lacks += [name for name in ("/dev/fuse", "/dev/loop-control") if not os.access(name, os.W_OK)]
    if not lacks and not _may_mount():
        lacks = ["the right to mount (root, CAP_SYS_ADMIN)"]
    return "the ext4 rig lacks " + ", ".join(lacks) if lacks else ""


def tool(name: str) -> str | None:
    """Where a command of the system is; some paths leave out the folders of its administrator."""
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def _may_mount() -> bool:
    child = os.fork()
    if not child:
        try:
            own_mounts()
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def own_mounts() -> None:
    """From now on this process's mounts are nobody else's, and end with it. Raises OSError without the right to."""
    call("unshare", CLONE_NEWNS)
    call("mount", b"none", b"/", None, MS_REC | MS_PRIVATE, None)


def run(*command: object) -> None:
    """A command of the system. Raises OSError with its own words when it fails."""
    name, *words = map(str, command)
    done = subprocess.run([tool(name) or name, *words], capture_output=True, text=True)
    if done.returncode:
        raise OSError(done.returncode, f"{command}: {done.stderr}")


@contextmanager
def mounted(image: Path, place: Path) -> Iterator[Path]:
    """An ext4 image as a folder, for as long as this lasts; repaired first if Linux refuses it.

    A torn superblock does not mount. A Raspberry Pi repairs its disks at each start (`fsck.repair=yes`), and so does this.
    """
    try:
        run("mount", "-o", "loop", image, place)
    except OSError:
        subprocess.run([tool("e2fsck") or "e2fsck", "-f", "-y", str(image)], capture_output=True)
        run("mount", "-o", "loop", image, place)
    try:
        yield place
    finally:
        run("umount", place)


def record(folder: Path, seed: int, template: Path | None) -> Film:
    """Film one life on a fresh ext4 disk; without a template it is a machine's first day, from the making of the books."""
    disk, log, place = folder / "disk", folder / "log", folder / "fs"
    disk.touch()
    place.mkdir()
    line = mount_disk(disk)
    keeper = os.fork()
    if not keeper:
        serve(line, SIZE_BYTES, log)
        os._exit(0)
    os.close(line)
    run("mkfs.ext4", "-q", "-F", "-E", "nodiscard,lazy_itable_init=0,lazy_journal_init=0", "-J", "size=4", disk)
    with mounted(disk, place):
        if template:
            shutil.copy(template, place / "minga.db")
        os.sync()
        start = log.stat().st_size
        world = world_of(seed, template is None)
        world.history = []
        assert live(place / "minga.db", world, _noting(log, place / "minga.db")) == 0
    run("umount", disk)
    os.waitpid(keeper, 0)
    entries = list(_entries(log.read_bytes()))
    before = bytearray(SIZE_BYTES)
    for entry in entries:
        if entry.end <= start:
            _write(before, entry)
    return Film(world, bytes(before), [entry for entry in entries if entry.end > start], template is None)


def world_of(seed: int, first_day: bool) -> World:
    """The world before the film."""
    return World(seed, before=STOCK, last=(*STOCK, *LAST)) if first_day else World(seed)


def _noting(log: Path, books: Path) -> Prepare:
    def prepare(ask: Ask) -> Ask:
        if not books.exists():
            create(books)

        def noting(*deed: Any) -> Any:
            return ask("logged", log.stat().st_size, deed)

        return noting

    return prepare


def _entries(log: bytes) -> Iterator[Entry]:
    at = 0
    while at < len(log):
        kind, offset, size = RECORD.unpack_from(log, at)
        at += RECORD.size + size
        yield Entry(at, offset, log[at - size : at] if kind == b"W" else None)


def _write(image: bytearray, entry: Entry) -> None:
    if entry.data is not None:
        image[entry.offset : entry.offset + len(entry.data)] = entry.data


def cut(film: Film, number: int, rng: random.Random) -> tuple[bytearray, World]:
    """The disk and the world when power fails after `number` entries of the film."""
    image = bytearray(film.before)
    done = film.entries[:number]
    flushed = max((index for index, entry in enumerate(done) if entry.data is None), default=0)
    for index, entry in enumerate(done):
        fate = "kept" if index < flushed else rng.choice(("kept", "kept", "dropped", "torn"))
        if fate == "torn":
            _tear(image, entry, rng)
        elif fate == "kept":
            _write(image, entry)
    return image, _world_at(film, done[-1].end if done else 0, rng.random() < 0.5)


def _tear(image: bytearray, entry: Entry, rng: random.Random) -> None:
    for start in range(0, len(entry.data or b""), SECTOR_BYTES):
        if rng.random() < 0.5:
            part = (entry.data or b"")[start : start + SECTOR_BYTES]
            image[entry.offset + start : entry.offset + start + len(part)] = part


def _world_at(film: Film, log_bytes: int, early: bool) -> World:
    """What had happened when the log was so long; what happened just then may have, or (`early`) may not."""
    world = world_of(film.world.seed, film.first_day)
    for before, deed in film.world.history or []:
        if before < log_bytes or (before == log_bytes and not early):
            world.answer(deed)
    return world


def survive(film: Film, number: int, variant: int, folder: Path) -> list[str]:
    """One power cut and the recovery from it; what the judge says."""
    rng = random.Random(f"{film.world.seed}/{number}/{variant}")
    image, world = cut(film, number, rng)
    file, place = folder / f"cut-{os.getpid()}.img", folder / f"cut-{os.getpid()}"
    file.write_bytes(image)
    place.mkdir(exist_ok=True)
    with mounted(file, place):
        books = place / "minga.db"
        if film.first_day and not books.exists():
            create(books)
        return recover(books, world, power_cut=True)
