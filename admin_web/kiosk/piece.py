"""A second look at one piece: the one that is chosen, or the one that falls right now; large, with whoever made it.

Nothing here is needed to buy. What the catalogue does not say, or may not say, is left out. Pure: no request, no template,
no clock.
"""

from dataclasses import dataclass

from admin_web.books import Names
from admin_web.kiosk.messages import is_leaving
from admin_web.kiosk.weaves import woven
from admin_web.shares import Part, parts
from admin_web.words import Words
from controller.domain.cycle import Phase
from controller.domain.view import SlotView, View
from controller.photos import large

A_ROW = 4
"""Pieces in a row of a screen that lies; on one that stands they are fewer."""


@dataclass(frozen=True, slots=True)
class Look:
    """`face` and `says` are the maker's, `made` is what it is made of, for how much, and in how long. A piece that is
    `turning` is on its way and has the screen to itself; otherwise the look leaves the chosen tile's side of the shelf free
    (`left`, `top`)."""

    slot: str
    name: str
    price: str
    photo: str
    maker: str
    workshop: str
    face: str
    says: str
    made: tuple[str, ...]
    parts: tuple[Part, ...]
    band: str
    turning: bool = False
    left: bool = False
    top: bool = False


def look(view: View, names: Names, words: Words, age_ms: int) -> Look | None:
    """The piece to look at in this picture; None while there is none, or while something more pressing needs the room."""
    turning = view.phase == Phase.DISPENSING
    at = next((n for n, slot in enumerate(view.slots) if slot.slot == (view.vending if turning else view.chosen)), None)
    if at is None or not (turning or _has_time(view, age_ms)):
        return None
    slot = view.slots[at]
    piece, maker = names.piece(slot.product), names.maker(slot.maker)
    shares = view.vending_shares if turning else slot.shares
    return Look(
        slot=slot.slot,
        name=piece.name,
        price=words.money(sum(share.cents for share in shares) or slot.price_cents),
        photo=large(piece.photo),
        maker=made_by(slot, names, words),
        workshop=maker.workshop,
        face=maker.photo if maker.named else "",
        says=maker.words if maker.named else "",
        made=made_of(slot, names, words),
        parts=parts(shares, names, words),
        band=woven(slot.maker).name,
        turning=turning,
        left=at % A_ROW >= A_ROW // 2,
        top=at >= len(view.slots) // 2,
    )


def made_by(slot: SlotView, names: Names, words: Words) -> str:
    """Who made it: by her name if she agreed, otherwise by her workshop, otherwise nobody."""
    maker = names.maker(slot.maker)
    key = "maker" if maker.named else "workshop"
    return words.say(f"made.{key}", name=maker.name) if maker.name else ""


def made_of(slot: SlotView, names: Names, words: Words) -> tuple[str, ...]:
    """What it is made of, what that cost and how long it took, as far as its maker wrote it down."""
    piece = names.piece(slot.product)
    cost = words.say("made.materials", money=words.money(piece.materials_cents)) if piece.materials_cents else ""
    return tuple(filter(None, (piece.materials, cost, _work(piece.work_minutes, words))))


def _work(minutes: int, words: Words) -> str:
    """Whole hours from one and a half on; half an hour of work is told in minutes."""
    if minutes >= 90:
        return words.say("made.hours", n=(minutes + 30) // 60)
    return words.say("made.minutes", n=minutes) if minutes > 0 else ""


def _has_time(view: View, age_ms: int) -> bool:
    told = view.notice is not None and view.notice.claim is not None
    return view.phase in (Phase.IDLE, Phase.CREDIT) and not told and not is_leaving(view, age_ms)
