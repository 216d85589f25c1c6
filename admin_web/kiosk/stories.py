"""What stands on the screen while nobody is there: the pieces, one by one and large, with whoever made them.

Which one is seen, and for how long, is the browser's affair; here is only what can be told. Pure: no request, no template,
no clock.
"""

from dataclasses import dataclass

from admin_web.books import Names
from admin_web.kiosk.piece import made_by
from admin_web.kiosk.weaves import woven
from admin_web.words import Words
from controller.domain.cycle import Phase
from controller.domain.view import View
from controller.photos import large

STORIES_MAX = 8


@dataclass(frozen=True, slots=True)
class Story:
    """One piece that is for sale. Without a photo its maker's cloth is shown; `face` and `says` only if she agreed."""

    name: str
    price: str
    photo: str
    maker: str
    face: str
    says: str
    band: str


def stories(view: View, names: Names, words: Words) -> tuple[Story, ...]:
    """One of each product that can be bought now; none while anything else is to be said or done."""
    if not _is_calm(view):
        return ()
    ready = {slot.product: slot for slot in reversed(view.slots) if slot.status == "ready"}
    told = [slot for slot in view.slots if slot is ready.get(slot.product)][:STORIES_MAX]
    found = []
    for slot in told:
        piece, maker = names.piece(slot.product), names.maker(slot.maker)
        found.append(
            Story(
                name=piece.name,
                price=words.money(slot.price_cents),
                photo=large(piece.photo),
                maker=made_by(slot, names, words),
                face=maker.photo if maker.named else "",
                says=maker.words if maker.named else "",
                band=woven(slot.maker).name,
            )
        )
    return tuple(found)


def _is_calm(view: View) -> bool:
    """Nobody is there, nothing was just told, and the machine could sell."""
    alone = view.phase == Phase.IDLE and not (view.credit_cents or view.chosen)
    return alone and not (view.notice or view.codes or view.troubles)
