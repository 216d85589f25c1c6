"""What a changer says, read from its blocks: set-up, identity, tubes, the events of a poll, the report of a payout.

All by coin type, 0 to 15, the changer's own numbers; what a type is worth is in its set-up (MDB/ICP 4.2, section 5).
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Self

from .errors import RemoteProtocolError
from .money import Scale, currency, values_cents
from .names import CHANGER_DIAGNOSES, CHANGER_STATUS, DIAGNOSIS_DETAILS

TYPES = 16
POLL_BYTES_MAX = 16
SETUP_BYTES = 7 + TYPES
IDENTITY_BYTES = 33
TUBES_BYTES = 2 + TYPES
COUNT_MAX = 255
"""A tube count of 255 means 255 or more: it proves nothing."""


@dataclass(frozen=True, slots=True)
class ChangerSetup:
    """Level, currency and scale, which types can go to a tube, and the credit of each type in units of the scale."""

    level: int
    currency: str
    scale: Scale
    routable: frozenset[int]
    credits: bytes

    @classmethod
    def read(cls, data: bytes) -> Self:
        """From the answer to 09; credits that a short one leaves out are 0. Raises RemoteProtocolError."""
        _bounded(data, 7, SETUP_BYTES, "set-up")
        whole = data.ljust(SETUP_BYTES, b"\0")
        return cls(whole[0], currency(whole[1:3]), Scale(whole[3], whole[4]), types_of(whole[5:7]), whole[7:])

    @property
    def values_cents(self) -> dict[int, int]:
        return values_cents(self.credits, self.scale)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a device says it is; `options` are its optional features, one bit each."""

    maker: str
    serial: str
    model: str
    software: str
    options: int = 0

    @classmethod
    def read(cls, data: bytes) -> Self:
        """Maker 3, serial 12, model 12, software 2 in BCD, then option bits if any. Raises RemoteProtocolError."""
        _bounded(data, 29, IDENTITY_BYTES, "identity")
        maker, serial, model = (part.decode("ascii", "replace") for part in (data[:3], data[3:15], data[15:27]))
        return cls(maker, serial, model, data[27:29].hex(), int.from_bytes(data[29:], "big"))


ALTERNATIVE_PAYOUT, DIAGNOSTICS = 1 << 0, 1 << 1
"""The changer's optional features that this package uses."""


@dataclass(frozen=True, slots=True)
class Tubes:
    """How many coins of each type are in its tube, 255 for that or more, and which tubes are full.

    A tube that is full and holds no coin has a defective sensor.
    """

    counts: tuple[int, ...]
    full: frozenset[int]

    @classmethod
    def read(cls, data: bytes) -> Self:
        """From the answer to 0A; counts that a short one leaves out are 0. Raises RemoteProtocolError."""
        _bounded(data, 2, TUBES_BYTES, "tube status")
        return cls(tuple(data[2:].ljust(TYPES, b"\0")), types_of(data[:2]))

    @property
    def defective(self) -> frozenset[int]:
        return frozenset(kind for kind in self.full if not self.counts[kind])

    def proves(self, kind: int) -> bool:
        """True when the count of this type is a number of coins."""
        return self.counts[kind] < COUNT_MAX and kind not in self.defective


class Route(IntEnum):
    """Where a coin went."""

    CASH_BOX = 0
    TUBE = 1
    UNUSED = 2
    REJECTED = 3


@dataclass(frozen=True, slots=True)
class Coin:
    """A coin came in; `in_tube` is how many of its type are in the tube after it."""

    coin_type: int
    route: Route
    in_tube: int

    @property
    def credit(self) -> bool:
        """Only what fell into the cash box or a tube is money."""
        return self.route in (Route.CASH_BOX, Route.TUBE)


@dataclass(frozen=True, slots=True)
class Manual:
    """Somebody paid coins out at the changer's own keys."""

    coin_type: int
    coins: int
    in_tube: int
    credit = False


@dataclass(frozen=True, slots=True)
class Slugs:
    """So many things came that are no coins of this changer."""

    count: int
    credit = False


@dataclass(frozen=True, slots=True)
class Status:
    """One of the codes of `names.CHANGER_STATUS`, or of another device's list."""

    code: int
    name: str
    credit = False


@dataclass(frozen=True, slots=True)
class Unread:
    """What the standard does not explain, or what was cut off: never money."""

    data: bytes
    credit = False


CoinItem = Coin | Manual | Slugs | Status | Unread


def coin_items(data: bytes) -> tuple[CoinItem, ...]:
    """Everything in one answer to a changer's poll, in its order. Raises RemoteProtocolError for more than 16 bytes."""
    _bounded(data, 0, POLL_BYTES_MAX, "poll")
    items: list[CoinItem] = []
    at = 0
    while at < len(data):
        size = 2 if data[at] & 0xC0 else 1
        items.append(_coin_item(data[at : at + size]))
        at += size
    return tuple(items)


def _coin_item(data: bytes) -> CoinItem:
    first = data[0]
    if first & 0xC0 and len(data) < 2:
        return Unread(data)
    if first & 0x80:
        return Manual(first & 0x0F, first >> 4 & 0x07, data[1])
    if first & 0x40:
        return Coin(first & 0x0F, Route(first >> 4 & 0x03), data[1])
    if first & 0x20:
        return Slugs(first & 0x1F)
    return Status(first, CHANGER_STATUS[first]) if first in CHANGER_STATUS else Unread(data)


def payout_report(data: bytes) -> dict[int, int]:
    """From the answer to 0F 03: how many coins of each type were paid, only types with any. Raises RemoteProtocolError.

    Byte 1 is coin type 0; the standard's text calls it type 1.
    """
    _bounded(data, 1, TYPES, "payout status")
    return {kind: coins for kind, coins in enumerate(data) if coins}


def diagnosis(data: bytes) -> tuple[str, ...]:
    """From the answer to 0F 05, pairs of main and sub code: what each is called. An odd byte at the end is left out."""
    names = []
    for main, sub in zip(data[::2], data[1::2], strict=False):
        name = CHANGER_DIAGNOSES.get(main, f"diagnosis {main:02X} {sub:02X}")
        detail = DIAGNOSIS_DETAILS.get((main, sub), f"{sub:02X}" if sub and main in CHANGER_DIAGNOSES else "")
        names.append(f"{name}: {detail}" if detail else name)
    return tuple(names)


def types_of(mask: bytes) -> frozenset[int]:
    """The types whose bits stand in a mask of two bytes, high byte first, type 0 lowest."""
    bits = int.from_bytes(mask, "big")
    return frozenset(kind for kind in range(TYPES) if bits >> kind & 1)


def mask_of(types: frozenset[int]) -> bytes:
    return sum(1 << kind for kind in types).to_bytes(2, "big")


def _bounded(data: bytes, least: int, most: int, what: str) -> None:
    if not least <= len(data) <= most:
        raise RemoteProtocolError(f"a {what} of {len(data)} bytes: it has {least} to {most}")
