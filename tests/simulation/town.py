"""A whole machine without threads or waiting: the real brain and books, a physical truth, and chance from one seed.

`Town` draws what visitors do and what goes wrong, with fault *rates* drawn per seed so that some towns are calm and some
are hell. It cuts the power before and after commits, lets the wall clock lie, and closes for the night. What truly happened
(coins, pieces, turns of motors, true time) is kept outside the program, and `oracle.check` compares it with the books.
"""

import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

from hardware import Hardware
from office import Office
from truth import (
    COINS_CENTS,
    PRICES_CENTS,
    SHELF,
    YEAR_MS,
    PowerCut,
    Rates,
    SimulatedClock,
    Storm,
    Truth,
    policy,
)

from controller.brain import Brain, Setting
from controller.domain.catalog import SlotId
from controller.domain.cycle import Phase
from controller.domain.events import (
    DeviceGone,
    DeviceReturned,
    ReturnPressed,
    SlotChosen,
    StillHere,
    Trouble,
    TroubleBegan,
    TroubleEnded,
)
from controller.domain.facts import Fact
from controller.domain.hours import ALWAYS, Hours, hours
from controller.domain.shop import Unreturnable
from controller.ledger.journal import Journal, read_fact

MUSEUM = hours(("mon-sun 09:00-17:30",))
LULL = 1 / 15
"""How often a visitor has gone and the next one is not there yet."""
NIGHT_MS = 16 * 3_600_000


class Town:
    """One seed's story. `run` plays it and leaves the machine quiet, ready for the oracle."""

    def __init__(self, seed: int, folder: Path, blank: Path, opening: Hours | None = None) -> None:
        self.rng = random.Random(seed)
        self.seed, self.path = seed, folder / f"town-{seed}.db"
        shutil.copy(blank, self.path)
        self.truth, self.clock = Truth(), SimulatedClock()
        self.storm = Storm(self.rng, Rates.drawn(self.rng))
        self.hardware = Hardware(self.storm, self.truth)
        self.policy = policy(self.rng.choice(list(Unreturnable)))
        self.hours = opening or self.rng.choice((ALWAYS, MUSEUM))
        self.office = Office(self)
        self.acts: dict[Callable[[], object], int] = {
            self._insert_some: 50,
            self._choose: 30,
            self._press_return: 9,
            self._linger: 3,
            self.office.visit: 5,
            self._trouble: 3,
            self._plug: 2,
            self._echo: 12,
            self._brown_out: 1,
            self._shift_the_clock: 2,
            self.sleep_over: 1,
            self.office.act: 8,
        }
        """What may happen, and how often."""
        self.lull_ms = 4_000
        """How long nobody comes, between two visitors."""
        self.brain = self._boot()

    # The machine's life

    def run(self, acts: int = 150) -> None:
        self.office.stock()
        self.act_up(acts)
        self.calm_down()

    def act_up(self, acts: int) -> None:
        """So many things happen, and as many go wrong as this town's rates allow."""
        self.storm.rages = True
        for _ in range(acts):
            self.guarded(self._act)
        self.storm.rages = False

    def _boot(self) -> Brain:
        journal = Journal(self.path, self.policy)
        append = journal.append

        def risky(*args: object, **more: object) -> None:
            """Power may fail just before or just after a commit; what is told after it is acknowledged for ever."""
            self.storm.maybe_cut()
            first = journal.seq + 1
            append(*args, **more)
            self.truth.written_ms.update(dict.fromkeys(range(first, journal.seq + 1), self.clock.true_ms))
            self.truth.acknowledged.append((journal.seq, journal.head))
            if self.clock.kept:
                self.truth.certain_boots.add(self.brain._boot_id)
            self.storm.maybe_cut()

        journal.append = risky
        setting = Setting("simulada", "0", frozenset(SlotId(slot) for slot in SHELF), 0, self.hours)
        self.brain = Brain(journal, self.clock, setting, self.hardware.performers)
        self.brain.start()
        for hopper in self.hardware.hoppers.values():
            if hopper.away:
                self.brain.handle(DeviceGone(hopper.place, "cable", Trouble.NO_HOPPER))
        self.read_coins()
        self.tick()
        return self.brain

    def guarded(self, act: Callable[[], object]) -> None:
        """Do it; when the power fails meanwhile, the machine starts again."""
        try:
            act()
        except PowerCut:
            self.restart()

    def restart(self) -> None:
        """A cut takes the whole machine; a kill only the controller, while the acceptor keeps its memory."""
        self.truth.cuts += 1
        self.brain.journal.close()
        self.hardware.controller_dies()
        self.hardware.known.clear()
        if self.storm.takes_everything():
            self.hardware.forget_coins(self._booked_cents())
            self.clock.restart()
            if self.storm.strikes(self.storm.rates.clock):
                self.clock.lose()
        try:
            self._boot()
        except PowerCut:
            self.restart()

    def _booked_cents(self) -> int:
        books = sqlite3.connect(self.path)
        query = "SELECT coalesce(sum(body ->> '$.cents'), 0) FROM facts WHERE type = 'CreditTaken'"
        (cents,) = books.execute(query).fetchone()
        books.close()
        return int(cents)

    # What people do

    def _act(self) -> None:
        pause_ms = self.lull_ms if self.rng.random() < LULL else 4_000
        self.clock.now_ms += int(self.rng.expovariate(1 / pause_ms))
        self.deliver()
        self.let_time_pass()
        self.rng.choices(list(self.acts), list(self.acts.values()))[0]()
        self.deliver()

    def _insert_some(self) -> None:
        for _ in range(self.rng.randrange(1, 5)):
            self._insert()

    def _insert(self) -> None:
        position = self.rng.choices(list(COINS_CENTS), (1, 1, 3, 3, 6))[0]
        in_flight = self.rng.random() < 0.1  # it fell in just before the acceptor was told to stop
        if COINS_CENTS[position] in self.hardware.accepting:
            self._look_at_the_policy(COINS_CENTS[position])
        elif not in_flight:
            return
        self.hardware.insert(position)
        if self.rng.random() < 0.8 or self.hardware.counter % 4 == 0:
            self.read_coins()

    def _look_at_the_policy(self, cents: int) -> None:
        """A coin that is welcome can be spent to the cent or given back, as this machine's policy promises."""
        cycle, shop = self.brain.cycle, self.brain.shop
        credit_cents = cycle.credit_cents + cents
        if self.hardware.counter != self.brain.journal.marks.get("cctalk:simulated:7"):
            return  # the brain has not heard of the last coin yet
        rests = {credit_cents}
        if self.policy.unreturnable is Unreturnable.SPENDABLE:
            wanted = [shop.slots[cycle.chosen]] if cycle.chosen else [slot for slot in shop if slot.sells]
            rests |= {max(0, credit_cents - PRICES_CENTS[slot.product]) for slot in wanted}
        if self.policy.unreturnable is not Unreturnable.ACCEPT and not any(map(self._can_return, rests)):
            self.truth.wrongs.append(f"a coin was welcome that makes {credit_cents} cents nobody can give back")

    def _can_return(self, cents: int) -> bool:
        """Whether the hoppers that answer and are trusted hold coins for exactly this amount."""
        quarters, nickels = (
            0 if hopper.away or hopper.suspect else hopper.coins for hopper in self.hardware.hoppers.values()
        )
        return any((cents - 25 * n) % 5 == 0 and 0 <= (cents - 25 * n) // 5 <= nickels for n in range(quarters + 1))

    def read_coins(self) -> None:
        self.brain.handle(self.hardware.reading())
        self.truth.told_cents = self.truth.inserted_cents - self.truth.hidden_cents
        if self.rng.random() < 0.2:
            self.brain.handle(self.hardware.reading())

    def _brown_out(self) -> None:
        """Only the acceptor loses power for a moment."""
        self.hardware.forget_coins(self._booked_cents())
        self.read_coins()

    def _choose(self) -> None:
        self.brain.handle(SlotChosen(SlotId(self.rng.choice(list(SHELF)))))

    def _press_return(self) -> None:
        self.brain.handle(ReturnPressed())

    def _linger(self) -> None:
        """Somebody thinks for long, and sometimes asks for more time in time."""
        for _ in range(self.rng.randrange(3)):
            self.clock.now_ms += 50_000
            self.let_time_pass()
            self.brain.handle(StillHere())
        self.clock.now_ms += self.rng.choice((15_000, 61_000))

    def _trouble(self) -> None:
        began, ended = self.rng.choice(
            (
                (TroubleBegan(Trouble.DOOR_OPEN), TroubleEnded(Trouble.DOOR_OPEN)),
                (DeviceGone("coins", "cable", Trouble.NO_COINS), DeviceReturned("coins", Trouble.NO_COINS)),
            )
        )
        self.brain.handle(began)
        if self.rng.random() < 0.3:
            self._choose()
        self.brain.handle(ended)

    def _plug(self) -> None:
        """A hopper's plug comes out, is put in again, or another hopper takes its place."""
        hopper = self.rng.choice(list(self.hardware.hoppers.values()))
        if hopper.away:
            self.plug_in()
        elif self.rng.random() < 0.5:
            hopper.away = True
            self.brain.handle(DeviceGone(hopper.place, "cable", Trouble.NO_HOPPER))
        else:
            hopper.exchange()

    def plug_in(self) -> None:
        for hopper in self.hardware.hoppers.values():
            if hopper.away:
                hopper.away = False
                self.brain.handle(DeviceReturned(hopper.place, Trouble.NO_HOPPER))

    def _echo(self) -> None:
        """An old report comes again."""
        if self.hardware.late:
            self.brain.handle(self.rng.choice(self.hardware.late))

    # Time

    def _shift_the_clock(self) -> None:
        """The wall clock jumps by ten years or an hour back, is set right, or the machine wakes up in 1970."""
        if not self.storm.strikes(self.storm.rates.clock):
            self.clock.set_right()
        else:
            jumps = (10 * YEAR_MS, -10 * YEAR_MS, -3_600_000)
            self.rng.choice((self.clock.lose, *(lambda by=by: self.clock.step(by) for by in jumps)))()
        self.tick()

    def sleep_over(self) -> None:
        """A night passes; somebody may have left her credit in the machine."""
        for _ in range(4):
            self.clock.now_ms += NIGHT_MS // 4
            self.let_time_pass()

    def let_time_pass(self) -> None:
        """What the brain does when nothing comes in."""
        self.tick()
        self.tick()  # a deadline that passed was all that the first one looked at

    def tick(self) -> None:
        """The brain looks around; a museum that has closed takes no coins from anybody who is not there already."""
        self.brain._tick()
        closed = self.clock.kept and not self.hours.open_at(self.clock.week_min())
        if closed and self.brain.cycle.phase is Phase.IDLE:
            self.brain._tick()
            if self.hardware.accepting:
                self.truth.wrongs.append("coins are welcome after closing")

    def deliver(self) -> None:
        pending = self.hardware.pending
        while pending:
            if self.rng.random() < 0.2:
                self._insert()
                self.read_coins()
            if self.rng.random() < 0.1:
                self._echo()
            self.brain.handle(pending.pop(0))

    # After the storm

    def calm_down(self) -> None:
        """Faults are over: the machine must come to rest by itself and sell again."""
        self.clock.set_right()
        self.plug_in()
        self.settle_down()
        for event in (TroubleBegan(Trouble.DOOR_OPEN), TroubleEnded(Trouble.DOOR_OPEN)):
            self.brain.handle(event)
        while not self.hours.open_at(self.clock.week_min()):
            self.clock.now_ms += 1_800_000
        self.tick()
        self.office.count_everything()
        for place in self.hardware.hoppers:
            self.office.fill_a_hopper(place, 20)
        self.tick()

    def settle_down(self) -> None:
        """Nobody comes any more: whatever is under way has time to end."""
        for _ in range(6):
            self.read_coins()
            self.deliver()
            self.clock.now_ms += 120_000
            self.let_time_pass()
            self.deliver()

    def facts(self) -> list[Fact]:
        """All of the books, oldest first."""
        rows = self.brain.journal.db.execute("SELECT type, body FROM facts ORDER BY seq")
        return [read_fact(kind, body) for kind, body in rows]
