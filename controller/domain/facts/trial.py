"""Facts about trying one part of the machine, at its open door: who tried what, and what was seen."""

from dataclasses import dataclass
from enum import StrEnum

from controller.domain.catalog import SlotId
from controller.domain.facts.base import Fact

NO_SLOT = SlotId("")
"""Of what is no motor's."""


class Part(StrEnum):
    """What can be tried. Of a lamp there is nothing to write down: whoever looks at it has seen it blink."""

    MOTOR = "motor"
    COINS = "coins"
    SENSOR = "sensor"
    LAMP = "lamp"


class Found(StrEnum):
    """What was seen of a part."""

    FELL = "fell"
    """The sensor saw something fall; it cannot know whether that was a piece, or a hand at the open door."""
    NOTHING = "nothing"
    """The spiral turned once from home to home and nothing fell; or no coin came."""
    FAULT = "fault"
    """The motor did not turn from home to home, and nothing fell; `fault` says why."""
    COIN = "coin"
    """A coin came in. It is money like any other, in a fact of its own."""
    COIN_BACK = "coin-back"
    """A coin fell through: the acceptor did not take it."""
    WORKS = "works"
    BLIND = "blind"
    """The sensor did not see its own light go out and come back."""
    UNKNOWN = "unknown"
    """Nobody can say, after a power cut or a loss of the device."""


@dataclass(frozen=True, slots=True)
class TrialStarted(Fact):
    """Somebody at the open door tries this part; of a motor one turn, written down before it moves. It sells nothing.

    `trial_id` is counted with the vends: no number ever turns a motor twice.
    """

    trial_id: int
    part: Part
    by: str
    slot: SlotId = NO_SLOT
    wish_id: str = ""


@dataclass(frozen=True, slots=True)
class TrialEnded(Fact):
    """What was seen; `fault` is why, in the device's own word, or empty."""

    trial_id: int
    part: Part
    found: Found
    slot: SlotId = NO_SLOT
    fault: str = ""
