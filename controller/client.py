"""A small blocking client of the control socket, for commands and tests. Pages have their own, in `admin_web.gateway`."""

import itertools
import socket
from pathlib import Path
from types import TracebackType
from typing import Self

from controller.domain.view import View
from controller.errors import MingaError
from controller.protocols.control import Answer, Ask, RemoteProtocolError, Request, Watch, read_reply, write_request


class ControllerGone(MingaError):
    """Nobody answers on the control socket."""


class Client:
    """One connection. `timeout_s` bounds every wait."""

    def __init__(self, path: Path, timeout_s: float = 5.0) -> None:
        self._path = path
        self._ids = itertools.count(1)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(timeout_s)
        try:
            self._socket.connect(str(path))
        except OSError as error:
            self._socket.close()
            raise ControllerGone(
                f"{path}: no controller answers ({error.strerror}); start it with `minga controller`"
            ) from None
        self._lines = self._socket.makefile("rb")

    def ask(self, ask: Ask) -> Answer:
        """Ask and wait for the answer; pictures that come in between are passed over."""
        request = Request(next(self._ids), ask)
        try:
            self._socket.sendall(write_request(request))
        except OSError as error:
            raise ControllerGone(f"{self._path}: the controller hung up ({error.strerror})") from None
        while True:
            reply = self._next()
            if isinstance(reply, Answer) and reply.request_id == request.request_id:
                return reply

    def watch(self) -> View:
        """Ask for the machine's picture and return the first one; `picture` gives the following ones."""
        self.ask(Watch())
        return self.picture()

    def picture(self) -> View:
        """The next picture of the machine."""
        while True:
            reply = self._next()
            if isinstance(reply, View):
                return reply

    def _next(self) -> Answer | View:
        try:
            line = self._lines.readline()
        except OSError as error:
            raise ControllerGone(f"{self._path}: the controller does not answer ({error})") from None
        if not line:
            raise ControllerGone(f"{self._path}: the controller hung up")
        try:
            return read_reply(line)
        except RemoteProtocolError as error:
            raise MingaError(f"{self._path}: {error}; are both the same version of Minga?") from None

    def close(self) -> None:
        self._lines.close()
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
