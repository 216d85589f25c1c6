"""The cabinet's lamp, whoever drives it: lit while the machine sells, and it blinks for a moment to be looked at.

What it should be is a set-point; a blinking in between changes nothing of it and ends by itself.
"""

from collections.abc import Callable
from threading import Lock, Thread
from time import sleep

BLINKS = 5
HALF_S = 0.3


class Lamp:
    """`light` lights the lamp or puts it out, at once. Everything may be called from any thread."""

    def __init__(self, light: Callable[[bool], None], half_s: float = HALF_S) -> None:
        self._light, self._half_s = light, half_s
        self._on = False
        self._one_by_one = Lock()
        self._blinking: Thread | None = None

    def show(self, on: bool) -> None:
        """From now on it is lit, or out."""
        with self._one_by_one:
            self._on = on
            self._light(on)

    def blink(self) -> None:
        """Blink and then stand as it should; returns at once. While it blinks, another wish for it is the same one."""
        with self._one_by_one:
            if self._blinking is None or not self._blinking.is_alive():
                self._blinking = Thread(target=self._blink, name="lamp", daemon=True)
                self._blinking.start()

    def _blink(self) -> None:
        for _ in range(BLINKS):
            for lit in (False, True):
                with self._one_by_one:
                    self._light(lit)
                sleep(self._half_s)
        self.show(self._on)
