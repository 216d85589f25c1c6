"""Keypad, door and thermometers of the whole board in virtual time.

These tests run on CPython and, by `test_board_micropython.py`, in the real MicroPython binary; so they use what both have.
"""

import messages
from boardbench import Bench
from sensors import BROKEN, chip_cc, ntc_cc


def test_a_key_is_told_when_it_rests():
    """Pressed, let go; what bounces for 10 ms before it rests is one press."""
    bench = Bench()
    for _ in range(5):
        bench.plant.keys = {6}
        bench.run(1)
        bench.plant.keys = set()
        bench.run(1)
    bench.plant.keys = {6}
    bench.run(200)
    bench.plant.keys = set()
    bench.run(200)
    assert bench.told(messages.KEY) == [(6, 1), (6, 0)]


def test_every_key_has_its_number():
    """Sixteen keys, row by row."""
    bench = Bench()
    for key in range(16):
        bench.plant.keys = {key}
        bench.run(80)
        bench.plant.keys = set()
        bench.run(80)
    assert [key for key, pressed in bench.told(messages.KEY) if pressed] == list(range(16))


def test_two_keys_at_once_are_two():
    """A visitor leans on the keypad: both are told, and both are let go."""
    bench = Bench()
    bench.plant.keys = {1, 14}
    bench.run(100)
    bench.plant.keys = set()
    bench.run(100)
    assert sorted(bench.told(messages.KEY)) == [(1, 0), (1, 1), (14, 0), (14, 1)]


def test_keys_nobody_waits_for_are_not_kept():
    """While the Pi is silent a child plays with the keypad: nothing of it is told afterwards."""
    bench = Bench()
    bench.alive = False
    bench.run(2_500)
    for key in range(16):
        bench.plant.keys = {key}
        bench.run(50)
    bench.plant.keys = set()
    bench.run(100)
    bench.alive = True
    bench.run(1_000)
    assert bench.told(messages.KEY) == []


def test_the_door_is_told_as_it_rests():
    """Shut at first, open after 20 ms; a switch that bounces is told once."""
    bench = Bench()
    for level in (1, 0, 1, 0, 1):
        bench.plant.door.level = level
        bench.run(4)
    bench.run(100)
    assert bench.told(messages.DOOR) == [(0,), (1,)]


def test_a_door_opened_in_silence_is_told_to_who_comes_back():
    """The Pi was down while somebody opened the door and left it so."""
    bench = Bench()
    bench.alive = False
    bench.run(3_000)
    bench.plant.door.level = 1
    bench.run(500)
    bench.alive = True
    bench.run(500)
    assert bench.told(messages.DOOR) == [(0,), (1,)]


def test_another_program_of_the_pi_hears_anew_that_the_door_is_open():
    """The controller was started again on a board that runs on: what rests is told to it once more."""
    bench = Bench()
    bench.plant.door.level = 1
    bench.run(200)
    bench.say(messages.HELLO, 1, 1, 10)
    bench.run(200)
    bench.say(messages.HELLO, 1, 1, 10)
    bench.run(200)
    assert bench.told(messages.DOOR) == [(0,), (1,), (1,)]


def test_sensors_leave_room_for_money():
    """The Pi acknowledges nothing, a door and keys go on and on: coins can still be told, and are still let in."""
    bench = Bench()
    bench.acknowledges, bench.wishes = False, messages.MONEY
    for _ in range(60):
        bench.plant.door.level ^= 1
        bench.plant.keys ^= {3}
        bench.run(60)
    assert bench.board.link.room >= 20
    assert bench.board.link.wishes == messages.MONEY


def test_temperatures_are_told_at_once_and_then_when_they_move():
    """An NTC of 10 kilohm behind 10 is at 25 degrees; a tenth of a degree is no news, and a minute is soon enough."""
    bench = Bench()
    cabinet, chip = bench.told(messages.TEMPERATURE)
    assert cabinet == (0, 2_500)
    assert chip[0] == 1
    assert 2_600 <= chip[1] <= 2_800
    bench.plant.thermometer.read = lambda: 32_700
    bench.run(61_000)
    assert len(bench.told(messages.TEMPERATURE)) == 2
    bench.plant.thermometer.read = lambda: 30_000
    bench.run(1_000)
    assert len(bench.told(messages.TEMPERATURE)) == 2, "only once a minute"
    bench.run(60_000)
    probe, now_cc = bench.told(messages.TEMPERATURE)[2]
    assert probe == 0
    assert 2_850 <= now_cc <= 2_950


def test_a_thermometer_whose_wire_is_off_is_a_fault():
    """Told once, and no temperature with it."""
    bench = Bench(panel=(4, 20, 1, 50))
    bench.plant.thermometer.read = lambda: 65_500
    bench.run(5_000)
    assert bench.told(messages.FAULT) == [(messages.ADC, 0)]
    assert bench.told(messages.DOOR) == [], "the door is not fitted here"


def test_temperatures_are_those_of_the_data_sheets():
    """An NTC 3950 has 25.9 kilohm at 5 degrees and 5.3 at 40; the chip's sensor 0.706 V at 27."""
    assert abs(ntc_cc(round(65_536 * 25.92 / 35.92)) - 500) < 50
    assert abs(ntc_cc(round(65_536 * 5.30 / 15.30)) - 4_000) < 50
    assert ntc_cc(0) == ntc_cc(65_535) == BROKEN
    assert abs(chip_cc(round(0.706 / 3.3 * 65_536)) - 2_700) < 10
