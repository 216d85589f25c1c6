"""When a machine is asked to send facts again: soon, not too often, and ever more seldom where asking does not help.

Pure: whoever uses it tells the time, in monotonic milliseconds.
"""

from dataclasses import dataclass

SOON_MS = 500
"""Another hub of the group may hold what is missing, and store it in this moment."""
AGAIN_MS = 2_000
SELDOM_MS = 300_000


@dataclass(slots=True)
class _Gap:
    first: int
    due_ms: int
    patience_ms: int = AGAIN_MS
    is_open: bool = True


class Asking:
    """The gaps of all machines, and when each is asked about next."""

    def __init__(self) -> None:
        self._gaps: dict[str, _Gap] = {}

    def note(self, machine: str, first: int, now_ms: int) -> None:
        """Facts of this machine are missing from `first` on."""
        gap = self._gaps.get(machine)
        if gap is None or gap.first != first:
            last_ms = gap.due_ms if gap else now_ms
            self._gaps[machine] = _Gap(first, max(now_ms + SOON_MS, last_ms))
        else:
            gap.is_open = True

    def close(self, machine: str) -> None:
        """Nothing is missing any more."""
        self._gaps.pop(machine, None)

    def due(self, now_ms: int) -> dict[str, int]:
        """Whom to ask now, and from which number on."""
        asked = {}
        for machine, gap in self._gaps.items():
            if gap.is_open and gap.due_ms <= now_ms:
                asked[machine] = gap.first
                gap.due_ms, gap.is_open = now_ms + gap.patience_ms, False
                gap.patience_ms = min(SELDOM_MS, 2 * gap.patience_ms)
        return asked
