"""Restoring: a backup becomes the books again, and a new epoch begins, so that nothing that is counted comes twice.

Whatever happened after the backup is lost to the books, but not to the world: claim codes are in visitors' pockets, the
lab has the facts, coins are in the box. So every counter skips ahead, and the coin acceptor's history counts as history
(its coins are found at the cash count). The books that are there are put aside under another name, never deleted.
"""

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from controller.domain.cycle import Cycle
from controller.domain.events import DeadlinePassed
from controller.domain.facts import Restored
from controller.domain.vend import step
from controller.ledger.alone import alone
from controller.ledger.backup import (
    Backup,
    BackupError,
    End,
    audited,
    contains,
    end_of,
    is_intact,
    read_backups,
    read_manifest,
    sha256,
    sync,
    told,
    write_manifest,
)
from controller.ledger.connection import DatabaseError, open_readonly, open_writer
from controller.ledger.journal import Journal, Stamp, load_cycle
from controller.ledger.schema import migrate

IDS_APART = 10_000
"""How many ids of each kind a new epoch skips: more claims, vends or starts than any lost time can have seen."""
NO_TRADE = ("Booted", "TroubleSeen", "TroubleOver")
"""Facts that a new, empty machine writes by itself."""


class Standing(StrEnum):
    """How a backup stands to the books it would replace."""

    NO_BOOKS = "no-books"
    EMPTY = "empty"
    SAME = "same"
    NEWER = "newer"
    OLDER = "older"
    STRANGE = "strange"
    UNREADABLE = "unreadable"


_REFUSED = {
    Standing.OLDER: "the books here have gone on since: they have {more} facts more, which would be lost",
    Standing.STRANGE: "the books here have another history than this backup",
    Standing.UNREADABLE: "the books here cannot be read, so nobody can tell how much newer than this backup they were",
}


@dataclass(frozen=True, slots=True)
class _Books:
    """What is there now, before anything is changed. `ids` are its counters, as in `_ids`."""

    standing: Standing
    end: End | None = None
    ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Restoration:
    """What a restore has done. `aside` is where the former books lie; `ids_skipped` how far every counter jumped."""

    backup: Backup
    standing: Standing
    epoch: int
    ids_skipped: int
    aside: Path | None


def choose(place: Path, machine: str) -> Backup:
    """The backup that `place` names: a slot's file, or in a folder the newest undamaged one of this machine.

    Raises BackupError.
    """
    if not place.is_dir():
        backup = read_manifest(place.with_suffix(".json"))
        if backup is None or not place.exists():
            raise BackupError(f"{place}: this is no backup; one is a .db file with its .json file beside it")
        return backup
    found = read_backups(place)
    ours = [backup for backup in found if backup.machine == machine]
    if not ours:
        others = ", ".join(sorted({backup.machine for backup in found})) or "nobody"
        raise BackupError(f"{place}: there is no backup of {machine} here, only of {others}")
    whole = next((backup for backup in ours if is_intact(backup)), None)
    if whole is None:
        raise BackupError(f"{place}: every backup of {machine} here is damaged; try the other stick")
    return whole


def restore(backup: Backup, database: Path, machine: str, stamp: Stamp, anyway: bool = False) -> Restoration:
    """Put the backup in the place of the books, in a new epoch; `stamp` says when (its boot id is not used).

    Raises BackupError for a damaged backup always, and without `anyway` for another machine's or an older one;
    MingaError while a controller runs. Then nothing has changed. A power cut leaves the old books or the new ones.
    """
    _as_the_owner(database.parent)
    fresh = database.with_name(database.name + ".restoring")
    with told(database), alone(database), _gone_afterwards(fresh):
        _fetch(backup, fresh)
        with closing(open_readonly(fresh)) as copy:
            present, begun, ids = _present(database, copy), end_of(copy).epoch, _ids(copy)
        if not anyway:
            _refuse(backup, machine, present)
        epoch = max(begun, backup.opened, present.end.epoch if present.end else 0) + 1
        behind = max((was - now for was, now in zip(present.ids, ids, strict=False)), default=0)
        skipped = IDS_APART * (epoch - begun) + max(0, behind)
        _begin(fresh, stamp, epoch, skipped, present.standing)
        aside = _put_aside(database, stamp.wall_ms) if database.exists() else None
        fresh.replace(database)
        sync(database.parent)
    with contextlib.suppress(OSError):  # a stick may be read-only; then only these books know of the new epoch
        write_manifest(replace(backup, opened=epoch))
    return Restoration(backup, present.standing, epoch, skipped, aside)


# Before


def _as_the_owner(folder: Path) -> None:
    """Books that root puts there the controller could not open. Raises BackupError."""
    with told(folder):
        owner = folder.stat().st_uid
    if os.geteuid() == 0 and owner != 0:
        raise BackupError(f"{folder}: belongs to user {owner}; restore as that user, `sudo -u minga minga restore ...`")


def _fetch(backup: Backup, fresh: Path) -> None:
    """The backup's copy beside the books, proved to be what it was, in this Minga's form."""
    with told(backup.file):
        if not is_intact(backup):
            raise BackupError(f"{backup.file}: is damaged, it is not what was once written; try the other one")
        fresh.touch(mode=0o640)
        shutil.copyfile(backup.file, fresh)
    sync(fresh)
    if sha256(fresh) != backup.sha256:
        raise BackupError(f"{fresh}: came out wrong; this disk cannot be trusted, take another card")
    with closing(open_writer(fresh)) as db:
        migrate(db)
    end, _ = audited(fresh)
    if (end.epoch, end.seq, end.head) != (backup.epoch, backup.seq, backup.head):
        raise BackupError(f"{backup.file}: its .json file speaks of other books; try the other one")


def _present(database: Path, copy: sqlite3.Connection) -> _Books:
    """What would be replaced, and how the copy stands to it."""
    if not database.exists():
        return _Books(Standing.NO_BOOKS)
    try:
        with closing(open_readonly(database)) as db:
            end, ids = end_of(db), _ids(db)
            if not db.execute(f"SELECT count(*) FROM facts WHERE type NOT IN {NO_TRADE}").fetchone()[0]:
                return _Books(Standing.EMPTY, end, ids)
            if contains(copy, end):
                same = end.seq == end_of(copy).seq
                return _Books(Standing.SAME if same else Standing.NEWER, end, ids)
            return _Books(Standing.OLDER if contains(db, end_of(copy)) else Standing.STRANGE, end, ids)
    except (sqlite3.Error, DatabaseError, ValueError, KeyError):
        return _Books(Standing.UNREADABLE)


def _refuse(backup: Backup, machine: str, present: _Books) -> None:
    """Raises BackupError when only a person may say that this is right."""
    if backup.machine != machine:
        why = f"it is of {backup.machine}, and this machine is {machine}"
    elif words := _REFUSED.get(present.standing):
        why = words.format(more=present.end.seq - backup.seq if present.end else 0)
    else:
        return
    raise BackupError(f"{backup.file}: {why}; `--anyway` restores it all the same, and puts the books here aside")


def _ids(db: sqlite3.Connection) -> tuple[int, ...]:
    """The newest vend, payout, claim and start of these books."""
    cycle = load_cycle(db)
    starts = db.execute("SELECT max(boot_id) FROM facts").fetchone()[0] or 0
    return cycle.last_vend_id, cycle.last_payout_id, cycle.last_claim_id, starts


# The new epoch


def _begin(fresh: Path, stamp: Stamp, epoch: int, skipped: int, standing: Standing) -> None:
    """Write down in the copy that a new epoch begins. Until it takes the books' place, nobody sees it."""
    journal = Journal(fresh)
    with closing(journal):
        fact = Restored(epoch, journal.seq, journal.head.hex(), standing.value, skipped)
        journal.db.execute("UPDATE machine SET value = ? WHERE key = 'epoch'", [epoch])
        journal.db.execute("DELETE FROM marks")
        journal.epoch = epoch
        stamp = replace(stamp, boot_id=journal.boots() + skipped)
        # Whoever stood before the machine when the backup was made has gone: her credit waits under a claim code.
        gone = step(_jumped(journal.cycle, skipped), DeadlinePassed(), stamp.mono_ms, journal.shop)
        cycle = replace(gone.cycle, notice=None, codes=(), deadline_ms=None)
        journal.append(stamp, cycle, [fact, *gone.facts])
    sync(fresh)


def _jumped(cycle: Cycle, skipped: int) -> Cycle:
    return replace(
        cycle,
        last_vend_id=cycle.last_vend_id + skipped,
        last_payout_id=cycle.last_payout_id + skipped,
        last_claim_id=cycle.last_claim_id + skipped,
    )


def _put_aside(database: Path, wall_ms: int) -> Path:
    """Give the present books a second name with the date; the first one is then free to be replaced."""
    with contextlib.suppress(sqlite3.Error, DatabaseError), closing(open_writer(database)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    day = datetime.fromtimestamp(wall_ms // 1_000, UTC).strftime("%Y%m%d-%H%M%S")
    names = (f"{database.stem}-aside-{day}{more}{database.suffix}" for more in ("", *(f"-{n}" for n in range(2, 99))))
    aside = next(path for name in names if not (path := database.with_name(name)).exists())
    aside.hardlink_to(database)
    for tail in ("-wal", "-shm"):  # the log belongs to the books it was written for
        log = database.with_name(database.name + tail)
        if log.exists():
            log.rename(aside.with_name(aside.name + tail))
    return aside


@contextmanager
def _gone_afterwards(fresh: Path) -> Iterator[None]:
    """No half copy stays behind, nor is one found that an earlier power cut has left."""
    parts = [fresh.with_name(fresh.name + tail) for tail in ("", "-wal", "-shm")]
    for part in parts:
        part.unlink(missing_ok=True)
    try:
        yield
    finally:
        for part in parts:
            part.unlink(missing_ok=True)
