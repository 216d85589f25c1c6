"""The one place where the lab's pages are put together."""

import time
from collections.abc import Callable

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect

from admin_web.guards import Guards, PhoneGuards
from admin_web.serving import Static
from lab.config import HubConfig
from lab.pages import data, entering, gauges, home, machine, proof, questions, sales
from lab.pages.door import Keeper, SignIn, doors
from lab.pages.drawn import HERE, Place, drawn, ready
from lab.store.base import Store, StoreError

BODY_BYTES_MAX = 4_096
ROOMS = (
    *(home.router, machine.router, sales.router, proof.router, entering.router),
    *(data.router, questions.router, gauges.router),
)
"""Every room of these pages. A route stands in one, or the process does not start."""


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def create_app(store: Store, config: HubConfig, clock: Callable[[], int] = now_ms) -> FastAPI:
    """The lab's pages over a store that they only read. Raises MingaError for a pass phrase that is none."""
    app = FastAPI(
        title="Minga",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        max_body_size=BODY_BYTES_MAX,
        exception_handlers={
            HTTPException: _lost,
            RequestValidationError: _lost,
            OverflowError: _lost,
            SignIn: _sign_in,
            StoreError: _lost,
            ClientDisconnect: _gone,
            Exception: _lost,
        },
    )
    app.state.keeper = Keeper(config.web_phrase, time.monotonic)
    app.state.place = Place(store, clock, config.web_address.startswith("https:"))
    for router in ROOMS:
        app.include_router(router)
    tuple(doors(app))
    ready()
    app.mount("/static", Static(HERE))
    app.add_middleware(GZipMiddleware, compresslevel=6)
    if config.web_address:
        app.add_middleware(PhoneGuards, address=config.web_address)
    else:
        app.add_middleware(Guards, host=config.web_host)
    return app


async def _lost(request: Request, error: Exception) -> Response:
    """Any error, for whoever reads it: what is wrong, and the way back. Nonsense in an address is no page of ours."""
    if isinstance(error, StoreError):
        return drawn(request, "lost.html", 503, why="store")
    nonsense = isinstance(error, RequestValidationError | OverflowError)
    status = error.status_code if isinstance(error, HTTPException) else 404 if nonsense else 500
    return drawn(request, "lost.html", status, why="no-page" if status == 404 else "other")


async def _sign_in(_: Request, __: Exception) -> Response:
    return RedirectResponse("/entrar", 303)


async def _gone(_: Request, __: Exception) -> Response:
    """Whoever asked has left."""
    return Response(status_code=400)
