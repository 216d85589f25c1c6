"""The firmware's own `mdbwire` against the simulated devices, word by word in virtual time: what is told is what happened."""

from typing import Any

import pytest

from firmware.mdbwire import ACKED, BLOCK, DAMAGED, POSSIBLE_REPEAT, SILENT, MdbWire
from hw_mocks.mdb import MdbLine, SimulatedChanger, SimulatedMdbBus

SETUP, TUBES, POLL, COINS, PAY = b"\x09", b"\x0a", b"\x0b", bytes.fromhex("0c000f000f"), b"\x0d\x31"
"""PAY asks for three coins of type 1: thirty cents in dimes."""
WORD_MS = 1.146


class Fifos:
    """The two state machines of the line, as the master's program sees them."""

    def __init__(self, line: MdbLine) -> None:
        self.line = line
        self.now_ms = 0
        self._free_ms = 0.0
        self._words: list[int] = []

    def put(self, word: int) -> None:
        self._free_ms = max(self._free_ms, self.now_ms) + WORD_MS
        self.line.hear(word, self.now_ms)

    def tx_fifo(self) -> int:
        return max(0, int((self._free_ms - self.now_ms) / WORD_MS))

    def rx_fifo(self) -> int:
        self._words += self.line.until(self.now_ms)
        return len(self._words)

    def get(self, _buffer: None, shift: int) -> int:
        return self._words.pop(0) << 22 >> shift

    def exec(self, instruction: int) -> None:
        self.line.pull(instruction == 0xE000, self.now_ms)


class NoGarbage:
    """Nothing is collected here."""

    def enable(self) -> None: ...
    def disable(self) -> None: ...
    def collect(self) -> None: ...


class Bench:
    """A master and a changer. `blocks` is what the master kept; `tick_ms` how often its program comes round."""

    def __init__(self) -> None:
        self.changer = SimulatedChanger()
        self.bus = SimulatedMdbBus(self.changer)
        self.line = MdbLine(self.bus, lambda: self.fifos.now_ms)
        self.fifos = Fifos(self.line)
        self.tick_ms = 1
        self.begin()

    def begin(self) -> None:
        """A new life of the board."""
        self.wire = MdbWire(self.fifos, self.fifos, NoGarbage())

    @property
    def blocks(self) -> list[tuple[bytes, int]]:
        return [(data, flags) for _, _, flags, data in self.wire.blocks]

    def wait(self, ms: int) -> None:
        end_ms = self.fifos.now_ms + ms
        while self.fifos.now_ms < end_ms:
            self.fifos.now_ms += self.tick_ms
            self.bus.advance(self.fifos.now_ms)
            if self.wire.busy:
                self.wire.tick(self.fifos.now_ms)

    def say(self, command: bytes) -> str | None:
        """What came of it."""
        assert self.wire.send(command, self.fifos.now_ms)
        while self.wire.busy:
            self.wait(self.tick_ms)
        return self.wire.result


@pytest.fixture
def bench() -> Bench:
    """A changer that has told that it was reset, and takes all coins."""
    bench = Bench()
    assert bench.say(POLL) == BLOCK
    assert bench.say(COINS) == ACKED
    bench.wire.hand_on(1)
    return bench


def test_every_answer_arrives_whole(bench: Bench) -> None:
    """The set-up's 23 bytes, the tubes' 18, and a bare ACK when there is nothing to tell."""
    assert [bench.say(SETUP), bench.say(TUBES), bench.say(POLL)] == [BLOCK, BLOCK, ACKED]
    assert [len(data) for data, _ in bench.blocks] == [23, 18]
    assert bench.blocks[1][0][2:6] == bytes((20, 20, 20, 0))


@pytest.mark.parametrize("tick_ms", [1, 2, 3, 4])
def test_a_coin_is_told_once(bench: Bench, tick_ms: int) -> None:
    """However leisurely the master's program comes round: acknowledged in time, the changer tells it no more."""
    bench.tick_ms = tick_ms
    assert bench.changer.insert(25)
    assert [bench.say(POLL), bench.say(POLL)] == [BLOCK, ACKED]
    assert bench.blocks == [(bytes((0x52, 21)), 0)]


def test_an_answer_that_is_not_acknowledged_is_told_again(bench: Bench) -> None:
    """The first ACK drowns in somebody's noise. The master heard that, and marks the second telling."""
    assert bench.changer.insert(25)
    bench.bus.lose_acks = 1
    assert [bench.say(POLL), bench.say(POLL), bench.say(POLL)] == [BLOCK, BLOCK, ACKED]
    assert bench.blocks == [(bytes((0x52, 21)), 0), (bytes((0x52, 21)), POSSIBLE_REPEAT)]


def test_a_master_that_comes_too_late_says_no_ack(bench: Bench) -> None:
    """Away for 30 ms with the coin in its FIFO: it keeps nothing and acknowledges nothing, and is told again."""
    assert bench.changer.insert(25)
    bench.tick_ms = 30
    assert bench.say(POLL) == DAMAGED
    bench.tick_ms = 1
    assert [bench.say(POLL), bench.say(POLL)] == [BLOCK, ACKED]
    assert bench.blocks == [(bytes((0x52, 21)), 0)]


def test_an_ack_that_comes_too_late_is_none(bench: Bench) -> None:
    """The coin's block is on the line, and the ACK follows 10 ms after it: the changer tells it again."""
    assert bench.changer.insert(25)
    at_ms = bench.fifos.now_ms
    for word in (0x10B, 0x00B):
        bench.line.hear(word, at_ms)
    assert len(bench.line.until(at_ms + 10)) == 3
    bench.line.hear(0x000, at_ms + 20)
    bench.wait(50)
    assert [bench.say(POLL), bench.say(POLL)] == [BLOCK, ACKED]


def test_a_damaged_answer_is_asked_for_again_and_the_deed_is_not(bench: Bench) -> None:
    """The ACK for a payout arrives as something else: RET brings it again, and three dimes leave, not six."""
    bench.line.damage = 1
    assert bench.say(PAY) == ACKED
    bench.wait(100)
    assert bench.changer.left_cents == 30
    assert bench.changer.tubes[1] == 17
    assert bench.bus.count(PAY) == 1


def test_an_answer_that_stays_damaged_is_kept_by_its_device(bench: Bench) -> None:
    """Heard three times and never whole, the master says NAK; the coin is told with the next poll."""
    assert bench.changer.insert(10)
    bench.line.damage = 3
    assert bench.say(POLL) == DAMAGED
    assert bench.blocks == []
    assert bench.say(POLL) == BLOCK
    assert bench.blocks == [(bytes((0x51, 21)), 0)]


def test_a_dispense_empties_the_tube(bench: Bench) -> None:
    """Nineteen dimes leave one by one, while the changer says that it is busy."""
    assert bench.say(b"\x0d\xf1") == ACKED
    assert bench.say(POLL) == BLOCK
    assert bench.blocks == [(b"\x02", 0)]
    bench.wait(400)
    assert bench.say(b"\x0d\xf1") == ACKED
    bench.wait(400)
    assert (bench.changer.tubes[1], bench.changer.left[1]) == (0, 20)


def test_a_board_that_dies_in_the_middle_of_a_command_pays_nothing(bench: Bench) -> None:
    """Its three words are in the FIFO, and a reset stops the state machine that would have said them."""
    assert bench.wire.send(PAY, bench.fifos.now_ms)
    bench.line.fall_silent()
    bench.begin()
    bench.wait(50)
    assert bench.say(POLL) == ACKED
    assert (bench.bus.count(b"\x0d"), bench.changer.left_cents) == (0, 0)


def test_a_board_that_dies_before_its_ack_is_told_again(bench: Bench) -> None:
    """The coin was on the line and nobody acknowledged it: the next life hears of it."""
    assert bench.changer.insert(25)
    for word in (0x10B, 0x00B):
        bench.line.hear(word, bench.fifos.now_ms)
    bench.line.until(bench.fifos.now_ms + 10)
    bench.line.fall_silent()
    bench.fifos.now_ms += 50
    bench.begin()
    assert bench.say(POLL) == BLOCK
    assert bench.blocks == [(bytes((0x52, 21)), 0)]


def test_a_wrong_check_byte_is_met_with_silence(bench: Bench) -> None:
    """A device does not act on what it cannot trust."""
    for word in (0x10D, 0x031, 0x0FF):
        bench.line.hear(word, bench.fifos.now_ms)
    assert bench.line.until(bench.fifos.now_ms + 50) == []
    assert bench.bus.count(b"\x0d") == 0


def test_a_break_resets_every_device_and_a_short_low_does_not(bench: Bench) -> None:
    """Held low for 100 ms the changer begins anew and shuts its coins out; for less it notices nothing."""
    bench.fifos.exec(0xE000)
    bench.wait(50)
    bench.fifos.exec(0xE001)
    assert bench.changer.open_for(25)
    bench.wire.break_line(bench.fifos.now_ms)
    bench.wait(400)
    assert not bench.changer.open_for(25)
    assert bench.say(POLL) == BLOCK
    assert bench.blocks == [(b"\x0b", 0)]


@pytest.mark.parametrize("mishap", [{"cut": True}, {"lose_answers": 1}])
def test_silence_is_silence(bench: Bench, mishap: dict[str, Any]) -> None:
    """With the bus's cable out nobody acts; when only the answer is lost, somebody did."""
    for name, value in mishap.items():
        setattr(bench.bus, name, value)
    assert bench.say(PAY) == SILENT
    bench.wait(100)
    assert bench.changer.left_cents == (0 if "cut" in mishap else 30)
