"""Motors and curtain of the whole board in virtual time: what a turn does, and how each mishap is named.

These tests run on CPython and, by `test_board_micropython.py`, in the real MicroPython binary; so they use what both have.
Fields of an answer: result, fell, curtain, retries, run_ms, drop_ms, peak_ma, mean_ma.
"""

import messages
from boardbench import MOTORS, Bench

BOTH = 3


def motors(**changes):
    """The usual section MOTORS, with some fields changed."""
    names = messages.LAYOUTS[messages.MOTORS][2].split()
    return tuple(changes.get(name, value) for name, value in zip(names, MOTORS))  # noqa: B905 - MicroPython has no strict


def test_one_turn_drops_one_piece_and_stops_at_home():
    """Home to home in two seconds, one piece seen by a curtain that proved itself before and after, motor off."""
    bench = Bench()
    spiral = bench.plant.spiral(2, 3)
    result, fell, curtain, retries, run_ms, drop_ms, peak_ma, mean_ma = bench.turn()
    assert (result, fell, curtain, retries) == (messages.HOME, 1, BOTH, 0)
    assert 1_950 <= run_ms <= 2_080
    assert 2_030 <= drop_ms <= 2_120
    assert 800 <= peak_ma <= 900
    assert 180 <= mean_ma <= 230
    assert (spiral.pieces, spiral.starts, spiral.at_home()) == (2, 1, True)
    assert bench.plant.bits == 0
    (drop,) = bench.told(messages.DROP)
    assert drop[:2] == (1, 1)
    assert 2_030 <= drop[2] <= 2_120


def test_only_the_motor_that_was_ordered_turns():
    """80 motors, one order: the other 79 have not moved."""
    bench = Bench()
    spirals = [bench.plant.spiral(row, column) for row in range(8) for column in range(10)]
    bench.turn(7, 9)
    assert [spiral.starts for spiral in spirals] == [0] * 79 + [1]


def test_a_bouncing_home_switch_ends_no_turn():
    """A closing that does not rest for 15 ms, in mid-turn, is noise from the motor."""
    bench = Bench()
    spiral = bench.plant.spiral(2, 3)
    true_home = spiral.at_home
    spiral.at_home = lambda: true_home() or (spiral.angle_deg > 100 and bench.plant.now_ms % 20 < 10)
    assert bench.turn()[0] == messages.HOME
    assert spiral.angle_deg > 340


def test_no_motor_is_told_from_the_current():
    """Nothing flows: the motor's plug is out. That is known within 20 ms, and no drop is awaited."""
    bench = Bench()
    bench.plant.spiral(2, 3).missing = True
    result, fell, _, _, run_ms, drop_ms, peak_ma, _ = bench.turn()
    assert (result, fell, drop_ms, peak_ma) == (messages.NO_MOTOR, 0, messages.UNSEEN, 0)
    assert run_ms <= 25


def test_a_seized_motor_is_stuck_at_home():
    """It takes current and never leaves: cut after a second, and not tried again."""
    bench = Bench()
    spiral = bench.plant.spiral(2, 3)
    spiral.jam_deg, spiral.stall_ma = 0, 400
    result, fell, _, retries, run_ms, *_ = bench.turn()
    assert (result, fell, retries) == (messages.STUCK_HOME, 0, 0)
    assert 1_000 <= run_ms <= 1_030


def test_too_much_current_cuts_the_motor_soon():
    """900 mA for 200 ms at home: over-current, with no second try, for it never left."""
    bench = Bench()
    bench.plant.spiral(2, 3).jam_deg = 0
    result, _, _, retries, run_ms, _, peak_ma, _ = bench.turn()
    assert (result, retries) == (messages.OVER_CURRENT, 0)
    assert 195 <= run_ms <= 215
    assert 880 <= peak_ma <= 900


def test_the_start_of_a_motor_is_no_over_current():
    """It takes 900 mA for a moment, less than the 200 ms that are allowed."""
    bench = Bench(motors(over_current_ma=300))
    bench.plant.spiral(2, 3)
    assert bench.turn()[0] == messages.HOME


def test_a_jam_is_tried_once_more_and_may_come_free():
    """It jams at 200 degrees; after a rest of 300 ms the second try brings it home with its piece."""
    bench = Bench()
    spiral = bench.plant.spiral(2, 3)
    spiral.jam_deg, spiral.jams = 200, 1
    result, fell, _, retries, *_ = bench.turn()
    assert (result, fell, retries) == (messages.HOME, 1, 1)
    assert spiral.starts == 2


def test_a_jam_that_stays_is_told_after_its_retries():
    """Told by current; by time where the stalled motor takes little. Nothing fell, and the curtain can swear to it."""
    for stall_ma, expected in ((900, messages.OVER_CURRENT), (400, messages.JAMMED)):
        bench = Bench(motors(retries=2))
        spiral = bench.plant.spiral(2, 3)
        spiral.jam_deg, spiral.stall_ma = 200, stall_ma
        result, fell, curtain, retries, run_ms, *_ = bench.turn(run_ms_max=20_000)
        assert (result, fell, curtain, retries) == (expected, 0, BOTH, 2)
        assert spiral.starts == 3
        assert run_ms < 11_000


def test_all_tries_together_are_bounded():
    """Whatever the configuration says, the motor was on for no longer than the order allows."""
    bench = Bench(motors(retries=9))
    spiral = bench.plant.spiral(2, 3)
    spiral.jam_deg, spiral.stall_ma = 200, 400
    assert bench.turn(run_ms_max=4_000)[0] == messages.JAMMED
    assert spiral.driven_ms <= 4_005


def test_a_piece_that_falls_before_the_jam_is_seen():
    """Jammed at 325 degrees, after the coil let go: the answer has both, the jam and the piece."""
    bench = Bench(motors(retries=0))
    bench.plant.spiral(2, 3).jam_deg = 325
    assert bench.turn()[:3] == (messages.OVER_CURRENT, 1, BOTH)


def test_an_empty_spiral_turns_and_nothing_falls():
    """Home, nothing seen for two seconds after it stopped, and the curtain is sound."""
    bench = Bench()
    bench.plant.spiral(2, 3).pieces = 0
    result, fell, curtain, _, _, drop_ms, *_ = bench.turn()
    assert (result, fell, curtain, drop_ms) == (messages.HOME, 0, BOTH, messages.UNSEEN)


def test_a_spiral_in_mid_turn_is_not_turned_on():
    """It was interrupted: a turn from there could drop a piece too many. A trial with no homes brings it home."""
    bench = Bench()
    spiral = bench.plant.spiral(2, 3)
    spiral.angle_deg = 150.0
    assert bench.turn()[:2] == (messages.JAMMED, 0)
    assert spiral.angle_deg < 156
    assert bench.turn(homes=0, drop_ms=0, kind=messages.TRIAL)[0] == messages.HOME
    assert spiral.at_home()
    starts_deg = spiral.angle_deg
    assert bench.turn(homes=0, drop_ms=0, kind=messages.TRIAL)[0] == messages.HOME
    assert spiral.angle_deg - starts_deg < 1, "one that is at home is let go at once"


def test_a_round_that_comes_late_takes_no_home_for_open():
    """A collection of garbage holds the first look back for 60 ms: the switch is given time to rest, then all is well."""
    bench = Bench()
    bench.plant.spiral(2, 3)
    number = bench.order(messages.TURN, 2, 3, 1, 1, 6_000, 2_000)
    while not bench.plant.bits:
        bench.round()
    for _ in range(60):
        bench.plant.step()
    assert bench.end(number)[:2] == (messages.HOME, 1)


def test_a_cam_with_two_homes_goes_once_around():
    """The bit of its place says so; without the bit the same motor makes half a turn."""
    half = bytearray(10)
    half[(2 * 10 + 3) // 8] = 1 << (2 * 10 + 3) % 8
    for half_turns, turned_deg in ((bytes(half), 360), (bytes(10), 180)):
        bench = Bench(motors(half_turns=half_turns))
        spiral = bench.plant.spiral(2, 3)
        spiral.homes_a_turn = 2
        assert bench.turn()[0] == messages.HOME
        assert abs(spiral.angle_deg - turned_deg) < 12


def test_two_homes_drop_two_pieces():
    """An order for two turns is one act; the pieces fall two seconds apart and are two."""
    bench = Bench()
    bench.plant.spiral(2, 3)
    assert bench.turn(homes=2)[:2] == (messages.HOME, 2)
    assert [drop[0] for drop in bench.told(messages.DROP)] == [1, 2]


def test_a_curtain_that_does_not_prove_itself_stops_the_sale():
    """Blind or dark: nothing turns, unless the order does without the curtain."""
    for fault in ("blind", "dark"):
        bench = Bench()
        spiral = bench.plant.spiral(2, 3)
        setattr(bench.plant, fault, True)
        bench.run(100)
        assert bench.turn()[:4] == (messages.NO_SENSOR, 0, 0, 0)
        assert spiral.starts == 0
        assert bench.end(bench.order(messages.CURTAIN))[0] == 0
        assert bench.turn(curtain=0)[:3] == (messages.HOME, 0, 0)
        assert spiral.starts == 1


def test_a_machine_without_a_curtain_can_still_turn():
    """Not fitted: an order that wants it turns nothing, one that does not is done."""
    bench = Bench(motors(curtain=0))
    bench.plant.spiral(2, 3)
    assert bench.turn()[0] == messages.NO_SENSOR
    assert bench.turn(curtain=0)[:3] == (messages.HOME, 0, 0)
    assert bench.plant.curtain_lamp.level == 0


def test_the_curtain_can_be_tried_alone():
    """Lamp out, lamp on, both seen; no event says that something fell, and the lamp burns again."""
    bench = Bench()
    works, answer_ms = bench.end(bench.order(messages.CURTAIN))
    assert works == 1
    assert answer_ms <= 5
    assert bench.told(messages.DROP) == []
    assert bench.plant.curtain_lamp.level == 1


def test_something_falls_by_itself():
    """A piece that hung falls an hour later: told, with the newest vend, too late to say when."""
    bench = Bench()
    bench.plant.spiral(2, 3)
    bench.turn()
    bench.run(70_000)
    bench.plant._falls_ms.append(bench.plant.now_ms)
    bench.run(50)
    assert bench.told(messages.DROP)[1] == (2, 1, messages.UNSEEN)


def test_a_poncho_with_a_hole_is_one_piece():
    """Two shadows 80 ms apart are one garment; a third after half a second is another."""
    bench = Bench()
    bench.plant._falls_ms += [bench.plant.now_ms + ms for ms in (0, 80, 580)]
    bench.run(700)
    assert [drop[0] for drop in bench.told(messages.DROP)] == [1, 2]


def test_a_scan_tells_who_is_there_and_turns_nothing():
    """Three motors in row 4, one of them in mid-turn; after twenty scans all stand where they stood."""
    bench = Bench()
    spirals = [bench.plant.spiral(4, column) for column in (0, 5, 9)]
    spirals[1].angle_deg = 150.0
    for _ in range(20):
        assert bench.end(bench.order(messages.SCAN, 4)) == (1 << 0 | 1 << 5 | 1 << 9, 1 << 0 | 1 << 9)
    assert [round(spiral.angle_deg) % 150 < 4 for spiral in spirals] == [True] * 3
    assert bench.plant.bits == 0


def test_what_cannot_be_is_answered_and_moves_nothing():
    """No such motor, no homes to reach, no time to do it in, and a supply that is out of its limits."""
    bench = Bench(motors(rows=6, columns=8))
    assert bench.turn(6, 0) == messages.NOT_FITTED
    assert bench.turn(0, 8) == messages.NOT_FITTED
    assert bench.turn(homes=0) == messages.BAD_BODY
    assert bench.turn(run_ms_max=0) == messages.BAD_BODY
    for supply_mv in (0, 17_000, 31_000):
        bench.plant.supply_mv = supply_mv
        assert bench.turn() == messages.UNSAFE
        assert bench.end(bench.order(messages.SCAN, 0)) == messages.UNSAFE
    assert len(bench.told(messages.FAULT)) == 1, "told once, until it was good again"
    assert bench.plant.bits == 0
    assert bench.plant._fed_until_ms == 0


def test_one_act_at_a_time():
    """A vend ordered while a technician tries a motor is UNSAFE: nobody's fingers are turned over."""
    bench = Bench()
    tried, sold = bench.plant.spiral(0, 0), bench.plant.spiral(2, 3)
    trial = bench.order(messages.TRIAL, 0, 0, 1, 0, 6_000, 0)
    bench.run(500)
    assert bench.turn() == messages.UNSAFE
    assert bench.end(trial)[0] == messages.HOME
    assert (tried.starts, sold.starts) == (1, 0)
    assert bench.turn()[0] == messages.HOME


def test_a_supply_that_fails_in_mid_turn_is_told():
    """The 24 V fuse blows after a second: cut, not tried again."""
    bench = Bench()
    spiral = bench.plant.spiral(2, 3)
    number = bench.order(messages.TURN, 2, 3, 1, 1, 6_000, 2_000)
    bench.run(1_000)
    bench.plant.supply_mv = 0
    assert bench.end(number)[:4] == (messages.POWER_CUT, 0, BOTH, 0)
    bench.plant.supply_mv = 24_000
    bench.run(1_000)
    assert spiral.starts == 1


def test_a_loop_that_stops_turning_loses_the_supply():
    """300 ms without a round: the dead-man let the supply fall, the turn ends as POWER_CUT, a FAULT says why."""
    bench = Bench()
    spiral = bench.plant.spiral(2, 3)
    number = bench.order(messages.TURN, 2, 3, 1, 1, 6_000, 2_000)
    bench.run(1_000)
    for _ in range(300):
        bench.plant.step()
    stopped_deg = spiral.angle_deg
    assert not spiral.driven
    assert bench.end(number)[0] == messages.POWER_CUT
    assert spiral.angle_deg == stopped_deg
    assert (messages.DEAD_MAN, 1) in bench.told(messages.FAULT)
    assert bench.plant.bits == 0


def test_a_silent_pi_stops_no_turn_and_begins_none():
    """The Pi dies in mid-turn: the spiral comes home by its own limits; a jam is not tried again; the supply is off."""
    for jam_deg, starts in ((None, 1), (320, 1)):
        bench = Bench(motors(over_current_ms=3_000))
        spiral = bench.plant.spiral(2, 3)
        spiral.jam_deg = jam_deg
        number = bench.order(messages.TURN, 2, 3, 1, 1, 6_000, 2_000)
        bench.run(300)
        bench.alive = False
        bench.run(9_000)
        assert not bench.board.link.lease
        assert spiral.starts == starts
        assert (bench.plant.bits, bench.board.deadman.on, bench.board.motors.busy) == (0, False, False)
        bench.alive = True
        bench.say(messages.ASK, 0x5C0FFEE1, messages.TURN, number)
        assert bench.end(number)[0] == (messages.HOME if jam_deg is None else messages.JAMMED)
