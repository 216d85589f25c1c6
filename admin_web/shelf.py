"""From the controller's picture to what the visitor reads: every tile, in words. Pure: no request, no template, no clock."""

from dataclasses import dataclass

from admin_web.books import Maker, Names
from admin_web.weave import Band, band
from admin_web.words import Words
from controller.domain.catalog import Share
from controller.domain.cycle import Phase
from controller.domain.view import SlotView, View


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a price: people and dollars, and its place on a bar of a hundred."""

    who: str
    money: str
    start: float
    width: float
    hers: bool


@dataclass(frozen=True, slots=True)
class Tile:
    """One slot as drawn. `state` is ready, chosen, turning, sold-out, closed or paused; `words` say it, `why` explains."""

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
    band: int


@dataclass(frozen=True, slots=True)
class Shelf:
    """`bands` are the woven bands of the makers on it; a tile names its own by number, so that no id leaves the machine."""

    tiles: tuple[Tile, ...]
    bands: tuple[Band, ...]


def shelf(view: View, names: Names, words: Words) -> Shelf:
    """All tiles in the order of the glass."""
    makers = list(dict.fromkeys(slot.maker for slot in view.slots))
    tiles = tuple(_tile(slot, view, names, words, makers.index(slot.maker)) for slot in view.slots)
    return Shelf(tiles, tuple(band(maker) for maker in makers))


def piece_name(slot: str | None, view: View, names: Names) -> str:
    """What lies in a slot, by its name; empty when the slot is unknown."""
    return next((names.piece(seen.product).name for seen in view.slots if seen.slot == slot), "")


def _tile(slot: SlotView, view: View, names: Names, words: Words, number: int) -> Tile:
    maker, piece = names.maker(slot.maker), names.piece(slot.product)
    state = _state(slot, view)
    return Tile(
        slot=slot.slot,
        name=piece.name,
        materials=piece.materials,
        photo=piece.photo,
        price=words.money(slot.price_cents),
        parts=_parts(slot, maker, words),
        state=state,
        words="" if state == "ready" else words.about("status", state),
        why=words.about("closed", slot.reason or "other") if state == "closed" else "",
        can_be_chosen=state in ("ready", "chosen") and view.phase in (Phase.IDLE, Phase.CREDIT),
        band=number,
    )


def _state(slot: SlotView, view: View) -> str:
    if slot.slot == view.vending:
        return "turning"
    if slot.status == "ready" and slot.slot == view.chosen:
        return "chosen"
    return slot.status


def _parts(slot: SlotView, maker: Maker, words: Words) -> tuple[Part, ...]:
    """The price's parts side by side. A part of nothing is not told: it would only make people wonder."""
    parts, before_cents = [], 0
    for share in slot.shares:
        if share.cents:
            start, width = (round(100 * cents / slot.price_cents, 2) for cents in (before_cents, share.cents))
            hers = share.account.startswith("maker:")
            parts.append(Part(_who(share, maker, words), words.money(share.cents), start, width, hers))
            before_cents += share.cents
    return tuple(parts)


def _who(share: Share, maker: Maker, words: Words) -> str:
    """Who gets this part. A maker is named only if she agreed; otherwise her workshop is, or nobody."""
    family, _, name = share.account.partition(":")
    if family == "maker":
        key = "maker" if maker.named else "workshop" if maker.name else "unnamed"
        return words.say(f"share.{key}", name=maker.name)
    if family == "fund":
        name = words.about("fund", name, name=name)
    return words.about("share", family, name=name)
