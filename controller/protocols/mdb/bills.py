"""What a bill validator says, read from its blocks: set-up and the events of a poll (MDB/ICP 4.2, section 6)."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Self

from .coins import Status, Unread, types_of
from .errors import RemoteProtocolError
from .money import Scale, currency, values_cents
from .names import BILL_STATUS

SETUP_BYTES = 27
POLL_BYTES_MAX = 16


@dataclass(frozen=True, slots=True)
class BillSetup:
    """Level, currency, scale, room in the stacker, security levels, whether it has an escrow, and each type's credit."""

    level: int
    currency: str
    scale: Scale
    stacker: int
    security: frozenset[int]
    escrow: bool
    credits: bytes

    @classmethod
    def read(cls, data: bytes) -> Self:
        """From the answer to 31; credits that a short one leaves out are 0. Raises RemoteProtocolError."""
        if not 11 <= len(data) <= SETUP_BYTES:
            raise RemoteProtocolError(f"a set-up of {len(data)} bytes: it has 11 to {SETUP_BYTES}")
        whole = data.ljust(SETUP_BYTES, b"\0")
        scale = Scale(int.from_bytes(whole[3:5], "big"), whole[5])
        stacker = int.from_bytes(whole[6:8], "big")
        return cls(whole[0], currency(whole[1:3]), scale, stacker, types_of(whole[8:10]), whole[10] == 0xFF, whole[11:])

    @property
    def values_cents(self) -> dict[int, int]:
        return values_cents(self.credits, self.scale)


class Routing(IntEnum):
    """What became of a bill."""

    STACKED = 0
    ESCROW = 1
    RETURNED = 2
    RECYCLED = 3
    REJECTED = 4
    """It was disabled."""
    MANUAL_FILL = 5
    MANUAL_DISPENSE = 6
    TO_CASH_BOX = 7
    """From the recycler: no new money. The names of 5 to 7 are not verified; that none of them is a credit is."""


@dataclass(frozen=True, slots=True)
class Bill:
    """Something happened to a bill of this type."""

    bill_type: int
    routing: Routing

    @property
    def credit(self) -> bool:
        """Only what is stacked, or kept in the recycler, is money. In escrow it is still the visitor's."""
        return self.routing in (Routing.STACKED, Routing.RECYCLED)


@dataclass(frozen=True, slots=True)
class Attempts:
    """So many bills were tried while the validator was disabled."""

    count: int
    credit = False


BillItem = Bill | Attempts | Status | Unread


def bill_items(data: bytes) -> tuple[BillItem, ...]:
    """Everything in one answer to a validator's poll, in its order. Raises RemoteProtocolError for more than 16 bytes."""
    if len(data) > POLL_BYTES_MAX:
        raise RemoteProtocolError(f"a poll of {len(data)} bytes: it has at most {POLL_BYTES_MAX}")
    return tuple(_bill_item(byte) for byte in data)


def _bill_item(byte: int) -> BillItem:
    if byte & 0x80:
        return Bill(byte & 0x0F, Routing(byte >> 4 & 0x07))
    if byte & 0xE0 == 0x40:
        return Attempts(byte & 0x1F)
    return Status(byte, BILL_STATUS[byte]) if byte in BILL_STATUS else Unread(bytes((byte,)))


def stacker_of(data: bytes) -> tuple[int, bool]:
    """From the answer to 36: how many bills are in the stacker, and whether it is full. Raises RemoteProtocolError."""
    if len(data) != 2:
        raise RemoteProtocolError(f"a stacker status of {len(data)} bytes: it has 2")
    number = int.from_bytes(data, "big")
    return number & 0x7FFF, bool(number & 0x8000)
