"""Paying without coins: what the visitor is shown to scan, type or hold her card to, and how long it is good for.

Pure: no request, no template, no clock. What a provider gave is shown as it is; only a link is drawn here as a code.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

import segno

from admin_web.books import Names
from admin_web.kiosk.shelf import CARDS, piece_name, wallet_name
from admin_web.words import Words
from controller.domain.view import View

PICTURE = re.compile(r"data:image/(png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/]+={0,2}")
"""The only pictures that are shown: whatever else a provider sends is not put into the page."""
PICTURE_CHARS_MAX = 400_000
LINK_CHARS_MAX = 1_200
QUIET_MODULES = 4
"""The white border a reader needs (ISO/IEC 18004)."""


@dataclass(frozen=True, slots=True)
class Paying:
    """`kind` is wait (the provider has not answered), code or card. Of `picture` and `drawn` (an SVG) at most one is there.
    `code` is to be typed, in groups of three. `left` is how long, in words, `rest` the same in percent."""

    kind: str
    wallet: str
    money: str
    piece: str
    slot: str
    picture: str = ""
    drawn: str = ""
    code: str = ""
    coins: str = ""
    left: str = ""
    rest: int = 100


def paying(view: View, names: Names, words: Words, age_ms: int) -> Paying | None:
    """What to show of the payment this picture waits for; None while it waits for none."""
    asked = view.payment
    if asked is None:
        return None
    offer, is_card = asked.offer, asked.provider in CARDS
    left_ms = max(0, (view.left_ms or 0) - age_ms)
    picture = _picture(offer.image) if offer else ""
    return Paying(
        kind="card" if is_card else "code" if offer else "wait",
        wallet=wallet_name(asked.provider, words),
        money=words.money(asked.cents),
        piece=piece_name(view.chosen, view, names),
        slot=view.chosen or "",
        picture=picture,
        drawn=drawn(offer.link) if offer and offer.link and not picture else "",
        code=grouped(offer.code) if offer else "",
        coins=words.say("pay.coins", money=words.money(view.credit_cents)) if view.credit_cents else "",
        left=words.span(left_ms),
        rest=min(100, round(100 * left_ms / asked.waits_ms)) if asked.waits_ms else 100,
    )


def _picture(image: str) -> str:
    return image if len(image) <= PICTURE_CHARS_MAX and PICTURE.fullmatch(image) else ""


@lru_cache(maxsize=16)
def drawn(link: str) -> str:
    """A link as a code to scan, in SVG; empty for one that is too long to be read from a screen."""
    if len(link) > LINK_CHARS_MAX:
        return ""
    return segno.make_qr(link, error="m").svg_inline(
        border=QUIET_MODULES, omitsize=True, svgclass="qr", lineclass="dots"
    )


def grouped(code: str) -> str:
    """Digits as people read them aloud: `482 913`."""
    return " ".join(re.findall(".{1,3}", code)) if code.isdigit() else code
