"""What people touch and what the air does: keypad, door and thermometers, told when they have come to rest.

A door is told whenever there is room. Keys and temperatures are told only while the Pi holds the lease: nobody sells to a
visitor without it, and a ring full of old key strokes would keep coins out. They leave room for money in any case.
"""

import math

import messages
from link import elapsed_ms
from steady import Steady

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from link import Link
    from matrix import Adc, Pin

KEYPAD, DOOR, THERMOMETERS = 1, 2, 4
"""Bits of `fitted`."""
ROOM_FOR_MONEY = 24
"""So much of the ring is left to others: with 16 free places coins are shut out already."""
SCAN_MS = 2
"""From one row of the keypad to the next: its columns have settled by then, and whatever bounces is seen several times."""

NTC_OHM, NTC_BETA, ZERO_K = 10_000, 3_950, 273.15
BROKEN = -0x8000
"""For a temperature: the sensor is off or shorted."""


def ntc_cc(raw: int) -> int:
    """Hundredths of a degree Celsius of an NTC of 10 kilohm to ground behind 10 kilohm to 3.3 V; BROKEN near the ends."""
    if not 1_000 < raw < 64_500:
        return BROKEN
    kelvin = 1 / (1 / (ZERO_K + 25) + math.log(raw / (65_536 - raw)) / NTC_BETA)
    return round((kelvin - ZERO_K) * 100)


def chip_cc(raw: int) -> int:
    """The RP2040's own sensor: 0.706 V at 27 degrees, 1.721 mV less for each degree more (datasheet 4.9.5)."""
    return round((27 - (raw * 3.3 / 65_536 - 0.706) / 0.001721) * 100)


class Keypad:
    """Four rows, pulled down one after another, and four columns, pulled up. A key is row x 4 + column."""

    def __init__(self, rows: "tuple[Pin, ...]", columns: "tuple[Pin, ...]") -> None:
        self._rows, self._columns = rows, columns
        self._row = self._seen = 0
        self._looked_ms: int | None = None
        self._steady = Steady(20)
        self.told = 0
        self._select(0)

    def rest_for(self, rest_ms: int) -> None:
        self._steady.rest_ms = rest_ms

    def tick(self, now_ms: int) -> int:
        """A bit for each key that rests pressed."""
        if self._looked_ms is None or elapsed_ms(now_ms, self._looked_ms) >= SCAN_MS:
            self._looked_ms = now_ms
            self._look()
            if self._row == 0:
                self._steady.look(self._seen, now_ms)
        return self._steady.level or 0

    def _look(self) -> None:
        bits = 0
        for column, pin in enumerate(self._columns):
            if not pin.value():
                bits |= 1 << column
        shift = self._row * 4
        self._seen = self._seen & ~(0xF << shift) | bits << shift
        self._select((self._row + 1) % len(self._rows))

    def _select(self, row: int) -> None:
        self._rows[self._row].value(1)
        self._rows[row].value(0)
        self._row = row


class Panel:
    """Behind the link: section PANEL, events KEY, DOOR and TEMPERATURE. `probes` are (ADC, how to read it)."""

    def __init__(
        self, link: "Link", keypad: Keypad, door: "Pin", probes: "tuple[tuple[Adc, Callable[[int], int]], ...]"
    ) -> None:
        self._link, self._keypad, self._door_pin, self._probes = link, keypad, door, probes
        self._door = Steady(20)
        self._door_told: int | None = None
        self._fitted = self._temperature_ms = self._step_cc = 0
        self._measured_ms: int | None = None
        self._told_cc: list[int | None] = [None] * len(probes)
        self._broken_told = self._greeted = 0
        link.takes(messages.PANEL, self._configure)

    def tick(self, now_ms: int) -> None:
        """Once in every round."""
        if self._link.greetings != self._greeted:
            self._greeted, self._door_told = self._link.greetings, None
        room = self._link.room > ROOM_FOR_MONEY
        if self._fitted & DOOR:
            self._door.look(self._door_pin.value() or 0, now_ms)
            if self._door.level != self._door_told and room and self._link.event(messages.DOOR, self._door.level or 0):
                self._door_told = self._door.level
        if self._fitted & KEYPAD:
            self._tell_keys(self._keypad.tick(now_ms), room)
        due = self._measured_ms is None or elapsed_ms(now_ms, self._measured_ms) >= self._temperature_ms
        if self._fitted & THERMOMETERS and due and room and self._link.lease:
            self._measured_ms = now_ms
            self._tell_temperatures()

    def _configure(self, fitted: int, debounce_ms: int, temperature_s: int, step_cc: int) -> bool:
        self._fitted, self._step_cc = fitted, step_cc
        self._temperature_ms = max(1, temperature_s) * 1_000
        self._measured_ms = None
        self._door.rest_ms = debounce_ms
        self._keypad.rest_for(debounce_ms)
        return True

    def _tell_keys(self, pressed: int, room: bool) -> None:
        if not self._link.lease:
            self._keypad.told = pressed
        changed = pressed ^ self._keypad.told
        if not changed or not room:
            return
        for key in range(16):
            bit = 1 << key
            if changed & bit and self._link.event(messages.KEY, key, 1 if pressed & bit else 0):
                self._keypad.told ^= bit

    def _tell_temperatures(self) -> None:
        for probe, (adc, read) in enumerate(self._probes):
            now_cc = read(adc.read_u16())
            told_cc = self._told_cc[probe]
            if now_cc == BROKEN:
                self._tell_broken(probe)
            elif told_cc is None or abs(now_cc - told_cc) >= self._step_cc:
                self._tell_temperature(probe, max(-32_767, min(32_767, now_cc)))

    def _tell_temperature(self, probe: int, now_cc: int) -> None:
        if self._link.event(messages.TEMPERATURE, probe, now_cc):
            self._told_cc[probe] = now_cc
            self._broken_told &= ~(1 << probe)

    def _tell_broken(self, probe: int) -> None:
        if not self._broken_told >> probe & 1 and self._link.event(messages.FAULT, messages.ADC, probe):
            self._broken_told |= 1 << probe
            self._told_cc[probe] = None
