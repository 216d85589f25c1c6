"""MQTT 3.1.1 on a bare socket: what the line and the broker can do when nothing thinks. Packets are made beforehand.

Sources: MQTT 3.1.1, sections 2.2.3 (remaining length), 3.1 (CONNECT), 3.3 (PUBLISH, QoS 1), 3.4 (PUBACK), 3.12 (PINGREQ).
"""

import socket
import ssl
from collections.abc import Sequence

HOST = "127.0.0.1"
CONNACK_BYTES = PUBACK_BYTES = 4
PINGRESP_BYTES = 2
WITHIN_S = 120.0


class RawMqtt:
    """One connection, in a `with`; encrypted where there is a `tls` context."""

    def __init__(self, port: int, name: str, tls: ssl.SSLContext | None = None) -> None:
        line = socket.create_connection((HOST, port), WITHIN_S)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._line = tls.wrap_socket(line, server_hostname=HOST) if tls else line
        self._line.sendall(_packet(0x10, _text("MQTT") + b"\4\2\0\0" + _text(name)))  # a clean session, never timed out
        welcome = self._read(CONNACK_BYTES)
        assert welcome[3] == 0, f"the broker refuses {name}: {welcome.hex()}"

    def __enter__(self) -> "RawMqtt":
        return self

    def __exit__(self, *_: object) -> None:
        self._line.sendall(b"\xe0\0")
        self._line.close()

    def ping(self) -> None:
        self._line.sendall(b"\xc0\0")
        self._read(PINGRESP_BYTES)

    def publish(self, packets: Sequence[bytes], window: int) -> None:
        """All of them at QoS 1, so many unanswered at a time. Returns when the broker has taken the last one."""
        sent = taken = rest = 0
        while taken < len(packets):
            upto = min(len(packets), taken + window)
            if upto > sent:
                self._line.sendall(b"".join(packets[sent:upto]))
                sent = upto
            heard = rest + len(self._line.recv(65_536))  # nothing but PUBACKs comes to who listens to no topic
            assert heard > rest, "the broker hung up"
            taken, rest = taken + heard // PUBACK_BYTES, heard % PUBACK_BYTES

    def _read(self, count: int) -> bytes:
        heard = b""
        while len(heard) < count:
            more = self._line.recv(count - len(heard))
            assert more, "the broker hung up"
            heard += more
        return heard


def publishing(topics_and_payloads: Sequence[tuple[str, bytes]]) -> list[bytes]:
    """PUBLISH packets of QoS 1, each with a number of its own."""
    return [
        _packet(0x32, _text(topic) + (1 + place % 65_535).to_bytes(2, "big") + payload)
        for place, (topic, payload) in enumerate(topics_and_payloads)
    ]


def _packet(kind: int, rest: bytes) -> bytes:
    length, digits = len(rest), bytearray()
    while True:
        length, digit = divmod(length, 128)
        digits.append(digit | (0x80 if length else 0))
        if not length:
            return bytes((kind,)) + digits + rest


def _text(words: str) -> bytes:
    found = words.encode()
    return len(found).to_bytes(2, "big") + found
