"""The folder of photos: names that follow from what a photo shows, each written whole or not at all.

A photo is two files. `3f…9a.webp` is the tile, which stands in the books, so that a page that knows nothing of sizes stays
light; `3f…9a.large.webp` is the hero. A changed photo has another name, so whoever keeps one may keep it for ever.
"""

import os
import re
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from controller.photos.making import Photo
from controller.photos.refusal import PhotoRefused

NAME = re.compile(r"([0-9a-f]{32})(\.large)?\.webp")
LEFT_FREE_BYTES = 128_000_000
"""Books and logs have the rest of the card; the machine itself stops selling far below this (`machine.disk_free_mb_min`)."""
PART = ".part"
PART_S = 3_600
"""A part that is older belongs to nobody any more: its writer lost its power."""


def keep(folder: Path, photo: Photo, left_free_bytes: int = LEFT_FREE_BYTES) -> str:
    """Put both pictures into the folder, on the disk and not only on its way there; the name for the books.

    `left_free_bytes` is what the disk must have free for the books. Keeping the same photo again changes nothing. Raises
    PhotoRefused, and then leaves nothing behind.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        if shutil.disk_usage(folder).free < left_free_bytes:
            raise PhotoRefused("no-room")
        _write(folder / large(photo.name), photo.hero)
        _write(folder / photo.name, photo.tile)  # the name in the books comes last: where it is, both are
        _sync(folder)
    except OSError as error:
        forget(folder, photo.name)
        raise PhotoRefused("not-written", why=error.strerror or "") from None
    return photo.name


def forget(folder: Path, name: str) -> None:
    """Take a photo off the disk; the one who is seen in it may want that. A name that is not of an album is left alone."""
    if not is_kept(name):
        return
    for file in (folder / name, folder / large(name)):
        with suppress(OSError):
            file.unlink(missing_ok=True)


def is_kept(name: str) -> bool:
    """Whether an album gave this name, of a tile or of a hero."""
    return NAME.fullmatch(name) is not None


def large(name: str) -> str:
    """The hero's name by the one in the books; any other name is its own."""
    found = NAME.fullmatch(name)
    return f"{found[1]}.large.webp" if found else name


def _write(file: Path, content: bytes) -> None:
    """Whole under its name, or not there: written beside, synced, and then given the name."""
    handle, part = tempfile.mkstemp(PART, ".", file.parent)
    try:
        with open(handle, "wb") as opened:
            os.fchmod(handle, 0o644)
            opened.write(content)
            opened.flush()
            os.fsync(handle)
        os.replace(part, file)
    except OSError:
        os.unlink(part)
        raise


def _sync(folder: Path) -> None:
    """The names themselves are on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sweep(folder: Path) -> None:
    """Remove what a power cut left half written."""
    for part in folder.glob(f".*{PART}"):
        with suppress(OSError):
            if time.time() - part.stat().st_mtime > PART_S:
                part.unlink()
