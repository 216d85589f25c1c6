"""The machine's two clocks: monotonic milliseconds for every wait, wall milliseconds only to be written down and shown."""

import time
from pathlib import Path

BUILT_MS = 1_767_225_600_000
"""1 January 2026: a wall clock before this is surely wrong (a Pi without a network starts in 1970)."""


class Clock:
    """`offset_file` holds milliseconds to add to the wall clock; a simulated day moves on by it."""

    def __init__(self, offset_file: Path | None = None) -> None:
        self._offset_file = offset_file

    def mono_ms(self) -> int:
        """Milliseconds since this computer started; never runs backwards, whatever happens to the wall clock."""
        return time.monotonic_ns() // 1_000_000

    def wall_ms(self) -> int:
        """Milliseconds since 1970, UTC, as the wall clock has it."""
        return time.time_ns() // 1_000_000 + self._offset_ms()

    def trusted(self) -> bool:
        """Whether the wall clock can be right at all."""
        return self.wall_ms() >= BUILT_MS

    def _offset_ms(self) -> int:
        try:
            return int(self._offset_file.read_text()) if self._offset_file else 0
        except (OSError, ValueError):
            return 0
