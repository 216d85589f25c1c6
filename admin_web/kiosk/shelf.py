"""From the controller's picture to what the visitor reads: every tile, in words. Pure: no request, no template, no clock."""

from dataclasses import dataclass

from admin_web.books import Names
from admin_web.kiosk.weaves import woven
from admin_web.shares import Part, parts
from admin_web.words import Words
from controller.domain.cycle import Phase
from controller.domain.events import Trouble
from controller.domain.view import SlotView, View

CARDS = ("tarjeta",)
"""Providers one holds a card to; all others show a code."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One slot as drawn. `state` is ready, chosen, turning, sold-out, closed, paused or asleep (outside opening hours);
    `words` say it, `why` explains."""

    slot: str
    name: str
    materials: str
    photo: str
    price: str
    parts: tuple[Part, ...]
    state: str
    words: str
    why: str
    can_be_chosen: bool
    band: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """Every tile names its maker's woven band by the name of its picture, so that no id leaves the machine."""

    tiles: tuple[Tile, ...]
    wallet: str = ""
    """The provider whose code is one touch away on every piece; empty when one can pay with coins only."""
    wallet_name: str = ""

    @property
    def by_card(self) -> bool:
        return self.wallet in CARDS

    @property
    def can_be_chosen(self) -> bool:
        """Whether any button is on; if none is, the shelf itself must be reached by key, so that it can be scrolled."""
        return any(tile.can_be_chosen for tile in self.tiles)


def shelf(view: View, names: Names, words: Words) -> Shelf:
    """All tiles in the order of the glass."""
    tiles = tuple(_tile(slot, view, names, words) for slot in view.slots)
    wallet = next(iter(view.wallets), "")
    return Shelf(tiles, wallet, wallet_name(wallet, words))


def wallet_name(wallet: str, words: Words) -> str:
    """A provider as people call it."""
    return words.about("wallet", wallet, name=wallet)


def piece_name(slot: str | None, view: View, names: Names) -> str:
    """What lies in a slot, by its name; empty when the slot is unknown."""
    return next((names.piece(seen.product).name for seen in view.slots if seen.slot == slot), "")


def is_night(view: View) -> bool:
    """Whether the first thing to say of the machine is that it is outside its opening hours, which is no fault."""
    return view.troubles[:1] == (Trouble.CLOSED.value,)


def _tile(slot: SlotView, view: View, names: Names, words: Words) -> Tile:
    piece, state = names.piece(slot.product), _state(slot, view)
    falling = view.vending_shares if state == "turning" else ()
    price_cents = sum(share.cents for share in falling) or slot.price_cents
    return Tile(
        slot=slot.slot,
        name=piece.name,
        materials=piece.materials,
        photo=piece.photo,
        price=words.money(price_cents),
        parts=parts(falling or slot.shares, names, words),
        state=state,
        words="" if state in ("ready", "asleep") else words.about("status", state),
        why=words.about("closed", slot.reason or "other") if state == "closed" else "",
        can_be_chosen=state in ("ready", "chosen") and view.phase in (Phase.IDLE, Phase.CREDIT),
        band=woven(slot.maker).name,
    )


def _state(slot: SlotView, view: View) -> str:
    if slot.slot == view.vending:
        return "turning"
    if slot.status == "ready" and slot.slot == view.chosen:
        return "chosen"
    if slot.status == "paused" and is_night(view):
        return "asleep"
    return slot.status
