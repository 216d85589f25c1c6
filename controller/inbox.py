"""What may be put into the brain's inbox: events, what devices remember, what people ask, and the word to stop."""

from collections.abc import Callable
from dataclasses import dataclass

from controller.domain.events import Event, Reading, SlotChosen, VoucherShown
from controller.domain.stocking import Refusal, Wish

INBOX_MAX = 1_024
"""More than this cannot wait honestly: a full inbox is a fault, and nobody waits for room in it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A wish or an event from the control socket, and where the answer goes."""

    ask: Wish | Event
    reply: Callable[[Refusal | None], None]


@dataclass(frozen=True, slots=True)
class Stop:
    """Finish what is in hand and end."""


Message = Event | Reading | Asked | Stop
Passing = SlotChosen | VoucherShown | Asked
"""What nobody stands there for any more once a disk that refused has come back: it is forgotten, and nothing was done."""
