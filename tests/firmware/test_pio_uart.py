"""The 9-bit UART of the MDB line, simulated: every word, every bit's length, and senders that are too fast or too slow."""

import pio
import pytest
from piobench import Chip, Line, drawn, emulate, every_word, frames, heard, lengths

BIT = pio.MDB_CYCLES_PER_BIT
FRAME = 11 * BIT
GOOD_STOP = 0x200


def sent(*words: int) -> Line:
    """The line while tx9 sends these words, from the first cycle of the program on."""
    tx, _ = pio.start_mdb(0, 0)
    for word in words:
        tx.put(word)
    return emulate(tx, FRAME * len(words) + 4 * BIT).levels


def received(line: Line) -> list[int]:
    """What rx9 makes of a line, as `get(None, MDB_WORD_SHIFT)` would give it."""
    _, rx = pio.start_mdb(0, 0)
    return [word >> pio.MDB_WORD_SHIFT for word in emulate(rx, len(line), line).words]


def good(*words: int) -> list[int]:
    """These words with a stop bit as it should be."""
    return [word | GOOD_STOP for word in words]


def test_a_state_machine_is_fast_enough_for_9600_baud() -> None:
    """Sixteen cycles a bit at 153.6 kHz; the divider's 8 fractional bits miss that by less than a millionth."""
    tx, rx = pio.start_mdb(0, 1)
    divider = round(125_000_000 / tx.freq * 256) / 256
    assert tx.freq == rx.freq == 153_600
    assert abs(125_000_000 / divider / 16 / 9_600 - 1) < 3e-6
    assert tx.running
    assert rx.running


def test_every_bit_is_sixteen_cycles_long() -> None:
    """0x0AA with its mode bit set alternates, so every level is one bit, up to the stop bit."""
    word = 0b1_0101_0101 ^ 0x0FF
    levels = lengths(sent(word))
    assert [level for level, _ in levels] == [1, 0, 1, 0, 1, 0, 1, 0, 1]
    assert levels[1] == (0, 2 * BIT), "the start bit and a first data bit that is 0 too"
    assert [cycles for _, cycles in levels[2:-1]] == [BIT] * 6


@pytest.mark.parametrize("first", range(0, 512, 64))
def test_every_word_stands_on_the_line_as_it_was_given(first: int) -> None:
    """An independent reader finds all 512 words, sent in lots of eight as the FIFO holds them."""
    for lot in range(first, first + 64, 8):
        words = list(range(lot, lot + 8))
        assert heard(sent(*words), BIT) == words


def test_words_that_wait_follow_without_a_pause() -> None:
    """Three zeros are ten low bits and one high bit each, to the cycle: the 1 ms between bytes is never used."""
    assert [cycles for _, cycles in lengths(sent(0, 0, 0))][1:6] == [10 * BIT, BIT, 10 * BIT, BIT, 10 * BIT]


def test_the_line_rests_high_while_there_is_nothing_to_say() -> None:
    """Without a word in the FIFO the line never moves."""
    assert set(sent()) == {1}


@pytest.mark.parametrize("error", [-0.03, 0.0, 0.03])
def test_a_sender_may_be_three_percent_off(error: float) -> None:
    """All 512 words, back to back with no pause to recover in, from a sender whose bits are too short or too long."""
    words = list(every_word(seed=9_600))
    assert received(frames(words, BIT * (1 + error))) == good(*words)


@pytest.mark.parametrize("error", [-0.038, -0.02, 0.02, 0.038])
def test_the_margin_is_three_point_eight_percent(error: float) -> None:
    """A longest block of 36 words at the limits that the program claims."""
    words = list(every_word(seed=38))[:36]
    assert received(frames(words, BIT * (1 + error))) == good(*words)


@pytest.mark.parametrize("error", [-0.05, 0.05])
def test_a_sender_five_percent_off_is_not_understood(error: float) -> None:
    """The limit is real: at 5 % words come out wrong, so the tests above would notice a program that is off."""
    words = list(every_word(seed=38))[:36]
    assert received(frames(words, BIT * (1 + error))) != good(*words)


def test_a_framing_error_is_marked_and_the_next_word_is_whole() -> None:
    """The word whose stop bit was low comes with bit 9 at 0; the words around it are not harmed."""
    line = frames([0x155, 0x0F0, 0x0AB], BIT, stops={1: 0})
    assert received(line) == [0x155 | GOOD_STOP, 0x0F0, 0x0AB | GOOD_STOP]


def test_a_break_is_one_bad_word_however_long_it_is() -> None:
    """A line that stays low for 30 ms gives a single zero without a stop bit, and then the line is understood again."""
    line = drawn((1, 64), (0, 30 * pio.MDB_HZ // 1_000)) + frames([0x10B], BIT)
    assert received(line) == [0, 0x10B | GOOD_STOP]


@pytest.mark.parametrize("cycles", [1, 3, 7])
def test_a_spike_shorter_than_half_a_bit_is_no_start(cycles: int) -> None:
    """Noise before a word neither makes a word nor hides one."""
    line = drawn((1, 100), (0, cycles), (1, 40)) + frames([0x133], BIT)
    assert received(line) == good(0x133)


def test_two_emulators_agree_on_every_word() -> None:
    """In rp2040py, tx9 speaks to rx9 over a wire: 512 words go in, 512 come out, and the pad showed them all."""
    tx, rx = pio.start_mdb(0, 1)
    chip, levels, got = Chip(tx, rx), [], []
    words = list(every_word(seed=2_040))
    waiting = list(reversed(words))
    for _ in range(FRAME * len(words) + 4 * BIT):
        if waiting and chip.has_room(tx.number):
            chip.put(tx.number, waiting.pop())
        chip.step()
        levels.append(chip.level(0))
        chip.drive(1, levels[-1])
        if (word := chip.take(rx.number)) is not None:
            got.append(word >> pio.MDB_WORD_SHIFT)
    assert got == good(*words)
    assert heard(levels, BIT) == words
