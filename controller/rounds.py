"""What the brain looks after when nothing else happens: room on the disk, the opening hours, and its own two clocks.

Each look says what is news, or nothing. The brain decides what that means, as with every other event.
"""

import os
from pathlib import Path

from controller.clock import Clock
from controller.domain.cycle import Phase
from controller.domain.events import Trouble, TroubleBegan, TroubleEnded
from controller.domain.facts import ClockSet
from controller.domain.hours import Hours


def disk_is_writable(path: Path, free_mb_min: int) -> bool:
    """Whether the file system of `path` takes writes and has room to spare."""
    disk = os.statvfs(path.parent)
    return not disk.f_flag & os.ST_RDONLY and disk.f_bavail * disk.f_frsize >= free_mb_min * 1_000_000


def doors(hours: Hours, clock: Clock, phase: Phase, closed: bool) -> TroubleBegan | TroubleEnded | None:
    """Whether the museum has just opened or closed; nobody is sent away with money in the machine.

    A clock that nobody keeps right closes nothing: it may say midnight at noon.
    """
    if not hours.spans:
        return None
    is_open = not clock.trusted() or hours.open_at(clock.week_min())
    if is_open == (not closed):
        return None
    if is_open:
        return TroubleEnded(Trouble.CLOSED)
    return TroubleBegan(Trouble.CLOSED) if phase is Phase.IDLE else None


class ClockWatch:
    """Notices when the wall clock comes to be trusted, or is trusted no more; until that is written down it is news."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._trusted = clock.trusted()

    def news(self) -> ClockSet | None:
        """What to write down about a change."""
        trusted = self._clock.trusted()
        if trusted == self._trusted:
            return None
        return ClockSet(self._clock.wall_ms() - self._clock.mono_ms(), trusted)

    def written(self, clock_set: ClockSet) -> None:
        """It is in the books."""
        self._trusted = clock_set.trusted
