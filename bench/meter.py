"""A wire on the loopback that counts what passes: bytes each way, as TCP carries them, and how often it was taken up anew."""

import socket
import threading
from contextlib import suppress

LOOPBACK = "127.0.0.1"
PIECE_BYTES = 65_536


class Meter:
    """Leads from `url` to `port` on this computer; a context that ends it. One connection at a time is enough for it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.sent_bytes = self.received_bytes = self.connections = 0
        self._ends: list[socket.socket] = []
        self._listener = socket.create_server((LOOPBACK, 0))
        self.url = f"http://{LOOPBACK}:{self._listener.getsockname()[1]}"

    def __enter__(self) -> "Meter":
        threading.Thread(target=self._serve, name="bench-meter", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Nobody comes through any more."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits for callers
        self._listener.close()
        self.cut()

    @property
    def counts(self) -> tuple[int, int, int]:
        """Connections so far, bytes that the caller sent, bytes that it received."""
        return self.connections, self.sent_bytes, self.received_bytes

    def cut(self) -> None:
        """End what stands: the next caller has to connect again."""
        ends, self._ends = self._ends, []
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _serve(self) -> None:
        with suppress(OSError):  # the listener was closed
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection((LOOPBACK, self._port))
                for end in (near, far):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.connections += 1
                self._ends += [near, far]
                threading.Thread(target=self._carry, args=(near, far, True), daemon=True).start()
                threading.Thread(target=self._carry, args=(far, near, False), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, outward: bool) -> None:
        """Until either end is closed; then the other end learns of it."""
        with suppress(OSError):
            while data := source.recv(PIECE_BYTES):
                if outward:
                    self.sent_bytes += len(data)
                else:
                    self.received_bytes += len(data)
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)
