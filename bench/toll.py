"""A wire on the loopback that counts packets as well as bytes: what a machine's line to its broker costs on a mobile plan.

Linux itself counts for each connection (tcp(7), TCP_INFO): bytes and segments each way, bare acknowledgements among them; a
goodbye (FIN) counts as a byte. What is told is bytes of IP: payload, and for each segment an IPv4 and a TCP header. Segments
are as long as on an Ethernet.
"""

import socket
import struct
import threading
import time
from contextlib import suppress
from typing import NamedTuple

from bench.meter import LOOPBACK, PIECE_BYTES
from bench.servers import waited

IP_AND_TCP_BYTES, STAMPS_BYTES = 40, 12
"""Of one segment, without options (RFC 791, RFC 9293), and the time stamps that Linux adds (RFC 7323)."""
MSS_BYTES = 1_460
STILL_S = 0.2
"""Linux keeps back a bare acknowledgement for 40 ms, the hub gathers for 50 ms."""
BYTES_AT, SEGMENTS_AT, INFO_BYTES, HAS_STAMPS = 120, 136, 144, 1
"""In `struct tcp_info` (linux/tcp.h): acked and received bytes, then segments out and in; option bits are its sixth byte."""


class Passed(NamedTuple):
    """What has passed, both ways together."""

    connections: int
    payload_bytes: int
    ip_bytes: int

    def since(self, before: "Passed") -> "Passed":
        return Passed(*(now - then for now, then in zip(self, before, strict=True)))


class Toll:
    """Leads from `port` to `far` on this computer, for any number of connections; a context that ends it."""

    def __init__(self, far: int) -> None:
        self._far = far
        self._near: list[socket.socket] = []
        self._ends: list[socket.socket] = []
        self._listener = socket.socket()
        self._listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, MSS_BYTES)
        self._listener.bind((LOOPBACK, 0))
        self._listener.listen()
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> "Toll":
        threading.Thread(target=self._serve, name="bench-toll", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits for callers
        self._listener.close()
        for end in [*self._near, *self._ends]:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    @property
    def passed(self) -> Passed:
        """Since the beginning. A near end stays open when its connection is over, for Linux goes on knowing its counts."""
        counts = [_counted(near) for near in self._near]
        return Passed(len(counts), sum(payload for payload, _ in counts), sum(on_ip for _, on_ip in counts))

    def rest(self) -> None:
        """Wait until nothing moves any more. Raises CheckFailed when something always does."""

        def rests() -> bool:
            before = self.passed
            time.sleep(STILL_S)
            return self.passed == before

        waited(rests, "the line is still")

    def _serve(self) -> None:
        with suppress(OSError):  # the listener was closed
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection((LOOPBACK, self._far))
                for end in (near, far):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._near.append(near)
                self._ends.append(far)
                for source, target in ((near, far), (far, near)):
                    threading.Thread(target=_carry, args=(source, target), daemon=True).start()


def _carry(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(PIECE_BYTES):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def _counted(near: socket.socket) -> tuple[int, int]:
    """Payload and bytes of IP of one connection, both ways."""
    info = near.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, INFO_BYTES)
    payload = sum(struct.unpack_from("=QQ", info, BYTES_AT))
    segments = sum(struct.unpack_from("=II", info, SEGMENTS_AT))
    header = IP_AND_TCP_BYTES + (STAMPS_BYTES if info[5] & HAS_STAMPS else 0)
    return payload, payload + segments * header
