"""Modbus-RTU: the frames of the three functions that motor boards use, and the CRC that closes each of them.

    03  read registers          03 [register 2] [words 2]               the answer   03 [n] [n bytes]
    06  write one register      06 [register 2] [value 2]               the answer   the same again
    10  write several           10 [register 2] [words 2] [n] [n bytes] the answer   10 [register 2] [words 2]

The slave's address stands before each, the CRC behind it. Numbers come high byte first, the CRC low byte first. Who sent a
frame can be told by its length; which register an answer to 03 tells cannot: whoever asked knows. Follows the MODBUS
application protocol 1.1b3 (sections 6 and 7) and MODBUS over serial line 1.02.
"""

from dataclasses import dataclass

from .errors import LocalProtocolError, RemoteProtocolError

FRAME_BYTES_MIN, FRAME_BYTES_MAX = 5, 256
ADDRESS_MAX = 247
READ_WORDS_MAX, WRITE_WORDS_MAX = 125, 123
READ, WRITE, WRITE_MANY, REFUSES = 0x03, 0x06, 0x10, 0x80
REFUSALS = {
    1: "illegal function",
    2: "illegal register",
    3: "illegal value",
    4: "device failure",
    5: "acknowledged, takes its time",
    6: "device busy",
}


@dataclass(frozen=True, slots=True)
class Read:
    """Tell me `words` registers from this one on."""

    register: int
    words: int


@dataclass(frozen=True, slots=True)
class Held:
    """What stands in the registers somebody asked for: two bytes each."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Write:
    """Set one register; the answer is the same again."""

    register: int
    value: int


@dataclass(frozen=True, slots=True)
class WriteMany:
    """Set the registers from this one on: two bytes each."""

    register: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Wrote:
    """So many registers from this one on are set."""

    register: int
    words: int


@dataclass(frozen=True, slots=True)
class Refused:
    """The device does not do what was asked by `function`; the code is one of REFUSALS, or the maker's own."""

    function: int
    code: int

    @property
    def why(self) -> str:
        return REFUSALS.get(self.code, f"code {self.code:02X}")


Message = Read | Held | Write | WriteMany | Wrote | Refused


def crc16(data: bytes) -> int:
    """The CRC of Modbus: polynomial 8005, reflected, start FFFF (serial line 1.02, section 6.2.2)."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return crc


def build(message: Message, address: int = 1) -> bytes:
    """The frame on the wire. Raises LocalProtocolError for what does not fit one."""
    if not 0 <= address <= ADDRESS_MAX:
        raise LocalProtocolError(f"no slave has the address {address}: it is 0 to {ADDRESS_MAX}")
    try:
        body = bytes((address,)) + _pdu(message)
        _message(body[1:])
    except (OverflowError, ValueError, RemoteProtocolError) as error:
        raise LocalProtocolError(f"no frame holds {message}") from error
    return body + crc16(body).to_bytes(2, "little")


def read(raw: bytes) -> tuple[int, Message]:
    """The slave's address, and what is said to it or by it. Raises RemoteProtocolError, saying what is wrong."""
    if not FRAME_BYTES_MIN <= len(raw) <= FRAME_BYTES_MAX:
        raise RemoteProtocolError(f"{len(raw)} bytes are no frame: it has {FRAME_BYTES_MIN} to {FRAME_BYTES_MAX}")
    right = crc16(raw[:-2]).to_bytes(2, "little")
    if raw[-2:] != right:
        raise RemoteProtocolError(f"CRC is {raw[-2:].hex().upper()}, should be {right.hex().upper()}")
    if raw[0] > ADDRESS_MAX:
        raise RemoteProtocolError(f"no slave has the address {raw[0]}")
    return raw[0], _message(raw[1:-2])


def _pdu(message: Message) -> bytes:
    match message:
        case Read(register, words):
            return bytes((READ,)) + _words(register, words)
        case Held(data):
            return bytes((READ, len(data))) + data
        case Write(register, value):
            return bytes((WRITE,)) + _words(register, value)
        case WriteMany(register, data):
            return bytes((WRITE_MANY,)) + _words(register, len(data) // 2) + bytes((len(data),)) + data
        case Wrote(register, words):
            return bytes((WRITE_MANY,)) + _words(register, words)
        case Refused(function, code):
            return bytes((function | REFUSES, code))


def _message(pdu: bytes) -> Message:
    """A frame without address and CRC, told apart by function and length; both directions."""
    first, second = int.from_bytes(pdu[1:3], "big"), int.from_bytes(pdu[3:5], "big")
    match pdu[0], len(pdu):
        case (0x03, 5) if 0 < second <= READ_WORDS_MAX:
            return Read(first, second)
        case (0x03, size) if size == pdu[1] + 2 and pdu[1] % 2 == 0 and 0 < pdu[1] <= 2 * READ_WORDS_MAX:
            return Held(pdu[2:])
        case (0x06, 5):
            return Write(first, second)
        case (0x10, 5) if 0 < second <= WRITE_WORDS_MAX:
            return Wrote(first, second)
        case (0x10, size) if size > 6 and pdu[5] == 2 * second == size - 6 and second <= WRITE_WORDS_MAX:
            return WriteMany(first, pdu[6:])
        case (function, 2) if function & REFUSES:
            return Refused(function & ~REFUSES, pdu[1])
    raise RemoteProtocolError(f"function {pdu[0]:02X} with {len(pdu) - 1} bytes is none that this package knows")


def _words(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(2, "big") for number in numbers)
