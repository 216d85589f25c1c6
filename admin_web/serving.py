"""What every kind of page is served with: a listening socket, a server that can stop, static files, the build's name."""

import asyncio
import hashlib
import socket
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import uvicorn
from fastapi import FastAPI, Response
from fastapi.staticfiles import StaticFiles

from controller.errors import MingaError

SHARED = Path(__file__).parent
CONNECTIONS_MAX = 64
STOP_S = 2
"""Streams end by themselves at a stop; whatever does not is cut after this long."""


class PortError(MingaError):
    """The pages cannot be served where the configuration says."""


class Closing(Protocol):
    """What feeds open streams, and ends them."""

    def close(self) -> None: ...


class Static(StaticFiles):
    """The static files of some pages, and those that all share. Their address carries the build, so a browser may keep
    them until the build changes."""

    def __init__(self, here: Path) -> None:
        super().__init__(directory=here / "static")
        self.all_directories = [here / "static", SHARED / "static"]

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "max-age=31536000, immutable"
        return response


class Server(uvicorn.Server):
    """Uvicorn, but it first tells open streams, which `feed` feeds, to end: it would wait for them for ever.

    `patient` is a protocol with limits of its own, for a network in which strangers are; what they send wrong is not logged.
    """

    def __init__(
        self, app: FastAPI, feed: Closing | None = None, patient: type[asyncio.Protocol] | None = None
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                log_level="error" if patient else "warning",
                access_log=False,
                server_header=False,
                http=patient or "auto",
                ws="none",
                limit_concurrency=None if patient else CONNECTIONS_MAX,
                timeout_graceful_shutdown=STOP_S,
            )
        )
        self._feed = feed

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._feed:
            self._feed.close()
        await super().shutdown(sockets)


def listen(host: str, port: int, command: str) -> socket.socket:
    """A listening socket for this command's pages. Raises PortError that names the place, says why not and what to do."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        words = f"cannot serve on {host} port {port}: {error.strerror or error}"
        raise PortError(f"{words}; another `{command}` may be running, or choose another --port") from None


def address(listener: socket.socket) -> str:
    """The listening socket as one types it into a browser."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


@cache
def build() -> str:
    """A short name for this state of templates, words, code and static files, as it was when it was first asked for."""
    digest = hashlib.sha256()
    for file in sorted(file for kind in ("html", "css", "js", "svg", "po", "py") for file in SHARED.rglob(f"*.{kind}")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
