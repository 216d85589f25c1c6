"""A phone is being bound, on the machine's own screen: the code to read, then whose phone it says it is, and one touch.

It lies over everything else, because the door is open and whoever stands here has its key.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

import segno
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from admin_web.books import Names
from admin_web.mark import Mark, mark
from admin_web.words import Words
from controller.domain.pairing import PhoneConfirmed
from controller.domain.view import View

QUIET_MODULES = 4
"""The white border readers need (ISO/IEC 18004, 9.1)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """`qr` until a phone has read it, empty when this machine has no address for phones; then `name` and `mark`."""

    left: str
    qr: str
    host: str
    name: str
    photo: str
    phone: str
    mark: Mark | None
    confirmed: bool


def entry(view: View, names: Names, address: str, words: Words, age_ms: int) -> Entry | None:
    """What to show of a pairing; None when there is none."""
    told = view.pairing
    if told is None or told.left_ms <= age_ms:
        return None
    name, photo = names.members.get(told.member, (told.member, ""))
    return Entry(
        left=words.span(told.left_ms - age_ms),
        qr=_drawn(f"{address}/e/{told.code}") if address and not told.phone else "",
        host=urlsplit(address).netloc,
        name=name,
        photo=photo,
        phone=told.phone,
        mark=mark(told.phone) if told.phone else None,
        confirmed=told.confirmed,
    )


def _drawn(link: str) -> str:
    return segno.make_qr(link, error="m").svg_inline(
        border=QUIET_MODULES, omitsize=True, svgclass="qr", lineclass="dots"
    )


router = APIRouter()


@router.post("/phone")
async def confirmed(request: Request) -> Response:
    """Somebody at the screen says whether the phone is hers."""
    form = await request.form(max_files=0, max_fields=4)
    await request.app.state.kiosk.gateway.ask(PhoneConfirmed(str(form.get("phone", "")), form.get("yes") == "1"))
    return RedirectResponse("/", 303)
