"""Facts about the shelf: who sews, what is sold at which price, which slot holds it, and how prices are shared."""

from dataclasses import dataclass
from enum import StrEnum

from controller.domain.catalog import Closed, MakerId, ProductId, SlotId
from controller.domain.facts.base import Fact


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


class Why(StrEnum):
    """What somebody did at a slot that changed how many pieces the books say it holds."""

    UNSAID = ""
    """Of every count before anybody was asked."""
    PUT = "put"
    TOOK = "took"
    """Taken out whole, by whoever made it or for another slot."""
    DAMAGED = "damaged"
    """Taken out because it cannot be sold."""
    COUNTED = "counted"
    """Nothing was done: this is what lies there."""
    UNDONE = "undone"
    """A count of a moment ago was a slip of the finger."""


@dataclass(frozen=True, slots=True)
class SlotCounted(Fact):
    """A person put pieces in or took them out: what the books said before, what is there now, and what she did."""

    slot: SlotId
    quantity_before: int
    quantity_after: int
    by: str
    why: Why = Why.UNSAID


@dataclass(frozen=True, slots=True)
class SlotClosed(Fact):
    """This slot sells nothing until a person has looked at it; `by` is who closed it, empty when the machine did."""

    slot: SlotId
    reason: Closed
    by: str = ""


@dataclass(frozen=True, slots=True)
class SlotOpened(Fact):
    slot: SlotId
    by: str


@dataclass(frozen=True, slots=True)
class RuleApproved(Fact):
    """The assembly approved how prices are shared from the next sale on, and who bears what a wallet's provider takes."""

    rule_id: int
    weights: tuple[tuple[str, int], ...]
    bears: str = "all"
    proposal_id: int = 0
    """The decision it follows from; 0 when it was set without a vote."""
