"""One simulated acceptor on a real pseudo-terminal, an inbox that keeps marks, and any number of controllers."""

from pathlib import Path

from inbox import Inbox, wait_for

from controller.config import Coins
from controller.devices.coins import CoinAcceptor
from controller.devices.worker import Backoff
from controller.domain.events import CoinReturned, DeviceGone, DeviceReturned, Event, Reading
from hw_mocks.acceptor import SimulatedAcceptor

NICKEL, QUARTER, SUCRE, DOLLAR = 1, 3, 4, 5
SOURCE = "cctalk:Minga Simulators:12345678"
ALL_CENTS = frozenset({1, 5, 10, 25, 50, 100})


class Brain(Inbox):
    """An inbox that resolves readings against its marks, as the brain does; `told` is what came and went."""

    def __init__(self) -> None:
        super().__init__()
        self.marks: dict[str, int] = {}
        self.cents: list[int] = []
        self.alarms: list[tuple[str, int]] = []

    def take(self, message: Event | Reading) -> None:
        if isinstance(message, DeviceGone | DeviceReturned | CoinReturned):
            self.told.append(message)
        elif not isinstance(message, Event) and (news := message.since(self.marks)):
            self.marks |= news.marks
            self.cents += news.coins_cents
            self.alarms += [(news.alarm, news.lost)] if news.alarm else []


class Bench:
    """One acceptor, one cable, one brain, and any number of controllers after each other."""

    def __init__(self, folder: Path) -> None:
        self.link = folder / "cctalk"
        self.acceptor = SimulatedAcceptor(seed=4)
        self.brain = Brain()
        self.stuck = False
        self.workers: list[CoinAcceptor] = []

    def controller(self, wanted_cents: frozenset[int] = ALL_CENTS, **config: object) -> CoinAcceptor:
        settings = Coins(**{"port": str(self.link), "poll_ms": 20, **config})  # type: ignore[arg-type]
        worker = CoinAcceptor(
            settings, self.brain.put, settle_ms=100, backoff=Backoff(0.02, 0.1), stuck=lambda: self.stuck
        )
        worker.accept(wanted_cents)
        self.workers.append(worker)
        worker.start()
        return worker

    def wait_open(self, position: int = QUARTER) -> None:
        wait_for(lambda: self.acceptor.open_for(position))

    def wait_closed(self, within_s: float = 5.0) -> None:
        wait_for(lambda: not self.acceptor.open_for(QUARTER), within_s)

    def wait_state(self, kind: type, times: int = 1) -> None:
        self.brain.until(lambda: len(self.brain.all(kind)) >= times)

    def close(self) -> None:
        for worker in self.workers:
            worker.stop()
        self.acceptor.close()
