"""A backup that is asked for: made by a process of its own, told as it goes on, and nothing lost by a stop."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from builders import a_busy_day, books

from controller.copyist import Copyist
from controller.domain.stocking import Refusal
from controller.ledger.backup import read_backups

WALL_MS = 1_795_275_000_000
PATIENCE_S = 60.0


@pytest.fixture
def copyist(tmp_path: Path) -> Iterator[Copyist]:
    """For books of one busy day; its stick is not in yet."""
    with closing(books(tmp_path)) as journal:
        a_busy_day(journal)
    copyist = Copyist(tmp_path / "minga.db", tmp_path / "stick", "museo-quito", lambda: WALL_MS)
    yield copyist
    copyist.stop()


def ended(copyist: Copyist) -> dict[str, Any]:
    """How it stands once nothing is copied any more."""
    late_s = time.monotonic() + PATIENCE_S
    while (told := copyist.status())["state"] == "copying":
        assert time.monotonic() < late_s
        time.sleep(0.02)
    return told


def test_without_a_stick_it_says_what_is_missing(copyist: Copyist, tmp_path: Path) -> None:
    """The folder is never made here: then a copy would lie on the card that may die."""
    refusal = copyist.start()
    assert isinstance(refusal, Refusal)
    assert refusal.code == "no-stick"
    assert copyist.status() == {"state": "none", "folder": str(tmp_path / "stick"), "stick": False}


def test_a_backup_is_made_checked_and_told(copyist: Copyist, tmp_path: Path) -> None:
    """Asked twice it is one; what is told is what lies there. Here stick and books share a disk, and it says so."""
    (tmp_path / "stick").mkdir()
    assert copyist.start() is None
    assert copyist.start() is None
    told = ended(copyist)
    (made,) = read_backups(tmp_path / "stick")
    assert (told["state"], told["seq"], told["head"]) == ("done", made.seq, made.head)
    assert told["same_disk"] is True


def test_a_stick_that_refuses_is_told_in_words(copyist: Copyist, tmp_path: Path) -> None:
    """Whatever stops the copy is one sentence. Here it is a folder in which the kernel lets nobody make a file."""
    (tmp_path / "stick").symlink_to("/proc/self/fdinfo")
    assert copyist.start() is None
    assert ended(copyist)["state"] == "failed"


def test_books_that_are_not_there_fail_in_words(tmp_path: Path) -> None:
    """And the next attempt may begin."""
    (tmp_path / "stick").mkdir()
    copyist = Copyist(tmp_path / "none.db", tmp_path / "stick", "museo-quito", lambda: WALL_MS)
    for _ in range(2):
        assert copyist.start() is None
        told = ended(copyist)
        assert told["state"] == "failed"
        assert told["failed"]


def test_a_stop_in_the_middle_leaves_the_older_copy_whole(copyist: Copyist, tmp_path: Path) -> None:
    """One copy is made, a second one is killed: what can be read is still checked and good."""
    (tmp_path / "stick").mkdir()
    copyist.start()
    ended(copyist)
    copyist.start()
    copyist.stop()
    assert ended(copyist)["state"] in ("failed", "done")
    assert read_backups(tmp_path / "stick")
