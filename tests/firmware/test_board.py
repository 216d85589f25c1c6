"""The whole board in virtual time: money, lease, watchdog and bus, with a Pi that keeps its word or falls silent.

These tests run on CPython and, by `test_board_micropython.py`, in the real MicroPython binary; so they use what both have.
"""

import messages
from boardbench import MOTORS, Bench
from mdbline import Line, block
from pulses import UNITS_MAX

CLOSED, OPEN = 0, 1


def pulse(plant, high_ms=100, low_ms=50):
    """A word as `pio.pulse_width` leaves it."""
    plant.coins.words.append((UNITS_MAX - high_ms * 10) << 15 | (UNITS_MAX - low_ms * 10))


def open_for_money(**wishes):
    bench = Bench(**wishes)
    bench.wishes = messages.MONEY | messages.LAMP
    bench.run(600)
    return bench


# Coins by pulse


def test_a_coin_is_told_as_a_number_that_only_grows():
    """Five pulses, then two: trains of five and two, seven in this life."""
    bench = open_for_money()
    assert bench.plant.coin_inhibit.level == OPEN
    for pulses in (5, 2):
        for _ in range(pulses):
            pulse(bench.plant, high_ms=50)
            bench.run(50)
        bench.run(200)
    assert bench.told(messages.PULSES) == [(5, 5, 50_000, 50_000), (7, 2, 50_000, 50_000)]


def test_a_new_configuration_forgets_no_pulse():
    """The owner changes a limit: the number goes on from where it was."""
    bench = open_for_money()
    pulse(bench.plant)
    bench.run(200)
    bench.configure(
        messages.message(messages.MOTORS, *MOTORS) + messages.message(messages.COINS, 7, 20, 90, 20, 500, 0)
    )
    bench.run(100)
    assert bench.plant.coin_inhibit.level == CLOSED, "this acceptor is inhibited by a high line, so low lets coins in"
    assert bench.plant.turned_round[-1], "and its line rests low"
    pulse(bench.plant)
    bench.run(300)
    assert [told[0] for told in bench.told(messages.PULSES)] == [1, 2]


def test_odd_pulses_are_told_once_a_second():
    """A noisy line has two hundred spikes in two seconds: some events with numbers, none of them money."""
    bench = open_for_money()
    bench.run(1_000)
    for _ in range(200):
        pulse(bench.plant, 10, 3)
        bench.run(10)
    bench.run(1_500)
    told = bench.told(messages.ODD_PULSES)
    assert 2 <= len(told) <= 4
    assert told[-1][0] == 200
    assert told[-1][4] == 3_000
    assert bench.told(messages.PULSES) == []


def test_a_held_line_shuts_coins_out():
    """Low for half a second: told, and inhibited until it is free; that is told too, with how long it was."""
    bench = open_for_money()
    bench.plant.coin_line.level = 0
    bench.run(700)
    assert bench.plant.coin_inhibit.level == CLOSED
    bench.plant.coin_line.level = 1
    bench.run(100)
    assert bench.plant.coin_inhibit.level == OPEN
    (jammed, _), (free, low_ms) = bench.told(messages.COIN_JAM)
    assert (jammed, free) == (1, 0)
    assert 690 <= low_ms <= 710


def test_a_train_that_finds_no_room_is_told_later():
    """64 events wait; a coin that was on its way is not lost, and would be counted as lost by a reset."""
    bench = open_for_money()
    bench.acknowledges = False
    while bench.board.link.event(messages.FAULT, messages.PROGRAM, 0):
        pass
    pulse(bench.plant)
    bench.run(300)
    assert bench.board.link.wishes & messages.MONEY == 0
    assert bench.plant.coin_inhibit.level == CLOSED
    assert bench.plant.notes[0] == 65
    bench.acknowledges = True
    bench.run(2_000)
    assert bench.told(messages.PULSES) == [(1, 1, 50_000, 50_000)]
    assert bench.plant.notes[0] == 0


# Silence


def test_coins_are_shut_out_within_a_second_of_silence():
    """The Pi dies: after 900 ms at most no coin is let in, though its lease for motion lasts two seconds."""
    bench = open_for_money()
    bench.alive = False
    bench.run(900)
    assert bench.plant.coin_inhibit.level == CLOSED
    assert bench.board.link.lease
    assert bench.plant.lamp.level == 1
    bench.run(1_300)
    assert (bench.board.link.lease, bench.plant.lamp.level) == (False, 0)


def test_money_is_let_in_again_when_the_pi_speaks():
    """Nothing else is needed: what the Pi wishes is in each LEASE."""
    bench = open_for_money()
    bench.alive = False
    bench.run(5_000)
    bench.alive = True
    bench.run(20)
    assert (bench.plant.coin_inhibit.level, bench.plant.lamp.level) == (OPEN, 1)


def test_without_a_configuration_everything_is_off():
    """A board that was greeted and not configured lights nothing, takes nothing, moves nothing."""
    bench = Bench(motors=(), coins=(), panel=(), bus=())
    bench.configure(b"\x7f")
    bench.wishes = messages.MONEY | messages.LAMP
    bench.order(messages.TURN, 0, 0, 1, 0, 6_000, 0)
    bench.run(1_000)
    plant = bench.plant
    levels = (plant.coin_inhibit.level, plant.lamp.level, plant.curtain_lamp.level, plant.bits)
    assert levels == (0, 0, 0, 0)
    assert plant.deadman.given == []


def test_a_configuration_that_cannot_be_is_refused():
    """More rows than drivers."""
    bench = Bench(motors=(9,) + MOTORS[1:])  # noqa: RUF005 - MicroPython has no stars in a tuple
    verdicts = [fields[2] for code, fields in bench.others if code == messages.CONFIGURED]
    assert verdicts == [messages.NOT_POSSIBLE]


# The loop


def test_the_watchdog_is_fed_by_the_loop_and_nobody_else():
    """As often as the loop turned."""
    bench = Bench()
    before = bench.plant.feeds
    bench.run(1_000)
    assert bench.plant.feeds - before == 1_000


def test_a_stopped_board_is_off():
    """Whatever ends the program in mid-turn ends the turn, the coins and the light."""
    bench = open_for_money()
    bench.plant.spiral(2, 3)
    bench.order(messages.TURN, 2, 3, 1, 1, 6_000, 2_000)
    bench.run(500)
    assert bench.plant.bits
    bench.board.stop(bench.plant.now_ms & 0x3FFFFFFF)
    plant = bench.plant
    assert (plant.bits, plant.coin_inhibit.level, plant.lamp.level) == (0, CLOSED, 0)
    assert plant.deadman.given[-1] == 0


def test_what_a_reset_would_cost_stands_in_the_scratch_register():
    """Events that wait are counted there at once, and no more when they are acknowledged."""
    bench = open_for_money()
    assert bench.plant.notes[0] == 0
    bench.acknowledges = False
    for _ in range(3):
        bench.plant.door.level ^= 1
        bench.run(60)
    assert bench.plant.notes[0] == 3


# The MDB bus


def on_the_line(line, bench=None):
    """The board's MDB machines are this line, which lives in the plant's time."""
    bench = bench or open_for_money()
    wire = bench.board.bus._wire
    wire._tx = wire._rx = line
    start_ms = bench.plant.now_ms
    step = bench.plant.step

    def step_both():
        step()
        line.pass_until((bench.plant.now_ms - start_ms) * 1_000)

    bench.plant.step = step_both
    return bench


def test_a_block_from_the_bus_is_an_answer_and_an_event():
    """SETUP of the changer: the block comes numbered, and the answer names it."""
    bench = on_the_line(Line(block(3, 0x19, 0x34, 1, 2)))
    number = bench.order(messages.BUS_SEND, 1, b"\x09")
    assert bench.end(number) == (messages.BLOCK_CAME, 1, 1)
    assert bench.told(messages.BLOCK) == [(1, messages.BUS_SEND, number, 0x09, 0, b"\x03\x19\x34\x01\x02")]


def test_silence_is_asked_again_only_as_often_as_was_ordered():
    """Three tries for setup, one for a payout."""
    for kind, tries in ((messages.BUS_SEND, 3), (messages.BUS_PAY, 1)):
        line = Line()
        bench = on_the_line(line)
        assert bench.end(bench.order(kind, tries, b"\x0d\x11")) == (messages.SILENT, tries, 0)
        assert len(line.said) == tries


def test_polls_go_on_by_themselves_and_a_coin_is_told():
    """Two polls with nothing to say, then a coin: one event, with the byte that asked."""
    nothing = [(100, 0x300)]
    bench = on_the_line(Line(nothing, nothing, block(0x52, 0x09)))
    bench.order(messages.BUS_POLL, 0x08, 100)
    bench.run(500)
    assert bench.told(messages.BLOCK) == [(1, 0, 0, 0x0B, 0, b"\x52\x09")]
    assert bench.told(messages.BUS_STATE)[0][:2] == (0x08, 1)


def test_a_peripheral_that_fell_silent_is_told():
    """Two seconds without an answer to any poll."""
    bench = on_the_line(Line([(100, 0x300)]))
    bench.order(messages.BUS_POLL, 0x30, 100)
    bench.run(2_600)
    assert [state[:2] for state in bench.told(messages.BUS_STATE)] == [(0x30, 1), (0x30, 0)]


def test_a_silent_pi_shuts_the_changer_too():
    """COIN TYPE with no coins is said for it; when the Pi is back, its own coin types are said again."""
    acknowledged = [(100, 0x300)]
    line = Line(*[acknowledged] * 9)
    bench = on_the_line(line)
    bench.end(bench.order(messages.BUS_SEND, 1, b"\x0c\x00\x1f\xff\xff"))
    bench.alive = False
    bench.run(1_000)
    bench.alive = True
    bench.run(100)
    said = [[word & 0xFF for word in words[:5]] for words in line.said if len(words) > 1]
    assert said == [[0x0C, 0, 0x1F, 0xFF, 0xFF], [0x0C, 0, 0, 0, 0], [0x0C, 0, 0x1F, 0xFF, 0xFF]]


def test_nothing_is_asked_when_there_is_no_place_for_the_answer():
    """The ring is nearly full: the order ends as full, and the line stays silent."""
    line = Line()
    bench = on_the_line(line)
    bench.acknowledges = False
    while bench.board.link.room > 8:
        bench.board.link.event(messages.FAULT, messages.PROGRAM, 0)
    assert bench.end(bench.order(messages.BUS_SEND, 3, b"\x09")) == (messages.RING_FULL, 0, 0)
    assert line.said == []


def test_a_break_resets_the_bus():
    """The line is held for as long as ordered, and the answer comes after peripherals had time to set up."""
    line = Line()
    bench = on_the_line(line)
    assert bench.end(bench.order(messages.BUS_BREAK, 150)) == ()
    assert [instruction for _, instruction in line.executed] == [0xE000, 0xE001]
    assert line.executed[1][0] - line.executed[0][0] >= 150_000


def test_without_a_bus_nothing_is_said_to_it():
    """Not fitted."""
    bench = Bench(bus=())
    assert bench.end(bench.order(messages.BUS_SEND, 1, b"\x09")) == messages.NOT_FITTED
    assert bench.end(bench.order(messages.BUS_POLL, 8, 100)) == messages.NOT_FITTED
