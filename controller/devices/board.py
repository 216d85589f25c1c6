"""The I/O board: a worker that owns its port and its host, and everything of this machine that is wired to it.

What it tells the brain comes from `boardmotors`, `boardcoins` and `boardpanel`; this file knows when the board is there,
in which order its events are passed on, and when they may be forgotten. Events about money are acknowledged when the marks
say that they are in the books, all others as soon as they are in the inbox.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from controller.config import Config
from controller.devices.boardcoins import Marks, PulseCoins, is_booked, reading
from controller.devices.boardline import BoardLine, Poke
from controller.devices.boardmotors import BoardMotors
from controller.devices.boardpanel import Panel
from controller.devices.boardsettings import places, presses, run_ms_max, sections
from controller.devices.cctalkline import mono_ms
from controller.devices.mdbboard import BoardLane
from controller.devices.worker import PORT_ERRORS, Backoff, DeviceTrouble, Put, Worker
from controller.domain.events import Event, Trouble
from controller.protocols import board
from firmware import messages

log = logging.getLogger(__name__)

PATIENCE_MS = 500
BOOKED_MS = 10
"""How often the marks are looked at while an event waits to be booked."""
BUSY_MS = 100
NUMBER_MAX = 0xFFFF_FFFF
LANES = ("vend", "pay", "bus", "workshop")


class Board(Worker):
    """One board, for as long as the controller runs. `motors` and `coins` may be ordered from any thread.

    `marks` is what the brain committed last, `last_vend` the newest vend in its books, `stuck` whether it stands still. Its
    loss is told for the motors if it drives them, or else for the pulses it counts, or else for its bus.
    """

    def __init__(
        self,
        config: Config,
        put: Put,
        marks: Marks,
        last_vend: Callable[[], int] = lambda: NUMBER_MAX,
        stuck: Callable[[], bool] = lambda: False,
        backoff: Backoff | None = None,
    ) -> None:
        super().__init__(*_loss(config), put, backoff)
        self._config, self._marks, self._last_vend, self._stuck = config, marks, last_vend, stuck
        self._sections = sections(config)
        self._poke = Poke()
        self._nonce = mono_ms()
        self._host: board.Host | None = None
        self._found: board.Found | None = None
        self._unbooked: tuple[board.Happened, Callable[[], bool]] | None = None
        """The event that is not acknowledged yet, and whether the books have it by now."""
        self._strange_boot: int | None = None
        self._lit = self._shut = False
        self._counts: Counter[str] = Counter()
        self.motors = BoardMotors(places(config), run_ms_max(config), config.motors.drop_ms, put, self._poke)
        self.coins = PulseCoins(config.pulses.cents) if config.board_counts else None
        self.lane = BoardLane(self._poke) if config.mdb.line == "board" else None
        """The MDB bus, for `controller.devices.mdbmoney`."""
        self._panel = Panel(presses(config))

    # From any thread

    def accept(self, cents: frozenset[int]) -> None:
        """Let coins in while any of these values is welcome; a set-point, which holds through any loss of the board."""
        if self.coins:
            self.coins.accept(cents)
            self._poke()

    def lamp(self, on: bool) -> None:
        """Light the lamp or put it out."""
        if on != self._lit:
            self._lit = on
            self._poke()

    def shut(self, settle_s: float) -> None:
        """No coin from now on; returns when those on their way had time to be booked. The board keeps any that had not."""
        self._shut = True
        self._poke()
        if self.coins and not self.reason:
            self._stopping.wait(settle_s)

    def stop(self, timeout_s: float = 6.0) -> None:
        """End the thread. What turns ends by the board's own limits; coins and lamp go out with the link."""
        self._stopping.set()
        self._poke()
        super().stop(timeout_s)

    def status(self) -> dict[str, Any]:
        """What a technician wants to see; safe to call at any time."""
        host, found = self._host, self._found
        return {
            "port": self._config.board.port,
            "works": not self.reason,
            "reason": self.reason,
            "boot_id": found and f"{found.boot_id:08x}",
            "firmware": found and found.firmware,
            "cause": found and found.cause,
            "highest": dict(zip(LANES, host.highest, strict=True)) if host else {},
            "line": dict(self._counts + (host.counts if host else Counter())),
            "panel": self._panel.status(),
            "coins": self.coins and self.coins.status(),
            "losses": self.losses,
            "inbox_refusals": self.refusals,
        }

    # In the worker's thread

    def work(self) -> None:
        port = self._config.board.port
        with BoardLine(port, self._poke) as line:
            self._nonce += 1
            host = self._host = board.Host(self._nonce, self._sections)
            self._unbooked = None
            try:
                while not self.stopping:
                    self._round(line, host)
                host.wishes = 0
                line.say(host)
            except PORT_ERRORS as error:
                raise DeviceTrouble(f"port {port} failed: {error}") from error
            finally:
                self._host = None
                self._counts.update(host.counts)

    def _round(self, line: BoardLine, host: board.Host) -> None:
        self.deliver()
        self._acknowledge(host)
        host.wishes = self._wishes()
        self._step(None if self._is_strange(host) else host)
        for event in line.round(host, BOOKED_MS if self._unbooked else PATIENCE_MS):
            self._hear(event, host)

    def _acknowledge(self, host: board.Host) -> None:
        """What is booked by now, the board may forget."""
        if self._unbooked and self._unbooked[1]():
            event, self._unbooked = self._unbooked[0], None
            host.acknowledge(event.boot_id, event.counter)

    def _step(self, host: board.Host | None) -> None:
        """Orders go on, to a board that can be used or to none."""
        now_ms = mono_ms()
        self._pass_on(self.motors.step(host, now_ms))
        if self.lane:
            self.lane.step(host, now_ms)

    def _wishes(self) -> int:
        """No money while nobody could book it; the bus's own worker judges that for itself."""
        pulses = self.coins is not None and self.coins.wanted and not (self._shut or self._owed or self._stuck())
        money = pulses or (self.lane is not None and self.lane.money)
        return messages.MONEY * money | messages.LAMP * self._lit

    def _hear(self, event: board.HostEvent, host: board.Host) -> None:
        """Raises DeviceTrouble when the board cannot be used."""
        match event:
            case board.Found():
                self._meet(event, host)
            case board.Ready() if not self._is_strange(host):
                self.came()
            case board.Happened():
                self._happened(event, host)
            case board.Answered() | board.NotBegun() | board.Unknown():
                self._pass_on(self.motors.heard(event))
                if self.lane:
                    self.lane.ended(event)
            case board.Unfit(reason):
                raise DeviceTrouble(
                    f"the board at {self._config.board.port} cannot be used: {reason}; see `minga board`"
                )
            case board.Lost(reason):
                raise DeviceTrouble(
                    f"{reason} from the board at {self._config.board.port}; look at its cable and power"
                )

    def _meet(self, found: board.Found, host: board.Host) -> None:
        """One that knows vends of other books than ours is reset first: it would take our numbers for old ones."""
        log.info("board %08x has firmware %s, was reset by %s", found.boot_id, found.firmware, found.cause)
        self._found = found
        self._panel.found(mono_ms())
        if self.lane:
            self.lane.found(found.boot_id)
        if found.highest[messages.VEND] > self._last_vend():
            self._strange_boot = found.boot_id
            host.restart()
            self._went("the board knows vends of other books: it is reset")

    def _is_strange(self, host: board.Host) -> bool:
        return host.boot_id is not None and host.boot_id == self._strange_boot

    def _happened(self, event: board.Happened, host: board.Host) -> None:
        """Pass it on: money as what the board remembers, which stays there until it is booked; all else as it is."""
        waits: list[Callable[[], bool]] = []
        if self.coins and (money := reading(event, self._config.pulses.cents)):
            waits.append(lambda: is_booked(self._marks(), event.boot_id, event.counter))
            self.offer(money)
        if self.lane:
            self.lane.happened(event)
            waits.append(partial(self.lane.is_forgotten, event.boot_id, event.counter))
        self._unbooked = event, lambda: all(is_over() for is_over in waits)
        self._acknowledge(host)
        news = self.coins.heard(event.happening) if self.coins else None
        self._pass_on(filter(None, (news, self._panel.heard(event.happening, mono_ms()))))

    def _pass_on(self, news: Iterable[Event]) -> None:
        for event in news:
            self.offer(event)

    def _rest(self) -> None:
        """Orders are answered also while the port is closed."""
        late_ms = mono_ms() + int(1_000 * self._backoff.wait_s())
        while not self.stopping and (left_ms := late_ms - mono_ms()) > 0:
            self.deliver()
            self._step(None)
            self._poke.wait(min(left_ms, BUSY_MS if self.motors.busy or self._owed else left_ms) / 1_000)


def _loss(config: Config) -> tuple[str, Trouble]:
    """What is lost with the board, and what that means: its motors, or else its pulses, or else its bus."""
    if config.motors.drive == "board":
        return "motors", Trouble.NO_MOTORS
    if config.board_counts:
        return "coins", Trouble.NO_COINS
    return "board", Trouble.NO_COINS if config.has_changer else Trouble.NO_WALLET
