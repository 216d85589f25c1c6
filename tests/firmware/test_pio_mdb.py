"""The driver of the MDB line over the real PIO programs in rp2040py, with a coin changer that reads and writes the pads.

Nothing between `mdbwire` and the changer is scripted: words go through the FIFOs of the emulated chip, bits over two lines,
and times are counted in cycles of the bit clock.
"""

import mdbwire
import pio
from mdbline import Memory
from piobench import Chip, frames

BIT = pio.MDB_CYCLES_PER_BIT
MS = pio.MDB_HZ / 1_000
TX_PIN, RX_PIN = 0, 1
FLEVEL = 0x5020000C
DIME_IN_TUBE = (0x51, 0x07, 0x58 | 0x100)
"""A dime goes into its tube, where now are seven; the sum with the mode bit."""


class Bus:
    """The chip, its two lines, and a changer that answers POLL with what it has to say until somebody says ACK."""

    def __init__(self, *news: tuple[int, ...]) -> None:
        self.tx, self.rx = pio.start_mdb(TX_PIN, RX_PIN)
        self.chip = Chip(self.tx, self.rx)
        self.wire = mdbwire.MdbWire(self, self, Memory())
        self.news = list(news)
        self.cycle = 0
        self.heard: list[tuple[float, int]] = []
        self.answered_at = 0.0
        self._line: list[int] = []
        self._frame: list[int] = []
        self._deaf = False

    # What `rp2.StateMachine` has

    def put(self, word: int) -> None:
        self.chip.put(self.tx.number, word)

    def get(self, buffer: None, shift: int) -> int:
        word = self.chip.take(self.rx.number)
        assert word is not None
        return word >> shift

    def tx_fifo(self) -> int:
        """As many places as on the chip: the emulator joins no FIFOs, so four of the eight are always taken."""
        return (self.chip.read(FLEVEL) & 0xF) + 4

    def rx_fifo(self) -> int:
        return self.chip.read(FLEVEL) >> 12 & 0xF

    def exec(self, instruction: int) -> None:
        self.chip.execute(self.tx.number, instruction)

    # Time and the changer

    def lasts(self, ms: int) -> list[int]:
        """Every cycle of so many milliseconds, the driver's tick after each; the levels of our line."""
        levels = []
        for _ in range(ms):
            until = self.cycle + MS
            while self.cycle < until:
                self.chip.step()
                self.cycle += 1
                levels.append(self.chip.level(TX_PIN))
                self._changer_reads(levels[-1])
                self.chip.drive(RX_PIN, self._line.pop(0) if self._line else 1)
            self.wire.tick(int(self.cycle / MS))
        return levels

    def _changer_reads(self, level: int) -> None:
        """A UART of its own: from a falling edge to the middle of the stop bit, and deaf after a break until it is over."""
        if self._deaf or not (self._frame or level == 0):
            self._deaf = self._deaf and level == 0
            return
        self._frame.append(level)
        if len(self._frame) > 10 * BIT + BIT // 2:
            _, *data, stop = self._frame[BIT // 2 :: BIT]
            self._frame, self._deaf = [], stop == 0
            if stop:
                self.heard.append((self.cycle / MS, sum(bit << index for index, bit in enumerate(data))))
                self._changer_thinks()

    def _changer_thinks(self) -> None:
        words = [word for _, word in self.heard]
        if words[-2:] == [0x10B, 0x00B]:
            answer = self.news[0] if self.news else (0x100,)
            rest = [1] * int(2 * MS)
            self._line = rest + frames(answer, BIT)
            self.answered_at = self.cycle / MS + 2 + (4 + 11 * len(answer)) * BIT / MS
        elif words[-1] == 0x000 and self.news:
            self.news.pop(0)


def test_a_coin_crosses_the_line_and_is_acknowledged_within_5_ms() -> None:
    """POLL, the dime, ACK: on the wire our ACK has left before the changer loses its patience, and the dime is kept once."""
    bus = Bus(DIME_IN_TUBE)
    assert bus.wire.send(b"\x0b", 0)
    bus.lasts(25)
    assert bus.wire.blocks == [(1, 0x0B, 0, b"\x51\x07")]
    assert [word for _, word in bus.heard] == [0x10B, 0x00B, 0x000]
    assert bus.news == []
    ack_began_ms = bus.heard[-1][0] - 10.5 * BIT / MS
    assert 0 <= ack_began_ms - bus.answered_at <= 5
    assert not bus.wire.busy


def test_a_changer_with_nothing_to_tell_says_ack() -> None:
    """100* over the line ends the poll, and the next one finds the driver ready."""
    bus = Bus()
    assert bus.wire.send(b"\x0b", 0)
    bus.lasts(20)
    assert bus.wire.result == mdbwire.ACKED
    assert bus.wire.send(b"\x0b", int(bus.cycle / MS))
    bus.lasts(20)
    assert bus.wire.result == mdbwire.ACKED


def test_a_break_is_a_hundred_milliseconds_on_the_pad() -> None:
    """The line is held low between two words and high again, and the program underneath still sends."""
    bus = Bus()
    assert bus.wire.break_line(0)
    levels = bus.lasts(110)
    assert 100 <= levels.count(0) / MS <= 103
    assert levels[-1] == 1
    bus.lasts(210)
    assert not bus.wire.busy
    assert bus.heard == []
    assert bus.wire.send(b"\x0b", int(bus.cycle / MS))
    bus.lasts(20)
    assert bus.wire.result == mdbwire.ACKED
