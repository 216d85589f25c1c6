"""Stands in for the board's `machine`: the part of it that the firmware uses, as wires to the chip.

Runs on MicroPython and on CPython.
"""

# Signatures are those of MicroPython, where many arguments matter to a chip and not to a wire.
# ruff: noqa: ARG002
# mypy: ignore-errors

import binascii
import sys

from wires import CLOCK, READ_BYTES, WIRES

PWRON_RESET, WDT_RESET = 1, 3
CAUSE = [PWRON_RESET]
FEED_MS, IDLE_MS = 100, 2


class Pin:
    """One line of the chip."""

    IN, OUT, OPEN_DRAIN = 0, 1, 2
    PULL_UP, PULL_DOWN = 1, 2

    def __init__(self, number, mode=0, pull=0, value=None):
        self.number, self._output = number, mode != Pin.IN
        self._level = None
        if value is not None:
            self.value(value)

    def value(self, level=None):
        if level is None:
            return self._level if self._output else WIRES.level(self.number)
        if level != self._level:
            self._level = level
            WIRES.tell("set " + str(self.number) + " " + str(int(level)))
        return None


class ADC:
    """One channel, given by its pin or its number."""

    def __init__(self, channel):
        self._channel = channel.number if isinstance(channel, Pin) else channel

    def read_u16(self):
        return WIRES.ask("adc " + str(self._channel))


class SPI:
    """Sends only."""

    def __init__(self, number, baud, sck, mosi, miso):
        assert (number, miso) == (1, None)

    def write(self, data):
        WIRES.tell("spi " + binascii.hexlify(data).decode())


class UART:
    """The serial line to the Pi, which is a pseudo-terminal here. What nobody takes is lost, as on a wire."""

    def __init__(self, number, baud, tx, rx, rxbuf, txbuf, timeout):
        assert (number, timeout) == (0, 0)
        self._data = b""

    def any(self):
        if not self._data:
            self._data = WIRES.link.read(READ_BYTES) or b""
        return len(self._data)

    def read(self, count):
        data, self._data = self._data[:count], self._data[count:]
        return data or None

    def write(self, data):
        return WIRES.link.write(data)


class WDT:
    """The watchdog sits outside of this process, or it could not kill it."""

    def __init__(self, timeout):
        WIRES.tell("wdt " + str(timeout))
        self._fed_ms = CLOCK.now_ms

    def feed(self):
        if CLOCK.now_ms - self._fed_ms >= FEED_MS:
            self._fed_ms = CLOCK.now_ms
            WIRES.tell("feed")


class Registers:
    """Those that the firmware knows of; they outlive a reset by the watchdog where the chip's do."""

    def __init__(self):
        self.values = {}

    def __getitem__(self, address):
        return self.values.get(address, 0)

    def __setitem__(self, address, value):
        if self.values.get(address) != value:
            self.values[address] = value
            WIRES.tell("mem " + str(address) + " " + str(value))


mem32 = Registers()


def reset_cause():
    return CAUSE[0]


def reset():
    WIRES.tell("reset")
    sys.exit(0)


def idle():
    """Wait for whatever comes first: a byte, an edge, the next millisecond or two."""
    WIRES.pump(IDLE_MS)
