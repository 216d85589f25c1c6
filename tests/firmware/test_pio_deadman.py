"""The motors' supply falls by itself, simulated: when Python hangs, when it feeds nonsense, when it says so."""

import pio
import pytest
from deadman import LEASE_MS, LEASE_MS_MAX, Deadman
from piobench import Chip, emulate, lengths

MS = pio.DEADMAN_HZ // 1_000
ENABLE = 5


class Board:
    """A chip and a main loop that turns every millisecond, as long as Python lives."""

    def __init__(self) -> None:
        self.machine = pio.start_deadman(ENABLE)
        self.chip = Chip(self.machine)
        self.deadman = Deadman(self)
        self.levels: list[int] = []
        self.now_ms = 0

    def put(self, word: int) -> None:
        self.chip.put(self.machine.number, word)

    def tx_fifo(self) -> int:
        return self.chip.read(0x50300000 + 0x0C) >> 8 * (self.machine.number % 4) & 0xF

    def lives(self, ms: int) -> None:
        """The loop turns and feeds."""
        for _ in range(ms):
            self.hangs(1)
            self.deadman.tick(self.now_ms)

    def hangs(self, ms: int) -> None:
        """Time passes for the PIO alone: an endless loop, interrupts off, a dead processor are all the same to it."""
        for _ in range(ms * MS):
            self.chip.step()
            self.levels.append(self.chip.level(ENABLE))
        self.now_ms += ms


def test_the_supply_is_off_until_somebody_asks() -> None:
    """A board that only runs gives the motors nothing."""
    board = Board()
    board.lives(500)
    assert set(board.levels) == {0}


def test_the_supply_falls_when_python_hangs() -> None:
    """Held for two seconds without a gap, then Python hangs: ENABLE falls within the lease after the last feed."""
    board = Board()
    board.deadman.hold(board.now_ms)
    board.lives(2_000)
    board.hangs(1_000)
    (on, on_cycles), (off, _) = lengths(board.levels)[-2:]
    assert (on, off) == (1, 0)
    assert len(lengths(board.levels)) <= 3
    assert 2_000 + 0.7 * LEASE_MS <= on_cycles / MS <= 2_000 + LEASE_MS + 1


def test_a_loop_that_comes_back_too_late_does_not_move_the_motors_again() -> None:
    """After 300 ms away the supply was gone; Python finds out and leaves it off until it is asked for anew."""
    board = Board()
    board.deadman.hold(board.now_ms)
    board.lives(100)
    board.hangs(300)
    board.lives(300)
    assert (board.deadman.on, board.deadman.fell) == (False, 1)
    assert set(board.levels[-300 * MS :]) == {0}
    board.deadman.hold(board.now_ms)
    board.lives(10)
    assert board.levels[-1] == 1


@pytest.mark.parametrize("after_ms", [0, 1, 49, 120])
def test_dropped_is_off_within_a_tenth_of_a_millisecond(after_ms: int) -> None:
    """Also in the very millisecond in which it was asked for, when both words still wait in the FIFO."""
    board = Board()
    board.lives(10)
    board.deadman.hold(board.now_ms)
    board.lives(after_ms)
    board.deadman.drop(board.now_ms)
    board.levels.clear()
    board.hangs(500)
    assert sum(board.levels) <= 12
    assert not board.deadman.dead


def test_no_feed_holds_longer_than_twelve_bits() -> None:
    """A bug that feeds four thousand million still loses the motors after 409.5 ms, and 0x1000 gives nothing."""
    for word, units in ((0xFFFFFFFF, 0xFFF), (0x80000000 | 100, 100), (0x1000, 0)):
        board = Board()
        board.put(word)
        board.hangs(500)
        assert abs(sum(board.levels) - 5 * units) <= 5
    assert LEASE_MS_MAX * 10 <= 0xFFF


def test_a_feed_of_nothing_never_blinks() -> None:
    """Fed with 0 while off, ENABLE does not rise even for a cycle."""
    assert set(emulate(pio.start_deadman(0), 1_000, feeds={100: 0, 300: 0}).levels) == {0}


@pytest.mark.parametrize("units", [1, 2, 50, 2_000])
def test_both_emulators_hold_the_supply_as_long(units: int) -> None:
    """A unit is 0.1 ms, five cycles, to the cycle in pioemu and in rp2040py."""
    held = sum(emulate(pio.start_deadman(0), units * 5 + 300, feeds={100: units}).levels)
    board = Board()
    board.put(units)
    board.hangs(units // 10 + 10)
    assert abs(held - units * 5) <= 5
    assert abs(sum(board.levels) - held) <= 2


@pytest.mark.parametrize("lease_ms", [0, -1, 410])
def test_a_lease_that_the_program_cannot_hold_is_refused(lease_ms: int) -> None:
    """12 bits of 0.1 ms are 409 ms."""
    with pytest.raises(ValueError, match="409"):
        Deadman(Board(), lease_ms)
