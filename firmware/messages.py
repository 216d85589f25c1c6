"""Every message between the Pi and the board, in one table: what it is called, how it lies in bytes, what its fields are.

    0x01-0x0F  messages from the Pi               0x81-0x8F  messages from the board
    0x10-0x1F  sections of the configuration, in CONFIGURE
    0x20-0x3F  commands, in COMMAND               0xA0-0xBF  their answers, in ANSWER (the command's code and 0x80)
    0xC0-0xDF  events, in EVENT

Layouts are those of `struct`, little-endian and without padding; a field with a star is the bytes that are left. A new
command or event is a line here and a handler (`Link.performs`, `Link.event`); `link.py` knows none of them. One source for
both ends: CPython on the Pi, MicroPython on the board. PROTOCOL.md says what everything means.
"""

import binascii
import struct

VERSION_OLDEST = VERSION_NEWEST = 1
"""The versions of this protocol that this file speaks. Version 0 is none: nothing moves, nothing is told."""

HELLO, CONFIGURE, COMMAND, ASK, ACK, LEASE, RESTART = 1, 2, 3, 4, 5, 6, 7
WELCOME, CONFIGURED, ANSWER, RUNNING, NOT_NEWER, REFUSED, EVENT, ALIVE = 129, 130, 131, 132, 133, 134, 135, 136

MOTORS, COINS, PANEL, BUS = 0x10, 0x11, 0x12, 0x13
TURN = 0x20
BUS_PAY = 0x28
BUS_SEND, BUS_POLL, BUS_BREAK = 0x30, 0x31, 0x32
TRIAL, SCAN, CURTAIN = 0x38, 0x39, 0x3A
RESET, DROP, PULSES, ODD_PULSES, COIN_JAM = 0xC0, 0xC1, 0xC2, 0xC3, 0xC4
BLOCK, BUS_STATE = 0xC8, 0xC9
KEY, DOOR, TEMPERATURE, FAULT = 0xD0, 0xD1, 0xD2, 0xD8

_TURNED = "result fell curtain retries run_ms drop_ms peak_ma mean_ma"
_ABOUT = "boot kind number"

LAYOUTS = {
    HELLO: ("HELLO", "<BBI", "oldest newest nonce"),
    CONFIGURE: ("CONFIGURE", "<II", "boot config *sections"),
    COMMAND: ("COMMAND", "<IBI", _ABOUT + " *body"),
    ASK: ("ASK", "<IBI", _ABOUT),
    ACK: ("ACK", "<II", "boot counter"),
    LEASE: ("LEASE", "<B", "wishes"),
    RESTART: ("RESTART", "<I", "boot"),
    WELCOME: (
        "WELCOME",
        "<BIIIBBBBBIIIIII",
        "version nonce boot config major minor patch cause state vend pay bus workshop acked newest",
    ),
    CONFIGURED: ("CONFIGURED", "<IIB", "boot config verdict"),
    ANSWER: ("ANSWER", "<IBIB", _ABOUT + " outcome *body"),
    RUNNING: ("RUNNING", "<IBI", _ABOUT),
    NOT_NEWER: ("NOT_NEWER", "<IBI", _ABOUT),
    REFUSED: ("REFUSED", "<IBIB", _ABOUT + " reason"),
    EVENT: ("EVENT", "<IIB", "boot counter kind *body"),
    ALIVE: ("ALIVE", "<IIB", "boot newest state"),
    MOTORS: (
        "MOTORS",
        "<BBBBHHHHBHHH10s",
        "rows columns curtain retries leave_home_ms reach_home_ms drop_ms brake_ms debounce_ms"
        " over_current_ma over_current_ms no_motor_ma half_turns",
    ),
    COINS: ("COINS", "<BHHHHH", "wiring pulse_ms_min pulse_ms_max gap_ms_min jam_ms settle_ms"),
    PANEL: ("PANEL", "<BBHH", "fitted debounce_ms temperature_s temperature_step_cc"),
    BUS: ("BUS", "<BHH", "fitted poll_ms silent_ms"),
    TURN: ("TURN", "<BBBBHH", "row column homes curtain run_ms_max drop_ms"),
    BUS_PAY: ("BUS_PAY", "<B", "tries_max *block"),
    BUS_SEND: ("BUS_SEND", "<B", "tries_max *block"),
    BUS_POLL: ("BUS_POLL", "<BH", "address period_ms"),
    BUS_BREAK: ("BUS_BREAK", "<H", "break_ms"),
    TRIAL: ("TRIAL", "<BBBBHH", "row column homes curtain run_ms_max drop_ms"),
    SCAN: ("SCAN", "<B", "row"),
    CURTAIN: ("CURTAIN", "<", ""),
    TURN | 0x80: ("TURN", "<BBBBHHHH", _TURNED),
    BUS_PAY | 0x80: ("BUS_PAY", "<BBI", "bus_result tries block_number"),
    BUS_SEND | 0x80: ("BUS_SEND", "<BBI", "bus_result tries block_number"),
    BUS_POLL | 0x80: ("BUS_POLL", "<", ""),
    BUS_BREAK | 0x80: ("BUS_BREAK", "<", ""),
    TRIAL | 0x80: ("TRIAL", "<BBBBHHHH", _TURNED),
    SCAN | 0x80: ("SCAN", "<HH", "present at_home"),
    CURTAIN | 0x80: ("CURTAIN", "<BH", "works answer_ms"),
    RESET: ("RESET", "<BB", "cause lost"),
    DROP: ("DROP", "<IIH", "drops vend after_ms"),
    PULSES: ("PULSES", "<IHII", "pulses train narrowest_us widest_us"),
    ODD_PULSES: ("ODD_PULSES", "<IIIII", "short long close uninvited last_us"),
    COIN_JAM: ("COIN_JAM", "<BI", "jammed low_ms"),
    BLOCK: ("BLOCK", "<IBIBB", "block_number kind number asked flags *block"),
    BUS_STATE: ("BUS_STATE", "<BBII", "address present silent_ms damaged"),
    KEY: ("KEY", "<BB", "key pressed"),
    DOOR: ("DOOR", "<B", "open"),
    TEMPERATURE: ("TEMPERATURE", "<Bh", "probe temperature_cc"),
    FAULT: ("FAULT", "<BI", "fault detail"),
}
"""Code to (name, layout, fields). `_cc` is hundredths of a degree Celsius."""

UNSEEN = 0xFFFF
"""In `drop_ms` and `after_ms`: nothing fell, or so late that it does not fit."""

LANES = 4
"""Commands of one lane run one after another and count their own numbers; see `lane_of`."""
VEND, PAY, WIRE, WORKSHOP = 0, 1, 2, 3

MONEY, LAMP = 1, 2
"""Bits of `wishes`: let money in, light the lamp."""
MOVING, READY, MONEY_OPEN, NEARLY_FULL = 1, 2, 4, 8
"""Bits of `state`: a command runs, the configuration is there, money is let in, the event ring is three quarters full."""
POSSIBLE_REPEAT = 1
"""Bit of a BLOCK's `flags`: our ACK before it may not have been heard, and it is the same block again."""

DONE, BAD_BODY, UNKNOWN_KIND, CROSSED_OUT, NOT_FITTED, UNSAFE = 0, 1, 2, 3, 4, 5
"""`outcome` of an ANSWER. All but DONE: it did not run, and under this number it never will."""
NO_HELLO, OTHER_BOOT, NO_CONFIG, BUSY = 1, 2, 3, 4
"""`reason` of a REFUSED: not now, the number is still free."""
ACCEPTED, HASH_WRONG, BAD_SECTION, NOT_POSSIBLE = 0, 1, 2, 3
"""`verdict` of a CONFIGURED."""
POWER_ON, PIN_RESET, WATCHDOG, ASKED, CRASH = 1, 2, 3, 4, 5
"""`cause` of a RESET; 0 is unknown."""
HOME, STUCK_HOME, NO_MOTOR, JAMMED, OVER_CURRENT, NO_SENSOR, POWER_CUT = 0, 1, 2, 3, 4, 5, 6
"""`result` of a turn. HOME: it went once around. NO_SENSOR: the curtain did not prove itself, nothing turned."""
ACKED, BLOCK_CAME, NAKED, SILENT, GARBLED, RING_FULL = 0, 1, 2, 3, 4, 5
"""`bus_result`: what a peripheral said. RING_FULL: nothing was sent, for its reply could not have been kept."""
DEAD_MAN, SUPPLY, ADC, PROGRAM, OVERRUN = 1, 2, 3, 4, 5
"""`fault` of a FAULT: what the board found wrong with itself."""

WORDS = {
    "outcome": ("done", "bad-body", "unknown-kind", "crossed-out", "not-fitted", "unsafe"),
    "reason": ("", "no-hello", "other-boot", "no-config", "busy"),
    "verdict": ("accepted", "hash-wrong", "bad-section", "not-possible"),
    "cause": ("unknown", "power", "pin", "watchdog", "asked", "crash"),
    "result": ("home", "stuck-home", "no-motor", "jammed", "over-current", "sensor", "power-cut"),
    "bus_result": ("acked", "block", "nak", "silent", "damaged", "full"),
    "fault": ("", "dead-man", "supply", "adc", "program", "overrun"),
}
"""What the numbers of a field are called, from 0 on."""


def agree(oldest: int, newest: int) -> int:
    """The newest version that both ends speak, 0 when there is none."""
    version = min(newest, VERSION_NEWEST)
    return version if version >= max(oldest, VERSION_OLDEST) else 0


def lane_of(kind: int) -> int:
    """The lane of a command: eight codes each for VEND, PAY, WIRE and WORKSHOP. Raises ValueError for no command."""
    if not 0x20 <= kind <= 0x3F:
        raise ValueError("no command has this code")
    return (kind - 0x20) >> 3


def config_hash(sections: bytes) -> int:
    """What WELCOME and CONFIGURED call a configuration: its CRC-32, but never 0, which means none."""
    return binascii.crc32(sections) or 1


def body(code: int, *fields: int | bytes) -> bytes:
    """The fields in bytes; the bytes of a starred field come last. A number that does not fit is the caller's mistake."""
    layout, names = LAYOUTS[code][1:]
    if "*" in names:
        rest = fields[-1]
        assert not isinstance(rest, int)
        return struct.pack(layout, *fields[:-1]) + rest
    return struct.pack(layout, *fields)


def message(code: int, *fields: int | bytes) -> bytes:
    """A whole message, or one section of a configuration: its code, then its body."""
    return bytes((code,)) + body(code, *fields)


def unpack(code: int, data: bytes) -> tuple[int | bytes, ...]:
    """The fields of a body. Raises ValueError for a code that is not in the table and for a wrong length."""
    if code not in LAYOUTS:
        raise ValueError("unknown code")
    layout, names = LAYOUTS[code][1:]
    size = struct.calcsize(layout)
    if len(data) < size or (len(data) > size and "*" not in names):
        raise ValueError("wrong length")
    rest = (data[size:],) if "*" in names else ()
    return struct.unpack(layout, data[:size]) + rest


def sections(data: bytes) -> list[tuple[int, tuple[int | bytes, ...]]]:
    """The sections of a CONFIGURE: code and fields of each. Raises ValueError when they are not whole or not known."""
    found = []
    at = 0
    while at < len(data):
        code = data[at]
        if not MOTORS <= code <= 0x1F or code not in LAYOUTS:
            raise ValueError("unknown section")
        end = at + 1 + struct.calcsize(LAYOUTS[code][1])
        found.append((code, unpack(code, data[at + 1 : end])))
        at = end
    return found
