"""A payment without coins: who is asked for how much, under which number, how far it has come, what the visitor is shown."""

import hashlib
import hmac
from base64 import b32encode
from dataclasses import dataclass
from enum import StrEnum

from controller.domain.catalog import SlotId

REFERENCE_CHARS = 16
"""Fits the shortest field known among providers (20 characters), and nobody guesses 80 bits."""


class Stage(StrEnum):
    """How far a payment has come that is not over yet."""

    ASKED = "asked"
    """The visitor is shown how to pay, and the machine waits."""
    DROPPED = "dropped"
    """The machine waits no more, but it may still be paid: it is watched."""
    TAKEN = "taken"
    """It is credit, or held for the vend under way."""
    REVERSING = "reversing"
    """It goes back, and is not proven to have arrived."""


@dataclass(frozen=True, slots=True)
class Payment:
    """`reference` is our own number for it; `slot` is what it was meant to buy; `proof` is the provider's number for the
    refund it accepted last, empty while there is none."""

    payment_id: int
    provider: str
    reference: str
    cents: int
    slot: SlotId
    stage: Stage = Stage.ASKED
    proof: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """What the provider gave to be shown: a picture (data URI), a link to draw as QR, a number to type. Any may be empty."""

    image: str = ""
    link: str = ""
    code: str = ""


def reference(key: bytes, payment_id: int) -> str:
    """Our number for a payment: capital letters and digits, the same whenever it is asked for, not to be guessed."""
    digest = hmac.digest(key, b"payment %d" % payment_id, hashlib.sha256)
    return b32encode(digest).decode()[:REFERENCE_CHARS]
