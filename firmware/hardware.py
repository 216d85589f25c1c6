"""The RP2040 behind `board.Board`: every pin, bus, converter and state machine by its name, safe from the moment it is made.

Numbers of registers are those of the RP2040 datasheet. Not yet tried on hardware.
"""

import pio
from machine import ADC, SPI, UART, WDT, Pin, mem32  # type: ignore[import-not-found]
from pins import CHIP_THERMOMETER, PINS

LINK_BAUD, LINK_BYTES = 115_200, 1_024
SHIFT_HZ = 1_000_000
WATCHDOG_MS = 2_000

SCRATCH_0 = 0x4005800C
"""First of the watchdog's registers that its reset leaves alone; the boot ROM uses the last four of eight (2.8.1)."""
CHIP_RESET, HAD_RUN = 0x40064008, 1 << 16
"""Whether the last reset of the chip came from its RUN pin (2.12.8)."""
GPIO_CONTROL, INVERT_INPUT = 0x40014004, 1 << 16
"""GPIOx_CTRL.INOVER (2.19.6.1); that it turns round what PIO and pin both see is not verified."""
NOTED = 0x6D690000
"""Marks a scratch register as ours."""


class Port:
    """The UART to the Pi: what is there, and never a wait."""

    def __init__(self) -> None:
        self._uart = UART(
            0,
            LINK_BAUD,
            tx=Pin(PINS["link_tx"]),
            rx=Pin(PINS["link_rx"]),
            rxbuf=LINK_BYTES,
            txbuf=LINK_BYTES,
            timeout=0,
        )
        self.write = self._uart.write

    def read(self) -> bytes | None:
        return self._uart.read(256) if self._uart.any() else None


class NoWatchdog:
    """Until the program runs: a watchdog that was started can never be stopped again."""

    def feed(self) -> None:
        """Nobody is hungry yet."""


class Hardware:
    """Made once. The outputs are off; the watchdog sleeps until `start_watchdog`."""

    def __init__(self) -> None:
        self.coin_inhibit = _out("coin_inhibit")
        self.lamp, self.latch, self.curtain_lamp = _out("lamp"), _out("shift_latch"), _out("curtain_lamp")
        self.deadman = pio.start_deadman(_out("supply_on"))
        self.shift = SPI(1, SHIFT_HZ, sck=Pin(PINS["shift_clock"]), mosi=Pin(PINS["shift_data"]), miso=None)
        self.home = Pin(PINS["home"], Pin.IN, Pin.PULL_DOWN)
        self.current, self.supply = ADC(Pin(PINS["current"])), ADC(Pin(PINS["supply"]))
        self.thermometer, self.chip = ADC(Pin(PINS["thermometer"])), ADC(CHIP_THERMOMETER)
        self.curtain_eye = Pin(PINS["curtain_eye"], Pin.IN, Pin.PULL_DOWN)
        self.shadows = pio.start_curtain(self.curtain_eye)
        self.coin_line = Pin(PINS["coin"], Pin.IN, Pin.PULL_UP)
        self.coins = pio.start_coins(self.coin_line)
        self.mdb_tx, self.mdb_rx = pio.start_mdb(
            Pin(PINS["mdb_tx"], Pin.OUT, value=1), Pin(PINS["mdb_rx"], Pin.IN, Pin.PULL_UP)
        )
        self.door = Pin(PINS["door"], Pin.IN, Pin.PULL_UP)
        self.key_rows = tuple(Pin(PINS[f"key_row_{row}"], Pin.OPEN_DRAIN, value=1) for row in range(4))
        self.key_columns = tuple(Pin(PINS[f"key_column_{column}"], Pin.IN, Pin.PULL_UP) for column in range(4))
        self.port = Port()
        self.watchdog = NoWatchdog()

    def start_watchdog(self) -> None:
        self.watchdog = WDT(timeout=WATCHDOG_MS)

    def turn_coin_round(self, on: bool) -> None:
        """Let the coin pin read high for a line that is low."""
        control = GPIO_CONTROL + 8 * PINS["coin"]
        mem32[control] = mem32[control] & ~(3 << 16) | (INVERT_INPUT if on else 0)

    def note(self, place: int, value: int) -> None:
        """Keep a number of 16 bits through a reset by the watchdog."""
        mem32[SCRATCH_0 + 4 * place] = NOTED | value

    def noted(self, place: int) -> int | None:
        """What was kept there; None after the power was gone."""
        word = mem32[SCRATCH_0 + 4 * place]
        return word & 0xFFFF if word & 0xFFFF0000 == NOTED else None

    def reset_by_pin(self) -> bool:
        return bool(mem32[CHIP_RESET] & HAD_RUN)


def _out(name: str) -> "Pin":
    return Pin(PINS[name], Pin.OUT, value=0)
