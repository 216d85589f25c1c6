"""After a sale: the thanks, who gets what of the price to the cent, the receipt to take along, and the lab's one question.

Pure: no request, no template, no clock.
"""

from dataclasses import dataclass

from admin_web.books import Names
from admin_web.kiosk.house import House
from admin_web.kiosk.messages import is_leaving
from admin_web.kiosk.paying import drawn
from admin_web.kiosk.piece import made_by
from admin_web.kiosk.weaves import woven
from admin_web.shares import Part, parts
from admin_web.words import Words
from controller.domain.cycle import News, Phase
from controller.domain.view import View
from controller.photos import large


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer: what its button sends, and what stands on it."""

    value: str
    words: str


@dataclass(frozen=True, slots=True)
class Thanks:
    """`vend_id` is the sale it is for. `asks` is empty when nothing is asked; `answered` once it was. `receipt` is the code
    that opens its receipt on a phone (an SVG); empty where no phone reaches this machine."""

    vend_id: int
    piece: str
    price: str
    photo: str
    maker: str
    parts: tuple[Part, ...]
    asks: str
    choices: tuple[Choice, ...]
    answered: bool
    band: str
    receipt: str = ""


def thanks(view: View, names: Names, words: Words, house: House, age_ms: int, token: str = "") -> Thanks | None:
    """The thanks that this picture speaks of; None when it speaks of no sale, or something else needs the room.

    `token` is that of the sale's receipt (`controller.ledger.receipt`), as far as it is known.
    """
    told = view.notice
    if told is None or told.news != News.SOLD or told.vend_id is None or is_leaving(view, age_ms):
        return None
    slot = next((seen for seen in view.slots if seen.slot == told.slot), None)
    if slot is None or view.phase not in (Phase.IDLE, Phase.CREDIT):
        return None
    piece, receipt = names.piece(slot.product), house.receipt(token)
    return Thanks(
        vend_id=told.vend_id,
        piece=piece.name,
        price=words.money(told.cents),
        photo=large(piece.photo),
        maker=made_by(slot, names, words),
        parts=parts(told.shares, names, words),
        asks=house.asks(words),
        choices=tuple(
            Choice(f"{told.vend_id}:{house.question}:{word}", house.answer(word, words)) for word in house.answers
        ),
        answered=told.answered,
        band=woven(slot.maker).name,
        receipt=drawn(receipt) if receipt else "",
    )


def read_choice(value: str) -> tuple[int, str, str] | None:
    """What a button sent, as (sale, question, answer); None for anything else."""
    sale, _, rest = value.partition(":")
    question, _, answer = rest.partition(":")
    known = sale.isascii() and sale.isdecimal() and len(value) <= 100
    return (int(sale), question, answer) if known else None
