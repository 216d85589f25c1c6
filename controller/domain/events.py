"""What can happen to the machine, in the words of the trade.

Devices, pages and the passing of time put events into the brain's inbox; `controller.domain.vend.step` says what each
means.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from controller.domain.catalog import Closed, SlotId
from controller.domain.change import Hopper, Paid
from controller.domain.wallet import Offer


class Trouble(StrEnum):
    """Why the machine cannot honour a sale. Any one of them stops the sale of everything; see `health`."""

    DOOR_OPEN = "door-open"
    NO_COINS = "no-coins"
    NO_MOTORS = "no-motors"
    NO_SENSOR = "no-sensor"
    DISK = "disk"
    BOOKS = "books"
    """The books were read whole and do not agree with themselves: a person has to look before more is written."""
    CLOSED = "closed"
    """Outside the museum's opening hours."""
    NO_HOPPER = "no-hopper"
    """A hopper is away: the machine sells on, and what it cannot give back becomes a claim."""
    NO_WALLET = "no-wallet"
    """A wallet's provider does not answer: the machine sells on for coins."""
    NO_BILLS = "no-bills"
    """The bill validator takes none, or is away: the machine sells on."""
    BOX_FILLING = "box-filling"
    """The cash box is nearly full: whoever empties it should come soon. Visitors need not know."""
    BOX_FULL = "box-full"
    """The cash box holds no more coins: the machine sells on for whatever is no coin, until the box is counted."""


HARMLESS = frozenset({Trouble.NO_HOPPER, Trouble.NO_WALLET, Trouble.NO_BILLS, Trouble.BOX_FILLING, Trouble.BOX_FULL})
"""Troubles that a person should mend but that stop no sale."""


@dataclass(frozen=True, slots=True)
class Event:
    """The base of all events."""


@dataclass(frozen=True, slots=True)
class CoinsSeen(Event):
    """Coins a device took since its last committed mark, oldest first, and the marks to commit with them.

    `coins_cents` holds only coins of known value. `alarm` is None, or why coins may be missing (`reset`, `lost`,
    `unknown-coin`, `hidden`), then `lost` is how many coins or events are surely gone. `more_marks` are what else is
    to be remembered of this device, by a name that begins with its `source`. `places` says where each coin fell, by its
    account (`tube:25`); without it all are in the coinbox.
    """

    device: str
    source: str
    mark: int
    coins_cents: tuple[int, ...] = ()
    alarm: str | None = None
    lost: int = 0
    more_marks: tuple[tuple[str, int], ...] = ()
    places: tuple[str, ...] = ()

    @property
    def marks(self) -> dict[str, int]:
        """Everything to commit with this news, by name."""
        return {self.source: self.mark, **dict(self.more_marks)}


class Reading(Protocol):
    """What a money device remembers right now, before the books say which of it is news.

    The brain resolves it against the marks it committed last; so a reading may be repeated, or lost, and no coin is
    booked twice or forgotten.
    """

    def since(self, marks: Mapping[str, int]) -> CoinsSeen | None:
        """The news after `marks`, by the device's lasting name, or None when there is none."""


@dataclass(frozen=True, slots=True)
class CoinReturned(Event):
    """A coin fell through to the visitor: nobody knows it, or it is not welcome now. It is no money of the machine's."""

    device: str


@dataclass(frozen=True, slots=True)
class SlotChosen(Event):
    slot: SlotId


@dataclass(frozen=True, slots=True)
class ReturnPressed(Event):
    """The visitor wants her money back."""


@dataclass(frozen=True, slots=True)
class StillHere(Event):
    """The visitor asks for more time before her credit is kept as unclaimed."""


@dataclass(frozen=True, slots=True)
class VisitorAnswers(Event):
    """The visitor touched an answer to the question beside her thanks for this vend; without one she is done with it."""

    vend_id: int
    question: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class ItemDropped(Event):
    """The piece of this vend fell. `fault` says what is wrong with the slot nevertheless (it fell, then jammed)."""

    vend_id: int
    fault: Closed | None = None


@dataclass(frozen=True, slots=True)
class VendRefused(Event):
    """This vend's piece surely did not fall: the motor never moved it, or it is held by a jam."""

    vend_id: int
    reason: Closed


@dataclass(frozen=True, slots=True)
class VendUnknown(Event):
    """Nobody can say whether this vend's piece fell: the device forgot, was lost, or its drop sensor saw nothing."""

    vend_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class MotorFaulty(Event):
    """A spiral that a person has just opened could not be brought home: it cannot sell."""

    slot: SlotId
    reason: Closed


@dataclass(frozen=True, slots=True)
class HoppersAnswered(Event):
    """The hoppers that answer right now; none when all are lost or the machine has none."""

    payout_id: int
    hoppers: tuple[Hopper, ...]


@dataclass(frozen=True, slots=True)
class CoinsPaid(Event):
    """A payout's orders ended: what truly left each hopper.

    `unsure` names places that need a look. One that is not in `paid` too cannot say what left it: that is a doubt.
    """

    payout_id: int
    paid: tuple[Paid, ...]
    unsure: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PayBy(Event):
    """The visitor wants to pay what is missing without coins: for this slot, or for the one she chose before."""

    provider: str
    slot: SlotId | None = None


@dataclass(frozen=True, slots=True)
class PaymentOffered(Event):
    """The provider gave something to show to the visitor."""

    payment_id: int
    offer: Offer


@dataclass(frozen=True, slots=True)
class PaymentApproved(Event):
    """The provider says that this much was paid under our own reference. Anything less sure is no event at all."""

    payment_id: int
    cents: int


@dataclass(frozen=True, slots=True)
class PaymentDeclined(Event):
    """The provider says that this payment will surely not come."""

    payment_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class PaymentUnpaid(Event):
    """The watch over a payment nobody made is over: nothing is expected of it any more."""

    payment_id: int


@dataclass(frozen=True, slots=True)
class ReversalAccepted(Event):
    """The provider will give the money back; `proof` is its own number for that, which it may never tell again."""

    payment_id: int
    proof: str


@dataclass(frozen=True, slots=True)
class ReversalBounced(Event):
    """What the provider had accepted under the number `proof` has failed: another refund is asked for."""

    payment_id: int
    proof: str


@dataclass(frozen=True, slots=True)
class ReversalProven(Event):
    """The provider gave the money back; `proof` is its own number for that."""

    payment_id: int
    proof: str


@dataclass(frozen=True, slots=True)
class ReversalRefused(Event):
    """The provider will not give the money back, or not in time. `doubt`: for all anybody knows it has already."""

    payment_id: int
    reason: str
    doubt: bool = False


@dataclass(frozen=True, slots=True)
class VoucherShown(Event):
    """A voucher of this machine's, signed by its co-op, not expired and not revoked; the books know whether it is spent.

    `kid` is the key that signed it; `issued_min` is the minute of its issue, counted from 1 January 2026 (UTC).
    """

    voucher_id: str
    cents: int
    kid: int
    issued_min: int


@dataclass(frozen=True, slots=True)
class VoucherRefused(Event):
    """What was shown to the scanner is no voucher that this machine could take, and why (`controller.domain.vouchers`)."""

    reason: str


@dataclass(frozen=True, slots=True)
class DeadlinePassed(Event):
    """The cycle's own deadline is over."""


@dataclass(frozen=True, slots=True)
class Restarted(Event):
    """The controller starts on books that already exist; whatever was under way must be asked for."""


@dataclass(frozen=True, slots=True)
class TroubleBegan(Event):
    trouble: Trouble


@dataclass(frozen=True, slots=True)
class TroubleEnded(Event):
    trouble: Trouble


@dataclass(frozen=True, slots=True)
class DeviceGone(Event):
    """A device does not answer; `trouble` is what that means for selling."""

    device: str
    reason: str
    trouble: Trouble


@dataclass(frozen=True, slots=True)
class DeviceReturned(Event):
    device: str
    trouble: Trouble
