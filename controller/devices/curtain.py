"""The light curtain under the spirals: a lamp, a sensor, and whether something fell between them.

Every fall is latched at its first edge, for a piece is in the beam for some thirty milliseconds only. What a dark beam
means depends on who darkened it: our own test, the piece of the vend that is running, or nobody we know of (a stray).
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Event

from gpiozero import DigitalInputDevice, OutputDevice

from controller.config import Motors

ANSWERS_S = 0.1
"""How long the sensor may take to follow its lamp. Sensors for modulated light need some milliseconds."""


class Curtain:
    """Lamp and sensor of one machine. Raises what gpiozero raises when a line cannot be had or is lost."""

    def __init__(self, motors: Motors) -> None:
        with ExitStack() as made:
            self._lamp = made.enter_context(OutputDevice(motors.drop_emitter, initial_value=True))
            self._sensor = made.enter_context(DigitalInputDevice(motors.drop_sensor))
            self._made = made.pop_all()
        self.strays = 0
        self._testing = False
        self._watching = False
        self._fell = Event()
        self._sensor.when_activated = self._darkened

    def works(self) -> bool:
        """Whether the sensor sees the lamp go off and on. A blind one and a dirty one both fail.

        It waits for the edges and reads no level: an edge of our own still on its way would look like a falling piece.
        """
        self._testing = True
        try:
            self._lamp.off()
            sees_dark = self._sensor.wait_for_active(ANSWERS_S)
        finally:
            self._lamp.on()
        sees_light = self._sensor.wait_for_inactive(ANSWERS_S)
        self._testing = False
        return bool(sees_dark and sees_light)

    @contextmanager
    def watching(self) -> Iterator[Event]:
        """While this lasts, whatever falls belongs to the vend: the event is set and stays so."""
        self._fell = fell = Event()
        self._watching = True
        try:
            yield fell
        finally:
            self._watching = False

    def touch(self) -> bool:
        """Read the sensor, only to find out whether it can still be read."""
        return bool(self._sensor.is_active)

    def close(self) -> None:
        """Lamp off, lines free; whoever waits for a piece waits no longer."""
        self._fell.set()
        self._made.close()

    def _darkened(self) -> None:
        if self._watching:
            self._fell.set()
        elif not self._testing:
            self.strays += 1
