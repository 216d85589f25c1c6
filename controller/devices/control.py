"""The control socket's server: hands requests to the brain and the machine's picture to whoever watches.

One thread a client, at most `CLIENTS_MAX`. A slow watcher never holds up the brain: it misses pictures and gets the newest.
A malformed line gets an answer that says why; it harms nobody and the connection lives on.
"""

import contextlib
import logging
import os
import queue
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from controller.domain.events import Event
from controller.domain.stocking import Refusal, Wish
from controller.domain.view import View
from controller.errors import MingaError
from controller.protocols.control import (
    LINE_BYTES_MAX,
    Answer,
    BackUp,
    Ping,
    RemoteProtocolError,
    SyncNow,
    TellStatus,
    Watch,
    read_request,
    write_answer,
    write_state,
)

log = logging.getLogger("minga.control")

CLIENTS_MAX = 16
ANSWER_S = 5.0
ACCEPT_AGAIN_S = 0.5
SEND_S = 5.0
Reply = Callable[[Refusal | None], None]


@dataclass(frozen=True, slots=True)
class Service:
    """What a technician asks that is none of the brain's: how the devices are, a backup now, everything to the lab now.

    All return at once. `sync_now` is None on a machine that has no lab.
    """

    status: Callable[[], Mapping[str, Any]] = dict
    back_up: Callable[[], Refusal | None] = lambda: Refusal("no-stick", "this machine makes no backups by itself")
    sync_now: Callable[[], None] | None = None


class ControlServer:
    """`ask` puts a wish or an event into the brain's inbox, with the function that takes its answer."""

    def __init__(self, path: Path, ask: Callable[[Wish | Event, Reply], None], service: Service | None = None) -> None:
        self._path, self._ask, self._service = path, ask, service or Service()
        self._news = threading.Condition()
        self._draw: Callable[[], View] | None = None
        self._drawing = threading.Lock()
        self._drawn = (0, b"")
        self._count = 0
        self._seats = threading.BoundedSemaphore(CLIENTS_MAX)
        self._stopping = False
        self._connections: set[_Connection] = set()
        self._listener = _listen(path)

    def start(self) -> None:
        threading.Thread(target=self._accept, name="control", daemon=True).start()

    def publish(self, draw: Callable[[], View]) -> None:
        """The newest picture, for everyone who watches; drawn once, by the first who sends it. Returns at once."""
        with self._news:
            self._draw, self._count = draw, self._count + 1
            self._news.notify_all()

    def stop(self) -> None:
        """Hang up on everybody and remove the socket."""
        with self._news:
            self._stopping = True
            self._news.notify_all()
            connections = list(self._connections)
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes `accept`, which a close alone does not
        self._listener.close()
        for connection in connections:
            connection.close()
        self._path.unlink(missing_ok=True)

    def _accept(self) -> None:
        while not self._stopping:
            try:
                client, _ = self._listener.accept()
            except OSError as error:
                if self._stopping:
                    return
                log.error("the control socket takes nobody right now: %s", error)
                time.sleep(ACCEPT_AGAIN_S)  # out of file handles: let some go
                continue
            if not self._seats.acquire(blocking=False):
                log.warning("refused a client of the control socket: %d are connected already", CLIENTS_MAX)
                client.close()
                continue
            threading.Thread(target=self._serve, args=(client,), name="control-client", daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        connection = _Connection(client)
        with self._news:
            self._connections.add(connection)
        try:
            while not self._stopping and (line := connection.read_line()) is not None:
                self._answer(connection, line)
        except OSError:
            pass
        finally:
            connection.close()
            with self._news:
                self._connections.discard(connection)
                self._news.notify_all()
            self._seats.release()

    def _answer(self, connection: "_Connection", line: bytes) -> None:
        try:
            request = read_request(line)
        except RemoteProtocolError as error:
            connection.send(write_answer(Answer(error.request_id, error.code, str(error))))
            return
        match request.ask:
            case Ping():
                connection.send(write_answer(Answer(request.request_id)))
            case Watch():
                connection.send(write_answer(Answer(request.request_id)))
                connection.watch(self._stream)
            case TellStatus():
                connection.send(write_answer(Answer(request.request_id, told=self._service.status())))
            case BackUp():
                connection.send(write_answer(_answer(request.request_id, self._service.back_up())))
            case SyncNow():
                connection.send(write_answer(_answer(request.request_id, self._sync_now())))
            case ask:
                connection.send(write_answer(self._ask_brain(request.request_id, ask)))

    def _sync_now(self) -> Refusal | None:
        if self._service.sync_now is None:
            return Refusal("no-lab", "this machine has no lab: `sync.broker` names none")
        self._service.sync_now()
        return None

    def _ask_brain(self, request_id: int, ask: Wish | Event) -> Answer:
        answers: queue.SimpleQueue[Refusal | None] = queue.SimpleQueue()
        try:
            self._ask(ask, answers.put)
            refusal = answers.get(timeout=ANSWER_S)
        except (queue.Full, queue.Empty):
            return Answer(request_id, "busy", "the machine does not answer in time; look at it before asking again")
        return _answer(request_id, refusal)

    def _stream(self, connection: "_Connection") -> None:
        """Send every new picture, or the newest when the watcher is slower than the machine."""
        sent = 0
        with contextlib.suppress(OSError):
            while True:
                with self._news:
                    while self._count == sent and not self._stopping and not connection.closed:
                        self._news.wait()
                    if self._stopping or connection.closed or self._draw is None:
                        break
                    draw, sent = self._draw, self._count
                connection.send(self._line(draw, sent))
        connection.close()

    def _line(self, draw: Callable[[], View], count: int) -> bytes:
        """The picture as a line, drawn once for all who watch, and never while the brain wants to publish the next."""
        with self._drawing:
            if self._drawn[0] != count:
                self._drawn = (count, write_state(draw()))
            return self._drawn[1]


class _Connection:
    """One client: whole lines in, whole lines out, whichever thread writes."""

    def __init__(self, client: socket.socket) -> None:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _timeval(SEND_S))
        self._client = client
        self._reader = client.makefile("rb")
        self._writing = threading.Lock()
        self._watching = False
        self.closed = False

    def read_line(self) -> bytes | None:
        """One line without its end, cut just past the limit; None at the end of the connection."""
        line = self._reader.readline(LINE_BYTES_MAX + 2)
        if not line:
            return None
        rest = line
        while rest and not rest.endswith(b"\n"):
            rest = self._reader.readline(LINE_BYTES_MAX)
        return line.rstrip(b"\n")

    def send(self, line: bytes) -> None:
        with self._writing:
            self._client.sendall(line)

    def watch(self, stream: Callable[["_Connection"], None]) -> None:
        if not self._watching:
            self._watching = True
            threading.Thread(target=stream, args=(self,), name="control-watch", daemon=True).start()

    def close(self) -> None:
        self.closed = True
        with contextlib.suppress(OSError):
            self._client.shutdown(socket.SHUT_RDWR)
        self._client.close()


def _answer(request_id: int, refusal: Refusal | None) -> Answer:
    return Answer(request_id, refusal.code, refusal.words) if refusal else Answer(request_id)


def _listen(path: Path) -> socket.socket:
    """A socket only this user and group may use; one left behind by a killed controller is replaced."""
    if path.is_socket():
        path.unlink()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o117)
    try:
        listener.bind(str(path))
    except OSError as error:
        listener.close()
        raise MingaError(f"{path}: cannot be the control socket ({error}); see `machine.socket`") from None
    finally:
        os.umask(before)
    listener.listen(CLIENTS_MAX)
    return listener


def _timeval(seconds: float) -> bytes:
    """`struct timeval` for SO_SNDTIMEO: a watcher that stops reading loses its connection, not our thread."""
    return struct.pack("@ll", int(seconds), int(seconds % 1 * 1e6))
