"""The machine's two clocks: monotonic milliseconds for every wait, wall milliseconds only to be written down and shown."""

import ctypes
import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

BUILT_MS = 1_767_225_600_000
"""1 January 2026: a wall clock before this is surely wrong (a Pi without a network starts in 1970)."""


LAST_MS = BUILT_MS + 30 * 365 * 86_400_000
"""A wall clock after this is as wrong as one before `BUILT_MS`."""
_TIMEX_BYTES = 256
"""More than any `struct timex`; all zero it asks the kernel's clock discipline and changes nothing (adjtimex(2))."""
_CLOCK_UNSYNCHRONIZED = 5
_adjtimex = getattr(ctypes.CDLL(None), "adjtimex", None)


class Clock:
    """`offset_file` holds milliseconds to add to the wall clock; a simulated day moves on by it.

    `trust_rtc` says that this computer has a clock with a battery, so that its time is right also without a network.
    """

    def __init__(
        self, offset_file: Path | None = None, zone: str = "America/Guayaquil", trust_rtc: bool = False
    ) -> None:
        self._offset_file, self._zone, self._trust_rtc = offset_file, ZoneInfo(zone), trust_rtc

    def mono_ms(self) -> int:
        """Milliseconds since this computer started; never runs backwards, whatever happens to the wall clock."""
        return time.monotonic_ns() // 1_000_000

    def wall_ms(self) -> int:
        """Milliseconds since 1970, UTC, as the wall clock has it."""
        return time.time_ns() // 1_000_000 + self._offset_ms()

    def trusted(self) -> bool:
        """Whether the wall clock is right: it can be at all, and somebody keeps it right."""
        kept = self._trust_rtc or self._offset_file is not None or synchronized()
        return kept and BUILT_MS <= self.wall_ms() <= LAST_MS

    def week_min(self) -> int:
        """Minutes since Monday 00:00, local time, as the wall clock has it."""
        now = datetime.fromtimestamp(self.wall_ms() / 1_000, self._zone)
        return now.weekday() * 1_440 + now.hour * 60 + now.minute

    def _offset_ms(self) -> int:
        try:
            return int(self._offset_file.read_text()) if self._offset_file else 0
        except (OSError, ValueError):
            return 0


def synchronized() -> bool:
    """Whether the kernel says that a time server keeps its clock (`adjtimex`); False where that cannot be asked."""
    if _adjtimex is None:
        return False
    return _adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES)) not in (-1, _CLOCK_UNSYNCHRONIZED)
