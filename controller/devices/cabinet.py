"""The cabinet: door, return and service button, slot buttons and the lamp that says that the machine sells.

A press counts at its first edge, if the line was quiet before: contacts bounce for some milliseconds after every change,
and pressing must be answered at once. A door counts when its line has been quiet for a while: nothing waits for a door,
but it must be told right. No thread watches a line; a timer runs only for a moment after the door moved.
"""

import logging
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import partial
from math import inf
from threading import Lock, Timer
from time import monotonic

from gpiozero import GPIOZeroError, OutputDevice

from controller.config import Cabinet as Wiring
from controller.devices.lines import InputLine
from controller.domain.catalog import SlotId
from controller.domain.events import Event, ReturnPressed, SlotChosen, Trouble, TroubleBegan, TroubleEnded
from controller.domain.pairing import ServicePressed

log = logging.getLogger(__name__)

QUIET_S = 0.03
"""Longer than contacts bounce (5 to 20 ms), shorter than a finger can press twice."""


class PressButton:
    """A button that calls `pressed` at its first edge after at least `QUIET_S` without one."""

    def __init__(self, line: InputLine, pressed: Callable[[], None]) -> None:
        self._line, self._pressed = line, pressed
        self._edge_s = -inf
        line.when_activated = self._closed
        line.when_deactivated = self._opened

    def _closed(self) -> None:
        before_s, self._edge_s = self._edge_s, self._line.changed_s
        if self._edge_s - before_s >= QUIET_S:
            self._pressed()

    def _opened(self) -> None:
        self._edge_s = self._line.changed_s


class Door:
    """Tells `changed(is_open)` when the door rests in another state than the last one told, and once at the start."""

    def __init__(self, line: InputLine, changed: Callable[[bool], None]) -> None:
        self._line, self._changed = line, changed
        self._told: bool | None = None
        self._telling = Lock()
        self._timer: Timer | None = None
        self._edge_s = 0.0
        line.when_activated = line.when_deactivated = self._moved
        self._rest()

    def _moved(self) -> None:
        """An edge, in the pin factory's thread: look again once the line is quiet."""
        self._edge_s = monotonic()
        if self._timer is None:
            self._look_in(QUIET_S)

    def _look_in(self, seconds: float) -> None:
        self._timer = Timer(seconds, self._rest)
        self._timer.daemon = True
        self._timer.start()

    def _rest(self) -> None:
        quiet_s = monotonic() - self._edge_s
        if quiet_s < QUIET_S:
            self._look_in(QUIET_S - quiet_s)
            return
        self._timer = None
        with self._telling, suppress(OSError, GPIOZeroError):  # a lost line is told by the motors, which share its fate
            if (is_open := self._line.is_active) != self._told:
                self._told = is_open
                self._changed(is_open)


class Cabinet:
    """Everything on the cabinet that is not a motor. `put` is the brain's inbox.

    Raises what gpiozero raises when a line cannot be had. A line that is not wired (None) is simply not there.
    """

    def __init__(self, wiring: Wiring, put: Callable[[Event], None]) -> None:
        self._put = put
        self._lit: bool | None = None
        with ExitStack() as made:
            self._lamp = None if wiring.lamp is None else made.enter_context(OutputDevice(wiring.lamp))
            buttons = {put_event: pin for put_event, pin in self._buttons(wiring) if pin is not None}
            lines = {event: made.enter_context(InputLine(pin)) for event, pin in buttons.items()}
            door = None if wiring.door is None else made.enter_context(InputLine(wiring.door))
            self._made = made.pop_all()
        self._pressed = [PressButton(line, partial(put, event)) for event, line in lines.items()]
        self._door = None if door is None else Door(door, self._tell_door)

    def lamp(self, on: bool) -> None:
        """Light the lamp or put it out. A lamp that cannot be reached stops nothing: it is only logged."""
        if self._lamp is None or self._lit is on:
            return
        try:
            self._lamp.value = on
            self._lit = on
        except Exception:
            log.exception("the lamp cannot be reached")

    def close(self) -> None:
        """Lamp off, lines free."""
        self._made.close()

    @staticmethod
    def _buttons(wiring: Wiring) -> list[tuple[Event, int | None]]:
        slots = [(SlotChosen(SlotId(slot)), pin) for slot, pin in wiring.slot_buttons.items()]
        return [(ReturnPressed(), wiring.return_button), (ServicePressed(), wiring.service_button), *slots]

    def _tell_door(self, is_open: bool) -> None:
        self._put((TroubleBegan if is_open else TroubleEnded)(Trouble.DOOR_OPEN))
