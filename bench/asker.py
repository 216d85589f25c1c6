"""A bare httpx client as a process of its own: the floor of asking somebody over HTTP.

`python -m bench.asker` reads lines of JSON (method, url, headers, content), sends each, and answers with one line: when it
was sent and when its whole answer was there, in seconds of the monotonic clock. Its connection stays open meanwhile.
"""

import json
import subprocess
import sys
import time
from dataclasses import dataclass

import httpx

from bench.machine import ENVIRONMENT
from bench.table import CheckFailed
from controller.protocols.wallets import Request


@dataclass(frozen=True, slots=True)
class Asked:
    """One bare exchange, in seconds of the monotonic clock."""

    sent_s: float
    answered_s: float


class Asker:
    """The bench's end of that process; a context that ends it. It is known by its user agent."""

    AGENT = "bare-httpx"

    def __init__(self, url: str, keys: dict[str, str]) -> None:
        self._url, self._headers = url, {**keys, "content-type": "application/json", "user-agent": self.AGENT}

    def __enter__(self) -> "Asker":
        words = [sys.executable, "-m", "bench.asker"]
        self._process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ENVIRONMENT)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def ask(self, request: Request) -> Asked:
        """Raises CheckFailed when it was not answered well."""
        assert self._process.stdin
        assert self._process.stdout
        asked = {"method": request.method, "url": self._url + request.path, "headers": self._headers}
        line = json.dumps(asked | {"content": request.body.decode()})
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise CheckFailed("the bare client was not answered")
        return Asked(*json.loads(answer))


def serve() -> None:
    """Until the input ends."""
    with httpx.Client(trust_env=False) as client:
        for line in sys.stdin:
            asked = json.loads(line)
            sent_s = time.monotonic()
            answer = client.request(**asked)
            answered_s = time.monotonic()
            answer.raise_for_status()
            print(json.dumps([sent_s, answered_s]), flush=True)


if __name__ == "__main__":
    serve()
