"""How a page for phones is drawn: its template, the reader's language, and what every page shares."""

from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from admin_web.drawing import pages
from admin_web.phone.place import HERE, Place, place
from admin_web.weave import ROWS, band
from admin_web.words import FALLBACK, LANGUAGES, Words, words

COOKIE = "minga-language"
_pages = pages(HERE)


def language(request: Request) -> str:
    """The language this phone has chosen; else the first of ours its browser asks for; else Spanish."""
    chosen = request.cookies.get(COOKIE, "")
    asked = (part.partition(";")[0].strip().lower() for part in request.headers.get("accept-language", "").split(","))
    wanted = (chosen, *(tag.partition("-")[0] for tag in asked))
    return next((name for name in wanted if name in LANGUAGES), FALLBACK)


def reading(request: Request) -> Words:
    """The words of this reader."""
    return words(language(request))


def drawn(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """The page of this template. It knows `words`, `build`, `band_rows` and whose phone it is (`phone`, or None)."""
    here: Place = place(request)
    shared = {
        "words": reading(request),
        "build": here.build,
        "band_rows": ROWS,
        "house": band(""),
        "phone": getattr(request.state, "phone", None),
        "languages": LANGUAGES,
    }
    return HTMLResponse(_pages.get_template(template).render(**shared, **values), status)
