"""A provider's end of HTTP: real sockets on the loopback, a thread a connection, and all that can go wrong on the net.

What stands behind the door is a function from a Call to an Answer. The door itself refuses connections, hangs, answers
429 or 5xx, and loses replies after the call was acted on, as its Faults say. It never logs what it hears.
"""

import json
import select
import socket
import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import urlsplit

from hw_mocks.wallets.faults import Faults, Troubles
from hw_mocks.wallets.till import Clock

LOOPBACK = "127.0.0.1"
BODY_BYTES_MAX = 65_536
SEEN_MAX = 10_000
IDLE_S = 30.0
LOOK_S = 0.02
"""So often a hanging call looks whether its caller has gone, or the hang is over."""


@dataclass(frozen=True, slots=True)
class Call:
    """What a caller sent; header names in small letters."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""

    def fields(self) -> dict[str, Any] | None:
        """The body's JSON object, its fractions exact; None when it is none."""
        try:
            found = json.loads(self.body, parse_float=Decimal)
        except ValueError:
            return None
        return found if isinstance(found, dict) else None


@dataclass(frozen=True, slots=True)
class Answer:
    """What it gets: a status and a JSON object."""

    status: int
    body: Mapping[str, Any] = field(default_factory=dict)
    kind: str = "application/json"


class Door:
    """`http://127.0.0.1:port`; port 0 finds a free one and keeps it over outages.

    `too_many` and `broken` put a 429 and a 5xx into the provider's own words.
    """

    def __init__(
        self,
        answer: Callable[[Call], Answer],
        faults: Faults,
        mono_ms: Clock,
        too_many: Answer,
        broken: Callable[[int], Answer],
        port: int = 0,
    ) -> None:
        self._answer, self._faults, self._mono_ms = answer, faults, mono_ms
        self._too_many, self._broken = too_many, broken
        self.port = port
        self.seen: deque[tuple[str, int]] = deque(maxlen=SEEN_MAX)
        """`METHOD /path` of every call, and the status it was answered with; 0 when it was not."""
        self._lock = threading.RLock()
        self._wanted = False
        self._server: _Server | None = None
        faults.tell(self._feel)

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def listening(self) -> bool:
        return self._server is not None

    def open(self) -> None:
        """Begin to listen, unless there is an outage. Raises OSError when the port is taken."""
        self._wanted = True
        self._feel(self._faults.now)

    def close(self) -> None:
        self._wanted = False
        self._feel(self._faults.now)

    def hanging(self) -> bool:
        return self._faults.now.hangs and self.listening

    def serve(self, call: Call) -> Answer | None:
        """Act on a call; None when nobody hears the answer."""
        name = f"{call.method} {call.path}"
        answer = self._judge(call)
        lost = answer.status < 300 and self._faults.takes_reply(name)
        self.seen.append((name, 0 if lost else answer.status))
        return None if lost else answer

    def _judge(self, call: Call) -> Answer:
        troubles = self._faults.now
        if troubles.storm:
            return self._too_many
        status = troubles.error_at(self._mono_ms())
        return self._broken(status) if status else self._answer(call)

    def _feel(self, troubles: Troubles) -> None:
        with self._lock:
            if self._wanted and not troubles.down:
                self._listen()
            else:
                self._shut()

    def _listen(self) -> None:
        if self._server is None:
            self._server = _Server((LOOPBACK, self.port), self)
            self.port = self._server.server_port
            threading.Thread(target=self._server.serve_forever, name="wallet", daemon=True).start()

    def _shut(self) -> None:
        if self._server is not None:
            server, self._server = self._server, None
            server.end()


class _Server(ThreadingHTTPServer):
    """Remembers who is connected, to cut them off."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], door: Door) -> None:
        self.door = door
        self._connected: set[socket.socket] = set()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connected.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._connected.discard(request)
        super().shutdown_request(request)

    def end(self) -> None:
        """Listen no more, and cut off whoever is connected."""
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits for callers
        self.shutdown()
        self.server_close()
        for connection in list(self._connected):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    timeout = IDLE_S
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        self._take()

    def do_GET(self) -> None:
        self._take()

    def do_PUT(self) -> None:
        self._take()

    def do_PATCH(self) -> None:
        self._take()

    def handle(self) -> None:
        with suppress(OSError):  # the caller went away, or was cut off
            super().handle()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: a call's headers and its body are nobody's business."""

    def _take(self) -> None:
        length = self.headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > BODY_BYTES_MAX:
            self.close_connection = True
            return
        body = self.rfile.read(int(length))
        headers = {name.lower(): value for name, value in self.headers.items()}
        door = cast(_Server, self.server).door
        answer = None
        if not self._hang(door):
            answer = door.serve(Call(self.command, urlsplit(self.path).path, headers, body))
        if answer is None:
            self.close_connection = True
        else:
            self._say(answer)

    def _hang(self, door: Door) -> bool:
        """Whether this call came into a hang; over only when that is, or when the caller goes."""
        gone = select.poll()
        gone.register(self.connection, select.POLLIN)
        hung = False
        while door.hanging():
            hung = True
            if gone.poll(LOOK_S * 1_000):
                break
        return hung

    def _say(self, answer: Answer) -> None:
        data = json.dumps(answer.body, ensure_ascii=False).encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
