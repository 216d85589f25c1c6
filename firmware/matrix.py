"""The motors' drivers: one row and one column on is one motor driven; its home switch, its current, its supply.

A row switches to ground and a column to 24 V, with a diode at each motor, or current sneaks through its neighbours. The home
line and the current are shared, so they speak for a motor only while that motor is driven; the cams of other rows feed the
line too, so each row has an optocoupler of its own and only their outputs are joined. How hard the brake bites behind
such diodes is not known: a worm gear stands nearly still without it (not verified on hardware).
"""

from pins import BRAKE, COLUMN_0

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class Bus(Protocol):
        """What is used of `machine.SPI`."""

        def write(self, data: bytes | bytearray) -> object: ...

    class Pin(Protocol):
        """What is used of `machine.Pin`."""

        def value(self, level: int | None = None) -> int | None: ...

    class Adc(Protocol):
        """What is used of `machine.ADC`."""

        def read_u16(self) -> int: ...


CURRENT_MA_MAX = 1_650
"""At 3.3 V: 0.1 ohm, amplified 20 times."""
SUPPLY_MV_MAX = 36_300
"""At 3.3 V: divided by 11."""


class Matrix:
    """All motors of one machine. Off when made."""

    def __init__(self, shift: "Bus", latch: "Pin", home: "Pin", current: "Adc", supply: "Adc") -> None:
        self._shift, self._latch, self._home, self._current, self._supply = shift, latch, home, current, supply
        self._bytes = bytearray(3)
        self.off()

    def drive(self, row: int, column: int) -> None:
        """This motor and no other."""
        self._show(1 << row | 1 << COLUMN_0 + column)

    def brake(self, row: int) -> None:
        """Short the motor that was driven in this row."""
        self._show(1 << row | 1 << BRAKE)

    def off(self) -> None:
        self._show(0)

    def at_home(self) -> int:
        """1 while the cam switch of the driven motor is closed."""
        return self._home.value() or 0

    def current_ma(self) -> int:
        return self._current.read_u16() * CURRENT_MA_MAX >> 16

    def supply_mv(self) -> int:
        return (self._supply.read_u16() >> 4) * SUPPLY_MV_MAX >> 12  # never a big integer

    def _show(self, bits: int) -> None:
        """The last register's byte goes first, and all outputs change at once."""
        self._bytes[0], self._bytes[1], self._bytes[2] = bits >> 16 & 0xFF, bits >> 8 & 0xFF, bits & 0xFF
        self._shift.write(self._bytes)
        self._latch.value(1)
        self._latch.value(0)
