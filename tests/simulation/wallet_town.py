"""A machine with two wallets and no waiting: the real brain, books and desks, simulated providers, and a knife.

As `town.Town`, but for money that comes by phone: Deuna, hostile, and Pix, clean. Time goes from one thing that is due to
the next, so that a day of watching a code nobody pays costs a few hundred questions. Cut at any place, the machine starts
again; what was in the controller's memory is gone, what the providers did stays done. `wallet_people` come to it, and
`wallet_oracle.check` compares the books with the tills.
"""

import random
import shutil
import sqlite3
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, get_args

from hardware import Hardware
from office import Office
from truth import FILL, SHELF, PowerCut, Rates, SimulatedClock, Truth, policy
from wallet_wire import CALM, DAY_MS, HOUR_MS, PROVIDERS, Desk, Knife, Numbers, Provider, Wire, wallets

from controller.brain import Brain, Setting
from controller.devices.wallets import Wallets
from controller.domain import effects as do
from controller.domain.catalog import Closed, SlotId
from controller.domain.cycle import Phase
from controller.domain.events import (
    Event,
    ItemDropped,
    Reading,
    Trouble,
    TroubleBegan,
    TroubleEnded,
    VendRefused,
    VendUnknown,
)
from controller.domain.facts import Fact
from controller.domain.fees import Fee
from controller.ledger.diary import asked_for
from controller.ledger.journal import Journal, read_fact
from hw_mocks.wallets import Payer, Phone, SimulatedDeuna, SimulatedPix

SCREEN_MS = 120_000
FEES = {"deuna": Fee(200, 0, 1_500), "pix": Fee(0, 7, 0)}
QUIET_MS = 8 * DAY_MS
"""So long everything that is open may take to come to its end once all is well."""
COUNTED = 77
"""How many coins the acceptor has counted when the machine is stocked."""
KILL_MS, NIGHT_MS = 3_000, HOUR_MS
"""Without a controller, and at most without power."""


class Spirals(Hardware):
    """`turns` says how the next turns go, before chance does; `remembers` whether a board knows after a controller's end."""

    def __init__(self, storm: Knife, truth: Truth) -> None:
        super().__init__(storm, truth)
        self.turns: deque[str] = deque()
        self.counter = COUNTED
        self.remembers = storm.rng.random() < 0.5

    def _turn(self, vend_id: int, slot: SlotId) -> Event:
        match self.turns.popleft() if self.turns else "":
            case "jams":
                return VendRefused(vend_id, Closed.JAMMED)
            case "":
                return super()._turn(vend_id, slot)
            case how:
                self.truth.pieces[slot] -= 1
                self.truth.fell[vend_id] = slot
                return ItemDropped(vend_id) if how == "falls" else VendUnknown(vend_id, "no-drop")


def stocked(folder: Path, blank: Path) -> Path:
    """The books of a machine that was filled and never sold: what every wallet town starts from."""
    town = WalletTown(0, folder, blank)
    town.office.stock()
    town.brain.journal.close()
    return town.path.rename(folder / "stocked.db")


class WalletTown:
    """`books` are those of a machine that sells (`stocked`). `at` are the places where it is cut; else chance decides."""

    def __init__(self, seed: int, folder: Path, books: Path, rates: Rates = CALM, at: Collection[int] = ()) -> None:
        self.rng, self.seed, self.folder = random.Random(seed), seed, folder
        self.path = folder / f"wallets-{seed}.db"
        shutil.copy(books, self.path)
        self.truth, self.clock, self.numbers = Truth(), SimulatedClock(), Numbers()
        self.storm = Knife(self.rng, rates, at)
        self.hardware = Spirals(self.storm, self.truth)
        true_ms = lambda: self.clock.true_ms  # noqa: E731
        self.providers: dict[str, Provider] = {
            "deuna": SimulatedDeuna(seed=seed, mono=true_ms, wall=true_ms),
            "pix": SimulatedPix(seed=seed, mono=true_ms, wall=true_ms),
        }
        self.phone = Phone(*(one.till for one in self.providers.values()), payer=Payer(purse_cents=10**9))
        self.plans: list[tuple[int, Callable[[], object]]] = []
        """What somebody will do, and at what true time."""
        self.wallets = wallets(folder)
        self.policy = replace(
            policy(), wallets=PROVIDERS, fees=tuple(FEES.items()), authorize_ms=SCREEN_MS, credit_max_cents=5_000
        )
        self.truth.pieces = dict.fromkeys(map(SlotId, SHELF), FILL)
        self.office = Office(self)  # type: ignore[arg-type]
        self.brain = self._boot()

    # Life and death

    def _boot(self) -> Brain:
        journal = self._journal()
        self.inbox: deque[Event | Reading] = deque()
        self.desks = {name: self._desk(name) for name in PROVIDERS}
        payments = Wallets({name: desk.perform for name, desk in self.desks.items()}).perform
        performers = self.hardware.performers | dict.fromkeys(get_args(do.PaymentEffect), payments)
        cut = {kind: partial(self._perform, perform) for kind, perform in performers.items()}
        setting = Setting("quito-museo-1", "0", frozenset(SlotId(slot) for slot in SHELF), 0)
        self.brain = Brain(journal, self.clock, setting, cut | {do.AcceptCoins: performers[do.AcceptCoins]})
        self.brain.start()
        self.read_coins()
        return self.brain

    def _journal(self) -> Journal:
        journal = Journal(self.path, self.policy)
        append = journal.append

        def cut(*args: object, **more: object) -> None:
            """Just before or just after a commit; what is told after it is acknowledged for ever."""
            self.storm.maybe_cut("before a commit")
            first = journal.seq + 1
            append(*args, **more)  # type: ignore[arg-type]
            self.storm.facts = journal.seq
            self.truth.written_ms.update(dict.fromkeys(range(first, journal.seq + 1), self.clock.true_ms))
            self.truth.acknowledged.append((journal.seq, journal.head))
            if self.clock.kept:
                self.truth.certain_boots.add(self.brain._boot_id)
            self.storm.maybe_cut("after a commit")

        journal.append = cut  # type: ignore[method-assign]
        return journal

    def _desk(self, name: str) -> Desk:
        times = (self._trusted_ms, self._asked_ms, self.clock.mono_ms)
        wire = Wire(self.providers[name], self.storm, self.clock, self.numbers)
        return Desk(self.wallets[name], self._put, times, self.rng.random, wire)

    def _trusted_ms(self) -> int | None:
        return self.clock.wall_ms() if self.clock.trusted() else None

    def _asked_ms(self, payment_id: int) -> int | None:
        moment = asked_for(self.brain.journal.db, payment_id)
        return moment.wall_ms if moment and moment.certain else None

    def _put(self, message: Event | Reading) -> None:
        """A desk tells something; it is in the controller's memory alone."""
        self.storm.maybe_cut("before a word")
        self.inbox.append(message)

    def _perform(self, perform: Callable[[Any], None], effect: do.Effect) -> None:
        self.storm.maybe_cut(f"before {type(effect).__name__}")
        perform(effect)
        self.storm.maybe_cut(f"after {type(effect).__name__}")

    def guarded(self, act: Callable[[], object]) -> None:
        """Do it; when it is cut, the machine starts again."""
        try:
            act()
        except PowerCut:
            self.restart()

    def restart(self) -> None:
        """Without power everything forgets; a kill takes the controller alone."""
        self.truth.cuts += 1
        self.brain.journal.close()
        self.numbers.died()
        self.hardware.controller_dies()
        if self._takes_everything():
            self.hardware.known.clear()
            self.clock.now_ms += self.rng.randrange(NIGHT_MS)
            self.hardware.forget_coins(self._booked_cents())
            self.clock.restart()
            if self.storm.strikes(self.storm.rates.clock):
                self.clock.lose()
        else:
            self.clock.now_ms += KILL_MS
            if not self.hardware.remembers:
                self.hardware.known.clear()
        self.guarded(self._boot)

    def _takes_everything(self) -> bool:
        return self.rng.random() < 0.3 if self.storm.at else self.storm.takes_everything()

    def _booked_cents(self) -> int:
        books = sqlite3.connect(self.path)
        query = "SELECT coalesce(sum(body ->> '$.cents'), 0) FROM facts WHERE type = 'CreditTaken'"
        (cents,) = books.execute(query).fetchone()
        books.close()
        return int(cents)

    # Time

    def wait(self, ms: int) -> None:
        """So long everything goes its way, whatever is cut meanwhile."""
        end_ms = self.clock.true_ms + ms
        while True:
            self.guarded(self._work)
            left_ms = end_ms - self.clock.true_ms
            if left_ms <= 0:
                break
            self.clock.now_ms += max(1, min(left_ms, self._next_ms() - self.clock.now_ms))
        self.guarded(self.brain._tick)

    def _next_ms(self) -> int:
        """When something is due next, in monotonic time."""
        due_ms = [desk.due_ms for desk in self.desks.values()]
        due_ms += [true_ms - self.clock.true_ms + self.clock.now_ms for true_ms, _ in self.plans]
        return min([*due_ms, self.brain.cycle.deadline_ms or due_ms[0]])

    def _work(self) -> None:
        """All that is due now. A deadline is over before the next word is heard, as the brain's own thread has it."""
        while True:
            if self.brain._is_overdue():
                self.brain._tick()
            elif self.hardware.pending:
                self.brain.handle(self.hardware.pending.pop(0))
            elif self.inbox:
                self.brain.handle(self.inbox.popleft())
            elif not (self._go_on_with_plans() or self._turn_a_desk()):
                break
        self.numbers.kept()

    def _go_on_with_plans(self) -> bool:
        due = next((plan for plan in self.plans if plan[0] <= self.clock.true_ms), None)
        if due:
            self.plans.remove(due)
            due[1]()
        return due is not None

    def _turn_a_desk(self) -> bool:
        desk = next((desk for desk in self.desks.values() if desk.due_ms <= self.clock.now_ms), None)
        if desk:
            desk.turn()
        return desk is not None

    def read_coins(self) -> None:
        self.brain.handle(self.hardware.reading())
        self.truth.told_cents = self.truth.inserted_cents - self.truth.hidden_cents

    # After the storm

    def calm_down(self) -> None:
        """All is well again: whatever is open comes to its end by itself, in days at most."""
        self.storm.rages = False
        self.clock.set_right()
        for provider in self.providers.values():
            provider.faults.repair()
        for event in (TroubleBegan(Trouble.DOOR_OPEN), TroubleEnded(Trouble.DOOR_OPEN)):
            self.guarded(partial(self.brain.handle, event))
        self.guarded(self.read_coins)
        end_ms = self.clock.true_ms + QUIET_MS
        while self.clock.true_ms < end_ms and not self.is_quiet:
            self.wait(HOUR_MS)

    @property
    def is_quiet(self) -> bool:
        cycle = self.brain.cycle
        busy = cycle.phase is not Phase.IDLE or self.brain.shop.payments or self.plans or self.hardware.pending
        return not busy and not self.inbox

    def facts(self) -> list[Fact]:
        """All of the books, oldest first."""
        rows = self.brain.journal.db.execute("SELECT type, body FROM facts ORDER BY seq")
        return [read_fact(kind, body) for kind, body in rows]

    def close(self) -> None:
        """Its books are not needed any more."""
        self.brain.journal.close()
        for ending in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + ending).unlink(missing_ok=True)
