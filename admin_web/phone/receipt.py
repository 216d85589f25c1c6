"""The receipt that a visitor takes along: her piece, where her money went, who made it, and where all this is written.

Public, and nothing is known of whoever reads it: the address holds a token of the books (`controller.ledger.receipt`), which
opens this one sale. The page is drawn from the books alone, so it stands while the controller does not.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_time
from fastapi import Request, Response
from starlette.exceptions import HTTPException

from admin_web.books import Maker, Names, names
from admin_web.phone import portrait
from admin_web.phone.door import room
from admin_web.phone.drawn import drawn, reading
from admin_web.phone.ledger import books
from admin_web.phone.place import place
from admin_web.shares import Part, parts
from admin_web.weave import Band, band
from admin_web.words import Words
from controller.domain.facts import Seller
from controller.ledger.receipt import Entry, Receipt, TakenBack, receipt
from controller.ledger.reports import makers, products
from controller.photos import large

GROUP = 4
"""So many signs of a hash are read aloud in one breath."""


@dataclass(frozen=True, slots=True)
class Written:
    """Where a fact stands, in words: its number, the beginning of its hash, its day and its hour (empty if none is known).

    `unsure` when nobody has vouched for the clock.
    """

    number: str
    proof: str
    day: str
    hour: str
    unsure: bool


@dataclass(frozen=True, slots=True)
class Told:
    """A receipt in words. `address` is her maker's own page; empty, like her name, if she did not agree to be shown.

    `sells` is who sold it in the eyes of the tax office; empty while nobody has said.
    """

    piece: str
    photo: str
    price: str
    slot: str
    maker: Maker
    address: str
    parts: tuple[Part, ...]
    band: Band
    written: Written
    taken_back: Written | None
    sells: str


def told(sale: Receipt, names: Names, words: Words) -> Told:
    """What the page says of this sale: its price and shares as they were then, names and photos as they are now."""
    sold, piece = sale.sold, names.piece(sale.sold.product)
    return Told(
        piece=piece.name,
        photo=large(piece.photo),
        price=words.money(sold.price_cents),
        slot=sold.slot,
        maker=names.maker(sold.maker),
        address=portrait.address(sold.maker, names),
        parts=parts(sold.shares, names, words),
        band=band(sold.maker),
        written=written(sale.entry, words),
        taken_back=written(sale.taken_back, words) if sale.taken_back else None,
        sells=sells(sale, names.maker(sold.maker), words),
    )


def sells(sale: Receipt, maker: Maker, words: Words) -> str:
    """Who sold it in the eyes of the tax office, and under which rules; her name only if she agreed to be shown."""
    terms = sale.sold_as
    if terms is None:
        return ""
    hers = maker.name if maker.named else words.say("sells.sewer")
    who = hers if terms.seller is Seller.MAKER else words.say("sells.coop")
    return words.say("sells.line", who=who, regime=words.about("regime", terms.regime.value))


def written(entry: Entry, words: Words) -> Written:
    """An entry of the books as people read it, with its day by Babel: `sábado, 21 de noviembre de 2026`."""
    locale = Locale.parse(words.mostly, sep="-")
    return Written(
        number=words.number(entry.seq),
        proof=" ".join(entry.proof[at : at + GROUP] for at in range(0, len(entry.proof), GROUP)),
        day=format_date(entry.at, "full", locale=locale) if entry.at else "",
        hour=format_time(entry.at, "short", locale=locale) if entry.at else "",
        unsure=not entry.certain,
    )


router = room(everybody=True)


@router.get("/r/{token}")
def page(request: Request, token: str) -> Response:
    """The receipt that this token opens, or 404. In a thread of its own, because a disk may be slow."""
    here = place(request)
    with books(request) as db:
        found = receipt(db, token, _taken_back(here.database))
        known = names(makers(db), products(db)) if found else None
    if found is None or known is None:
        raise HTTPException(404)
    shown = told(found, known, reading(request))
    return drawn(request, "receipt.html", receipt=shown, machine=here.config.machine.name, stale=False)


@cache
def _taken_back(_: Path) -> TakenBack:
    """What these pages remember of the books at this path."""
    return TakenBack()
