"""The shelf: products, what each slot holds, who put how much in, and since when a slot is empty or closed."""

from lab.model import spans
from lab.model.draft import Draft, at
from lab.model.memory import Held, Product, room
from lab.model.tables import PIECE_DAYS, PRODUCTS, RESTOCKS, SHELF
from lab.model.told import Told

NOBODY = Product("", 0)
NOTHING = Held("", 0, 0, "")


def product_set(draft: Draft, told: Told) -> None:
    """A product is new, or changed its price: in every slot that holds it."""
    name, product = told.text("product"), Product(told.text("maker"), told.cents("price_cents"))
    room(draft.memory.products, name)
    draft.memory.products[name] = product
    draft.put(PRODUCTS, name, maker=product.maker, price_cents=product.price_cents, seq=told.seq)
    for slot, held in draft.memory.slots.items():
        if held.product == name:
            draft.slots.add(slot)


def slot_assigned(draft: Draft, told: Told) -> None:
    """The slot is for this product now, and nobody has put a piece in yet."""
    slot, product, capacity = told.text("slot"), told.text("product"), told.cents("capacity")
    room(draft.memory.slots, slot)
    _hold(draft, slot, product, 0, capacity, draft.memory.slots.get(slot, NOTHING).closed)
    spans.end(draft, told, spans.EMPTY, slot)
    spans.begin(draft, told, spans.EMPTY, slot, product)


def slot_counted(draft: Draft, told: Told) -> None:
    """A person put pieces in, took some out, or found others than the books had."""
    slot, why = told.text("slot"), told.text("why", "")
    before, after = told.cents("quantity_before"), told.cents("quantity_after")
    room(draft.memory.slots, slot)
    held = draft.memory.slots.get(slot, NOTHING)
    maker = draft.memory.products.get(held.product, NOBODY).maker
    _hold(draft, slot, held.product, after, held.capacity, held.closed)
    if after > 0:
        spans.end(draft, told, spans.EMPTY, slot)
    else:
        spans.begin(draft, told, spans.EMPTY, slot, held.product)
    words = {"slot": slot, "product": held.product, "maker": maker, "why": why}
    draft.put(RESTOCKS, told.seq, **at("at", told.when), **words, quantity_before=before, quantity_after=after)
    draft.add(PIECE_DAYS, told, held.product, maker, slot, **_moved(after - before, why))


def slot_closed(draft: Draft, told: Told) -> None:
    slot, reason = told.text("slot"), told.text("reason")
    room(draft.memory.slots, slot)
    product, quantity, capacity, _ = draft.memory.slots.get(slot, NOTHING)
    _hold(draft, slot, product, quantity, capacity, reason)
    spans.begin(draft, told, spans.CLOSED, slot, reason)


def slot_opened(draft: Draft, told: Told) -> None:
    slot = told.text("slot")
    room(draft.memory.slots, slot)
    product, quantity, capacity, _ = draft.memory.slots.get(slot, NOTHING)
    _hold(draft, slot, product, quantity, capacity, "")
    spans.end(draft, told, spans.CLOSED, slot)


def fell(draft: Draft, told: Told, slot: str) -> None:
    """A piece was sold out of this slot; with the last one it is empty."""
    held = draft.memory.slots.get(slot)
    if held is None:
        return
    _hold(draft, slot, held.product, max(0, held.quantity - 1), held.capacity, held.closed)
    if held.quantity <= 1:
        spans.begin(draft, told, spans.EMPTY, slot, held.product)


def shown(draft: Draft) -> None:
    """Write down how the slots are that have changed."""
    for slot in sorted(draft.slots):
        product, quantity, capacity, closed = draft.memory.slots[slot]
        maker, price_cents = draft.memory.products.get(product, NOBODY)
        numbers = {"price_cents": price_cents, "quantity": quantity, "capacity": capacity}
        draft.put(SHELF, slot, product=product, maker=maker, **numbers, closed=closed)


def _hold(draft: Draft, slot: str, product: str, quantity: int, capacity: int, closed: str) -> None:
    draft.memory.slots[slot] = Held(product, quantity, capacity, closed)
    draft.slots.add(slot)


def _moved(pieces: int, why: str) -> dict[str, int]:
    """Which sum a count belongs to: what somebody brought or took, what cannot be sold, what was found or missed."""
    if why == "damaged":
        return {"spoiled": -pieces}
    return {"found": pieces} if why == "counted" else {"put": pieces}
