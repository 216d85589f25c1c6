"""The one place where the pages for phones are put together."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from admin_web import media
from admin_web.gateway import Gateway
from admin_web.guards import Guards
from admin_web.phone.drawn import drawn
from admin_web.phone.place import HERE, Place
from admin_web.serving import Static, build
from controller.config import Config

BODY_BYTES_MAX = 4_096
"""A form of these pages is a few short fields."""


def create_app(gateway: Gateway, config: Config) -> FastAPI:
    """The pages for phones over a gateway, which lives as long as the app does."""

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
    app.state.media = config.machine.media
    app.state.place = Place(gateway, config, build())
    app.include_router(media.router)
    app.mount("/static", Static(HERE))
    app.add_middleware(Guards, host=urlsplit(config.phones.address).hostname or config.phones.host)
    return app


async def _lost(request: Request, error: Exception) -> Response:
    """Any error, for whoever reads it: what is not here, and the way back."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    return drawn(request, "lost.html", status, known=status == 404)
