"""A GPIO input that knows when its last edge happened, and not only when Python came to hear of it.

On a busy computer a callback may run many milliseconds after its edge; two bounces of one contact then look like two
events. Pin factories stamp the edge itself (lgpio with the kernel's own time), and bounce is judged by these stamps.
They share one clock with each other, but not surely with `time.monotonic`: compare stamps with stamps only.
"""

from typing import Any

from gpiozero import DigitalInputDevice


class InputLine(DigitalInputDevice):
    """gpiozero's digital input, high is active; `changed_s` is the stamp of the last edge, in seconds."""

    changed_s: float

    def _fire_events(self, ticks: Any, new_active: Any) -> None:
        self.changed_s = ticks
        super()._fire_events(ticks, new_active)
