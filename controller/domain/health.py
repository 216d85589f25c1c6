"""Whether the machine can honour a sale, decided in this one place.

Devices, the disk, the books and the opening hours report troubles; any trouble stops the coins and the selling, and the
same words go to the screen, the lamp and the lab. A trouble is told by device, because one hopper's return does not bring
back the other. A broken drop sensor is noticed at a vend and forgiven when somebody has opened and closed the door.
"""

from dataclasses import dataclass

from controller.domain import facts as f
from controller.domain.catalog import Closed
from controller.domain.events import DeviceGone, DeviceReturned, Event, Trouble, TroubleBegan, TroubleEnded, VendRefused

WORDS = {
    Trouble.DOOR_OPEN: "the door is open",
    Trouble.NO_COINS: "the coin acceptor does not answer",
    Trouble.NO_MOTORS: "the motors do not answer",
    Trouble.NO_SENSOR: "the drop sensor failed its test",
    Trouble.DISK: "the disk cannot be written",
    Trouble.BOOKS: "the books do not agree with themselves",
    Trouble.CLOSED: "outside the opening hours",
    Trouble.NO_HOPPER: "a hopper does not answer",
    Trouble.NO_WALLET: "a wallet's provider does not answer",
    Trouble.NO_BILLS: "the bill validator takes no bills",
    Trouble.BOX_FILLING: "the cash box is nearly full",
    Trouble.BOX_FULL: "the cash box is full",
}


@dataclass(frozen=True, slots=True, order=True)
class Ill:
    """One trouble of one device; troubles of the machine itself have no device."""

    trouble: Trouble
    device: str = ""


Health = frozenset[Ill]


def troubles(health: Health) -> frozenset[Trouble]:
    """What is wrong, whoever has it."""
    return frozenset(ill.trouble for ill in health)


def away(health: Health) -> frozenset[str]:
    """The devices that are ill, by name."""
    return frozenset(ill.device for ill in health if ill.device)


def unheard(devices: frozenset[str], event: Event) -> frozenset[str]:
    """Which of these devices have not said anything since the start, not even that they are lost."""
    return devices - {event.device} if isinstance(event, DeviceGone | DeviceReturned) else devices


def after(health: Health, event: Event) -> Health:
    """The health once this event has happened."""
    match event:
        case TroubleBegan(trouble):
            return health | {Ill(trouble)}
        case DeviceGone(device=device, trouble=trouble):
            return health | {Ill(trouble, device)}
        case TroubleEnded(Trouble.DOOR_OPEN):
            return health - {Ill(Trouble.DOOR_OPEN), Ill(Trouble.NO_SENSOR)}
        case TroubleEnded(trouble):
            return health - {Ill(trouble)}
        case DeviceReturned(device=device, trouble=trouble):
            return health - {Ill(trouble, device)}
        case VendRefused(reason=Closed.SENSOR):
            return health | {Ill(Trouble.NO_SENSOR)}
        case _:
            return health


def facts(before: Health, now: Health, event: Event) -> tuple[f.Fact, ...]:
    """What to write down about the difference."""
    reason = event.reason if isinstance(event, DeviceGone) else ""
    began = [f.TroubleSeen(ill.trouble.value, ill.device, reason or WORDS[ill.trouble]) for ill in sorted(now - before)]
    ended = [f.TroubleOver(ill.trouble.value, ill.device) for ill in sorted(before - now)]
    return (*began, *ended)
