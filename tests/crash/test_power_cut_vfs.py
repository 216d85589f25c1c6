"""Power cuts on a disk in memory, by SQLite's own code over a VFS of ours: un-synced writes kept, dropped, torn, reordered.

Every moment of a story is cut: between any two operations on the disk and any two deeds in the world. A cut that keeps
everything is what `kill -9` leaves. Only SQLite's version differs from production: apsw brings its own.
"""

import sqlite3
from functools import partial
from pathlib import Path

import pytest
from cutdisk import Cut, Image
from cutting import BOOKS, cut_everywhere
from share import PATIENCE_S, play, runs


def image_of(books: Path) -> Image:
    return {str(BOOKS): bytearray(books.read_bytes())}


@pytest.mark.timeout(PATIENCE_S)
def test_a_power_cut_at_any_moment_costs_nobody_a_cent(shop: Path) -> None:
    """Whatever a cut keeps, drops or tears, all that was acknowledged is there and the machine sells again."""
    tally = play("power cuts in memory", partial(cut_everywhere, image_of(shop), cuts=tuple(Cut)), runs(2_000))
    assert min(tally.runs[cut.value] for cut in Cut) >= 500


def test_books_from_a_backup_are_safe_from_the_first_opening_on(shop: Path, tmp_path: Path) -> None:
    """A backup is no write-ahead log yet: power cuts while it becomes one, and after, lose nothing either."""
    backup = tmp_path / "backup.db"
    db = sqlite3.connect(shop)
    db.execute("VACUUM INTO ?", [str(backup)])
    db.close()
    tally = cut_everywhere(image_of(backup), 1, tuple(Cut))
    assert tally.wrongs == []
    assert tally.runs.total() > 500
