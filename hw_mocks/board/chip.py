"""The board around its processor: pins, converters, shift registers and state machines, wired to the simulated machine.

One side are the words of `cpu/wires.py`, the other the lines of `hw_mocks.world`. What the PIO programs do is played here, in
the world's time, so it goes on while the processor hangs: the dead-man falls, the curtain remembers, pulses are measured.
"""

from collections.abc import Callable
from functools import partial

from controller.config import Cabinet, Motors
from firmware.pins import COLUMN_0, PINS
from hw_mocks.agenda import Agenda
from hw_mocks.mdb import MdbLine, SimulatedMdbBus
from hw_mocks.spiral import RUN_DEG_PER_MS, Spiral
from hw_mocks.world import World

SHADOW_MS = 0.96
UNITS_MAX = 0x7FFE
PULSE_MS, GAP_MS = 50, 50
"""A pulse of the simulated coin acceptor and the rest between two."""
STALL_MA, RUN_MA = 900, 180
"""Plausible, not measured."""
FULL_MA, FULL_MV, SUPPLY_MV = 1_650, 36_300, 24_000
CABINET_RAW, CHIP_RAW, CHIP_CHANNEL = 32_768, 14_016, 4
"""25 degrees at the NTC, 27 in the chip."""
MDB_TX, MDB_RX, COINS, DEADMAN, CURTAIN = 0, 1, 4, 5, 6
RX_SHIFT = 22
LINE_LOW = 0xE000
"""`set(pins, 0)` as a state machine knows it: the MDB line is held low."""
OUTPUT = {number: name for name, number in PINS.items()}


class Chip:
    """`tell` takes a line to the processor. Keys of the keypad are in `keys`; on `mdb` hang the devices of `bus`."""

    def __init__(
        self, world: World, motors: Motors, cabinet: Cabinet, tell: Callable[[str], None], bus: SimulatedMdbBus
    ) -> None:
        self.world, self._tell = world, tell
        self.keys: set[int] = set()
        self.mdb = MdbLine(bus, lambda: int(world.now_ms))
        self._rows, self._columns = list(motors.rows.values()), list(motors.columns.values())
        self._home, self._eye, self._curtain_lamp = motors.home, motors.drop_sensor, motors.drop_emitter
        self._door, self._lamp = cabinet.door, cabinet.lamp
        wired = (*cabinet.slot_buttons.values(), cabinet.return_button, cabinet.service_button)
        buttons = [pin for pin in wired if pin is not None]
        self._buttons = {pin: key for key, pin in enumerate(buttons[:16])}
        self._agenda = Agenda()
        self._fed_until_ms = 0.0
        self._shifted = self._bits = self._dark = 0
        self._open_rows = {f"key_row_{row}": 1 for row in range(4)}
        self._inhibit, self._coin_ended_ms = 0, 0.0

    # Time

    @property
    def due_ms(self) -> float | None:
        waiting = (self._agenda.due_ms, self._fed_until_ms if self._fed else None, self.mdb.bus.due_ms)
        return min((ms for ms in waiting if ms is not None), default=None)

    def advance(self, now_ms: float) -> None:
        """What happens by itself until now."""
        self._agenda.reach(now_ms)
        self.mdb.bus.advance(int(now_ms))
        if self._fed and now_ms >= self._fed_until_ms:
            self._fed_until_ms = 0.0
            self._drive()

    @property
    def _fed(self) -> bool:
        return self._fed_until_ms > 0

    def off(self) -> None:
        """Reset, or no power: every output falls, and what the processor had set is gone."""
        self._fed_until_ms, self._bits, self._shifted, self._inhibit = 0.0, 0, 0, 0
        self.mdb.fall_silent()
        self._drive()
        self._light(self._curtain_lamp, False)
        self._light(self._lamp, False)

    # From the processor

    def take(self, line: str) -> None:
        """One word of the processor's. Raises ValueError and IndexError for nonsense."""
        word, *more = line.split()
        match word:
            case "set":
                self._set(OUTPUT[int(more[0])], int(more[1]))
            case "spi":
                self._shifted = int(more[0], 16)
            case "adc":
                self._tell(f"is {self._measure(int(more[0]))}")
            case "sync":
                self._tell("is 0")
            case "put":
                self._put(int(more[0]), int(more[1]), float(more[2]))
            case "exec" if int(more[0]) == MDB_TX:
                self.mdb.pull(int(more[1]) == LINE_LOW, float(more[2]))
            case "look":
                for heard in self.mdb.until(float(more[0])):
                    self._tell(f"word {MDB_RX} {heard << RX_SHIFT}")
                self._tell("is 0")

    def greet(self) -> None:
        """All inputs, to a processor that has just begun."""
        for pin in (self._home, self._eye, self._door):
            if pin is not None:
                self.edge(pin, self.world.level(pin))
        self._tell(f"pin {PINS['coin']} 1")
        self._tell_columns()

    def _set(self, name: str, level: int) -> None:
        if name == "shift_latch" and level:
            self._bits = self._shifted
            self._drive()
        elif name == "curtain_lamp":
            self._light(self._curtain_lamp, bool(level))
        elif name == "lamp":
            self._light(self._lamp, bool(level))
        elif name == "coin_inhibit":
            self._inhibit = level
        elif name in self._open_rows:
            self._open_rows[name] = level
            self._tell_columns()

    def _put(self, machine: int, word: int, at_ms: float) -> None:
        if machine == DEADMAN:
            self._fed_until_ms = self.world.now_ms + word / 10 if word else 0.0
            self._drive()
        elif machine == MDB_TX:
            self.mdb.hear(word, at_ms)

    def _light(self, pin: int | None, on: bool) -> None:
        if pin is not None:
            self.world.set_line(pin, on)

    def _drive(self) -> None:
        self.world.guarded = self._fed
        self.world.settle()
        for place, pin in enumerate(self._rows):
            self.world.set_line(pin, bool(self._bits >> place & 1))
        for place, pin in enumerate(self._columns):
            self.world.set_line(pin, bool(self._bits >> COLUMN_0 + place & 1))

    def _measure(self, channel: int) -> int:
        if channel == PINS["current"]:
            now_ma = sum(current_ma(spiral) for spiral in self.world.spirals.values() if spiral.driven)
            return min(65_535, now_ma * 65_536 // FULL_MA)
        if channel == PINS["supply"]:
            return SUPPLY_MV * 65_536 // FULL_MV if self.world.powered and self.world.supply else 0
        return CHIP_RAW if channel == CHIP_CHANNEL else CABINET_RAW

    # From the machine

    def edge(self, pin: int, high: bool) -> None:
        """A line of the machine changed, at the moment the world stands at."""
        self._agenda.reach(self.world.now_ms)
        if pin == self._home:
            self._tell(f"pin {PINS['home']} {high:d}")
        elif pin == self._eye:
            self._tell(f"pin {PINS['curtain_eye']} {not high:d}")
            self._dark += 1
            if high:
                shadow = self._dark
                self._agenda.after(SHADOW_MS, lambda: self._remember(shadow))
        elif pin == self._door:
            self._tell(f"pin {PINS['door']} {high:d}")
        elif pin in self._buttons:
            (self.keys.add if high else self.keys.discard)(self._buttons[pin])
            self._tell_columns()

    def _remember(self, shadow: int) -> None:
        if shadow == self._dark:
            self._tell(f"word {CURTAIN} 0")

    def _tell_columns(self) -> None:
        for column in range(4):
            low = any(not self._open_rows[f"key_row_{key // 4}"] for key in self.keys if key % 4 == column)
            self._tell(f"pin {PINS[f'key_column_{column}']} {not low:d}")

    # People and peripherals

    def insert_coin(self, pulses: int) -> bool:
        """A coin worth so many pulses: False when it lies in the tray, for the board lets none in."""
        self._agenda.reach(self.world.now_ms)
        if not self._inhibit:
            return False
        for place in range(pulses):
            begin_ms = GAP_MS + place * (PULSE_MS + GAP_MS)
            high_ms = self.world.now_ms + begin_ms - self._coin_ended_ms
            self._coin_ended_ms = self.world.now_ms + begin_ms + PULSE_MS
            self._agenda.after(begin_ms, lambda: self._tell(f"pin {PINS['coin']} 0"))
            self._agenda.after(begin_ms + PULSE_MS, partial(self._end_pulse, high_ms))
        return True

    def _end_pulse(self, high_ms: float) -> None:
        high = 0x7FFF if high_ms * 10 >= UNITS_MAX else UNITS_MAX - int(high_ms * 10)
        self._tell(f"pin {PINS['coin']} 1")
        self._tell(f"word {COINS} {high << 15 | UNITS_MAX - PULSE_MS * 10}")

    def press_key(self, key: int, pressed: bool) -> None:
        (self.keys.add if pressed else self.keys.discard)(key)
        self._tell_columns()


def current_ma(spiral: Spiral) -> int:
    """What a driven motor takes: the slower it is, the more."""
    return round(STALL_MA - (STALL_MA - RUN_MA) * spiral.speed_deg_per_ms / RUN_DEG_PER_MS)
