"""The one place where the pages for phones are put together."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from admin_web import media
from admin_web.gateway import Gateway
from admin_web.guards import Guards
from admin_web.phone import entering, home, pin
from admin_web.phone.door import Elsewhere, doors
from admin_web.phone.drawn import drawn
from admin_web.phone.phonebook import Phonebook
from admin_web.phone.place import HERE, Place
from admin_web.serving import Static, build
from controller.config import Config

BODY_BYTES_MAX = 4_096
"""A form of these pages is a few short fields."""
TOLD = (403, 404, 409)
"""Errors that a page has words for."""
ROOMS = (home.router, entering.router, pin.router)
"""Every room of these pages. A route stands in one, or the process does not start."""


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
        exception_handlers={HTTPException: _lost, Elsewhere: _elsewhere, Exception: _lost},
    )
    app.state.media = config.machine.media
    phonebook = Phonebook(config.machine.database.parent, time.time)
    app.state.place = Place(gateway, phonebook, config, build())
    app.state.threshold = entering.Threshold()
    for router in ROOMS:
        app.include_router(router)
    tuple(doors(app))
    app.include_router(media.router)
    app.mount("/static", Static(HERE))
    app.add_middleware(Guards, host=urlsplit(config.phones.address).hostname or config.phones.host)
    return app


async def _lost(request: Request, error: Exception) -> Response:
    """Any error, for whoever reads it: what is not here, and the way back."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    return drawn(request, "lost.html", status, why=status if status in TOLD else 500)


async def _elsewhere(_: Request, error: Exception) -> Response:
    """Not for this phone now: where it may go on."""
    assert isinstance(error, Elsewhere)
    return RedirectResponse(error.path, 303)
