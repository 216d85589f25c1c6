"""A maker's public page: who she is, in her own words, what she sews, and which of it lies in the machine now.

Only whoever agreed to be shown has one. Its address is made from the name she shows, never from her id: by the id anybody
could find her in the lab's open figures, and what she earns is not theirs to know. Whoever changes her mind is gone at once.
"""

import re
import unicodedata
from dataclasses import dataclass

from fastapi import Request, Response
from starlette.exceptions import HTTPException

from admin_web.books import Maker, Names, names
from admin_web.phone.door import room
from admin_web.phone.drawn import drawn, reading
from admin_web.phone.ledger import books
from admin_web.phone.place import place
from admin_web.weave import Band, band
from admin_web.words import Words
from controller.domain.stocking import PutProduct
from controller.domain.view import View
from controller.ledger.reports import makers, products
from controller.photos import large


@dataclass(frozen=True, slots=True)
class Work:
    """One of her pieces. `slots` is where it lies right now, as on the glass: `A1, A2`; empty when it lies nowhere."""

    name: str
    photo: str
    price: str
    materials: str
    slots: str


@dataclass(frozen=True, slots=True)
class Portrait:
    """`face` is her photo, large. `known` is False when nobody can say what lies in the machine."""

    maker: Maker
    face: str
    works: tuple[Work, ...]
    known: bool
    band: Band


def addresses(names: Names) -> dict[str, str]:
    """Every maker's page that there is, by its address: `rosa-quishpe`, and for another of the same name `rosa-quishpe-2`."""
    found: dict[str, str] = {}
    for maker, shown in names.makers.items():
        if shown.named:
            plain, turn = _plain(shown.name), 1
            while (called := plain if turn == 1 else f"{plain}-{turn}") in found:
                turn += 1
            found[called] = maker
    return found


def address(maker: str, names: Names) -> str:
    """Where this maker's page is; empty if she has none."""
    return next((f"/de/{called}" for called, other in addresses(names).items() if other == maker), "")


def portrait(maker: str, shelf: dict[str, PutProduct], names: Names, view: View | None, words: Words) -> Portrait:
    """Her page; `shelf` are all products by id, `view` is the picture if it is fresh. What can be bought comes first."""
    works = [_work(product, view, words) for product in shelf.values() if product.maker == maker]
    shown = names.maker(maker)
    return Portrait(
        maker=shown,
        face=large(shown.photo),
        works=tuple(sorted(works, key=lambda work: not work.slots)),
        known=view is not None,
        band=band(maker),
    )


def _work(product: PutProduct, view: View | None, words: Words) -> Work:
    slots = view.slots if view else ()
    lies = [slot.slot for slot in slots if slot.product == product.product and slot.quantity and not slot.reason]
    return Work(product.name, product.photo, words.money(product.price_cents), product.materials, ", ".join(lies))


def _plain(name: str) -> str:
    """A name as an address has it: small letters without accents, digits and dashes."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-") or "costurera"


router = room(everybody=True)


@router.get("/de/{called}")
def page(request: Request, called: str) -> Response:
    """The page of the maker whose address this is, or 404. In a thread of its own, because a disk may be slow."""
    with books(request) as db:
        shelf = products(db)
        known = names(makers(db), shelf)
    maker = addresses(known).get(called)
    if maker is None:
        raise HTTPException(404)
    gateway = place(request).gateway
    view = None if gateway.stale else gateway.picture
    return drawn(request, "maker.html", portrait=portrait(maker, shelf, known, view, reading(request)))
