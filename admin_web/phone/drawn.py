"""How a page for phones is drawn: its template, the reader's language, and what every page shares."""

import re
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from admin_web.audio import recording
from admin_web.drawing import pages
from admin_web.phone.door import KEY, keep
from admin_web.phone.place import HERE, Place, place
from admin_web.weave import ROWS, band
from admin_web.words import FALLBACK, LANGUAGES, Words, words

COOKIE = "minga-language"
WORD = re.compile(r"[a-z-]{1,32}")
DONE = ("done", "undone", "kept", "voted", "proposed", "thanks", "blinks")
"""Good news, of what a page may be asked to say after a form; all other words are why something was not done."""
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
        "recording": recording(here.config.machine.media, template.removesuffix(".html"), reading(request)),
        "build": here.build,
        "band_rows": ROWS,
        "house": band(""),
        "phone": getattr(request.state, "phone", None),
        "languages": LANGUAGES,
        "told": told if WORD.fullmatch(told := request.query_params.get("told", "")) else "",
        "done": told in DONE,
        "stale": here.gateway.stale,
        "age": words(language(request)).span(here.gateway.age_ms or 0),
    }
    answer = HTMLResponse(_pages.get_template(template).render(shared | values), status)
    if shared["phone"] is not None:
        keep(request, answer, request.cookies[KEY])
    return answer
