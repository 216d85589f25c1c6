"""What the board can be told to do, and what it answers: each a complete act with a bound, never "motor on".

Each class has the fields of its line in `firmware.messages.LAYOUTS`, in that order.
"""

import struct
from typing import NamedTuple

from firmware import messages

from .errors import LocalProtocolError, RemoteProtocolError


class Turn(NamedTuple):
    """Turn one motor until it has seen home `homes` times, for the vend whose id is the command's number."""

    row: int
    column: int
    homes: int = 1
    curtain: int = 1
    run_ms_max: int = 6_000
    drop_ms: int = 2_000


class Trial(NamedTuple):
    """The same for a person at the open door; `homes` 0 only brings a spiral home that stands in mid-turn."""

    row: int
    column: int
    homes: int = 1
    curtain: int = 0
    run_ms_max: int = 6_000
    drop_ms: int = 0


class Scan(NamedTuple):
    """Which motors of a row are there, and which of them stand at home? Nothing turns."""

    row: int


class Curtain(NamedTuple):
    """Does the light curtain see its lamp go out and come back?"""


class BusSend(NamedTuple):
    """One block to an MDB peripheral, its checksum left off; told again up to `tries_max` times while nobody ACKs it."""

    tries_max: int
    block: bytes


class BusPay(NamedTuple):
    """The same for a block that moves money, in a lane of its own."""

    tries_max: int
    block: bytes


class BusPoll(NamedTuple):
    """Poll this MDB address so often from now on; 0 stops it."""

    address: int
    period_ms: int


class BusBreak(NamedTuple):
    """Hold the MDB line active: every peripheral resets."""

    break_ms: int = 100


class Turned(NamedTuple):
    """How a turn ended: `result` of `messages.HOME` and so on; `fell` pieces; `drop_ms` after the start."""

    result: int
    fell: int
    curtain: int
    retries: int
    run_ms: int
    drop_ms: int
    peak_ma: int
    mean_ma: int


class Scanned(NamedTuple):
    """A bit for each column."""

    present: int
    at_home: int


class CurtainTested(NamedTuple):
    works: int
    answer_ms: int


class BusAnswered(NamedTuple):
    """What the peripheral said; a block it sent is event `Block` with this number."""

    bus_result: int
    tries: int
    block_number: int


class Nothing(NamedTuple):
    """It is done, and there is no more to say."""


Order = Turn | Trial | Scan | Curtain | BusSend | BusPay | BusPoll | BusBreak
Answer = Turned | Scanned | CurtainTested | BusAnswered | Nothing

KINDS: dict[type[Order], int] = {
    Turn: messages.TURN,
    Trial: messages.TRIAL,
    Scan: messages.SCAN,
    Curtain: messages.CURTAIN,
    BusSend: messages.BUS_SEND,
    BusPay: messages.BUS_PAY,
    BusPoll: messages.BUS_POLL,
    BusBreak: messages.BUS_BREAK,
}
ANSWERS: dict[int, type[Answer]] = {
    messages.TURN: Turned,
    messages.TRIAL: Turned,
    messages.SCAN: Scanned,
    messages.CURTAIN: CurtainTested,
    messages.BUS_SEND: BusAnswered,
    messages.BUS_PAY: BusAnswered,
    messages.BUS_POLL: Nothing,
    messages.BUS_BREAK: Nothing,
}


def packed(order: Order) -> tuple[int, bytes]:
    """The command's kind and its body. Raises LocalProtocolError for a number that does not fit its field."""
    kind = KINDS[type(order)]
    try:
        return kind, messages.body(kind, *order)
    except struct.error as error:
        raise LocalProtocolError(f"{order}: {error}") from None


def read_answer(kind: int, data: bytes) -> Answer:
    """What the board answered to a command of this kind. Raises RemoteProtocolError when it cannot be read."""
    try:
        fields = messages.unpack(kind | 0x80, data)
        return ANSWERS[kind]._make(fields)
    except (ValueError, KeyError) as error:
        raise RemoteProtocolError(f"an answer to command {kind:#04x} that cannot be read: {error}") from None
