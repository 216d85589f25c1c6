"""The visitor's kiosk: one page, its live stream, and its wishes: a piece, a wallet's code, her money, more time.

The whole scene is drawn here and pushed whole: the browser keeps no state of its own to fall out of step. Every button
is a form that redirects back, so the page works without JavaScript; with it, the scene is swapped in place.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from admin_web.gateway import Gateway
from admin_web.paying import paying
from admin_web.shelf import shelf
from admin_web.till import till
from admin_web.weave import ROWS, band
from admin_web.words import Words, words
from controller.domain.catalog import SlotId
from controller.domain.events import PayBy, ReturnPressed, SlotChosen, StillHere
from controller.protocols.control import Ask

BEAT_S = 1.0
RECONNECT_MS = 1_000
SAID = ("unknown-slot", "not-now", "away")
"""What a page may be asked to say after a button: codes, never text from a request."""


@dataclass(frozen=True, slots=True)
class Kiosk:
    """Draws the page from what the gateway knows. `build` changes when the files do; open pages then load themselves anew."""

    gateway: Gateway
    build: str
    language: str = "es"

    @property
    def words(self) -> Words:
        return words(self.language)

    def page(self, said: str | None = None) -> str:
        return _template("kiosk.html").render(
            **self._scene(), build=self.build, said=said if said in SAID else None, house=band(""), band_rows=ROWS
        )

    def scene(self) -> str:
        return _template("scene.html").render(**self._scene(), band_rows=ROWS)

    def _scene(self) -> dict[str, Any]:
        gateway, view = self.gateway, self.gateway.picture
        age_ms = gateway.age_ms or 0
        return {
            "words": self.words,
            "version": view.version if view else 0,
            "stale": gateway.stale,
            "age": self.words.span(age_ms),
            "shelf": shelf(view, gateway.names, self.words) if view else None,
            "till": till(view, gateway.names, self.words, age_ms) if view else None,
            "paying": paying(view, gateway.names, self.words, age_ms) if view else None,
        }


router = APIRouter()


def kiosk(request: Request) -> Kiosk:
    found: Kiosk = request.app.state.kiosk
    return found


@router.get("/", response_class=HTMLResponse)
async def page(request: Request, said: str | None = None) -> str:
    """The page, whole and true at this moment."""
    return kiosk(request).page(said)


@router.get("/live", response_class=EventSourceResponse)
async def live(request: Request) -> AsyncIterator[ServerSentEvent]:
    """The scene at once and after each change, and after every wait a beat with the picture's age in ms."""
    here, shown = kiosk(request), None
    gateway = here.gateway
    yield ServerSentEvent(event="build", raw_data=here.build, retry=RECONNECT_MS)
    while not gateway.closing:
        if (scene := here.scene()) != shown:
            shown = scene
            yield ServerSentEvent(raw_data=scene, id=str(gateway.picture.version if gateway.picture else 0))
        yield ServerSentEvent(event="beat", raw_data=str(-1 if gateway.age_ms is None else gateway.age_ms))
        await gateway.changed(BEAT_S)


@router.post("/choose")
async def choose(request: Request) -> Response:
    """A tile was touched."""
    slot = str((await request.form(max_files=0, max_fields=4)).get("slot", ""))
    picture = kiosk(request).gateway.picture
    if picture is not None and slot not in {seen.slot for seen in picture.slots}:
        return _back("unknown-slot")
    return await _ask(request, SlotChosen(SlotId(slot)))


@router.post("/pay/{wallet}")
async def pay(request: Request, wallet: str) -> Response:
    """A wallet's button was touched: on a piece, or at the till for the piece that is chosen."""
    slot = str((await request.form(max_files=0, max_fields=4)).get("slot", ""))
    picture = kiosk(request).gateway.picture
    if picture is not None and (wallet not in picture.wallets or slot not in {"", *(s.slot for s in picture.slots)}):
        return _back("not-now")
    return await _ask(request, PayBy(wallet, SlotId(slot) if slot else None))


@router.post("/give-back")
async def give_back(request: Request) -> Response:
    """The visitor wants her money back."""
    return await _ask(request, ReturnPressed())


@router.post("/stay")
async def stay(request: Request) -> Response:
    """The visitor is still here and wants more time."""
    return await _ask(request, StillHere())


async def _ask(request: Request, ask: Ask) -> Response:
    answer = await kiosk(request).gateway.ask(ask)
    if answer.ok:
        return _back()
    return _back("away" if answer.code == "away" else "not-now")


def _back(said: str | None = None) -> Response:
    """Redirect after post: a page that is loaded again buys nothing twice."""
    return RedirectResponse(f"/?said={said}" if said else "/", status_code=303)


_pages = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
    auto_reload=False,
)


def _template(name: str) -> jinja2.Template:
    return _pages.get_template(name)


def lost_page(language: str = "es") -> str:
    """What stands instead of any error page: a moment's patience, then the shelf again, because nobody here can type."""
    return _template("lost.html").render(words=words(language))
