"""The one place where the pages for phones are put together."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect

from admin_web import media
from admin_web.gateway import Gateway
from admin_web.guards import PhoneGuards
from admin_web.phone import (
    assembly,
    books,
    booksale,
    booksums,
    chain,
    claims,
    counting,
    emptying,
    entering,
    home,
    members,
    payout,
    periods,
    pin,
    places,
    portrait,
    price,
    product,
    proposing,
    receipt,
    refill,
    reversals,
    selling,
    spending,
    statements,
    treasury,
    turns,
    workshop,
)
from admin_web.phone.door import GLASS, Elsewhere, doors
from admin_web.phone.drawn import drawn
from admin_web.phone.pace import Pace
from admin_web.phone.phonebook import Phonebook
from admin_web.phone.place import HERE, Place
from admin_web.phone.porter import Porter
from admin_web.serving import Static, build
from controller.config import Config

BODY_BYTES_MAX = 4_096
"""A form of these pages is a few short fields."""
ASTRAY = {403: "not-yours", 404: "no-page", 409: "taken", 429: "too-fast"}
"""Errors that a page has words of its own for."""
OFFICE = (
    *(
        treasury.router,
        emptying.leading,
        emptying.counting,
        claims.router,
        reversals.router,
        periods.router,
        payout.router,
    ),
    *(statements.router, members.router, members.hers, selling.router),
)
"""The coordinator's rooms, with those where somebody stands beside her, and everybody's statements."""
HERS = (refill.router, counting.router, price.router, product.router, places.router)
"""A maker's own rooms."""
TOGETHER = (proposing.router, assembly.router, assembly.by_hand, spending.router, turns.router)
"""Where the owners decide, and whose turn the shared work is."""
OPEN = (books.router, booksale.router, booksums.router, chain.router)
"""The open books, which every member reads."""
CARE = (workshop.router, workshop.tools)
"""The technician's room, which a coordinator may look into."""
ROOMS = (
    home.router,
    entering.router,
    pin.router,
    receipt.router,
    portrait.router,
    *HERS,
    *TOGETHER,
    *OFFICE,
    *OPEN,
    *CARE,
)
"""Every room of these pages. A route stands in one, or the process does not start."""


def create_app(gateway: Gateway, config: Config) -> FastAPI:
    """The pages for phones over a gateway, which lives as long as the app does."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        working = asyncio.gather(gateway.run(), Porter(app.state.place).watch())
        yield
        gateway.close()
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working
        phonebook.close()

    app = FastAPI(
        title="Minga",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
        max_body_size=BODY_BYTES_MAX,
        exception_handlers={
            HTTPException: _lost,
            Elsewhere: _elsewhere,
            RequestValidationError: _lost,
            OverflowError: _lost,
            ClientDisconnect: _gone,
            Exception: _lost,
        },
    )
    app.state.media = config.machine.media
    phonebook = Phonebook(config.machine.database.parent, time.time)
    app.state.place = Place(gateway, phonebook, config, build(), Pace(time.monotonic))
    app.state.threshold = entering.Threshold()
    for router in ROOMS:
        app.include_router(router)
    app.include_router(media.router, dependencies=[Depends(GLASS)])
    tuple(doors(app))
    app.mount("/static", Static(HERE))
    app.add_middleware(GZipMiddleware, compresslevel=6)  # no page holds a secret that a guess could be packed beside
    app.add_middleware(PhoneGuards, address=config.phones.address, names=config.phones.names)
    return app


async def _lost(request: Request, error: Exception) -> Response:
    """Any error, for whoever reads it: what is not here, and the way back.

    Nonsense in an address is no page of ours, nor is a number that is larger than any of ours.
    """
    nonsense = isinstance(error, RequestValidationError | OverflowError)
    status = error.status_code if isinstance(error, HTTPException) else 404 if nonsense else 500
    return drawn(request, "lost.html", status, why=ASTRAY.get(status, "other"))


async def _elsewhere(_: Request, error: Exception) -> Response:
    """Not for this phone now: where it may go on."""
    assert isinstance(error, Elsewhere)
    return RedirectResponse(error.path, 303)


async def _gone(_: Request, __: Exception) -> Response:
    """She left before her form was here: nobody reads this, and no log tells of it."""
    return Response(status_code=400)
