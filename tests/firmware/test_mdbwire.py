"""The board's end of the MDB line: ACK in time, damaged answers asked for again, every block numbered and kept.

These tests run on CPython and, by `test_micropython.py`, in the real MicroPython binary; so they use what both have.
"""

import mdbwire
from mdbline import GOOD_STOP, LAST, WORD_US, Line, Memory, block, lone, run

POLL = b"\x0b"
DIME_IN_TUBE = (0x51, 0x07)
SUCRE_IN_TUBE = (0x52, 0x11)
JUST_RESET = (0x00,)


def asked(line, command=POLL, tick_ms=1, memory=None):
    """A driver that has sent this command over the line and waited for what comes of it."""
    wire = mdbwire.MdbWire(line, line, memory or Memory())
    again(wire, line, command, tick_ms)
    return wire


def again(wire, line, command=POLL, tick_ms=1):
    assert wire.send(command, line.us // 1_000)
    run(wire, line, 600, tick_ms)
    assert not wire.busy, "every exchange ends"


def said_bytes(line):
    return [bytes(word & 0xFF for word in words) for words in line.said]


def test_a_command_goes_out_with_its_check_byte_and_only_its_address_is_marked():
    """POLL 0B is 10B 00B on the wire: the mode bit marks the address byte alone, the sum follows."""
    line = Line(lone(0x00))
    asked(line)
    assert line.said == [[0x10B, 0x00B]]


def test_the_longest_command_is_sent_without_a_pause():
    """36 bytes are more than the FIFO holds; fed every 4 ms they still go out as one stretch."""
    line = Line(lone(0x00))
    wire = asked(line, bytes(range(0x10, 0x33)), tick_ms=4)
    assert wire.result == mdbwire.ACKED
    assert len(line.said) == 1
    assert len(line.said[0]) == 36
    assert line.said[0][-1] == sum(range(0x10, 0x33)) & 0xFF


def test_a_lone_ack_ends_the_exchange_and_is_not_answered():
    """A changer with nothing to tell says 00 with the mode bit; the master says nothing more."""
    line = Line(lone(0x00))
    wire = asked(line)
    assert wire.result == mdbwire.ACKED
    assert wire.blocks == []
    assert len(line.said) == 1


def test_a_sound_block_is_acknowledged_within_5_ms_and_numbered():
    """A dime into its tube: the block waits under number 1, and ACK (00, mode bit clear) leaves in time."""
    line = Line(block(*DIME_IN_TUBE))
    wire = asked(line)
    ended_us = 2 * WORD_US + 2_000 + 2 * 100 + 3 * WORD_US
    assert wire.result == mdbwire.BLOCK
    assert wire.blocks == [(1, 0x0B, 0, bytes(DIME_IN_TUBE))]
    assert line.said[1] == [0x00]
    assert 0 <= line.said_us[1] - ended_us <= 5_000


def test_a_zero_with_a_sum_is_a_block_and_no_ack():
    """JUST RESET of a cashless device is 00 00*, an ACK is 00*: only the ninth bit and the length differ."""
    wire = asked(Line(block(*JUST_RESET)))
    assert wire.blocks == [(1, 0x0B, 0, b"\0")]


def test_numbers_go_on_and_blocks_stay_until_they_are_handed_on():
    """Three coins wait in order; handing on the second twice forgets two and harms nothing."""
    line = Line(block(*DIME_IN_TUBE), [], block(*SUCRE_IN_TUBE), [], block(*DIME_IN_TUBE), [])
    wire = asked(line)
    again(wire, line)
    again(wire, line)
    assert [number for number, *_ in wire.blocks] == [1, 2, 3]
    wire.hand_on(2)
    wire.hand_on(2)
    assert [number for number, *_ in wire.blocks] == [3]


def test_nothing_is_asked_while_an_answer_could_not_be_kept():
    """With eight blocks that nobody took, the peripheral is left alone and keeps its coins; one taken, it is asked again."""
    line = Line(*[answer for _ in range(8) for answer in (block(*DIME_IN_TUBE), [])])
    wire = mdbwire.MdbWire(line, line, Memory())
    for _ in range(8):
        again(wire, line)
    stretches = len(line.said)
    assert not wire.send(POLL, line.us // 1_000)
    assert len(line.said) == stretches
    wire.hand_on(1)
    again(wire, line)


def test_a_wrong_sum_is_asked_for_again_with_ret():
    """RET (AA) makes the peripheral repeat its answer, not its deed: the block is kept once."""
    line = Line(block(*SUCRE_IN_TUBE, wrong_sum=True), block(*SUCRE_IN_TUBE))
    wire = asked(line)
    assert said_bytes(line) == [b"\x0b\x0b", b"\xaa", b"\x00"]
    assert [data for *_, data in wire.blocks] == [bytes(SUCRE_IN_TUBE)]
    assert wire.odd["damaged"] == 1


def test_ret_is_said_within_5_ms_of_the_damaged_byte():
    """Waiting for the rest of a broken block takes 3 ms, so that RET is still in its time."""
    line = Line(block(*SUCRE_IN_TUBE, wrong_sum=True), block(*SUCRE_IN_TUBE))
    asked(line)
    ended_us = 2 * WORD_US + 2_000 + 2 * 100 + 3 * WORD_US
    assert 2_000 <= line.said_us[1] - ended_us <= 5_000


def test_a_framing_error_damages_the_whole_block():
    """A byte without its stop bit is not believed, even when the sum happens to fit."""
    damaged = block(*DIME_IN_TUBE)
    damaged[1] = (damaged[1][0], damaged[1][1] & ~GOOD_STOP)
    line = Line(damaged, block(*DIME_IN_TUBE))
    wire = asked(line)
    assert said_bytes(line)[1] == b"\xaa"
    assert len(wire.blocks) == 1


def test_a_block_without_its_end_is_asked_for_again():
    """Bytes that stop before the one with the mode bit are no block, however long one waits."""
    line = Line(block(*SUCRE_IN_TUBE)[:2], block(*SUCRE_IN_TUBE))
    wire = asked(line)
    assert said_bytes(line)[1] == b"\xaa"
    assert [data for *_, data in wire.blocks] == [bytes(SUCRE_IN_TUBE)]


def test_a_pause_of_a_millisecond_between_bytes_is_allowed():
    """The slowest peripheral of the standard is heard to its end."""
    wire = asked(Line(block(0x01, 0x02, 0x03, 0x04, pause_us=800)))
    assert wire.blocks[0][3] == b"\x01\x02\x03\x04"
    assert wire.odd["damaged"] == 0


def test_something_after_the_last_byte_spoils_the_block():
    """A false mode bit would end a block too early: what goes on behind it is not acknowledged."""
    answer = block(*DIME_IN_TUBE, pause_us=400)
    answer.append((0, 0x77 | GOOD_STOP))
    line = Line(answer, block(*DIME_IN_TUBE))
    wire = asked(line, tick_ms=4)
    assert said_bytes(line)[1] == b"\xaa"
    assert len(wire.blocks) == 1


def test_a_mode_bit_in_the_middle_spoils_the_block():
    """Two ends within one look: which of them is the false one nobody knows, though the sum of all fits."""
    answer = block(*SUCRE_IN_TUBE)
    answer[0] = (answer[0][0], answer[0][1] | LAST)
    line = Line(answer, block(*SUCRE_IN_TUBE))
    wire = asked(line, tick_ms=4)
    assert said_bytes(line)[1] == b"\xaa"
    assert [data for *_, data in wire.blocks] == [bytes(SUCRE_IN_TUBE)]


def test_a_block_of_more_than_36_bytes_is_none():
    """Noise that never ends overruns nothing: the 37th byte damages the block."""
    line = Line(block(*range(0x40, 0x40 + 40), pause_us=0), lone(0x00))
    wire = asked(line)
    assert wire.odd["damaged"] == 1
    assert wire.blocks == []


def test_a_line_that_never_falls_silent_does_not_hold_the_board():
    """A peripheral gone mad speaks without end: after half a second the exchange is over, and nothing was kept."""
    line = Line([(0, 0x55 | GOOD_STOP)] * 1_000)
    wire = asked(line)
    assert wire.result == mdbwire.DAMAGED
    assert wire.blocks == []
    assert len(line.said) == 1, "and we never spoke into it"


def test_damage_that_stays_ends_with_nak():
    """After two RETs the master says NAK (FF), and the peripheral keeps what it had to say for the next poll."""
    bad = [block(*DIME_IN_TUBE, wrong_sum=True) for _ in range(3)]
    line = Line(*bad)
    wire = asked(line)
    assert said_bytes(line)[1:] == [b"\xaa", b"\xaa", b"\xff"]
    assert wire.result == mdbwire.DAMAGED
    assert wire.blocks == []


def test_silence_after_ret_is_damage():
    """Something had been answered, so whoever is above must not think that nobody is there."""
    wire = asked(Line(block(*DIME_IN_TUBE, wrong_sum=True), []))
    assert wire.result == mdbwire.DAMAGED


def test_silence_is_told_and_the_command_is_not_repeated():
    """Nobody knows whether a silent changer paid: repeating the order is not this file's to decide."""
    line = Line([])
    wire = asked(line, b"\x0d\x21")
    assert wire.result == mdbwire.SILENT
    assert len(line.said) == 1


def test_an_answer_after_5_ms_still_counts_and_one_after_9_does_not():
    """The last allowed moment to begin is heard; what comes when the exchange is over is noise and no answer."""
    assert asked(Line(lone(0x00, pause_us=4_900))).result == mdbwire.ACKED
    late = Line(lone(0x00, pause_us=9_000))
    wire = asked(late)
    assert wire.result == mdbwire.SILENT
    assert wire.odd["noise"] == 1


def test_a_late_answer_is_not_taken_for_the_answer_to_the_next_command():
    """An ACK that comes while the next command is still on the line belongs to nobody."""
    line = Line([])
    wire = asked(line)
    assert wire.send(b"\x33", line.us // 1_000)
    line.speak(0x00 | GOOD_STOP | LAST)
    run(wire, line, 600)
    assert wire.result == mdbwire.SILENT


def test_a_nak_repeats_the_command_at_most_three_times():
    """NAK says the command was not understood, so saying it again does nothing twice."""
    line = Line(lone(0xFF), lone(0x00))
    assert asked(line, b"\x0d\x21").result == mdbwire.ACKED
    assert line.said[0] == line.said[1]
    stubborn = Line(lone(0xFF), lone(0xFF), lone(0xFF), lone(0x00))
    assert asked(stubborn).result == mdbwire.NAKED
    assert len(stubborn.said) == 3


def test_a_block_that_waited_too_long_gets_no_ack():
    """Python was away for 30 ms: an ACK now would come after the peripheral's patience, so it says the coin again later."""
    line = Line(block(*DIME_IN_TUBE), block(*DIME_IN_TUBE))
    wire = asked(line, tick_ms=30)
    assert wire.odd["late"] == 1
    assert wire.blocks == []
    assert len(line.said) == 1
    again(wire, line)
    assert [data for *_, data in wire.blocks] == [bytes(DIME_IN_TUBE)]


def test_a_full_fifo_is_not_believed():
    """Away for 14 ms in the middle of twenty zeros, some are lost, and the sum would not miss them."""
    line = Line(block(*[0] * 20, pause_us=0), block(*[0] * 20, pause_us=0))
    wire = mdbwire.MdbWire(line, line, Memory())
    assert wire.send(POLL, 0)
    run(wire, line, 6)
    run(wire, line, 14, tick_ms=14)
    run(wire, line, 200)
    assert line.lost > 0
    assert wire.blocks == [(1, 0x0B, 0, bytes(20))]


def test_noise_in_our_ack_marks_the_same_block_as_a_possible_repeat():
    """If the changer missed our ACK it says the dime again; the twin comes with a flag, and the one after it without."""
    line = Line(block(*DIME_IN_TUBE), [(0, 0x3C)], block(*DIME_IN_TUBE), [], block(*DIME_IN_TUBE), [])
    wire = asked(line)
    again(wire, line)
    again(wire, line)
    assert [flags for _, _, flags, _ in wire.blocks] == [0, mdbwire.POSSIBLE_REPEAT, 0]


def test_a_doubtful_ack_does_not_mark_another_device_nor_another_coin():
    """Only the same peripheral can repeat itself, and only word for word."""
    line = Line(block(*DIME_IN_TUBE), [(0, 0x3C)], block(*DIME_IN_TUBE), [], block(*SUCRE_IN_TUBE), [])
    wire = asked(line)
    again(wire, line, b"\x33")
    again(wire, line)
    assert [flags for _, _, flags, _ in wire.blocks] == [0, 0, 0]


def test_a_block_that_starved_is_begun_again_from_its_address():
    """Python was away while a long command was going out: the peripheral never had its end, so it did nothing."""
    command = bytes(range(0x10, 0x30))
    line = Line([], lone(0x00))
    wire = mdbwire.MdbWire(line, line, Memory())
    assert wire.send(command, 0)
    line.pass_until(40_000)
    wire.tick(40)
    run(wire, line, 200)
    assert wire.odd["starved"] == 1
    assert [words[0] for words in line.said] == [0x110, 0x110]
    assert len(line.said[1]) == len(command) + 1
    assert wire.result == mdbwire.ACKED


def test_nothing_is_collected_during_an_exchange_and_once_after_it():
    """Garbage waits from the first bit of the command until after our ACK; then it is collected while nobody is waiting."""
    memory, line = Memory(), Line(block(*DIME_IN_TUBE))
    wire = mdbwire.MdbWire(line, line, memory)
    assert wire.send(POLL, 0)
    while wire.result is None:
        assert not memory.collects
        run(wire, line, 1)
    assert (memory.collects, memory.collections) == (False, 0)
    while not memory.collections:
        run(wire, line, 1)
    assert wire.busy, "until the next tick: a time read before the collection is 20 ms old"
    run(wire, line, 20)
    assert (memory.collects, memory.collections, wire.busy) == (True, 1, False)


def test_a_break_holds_the_line_low_for_100_ms_and_leaves_200_to_set_up():
    """All peripherals are reset at once; nothing can be sent meanwhile."""
    line = Line()
    wire = mdbwire.MdbWire(line, line, Memory())
    assert wire.break_line(0)
    assert not wire.send(POLL, 0)
    run(wire, line, 1_000)
    (low_us, low), (high_us, high) = line.executed
    assert (low, high) == (mdbwire.LINE_LOW, mdbwire.LINE_HIGH)
    assert high_us - low_us >= 100_000
    assert line.us - high_us >= 200_000


def test_the_clock_may_wrap_in_the_middle_of_an_exchange():
    """`time.ticks_ms` falls back to 0 after twelve days, also between a command and its answer."""
    line = Line(block(*DIME_IN_TUBE))
    wire = mdbwire.MdbWire(line, line, Memory())
    assert wire.send(POLL, 0x3FFFFFFF - 3)
    for ms in range(1, 30):
        line.pass_until(ms * 1_000)
        wire.tick((0x3FFFFFFF - 3 + ms) & 0x3FFFFFFF)
    assert wire.result == mdbwire.BLOCK
    assert wire.odd["late"] == 0


def test_a_command_too_long_for_a_block_is_our_own_mistake():
    """35 bytes and the sum are a whole block."""
    wire = mdbwire.MdbWire(Line(), Line(), Memory())
    for wrong in (b"", bytes(36)):
        try:
            wire.send(wrong, 0)
            raised = False
        except ValueError:
            raised = True
        assert raised
