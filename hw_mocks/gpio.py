"""gpiozero on simulated lines: a pin factory whose pins are wires into the world's process.

Chosen as every factory is, by environment: `GPIOZERO_PIN_FACTORY=minga-sim`, with the world's socket in
`MINGA_SIM_SOCKET` (`minga simulate` prints both). One connection stands for one process that holds lines: when it
closes, the world lets them fall, as a kernel lets go the lines of a process that died.

Edges call gpiozero's callbacks in the thread that reads the socket, in the order of the world. A lost world is an
error (`WorldLost`) in every later use of a pin, until a pin is set up anew and the world is there again.
"""

import os
import threading
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any

from gpiozero import PinFixedPull, PinInvalidFunction, PinInvalidPull, PinPWMUnsupported, PinSetInput
from gpiozero.pins.pi import PiFactory, PiPin

from hw_mocks.wire import SOCKET_VARIABLE, Wire, WorldLost

RASPBERRY_PI_4B = 0xC03111


class SimulatedPin(PiPin):
    """A line that gpiozero takes for a pin of a Raspberry Pi. It knows no PWM."""

    def __init__(self, factory: "SimulatedFactory", info: Any) -> None:
        super().__init__(factory, info)
        self._function, self._pull, self._level = "input", "floating", False
        self.held = False

    def close(self) -> None:
        """Let the line go; quietly also when the world is gone, for then it fell by itself."""
        self.when_changed = None
        if self.held:
            with suppress(OSError):
                self._factory.wire.send(f"free {self._number}")
        self.held, self._function = False, "input"

    def hold(self) -> None:
        """Tell the world what this line is. Raises OSError when it is another process's, WorldLost when it is gone."""
        words = f"out {self._number}" if self._function == "output" else f"in {self._number} {self._pull}"
        self._level = self._factory.ask(words)
        self.held = True

    def edge(self, high: bool, at_s: float) -> None:
        self._level = high
        if self._function == "input" and self._when_changed is not None:
            self._call_when_changed(at_s, high)

    def _get_function(self) -> str:
        return self._function

    def _set_function(self, value: str) -> None:
        if value not in ("input", "output"):
            raise PinInvalidFunction("a simulated pin is an input or an output")
        self._function = value
        self.hold()

    def _get_state(self) -> bool:
        if self._function == "input":
            return self._factory.read(self._number, self._level)
        return self._level

    def _set_state(self, value: float) -> None:
        if self._function == "input":
            raise PinSetInput(f"cannot drive {self!r}: it is an input")
        self._factory.wire.send(f"set {self._number} {int(bool(value))}")
        self._level = bool(value)

    def _get_pull(self) -> str:
        return self._pull

    def _set_pull(self, value: str) -> None:
        if self._function != "input":
            raise PinFixedPull(f"cannot pull {self!r}: it is an output")
        if value not in ("floating", "up", "down"):
            raise PinInvalidPull("a pull is floating, up or down")
        self._pull = value
        self.hold()

    def _get_bounce(self) -> None:
        return None

    def _set_bounce(self, value: float | None) -> None:
        if value is not None:
            super()._set_bounce(value)

    def _get_edges(self) -> str:
        return "both"

    def _set_edges(self, value: str) -> None:
        assert value == "both", "a simulated pin tells every edge"

    def _get_frequency(self) -> None:
        return None

    def _set_frequency(self, value: float | None) -> None:
        if value is not None:
            raise PinPWMUnsupported(f"{self!r} knows no PWM")

    def _enable_event_detect(self) -> None:
        """Nothing to do: the world tells every edge of an input that is held."""

    def _disable_event_detect(self) -> None:
        """Nothing to do, as above."""


class SimulatedFactory(PiFactory):
    """Pins of a machine that only exists in `minga simulate`. `path` is its socket, by default `$MINGA_SIM_SOCKET`.

    Raises WorldLost at once when nothing listens there.
    """

    def __init__(self, path: Path | None = None) -> None:
        super().__init__()
        self.pin_class = SimulatedPin
        named = path or os.environ.get(SOCKET_VARIABLE)
        if not named:
            raise WorldLost(f"{SOCKET_VARIABLE} is not set, so no simulated machine is known")
        self._path = Path(named)
        self._wiring = threading.RLock()
        self.wire = Wire(self._path, self._edge)

    def close(self) -> None:
        super().close()
        self.wire.close()

    def ask(self, message: str) -> bool:
        """Ask the world; after a loss this is where the wire is laid again, and every held line with it."""
        with self._wiring:
            if self.wire.lost:
                self.wire = Wire(self._path, self._edge)
                self._hold_again()
            return self.wire.ask(message)

    def read(self, number: int, known: bool) -> bool:
        """A line's level now; inside an edge callback, the level as of that edge."""
        wire = self.wire
        return known if threading.current_thread() is wire.reader else wire.ask(f"read {number}")

    def _hold_again(self) -> None:
        for pin in self.pins.values():
            if pin.held:
                before = pin._level
                pin.hold()
                if pin._level != before:
                    pin.edge(pin._level, monotonic())

    def _edge(self, number: int, high: bool, at_s: float) -> None:
        for pin in list(self.pins.values()):
            if pin._number == number:
                pin.edge(high, at_s)

    def _get_revision(self) -> int:
        return RASPBERRY_PI_4B

    @staticmethod
    def ticks() -> float:
        return monotonic()

    @staticmethod
    def ticks_diff(later: float, earlier: float) -> float:
        return later - earlier
