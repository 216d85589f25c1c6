"""How a page of the lab is drawn: its template, the reader's language, and what every page shares."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from admin_web import drawing
from admin_web.weave import ROWS, band
from admin_web.words import FALLBACK
from lab.pages import chart
from lab.pages.door import COOKIE, keeper
from lab.pages.speech import LANGUAGES, Speech, in_fours, speech
from lab.store.base import Store

HERE = Path(__file__).parent
LANGUAGE = "minga-language"
"""The only cookie besides the session: how somebody likes to read."""
_pages = drawing.pages(HERE)
_pages.filters["fours"] = in_fours
_pages.globals.update(line=chart.lines, level=chart.level)


@dataclass(frozen=True, slots=True)
class Place:
    """What every page needs: the store, and the clock in milliseconds since 1970."""

    store: Store
    now_ms: Callable[[], int]
    secure: bool = False
    """Whether people reach these pages by https; then no cookie ever goes another way."""


def place(request: Request) -> Place:
    found: Place = request.app.state.place
    return found


def reading(request: Request) -> Speech:
    """The words of this reader: Spanish, unless she has chosen another language."""
    chosen = request.cookies.get(LANGUAGE, FALLBACK)
    return speech(chosen if chosen in LANGUAGES else FALLBACK)


def drawn(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """The page of this template; `now_ms` is the moment it is drawn at."""
    words, now_ms = reading(request), place(request).now_ms()
    shared = {
        "words": words,
        "languages": LANGUAGES,
        "build": build(),
        "house": band(""),
        "band_rows": ROWS,
        "here": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        "drawn_at": words.at(now_ms),
        "can_leave": keeper(request).asks and keeper(request).knows(request.cookies.get(COOKIE, "")),
    }
    return HTMLResponse(_pages.get_template(template).render(shared | values), status)


def ready() -> None:
    """Read every word and template's build before the first visitor comes: she waits for no file."""
    build()
    for language in LANGUAGES:
        speech(language)


@cache
def build() -> str:
    """A short name for this state of templates, words, code and static files, so that a browser may keep the latter."""
    digest = hashlib.sha256()
    folders = HERE, drawing.SHARED / "static", drawing.SHARED / "templates"
    for file in sorted(file for folder in folders for file in folder.rglob("*") if file.suffix in SUFFIXES):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


SUFFIXES = {".html", ".css", ".js", ".svg", ".po", ".py"}
