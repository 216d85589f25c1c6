"""The controller's end of the GPIO traffic with a simulated machine: one Unix socket, words on it, and edges that come.

The traffic, one short text line a message (pins by Broadcom number):

    out 5        hold 5 as an output, low now       -> is 0 | no <why>
    in 20 down   hold 20 as an input, pulled down   -> is 1 | no <why>
    read 20      what level has it                  -> is 1 | no <why>
    set 5 1      drive it high                      (no answer: the order on the stream is enough)
    free 5       let it go                          (no answer)
                          edge 20 1 8123.456789     <- 20 went high; comes unasked, for every input held

The last word of an edge is the moment it happened, in seconds of the monotonic clock that all processes share: a stamp
like a kernel's, which stays true however late the edge is read.

The world's end is `hw_mocks.gpioport`.
"""

import logging
import os
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

log = logging.getLogger(__name__)

SOCKET_VARIABLE = "MINGA_SIM_SOCKET"
ANSWER_S = 2.0


class WorldLost(OSError):
    """The simulated machine cannot be reached; the message says how to start it."""

    def __init__(self, why: str) -> None:
        super().__init__(f"{why}: run `minga simulate` and set {SOCKET_VARIABLE} as it says")


class Wire:
    """One connection to the world: asks and answers on one side, edges on the other."""

    def __init__(self, path: Path, on_edge: Callable[[int, bool, float], None]) -> None:
        self._on_edge = on_edge
        self._asking = threading.Lock()
        self._answered = threading.Event()
        self._answer = ""
        self.lost = ""
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(ANSWER_S)
        try:
            self._socket.connect(os.fspath(path))
        except OSError as error:
            self._socket.close()
            raise WorldLost(f"no simulated machine at {path} ({error})") from error
        self._socket.settimeout(None)
        self.reader = threading.Thread(target=self._read, name="minga-sim edges", daemon=True)
        self.reader.start()

    def send(self, message: str) -> None:
        """Send without waiting. No lock: the kernel keeps messages as short as ours in one piece."""
        if self.lost:
            raise WorldLost(self.lost)
        try:
            self._socket.sendall(message.encode() + b"\n")
        except OSError as error:
            self.lost = self.lost or str(error)
            raise WorldLost(self.lost) from error

    def ask(self, message: str) -> bool:
        """The level the world answers. Never from an edge callback: the answer comes through the same thread."""
        assert threading.current_thread() is not self.reader, "an edge callback may not ask"
        with self._asking:
            self._answered.clear()
            self.send(message)
            if not self._answered.wait(ANSWER_S):
                self.lost = "the simulated machine does not answer"  # a late answer must not meet the next question
            if self.lost:
                raise WorldLost(self.lost)
            if self._answer.startswith("no "):
                raise OSError(self._answer.removeprefix("no "))
            return self._answer == "is 1"

    def close(self) -> None:
        self.lost = self.lost or "closed"
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        if threading.current_thread() is not self.reader:
            self.reader.join(ANSWER_S)
        self._socket.close()

    def _read(self) -> None:
        with suppress(OSError), self._socket.makefile("r", encoding="ascii", newline="\n") as lines:
            for line in lines:
                self._take(line.rstrip("\n"))
        self.lost = self.lost or "the simulated machine went away"
        self._answered.set()

    def _take(self, line: str) -> None:
        if not line.startswith("edge "):
            self._answer = line
            self._answered.set()
            return
        _, pin, level, at_s = line.split()
        try:
            self._on_edge(int(pin), level == "1", float(at_s))
        except Exception:
            log.exception("a callback on line %s failed", pin)
