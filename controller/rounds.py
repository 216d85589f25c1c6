"""What the brain looks after when nothing else happens: the disk, the opening hours, the cash box, votes, its own clocks.

Each look says what is news, or nothing. The brain decides what that means, as with every other event.
"""

import os
from pathlib import Path

from controller.clock import Clock
from controller.domain.cycle import Phase
from controller.domain.deciding import Looked, due
from controller.domain.events import Event, Trouble, TroubleBegan, TroubleEnded
from controller.domain.facts import ClockSet
from controller.domain.health import Health, Ill
from controller.domain.hours import Hours
from controller.domain.hours import hours as hours_from
from controller.domain.shop import Shop

BOX = (Trouble.BOX_FILLING, Trouble.BOX_FULL)


def disk_is_writable(path: Path, free_mb_min: int) -> bool:
    """Whether the file system of `path` takes writes and has room to spare."""
    disk = os.statvfs(path.parent)
    return not disk.f_flag & os.ST_RDONLY and disk.f_bavail * disk.f_frsize >= free_mb_min * 1_000_000


def looked(hours: Hours, clock: Clock, phase: Phase, shop: Shop, health: Health) -> list[Event]:
    """What is news of the museum's doors, of the cash box, and of what the members vote about."""
    news = doors(opening(hours, shop), clock, phase, Ill(Trouble.CLOSED) in health)
    return [*([news] if news else []), *cashbox(shop, health), *votes(clock, shop)]


def opening(hours: Hours, shop: Shop) -> Hours:
    """The newest decision of the members about the hours counts more than the configuration."""
    decided = shop.governance.hours
    return hours if decided is None else hours_from(decided)


def votes(clock: Clock, shop: Shop) -> list[Event]:
    """Whether a vote is to end or a decision to take effect; deadlines wait while nobody keeps the clock right."""
    wall_ms = clock.wall_ms() if clock.trusted() else None
    return [Looked(wall_ms)] if due(shop, wall_ms) else []


def cashbox(shop: Shop, health: Health) -> list[TroubleBegan | TroubleEnded]:
    """Whether the cash box came to be nearly full or full, or was emptied and counted. Coins stay out without this word."""
    noted = {trouble for trouble in BOX if Ill(trouble) in health}
    over = [TroubleEnded(trouble) for trouble in BOX if trouble in noted - shop.box_troubles]
    return [*over, *(TroubleBegan(trouble) for trouble in BOX if trouble in shop.box_troubles - noted)]


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
