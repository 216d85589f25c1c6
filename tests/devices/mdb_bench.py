"""A machine on a table: the real vend cycle and its books, and MDB money on either line, killed and started at will.

`Adapter` is a Qibixx adapter on a pseudo-terminal. `BusBoard` is the firmware's own link on another, with the simulated bus
behind it, and on the Pi's side the real host and a small loop in place of the board's worker.
"""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from board_peer import PeerBoard
from builders import Till, shelf
from inbox import PATIENCE_S, Inbox, wait_for

from controller.devices.boardline import BoardLine, Poke
from controller.devices.cctalkline import mono_ms
from controller.devices.hopperjobs import Gathering, Job
from controller.devices.mdbboard import BoardLane
from controller.devices.mdbline import Heard, Life, Line
from controller.devices.mdbmoney import MdbMoney
from controller.devices.mdbqibixx import AdapterLine
from controller.devices.worker import Backoff, DeviceTrouble
from controller.domain import effects as do
from controller.domain.accounts import postings
from controller.domain.events import CoinsSeen, Event, Reading, Restarted
from controller.domain.money import COINS_CENTS
from controller.domain.shop import Policy
from controller.domain.welcome import welcome_coins
from controller.protocols import board
from controller.protocols.mdb import Command
from firmware import messages
from hw_mocks.mdb import SimulatedAdapter, SimulatedBills, SimulatedChanger, SimulatedMdbBus, SimulatedReader

TARJETA = "tarjeta"
FIRST_LIFE = 0x5C0FFEE1
PAID = do.RequestPayment | do.CancelPayment | do.WatchPayment | do.ConfirmPayment | do.ReversePayment


class Machine(Inbox):
    """The brain without its disk: events in, the real cycle's decisions, marks, and balances by account."""

    def __init__(self) -> None:
        super().__init__()
        self.till = Till(shelf(policy=Policy(wallets=(TARJETA,), coins_cents=(*COINS_CENTS, 500))))
        self.marks: dict[str, int] = {}
        self.balances: Counter[str] = Counter()
        self.money: MdbMoney | None = None
        self.stale = self.told_in_vain = 0
        """Readings that were no news."""
        self.deaf_to: type[Event] | None = None
        """Events of this kind are lost once, as when a process ends with them in its inbox."""
        self.deaf_to_money = False
        """All news of money are lost, until the process ends."""
        self.asleep = False
        """Readings wait in the inbox; `wake` looks at them."""
        self._unread: list[Reading] = []
        self.undone: type[do.Effect] | None = None
        """Effects of this kind are not performed once, as when a process ends right after its books were written."""
        self.refused: frozenset[int] = frozenset()
        """Coins and bills of these values are not welcome now."""

    @property
    def welcome(self) -> frozenset[int]:
        return welcome_coins(self.till.cycle, self.till.shop) - self.refused

    def refuse(self, *cents: int) -> None:
        """Nothing of these values is welcome from now on."""
        with self.moved:
            self.refused = frozenset(cents)
            if self.money:
                self.money.accept(self.welcome)

    def wake(self) -> None:
        """The brain goes on."""
        with self.moved:
            self.asleep, unread, self._unread = False, self._unread, []
            for message in unread:
                self.take(message)
            self.moved.notify_all()

    def take(self, message: Event | Reading) -> None:
        if self.asleep and not isinstance(message, Event):
            self._unread.append(message)
            return
        event = message if isinstance(message, Event) else message.since(self.marks)
        if event is None:
            self.stale += 1
        elif self.deaf_to is not None and isinstance(event, self.deaf_to):
            self.deaf_to = None
        elif self.deaf_to_money and isinstance(event, CoinsSeen) and event.coins_cents:
            self.told_in_vain += 1
        else:
            self._decide(event)

    def _decide(self, event: Event) -> None:
        self.told.append(event)
        if isinstance(event, CoinsSeen):
            self.marks |= event.marks
        tubes = {place: cents for place, cents in self.balances.items() if place.startswith("tube:")}
        self.till.shop = replace(self.till.shop, floats=tubes)
        decision = self.till.tell(event)
        for posting in (line for fact in decision.facts for line in postings(fact)):
            self.balances[posting.account] += posting.cents
        for effect in decision.effects:
            self._perform(effect)
        if self.money:
            self.money.accept(self.welcome)

    def _perform(self, effect: do.Effect) -> None:
        if self.undone is not None and isinstance(effect, self.undone):
            self.undone = None
            return
        if self.money is None:
            return
        if isinstance(effect, PAID):
            self.money.pay(effect)
        elif isinstance(effect, do.AskHoppers | do.PayCoins | do.AskPaid):
            orders = [] if isinstance(effect, do.AskHoppers) else list(effect.orders)
            self.money.give(Job(effect, Gathering(effect, 1).done, orders))

    def tell(self, *events: Event) -> None:
        """What somebody else tells the brain: buttons, motors, time."""
        for event in events:
            self.put(event)

    def wait(self, kind: type, times: int = 1, within_s: float = PATIENCE_S) -> Event:
        self.until(lambda: len(self.all(kind)) >= times, within_s)
        return self.all(kind)[times - 1]


class Mortal:
    """A line of a process that can be killed: from then on nothing is said, heard or forgotten."""

    def __init__(self, line: Line) -> None:
        self._line, self.dead = line, False
        self.kill_at: Callable[[Command], bool] = lambda command: False
        """Death comes right after this command was said."""

    def _alive(self) -> Line:
        if self.dead:
            raise DeviceTrouble("killed")
        return self._line

    @property
    def free(self) -> bool:
        return self._line.free

    def open(self) -> None:
        self._alive().open()

    def send(self, command: Command, pays: bool) -> None:
        self._alive().send(command, pays)
        if self.kill_at(command):  # whoever was killed meanwhile stays dead
            self.dead = True

    def hear(self, wait_ms: int) -> list[Life | Heard]:
        heard = self._alive().hear(wait_ms)
        self._alive()
        return heard

    def forget(self, heard: Heard) -> None:
        self._alive().forget(heard)

    def let_in(self, money: bool) -> None:
        self._line.let_in(money)

    def wake(self) -> None:
        self._line.wake()

    def close(self) -> None:
        self._line.close()


class Bench:
    """One bus, one machine, and any number of controllers after each other. Subclasses say which line is between."""

    def __init__(self, folder: Path) -> None:
        self.link = folder / "mdb"
        self.changer, self.reader, self.bills = SimulatedChanger(), SimulatedReader(), SimulatedBills()
        self.has_bills = False
        """Whether the controllers know of the bill validator."""
        self.bus = SimulatedMdbBus(self.changer, self.reader, self.bills)
        self.machine = Machine()
        self.mortals: list[Mortal] = []
        self.workers: list[MdbMoney] = []
        self.stuck = False

    def line(self) -> Line:
        raise AssertionError("a bench has a line")

    def controller(self) -> MdbMoney:
        """A new controller on the books of the one before."""
        mortal, machine = Mortal(self.line()), self.machine
        money = MdbMoney(
            mortal,
            lambda message: None if mortal.dead else machine.put(message),
            lambda: machine.marks,
            lambda: machine.till.shop.payments,
            bills=self.has_bills,
            stuck=lambda: self.stuck,
            backoff=Backoff(0.02, 0.1),
            poll_ms=10,
        )
        self.mortals.append(mortal)
        self.workers.append(money)
        machine.money = money
        if len(self.workers) > 1:
            machine.tell(Restarted())
        money.start()
        money.accept(machine.welcome)
        return money

    def kill(self) -> None:
        """As `kill -9`: the controller says and hears nothing more."""
        self.mortals[-1].dead = True
        self.machine.money = None
        self.workers[-1].stop()

    def dies_saying(self, *begins: bytes) -> None:
        """The controller is killed as soon as it has said a command that begins so."""
        self.mortals[-1].kill_at = lambda command: command.data.startswith(begins)

    def wait_dead(self) -> None:
        wait_for(lambda: self.mortals[-1].dead)
        self.kill()

    def insert(self, *cents: int) -> None:
        """A visitor's coins; the coin slot opens for each first."""
        for coin in cents:
            wait_for(lambda coin=coin: self.changer.open_for(coin))
            with self.bus.lock:
                assert self.changer.insert(coin)

    def insert_bill(self, dollars: int) -> None:
        """A visitor's bill, when one of this value is let in."""

        def taken() -> bool:
            with self.bus.lock:
                return self.bills.insert(dollars)

        wait_for(taken)

    def show_card(self) -> None:
        def shown() -> bool:
            with self.bus.lock:
                return self.reader.show_card()

        wait_for(shown)

    def close(self) -> None:
        for worker in self.workers:
            worker.stop()


class AdapterBench(Bench):
    """The bus behind a Qibixx adapter."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.adapter = SimulatedAdapter(self.bus, seed=7)
        self.adapter.open(self.link)
        self._lines: list[AdapterLine] = []

    def line(self) -> Line:
        self._lines.append(AdapterLine(str(self.link)))
        return self._lines[-1]

    def close(self) -> None:
        super().close()
        self.adapter.close()
        for line in self._lines:
            line._poke.close()


class BusBoard(PeerBoard):
    """The firmware's link, and behind it the simulated bus in place of the firmware's own."""

    def __init__(self, bus: SimulatedMdbBus) -> None:
        self.bus = bus
        self.blocks = 0
        super().__init__()

    def reset(self, cause: int = messages.WATCHDOG, lost: int = 0) -> None:
        super().reset(cause, lost)
        self.blocks = 0
        self.link.takes(messages.BUS, self._taker(messages.BUS))
        for kind in (messages.BUS_SEND, messages.BUS_PAY):
            self.link.performs(kind, self._sayer(kind))

    def answer(self, data: bytes) -> bytes:
        self.bus.advance(mono_ms())
        return super().answer(data)

    def _sayer(self, kind: int) -> Callable[..., int | None]:
        def say(number: int, tries_max: int, block: bytes) -> None:
            repeat, came = int(self.bus.ack_in_doubt), 0
            raw = self.bus.exchange(block, mono_ms())
            if len(raw) > 1:
                self.blocks = came = self.blocks + 1
                self.link.event(messages.BLOCK, came, kind, number, block[0], repeat, raw[:-1])
            result = {b"": messages.SILENT, b"\x00": messages.ACKED, b"\xff": messages.NAKED}
            self.link.finish(kind, number, result.get(raw, messages.BLOCK_CAME), 1, came)

        return say


class BoardBench(Bench):
    """The bus on an I/O board; a loop in a thread is what the board's worker does for its lane."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.board = BusBoard(self.bus)
        self.board.open(self.link)
        self._pumps: list[Pump] = []

    def line(self) -> Line:
        self._pumps.append(Pump(self.link, nonce=len(self._pumps) + 1))
        return self._pumps[-1].lane

    def kill(self) -> None:
        self._pumps[-1].end()
        super().kill()

    def close(self) -> None:
        super().close()
        for pump in self._pumps:
            pump.end()
            pump.poke.close()
        self.board.close()


class Pump:
    """What the board's worker does for its bus lane, and nothing else of what it does."""

    def __init__(self, link: Path, nonce: int) -> None:
        self._link, self._ended, self.poke = link, False, Poke()
        self.lane = BoardLane(self.poke)
        self._host = board.Host(nonce, (board.Coins(wiring=0), board.Panel(fitted=0), board.Bus(fitted=1)))
        self._unbooked: tuple[int, int] | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def end(self) -> None:
        self._ended = True
        self.poke()
        self._thread.join(5)

    def _run(self) -> None:
        with BoardLine(str(self._link), self.poke) as line:
            while not self._ended:
                if self._unbooked and self.lane.is_forgotten(*self._unbooked):
                    self._host.acknowledge(*self._unbooked)
                    self._unbooked = None
                self.lane.step(self._host, mono_ms())
                self._host.wishes = messages.MONEY * self.lane.money
                for event in line.round(self._host, 20):
                    self._hear(event)

    def _hear(self, event: board.HostEvent) -> None:
        match event:
            case board.Found(boot_id):
                self.lane.found(boot_id)
            case board.Happened(boot_id, counter):
                self.lane.happened(event)
                self._unbooked = boot_id, counter
            case board.Answered() | board.NotBegun() | board.Unknown():
                self.lane.ended(event)
