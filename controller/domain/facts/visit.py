"""Facts about a visit: coins in, a vend and its ending, money back and what could not go back."""

from dataclasses import dataclass

from controller.domain.catalog import Closed, MakerId, ProductId, Share, SlotId
from controller.domain.change import HopperOrder
from controller.domain.facts.base import Fact


@dataclass(frozen=True, slots=True)
class CreditTaken(Fact):
    """A coin was accepted. `source` and `mark` name the device's own event, so that no coin is booked twice.

    `place` is where it lies: the coinbox, a bill validator's `stacker`, or one of a changer's tubes, from where it can be
    paid out again (`tube:25`).
    """

    cents: int
    device: str
    source: str
    mark: int
    place: str = "coinbox"


@dataclass(frozen=True, slots=True)
class CoinsUnknown(Fact):
    """A device forgot or overran events: coins may be in the box that nobody was credited for.

    They are found at the cash count. `lost` is how many events are known to be missing, 0 when only a reset is known.
    """

    device: str
    source: str
    reason: str
    lost: int


@dataclass(frozen=True, slots=True)
class VendStarted(Fact):
    """The price moved from credit to hold, and one motor may turn once. Written before it does."""

    vend_id: int
    slot: SlotId
    product: ProductId
    maker: MakerId
    price_cents: int
    rule_id: int
    shares: tuple[Share, ...]
    retry_of: int | None = None


@dataclass(frozen=True, slots=True)
class Sold(Fact):
    """The piece fell: the price is divided as the vend said."""

    vend_id: int
    slot: SlotId
    product: ProductId
    maker: MakerId
    price_cents: int
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class VisitorAnswered(Fact):
    """Whoever took this piece touched an answer to the lab's question. Both are words of the configuration; nothing is known
    of the person."""

    vend_id: int
    slot: SlotId
    product: ProductId
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class VendFailed(Fact):
    """The piece surely did not fall: the price is credit again."""

    vend_id: int
    slot: SlotId
    price_cents: int
    reason: Closed


@dataclass(frozen=True, slots=True)
class VendInDoubt(Fact):
    """The piece may have fallen: the price waits in `doubt` until a person decides; the visitor has the claim code."""

    vend_id: int
    slot: SlotId
    price_cents: int
    reason: str
    claim: str
    shares: tuple[Share, ...] = ()


@dataclass(frozen=True, slots=True)
class PayoutStarted(Fact):
    """Money is to go back to the visitor. Written before any coin leaves."""

    payout_id: int
    cents: int


@dataclass(frozen=True, slots=True)
class PayoutOrdered(Fact):
    """Which coins are to leave which hopper, with each hopper's own count of coins ever paid. Written before any leaves."""

    payout_id: int
    orders: tuple[HopperOrder, ...]


@dataclass(frozen=True, slots=True)
class Refunded(Fact):
    """What of a payout truly left the machine, from which place (`hopper:25`)."""

    payout_id: int
    cents: int
    place: str


@dataclass(frozen=True, slots=True)
class Overpaid(Fact):
    """More left a hopper than was due: motors overshoot by a coin. It is nobody's gain; a cash count will find it."""

    payout_id: int
    cents: int
    place: str


@dataclass(frozen=True, slots=True)
class PayoutInDoubt(Fact):
    """Nobody can say whether these coins left their hopper: they wait in `doubt`, and the visitor has the claim code."""

    payout_id: int
    cents: int
    place: str
    claim: str


@dataclass(frozen=True, slots=True)
class HopperClosed(Fact):
    """A hopper gave less than the books believed it could (`short`), or cannot say what it gave (`unsure`).

    It is not counted on until somebody has counted it (`CashCounted`).
    """

    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class ClaimOwed(Fact):
    """What of a payout could not leave the machine: the visitor holds a claim code for it."""

    payout_id: int
    cents: int
    claim: str


@dataclass(frozen=True, slots=True)
class CreditAbandoned(Fact):
    """Nobody used this credit or asked it back in time: it is kept as unclaimed, with a code, never swallowed."""

    cents: int
    claim: str
