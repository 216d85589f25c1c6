"""Two simulated hoppers on a real pseudo-terminal, an inbox, and any number of controllers after each other."""

from collections.abc import Callable
from pathlib import Path

from inbox import PATIENCE_S, Inbox

from controller.config import Hopper as HopperConfig
from controller.devices.hoppers import Hoppers
from controller.devices.worker import Backoff
from controller.domain.change import HopperOrder
from controller.domain.effects import AskPaid, PayCoins
from controller.domain.events import CoinsPaid, DeviceReturned, Event, Reading, Trouble
from hw_mocks.hopper import SimulatedBus, SimulatedHopper

QUARTERS, DIMES = "hopper:25", "hopper:10"
QUARTERS_SERIAL, DIMES_SERIAL = 345_678, 710_623
FAST = 5.0
"""The simulated motors turn so much faster than real ones."""


class Brain(Inbox):
    """An inbox that keeps what it is told."""

    def take(self, message: Event | Reading) -> None:
        assert isinstance(message, Event)
        self.told.append(message)

    def wait(self, kind: type, times: int = 1, within_s: float = PATIENCE_S) -> Event:
        """The nth message of this kind. Raises AssertionError when it never comes."""
        self.until(lambda: len(self.all(kind)) >= times, within_s)
        return self.all(kind)[times - 1]


class Bench:
    """Two hoppers on one cable, one brain, and any number of controllers after each other."""

    def __init__(self, folder: Path) -> None:
        self.link = folder / "hoppers"
        self.cents: list[int] = []
        self.quarters = SimulatedHopper(25, 40, self.cents.append, address=3, speed=FAST)
        self.dimes = SimulatedHopper(10, 40, self.cents.append, address=4, serial=DIMES_SERIAL, speed=FAST)
        self.bus = SimulatedBus(self.quarters, self.dimes, seed=7)
        self.brain = Brain()
        self.controllers: list[Hoppers] = []

    def controller(self, plugged: bool = True, working: int = 2, **dimes: object) -> Hoppers:
        """A new controller; with the cable in, so many hoppers work by then."""
        quarters = HopperConfig(port=str(self.link), address=3, coin_cents=25, security="none", no_progress_s=1)
        other = {"port": str(self.link), "address": 4, "coin_cents": 10, "security": "none", "no_progress_s": 1}
        configs = [quarters, HopperConfig(**{**other, **dimes})]  # type: ignore[arg-type]
        hoppers = Hoppers(configs, self.brain.put, Trouble.NO_COINS, lambda: Backoff(0.02, 0.1))
        self.controllers.append(hoppers)
        seen = len(self.brain.all(DeviceReturned))
        if plugged and not self.link.is_symlink():
            self.bus.open(self.link)
        hoppers.start()
        if plugged and working:
            self.brain.wait(DeviceReturned, seen + working)
        return hoppers

    def pay(self, hoppers: Hoppers, payout_id: int, *orders: HopperOrder) -> CoinsPaid:
        return self.answered(lambda: hoppers.pay(PayCoins(payout_id, orders)))

    def look(self, hoppers: Hoppers, payout_id: int, *orders: HopperOrder) -> CoinsPaid:
        return self.answered(lambda: hoppers.ask_paid(AskPaid(payout_id, orders)))

    def answered(self, ask: Callable[[], None]) -> CoinsPaid:
        known = len(self.brain.all(CoinsPaid))
        ask()
        answer = self.brain.wait(CoinsPaid, known + 1)
        assert isinstance(answer, CoinsPaid)
        return answer


def quarters(coins: int, before: int = 0, serial: int | None = QUARTERS_SERIAL) -> HopperOrder:
    return HopperOrder(QUARTERS, 25, coins, before, serial)


def dimes(coins: int, before: int = 0) -> HopperOrder:
    return HopperOrder(DIMES, 10, coins, before, DIMES_SERIAL)
