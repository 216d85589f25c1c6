"""Planted storage bugs: each is a mistake somebody really makes, and the rig named beside it must catch it.

This is the guard against crash tests that pass because they look at nothing.
"""

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import blockcuts
import pytest
from cutdisk import Cut
from cutting import BOOKS, cut_everywhere
from killing import Strike, kill_at_every_step, strike

from controller.brain import Brain
from controller.domain import effects as do
from controller.domain import treasury, vend
from controller.ledger import connection
from controller.ledger import journal as journals
from controller.ledger.journal import Journal

Plant = Callable[[pytest.MonkeyPatch], None]
Rig = Callable[[Path, Path], Iterator[str]]


# The bugs


def opened_with(monkeypatch: pytest.MonkeyPatch, **settings: str) -> None:
    """The books are opened with other settings, and nobody looks whether they are safe."""

    def careless(path: Path) -> sqlite3.Connection:
        db = connection._connect(path, "rw")
        wanted = {"synchronous": "EXTRA", "journal_mode": "WAL", "foreign_keys": "ON", "wal_autocheckpoint": "0"}
        for name, value in (wanted | settings).items():
            db.execute(f"PRAGMA {name}={value}")
        return db

    monkeypatch.setattr(journals, "open_writer", careless)


def sync_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """`synchronous=OFF`: the kernel will write it some time."""
    opened_with(monkeypatch, synchronous="OFF")


def sync_at_checkpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    """`synchronous=NORMAL`, as half the world recommends for WAL."""
    opened_with(monkeypatch, synchronous="NORMAL")


def open_as_python_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """`journal_mode=DELETE` with `synchronous=FULL`, Python's own defaults."""
    opened_with(monkeypatch, synchronous="FULL", journal_mode="DELETE", locking_mode="NORMAL")


def keep_the_journal_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """`journal_mode=MEMORY`: faster, and no way back from half a commit."""
    opened_with(monkeypatch, journal_mode="MEMORY")


def checkpoint_without_sync(monkeypatch: pytest.MonkeyPatch) -> None:
    """The log is folded in with `synchronous=OFF`, because nobody waits for it anyway."""

    def hasty(journal: Journal, idle: bool) -> None:
        journal.db.execute("PRAGMA synchronous=OFF")
        journal.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        journal.db.execute("PRAGMA synchronous=EXTRA")

    monkeypatch.setattr("cutting.rest", hasty)


def act_before_the_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The motor turns first; the intent is written when there is time."""
    perform, commit = Brain._perform, Brain._commit
    monkeypatch.setattr(Brain, "_perform", lambda self, effects: self._set_coins())

    def decide(self: Brain, event: Any) -> None:
        decision = vend.step(self.cycle, event, self._clock.mono_ms(), self.shop)
        perform(self, decision.effects)
        commit(self, decision.cycle, decision.facts, {event.source: event.mark} if hasattr(event, "mark") else {})

    monkeypatch.setattr(Brain, "_decide", decide)


def write_the_counter_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """The credit is one transaction, the acceptor's counter another."""
    append = Journal.append

    def apart(self: Journal, stamp: Any, cycle: Any, facts: Any, marks: Any = None, keeps: Any = ()) -> None:
        append(self, stamp, cycle, facts, None, keeps)
        append(self, stamp, cycle, (), marks)

    monkeypatch.setattr(Journal, "append", apart)


def commit_each_statement(monkeypatch: pytest.MonkeyPatch) -> None:
    """No transaction: each statement commits itself."""
    monkeypatch.setattr(journals, "transaction", lambda db: contextlib.nullcontext())


def commit_each_fact(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each fact of a decision is a transaction of its own, and so is the cycle."""
    append = Journal.append

    def one_by_one(self: Journal, stamp: Any, cycle: Any, facts: Any, marks: Any = None, keeps: Any = ()) -> None:
        for fact in facts:
            append(self, stamp, self.cycle, (fact,))
        append(self, stamp, cycle, (), marks, keeps)

    monkeypatch.setattr(Journal, "append", one_by_one)


def clean_up_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """A leftover `-wal` file looks like litter, and is swept away."""
    open_writer = connection.open_writer

    def tidy(path: Path) -> sqlite3.Connection:
        for litter in ("-wal", "-shm"):
            path.with_name(path.name + litter).unlink(missing_ok=True)
        return open_writer(path)

    monkeypatch.setattr(journals, "open_writer", tidy)


def turn_again_after_a_restart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever was under way is simply done again."""
    ask_again = vend._ask_again

    def again(cycle: Any, now_ms: int, shop: Any) -> Any:
        turns = (do.Dispense(cycle.vend.vend_id, cycle.vend.slot),) if cycle.vend else ()
        return replace(ask_again(cycle, now_ms, shop), effects=turns)

    monkeypatch.setattr(vend, "_ask_again", again)


def go_on_after_a_failed_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commit failed; it is logged, and the motor turns all the same."""
    decide = Brain._decide

    def shrug(self: Brain, event: Any) -> None:
        try:
            decide(self, event)
        except sqlite3.OperationalError:
            decision = vend.step(self.cycle, event, self._clock.mono_ms(), self.shop)
            self.journal.cycle = decision.cycle
            self._perform(decision.effects)

    monkeypatch.setattr(Brain, "_decide", shrug)


def commit_again_until_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """After an error COMMIT is sent once more; that there is no transaction any more is taken for success."""

    @contextlib.contextmanager
    def stubborn(db: sqlite3.Connection) -> Iterator[None]:
        db.execute("BEGIN IMMEDIATE")
        yield
        try:
            db.execute("COMMIT")
        except sqlite3.OperationalError:
            with contextlib.suppress(sqlite3.OperationalError):
                db.execute("COMMIT")

    monkeypatch.setattr(journals, "transaction", stubborn)


def keep_selling_while_the_disk_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """The books refuse, and the visitor is not told: coins stay welcome until the disk is back."""
    outlast = Brain._outlast_the_disk

    def optimistic(self: Brain, error: sqlite3.OperationalError) -> None:
        welcome = self._coins_welcome
        set_coins, self._set_coins = self._set_coins, lambda: None
        outlast(self, error)
        self._set_coins, self._coins_welcome = set_coins, welcome

    monkeypatch.setattr(Brain, "_outlast_the_disk", optimistic)


def pay_again_when_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cash is booked without the id it was asked with; who asks again after a crash gets it twice."""
    once = treasury._once

    def nameless(wish: Any, shop: Any, books: Any) -> Any:
        answer = once(wish, shop, books)
        if isinstance(answer, treasury.Granted):
            return replace(answer, facts=tuple(replace(fact, wish_id="") for fact in answer.facts))
        return answer

    monkeypatch.setattr(treasury, "_once", nameless)


def order_coins_again_after_a_restart(monkeypatch: pytest.MonkeyPatch) -> None:
    """The payout that was under way is ordered anew, by the hoppers' counts of now."""
    ask_again = vend._ask_again

    def afresh(cycle: Any, now_ms: int, shop: Any) -> Any:
        if cycle.payout is None:
            return ask_again(cycle, now_ms, shop)
        forgotten = replace(cycle, payout=replace(cycle.payout, orders=()))
        return replace(ask_again(forgotten, now_ms, shop), cycle=forgotten)

    monkeypatch.setattr(vend, "_ask_again", afresh)


# The rigs, one violation after another


def power_cuts_in_memory(shop: Path, folder: Path) -> Iterator[str]:
    for seed in (1, 2, 3):
        yield from cut_everywhere({str(BOOKS): bytearray(shop.read_bytes())}, seed, tuple(Cut), every=2).wrongs


def kills_at_steps(shop: Path, folder: Path, seeds: tuple[int, ...] = (1, 5, 2)) -> Iterator[str]:
    for seed in seeds:
        for _, wrongs in kill_at_every_step(shop, folder / "minga.db", seed):
            yield from wrongs or ()


def kills_while_coins_leave(shop: Path, folder: Path) -> Iterator[str]:
    """Money back."""
    yield from kills_at_steps(shop, folder, (3,))


def kills_while_cash_is_paid(shop: Path, folder: Path) -> Iterator[str]:
    """A maker who gets what she asks for."""
    yield from kills_at_steps(shop, folder, (24,))


def refusals(shop: Path, folder: Path) -> Iterator[str]:
    path = folder / "minga.db"
    for call in ("fdatasync", "pwrite64"):
        nth, fell = 0, True
        while fell:
            nth += 1
            fell, wrongs = strike(shop, path, 1, Strike(call, "error=EIO", nth, path, for_ever=bool(nth % 2)))
            yield from wrongs


def power_cuts_on_ext4(shop: Path, folder: Path) -> Iterator[str]:
    """In a process whose mounts are its own, like the rig itself."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        blockcuts.own_mounts()
        film = blockcuts.record(folder, 1, shop)
        cuts = ((number, again) for again in range(3) for number in range(len(film.entries)))
        caught = next((wrong for cut in cuts for wrong in blockcuts.survive(film, *cut, folder)), "")
        os.write(writing, caught.encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as pipe:
        yield from filter(None, [pipe.read()])


MUTANTS: list[tuple[Plant, Rig]] = [
    (sync_nothing, power_cuts_in_memory),
    (sync_at_checkpoints, power_cuts_in_memory),
    (keep_the_journal_in_memory, power_cuts_in_memory),
    (open_as_python_does, power_cuts_in_memory),
    (checkpoint_without_sync, power_cuts_in_memory),
    (act_before_the_commit, kills_at_steps),
    (write_the_counter_apart, kills_at_steps),
    (commit_each_statement, kills_at_steps),
    (commit_each_fact, kills_at_steps),
    (clean_up_at_the_start, kills_at_steps),
    (turn_again_after_a_restart, kills_at_steps),
    (order_coins_again_after_a_restart, kills_while_coins_leave),
    (pay_again_when_asked_again, kills_while_cash_is_paid),
    (go_on_after_a_failed_commit, refusals),
    (commit_again_until_it_works, refusals),
    (keep_selling_while_the_disk_is_away, refusals),
    (sync_nothing, power_cuts_on_ext4),
    (open_as_python_does, power_cuts_on_ext4),
]
LACKS = {power_cuts_on_ext4: blockcuts.missing(), refusals: "" if shutil.which("strace") else "strace is not installed"}


@pytest.mark.wide
@pytest.mark.parametrize(
    ("plant", "rig"),
    [
        pytest.param(plant, rig, marks=pytest.mark.skipif(bool(LACKS.get(rig)), reason=LACKS.get(rig, "")))
        for plant, rig in MUTANTS
    ],
    ids=lambda part: part.__name__,
)
def test_a_planted_storage_bug_is_caught(
    plant: Plant, rig: Rig, monkeypatch: pytest.MonkeyPatch, shop: Path, memory: Path
) -> None:
    """The rig that stands beside this bug names what it breaks."""
    plant(monkeypatch)
    caught = next(rig(shop, memory), None)
    assert caught, f"{plant.__name__} survived {rig.__name__}"
    print(f"{plant.__name__}: {caught}")
