"""What happens at the board, as it is kept there until somebody has written it down.

Each class has the fields of its line in `firmware.messages.LAYOUTS`, in that order. `_cc` is hundredths of a degree Celsius.
"""

from typing import NamedTuple

from firmware import messages


class Reset(NamedTuple):
    """The first event of each life: why the board was reset, and how many events died with its last life (255: unknown)."""

    cause: int
    lost: int


class Drop(NamedTuple):
    """Something fell: how many ever, the newest vend (0: none yet), and when after its start."""

    drops: int
    vend: int
    after_ms: int


class Pulses(NamedTuple):
    """A coin's train of pulses ended; `pulses` is how many were good in this life of the board, all trains together."""

    pulses: int
    train: int
    narrowest_us: int
    widest_us: int


class OddPulses(NamedTuple):
    """Pulses that counted as none in this life, by reason. For the technician, never money."""

    short: int
    long: int
    close: int
    uninvited: int
    last_us: int


class CoinJam(NamedTuple):
    """The pulse line is held (1) or free again (0)."""

    jammed: int
    low_ms: int


class Block(NamedTuple):
    """A block an MDB peripheral sent, checked and acknowledged on the bus; `number` of the command it answers, or a poll."""

    block_number: int
    kind: int
    number: int
    asked: int
    flags: int
    block: bytes


class BusState(NamedTuple):
    """A peripheral fell silent or answers again."""

    address: int
    present: int
    silent_ms: int
    damaged: int


class Key(NamedTuple):
    key: int
    pressed: int


class Door(NamedTuple):
    open: int


class Temperature(NamedTuple):
    probe: int
    temperature_cc: int


class Fault(NamedTuple):
    """The board found something wrong with itself; see `messages.WORDS`."""

    fault: int
    detail: int


class Foreign(NamedTuple):
    """An event of a firmware newer than this program: nobody here can read it, but it must not hold up the others."""

    kind: int
    body: bytes


Happening = Reset | Drop | Pulses | OddPulses | CoinJam | Block | BusState | Key | Door | Temperature | Fault | Foreign

HAPPENINGS: dict[int, type[Happening]] = {
    messages.RESET: Reset,
    messages.DROP: Drop,
    messages.PULSES: Pulses,
    messages.ODD_PULSES: OddPulses,
    messages.COIN_JAM: CoinJam,
    messages.BLOCK: Block,
    messages.BUS_STATE: BusState,
    messages.KEY: Key,
    messages.DOOR: Door,
    messages.TEMPERATURE: Temperature,
    messages.FAULT: Fault,
}


def read_happening(kind: int, data: bytes) -> Happening:
    """The event in an EVENT. Raises nothing: what cannot be read is Foreign."""
    try:
        return HAPPENINGS[kind]._make(messages.unpack(kind, data))
    except (ValueError, KeyError):
        return Foreign(kind, data)
