"""The machine's configuration in the board's own terms: which sections it gets, and which motor, key or bit is meant."""

from dataclasses import dataclass

from controller.config import Config
from controller.domain.catalog import SlotId
from controller.domain.events import Event, ReturnPressed, SlotChosen
from controller.domain.pairing import ServicePressed
from controller.protocols import board

FITTED, IDLES_LOW, HIGH_INHIBITS = 1, 2, 4
"""Bits of `wiring` in section COINS."""
KEYPAD, DOOR, THERMOMETERS = 1, 2, 4
"""Bits of `fitted` in section PANEL."""
COLUMNS = 10
"""Bits from one row to the next in `half_turns`."""
MS_MAX = 0xFFFF


@dataclass(frozen=True, slots=True)
class Place:
    """A motor on the board."""

    row: int
    column: int


def sections(config: Config) -> tuple[board.Section, ...]:
    """What the board is told at every boot. A part that is not on the board is told so."""
    rest = _coins(config), _panel(config), board.Bus(fitted=config.mdb.line == "board")
    return (_motors(config), *rest) if config.motors.drive == "board" else rest


def places(config: Config) -> dict[SlotId, Place]:
    """Where each slot's motor is on the board; none when the board drives no motors."""
    if config.motors.drive != "board":
        return {}
    rows, columns = config.board.rows, config.board.columns
    return {SlotId(r + c): Place(row, column) for r, row in rows.items() for c, column in columns.items()}


def presses(config: Config) -> dict[int, Event]:
    """What each key of the keypad means."""
    if config.cabinet.drive != "board":
        return {}
    keys: dict[int, Event] = {key: SlotChosen(SlotId(slot)) for slot, key in config.board.slot_keys.items()}
    own = {config.board.return_key: ReturnPressed(), config.board.service_key: ServicePressed()}
    return keys | {key: press for key, press in own.items() if key is not None}


def run_ms_max(config: Config) -> int:
    """How long a motor may be driven for one vend, all tries together."""
    motors = config.motors
    return min(MS_MAX, motors.leave_home_ms + motors.turn_ms * (1 + config.board.retries))


def _motors(config: Config) -> board.Motors:
    motors, wired = config.motors, config.board
    return board.Motors(
        rows=max(wired.rows.values()) + 1,
        columns=max(wired.columns.values()) + 1,
        retries=wired.retries,
        leave_home_ms=motors.leave_home_ms,
        reach_home_ms=motors.turn_ms,
        drop_ms=motors.drop_ms,
        brake_ms=wired.brake_ms,
        debounce_ms=motors.debounce_ms,
        over_current_ma=wired.over_current_ma,
        over_current_ms=wired.over_current_ms,
        no_motor_ma=wired.no_motor_ma,
        half_turns=_bits(config),
    )


def _bits(config: Config) -> bytes:
    where = places(config)
    halves = (where[SlotId(slot)] for slot in config.board.half_turns)
    return sum(1 << place.row * COLUMNS + place.column for place in halves).to_bytes(10, "little")


def _coins(config: Config) -> board.Coins:
    if not config.board_counts:
        return board.Coins(wiring=0)
    pulses = config.pulses
    wiring = FITTED
    wiring |= IDLES_LOW if pulses.idles == "low" else 0
    wiring |= HIGH_INHIBITS if pulses.inhibited_by == "high" else 0
    return board.Coins(
        wiring, pulses.pulse_ms_min, pulses.pulse_ms_max, pulses.gap_ms_min, pulses.jam_ms, pulses.settle_ms
    )


def _panel(config: Config) -> board.Panel:
    if config.cabinet.drive != "board":
        return board.Panel(fitted=0)
    fitted = KEYPAD if presses(config) else 0
    fitted |= DOOR if config.board.door else 0
    fitted |= THERMOMETERS if config.board.thermometers else 0
    return board.Panel(fitted)
