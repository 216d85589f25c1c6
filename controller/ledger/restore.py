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
from pathlib import Path

from controller.domain.cycle import Cycle
from controller.domain.events import CoinsPaid, DeadlinePassed, Event, HoppersAnswered, VendUnknown
from controller.domain.facts import Fact, Restored
from controller.domain.shop import Shop
from controller.domain.trials import left_behind, step
from controller.domain.vouchers import MINUTE_MAX, minute
from controller.ledger.alone import alone
from controller.ledger.backup import check_chain
from controller.ledger.connection import DatabaseError, open_readonly, open_writer
from controller.ledger.journal import Journal, Stamp
from controller.ledger.schema import migrate
from controller.ledger.slot import (
    Backup,
    BackupError,
    End,
    end_of,
    is_intact,
    read_backups,
    read_manifest,
    sha256,
    sync,
    told,
    write_manifest,
)
from controller.ledger.standing import Present, Standing, ids_of, objection, present
from controller.ledger.verify import verify

IDS_APART = 10_000
"""How many ids of each kind a new epoch skips: more claims, vends or starts than any lost time can have seen."""


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
        with told(place):
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


def restore(backup: Backup, database: Path, machine: str, now: Stamp, anyway: bool = False) -> Restoration:
    """Put the backup in the place of the books, in a new epoch; of `now` only the times are used.

    Raises BackupError for a damaged backup always, and without `anyway` for another machine's, an older one, or one
    whose facts do not agree; MingaError while a controller runs. Then nothing has changed. A power cut leaves the old
    books or the new ones.
    """
    _as_the_owner(database.parent)
    fresh = database.with_name(database.name + ".restoring")
    with told(database), alone(database), _gone_afterwards(fresh):
        _fetch(backup, fresh)
        with closing(open_readonly(fresh)) as copy:
            found = _compared(backup, database, machine, copy, anyway)
            begun, ids = end_of(copy).epoch, ids_of(copy)
        epoch = max(begun, backup.opened, found.epoch) + 1
        behind = max(there - here for there, here in zip(found.ids, ids, strict=True))
        skipped = IDS_APART * (epoch - begun) + max(0, behind)
        _begin(fresh, now, epoch, skipped, found.standing)
        aside = _put_aside(database, found, now.wall_ms) if database.exists() else None
        fresh.replace(database)
        sync(database.parent)
    with contextlib.suppress(OSError):  # a stick may be read-only; then only these books know of the new epoch
        write_manifest(replace(backup, opened=epoch))
    return Restoration(backup, found.standing, epoch, skipped, aside)


# Before


def _as_the_owner(folder: Path) -> None:
    """Books that root puts there the controller could not open. Raises BackupError."""
    with told(folder):
        owner = folder.stat().st_uid
    if os.geteuid() == 0 and owner != 0:
        raise BackupError(f"{folder}: belongs to user {owner}; restore as that user, `sudo -u minga minga restore ...`")


def _fetch(backup: Backup, fresh: Path) -> None:
    """The backup's copy beside the books, proved to be what it was, in this Minga's form. Raises BackupError."""
    with told(backup.file):
        if not is_intact(backup):
            raise BackupError(f"{backup.file}: is damaged, it is not what was once written; try the other one")
    fresh.touch(mode=0o640)
    shutil.copyfile(backup.file, fresh)
    sync(fresh)
    if sha256(fresh) != backup.sha256:
        raise BackupError(f"{fresh}: came out wrong; try again, and then with another stick or another card")
    with closing(open_writer(fresh)) as db:
        migrate(db)


def _compared(backup: Backup, database: Path, machine: str, copy: sqlite3.Connection, anyway: bool) -> Present:
    """What is there now, once nothing speaks against replacing it. Raises BackupError."""
    check_chain(copy, backup.file)
    if end_of(copy) != End(backup.books, backup.epoch, backup.seq, backup.head):
        raise BackupError(f"{backup.file}: its .json file speaks of other books; try the other one")
    found = present(database, copy)
    if anyway:
        return found
    why = objection(backup, machine, found)
    if why is None and (complaints := verify(copy, stop_at_first=True)):
        why = f"its facts do not agree: {complaints[0]}"
    if why:
        raise BackupError(f"{backup.file}: {why}; `--anyway` restores it all the same, and puts the books here aside")
    return found


# The new epoch


def _begin(fresh: Path, now: Stamp, epoch: int, skipped: int, standing: Standing) -> None:
    """Write down in the copy that a new epoch begins. Until it takes the books' place, nobody sees it."""
    journal = Journal(fresh)
    with closing(journal):
        waits_min = minute(now.wall_ms) if now.trusted else MINUTE_MAX
        fact = Restored(epoch, journal.seq, journal.head.hex(), standing.value, skipped, waits_min)
        journal.db.execute("UPDATE machine SET value = ? WHERE key = 'epoch'", [epoch])
        journal.db.execute("DELETE FROM marks")
        journal.epoch = epoch
        now = replace(now, boot_id=journal.boots() + skipped)
        cycle, left = _left_behind(_jumped(journal.cycle, skipped), now.mono_ms, journal.shop)
        journal.append(now, cycle, [fact, *left])
    sync(fresh)


def _jumped(cycle: Cycle, skipped: int) -> Cycle:
    return replace(
        cycle,
        last_vend_id=cycle.last_vend_id + skipped,
        last_payout_id=cycle.last_payout_id + skipped,
        last_claim_id=cycle.last_claim_id + skipped,
        last_payment_id=cycle.last_payment_id + skipped,
        last_pairing_id=cycle.last_pairing_id + skipped,
    )


def _left_behind(cycle: Cycle, now_ms: int, shop: Shop) -> tuple[Cycle, list[Fact]]:
    """Whoever stood before the machine when the backup was made has gone, and what was under way has long ended.

    No device is asked and no coin leaves: it all waits under claim codes, and a person decides.
    """
    facts: list[Fact] = []
    while event := _what_ends(cycle):
        decision = step(cycle, event, now_ms, shop)
        assert decision.facts, f"{event} ends nothing of {cycle}"
        cycle = decision.cycle
        facts += decision.facts
    return replace(cycle, chosen=None, notice=None, codes=(), deadline_ms=None), facts


def _what_ends(cycle: Cycle) -> Event | None:
    if cycle.trial:
        return left_behind(cycle.trial)
    if cycle.vend:
        return VendUnknown(cycle.vend.vend_id, "restored")
    if payout := cycle.payout:
        ordered = tuple(order.place for order in payout.orders)  # nobody can say any more whether those coins left
        return CoinsPaid(payout.payout_id, (), ordered) if ordered else HoppersAnswered(payout.payout_id, ())
    return DeadlinePassed() if cycle.payment or cycle.credit_cents else None


# The change-over


def _put_aside(database: Path, found: Present, wall_ms: int) -> Path:
    """Give the present books a second name with the date; the first one is then free to be replaced."""
    if found.standing is not Standing.UNREADABLE:  # what is broken may be somebody's evidence: not a byte is changed
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
