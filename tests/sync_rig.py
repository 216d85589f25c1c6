"""A machine's courier by itself: real books, a real line to a real broker, and a clock that can leap."""

import itertools
import threading
from pathlib import Path
from typing import Any, Self

from builders import ROSA, Till, books, stamp
from servers import wait_for

from controller.clock import Clock
from controller.config import Config, Machine, Sync
from controller.courier import Courier
from controller.devices.broker import Broker
from controller.devices.worker import Backoff
from controller.domain import facts as f
from controller.domain.stocking import PutMaker
from controller.domain.view import View, view
from controller.ledger.journal import Journal
from controller.protocols.sync.topics import of_machine

NAMES = (f"museo-{number}" for number in itertools.count(1))
"""Each test's machine has a name of its own, because a broker keeps what was said last."""


class LeapingClock(Clock):
    """Monotonic time goes as ever, and ahead when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.leap_ms = 0

    def mono_ms(self) -> int:
        return super().mono_ms() + self.leap_ms


class Carrying:
    """Books with a shelf in them, and whoever carries them to the broker at `port`. Use it in a `with`."""

    def __init__(self, folder: Path, port: int, name: str = "", **sync: Any) -> None:
        self.name = name or next(NAMES)
        path = folder / "minga.db"
        self.journal = Journal(path) if path.exists() else books(folder)
        given = {"broker": f"mqtt://127.0.0.1:{port}"} | sync
        self.config = Config(machine=Machine(name=self.name, database=path), sync=Sync(**given))
        self.clock = LeapingClock()
        self.line = Broker(self.config.sync, self.name, of_machine(self.name), Backoff(0.05, 0.2))
        self.courier = Courier(self.config, self.clock, self.line, "0.1.0")

    def __enter__(self) -> Self:
        self.tell()
        self.courier.start()
        self.line.start(self.courier, self.courier.will)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.journal.close()

    def stop(self) -> None:
        """As the controller stops them."""
        self.courier.stop()
        self.line.stop()

    def writes(self, count: int = 1) -> int:
        """So many facts more, as the brain writes and tells them; the newest one's number."""
        boots = [f.Booted(self.journal.seq + n, "0.1.0") for n in range(count)]
        self.journal.append(stamp(), self.journal.cycle, boots)
        self.tell()
        return self.journal.seq

    def tell(self) -> None:
        till = Till(self.journal.shop)
        self.courier.tell(self.journal.seq, False, lambda: picture(self.name, till))

    def passes(self, ms: int) -> None:
        """So much time passes in a moment; somebody has to wake the courier, who sleeps by the real clock."""
        self.clock.leap_ms += ms
        self.courier.taken(0, "")

    def status(self) -> dict[str, Any]:
        return self.courier.status()

    def is_told(self, words: str) -> None:
        """Wait until the technician would read these words."""
        wait_for(lambda: words in str(self.status()), lambda: f"never told: {words}; but {self.status()}")

    def agrees(self, yes: bool) -> None:
        """Rosa agrees to be shown, or takes it back."""
        rosa = PutMaker(ROSA, "Rosa Quishpe", "Taller La Tola", "Coso con retazos.", "", yes)
        self.journal.append(stamp(), self.journal.cycle, [], keeps=[rosa])


def picture(name: str, till: Till) -> View:
    return view(name, 1, 1, 1_795_275_000_000, till.cycle, till.shop, till.now_ms)


def living(*names: str) -> list[str]:
    """Which of these threads live."""
    return [thread.name for thread in threading.enumerate() if thread.name.startswith(names)]
