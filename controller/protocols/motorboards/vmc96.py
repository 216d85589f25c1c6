"""The VMC96 motor board of MoneyFlex: K1 frames, what they order and what they report. FTDI USB, 19200 8N1.

    host  35 30 06 13 11 01     run the motor in row 0, column 0
    board 35 30 05 00 00        done: the order was taken
    host  35 30 05 11 11        scan the array: which motors are there?

A frame is `35 controller length command data check`: length is the whole frame's, check the XOR of all before it. An answer
comes from the controller that was asked: 00 for an order taken, or the command again and what it tells. The same bytes may
be a ping and an order taken, so `read` must know who sent them.

Source: the MIT-licensed library LacobusVentura/VMC96API, by reading. Its C and its Python do not agree on the answer to a
scan; this follows the C. That an answer of another code than 00 is a refusal is the C's reading too. No board was tried.
"""

from dataclasses import dataclass
from functools import reduce
from operator import xor
from typing import NamedTuple, Self

from .errors import LocalProtocolError, RemoteProtocolError

BAUD = 19_200
START = 0x35
FRAME_BYTES_MIN, FRAME_BYTES_MAX = 5, 255
ALL, RELAY_1, RELAY_2, MOTORS = 0x00, 0x26, 0x27, 0x30
ROWS, COLUMNS = 12, 8
STATUS, SCAN, STOP, RUN, PULSE, OPTO = 0x10, 0x11, 0x12, 0x13, 0x14, 0x15
SWITCH, VERSION, TAKEN = 0x11, 0x02, 0x00
CURRENT_MA_MAX = 500
"""The board tells a current as 0 to 255 of this."""

ORDERS = {
    (MOTORS, 0x00): "ping",
    (MOTORS, VERSION): "version",
    (MOTORS, 0x05): "reset",
    (MOTORS, STATUS): "status",
    (MOTORS, SCAN): "scan array",
    (MOTORS, STOP): "stop all",
    (MOTORS, OPTO): "light line",
    **{(relay, 0x00): "ping" for relay in (RELAY_1, RELAY_2)},
    **{(relay, VERSION): "version" for relay in (RELAY_1, RELAY_2)},
    **{(relay, 0x05): "reset" for relay in (RELAY_1, RELAY_2)},
}
"""Orders without data, by controller and command."""


@dataclass(frozen=True, slots=True)
class K1:
    """A frame as it stands on the wire; told where its meaning is not known."""

    controller: int
    command: int
    data: bytes = b""

    @classmethod
    def read(cls, raw: bytes) -> Self:
        """The frame that `raw` is, no byte more or less. Raises RemoteProtocolError, saying what is wrong."""
        if not FRAME_BYTES_MIN <= len(raw) <= FRAME_BYTES_MAX:
            raise RemoteProtocolError(f"{len(raw)} bytes are no frame: it has {FRAME_BYTES_MIN} to {FRAME_BYTES_MAX}")
        if raw[0] != START:
            raise RemoteProtocolError(f"it begins with {raw[0]:02X}, should be {START:02X}")
        if len(raw) != raw[2]:
            raise RemoteProtocolError(f"length byte asks for {raw[2]} bytes, not {len(raw)}")
        right = reduce(xor, raw[:-1])
        if raw[-1] != right:
            raise RemoteProtocolError(f"check byte is {raw[-1]:02X}, should be {right:02X}")
        return cls(raw[1], raw[3], raw[4:-1])

    def frame(self) -> bytes:
        """The bytes. Raises LocalProtocolError for what does not fit a frame."""
        size = len(self.data) + FRAME_BYTES_MIN
        if size > FRAME_BYTES_MAX or not all(0 <= number <= 255 for number in (self.controller, self.command)):
            raise LocalProtocolError(f"no frame holds {self}")
        body = bytes((START, self.controller, size, self.command)) + self.data
        return body + bytes((reduce(xor, body),))


class Motor(NamedTuple):
    """Where a motor is, each counted from 0."""

    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Order:
    """One of ORDERS, by its name there."""

    name: str
    controller: int = MOTORS


@dataclass(frozen=True, slots=True)
class Run:
    """Turn one motor, or two of one row together."""

    motors: tuple[Motor, ...]


@dataclass(frozen=True, slots=True)
class Pulse:
    """Turn a motor for so long and no longer."""

    motor: Motor
    ms: int


@dataclass(frozen=True, slots=True)
class Switch:
    """Switch a relay; its controller is RELAY_1 or RELAY_2."""

    relay: int
    on: bool


@dataclass(frozen=True, slots=True)
class Done:
    """The order was taken. It says nothing about a piece."""

    controller: int = MOTORS


@dataclass(frozen=True, slots=True)
class Refused:
    controller: int
    code: int


@dataclass(frozen=True, slots=True)
class Running:
    """The motors that turn, and what they draw, as 0 to 255 of CURRENT_MA_MAX."""

    current: int
    motors: tuple[Motor, ...]

    @property
    def current_ma(self) -> int:
        return CURRENT_MA_MAX * self.current // 255


@dataclass(frozen=True, slots=True)
class Scanned:
    """Which motors are there: a byte a row, its lowest bit is column 0. `current` as in Running."""

    current: int
    rows: bytes

    @property
    def motors(self) -> tuple[Motor, ...]:
        found = ((row, column) for row, bits in enumerate(self.rows) for column in range(COLUMNS) if bits >> column & 1)
        return tuple(Motor(*each) for each in found)


@dataclass(frozen=True, slots=True)
class LightLine:
    """The last 32 samples of the drop sensor. Which bit is the newest, the source does not tell."""

    samples: bytes


@dataclass(frozen=True, slots=True)
class Version:
    controller: int
    text: bytes


Meaning = Order | Run | Pulse | Switch | Done | Refused | Running | Scanned | LightLine | Version | K1


def read(raw: bytes, from_board: bool = False) -> Meaning:
    """What the frame says; a K1 where that is not known. Raises RemoteProtocolError, saying what is wrong."""
    frame = K1.read(raw)
    return _report(frame) if from_board else _order(frame)


def frame(meaning: Meaning) -> bytes:
    """The bytes that say this. Raises LocalProtocolError for what the board cannot be told."""
    return _k1(meaning).frame()


def _order(frame: K1) -> Meaning:
    match frame:
        case K1(controller, command, b"") if (controller, command) in ORDERS:
            return Order(ORDERS[controller, command], controller)
        case K1(0x30, 0x13, data) if len(data) in (1, 2) and data[0] >> 4 == data[-1] >> 4:
            return Run(tuple(map(_motor, data)))
        case K1(0x30, 0x14, data) if len(data) == 2:
            return Pulse(_motor(data[0]), data[1])
        case K1(0x26 | 0x27 as relay, 0x11, b"\0" | b"\1" as data):
            return Switch(relay, data == b"\1")
    return frame


def _report(frame: K1) -> Meaning:
    match frame:
        case K1(controller, 0x00, b""):
            return Done(controller)
        case K1(0x30, 0x10, data) if data:
            return Running(data[0], tuple(map(_motor, data[1:])))
        case K1(0x30, 0x11, data) if len(data) == 1 + ROWS:
            return Scanned(data[0], data[1:])
        case K1(0x30, 0x15, data) if len(data) == 4:
            return LightLine(data)
        case K1(controller, 0x02, data) if data:
            return Version(controller, data)
        case K1(controller, code, b""):
            return Refused(controller, code)
    return frame


def _k1(meaning: Meaning) -> K1:
    match meaning:
        case Order(name, controller):
            commands = [command for (owner, command), known in ORDERS.items() if (owner, known) == (controller, name)]
            if not commands:
                raise LocalProtocolError(f"controller {controller:02X} knows no '{name}'")
            return K1(controller, commands[0])
        case Run(motors) if len(motors) == 1 or (len(motors) == 2 and motors[0].row == motors[1].row):
            return K1(MOTORS, RUN, _ids(motors))
        case Pulse(motor, ms) if 0 <= ms <= 255:
            return K1(MOTORS, PULSE, _ids((motor,)) + bytes((ms,)))
        case Switch(0x26 | 0x27 as relay, on):
            return K1(relay, SWITCH, bytes((on,)))
        case Done(controller):
            return K1(controller, TAKEN)
        case Refused(controller, code):
            return K1(controller, code)
        case Running(current, motors) if 0 <= current <= 255:
            return K1(MOTORS, STATUS, bytes((current,)) + _ids(motors))
        case Scanned(current, rows) if 0 <= current <= 255 and len(rows) == ROWS:
            return K1(MOTORS, SCAN, bytes((current,)) + rows)
        case LightLine(samples) if len(samples) == 4:
            return K1(MOTORS, OPTO, samples)
        case Version(controller, text):
            return K1(controller, VERSION, text)
        case K1():
            return meaning
    raise LocalProtocolError(f"the board cannot be told {meaning}")


def _motor(number: int) -> Motor:
    """A motor by the board's own number: row and column in a half byte each, counted from 1."""
    motor = Motor((number >> 4) - 1, (number & 0x0F) - 1)
    if not (0 <= motor.row < ROWS and 0 <= motor.column < COLUMNS):
        raise RemoteProtocolError(f"no motor has the number {number:02X}")
    return motor


def _ids(motors: tuple[Motor, ...]) -> bytes:
    for motor in motors:
        if not (0 <= motor.row < ROWS and 0 <= motor.column < COLUMNS):
            raise LocalProtocolError(f"no motor is in row {motor.row}, column {motor.column}")
    return bytes(motor.row + 1 << 4 | motor.column + 1 for motor in motors)
