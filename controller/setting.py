"""What the brain is told once, when it is put together."""

from dataclasses import dataclass

from controller.domain.catalog import SlotId
from controller.domain.hours import ALWAYS, Hours


@dataclass(frozen=True, slots=True)
class Setting:
    """Who this machine is, which slots have motors, how much room the disk must have, when the museum is open, and the
    hoppers by their places."""

    machine: str
    version: str
    wired: frozenset[SlotId]
    disk_free_mb_min: int = 1
    hours: Hours = ALWAYS
    hoppers: frozenset[str] = frozenset()
