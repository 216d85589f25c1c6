"""The visitor's kiosk: one page, its live stream, and its wishes: a piece, a wallet's code, her money, more time.

The whole scene is drawn here and pushed whole: the browser keeps no state of its own to fall out of step. Every button
is a form that redirects back, so the page works without JavaScript; with it, the scene is swapped in place.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jinja2
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from admin_web.audio import recording
from admin_web.books import Names
from admin_web.drawing import pages
from admin_web.gateway import SILENCE_S, Gateway
from admin_web.kiosk.after import read_choice, thanks
from admin_web.kiosk.comfort import REST_S, Comfort, comfort, in_use, kept
from admin_web.kiosk.comfort import router as comfort_router
from admin_web.kiosk.entry import entry
from admin_web.kiosk.entry import router as entry_router
from admin_web.kiosk.house import House
from admin_web.kiosk.paying import paying
from admin_web.kiosk.piece import look
from admin_web.kiosk.sheets import Sheets
from admin_web.kiosk.shelf import shelf
from admin_web.kiosk.stories import stories
from admin_web.kiosk.till import till
from admin_web.kiosk.weaves import HOUSE, woven
from admin_web.words import FALLBACK, LANGUAGES, words
from controller.domain.catalog import SlotId
from controller.domain.events import PayBy, ReturnPressed, SlotChosen, StillHere, VisitorAnswers
from controller.domain.view import View
from controller.protocols.control import Ask

BEAT_S = 1.0
RECONNECT_MS = 1_000
TICK_MS = 100
"""Pages that are drawn within the same tenth of a second share one drawing."""
SAID = ("unknown-slot", "not-now", "away")
"""What a page may be asked to say after a button: codes, never text from a request."""
LATE = ("paying", "look", "thanks", "entry")
"""Panels that wear the later sheet; a page that begins with one waits for it."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What a scene is drawn from, besides its language. Pictures and names are replaced and never changed."""

    view: View | None
    names: Names
    age_ms: int
    token: str

    def is_same(self, other: "Moment") -> bool:
        same = self.view is other.view and self.names is other.names
        return same and (self.age_ms, self.token) == (other.age_ms, other.token)


@dataclass(frozen=True, slots=True)
class Kiosk:
    """Draws the page from what the gateway knows. `build` changes when the files do; open pages then load themselves anew."""

    gateway: Gateway
    build: str
    sheets: Sheets
    media: Path = Path("media")
    house: House = field(default_factory=House)
    _drawn: dict[str, tuple[Moment, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read every language before the first visitor comes: whoever asks for English waits for no file."""
        for language in LANGUAGES:
            words(language)

    def page(self, chosen: Comfort, said: str | None = None) -> str:
        """The whole page, as this visitor wants it."""
        scene = _scene(self._now(), chosen.language, self.house)
        return _template("kiosk.html").render(
            **scene,
            house_words=self.house,
            build=self.build,
            edition=self.edition,
            sheets=self.sheets,
            is_late=chosen.large or chosen.contrast or any(scene[panel] for panel in LATE),
            said=said if said in SAID else None,
            recording=recording(self.media, "kiosk", words(chosen.language)),
            comfort=chosen,
            languages=LANGUAGES,
            rest_s=REST_S,
        )

    @property
    def edition(self) -> str:
        """What an open page was made from: it loads itself anew when this changes, or the lab says so."""
        view = self.gateway.picture
        return f"{self.build}.{view.reloads}" if view and view.reloads else self.build

    def scene(self, language: str = FALLBACK) -> str:
        """What changes. It is drawn once for each language and moment, however many pages are open."""
        now, last = self._now(), self._drawn.get(language)
        if last and last[0].is_same(now):
            return last[1]
        drawn = _template("scene.html").render(**_scene(now, language, self.house))
        self._drawn[language] = now, drawn
        return drawn

    def lost(self, chosen: Comfort) -> str:
        """What stands instead of any error page: a moment's patience, then the shelf again, because nobody here can type."""
        return _template("lost.html").render(words=words(chosen.language), comfort=chosen, sheets=self.sheets)

    def _now(self) -> Moment:
        age_ms = self.gateway.age_ms or 0
        return Moment(self.gateway.picture, self.gateway.names, age_ms - age_ms % TICK_MS, self.gateway.token)


def _scene(now: Moment, language: str, house: House) -> dict[str, Any]:
    view, said = now.view, words(language)
    return {
        "words": said,
        "version": view.version if view else 0,
        "stale": view is None or now.age_ms >= SILENCE_S * 1_000,
        "in_use": in_use(view),
        "age": said.span(now.age_ms),
        "shelf": shelf(view, now.names, said) if view else None,
        "till": till(view, now.names, said, now.age_ms) if view else None,
        "paying": paying(view, now.names, said, now.age_ms) if view else None,
        "look": look(view, now.names, said, now.age_ms) if view else None,
        "thanks": thanks(view, now.names, said, house, now.age_ms, now.token) if view else None,
        "entry": entry(view, now.names, house.phones, said, now.age_ms) if view else None,
        "stories": stories(view, now.names, said) if view else (),
        "pays_by_code": bool(view and view.wallets),
        "house": woven(HOUSE).name,
    }


router = APIRouter()
router.include_router(comfort_router)
router.include_router(entry_router)


def kiosk(request: Request) -> Kiosk:
    found: Kiosk = request.app.state.kiosk
    return found


@router.get("/", response_class=HTMLResponse)
async def page(request: Request, said: str | None = None) -> Response:
    """The page, whole and true at this moment. While the machine is in use, what its visitor chose lives on."""
    here, chosen = kiosk(request), comfort(request)
    answer = HTMLResponse(here.page(chosen, said))
    return kept(answer, chosen) if chosen != Comfort() and in_use(here.gateway.picture) else answer


@router.get("/live", response_class=EventSourceResponse)
async def live(request: Request, lang: str = FALLBACK) -> AsyncIterator[ServerSentEvent]:
    """The scene at once and after each change, and after every wait a beat with the picture's age in ms."""
    here, language = kiosk(request), lang if lang in LANGUAGES else FALLBACK
    gateway, shown, edition = here.gateway, None, None
    while not gateway.closing:
        if here.edition != edition:
            edition = here.edition
            yield ServerSentEvent(event="build", raw_data=edition, retry=RECONNECT_MS)
        if (scene := here.scene(language)) != shown:
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


@router.post("/answer")
async def answer(request: Request) -> Response:
    """An answer to the question beside the thanks; an empty one when the visitor is done with it."""
    choice = read_choice(str((await request.form(max_files=0, max_fields=4)).get("answer", "")))
    return await _ask(request, VisitorAnswers(*choice)) if choice else _back("not-now")


async def _ask(request: Request, ask: Ask) -> Response:
    answer = await kiosk(request).gateway.ask(ask)
    if answer.ok:
        return _back()
    return _back("away" if answer.code == "away" else "not-now")


def _back(said: str | None = None) -> Response:
    """Redirect after post: a page that is loaded again buys nothing twice."""
    return RedirectResponse(f"/?said={said}" if said else "/", status_code=303)


_pages = pages(Path(__file__).parent)


def _template(name: str) -> jinja2.Template:
    return _pages.get_template(name)
