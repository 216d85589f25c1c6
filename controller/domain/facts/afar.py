"""The fact that the lab has told the machine something from afar."""

from dataclasses import dataclass
from enum import StrEnum

from controller.domain.catalog import SlotId
from controller.domain.facts.base import Fact
from controller.domain.facts.trial import NO_SLOT


class Command(StrEnum):
    """All that can be told from afar. No price, no vend and no money is among it, and never may be."""

    REFRESH = "refresh"
    SNAPSHOT = "snapshot"
    MESSAGE = "message"
    CLOSE_SLOT = "close-slot"
    RESTART = "restart"


@dataclass(frozen=True, slots=True)
class CommandTaken(Fact):
    """Whoever holds the lab's key called `by` has told this from afar: to load the screens anew, to tell how it stands, to
    close `slot`, to start anew, or to show visitors `text` from now on (none: nothing)."""

    command: Command
    by: str
    wish_id: str
    slot: SlotId = NO_SLOT
    text: str = ""
