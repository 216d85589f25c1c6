"""The ZDM8 motor board: what its registers mean. Modbus-RTU over RS-485 or RS-232, 9600 8N1, address 1.

    host  01 10 20 01 00 02 04 00 01 01 00 FB F2    ship lane 0, a spring motor, watch the drop sensor, no lift
    board 01 10 20 01 00 02 1B C8                   taken
    host  01 03 00 03 00 01 74 0A                   how does it run?
    board 01 03 02 00 00 B8 44                      idle, no fault

**A result is told once**: reading "success" or "failure" sets the board to idle. So whoever drives it must take a lost
answer for an unknown end, and write down what was read before anything follows from it. An answer does not say what was
asked; `read` is told by its caller.

Source: the comments and frames in laoapps/vending-server, CUI-LTC, vendingZDM8.ts. Its table of states and faults is not
in it: only 00 is known, the other numbers are told as numbers. No board was tried.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from . import modbus
from .errors import LocalProtocolError, RemoteProtocolError
from .modbus import Held, Message, Read, Write, WriteMany, Wrote

ADDRESS = 1
BAUD = 9_600
LANE_MAX = 99


class Register(IntEnum):
    """The registers whose meaning is known."""

    HARDWARE = 0x0001
    SOFTWARE = 0x0002
    STATE = 0x0003
    DROP_SENSOR = 0x0008
    MOTOR_TIMEOUT = 0x1004
    SHIP = 0x2001


WORDS: Mapping[int, int] = {Register.HARDWARE: 2, Register.SOFTWARE: 2, Register.STATE: 1, Register.DROP_SENSOR: 1}
"""What can be asked for, and how long the answer is."""


class Drive(IntEnum):
    """What moves the piece in a lane. The source advises against AUTO."""

    AUTO = 0
    SPRING = 1
    LOCK = 2
    BELT = 3
    TIMED = 4


@dataclass(frozen=True, slots=True)
class Ask:
    """Tell me what stands here."""

    register: Register


@dataclass(frozen=True, slots=True)
class Hardware:
    """Year and month of the board's hardware, and how many motors it knows: rows of trays, columns of lanes."""

    year: int
    month: int
    layers: int
    columns: int


@dataclass(frozen=True, slots=True)
class Software:
    """The day of the board's program."""

    year: int
    month: int
    day: int


@dataclass(frozen=True, slots=True)
class RunState:
    """0 is idle, fault 0 is none; reading an end sets the board to idle, and the fault stays."""

    state: int
    fault: int

    @property
    def idle(self) -> bool:
        return self.state == 0


@dataclass(frozen=True, slots=True)
class DropSensor:
    """Whether the light reaches its other end; not clear is blocked or not connected."""

    clear: bool


@dataclass(frozen=True, slots=True)
class MotorTimeout:
    """How long a motor may turn at most. The board's answer is the same again."""

    ms: int


@dataclass(frozen=True, slots=True)
class Ship:
    """Turn this lane once: its tens are the tray's number from 0 on, its ones the column's."""

    lane: int
    drive: Drive
    drop_sensor: bool
    lift: bool


@dataclass(frozen=True, slots=True)
class ShipTaken:
    """The order was heard. It says nothing about a piece."""


Meaning = Ask | Hardware | Software | RunState | DropSensor | MotorTimeout | Ship | ShipTaken | Message


def frame(meaning: Meaning, address: int = ADDRESS) -> bytes:
    """The bytes that say this. Raises LocalProtocolError for what the board cannot be told."""
    return modbus.build(_express(meaning), address)


def read(raw: bytes, asked: Register | None = None) -> tuple[int, Meaning]:
    """The board's address and what the frame says; `asked` is what an answer answers.

    Of registers this file does not know, the Modbus message itself is told. Raises RemoteProtocolError, saying what is
    wrong.
    """
    address, message = modbus.read(raw)
    return address, _mean(message, asked)


def _express(meaning: Meaning) -> Message:
    match meaning:
        case Ask(register) if register in WORDS:
            return Read(register, WORDS[register])
        case Hardware(year, month, layers, columns):
            return Held(_bcd(year - 2_000, month) + _bytes(layers, columns))
        case Software(year, month, day):
            return Held(_bcd(year // 100, year % 100, month, day))
        case RunState(state, fault):
            return Held(_bytes(state, fault))
        case DropSensor(clear):
            return Held(_bytes(0, clear))
        case MotorTimeout(ms):
            return Write(Register.MOTOR_TIMEOUT, ms)
        case Ship(lane, drive, drop_sensor, lift) if 0 <= lane <= LANE_MAX:
            return WriteMany(Register.SHIP, bytes((lane, drive, drop_sensor, lift)))
        case ShipTaken():
            return Wrote(Register.SHIP, 2)
        case Ask() | Ship():
            raise LocalProtocolError(f"the board cannot be told {meaning}")
    return meaning


def _mean(message: Message, asked: Register | None) -> Meaning:
    match message:
        case Read(register, words) if WORDS.get(register) == words:
            return Ask(Register(register))
        case Write(Register.MOTOR_TIMEOUT, ms):
            return MotorTimeout(ms)
        case WriteMany(Register.SHIP, data) if len(data) == 4:
            return _ship(*data)
        case Wrote(Register.SHIP, 2):
            return ShipTaken()
        case Held(data) if asked is not None and asked in WORDS:
            if len(data) != 2 * WORDS[asked]:
                raise RemoteProtocolError(f"{len(data)} bytes are no answer to {asked.name}: it has {2 * WORDS[asked]}")
            return _held(data, asked)
    return message


def _held(data: bytes, asked: Register) -> Meaning:
    match asked:
        case Register.HARDWARE:
            year, month = _from_bcd(data[:2])
            return Hardware(2_000 + year, month, *data[2:])
        case Register.SOFTWARE:
            century, year, month, day = _from_bcd(data)
            return Software(100 * century + year, month, day)
        case Register.STATE:
            return RunState(*data)
    return DropSensor(_flag(int.from_bytes(data, "big"), "drop sensor"))


def _ship(lane: int, drive: int, drop_sensor: int, lift: int) -> Ship:
    if lane > LANE_MAX:
        raise RemoteProtocolError(f"no lane is {lane}: it is 0 to {LANE_MAX}")
    if drive not in set(Drive):
        raise RemoteProtocolError(f"no lane is driven by {drive}: it is 0 to {max(Drive)}")
    return Ship(lane, Drive(drive), _flag(drop_sensor, "drop sensor"), _flag(lift, "lift"))


def _flag(number: int, name: str) -> bool:
    if number > 1:
        raise RemoteProtocolError(f"{name} is {number}, should be 0 or 1")
    return bool(number)


def _bytes(*numbers: int) -> bytes:
    try:
        return bytes(numbers)
    except ValueError as error:
        raise LocalProtocolError(f"no byte holds one of {numbers}") from error


def _bcd(*numbers: int) -> bytes:
    """Two decimal digits a byte. Raises LocalProtocolError for a number of more digits."""
    if not all(0 <= number <= 99 for number in numbers):
        raise LocalProtocolError(f"two digits hold none of {numbers}")
    return bytes(number // 10 << 4 | number % 10 for number in numbers)


def _from_bcd(data: bytes) -> tuple[int, ...]:
    text = data.hex()
    if not text.isdecimal():
        raise RemoteProtocolError(f"{text.upper()} is no date: it has other signs than digits")
    return tuple(int(text[at : at + 2]) for at in range(0, len(text), 2))
