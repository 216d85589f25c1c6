"""What went wrong, as often as it was told, and what is wrong right now.

Devices forget their troubles at a start and tell them again; so does the machine, and what still holds counts once more.
A slot that was closed stays so until somebody opens it, whatever starts in between.
"""

from dataclasses import dataclass, field

from controller.domain import facts as f
from controller.domain.catalog import Closed, SlotId
from controller.domain.meters.meter import Meters

TROUBLE, JAM, FAILURE = "trouble", "jam", "failure"
"""A trouble of the machine by its word; a slot whose motor did not turn as it should; a piece that was paid and did not come,
or may not have."""
_MOTORS = (Closed.JAMMED, Closed.STUCK_HOME, Closed.NO_MOTOR)


@dataclass(slots=True)
class Troubles:
    """`now` are the troubles that hold, each with the device that has it; `closed` the slots with a bad motor."""

    now: set[tuple[str, str]] = field(default_factory=set)
    closed: set[SlotId] = field(default_factory=set)

    def started(self) -> None:
        self.now.clear()

    def heed(
        self,
        meters: Meters,
        fact: f.TroubleSeen | f.TroubleOver | f.SlotClosed | f.SlotOpened | f.VendFailed | f.VendInDoubt,
    ) -> None:
        """Count what this fact tells of, and keep what holds from now on."""
        match fact:
            case f.TroubleSeen(trouble=trouble, device=device):
                meters.add(TROUBLE, trouble)
                self.now.add((trouble, device))
            case f.TroubleOver(trouble, device):
                self.now.discard((trouble, device))
            case f.SlotClosed(slot=slot, reason=reason) if reason in _MOTORS:
                meters.add(JAM, slot)
                self.closed.add(slot)
            case f.SlotOpened(slot=slot):
                self.closed.discard(slot)
            case f.VendFailed(slot=slot) | f.VendInDoubt(slot=slot):
                meters.add(FAILURE, slot)

    def holds(self, trouble: str) -> bool:
        """Whether any device has this trouble right now."""
        return any(word == trouble for word, _ in self.now)
