"""The stage's server: the page in two languages, one stream, the acts a person may do, and the garments' drawings.

On this computer only. Who calls it by another name, or from another page, is refused (`admin_web.guards`); the page may load
nothing but its own files, and frame nothing but the visitor's page.
"""

import asyncio
import contextlib
import hashlib
import json
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from socket import socket
from typing import Any

import jinja2
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from fastapi.staticfiles import StaticFiles

from admin_web.gateway import Gateway
from admin_web.guards import CONTENT_SECURITY_POLICY, Guards
from admin_web.serving import Server
from controller.config import Config
from hw_mocks.stage.bystander import Bystander, WorldAway
from hw_mocks.stage.papers import Papers
from hw_mocks.stage.pieces import PRODUCT, piece
from hw_mocks.stage.scenery import scenery
from hw_mocks.stage.screen import Screen
from hw_mocks.stage.wording import LANGUAGES, words

HERE = Path(__file__).parent
HOST = "127.0.0.1"
BEAT_S = 1.0
RECONNECT_MS = 1_000
ACT_BYTES_MAX = 2_048
DEEDS = frozenset(
    (
        *("insert", "insert_bill", "show_card", "remove_card", "scan", "confirm", "show_code"),
        *("press", "press_lever", "take_coins", "take_pieces"),
        *("door", "fill", "bring_home", "empty_box", "fill_hopper", "fill_tube"),
        *("inject", "clear", "power", "shift_clock"),
    )
)
"""What a person may do here, of all acts there are."""

router = APIRouter()
_pages = jinja2.Environment(
    loader=jinja2.FileSystemLoader(HERE / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
    auto_reload=False,
)


def create_app(config: Config, bystander: Bystander, kiosk: str, speed: float, papers: Papers) -> FastAPI:
    """The stage over a bystander, which lives as long as the app does; `papers` lie beside its machine."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        standing = asyncio.create_task(bystander.run())
        yield
        standing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await standing

    app = FastAPI(
        title="Minga", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan, max_body_size=ACT_BYTES_MAX
    )
    app.state.bystander, app.state.kiosk, app.state.papers = bystander, kiosk, papers
    app.state.scenery = {**scenery(config), "build": build(), "kiosk": kiosk, "speed": speed}
    app.include_router(router)
    app.mount("/static", StaticFiles(directory=HERE / "static"))
    app.add_middleware(Guards, host=HOST)
    return app


@router.get("/", response_class=HTMLResponse)
async def spanish(request: Request) -> Response:
    """The page in Spanish."""
    return _page(request, "es")


@router.get("/en", response_class=HTMLResponse)
async def english(request: Request) -> Response:
    """The page in English."""
    return _page(request, "en")


@router.get("/live", response_class=EventSourceResponse)
async def live(request: Request) -> AsyncIterator[ServerSentEvent]:
    """The whole picture after each change, with what happened since the last one; a beat when nothing changes."""
    here: Bystander = request.app.state.bystander
    heard, shown = here.heard, -1
    here.viewers += 1
    try:
        yield ServerSentEvent(event="build", raw_data=request.app.state.scenery["build"], retry=RECONNECT_MS)
        while not here.closing:
            if here.turn != shown:
                told = {"picture": here.picture, "happenings": here.since(heard)}
                heard, shown = here.heard, here.turn
                yield ServerSentEvent(raw_data=json.dumps(told, ensure_ascii=False))
            else:
                yield ServerSentEvent(event="beat", raw_data="")
            await here.changed(BEAT_S)
    finally:
        here.viewers -= 1


@router.post("/act")
async def act(request: Request) -> Response:
    """One act, `{"do": "insert", "cents": 25}`, and the world's answer. A `paper` to show is named, and read here."""
    try:
        wanted = json.loads(await request.body())
    except ValueError:
        wanted = None
    if not isinstance(wanted, dict) or wanted.get("do") not in DEEDS:
        return JSONResponse({"ok": False, "why": "nobody can do that here"}, 400)
    if "paper" in wanted:
        code = request.app.state.papers.code(wanted.pop("paper"))
        if code is None or wanted != {"do": "show_code"}:
            return JSONResponse({"ok": False, "why": "no such paper lies here"}, 400)
        wanted["code"] = code
    try:
        return JSONResponse(await request.app.state.bystander.do(wanted))
    except WorldAway:
        return JSONResponse({"ok": False, "why": "away"}, 503)


@router.get("/phone")
async def phone(request: Request) -> Response:
    """A member's phone, in this browser: it scans the code that the screen shows, and without one opens her pages."""
    phones, code = request.app.state.scenery["phones"], request.app.state.bystander.code
    if not phones:
        return Response(status_code=404)
    return RedirectResponse(f"{phones}/e/{code}" if code else f"{phones}/", 303)


@router.get("/pieces/{product}.svg")
async def drawing(product: str) -> Response:
    """One garment, or 404."""
    if not PRODUCT.fullmatch(product):
        return Response(status_code=404)
    return Response(piece(product), media_type="image/svg+xml", headers={"Cache-Control": "max-age=3600"})


def _page(request: Request, language: str) -> Response:
    if request.url.hostname != HOST:  # the name under which the visitor's page allows to be framed
        return RedirectResponse(str(request.url.replace(hostname=HOST)))
    state = request.app.state
    html = _pages.get_template("stage.html").render(
        **state.scenery, papers=state.papers.names(), w=words(language), language=language, languages=LANGUAGES
    )
    frames = state.kiosk or "'none'"
    return HTMLResponse(html, headers={"Content-Security-Policy": f"{CONTENT_SECURITY_POLICY}; frame-src {frames}"})


def build() -> str:
    """A short name for this state of the stage's files; an open page that has another loads itself anew."""
    digest = hashlib.sha256()
    for file in sorted((*HERE.glob("*/*.*"), *HERE.glob("*.py"))):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def serve(
    config: Config, world: Path, kiosk: str, speed: float, papers: Papers, listener: socket, guarded: bool
) -> None:
    """Run until told to stop (SIGTERM, Ctrl-C), or until the standard input ends if `guarded`."""
    gateway = Gateway(config.machine.socket, config.machine.database)
    origin = f"http://{HOST}:{listener.getsockname()[1]}"
    bystander = Bystander(world, gateway, Screen(kiosk, origin))
    server = Server(create_app(config, bystander, kiosk, speed, papers), gateway)
    if guarded:
        threading.Thread(target=_end_with_input, args=(server,), daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listener])


def _end_with_input(server: Any) -> None:
    sys.stdin.buffer.read()
    server.should_exit = True
