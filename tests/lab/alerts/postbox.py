"""Whoever is told, in tests: a small HTTP server to which Apprise posts JSON; it notes what came, or hangs, or refuses."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


class Postbox:
    """Notes every message on a loopback port of its own. With `hangs` set it answers nobody until it is closed."""

    def __init__(self, hangs: bool = False) -> None:
        self.came: list[dict[str, Any]] = []
        self.refuses = False
        self.knocked, self._closing = threading.Event(), threading.Event()
        box = self

        class Slot(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                box.knocked.set()
                if hangs:
                    box._closing.wait(60)
                if not box.refuses and not hangs:
                    box.came.append(body)
                self.send_response(503 if box.refuses else 200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Slot)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def address(self) -> str:
        """As it stands in `alerts`; the password is one that must never be seen."""
        return f"json://minga:anaconda@127.0.0.1:{self._server.server_port}/aviso"

    @property
    def told(self) -> list[tuple[str, str]]:
        """Title and body of what came."""
        return [(one["title"], one["message"]) for one in self.came]
