"""The way in for a photo: looked at from outside first, then drawn anew in a process of its own.

Why a process: decoders are large programs in C that strangers may feed, and the pages' process must outlive all of them.
There a bomb meets its limit of memory, a loop its limit of seconds, and a broken decoder takes nobody along. It costs a
start of Python and Pillow, a fraction of a second for something people do a few times a week. Its input and output are files
in memory, so neither side can keep the other waiting, and its answer cannot be larger than its own limit.
"""

import hashlib
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from controller.photos.limits import BYTES_MAX, OUTPUT_BYTES, PATIENCE_S
from controller.photos.refusal import PhotoRefused

log = logging.getLogger(__name__)

BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
"""What stands after `ftyp` in a HEIF file (ISO/IEC 23008-12, 10)."""

_one_at_a_time = threading.BoundedSemaphore(1)


@dataclass(frozen=True, slots=True)
class Photo:
    """The two pictures, as WebP: a tile for shelves and lists, a hero for the page of one piece."""

    tile: bytes
    hero: bytes

    @property
    def name(self) -> str:
        """Its name in an album; it follows from what is seen, so that an address never changes its picture."""
        return f"{hashlib.sha256(self.tile + self.hero).hexdigest()[:32]}.webp"


def read(file: Path) -> bytes:
    """A file's bytes, never more than a photo may have. Raises PhotoRefused."""
    try:
        if not file.is_file():
            raise PhotoRefused("unreadable", why="there is no such file")
        with file.open("rb") as opened:
            return opened.read(BYTES_MAX + 1)
    except OSError as error:
        raise PhotoRefused("unreadable", why=error.strerror or "") from None


def prepare(source: bytes) -> Photo:
    """What may be shown of any file that anybody sent. Takes a second or so, and blocks; one photo is made at a time.

    Raises PhotoRefused, and nothing else, for whatever is no photo or more than this machine can take.
    """
    _look(source)
    if not _one_at_a_time.acquire(timeout=PATIENCE_S):
        raise PhotoRefused("busy")
    try:
        answer = _made(source)
    finally:
        _one_at_a_time.release()
    head, _, pictures = answer.partition(b"\n")
    told = json.loads(head)
    if code := told.pop("code", ""):
        raise PhotoRefused(code, **told)
    return Photo(pictures[: told["tile"]], pictures[told["tile"] :])


def _look(source: bytes) -> None:
    """What can be told without decoding: how heavy it is, and what it begins with."""
    if not source:
        raise PhotoRefused("empty")
    if len(source) > BYTES_MAX:
        raise PhotoRefused("too-heavy", most_mb=BYTES_MAX // 1_000_000)
    if source[4:8] == b"ftyp" and source[8:12] in BRANDS:
        raise PhotoRefused("heic")
    known = source.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))
    if not known and not (source[:4] == b"RIFF" and source[8:12] == b"WEBP"):
        raise PhotoRefused("not-a-photo")


def _made(source: bytes) -> bytes:
    """The process's answer. Without one the file is damaged, or it was too much."""
    with _in_memory("photo", source) as given, _in_memory("answer") as answer, _in_memory("words") as words:
        command = [sys.executable, "-I", "-m", "controller.photos"]
        try:
            ended = subprocess.run(command, stdin=given, stdout=answer, stderr=words, env={}, timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            raise PhotoRefused("too-much") from None
        if ended.returncode < 0:  # the kernel ended it: for its seconds, or because a decoder broke
            raise PhotoRefused("too-much")
        if ended.returncode:
            log.info("a photo was not taken: %s", _read(words).decode(errors="replace").strip().rpartition("\n")[2])
            raise PhotoRefused("broken")
        return _read(answer)


@contextmanager
def _in_memory(name: str, content: bytes = b"") -> Iterator[IO[bytes]]:
    """A file without a place on any disk, gone when it is closed."""
    with open(os.memfd_create(name), "w+b") as file:
        file.write(content)
        file.seek(0)
        yield file


def _read(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read(OUTPUT_BYTES)
