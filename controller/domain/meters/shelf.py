"""The selections of the machine as its facts tell them: what each holds, how many are left, when it sold last.

Less than the shop (`controller.domain.shop`) knows, and quicker to follow: an audit reads years of facts.
"""

from dataclasses import dataclass, field

from controller.domain import facts as f
from controller.domain.catalog import ProductId, SlotId
from controller.domain.chain import Stamp


@dataclass(slots=True)
class Selection:
    """One slot. `sold_last` is the stamp of its last sale."""

    slot: SlotId
    product: ProductId
    capacity: int = 0
    quantity: int = 0
    sold_last: Stamp | None = None


@dataclass(slots=True)
class Shelf:
    """Every slot that ever held a product, and what each product costs now."""

    selections: dict[SlotId, Selection] = field(default_factory=dict)
    prices_cents: dict[ProductId, int] = field(default_factory=dict)

    def price_cents(self, slot: SlotId) -> int:
        """What the piece in this slot costs; 0 where nobody said what is in it."""
        held = self.selections.get(slot)
        return self.prices_cents.get(held.product, 0) if held else 0

    def sold(self, slot: SlotId, product: ProductId, stamp: Stamp) -> None:
        """One was sold; if nobody told of the slot, now somebody has."""
        held = self.selections.setdefault(slot, Selection(slot, product))
        held.sold_last = stamp

    def heed(self, fact: f.ProductSet | f.SlotAssigned | f.SlotCounted | f.Sold) -> None:
        """What this fact changes of the shelf."""
        match fact:
            case f.ProductSet(product=product, price_cents=cents):
                self.prices_cents[product] = cents
            case f.SlotAssigned(slot, product, capacity):
                before = self.selections.get(slot)
                last = before.sold_last if before else None
                self.selections[slot] = Selection(slot, product, capacity, 0, last)
            case f.SlotCounted(slot=slot, quantity_after=quantity) if slot in self.selections:
                self.selections[slot].quantity = quantity
            case f.Sold(slot=slot) if slot in self.selections:
                held = self.selections[slot]
                held.quantity = max(0, held.quantity - 1)
