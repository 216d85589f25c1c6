"""What a measuring visitor sees: the control socket's pictures and the kiosk's live page, each with its moment."""

import json
import re
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.table import CheckFailed
from controller.protocols.control import Request, Watch, write_request

PATIENCE_S = 10.0
Picture = dict[str, Any]


class Pictures:
    """The machine's pictures from its control socket, stamped before they are parsed."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(PATIENCE_S)
        self._socket.connect(str(path))
        self._socket.sendall(write_request(Request(1, Watch())))
        self._lines = self._socket.makefile("rb")

    def until(self, wanted: Callable[[Picture], object], what: str) -> tuple[float, Picture]:
        """The first picture that is as wanted, and when it came. Raises CheckFailed when none is for some seconds."""
        deadline_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline_s and (line := self._lines.readline()):
            now_s = time.monotonic()
            picture: Picture | None = json.loads(line).get("state")
            if picture and wanted(picture):
                return now_s, picture
        raise CheckFailed(f"waited in vain for {what}")

    def close(self) -> None:
        self._lines.close()
        self._socket.close()


class Page:
    """One open kiosk page: the live stream, read as a browser reads it."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE_S)
        self._socket.sendall(b"GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n")
        self._news = threading.Condition()
        self._shown: list[tuple[int, float]] = []
        threading.Thread(target=self._read, name="bench-page", daemon=True).start()

    def shows(self, version: int) -> float:
        """When the scene of this picture, or of a newer one, had come."""
        with self._news:
            found = self._news.wait_for(lambda: [s for v, s in self._shown if v >= version], PATIENCE_S)
        if not found:
            raise CheckFailed(f"the page never showed picture {version}; it saw {self._shown[-3:]}")
        return found[0]

    def close(self) -> None:
        self._socket.close()

    def _read(self) -> None:
        rest = b""
        try:
            while data := self._socket.recv(1 << 18):
                now_s = time.monotonic()
                *events, rest = re.split(rb"\n\n|\r\n\r\n(?=id:|data:|event:)", rest + data)
                versions = [int(number) for event in events for number in re.findall(rb"(?m)^id: (\d+)", event)]
                with self._news:
                    self._shown += [(version, now_s) for version in versions]
                    self._news.notify_all()
        except OSError:
            return
