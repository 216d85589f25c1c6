"""Carries a provider's webhooks to the merchant's address: at once, as often as told, again when nobody took them.

Only addresses on this computer are reached, whatever a charge asks for: a simulation calls nobody.
"""

import http.client
import json
import threading
from collections.abc import Mapping
from queue import SimpleQueue
from typing import Any
from urllib.parse import urlsplit

RETRIES, RETRY_S = 3, 30.0
"""Only after the first failure, three times (an integrator's notes of August 2026)."""
ANSWER_S = 5.0
LOCAL = ("127.0.0.1", "::1", "localhost")


class Courier:
    """A thread with a queue of posts."""

    def __init__(self, retry_s: float = RETRY_S) -> None:
        self._retry_s = retry_s
        self._posts: SimpleQueue[tuple[str, bytes] | None] = SimpleQueue()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self.delivered = 0
        self.given_up = 0

    def post(self, url: str, body: Mapping[str, Any], copies: int = 1) -> None:
        """Post this so many times; returns at once. What leads away from this computer is given up at once."""
        address = urlsplit(url)
        if address.scheme != "http" or address.hostname not in LOCAL:
            self.given_up += copies
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)
            self._thread.start()
        for _ in range(copies):
            self._posts.put((url, json.dumps(body).encode()))

    def close(self) -> None:
        self._over.set()
        self._posts.put(None)
        if self._thread:
            self._thread.join(2 * ANSWER_S)

    def _run(self) -> None:
        while (post := self._posts.get()) is not None and not self._over.is_set():
            if self._carry(*post):
                self.delivered += 1
            else:
                self.given_up += 1

    def _carry(self, url: str, body: bytes) -> bool:
        """Whether somebody took it."""
        for attempt in range(1 + RETRIES):
            if attempt and self._over.wait(self._retry_s):
                return False
            if _posted(url, body):
                return True
        return False


def _posted(url: str, body: bytes) -> bool:
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=ANSWER_S)
    try:
        connection.request("POST", address.path or "/", body, {"Content-Type": "application/json"})
        return connection.getresponse().status < 300
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
