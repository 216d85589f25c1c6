"""The folder of photos: each whole or not there, under a name that never changes its picture."""

import errno
import os
import shutil
from pathlib import Path

import pytest

from controller.photos import Photo, PhotoRefused, album, forget, is_kept, keep, large

CHUMPI = Photo(b"tile of a red belt", b"hero of a red belt")
BAG = Photo(b"tile of a bag", b"hero of a bag")


def files(folder: Path) -> set[str]:
    return {file.name for file in folder.rglob("*")} if folder.exists() else set()


def test_a_photo_is_two_files_under_one_name(tmp_path: Path) -> None:
    """The books name the tile, whose name leads to the hero; the pages' own process may read both."""
    name = keep(tmp_path / "media", CHUMPI)
    assert files(tmp_path / "media") == {name, large(name)}
    assert (tmp_path / "media" / name).read_bytes() == CHUMPI.tile
    assert (tmp_path / "media" / large(name)).read_bytes() == CHUMPI.hero
    assert all(file.stat().st_mode & 0o777 == 0o644 for file in (tmp_path / "media").iterdir())


def test_keeping_it_twice_changes_nothing(tmp_path: Path) -> None:
    """The same name, the same files; another photo stands beside it."""
    assert keep(tmp_path, CHUMPI) == keep(tmp_path, CHUMPI)
    assert len(files(tmp_path)) == 2
    assert keep(tmp_path, BAG) not in (CHUMPI.name, large(CHUMPI.name))
    assert len(files(tmp_path)) == 4


@pytest.mark.parametrize("broken", ["write", "fsync", "replace"])
@pytest.mark.parametrize("at", [1, 2])
def test_a_disk_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str, at: int
) -> None:
    """Whichever step fails, for the hero or the tile: no half photo, no part of one, and a reason."""
    calls = []

    def fail(*args: object) -> None:
        calls.append(args)
        if len(calls) == at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(*args)

    target = "fchmod" if broken == "write" else broken
    real = getattr(os, target)
    monkeypatch.setattr(album.os, target, fail)
    with pytest.raises(PhotoRefused, match="No space left"):
        keep(tmp_path, CHUMPI)
    assert files(tmp_path) == set()


def test_the_last_of_the_disk_is_for_the_books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Photos stop long before sales would have to."""
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=album.LEFT_FREE_BYTES - 1))
    with pytest.raises(PhotoRefused, match="kept for the books"):
        keep(tmp_path, CHUMPI)
    assert files(tmp_path) == set()


def test_what_a_power_cut_left_is_swept_away(tmp_path: Path) -> None:
    """A part that is an hour old has no writer any more; one of this moment has."""
    old, new = tmp_path / ".old.part", tmp_path / ".new.part"
    for part in (old, new):
        part.write_bytes(b"half a p")
    os.utime(old, (0, 0))
    keep(tmp_path, CHUMPI)
    assert not old.exists()
    assert new.exists()


def test_a_face_can_be_forgotten(tmp_path: Path) -> None:
    """Both pictures are gone from the disk; doing it twice is no error."""
    forget(tmp_path, keep(tmp_path, CHUMPI))
    forget(tmp_path, CHUMPI.name)
    assert files(tmp_path) == set()


@pytest.mark.parametrize(
    "name", ["", "minga.db", "../minga.db", "rosa.jpg", "3f.webp", "A" * 32 + ".webp", "/etc/passwd"]
)
def test_only_an_albums_own_names_are_touched(tmp_path: Path, name: str) -> None:
    """A name from elsewhere is left alone, and is its own large picture."""
    (tmp_path / "minga.db").write_bytes(b"books")
    (tmp_path / "media").mkdir()
    forget(tmp_path / "media", name)
    assert (tmp_path / "minga.db").exists()
    assert not is_kept(name)
    assert large(name) == name
