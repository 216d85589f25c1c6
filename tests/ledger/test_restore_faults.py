"""Restoring under power cuts, over and over, and under the auditor's eyes."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sticks import Museum

from controller.ledger import restore as restoring
from controller.ledger.backup import read_backups
from controller.ledger.connection import open_readonly
from controller.ledger.journal import GENESIS, Journal, chain
from controller.ledger.restore import IDS_APART
from controller.ledger.slot import Backup
from controller.ledger.verify import verify

HASHED = "epoch, seq, boot_id, mono_ms, wall_ms, trusted, type, body"


@pytest.fixture
def museum(tmp_path: Path) -> Museum:
    return Museum(tmp_path)


# Again and again


def test_the_same_backup_twice_gives_two_epochs(museum: Museum) -> None:
    """The stick remembers which epoch it began, so that even a second lost card repeats no id."""
    backup = museum.backs_up()
    epochs, vends = [], []
    for _ in range(3):
        museum.loses_its_card()
        epochs.append(museum.restores(read_backups(museum.stick)[0]).epoch)
        vends.append(museum.starts().cycle.last_vend_id)

    assert epochs == [2, 3, 4]
    assert [vend - vends[0] for vend in vends] == [0, IDS_APART, 2 * IDS_APART]
    assert backup.opened == 0


def test_a_stick_that_cannot_be_written_restores_all_the_same(museum: Museum, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stick with its switch on lock is good enough to restore from."""

    def locked(backup: Backup) -> None:
        raise OSError(30, "Read-only file system")

    backup = museum.backs_up()
    museum.loses_its_card()
    monkeypatch.setattr(restoring, "write_manifest", locked)
    assert museum.restores(backup).epoch == 2


def test_backups_go_on_after_a_restore(museum: Museum) -> None:
    """The restored books contain the backup, so they may take its turn; the new epoch is the newer one."""
    museum.backs_up()
    museum.sells()
    backup = museum.backs_up()
    museum.loses_its_card()
    museum.restores(backup)
    museum.starts()
    later = museum.backs_up()
    museum.sells()

    assert (later.epoch, later.file != backup.file) == (2, True)
    assert museum.backs_up().file == backup.file
    assert read_backups(museum.stick)[0].order == (2, museum.journal.seq)


# Power cuts


class PowerCut(BaseException):
    """The lights go out."""


CUTS = [
    (restoring, "_fetch"),
    (restoring, "migrate"),
    (Journal, "append"),
    (restoring, "_begin"),
    (Path, "hardlink_to"),
    (Path, "rename"),
    (restoring, "_put_aside"),
    (Path, "replace"),
    (restoring, "write_manifest"),
]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("owner", "name"), CUTS, ids=[name for _, name in CUTS])
def test_a_power_cut_leaves_the_old_books_or_the_new(
    museum: Museum, monkeypatch: pytest.MonkeyPatch, owner: object, name: str, after: bool
) -> None:
    """Before or after each step: whole books in their place, and a second try, if one is needed, succeeds."""
    backup = museum.backs_up()
    museum.sells()
    seq = museum.journal.seq
    museum.stops()
    real: Callable[..., object] = getattr(owner, name)

    def cut(*args: object, **more: object) -> object:
        if after:
            real(*args, **more)
        raise PowerCut

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, cut)
        try:
            museum.restores(backup, anyway=True)
        except PowerCut:
            assert verify(open_readonly(museum.database)) == []
    assert open_readonly(museum.database).execute("SELECT max(seq) FROM facts").fetchone()[0] in (seq, backup.seq + 1)
    museum.restores(backup, anyway=True)
    assert verify(museum.starts().db) == []


def test_the_log_of_the_former_books_is_not_read_into_the_new(museum: Museum) -> None:
    """A killed controller leaves a write-ahead log; beside other books it would be rubbish, so it goes aside with its own."""
    backup = museum.backs_up()
    museum.sells()
    reader = open_readonly(museum.database)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM facts").fetchone()[0] == museum.journal.seq
    museum.stops()
    assert (museum.card / "minga.db-wal").stat().st_size > 0
    done = museum.restores(backup, anyway=True)
    reader.close()

    assert done.aside is not None
    assert verify(museum.starts().db) == verify(open_readonly(done.aside)) == []
    assert open_readonly(done.aside).execute("SELECT max(epoch) FROM facts").fetchone()[0] == 1


# What the auditor says


def forge(database: Path, statement: str) -> set[str]:
    """Change the fact of the restore, make the chain fit again, and ask the auditor."""
    db = sqlite3.connect(database, isolation_level=None)
    for trigger in ("facts_stay", "facts_remain"):
        db.execute(f"DROP TRIGGER {trigger}")
    assert db.execute(statement).rowcount > 0
    prev = GENESIS
    for row in db.execute(f"SELECT {HASHED} FROM facts ORDER BY seq").fetchall():
        link = chain(prev, row)
        db.execute("UPDATE facts SET prev = ?, hash = ? WHERE seq = ?", (prev, link, row[1]))
        prev = link
    return {complaint.invariant for complaint in verify(db)}


@pytest.mark.parametrize(
    ("statement", "invariant"),
    [
        ("UPDATE facts SET body = json_set(body, '$.seq', 3) WHERE type = 'Restored'", "epoch"),
        ("UPDATE facts SET body = json_set(body, '$.epoch', 7) WHERE type = 'Restored'", "epoch"),
        ("UPDATE facts SET body = json_set(body, '$.ids_skipped', -4) WHERE type = 'Restored'", "epoch"),
        ("UPDATE facts SET body = json_set(body, '$.ids_skipped', 0) WHERE type = 'Restored'", "cycle"),
        ("UPDATE facts SET epoch = 1 WHERE type = 'Restored'", "epoch"),
        ("UPDATE facts SET epoch = 2 WHERE seq = 20", "epoch"),
        ("UPDATE machine SET value = '1' WHERE key = 'epoch'", "epoch"),
        ('UPDATE facts SET type = \'TroubleOver\', body = \'{"trouble":"disk","device":""}\' WHERE epoch = 2', "epoch"),
    ],
)
def test_a_forged_restore_is_found(museum: Museum, statement: str, invariant: str) -> None:
    """An epoch that begins without its fact, or elsewhere than it says, is complained about though the chain fits."""
    backup = museum.backs_up()
    museum.loses_its_card()
    museum.restores(backup)

    complaints = forge(museum.database, statement)
    assert "chain" not in complaints
    assert invariant in complaints
