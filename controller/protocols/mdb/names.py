"""What MDB's numbers are called: devices, commands, and the status codes of changer, bill validator and reader (4.2)."""

from enum import IntEnum

CHANGER, CASHLESS, BILL, CASHLESS_2 = 0x08, 0x10, 0x30, 0x60
DEVICES = {CHANGER: "changer", CASHLESS: "cashless", BILL: "bill", CASHLESS_2: "cashless 2"}
"""Of the addresses the standard gives out, those that this package speaks to."""

COMMANDS: dict[str, dict[bytes, str]] = {
    "changer": {
        b"\x08": "reset",
        b"\x09": "setup",
        b"\x0a": "tube status",
        b"\x0b": "poll",
        b"\x0c": "coin type",
        b"\x0d": "dispense",
        b"\x0f\x00": "identification",
        b"\x0f\x01": "feature enable",
        b"\x0f\x02": "alternative payout",
        b"\x0f\x03": "payout status",
        b"\x0f\x04": "payout value poll",
        b"\x0f\x05": "diagnostic status",
        b"\x0f\x06": "manual fill report",
        b"\x0f\x07": "manual payout report",
    },
    "bill": {
        b"\x30": "reset",
        b"\x31": "setup",
        b"\x32": "security",
        b"\x33": "poll",
        b"\x34": "bill type",
        b"\x35": "escrow",
        b"\x36": "stacker",
        b"\x37\x00": "identification",
        b"\x37\x01": "feature enable",
        b"\x37\x02": "identification with options",
    },
    "cashless": {
        b"\x10": "reset",
        b"\x11\x00": "setup",
        b"\x11\x01": "prices",
        b"\x12": "poll",
        b"\x13\x00": "vend request",
        b"\x13\x01": "vend cancel",
        b"\x13\x02": "vend success",
        b"\x13\x03": "vend failure",
        b"\x13\x04": "session complete",
        b"\x13\x05": "cash sale",
        b"\x13\x06": "negative vend request",
        b"\x14\x00": "reader disable",
        b"\x14\x01": "reader enable",
        b"\x14\x02": "reader cancel",
        b"\x14\x03": "data entry",
        b"\x15\x00": "revalue request",
        b"\x15\x01": "revalue limit request",
        b"\x17\x00": "identification",
        b"\x17\x03": "time and date",
        b"\x17\x04": "feature enable",
        b"\x17\xff": "diagnostics",
    },
}
"""By device, and by the bytes a command begins with; the second reader's begin with 6x instead of 1x."""


def device_of(command: bytes) -> str | None:
    """Whose command this is; None for an address this package does not speak to."""
    return DEVICES.get(command[0] & 0xF8) if command else None


def command_name(command: bytes) -> str:
    """`poll` for 0B; a command this file does not list is `command 0F FA`."""
    device = device_of(command)
    first = command[:1]
    if device == "cashless 2":
        device, first = "cashless", bytes((command[0] & 0x07 | CASHLESS,))
    known = COMMANDS.get(device or "", {})
    return known.get(first + command[1:2]) or known.get(first) or f"command {command[:2].hex(' ').upper()}"


CHANGER_STATUS = {
    0x01: "escrow request",
    0x02: "payout busy",
    0x03: "no credit",
    0x04: "defective tube sensor",
    0x05: "double arrival",
    0x06: "acceptor unplugged",
    0x07: "tube jam",
    0x08: "ROM checksum",
    0x09: "coin routing",
    0x0A: "changer busy",
    0x0B: "changer was reset",
    0x0C: "coin jam",
    0x0D: "possible removal of a credited coin",
}
"""02, 06 and 0A come with every poll while they last, the others once."""
ESCROW_REQUEST, PAYOUT_BUSY, CHANGER_BUSY, CHANGER_RESET = 0x01, 0x02, 0x0A, 0x0B

CHANGER_DIAGNOSES = {
    0x01: "powering up",
    0x02: "powering down",
    0x03: "OK",
    0x04: "keypad shifted",
    0x05: "manual fill or payout active",
    0x06: "inhibited by VMC",
    0x10: "general error",
    0x11: "acceptor error",
    0x12: "cassette gate error",
    0x13: "separator error",
    0x14: "dispenser error",
    0x15: "cassette error",
}
DIAGNOSIS_DETAILS = {
    (0x05, 0x10): "manual fill",
    (0x05, 0x20): "new inventory",
    (0x11, 0x10): "flight deck open",
    (0x11, 0x11): "return stuck open",
    (0x11, 0x30): "coin jam",
    (0x11, 0x41): "below standard",
    (0x11, 0x53): "temperature",
    (0x11, 0x54): "optics",
    (0x12, 0x30): "coin entered and did not leave",
    (0x12, 0x31): "alarm",
    (0x12, 0x40): "open without a coin",
    (0x15, 0x02): "cassette removed",
    (0x15, 0x03): "cash box sensor",
    (0x15, 0x04): "sunlight on sensors",
}

BILL_STATUS = {
    0x01: "defective motor",
    0x02: "sensor problem",
    0x03: "validator busy",
    0x04: "ROM checksum",
    0x05: "validator jammed",
    0x06: "validator was reset",
    0x07: "bill removed",
    0x08: "cash box out",
    0x09: "validator disabled",
    0x0A: "invalid escrow request",
    0x0B: "bill rejected",
    0x0C: "possible removal of a credited bill",
}
BILL_RESET = 0x06


class Reply(IntEnum):
    """The first byte of what a reader says."""

    JUST_RESET = 0x00
    CONFIG = 0x01
    DISPLAY = 0x02
    BEGIN_SESSION = 0x03
    SESSION_CANCEL = 0x04
    VEND_APPROVED = 0x05
    VEND_DENIED = 0x06
    END_SESSION = 0x07
    CANCELLED = 0x08
    IDENTITY = 0x09
    MALFUNCTION = 0x0A
    OUT_OF_SEQUENCE = 0x0B
    REVALUE_APPROVED = 0x0D
    REVALUE_DENIED = 0x0E
    REVALUE_LIMIT = 0x0F
    TIME_REQUEST = 0x11
    DATA_ENTRY_REQUEST = 0x12
    DATA_ENTRY_CANCEL = 0x13
    DIAGNOSTICS = 0xFF


READER_STATES = {
    1: "inactive",
    2: "disabled",
    3: "enabled",
    4: "session idle",
    5: "vend",
    6: "revalue",
    7: "negative vend",
}
"""In which state a reader of level 2 or 3 says that a command was out of sequence."""


def malfunction_name(code: int) -> str:
    """What the first half byte of a reader's malfunction means; the second half is the maker's own."""
    high = code >> 4
    if high < 4:
        return "passing error"
    if high < 8:
        return "error, reader works"
    return "error, reader is down" if high < 11 else "refund failed" if high == 12 else f"error {code:02X}"
