"""A simulated Qibixx adapter: the MDB bus behind a serial port, in lines of text (from the maker's pages, not verified).

    M,1             becomes the master                        m,ACK
    R,0C,00FF0000   says a command and its data on the bus    p,ACK   p,NACK (silence)   p,0B

Like the real one it acknowledges on the bus by itself, and keeps nothing for whoever was not listening.
"""

import random

from hw_mocks.mdb.bus import ACK, NAK, SILENCE, SimulatedMdbBus
from hw_mocks.ptys import SerialDevice, mono_ms

TICK_S = 0.005
"""Short, so that coins leave when they should and not only when the machine asks."""


class SimulatedAdapter(SerialDevice):
    """`noise` is how likely one byte of a line is lost on its way to the machine, which no check byte protects."""

    def __init__(self, bus: SimulatedMdbBus, seed: int = 0) -> None:
        super().__init__("sim-mdb", TICK_S)
        self.bus = bus
        self.noise = 0.0
        self.dumb = False
        """It takes lines and says nothing."""
        self._chance = random.Random(seed)
        self._kept = b""
        self._master = False

    def answer(self, data: bytes) -> bytes:
        self.bus.advance(mono_ms())
        *lines, self._kept = (self._kept + data).split(b"\n")
        said = b"".join(self._line(line.strip()) for line in lines if line.strip())
        return b"" if self.dumb else self._through_noise(said)

    def _line(self, line: bytes) -> bytes:
        match line.split(b","):
            case [b"M", wanted]:
                self._master = wanted == b"1"
                return b"m,ACK\n"
            case [b"R", head, data] if self._master:
                return self._said(self.bus.exchange(bytes.fromhex((head + data).decode("ascii")), mono_ms()))
            case _:
                return b"e,UNKNOWN\n"

    def _said(self, raw: bytes) -> bytes:
        if raw in (SILENCE, NAK):
            return b"p,NACK\n"
        return b"p,ACK\n" if raw == ACK else b"p," + raw[:-1].hex().upper().encode("ascii") + b"\n"

    def _through_noise(self, data: bytes) -> bytes:
        if not data or self._chance.random() >= self.noise:
            return data
        at = self._chance.randrange(len(data))
        return data[:at] + data[at + 1 :]
