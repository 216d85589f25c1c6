"""A hopper's host and a simulated hopper on one line in memory, in virtual time, and what must be true of them.

`Line` counts what truly leaves. `complaints` compares it with what the host says, for any kind of host: the tests plant
broken ones.
"""

from collections.abc import Callable, Iterator

from controller.protocols.cctalk import Header, HopperHost, HostEvent, Lost, Outcome
from hw_mocks.hopper_firmware import HopperFirmware
from hw_mocks.joined import Joined, Spoil, clean

FOREVER_MS = 600_000


class Line(Joined):
    """One hopper and any number of hosts after each other. `at_exchange` is called before each exchange, with its number."""

    def __init__(self, hopper: HopperFirmware | None = None, host: HopperHost | None = None, **line: object) -> None:
        self.hopper = hopper or HopperFirmware(100)
        self.hopper._on_coin = self._leaves
        self.left = 0
        self.asked: list[bytes] = []
        self.at_exchange: Callable[[int], None] = lambda number: None
        super().__init__(host or HopperHost(), self.hopper, **line)  # type: ignore[arg-type]

    def _leaves(self) -> None:
        self.left += 1

    def _carry(self, request: bytes) -> None:
        self.at_exchange(self.exchanges + 1)
        self.asked.append(request)
        super()._carry(request)

    def do(self, begin: Callable[[], None]) -> HostEvent:
        """One errand, to its end."""
        begin()
        self.run(FOREVER_MS)
        assert self.host.ended, "the errand never ends"
        return self.events[-1]

    def start(self) -> HostEvent:
        return self.do(self.host.start)  # type: ignore[attr-defined]

    def settle(self, coins: int, before: int, pay: bool = True) -> Outcome | None:
        """Start if need be, then pay or look; None when the hopper was lost meanwhile."""
        host: HopperHost = self.host  # type: ignore[assignment]
        if host.identity is None and isinstance(self.start(), Lost):
            return None
        lost = isinstance(self.do(lambda: (host.pay if pay else host.look)(coins, before)), Lost)
        return None if lost else host.outcome

    def headers(self) -> list[int]:
        """What was asked, without repetitions."""
        asked = [request[3] for request in self.asked]
        return [header for at, header in enumerate(asked) if at == 0 or asked[at - 1] != header]


def once(header: int, what: Spoil, nth: int = 1) -> Spoil:
    """Do `what` to the reply that follows the `nth` request with this header, and nothing to all other bytes."""
    state = {"requests": 0, "armed": False}

    def spoil(data: bytes) -> bytes:
        if len(data) > 4 and data[0] != 1 and data[3] == header:
            state["requests"] += 0.5  # what the hopper hears, then the echo
            state["armed"] = state["requests"] == nth
        elif state["armed"] and data[:1] == b"\x01":
            state["armed"] = False
            return what(data)
        return data

    return spoil


def lose(data: bytes) -> bytes:
    return b""


def garble(data: bytes) -> bytes:
    return bytes(byte ^ 0x41 for byte in data)


def every_trouble(hopper: HopperFirmware, line: Line) -> Iterator[str]:
    """Set one thing after another that can go wrong in a small payout; yields its name."""
    yield "nothing"
    for name, what in (("lost", lose), ("garbled", garble)):
        line.spoil = once(Header.DISPENSE_HOPPER_COINS, what)
        yield f"the answer to the dispense is {name}"
    line.spoil = clean
    hopper.cut_after, hopper.forgets_payout = 2, False
    yield "power fails after two coins"
    hopper.cut_after, hopper.forgets_payout = 2, True
    yield "power fails after two coins, and it forgets how far it came"
    hopper.jammed = True
    yield "the motor turns and nothing comes"
    hopper.jammed, hopper.coins = False, 2
    yield "two coins are left in it"


def complaints(make: Callable[[], HopperHost], coins: int = 3) -> list[str]:
    """Where what left is not what a host of this kind says, or more left than was ordered."""
    found = []
    line = Line(HopperFirmware(50), make())
    for trouble in every_trouble(line.hopper, line):
        line.restart(make())
        left, before = line.left, line.hopper.lifetime
        for act, pay in (("pay", True), ("pay again", True), ("look", False)):
            outcome = line.settle(coins, before, pay)
            gone = line.left - left
            if outcome is None or outcome.doubt or outcome.paid != gone or gone > coins:
                found.append(f"{trouble}, {act}: {gone} left, {outcome}")
            line.restart(make())
    return found
