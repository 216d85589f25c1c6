"""What is written down: the facts, the only things the books are made of.

A fact says what happened, never what to do. Balances, stock, open claims and the shelf are all derived from facts
(`controller.domain.accounts` for money); `minga ledger verify` derives them again. A fact's class name and field names
are its form on disk and on the wire: they may gain fields with defaults, and never lose or rename one.
"""

from dataclasses import dataclass

from controller.domain.catalog import Closed, MakerId, ProductId, Share, SlotId


@dataclass(frozen=True, slots=True)
class Fact:
    """The base of all facts."""


@dataclass(frozen=True, slots=True)
class Booted(Fact):
    """The controller started; `boot_id` counts the starts of this machine."""

    boot_id: int
    version: str


@dataclass(frozen=True, slots=True)
class MakerJoined(Fact):
    maker: MakerId


@dataclass(frozen=True, slots=True)
class ProductSet(Fact):
    """A product came to be, or changed its price; its words and photo are kept apart from the facts."""

    product: ProductId
    maker: MakerId
    price_cents: int


@dataclass(frozen=True, slots=True)
class SlotAssigned(Fact):
    """From now on this slot holds this product; whatever it held before was counted out."""

    slot: SlotId
    product: ProductId
    capacity: int


@dataclass(frozen=True, slots=True)
class SlotCounted(Fact):
    """A person put pieces in or took them out: what the books said before, and what is there now."""

    slot: SlotId
    quantity_before: int
    quantity_after: int
    by: str


@dataclass(frozen=True, slots=True)
class SlotClosed(Fact):
    slot: SlotId
    reason: Closed


@dataclass(frozen=True, slots=True)
class SlotOpened(Fact):
    slot: SlotId
    by: str


@dataclass(frozen=True, slots=True)
class RuleApproved(Fact):
    """The assembly approved how prices are shared from the next sale on."""

    rule_id: int
    weights: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class CreditTaken(Fact):
    """A coin was accepted. `source` and `mark` name the device's own event, so that no coin is booked twice."""

    cents: int
    device: str
    source: str
    mark: int


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


@dataclass(frozen=True, slots=True)
class PayoutStarted(Fact):
    """Money is to go back to the visitor. Written before any coin leaves."""

    payout_id: int
    cents: int


@dataclass(frozen=True, slots=True)
class Refunded(Fact):
    """What of a payout truly left the machine, from which place (`hopper:25`)."""

    payout_id: int
    cents: int
    place: str


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


@dataclass(frozen=True, slots=True)
class TroubleSeen(Fact):
    """The machine cannot honour a sale from now on, and why, in the device's own words."""

    trouble: str
    device: str
    reason: str


@dataclass(frozen=True, slots=True)
class TroubleOver(Fact):
    trouble: str
    device: str
