"""Whether the machine can honour a sale, decided in this one place.

Devices and the disk report troubles; any trouble stops the coins and the selling, and the same words go to the screen,
the lamp and the lab. A broken drop sensor is noticed at a vend and forgiven when somebody has opened and closed the
door.
"""

from controller.domain import facts as f
from controller.domain.catalog import Closed
from controller.domain.events import DeviceGone, DeviceReturned, Event, Trouble, TroubleBegan, TroubleEnded, VendRefused

WORDS = {
    Trouble.DOOR_OPEN: "the door is open",
    Trouble.NO_COINS: "the coin acceptor does not answer",
    Trouble.NO_MOTORS: "the motors do not answer",
    Trouble.NO_SENSOR: "the drop sensor failed its test",
    Trouble.DISK: "the disk cannot be written",
    Trouble.NO_HOPPER: "a hopper does not answer",
}


def after(troubles: frozenset[Trouble], event: Event) -> frozenset[Trouble]:
    """The troubles once this event has happened."""
    match event:
        case TroubleBegan(trouble) | DeviceGone(trouble=trouble):
            return troubles | {trouble}
        case TroubleEnded(Trouble.DOOR_OPEN):
            return troubles - {Trouble.DOOR_OPEN, Trouble.NO_SENSOR}
        case TroubleEnded(trouble) | DeviceReturned(trouble=trouble):
            return troubles - {trouble}
        case VendRefused(reason=Closed.SENSOR):
            return troubles | {Trouble.NO_SENSOR}
        case _:
            return troubles


def facts(before: frozenset[Trouble], now: frozenset[Trouble], event: Event) -> tuple[f.Fact, ...]:
    """What to write down about the difference."""
    device, reason = "", ""
    if isinstance(event, DeviceGone | DeviceReturned):
        device = event.device
    if isinstance(event, DeviceGone):
        reason = event.reason
    began = [f.TroubleSeen(trouble.value, device, reason or WORDS[trouble]) for trouble in sorted(now - before)]
    ended = [f.TroubleOver(trouble.value, device) for trouble in sorted(before - now)]
    return (*began, *ended)
