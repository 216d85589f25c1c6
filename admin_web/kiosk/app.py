"""The one place where the kiosk's pages are put together."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware

from admin_web import media
from admin_web.gateway import Gateway
from admin_web.guards import Guards
from admin_web.kiosk import page, sheets
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
        exception_handlers={HTTPException: _lost, Exception: _lost},
    )
    app.state.media = media_folder
    app.state.kiosk = page.Kiosk(gateway, build(), house or House())
    app.state.sheets = sheets.sheets(HERE)
    app.include_router(page.router)
    app.include_router(sheets.router)
    app.include_router(media.router)
    app.mount("/static", Static(HERE))
    app.add_middleware(GZipMiddleware, compresslevel=6)  # it lets photos and streams pass as they are
    app.add_middleware(Guards, host=host, framed_by=framed_by)
    return app


async def _lost(request: Request, error: Exception) -> Response:
    """Any error, for a visitor in her own language: a moment's patience, then the shelf again."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    return HTMLResponse(page.kiosk(request).lost(comfort(request)), status)
