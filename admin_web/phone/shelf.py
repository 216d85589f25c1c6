"""The shelf as a phone draws it: each spiral with its piece, what lies in it, and whether somebody should bring more.

Whose a spiral is follows from the product in it. A maker may touch what is hers; a coordinator stands in for everybody at the
spirals, and sets nobody's price.
"""

from dataclasses import dataclass
from sqlite3 import Connection

from fastapi import Request
from starlette.exceptions import HTTPException

from admin_web.phone.door import at
from admin_web.words import Words
from controller.domain.catalog import Slot
from controller.domain.stocking import PutProduct
from controller.ledger.reports import products
from controller.ledger.shelf import slots

PARTS_LOW = 3
"""A spiral is low from a third of what it holds on."""


@dataclass(frozen=True, slots=True)
class Spiral:
    """One slot that holds a product. `photo` may be empty; `price` is in words."""

    slot: Slot
    name: str
    photo: str
    price: str

    @property
    def state(self) -> str:
        """`closed`, `sold-out`, `low` or `good`; what a person should look at first comes first."""
        if self.slot.closed:
            return "closed"
        if not self.slot.quantity:
            return "sold-out"
        return "low" if self.slot.quantity * PARTS_LOW <= self.slot.capacity else "good"


def spirals(db: Connection, words: Words, maker: str = "") -> tuple[Spiral, ...]:
    """Every slot that holds something, or only one maker's, in the order of the glass."""
    known = products(db)
    return tuple(_spiral(slot, known, words) for slot in slots(db) if maker in ("", slot.maker))


def _spiral(slot: Slot, known: dict[str, PutProduct], words: Words) -> Spiral:
    told = known.get(slot.product)
    name, photo = (told.name, told.photo) if told else (slot.product, "")
    return Spiral(slot, name, photo, words.money(slot.price_cents))


def for_her_hands(request: Request, maker: str) -> bool:
    """Whether whoever holds this phone may fill and count what this maker sewed."""
    return at(request).member == maker or at(request).may("coordinator")


def spiral(request: Request, db: Connection, words: Words, slot: str) -> Spiral:
    """The spiral of this name. Raises HTTPException: 404 when it holds nothing, 403 when it is not for her hands."""
    found = next((each for each in spirals(db, words) if each.slot.slot == slot), None)
    if found is None:
        raise HTTPException(404)
    if not for_her_hands(request, found.slot.maker):
        raise HTTPException(403)
    return found


def her_product(request: Request, db: Connection, product: str) -> PutProduct:
    """A product of whoever holds this phone. Raises HTTPException: 404 when there is none, 403 when it is another's."""
    found = products(db).get(product)
    if found is None:
        raise HTTPException(404)
    if found.maker != at(request).member:
        raise HTTPException(403)
    return found
