"""The one place where the web process is put together, started and stopped."""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from socket import socket
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from admin_web import kiosk, media
from admin_web.gateway import Gateway
from admin_web.guards import Guards
from admin_web.house import House

HERE = Path(__file__).parent
BODY_BYTES_MAX = 4_096
"""A form with one slot is 7 bytes; nobody needs more."""
CONNECTIONS_MAX = 64
STOP_S = 2
"""Streams end by themselves at a stop; whatever does not is cut after this long."""


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
    app.state.kiosk = kiosk.Kiosk(gateway, build(), house or House())
    app.include_router(kiosk.router)
    app.include_router(media.router)
    app.mount("/static", Static(directory=HERE / "static"))
    app.add_middleware(Guards, host=host, framed_by=framed_by)
    return app


class Static(StaticFiles):
    """Our own files. Their address carries the build, so a browser may keep them until the build changes."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "max-age=31536000, immutable"
        return response


class Server(uvicorn.Server):
    """Uvicorn, but it first tells open streams to end: it would wait for them for ever."""

    def __init__(self, app: FastAPI, gateway: Gateway) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                limit_concurrency=CONNECTIONS_MAX,
                timeout_graceful_shutdown=STOP_S,
            )
        )
        self._gateway = gateway

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        self._gateway.close()
        await super().shutdown(sockets)


def build() -> str:
    """A short name for this state of templates, words and static files."""
    digest = hashlib.sha256()
    for file in sorted((*HERE.glob("*/*.*"), *HERE.glob("locales/*/*/*.po"), *HERE.glob("*.py"))):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


async def _lost(_: Request, error: Exception) -> Response:
    """Any error, for a visitor: a moment's patience, then the shelf again."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    return HTMLResponse(kiosk.lost_page(), status)
