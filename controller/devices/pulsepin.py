"""A pulse acceptor on this computer's own lines: the lesser choice, for a machine without an I/O board.

Edges are judged by their own stamps, so a busy computer miscounts nothing it hears. But it hears nothing while no controller
runs, and nobody else remembers: what the acceptor took then is found at the cash count. So the inhibit line rests where it
keeps coins out (a resistor must hold it there while nobody drives it), and coins are let in only while the brain turns.
"""

import logging
import queue
import secrets
from collections.abc import Callable
from contextlib import ExitStack
from threading import RLock, Timer

from gpiozero import OutputDevice

from controller.config.sections import Pulses
from controller.devices.boardcoins import JAMMED, NAME, PulseReading
from controller.devices.lines import InputLine
from controller.devices.worker import Put
from controller.domain.events import DeviceGone, DeviceReturned, Trouble

log = logging.getLogger(__name__)

SOURCE = "pulses:gpio"
TRAIN_GAPS = 3
"""A train is over when the line has rested for three gaps."""
AGAIN_S = 0.5
"""How soon a full inbox is offered the count again, and whether the brain turns is looked at."""


class PulsePin:
    """Counts on `pulses.line`. `put` is the brain's inbox; `stuck` says that the brain stands still.

    Raises what gpiozero raises when a line cannot be had.
    """

    def __init__(self, pulses: Pulses, put: Put, stuck: Callable[[], bool] = lambda: False) -> None:
        assert pulses.line is not None
        assert pulses.inhibit is not None
        self._limits, self._put, self._stuck = pulses, put, stuck
        self._life = secrets.randbelow(1 << 31)
        self._lock = RLock()
        self._counted = self._told = self._events = 0
        self.odd = 0
        """Pulses that counted as none."""
        self._began_s: float | None = None
        self._ended_s = float("-inf")
        self._wanted = self._settled = self._jammed = self._refused = self._closing = False
        self._timer: Timer | None = None
        with ExitStack() as made:
            opens_high = pulses.inhibited_by == "low"
            self._gate = made.enter_context(OutputDevice(pulses.inhibit, active_high=opens_high))
            self._line = made.enter_context(InputLine(pulses.line, pull_up=None, active_state=pulses.idles == "low"))
            self._made = made.pop_all()
        self._line.when_activated, self._line.when_deactivated = self._begin, self._end
        self._look_in(pulses.settle_ms / 1_000)

    def accept(self, cents: frozenset[int]) -> None:
        """Let coins in while any of these values is a whole number of pulses; a set-point, from any thread."""
        with self._lock:
            self._wanted = any(coin % self._limits.cents == 0 for coin in cents)
            self._set_gate()

    def close(self) -> None:
        """No coin from now on; lines free."""
        with self._lock:
            self._closing = True
            self._set_gate()
            if self._timer:
                self._timer.cancel()
        self._made.close()

    # The edges, in the thread of the pin factory

    def _begin(self) -> None:
        self._began_s = self._line.changed_s

    def _end(self) -> None:
        """Judge one pulse by the stamps of its edges."""
        if self._began_s is None:
            return
        now_s, began_s, self._began_s = self._line.changed_s, self._began_s, None
        width_ms, rest_ms = (now_s - began_s) * 1_000, (began_s - self._ended_s) * 1_000
        self._ended_s = now_s
        limits = self._limits
        good = limits.pulse_ms_min <= width_ms <= limits.pulse_ms_max and rest_ms >= limits.gap_ms_min
        with self._lock:
            if not (good and self._settled):
                self.odd += 1
                return
            self._counted += 1
            self._look_in(TRAIN_GAPS * limits.gap_ms_min / 1_000)

    # A timer looks when the line should have come to rest, and now and again

    def _look_in(self, seconds: float) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = Timer(seconds, self._look)
        self._timer.daemon = True
        self._timer.start()

    def _look(self) -> None:
        with self._lock:
            if self._closing:
                return
            self._settled = True
            try:
                self._tell()
                self._refused = False
            except queue.Full:
                self._refused = True
            self._set_gate()
            self._look_in(AGAIN_S)

    def _tell(self) -> None:
        """Jam or no jam, then the number of all pulses; what a full inbox refuses is told later."""
        jammed = (self._line.active_time or 0.0) * 1_000 >= self._limits.jam_ms
        if jammed != self._jammed:
            self._put(DeviceGone(NAME, JAMMED, Trouble.NO_COINS) if jammed else DeviceReturned(NAME, Trouble.NO_COINS))
            self._jammed = jammed
        if train := self._counted - self._told:
            counted, cents = self._counted, self._limits.cents
            self._put(PulseReading(self._life, self._events + 1, counted, train, cents, source=SOURCE))
            self._told, self._events = counted, self._events + 1

    def _set_gate(self) -> None:
        shut = self._closing or self._jammed or self._refused or self._stuck()
        self._gate.value = self._wanted and self._settled and not shut
