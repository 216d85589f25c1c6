"""One turn of one spiral: when it starts, when it stops, and what is wrong when it does not.

    wired              row ──▶ ground          a diode per motor, or current sneaks through its neighbours
    (one motor)        column ──▶ 24 V         both drivers active high, pulled down: nobody drives them = motor off
                       home ◀── cam switch     fed by the driven motor, through an isolator, behind about 1 ms of RC

The home line is shared, so it speaks for a motor only while that motor is driven; what it says follows the cam:

    drive   ▁▁▁▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▁▁▁▁▁▁▁▁▁
    home    ▁▁▁▔▔▔▔▔▁▔▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▔▁▁▁▁▁▁▁▁▁
               │    └ leaves, bouncing       └ comes home: off at once, in the edge's own thread
               └ reads closed: there is a motor, and it stands at home

Nothing at home within `home_answers_ms`: no motor (or one left in mid-turn by a power cut: plain GPIO measures no current
and cannot tell, see `bring_home`). Not away within `leave_home_ms`: stuck. Not back within `turn_ms`: jammed. Whatever
happens, the motor is cut by this thread's own limits; nobody else needs to be alive for it. Against a process that
hangs or is killed, the drivers' pull-downs and a watchdog have the last word (not verified on hardware).
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from math import inf
from threading import Event
from time import monotonic

from gpiozero import OutputDevice

from controller.config import Motors
from controller.devices.lines import InputLine
from controller.domain.catalog import Closed


class Spirals:
    """All motors of one machine and their home line. Raises what gpiozero raises when a line cannot be had or is lost."""

    def __init__(self, motors: Motors) -> None:
        # The line follows the driver in microseconds; the rest is patience with a busy computer: 9° at 30 turns a minute.
        self._answers_s = motors.home_answers_ms / 1000
        self._leave_home_s, self._turn_s = motors.leave_home_ms / 1000, motors.turn_ms / 1000
        self._debounce_s = motors.debounce_ms / 1000
        with ExitStack() as made:
            rows = {name: made.enter_context(OutputDevice(pin)) for name, pin in motors.rows.items()}
            columns = {name: made.enter_context(OutputDevice(pin)) for name, pin in motors.columns.items()}
            self._home = made.enter_context(InputLine(motors.home))
            self._made = made.pop_all()
        self._lines = {r + c: (row, column) for r, row in rows.items() for c, column in columns.items()}
        self._driving = next(iter(self._lines.values()))
        self._expect_home(afoot=False)
        self._home.when_deactivated = self._home_opened
        self._home.when_activated = self._home_closed

    def __contains__(self, slot: str) -> bool:
        return slot in self._lines

    def turn(self, slot: str) -> Closed | None:
        """Turn once, from home to home. None when it did; otherwise what is wrong. The motor is off afterwards."""
        if not self._home.wait_for_inactive(self._answers_s):
            return Closed.STUCK_HOME  # closed with nothing driven: the line is shorted, no turn could be followed
        with self._driven(slot, afoot=False):
            if not self._home.wait_for_active(self._answers_s):
                return Closed.NO_MOTOR
            if not self._left_home():
                return Closed.STUCK_HOME
            if not self._came_home.wait(self._turn_s):
                return Closed.JAMMED
        return None

    def bring_home(self, slot: str) -> Closed | None:
        """Turn a spiral that stands in mid-turn until it is home; one at home is let go at once. Never for a sale."""
        with self._driven(slot, afoot=True):
            if self._home.wait_for_active(self._answers_s):
                return None
            return None if self._came_home.wait(self._turn_s) else Closed.JAMMED

    def touch(self) -> bool:
        """Read the home line, only to find out whether it can still be read."""
        return bool(self._home.is_active)

    def close(self) -> None:
        """All motors off, lines free; a turn under way ends at once and means nothing."""
        self._came_home.set()
        self._made.close()

    @contextmanager
    def _driven(self, slot: str, afoot: bool) -> Iterator[None]:
        row, column = self._driving = self._lines[slot]
        self._expect_home(afoot)
        try:
            row.on()
            column.on()
            yield
        finally:
            self._stop()

    def _stop(self) -> None:
        row, column = self._driving
        try:
            column.off()
        finally:
            row.off()

    def _left_home(self) -> bool:
        """Whether the switch opened in time and stayed open: contact bounce is not leaving."""
        late_s = monotonic() + self._leave_home_s
        while (left_s := late_s - monotonic()) > 0 and self._home.wait_for_inactive(left_s):
            if not self._home.wait_for_active(self._debounce_s):
                return True
        return False

    # The edges, in the thread of the pin factory. They take no lock and touch no disk.

    def _expect_home(self, afoot: bool) -> None:
        """`afoot`: the spiral is away already, so that the first closing is its coming home."""
        self._came_home = Event()
        self._was_home, self._opened_s = afoot, (-inf if afoot else inf)

    def _home_opened(self) -> None:
        if self._was_home:
            self._opened_s = self._home.changed_s

    def _home_closed(self) -> None:
        if not self._was_home:
            self._was_home = True
        elif self._home.changed_s - self._opened_s >= self._debounce_s:
            with suppress(Exception):  # whatever a pin back-end raises: the turn's own thread stops again, and tells
                self._stop()
            self._came_home.set()
