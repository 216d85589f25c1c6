"""The one place where the kiosk's pages are put together."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect

from admin_web import media
from admin_web.gateway import Gateway
from admin_web.guards import Guards
from admin_web.kiosk import page, sheets, weaves
from admin_web.kiosk.comfort import comfort
from admin_web.kiosk.house import House
from admin_web.serving import Static, build

HERE = Path(__file__).parent
BODY_BYTES_MAX = 4_096
"""A form with one slot is 7 bytes; nobody needs more."""


def create_app(
    gateway: Gateway, media_folder: Path, host: str = "127.0.0.1", house: House | None = None, framed_by: str = ""
) -> FastAPI:
    """The kiosk's pages over a gateway, which lives as long as the app does. `house` is what this machine says of itself,
    `framed_by` the one origin that may show them in a frame."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        listening = asyncio.create_task(gateway.run())
        yield
        gateway.close()
        listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listening

    app = FastAPI(
        title="Minga",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
        max_body_size=BODY_BYTES_MAX,
        exception_handlers={HTTPException: _lost, ClientDisconnect: _gone, Exception: _lost},
    )
    app.state.media = media_folder
    app.state.sheets = look = sheets.sheets(HERE)
    app.state.kiosk = page.Kiosk(gateway, build(), look, media_folder, house or House())
    app.include_router(page.router)
    app.include_router(sheets.router)
    app.include_router(weaves.router)
    app.include_router(media.router)
    app.mount("/static", Static(HERE))
    app.add_middleware(GZipMiddleware, compresslevel=6)  # it lets photos and streams pass as they are
    app.add_middleware(Guards, host=host, framed_by=framed_by, more=look.policy)
    return app


async def _gone(_: Request, __: Exception) -> Response:
    """She went away in the middle of a form: nobody reads this, and nobody need be told."""
    return Response(status_code=400)


async def _lost(request: Request, error: Exception) -> Response:
    """Any error, for a visitor in her own language: a moment's patience, then the shelf again."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    return HTMLResponse(page.kiosk(request).lost(comfort(request)), status)
