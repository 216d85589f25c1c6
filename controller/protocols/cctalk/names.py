"""What ccTalk's numbers are called: headers, the errors in a 229 reply, the faults of a self-check (4.7 part 3, tables 1-3),
the flags of a hopper's test.

How grave an error is is advice: the standard lists the codes without it.
"""

from enum import IntEnum, IntFlag, StrEnum


class Header(IntEnum):
    """What a frame asks for. 0 stands in every reply and is never sent by a host."""

    REPLY = 0
    RESET_DEVICE = 1
    REQUEST_COMMS_STATUS_VARIABLES = 2
    CLEAR_COMMS_STATUS_VARIABLES = 3
    REQUEST_COMMS_REVISION = 4
    NAK = 5
    BUSY = 6
    EXPANSION_1 = 100
    SWITCH_BAUD_RATE = 113
    REQUEST_HOPPER_COIN_VALUE = 131
    EMERGENCY_STOP_VALUE = 132
    REQUEST_HOPPER_POLLING_VALUE = 133
    DISPENSE_HOPPER_VALUE = 134
    ROUTE_BILL = 154
    REQUEST_BILL_ID = 157
    READ_BUFFERED_BILL_EVENTS = 159
    REQUEST_CIPHER_KEY = 160
    PUMP_RNG = 161
    MODIFY_INHIBIT_AND_OVERRIDE_REGISTERS = 162
    TEST_HOPPER = 163
    ENABLE_HOPPER = 164
    REQUEST_HOPPER_STATUS = 166
    DISPENSE_HOPPER_COINS = 167
    REQUEST_HOPPER_DISPENSE_COUNT = 168
    REQUEST_ADDRESS_MODE = 169
    REQUEST_BASE_YEAR = 170
    REQUEST_HOPPER_COIN = 171
    EMERGENCY_STOP = 172
    REQUEST_COIN_ID = 184
    REQUEST_DEFAULT_SORTER_PATH = 188
    MODIFY_DEFAULT_SORTER_PATH = 189
    REQUEST_BUILD_CODE = 192
    REQUEST_FRAUD_COUNTER = 193
    REQUEST_REJECT_COUNTER = 194
    REQUEST_LAST_MODIFICATION_DATE = 195
    REQUEST_CREATION_DATE = 196
    CALCULATE_ROM_CHECKSUM = 197
    REQUEST_SORTER_PATHS = 209
    MODIFY_SORTER_PATHS = 210
    REQUEST_COIN_POSITION = 212
    REQUEST_OPTION_FLAGS = 213
    WRITE_DATA_BLOCK = 214
    READ_DATA_BLOCK = 215
    REQUEST_DATA_STORAGE_AVAILABILITY = 216
    REQUEST_PAYOUT_STATUS = 217
    ENTER_PIN_NUMBER = 218
    ENTER_NEW_PIN_NUMBER = 219
    REQUEST_SORTER_OVERRIDE_STATUS = 221
    MODIFY_SORTER_OVERRIDE_STATUS = 222
    REQUEST_ACCEPT_COUNTER = 225
    REQUEST_INSERTION_COUNTER = 226
    REQUEST_MASTER_INHIBIT_STATUS = 227
    MODIFY_MASTER_INHIBIT_STATUS = 228
    READ_BUFFERED_CREDIT_OR_ERROR_CODES = 229
    REQUEST_INHIBIT_STATUS = 230
    MODIFY_INHIBIT_STATUS = 231
    PERFORM_SELF_CHECK = 232
    LATCH_OUTPUT_LINES = 233
    READ_OPTO_STATES = 236
    READ_INPUT_LINES = 237
    TEST_OUTPUT_LINES = 238
    OPERATE_MOTORS = 239
    TEST_SOLENOIDS = 240
    REQUEST_SOFTWARE_REVISION = 241
    REQUEST_SERIAL_NUMBER = 242
    REQUEST_DATABASE_VERSION = 243
    REQUEST_PRODUCT_CODE = 244
    REQUEST_EQUIPMENT_CATEGORY_ID = 245
    REQUEST_MANUFACTURER_ID = 246
    REQUEST_VARIABLE_SET = 247
    REQUEST_STATUS = 248
    REQUEST_POLLING_PRIORITY = 249
    ADDRESS_RANDOM = 250
    ADDRESS_CHANGE = 251
    ADDRESS_CLASH = 252
    ADDRESS_POLL = 253
    SIMPLE_POLL = 254
    FACTORY_SETUP_AND_TEST = 255


def header_name(header: int) -> str:
    """`simple poll` for 254; a header this file does not list is `header 77`."""
    return Header(header).name.lower().replace("_", " ") if header in set(Header) else f"header {header}"


class Severity(StrEnum):
    """What an acceptor's error means for whoever looks after the machine."""

    NEUTRAL = "neutral"
    """Happens every day: the visitor has the coin back."""
    NOTED = "noted"
    FAULT = "fault"
    """Something is blocked: out of order at once, or when it repeats."""
    FRAUD = "fraud"
    """Looks like an attempt to cheat."""
    SWALLOWED = "swallowed"
    """The coin went in and gave no credit: somebody may ask for a refund."""
    LEVER = "lever"
    """The visitor pressed the coin-return lever."""


ERRORS: dict[int, tuple[str, Severity]] = {
    0: ("null event", Severity.NEUTRAL),
    1: ("reject coin", Severity.NEUTRAL),
    2: ("inhibited coin", Severity.NEUTRAL),
    3: ("multiple window", Severity.NEUTRAL),
    4: ("wake-up timeout", Severity.NOTED),
    5: ("validation timeout", Severity.NOTED),
    6: ("credit sensor timeout", Severity.NOTED),
    7: ("sorter opto timeout", Severity.NOTED),
    8: ("second close coin", Severity.NEUTRAL),
    9: ("accept gate not ready", Severity.NEUTRAL),
    10: ("credit sensor not ready", Severity.NEUTRAL),
    11: ("sorter not ready", Severity.NEUTRAL),
    12: ("reject coin not cleared", Severity.NEUTRAL),
    13: ("validation sensor not ready", Severity.NOTED),
    14: ("credit sensor blocked", Severity.FAULT),
    15: ("sorter opto blocked", Severity.FAULT),
    16: ("credit sequence error", Severity.FRAUD),
    17: ("coin going backwards", Severity.FRAUD),
    18: ("coin too fast over credit sensor", Severity.FRAUD),
    19: ("coin too slow over credit sensor", Severity.FRAUD),
    20: ("coin on string", Severity.FRAUD),
    21: ("dual coin entry opto timeout", Severity.NOTED),
    22: ("dual coin entry opto not seen", Severity.NOTED),
    23: ("credit sensor reached too early", Severity.FRAUD),
    24: ("reject coin, repeated sequential trip", Severity.FRAUD),
    25: ("reject slug", Severity.FRAUD),
    26: ("reject sensor blocked", Severity.FAULT),
    27: ("games overload", Severity.NOTED),
    28: ("maximum coin meter pulses exceeded", Severity.NOTED),
    29: ("accept gate open, not closed", Severity.FAULT),
    30: ("accept gate closed, not open", Severity.FAULT),
    31: ("manifold opto timeout", Severity.NOTED),
    32: ("manifold opto blocked", Severity.FAULT),
    33: ("manifold not ready", Severity.NOTED),
    34: ("security status changed", Severity.NOTED),
    35: ("motor exception", Severity.FAULT),
    36: ("swallowed coin", Severity.SWALLOWED),
    37: ("coin too fast over validation sensor", Severity.NOTED),
    38: ("coin too slow over validation sensor", Severity.NOTED),
    39: ("coin incorrectly sorted", Severity.NOTED),
    40: ("external light attack", Severity.FRAUD),
    253: ("data block request", Severity.NOTED),
    254: ("coin return lever", Severity.LEVER),
    255: ("unspecified alarm", Severity.NOTED),
}
"""Result B of an event whose result A is 0. Codes 128 to 159 say which coin was inhibited; see `error_name`."""


INHIBITED_COINS = range(128, 160)
CAME_BACK = frozenset({1, 2, *INHIBITED_COINS})
"""Codes of a whole coin that fell through to the visitor: unknown, or inhibited."""


def error_name(code: int) -> str:
    """What error `code` of a 229 reply is called."""
    if code in INHIBITED_COINS:
        return f"inhibited coin {code - 127}"
    return ERRORS[code][0] if code in ERRORS else f"error {code}"


def error_severity(code: int) -> Severity:
    """How grave error `code` of a 229 reply is; an unlisted code is noted."""
    if code in INHIBITED_COINS:
        return Severity.NEUTRAL
    return ERRORS[code][1] if code in ERRORS else Severity.NOTED


FAULTS: dict[int, str] = {
    0: "no fault",
    1: "EEPROM checksum corrupted",
    2: "inductive coils",
    3: "credit sensor",
    4: "piezo sensor",
    5: "reflective sensor",
    6: "diameter sensor",
    7: "wake-up sensor",
    8: "sorter exit sensors",
    9: "NVRAM checksum corrupted",
    17: "coin audit",
    18: "reject sensor",
    19: "coin return mechanism",
    20: "coin on string",
    22: "thermistor",
    23: "payout motor",
    26: "payout sensor",
    27: "level sensor",
    28: "personality module not fitted",
    29: "personality checksum corrupted",
    30: "ROM checksum mismatch",
    33: "supply voltage",
    34: "temperature",
    35: "dual coin entry",
    40: "RAM",
    42: "accept gate failed open",
    43: "accept gate failed closed",
    46: "flash memory",
    47: "flash checksum",
    48: "slave device not responding",
    49: "opto sensor",
    50: "battery",
    51: "door open",
    52: "microswitch",
    53: "real-time clock",
    54: "firmware",
    55: "initialisation",
    56: "supply current",
    57: "forced bootloader",
    255: "unspecified fault",
}
"""First byte of a self-check's reply. Any but 0 is fatal: the device has inhibited itself."""


def fault_name(code: int) -> str:
    """What fault `code` of a self-check is called."""
    return FAULTS.get(code, f"fault {code}")


class HopperFlag(IntFlag):
    """The registers of a hopper's test (header 163), lowest first, one bit each; an old hopper sends fewer of them."""

    CURRENT_TOO_HIGH = 1 << 0
    PAYOUT_TIMEOUT = 1 << 1
    MOTOR_REVERSED = 1 << 2
    PATH_BLOCKED_WHILE_IDLE = 1 << 3
    SHORT_CIRCUIT_WHILE_IDLE = 1 << 4
    BLOCKED_DURING_PAYOUT = 1 << 5
    POWER_UP_SEEN = 1 << 6
    PAYOUT_DISABLED = 1 << 7
    SHORT_CIRCUIT_DURING_PAYOUT = 1 << 8
    SINGLE_COIN_MODE = 1 << 9
    USE_OTHER_HOPPER = 1 << 10
    FINGER_MISMATCH = 1 << 11
    REVERSE_LIMIT = 1 << 12
    COIL_FAULT = 1 << 13
    NV_CHECKSUM = 1 << 14
    PIN_ENABLED = 1 << 15
    POWER_DOWN_DURING_PAYOUT = 1 << 16
    UNKNOWN_COIN_PAID = 1 << 17
    PIN_WRONG = 1 << 18
    CIPHER_KEY_WRONG = 1 << 19
    ENCRYPTION_ENABLED = 1 << 20

    @property
    def words(self) -> str:
        """`payout timeout, power up seen`; bits without a name are left out."""
        return ", ".join(flag.name.lower().replace("_", " ") for flag in HopperFlag if flag in self and flag.name)


HOPPER_BLOCKED = (
    HopperFlag.CURRENT_TOO_HIGH
    | HopperFlag.PATH_BLOCKED_WHILE_IDLE
    | HopperFlag.SHORT_CIRCUIT_WHILE_IDLE
    | HopperFlag.BLOCKED_DURING_PAYOUT
    | HopperFlag.SHORT_CIRCUIT_DURING_PAYOUT
    | HopperFlag.FINGER_MISMATCH
    | HopperFlag.REVERSE_LIMIT
    | HopperFlag.COIL_FAULT
    | HopperFlag.POWER_DOWN_DURING_PAYOUT
    | HopperFlag.UNKNOWN_COIN_PAID
    | HopperFlag.PIN_WRONG
    | HopperFlag.CIPHER_KEY_WRONG
)
"""With any of these a hopper pays nothing before a software reset."""
