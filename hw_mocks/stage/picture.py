"""What is seen of the machine, as one JSON object that the page draws without thinking.

The world's look gives what is physically true. Products and prices are what the machine shows of itself to everybody; of
its books the stage knows nothing.
"""

from typing import Any

from admin_web.books import Names
from controller.domain.view import View
from hw_mocks.stage.pieces import PRODUCT

Picture = dict[str, Any]


def picture(look: Picture | None, view: View | None, names: Names, showing: str, stale: bool = False) -> Picture:
    """The machine now. Without a world there is only what the machine last said of its slots; `stale`: that was long ago."""
    seen = {**look} if look else {"powered": False, "lamp": False, "faults": []}
    welcome = list(view.coins_cents) if view and not stale else []
    return {**seen, "here": look is not None, "screen": showing, "welcome": welcome, "products": _products(view, names)}


def _products(view: View | None, names: Names) -> Picture:
    """By slot; a product whose name is no plain word cannot be drawn and is left out."""
    return {
        slot.slot: {
            "product": slot.product,
            "name": names.piece(slot.product).name,
            "cents": slot.price_cents,
            "status": slot.status,
        }
        for slot in (view.slots if view else ())
        if PRODUCT.fullmatch(slot.product)
    }
