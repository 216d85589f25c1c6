"""What the hosts of changer, bill validator and reader can say.

What may be money carries the number of the block it stood in. The books keep the number they booked last, in the same
transaction as the credit, and give it to the next host as its `mark`: so a block that comes again credits nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from .bills import Attempts, Bill, BillSetup
from .coins import ChangerSetup, Coin, Identity, Manual, Slugs, Status, Tubes, Unread
from .replies import ReaderSetup

Item = Coin | Manual | Slugs | Bill | Attempts | Status | Unread


@dataclass(frozen=True, slots=True)
class Found:
    """A device answered: what it is, and what each coin or bill type is worth. `identity` is None when it does not tell."""

    setup: ChangerSetup | BillSetup | ReaderSetup
    identity: Identity | None
    values_cents: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Ready:
    """The start is over; what is wanted will be let in."""


@dataclass(frozen=True, slots=True)
class WasReset:
    """The device lost power or was reset while we talked to it; it is started again from its set-up on."""


@dataclass(frozen=True, slots=True)
class Gone:
    """The device cannot be used, and why. The host tries again by itself; `Found` says that it succeeded."""

    reason: str


@dataclass(frozen=True, slots=True)
class Noted:
    """Something a technician may want to know."""

    words: str


@dataclass(frozen=True, slots=True)
class Told:
    """Everything in one answer to a poll, in its order, and the number of its block.

    `again` stood in it too, and is a repetition of the block before: the board doubted that its ACK was heard, and the
    counts of the tubes have not gone up. It is no money, and stands here for disputes.
    """

    number: int
    items: tuple[Item, ...]
    again: tuple[Item, ...] = ()

    @property
    def credits(self) -> tuple[Coin | Bill, ...]:
        """What is money, coin by coin and bill by bill."""
        return tuple(item for item in self.items if isinstance(item, Coin | Bill) and item.credit)


@dataclass(frozen=True, slots=True)
class TubesRead:
    """What is in the tubes, coins being shut out: the numbers an order must be written down with."""

    tubes: Tubes


@dataclass(frozen=True, slots=True)
class PaidOut:
    """What became of an order: coins by type that are proven to have left, and why more may have, empty when sure."""

    payout_id: int
    coins: Mapping[int, int]
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class StackerRead:
    """How many bills are in the stacker, and whether it is full."""

    bills: int
    full: bool


# The reader's sessions and vends. `number` is that of the block that said so.


@dataclass(frozen=True, slots=True)
class SessionBegan:
    """A card or phone is there. `funds_cents` is None when the reader does not tell."""

    number: int
    funds_cents: int | None
    media: bytes = b""
    payment_type: int = 0


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """The reader is free again, or is gone."""


@dataclass(frozen=True, slots=True)
class Approved:
    """The visitor pays `amount_cents` for this vend, which may not be the price. Write it down before anything turns."""

    number: int
    vend_id: int
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Denied:
    """Nothing is paid for this vend; `why` is empty when the reader gave no reason.

    `unsure`: it was asked, and the reader was lost or reset before its answer could be heard. Nothing may turn, and a person
    has to see whether the visitor's statement shows a payment.
    """

    vend_id: int
    why: str = ""
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Charged:
    """The reader knows that the piece was delivered: the vend is paid for good."""

    vend_id: int


@dataclass(frozen=True, slots=True)
class Refunded:
    """The reader has given the money for this vend back."""

    vend_id: int


@dataclass(frozen=True, slots=True)
class NotRefunded:
    """The piece was not delivered and the reader keeps the money: the visitor is owed it by other means."""

    vend_id: int
    amount_cents: int
    why: str


@dataclass(frozen=True, slots=True)
class Unsettled:
    """An approved vend whose end the reader will never hear: by the standard the visitor has paid.

    If the piece fell, it is sold; if not, its price is owed. The host waits with its RESET until `booked` says that this
    is written down. `unsure`: the reader had been told to give it back, and may have.
    """

    vend_id: int
    amount_cents: int
    why: str
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Revalued:
    """Whether the reader put the amount on the card."""

    number: int
    amount_cents: int
    approved: bool


@dataclass(frozen=True, slots=True)
class RevalueLimit:
    """How much the reader would put on the card at most."""

    amount_cents: int


Event = (
    Found
    | Ready
    | WasReset
    | Gone
    | Noted
    | Told
    | TubesRead
    | PaidOut
    | StackerRead
    | SessionBegan
    | SessionEnded
    | Approved
    | Denied
    | Charged
    | Refunded
    | NotRefunded
    | Unsettled
    | Revalued
    | RevalueLimit
)
