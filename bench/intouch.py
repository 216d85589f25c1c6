"""A machine that sells and carries at once, for counting what passes its line: real brain, books, courier and connection.

It waits after every step until nothing moves on the line any more, as between two things that a visitor does; so every fact
travels by itself. Hours pass for the courier at a word, so that what a machine says of itself while nobody comes is counted,
not waited for.
"""

from pathlib import Path
from typing import Any

from bench.sales import BOOKS, SLOTS, Stall
from bench.servers import HOST, waited
from bench.toll import Passed, Toll
from controller.clock import Clock
from controller.config import Config, load
from controller.courier import Courier
from controller.courier.herald import SIGN_OF_LIFE_MS
from controller.devices.broker import Broker
from controller.devices.worker import Backoff
from controller.domain.cycle import Phase
from controller.domain.events import ItemDropped, SlotChosen
from controller.protocols.sync.topics import STATE, of_machine

WITHIN_S = 60.0
LOOK_MS, DAY_MS = 5_001, 86_400_000
"""After so long a change of the state is told (`controller.courier.herald`)."""
FILL_EVERY = 300
SETTINGS = """[machine]
name = "{name}"
database = "{books}"
disk_free_mb_min = 1
[sync]
broker = "{way}://{host}:{port}"
fold = {fold}
"""


class Skipping(Clock):
    """Time passes at a word."""

    skipped_ms = 0

    def mono_ms(self) -> int:
        return super().mono_ms() + self.skipped_ms


class Line(Broker):
    """Knows how often it was given the machine's state to say."""

    states = 0

    def say(self, topic: str, payload: bytes, retain: bool = False) -> int | None:
        number = super().say(topic, payload, retain)
        self.states += number is not None and topic.endswith(f"/{STATE}")
        return number


class InTouch:
    """The machine in `folder`, through a toll. `ca` is the broker's certificate; without one nothing is encrypted."""

    def __init__(self, folder: Path, name: str, toll: Toll, ca: Path | None = None, fold: bool = True) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._toll, self._clock = toll, Skipping()
        self._courier: Courier | None = None
        self._config = _config(folder, name, toll.port, ca, fold)
        self._draw: Any = None
        self.name, self.stall = name, Stall(folder, self._show)
        self.stall.fill()

    @property
    def keepalive_s(self) -> int:
        return self._config.sync.keepalive_s

    def call(self) -> Passed:
        """Call the lab; everything that this moves on the line, a backlog too."""
        before, config = self._toll.passed, self._config
        self._line = Line(config.sync, self.name, of_machine(self.name), Backoff(0.05, 0.4))
        self._courier = Courier(config, self._clock, self._line, "bench")
        self._show(self._draw)
        self._courier.start()
        self._line.start(self._courier, self._courier.will)
        self._state_is_told(0)
        return self._toll.passed.since(before)

    def hang_up(self) -> Passed:
        before = self._toll.passed
        courier, self._courier = self._courier, None
        if courier:
            courier.stop()
            self._line.stop()
        self._toll.rest()
        return self._toll.passed.since(before)

    def sale(self) -> int:
        """A coin, a choice, a piece; a visitor takes seconds for each. Bytes of the state that is told after the visit."""
        stall, states = self.stall, self._line.states
        stall.insert(1)
        self.settle()
        stall.brain.handle(SlotChosen(SLOTS[stall.sales % len(SLOTS)]))
        self.settle()
        vend = stall.brain.cycle.vend
        assert vend is not None
        stall.brain.handle(ItemDropped(vend.vend_id))
        stall.sales += 1
        self.settle()
        return self._passes(LOOK_MS, states).ip_bytes

    def sell_alone(self, sales: int) -> None:
        """So many sales one after the other, without a connection; the slots are filled up on the way."""
        for _ in range(sales):
            if self.stall.sales % FILL_EVERY == FILL_EVERY - 1:
                self.stall.fill()
            self.stall.insert(1)
            self.stall.sell()

    def a_quiet_while(self) -> Passed:
        """Passes, and nobody comes."""
        return self._passes(SIGN_OF_LIFE_MS, self._line.states)

    def _passes(self, time_ms: int, states: int) -> Passed:
        """Until the state was told more than so many times."""
        assert self._courier
        before = self._toll.passed
        self._clock.skipped_ms += time_ms
        self._courier.hurry()  # else it would sleep on in real time
        self._state_is_told(states)
        return self._toll.passed.since(before)

    def _state_is_told(self, before: int) -> None:
        waited(lambda: self._line.states > before, f"{self.name} tells its state", WITHIN_S)
        self.settle()

    def settle(self) -> None:
        """Wait until the lab has answered for every fact, and the line is still."""
        courier, seq = self._courier, self.stall.journal.seq
        assert courier
        waited(lambda: courier.status()["held"] == seq, f"the lab has fact {seq} of {self.name}", WITHIN_S)
        self._toll.rest()

    def _show(self, draw: Any) -> None:
        self._draw = draw
        if courier := self._courier:
            brain = self.stall.brain
            courier.tell(brain.journal.seq, brain.cycle.phase is not Phase.IDLE, draw)


def _config(folder: Path, name: str, port: int, ca: Path | None, fold: bool) -> Config:
    words = {"name": name, "books": folder / BOOKS, "host": HOST, "port": port, "fold": str(fold).lower()}
    text = SETTINGS.format(**words, way="mqtts" if ca else "mqtt")
    file = folder / "minga.toml"
    file.write_text(text + (f'ca_file = "{ca}"\n' if ca else ""))
    return load(file)
