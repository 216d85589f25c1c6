"""Binding a phone to a member, at the machine itself: no password, and nothing that can be guessed from afar.

Whoever has the door's key opens it and presses the service button. For two minutes the screen shows a code of 128 bits; the
phone that reads it says whose it is; the screen shows that, and one touch on it confirms. A code is good for one phone.
Nothing here outlives a restart but the number of the last code, so that none is ever shown twice.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass, replace

from controller.domain import facts as f
from controller.domain.assembly import NAME, PHONE
from controller.domain.cycle import Cycle, Decision, Pairing
from controller.domain.events import Event, Trouble
from controller.domain.shop import Shop

OPEN_MS = 120_000
CODE_BYTES = 16


@dataclass(frozen=True, slots=True)
class ServicePressed(Event):
    """Whoever has the door's key wants to bind a phone."""


@dataclass(frozen=True, slots=True)
class PhoneClaims(Event):
    """A phone that has read `code` off the screen says that it is `member`'s; `phone` is its own lasting name."""

    code: str
    member: str
    phone: str


@dataclass(frozen=True, slots=True)
class PhoneConfirmed(Event):
    """Somebody at the machine's own screen says that this phone is hers, or that it is not."""

    phone: str
    yes: bool


Word = ServicePressed | PhoneClaims | PhoneConfirmed
"""What only pairing listens to."""


def code(key: bytes, number: int) -> str:
    """The code of pairing `number`: 128 bits that only this machine's secret gives, as 26 letters and digits."""
    digest = hmac.digest(key, b"minga pairing %d" % number, hashlib.sha256)
    return base64.b32encode(digest[:CODE_BYTES]).decode().rstrip("=").lower()


def hear(cycle: Cycle, event: Word, now_ms: int, shop: Shop) -> Decision:
    """The button, the phone, the touch on the screen. Nothing counts while the door is shut."""
    if Trouble.DOOR_OPEN not in shop.troubles:
        return Decision(cycle)
    if isinstance(event, ServicePressed):
        number = cycle.last_pairing_id + 1
        opened = Pairing(number, code(shop.claim_key, number), now_ms + OPEN_MS)
        return Decision(replace(cycle, pairing=opened, last_pairing_id=number), (f.PairingOpened(number),))
    pairing = cycle.pairing
    if pairing is None or pairing.until_ms <= now_ms or pairing.confirmed:
        return Decision(cycle)
    match event:
        case PhoneClaims(claimed, member, phone) if hmac.compare_digest(claimed.encode(), pairing.code.encode()):
            return _claim(cycle, pairing, member, phone, shop)
        case PhoneConfirmed(phone, yes) if phone and phone == pairing.phone:
            return _confirm(cycle, pairing, yes)
        case _:
            return Decision(cycle)


def _claim(cycle: Cycle, pairing: Pairing, member: str, phone: str, shop: Shop) -> Decision:
    """The first phone that speaks for this code has it; the same one may still say that it is somebody else's."""
    known = NAME.fullmatch(member) and shop.assembly.roles_of(member, shop.makers)
    if not known or not PHONE.fullmatch(phone) or phone in shop.assembly.phones or pairing.phone not in ("", phone):
        return Decision(cycle)
    return Decision(replace(cycle, pairing=replace(pairing, member=member, phone=phone)))


def _confirm(cycle: Cycle, pairing: Pairing, yes: bool) -> Decision:
    if not yes:
        return Decision(replace(cycle, pairing=None))
    bound = f.PhonePaired(pairing.pairing_id, pairing.member, pairing.phone)
    return Decision(replace(cycle, pairing=replace(pairing, confirmed=True)), (bound,))
