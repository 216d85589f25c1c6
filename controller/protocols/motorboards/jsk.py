"""The JSK-style vending board ("VMC - Upper Computer"): its packets and their fields. RS-232, 57600 8N1.

    board FA FB 41 00 40                        POLL, every 200 ms: the board is the master
    host  FA FB 06 05 07 01 00 00 0C 08         packet 7: drive selection 12, drop sensor on, no lift
    board FA FB 42 00 43                        ACK
    board FA FB 04 04 1F 02 00 0C 10            packet 31: selection 12 has dispensed; the host answers ACK

The host must answer a POLL within 100 ms; either end says a packet again up to five times. Packets are numbered 1 to 255,
one more after each that was acknowledged: the same number again is the same packet again, and must have no second effect.

Source: the text "VMC - Upper Computer Communication Protocol". The lengths it prints do not always agree with its fields,
so a packet with more or fewer bytes than its fields is read without them. That numbers come high byte first is not
verified. No board was tried.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import xor
from typing import Self

from .errors import LocalProtocolError, RemoteProtocolError

BAUD = 57_600
START = b"\xfa\xfb"
EMPTY_BYTES = 5
TEXT_BYTES_MAX = 254
ANSWER_MS, TRIES_MAX = 100, 6

FIELDS: Mapping[int, tuple[str, Mapping[str, int]]] = {
    0x01: ("check selection", {"selection": 2}),
    0x02: ("selection status", {"status": 1, "selection": 2}),
    0x03: ("buy", {"selection": 2}),
    0x04: ("dispensing status", {"status": 1, "selection": 2}),
    0x05: ("select", {"selection": 2}),
    0x06: ("drive", {"drop_sensor": 1, "lift": 1, "selection": 2}),
    0x11: (
        "selection info",
        {"selection": 2, "price": 4, "stock": 1, "capacity": 1, "product": 2, "status": 1},
    ),
    0x12: ("price", {"selection": 2, "price": 4}),
    0x13: ("stock", {"selection": 2, "stock": 1}),
    0x14: ("capacity", {"selection": 2, "capacity": 1}),
    0x15: ("product", {"selection": 2, "product": 2}),
    0x16: ("poll interval", {"tenths_s": 1}),
    0x17: ("all filled", {}),
    0x21: ("money taken", {"mode": 1, "amount": 4}),
    0x23: ("current amount", {"amount": 4}),
    0x25: ("give change", {}),
    0x26: ("change given", {"bills": 4, "coins": 4}),
    0x27: ("money received", {"mode": 1, "amount": 4}),
    0x28: ("accept", {"mode": 1, "channels": 2}),
    0x31: ("synchronise", {}),
    0x41: ("poll", {}),
    0x42: ("ack", {}),
    0x51: ("ask machine status", {}),
    0x53: ("ask lift status", {}),
    0x54: ("lift status", {"status": 1}),
}
"""By command: its name, and its fields with their bytes, in order. What the text tells of menus and cards is left out."""
COMMANDS = {name: command for command, (name, _) in FIELDS.items()}

STATUS: Mapping[int, Mapping[int, str]] = {
    0x02: {
        0x01: "normal",
        0x02: "out of stock",
        0x03: "no such selection",
        0x04: "paused",
        0x05: "product in the lift",
        0x06: "delivery door unlocked",
        0x07: "lift error",
        0x08: "lift self-check error",
    },
    0x04: {
        0x01: "dispensing",
        0x02: "dispensed",
        0x03: "jammed",
        0x04: "motor does not stop",
        0x06: "no motor",
        0x07: "lift error",
        0x10: "lift goes up",
        0x11: "lift goes down",
        0x12: "lift error going up",
        0x13: "lift error going down",
        0xFF: "terminated",
    },
    0x54: {
        0x00: "normal",
        0x01: "product in the lift",
        0x02: "delivery door open",
        0x03: "lift error",
        0x04: "lift self-check error",
    },
}
"""By command: what its `status` means. The codes of microwave ovens are left out."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet. `number` is None in POLL and ACK, which have none."""

    command: int
    number: int | None = None
    text: bytes = b""

    @classmethod
    def of(cls, name: str, number: int, **values: int) -> Self:
        """The numbered packet of this name with all its fields. Raises LocalProtocolError when one is missing or wrong."""
        if name not in COMMANDS or not 1 <= number <= 255:
            raise LocalProtocolError(f"no packet is '{name}' with the number {number}")
        fields = FIELDS[COMMANDS[name]][1]
        if values.keys() != fields.keys():
            raise LocalProtocolError(f"'{name}' has the fields {', '.join(fields) or 'none'}, not {', '.join(values)}")
        try:
            text = b"".join(values[field].to_bytes(size, "big") for field, size in fields.items())
        except OverflowError as error:
            raise LocalProtocolError(f"a number is too large for its field: {values}") from error
        return cls(COMMANDS[name], number, text)

    @classmethod
    def read(cls, raw: bytes) -> Self:
        """The packet that `raw` is, no byte more or less. Raises RemoteProtocolError, saying what is wrong."""
        if len(raw) < EMPTY_BYTES:
            raise RemoteProtocolError(f"{len(raw)} bytes are too few: a packet has at least {EMPTY_BYTES}")
        if not raw.startswith(START):
            raise RemoteProtocolError(f"it begins with {raw[:2].hex(' ').upper()}, should be FA FB")
        if len(raw) != raw[3] + EMPTY_BYTES:
            raise RemoteProtocolError(f"length byte {raw[3]} asks for {raw[3] + EMPTY_BYTES} bytes, not {len(raw)}")
        right = reduce(xor, raw[:-1])
        if raw[-1] != right:
            raise RemoteProtocolError(f"check byte is {raw[-1]:02X}, should be {right:02X}")
        return cls(raw[2], raw[4] if raw[3] else None, raw[5:-1])

    def frame(self) -> bytes:
        """The bytes that say this. Raises LocalProtocolError for a number that is no byte, or a text too long."""
        numbered = b"" if self.number is None else self._byte(self.number) + self.text
        if len(self.text) > TEXT_BYTES_MAX or (self.text and self.number is None):
            raise LocalProtocolError(f"no packet holds {self}")
        body = START + self._byte(self.command) + self._byte(len(numbered)) + numbered
        return body + bytes((reduce(xor, body),))

    @staticmethod
    def _byte(number: int) -> bytes:
        if not 0 <= number <= 255:
            raise LocalProtocolError(f"{number} is no byte")
        return bytes((number,))

    @property
    def name(self) -> str:
        return FIELDS[self.command][0] if self.command in FIELDS else f"command {self.command:02X}"

    @property
    def values(self) -> dict[str, int]:
        """The fields by name, empty when the text is shorter than they are."""
        fields = FIELDS.get(self.command, ("", {}))[1]
        if len(self.text) < sum(fields.values()):
            return {}
        values, at = {}, 0
        for field, size in fields.items():
            values[field] = int.from_bytes(self.text[at : at + size], "big")
            at += size
        return values

    @property
    def more(self) -> bytes:
        """What stands behind the known fields."""
        fields = FIELDS.get(self.command, ("", {}))[1]
        return self.text[sum(fields.values()) :] if self.values else self.text

    @property
    def status(self) -> str | None:
        """What the status means; None when the packet has none, its number when the text does not know it."""
        code = self.values.get("status")
        if code is None or self.command not in STATUS:
            return None
        return STATUS[self.command].get(code, f"status {code:02X}")


POLL, ACK = Packet(0x41), Packet(0x42)
