"""A line from a machine to its broker that breaks as lines do: cut, torn in the middle of a message, stalled, a bit turned.

A TCP relay on loopback in threads of its own. What it does to the bytes it draws from a seed, and counts.
"""

import random
import socket
import threading
import time
from collections import Counter
from contextlib import suppress

READ_BYTES = 4_096
STALL_S_MAX = 0.4


class FaultyLine:
    """Listens on `port` and carries everything to the broker's port. `rate` is how often a piece is struck, from 0 to 1.

    Use as a context: leaving it ends every connection.
    """

    def __init__(self, broker_port: int, seed: int, rate: float) -> None:
        self.broker_port, self.rate = broker_port, rate
        self.struck: Counter[str] = Counter()
        self._chance = random.Random(seed)
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> "FaultyLine":
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        with self._guard:
            for line in self._open:
                _end(line)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.broker_port), timeout=2)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            with self._guard:
                self._open |= {near, far}
            for start, end in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(start, end), daemon=True).start()

    def _carry(self, start: socket.socket, end: socket.socket) -> None:
        with suppress(OSError):
            while piece := start.recv(READ_BYTES):
                fault = self._fault()
                if fault == "cut":
                    break
                if fault == "torn":
                    end.sendall(piece[: len(piece) // 2])
                    break
                if fault == "stalled":
                    time.sleep(self._chance.random() * STALL_S_MAX)
                end.sendall(self._turned(piece) if fault == "turned" else piece)
        _end(start)
        _end(end)
        with self._guard:
            self._open -= {start, end}

    def _fault(self) -> str:
        with self._guard:
            if self._chance.random() >= self.rate:
                return ""
            fault = self._chance.choice(("cut", "torn", "stalled", "turned"))
            self.struck[fault] += 1
            return fault

    def _turned(self, piece: bytes) -> bytes:
        place = self._chance.randrange(len(piece))
        return piece[:place] + bytes([piece[place] ^ 1 << self._chance.randrange(8)]) + piece[place + 1 :]


def _end(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
    line.close()
