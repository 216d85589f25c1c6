"""What a reader says, read from its blocks: one or more replies after each other (MDB/ICP 4.2, section 7).

How long a reply is depends on the level both speak and on whether 32-bit money was agreed. Some readers append bytes to
BEGIN SESSION; so an unknown byte ends the reading, and the rest is kept as unread. The replies that version 4.3 adds are
not verified by anybody here, and are such unknown bytes.
"""

from dataclasses import dataclass
from typing import Self

from .errors import RemoteProtocolError
from .money import Scale, currency
from .names import Reply

FTL_REPLIES = range(0x1B, 0x20)
RESPONSE_S_MIN = 5
UNKNOWN_FUNDS = {2: 0xFFFF, 4: 0xFFFFFFFF}
REFUND, MULTIVEND, DISPLAY, CASH_SALE = 1 << 0, 1 << 1, 1 << 2, 1 << 3


@dataclass(frozen=True, slots=True)
class ReaderSetup:
    """Level, currency, scale, how long its answers may take, and what it can: see the option bits above."""

    level: int
    currency: str
    scale: Scale
    response_s: int
    options: int

    @classmethod
    def read(cls, data: bytes) -> Self:
        """From a whole CONFIG reply. Raises RemoteProtocolError."""
        if len(data) != 8 or data[0] != Reply.CONFIG:
            raise RemoteProtocolError(f"{data.hex(' ').upper()} is no set-up of a reader")
        return cls(data[1], currency(data[2:4]), Scale(data[4], data[5]), max(RESPONSE_S_MIN, data[6]), data[7])


@dataclass(frozen=True, slots=True)
class Dialect:
    """What both ends agreed on: the lower of their levels, and whether amounts have 32 bits."""

    level: int = 1
    expanded: bool = False
    display: int = 0
    """Characters in a DISPLAY reply."""

    @property
    def amount_bytes(self) -> int:
        return 4 if self.expanded else 2

    def length(self, reply: int, block: bytes) -> int | None:
        """How many bytes a reply has, its first counted; None when nobody knows. `block` is what follows, itself included."""
        match reply:
            case Reply.DISPLAY:
                return 2 + self.display
            case Reply.BEGIN_SESSION:
                return 17 if self.expanded else 3 if self.level == 1 else 10
            case Reply.VEND_APPROVED | Reply.REVALUE_LIMIT:
                return 1 + self.amount_bytes
            case Reply.IDENTITY:
                return 34 if self.level == 3 and len(block) >= 34 else 30
            case Reply.OUT_OF_SEQUENCE:
                return 1 if self.level == 1 else 2
            case Reply.DIAGNOSTICS:
                return len(block)
        if reply in FTL_REPLIES:
            return len(block)
        return (
            {Reply.CONFIG: 8, Reply.MALFUNCTION: 2, Reply.DATA_ENTRY_REQUEST: 2}.get(Reply(reply), 1)
            if reply in set(Reply)
            else None
        )


@dataclass(frozen=True, slots=True)
class Said:
    """One reply, whole. `kind` is its first byte, or None for what could not be read."""

    kind: int | None
    data: bytes

    @property
    def name(self) -> str:
        if self.kind is None:
            return "unread"
        return Reply(self.kind).name.lower().replace("_", " ") if self.kind in set(Reply) else f"FTL {self.kind:02X}"

    def amount(self) -> int:
        """The amount after the first byte of VEND APPROVED and REVALUE LIMIT, in the reader's units."""
        return int.from_bytes(self.data[1:], "big")


def replies(data: bytes, dialect: Dialect) -> tuple[Said, ...]:
    """All replies in one block, in their order. Raises nothing: a reply that is cut off or unknown is unread."""
    said = []
    at = 0
    while at < len(data):
        size = dialect.length(data[at], data[at:])
        if size is None or at + size > len(data):
            said.append(Said(None, data[at:]))
            break
        said.append(Said(data[at], data[at : at + size]))
        at += size
    return tuple(said)


@dataclass(frozen=True, slots=True)
class Session:
    """What BEGIN SESSION tells. `funds` is None when unknown; media and payment type come from level 2 on.

    In the payment type, bit 7 is a free card and bit 6 a test card.
    """

    funds: int | None
    media: bytes = b""
    payment_type: int = 0

    @classmethod
    def read(cls, said: Said, dialect: Dialect) -> Self:
        """From a whole BEGIN SESSION; a short one, of level 1, tells funds only."""
        size = dialect.amount_bytes
        funds = int.from_bytes(said.data[1 : 1 + size], "big")
        rest = said.data[1 + size :]
        known = None if funds == UNKNOWN_FUNDS[size] else funds
        return cls(known, rest[:4], rest[4] if len(rest) > 4 else 0)
