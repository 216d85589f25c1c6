"""Both ends of the link, joined in memory, with the clock in the test's hand."""

from collections.abc import Callable
from typing import Any

from controller.protocols.board import Coins, Host, HostEvent, Motors
from firmware import messages, wire
from firmware.link import Link

BOOT = 0x5C0FFEE1
SETTINGS = (Motors(rows=6, columns=8), Coins(wiring=1))
TICKS = 0x3FFFFFFF
"""The board's clock wraps like MicroPython's."""

Noise = Callable[[bytes], bytes]


class Motor:
    """Stands for every motor: notes what it is told, and ends a turn when the test says so."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self.turned: list[int] = []
        link.performs(messages.TURN, self.start)
        link.performs(messages.SCAN, self.scan)
        for section in (messages.MOTORS, messages.COINS):
            link.takes(section, self.take)

    def take(self, *fields: object) -> bool:
        return True

    def start(self, number: int, row: int, column: int, *rest: int) -> int | None:
        if row > 5:
            return messages.NOT_FITTED
        self.turned.append(number)
        return None

    def scan(self, number: int, row: int) -> None:
        self.link.finish(messages.SCAN, number, 0xFF, 0xFE)

    def home(self, number: int) -> None:
        self.link.finish(messages.TURN, number, messages.HOME, 1, 3, 0, 2_901, 3_120, 310, 190)


class Joined:
    """One host and one board. `run` lets time pass; what the host tells is kept in `told`."""

    def __init__(self, host: Host | None = None, boot: int = BOOT, link: type[Link] = Link) -> None:
        self.now_ms = TICKS - 1_500  # so that the board's clock wraps early in every test
        self.up = bytearray()
        self.down = bytearray()
        self.told: list[HostEvent] = []
        self.spoken: list[str] = []
        self.to_board: Noise = bytes
        self.to_pi: Noise = bytes
        self._kind = link
        self.host = host or Host(7, SETTINGS)
        self.power_on(boot)

    def power_on(self, boot: int, cause: int = messages.POWER_ON, lost: int = 0) -> None:
        """A new life of the board; everything before is forgotten."""
        self.board = self._kind(boot, self.up.extend, cause, lost, (0, 1, 0))
        self.motor = Motor(self.board)

    def run(self, ms: int = 600, step_ms: int = 5) -> list[HostEvent]:
        """Let time pass; what the host told meanwhile."""
        known = len(self.told)
        for _ in range(0, ms, step_ms):
            self.now_ms += step_ms
            up, self.up[:] = self.to_pi(bytes(self.up)), b""
            self.told += self.host.turn(up, self.now_ms)
            self.down += self.host.to_send(self.now_ms)
            down, self.down[:] = self.to_board(bytes(self.down)), b""
            self.board.feed(down, self.now_ms & TICKS)
            self.board.tick(self.now_ms & TICKS)
        return self.told[known:]

    def all(self, kind: type) -> list[Any]:
        return [event for event in self.told if isinstance(event, kind)]


def ready(**wishes: Any) -> Joined:
    """Joined ends that have found each other; the reset of the board is booked."""
    joined = Joined(**wishes)
    joined.run()
    joined.host.acknowledge(BOOT, 1)
    joined.run()
    assert joined.host.ready
    return joined


def deaf(data: bytes) -> bytes:
    """A cable that is cut."""
    return b""


def names(data: bytes) -> list[str]:
    """What kind of frames these are."""
    return [messages.LAYOUTS[payload[0]][0] for payload in wire.Decoder().feed(data)]
