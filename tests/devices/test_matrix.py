"""The motors against a simulated machine: every way a turn can end, through gpiozero's real classes.

The world runs `SPEED` times faster than ours: a turn takes 1.95 s there and half a second here.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue
from threading import Thread
from time import sleep

import pytest

from controller.config import Cabinet, Motors
from controller.devices.matrix import MotorMatrix
from controller.domain.catalog import Closed, SlotId
from controller.domain.effects import BringHome, Dispense, QueryVend, TrySensor
from controller.domain.events import (
    DeviceGone,
    DeviceReturned,
    Event,
    ItemDropped,
    MotorFaulty,
    Trouble,
    VendRefused,
    VendUnknown,
)
from controller.domain.trials import SensorTried
from hw_mocks.client import Watch
from hw_mocks.tabletop import Tabletop, tabletop

SPEED = 4
MOTORS = Motors(leave_home_ms=300, turn_ms=700, drop_ms=250, debounce_ms=4)
A1, B3 = SlotId("A1"), SlotId("B3")
ANSWER_S = 10


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Tabletop]:
    with tabletop(tmp_path, MOTORS, Cabinet(), stock={"A1": 3, "B3": 3}, speed=SPEED) as table:
        yield table


@pytest.fixture
def inbox() -> "Queue[Event]":
    return Queue()


@pytest.fixture
def motors(table: Tabletop, inbox: "Queue[Event]") -> Iterator[MotorMatrix]:
    matrix = MotorMatrix(MOTORS, inbox.put)
    yield matrix
    matrix.close()


@pytest.fixture
def vend(motors: MotorMatrix, inbox: "Queue[Event]") -> Callable[..., Event]:
    """Order a vend and wait for what became of it."""

    def order(vend_id: int, slot: SlotId = B3) -> Event:
        motors.dispense(Dispense(vend_id, slot))
        return inbox.get(timeout=ANSWER_S)

    return order


def spiral(table: Tabletop, slot: str = "B3") -> dict:
    return table.hand.truth()["spirals"][slot]


def fallen(table: Tabletop) -> list[str]:
    return [piece["slot"] for piece in table.hand.truth()["pieces"]]


def test_a_piece_that_falls_is_told_once_and_the_motor_stands(vend, table):
    """Home to home, one piece behind the flap, every motor off."""
    assert vend(17) == ItemDropped(17)

    assert fallen(table) == ["B3"]
    assert (spiral(table)["turns"], spiral(table)["starts"], spiral(table)["on"]) == (1, 1, False)


def test_a_turn_ends_where_the_next_one_can_begin(vend, table):
    """The motor is cut so soon after the home edge that the switch is still closed: three sales in a row."""
    assert [vend(17), vend(18), vend(19)] == [ItemDropped(17), ItemDropped(18), ItemDropped(19)]
    assert spiral(table)["turns"] == 3


def test_a_busy_computer_takes_no_bounce_for_coming_home(vend, table):
    """Every edge is handled 15 ms late, so that bounces lie far apart for Python: their own stamps tell the truth."""
    wire = table.factory.wire
    in_time = wire._on_edge
    wire._on_edge = lambda pin, high, at_s: (sleep(0.015), in_time(pin, high, at_s))

    assert vend(17) == ItemDropped(17)
    assert spiral(table)["turns"] == 1


def test_a_jam_before_the_piece_falls_is_a_refusal(vend, table):
    """The spiral left home and did not come back; nothing fell, and the curtain still proves that it would have seen it."""
    table.hand.inject("jam", "B3")

    assert vend(17) == VendRefused(17, Closed.JAMMED)
    assert not spiral(table)["on"]
    assert fallen(table) == []


def test_a_jam_after_the_piece_fell_is_a_sale_from_a_slot_that_is_closed(vend, table):
    """It fell, then jammed: the visitor has her piece, the slot needs a person."""
    table.hand.inject("late-jam", "B3")

    assert vend(17) == ItemDropped(17, Closed.JAMMED)
    assert fallen(table) == ["B3"]


def test_a_motor_that_is_not_there_is_not_mistaken_for_one_that_is_stuck(vend, table):
    """Nothing reads at home while the lines are driven."""
    table.hand.inject("no-motor", "B3")

    assert vend(17) == VendRefused(17, Closed.NO_MOTOR)


def test_a_seized_motor_is_given_up_within_its_time(vend, table):
    """The home switch never opens; the motor is cut after leave_home_ms."""
    table.hand.inject("stuck-home", "B3")

    assert vend(17) == VendRefused(17, Closed.STUCK_HOME)
    assert (spiral(table)["on"], spiral(table)["turns"]) == (False, 0)


def test_a_shorted_home_line_turns_nothing(vend, table):
    """It reads closed with nothing driven: no turn could be followed, so none is begun."""
    table.hand.inject("shorted-home")

    assert vend(17) == VendRefused(17, Closed.STUCK_HOME)
    assert spiral(table)["starts"] == 0


def test_a_blown_fuse_turns_nothing(vend, table):
    """Without the motors' supply no home switch answers."""
    table.hand.inject("no-supply")

    assert vend(17, A1) == VendRefused(17, Closed.NO_MOTOR)


def test_a_light_piece_that_passes_unseen_is_left_to_a_person(vend, table):
    """It fell, nobody saw it: neither a sale nor a refusal."""
    table.hand.inject("light-piece", "B3")

    assert vend(17) == VendUnknown(17, "no-drop")
    assert fallen(table) == ["B3"]


def test_an_empty_spiral_turns_and_drops_nothing(vend, table):
    """The books said three, the spiral holds none: the same doubt, for a machine cannot tell the two apart."""
    table.hand.fill("B3", 0)

    assert vend(17) == VendUnknown(17, "no-drop")
    assert fallen(table) == []


@pytest.mark.parametrize("fault", ["blind-sensor", "dark-sensor"])
def test_a_curtain_that_fails_its_test_turns_nothing(vend, table, fault):
    """A blind sensor and a dirty one are found before the motor runs."""
    table.hand.inject(fault)

    assert vend(17) == VendRefused(17, Closed.SENSOR)
    assert spiral(table)["starts"] == 0


def test_a_repaired_curtain_sells_again(vend, table):
    """The glass is wiped: no state of the fault is left behind."""
    table.hand.inject("dark-sensor")
    vend(17)
    table.hand.clear("dark-sensor")

    assert vend(18) == ItemDropped(18)


def test_a_refusal_needs_a_curtain_that_still_works(vend, table):
    """The sensor goes blind while the spiral jams: nobody can say any more that nothing fell."""
    table.hand.inject("jam", "B3")
    with table.hand.watch() as watch:
        blinded = _when(watch, "motor", lambda: table.hand.inject("blind-sensor"))
        assert vend(17) == VendUnknown(17, "sensor")
        blinded.join(ANSWER_S)


def test_the_same_vend_never_turns_twice(vend, table):
    """A repeated order tells the same result again and moves nothing."""
    first = vend(17)

    assert vend(17) == first == ItemDropped(17)
    assert (spiral(table)["starts"], fallen(table)) == (1, ["B3"])


def test_a_question_tells_what_became_of_a_vend(vend, motors, inbox):
    """Asked about a vend it made, the driver tells the result once more."""
    vend(17)

    motors.query(QueryVend(17, B3))

    assert inbox.get(timeout=ANSWER_S) == ItemDropped(17)


def test_a_question_about_a_forgotten_vend_turns_nothing(motors, inbox, table):
    """After a restart nobody remembers: unknown, and no motor moves to find out."""
    motors.query(QueryVend(16, B3))

    assert inbox.get(timeout=ANSWER_S) == VendUnknown(16, "forgotten")
    assert spiral(table)["starts"] == 0


def test_a_slot_without_wires_has_no_motor(vend):
    """The shelf may name a slot that this machine has no line for."""
    assert vend(17, SlotId("Z9")) == VendRefused(17, Closed.NO_MOTOR)


def test_a_power_cut_in_mid_turn_is_unknown_and_the_machine_comes_back(vend, motors, inbox, table):
    """The lines vanish under a running motor: the vend is in doubt, the loss is told, and so is the return."""
    with table.hand.watch() as watch:
        cut = _when(watch, "motor", lambda: table.hand.power(False))
        lost = vend(17)
        cut.join(ANSWER_S)

    assert isinstance(lost, DeviceGone)
    assert (lost.device, lost.trouble) == ("motors", Trouble.NO_MOTORS)
    assert inbox.get(timeout=ANSWER_S) == VendUnknown(17, "motors-lost")
    table.hand.power(True)
    assert inbox.get(timeout=ANSWER_S) == DeviceReturned("motors", Trouble.NO_MOTORS)
    assert motors.status().lost is None
    assert vend(18, A1) == ItemDropped(18)


def test_lines_lost_at_rest_are_noticed_without_a_sale(motors, inbox, table):
    """Nobody buys anything, and yet the machine knows within seconds that it cannot sell."""
    table.hand.power(False)

    assert isinstance(inbox.get(timeout=ANSWER_S), DeviceGone)
    assert motors.status().lost


def test_closing_in_mid_turn_cuts_the_motor(motors, inbox, table):
    """Whoever stops the controller stops the spirals, and no result is invented for the vend."""
    with table.hand.watch() as watch:
        motors.dispense(Dispense(17, B3))
        watch.until("motor", on=True)
        motors.close()
        watch.until("motor", on=False)

    assert spiral(table)["turns"] == 0
    assert inbox.empty()


def test_a_spiral_in_mid_turn_is_brought_home_by_a_person(vend, motors, table, inbox):
    """After a jam the spiral stands anywhere: it sells nothing until the person who opens its slot has it brought home."""
    table.hand.inject("jam", "B3")
    vend(17)
    table.hand.clear("jam", "B3")
    assert vend(18) == VendRefused(18, Closed.NO_MOTOR)

    motors.bring_home(BringHome(B3))

    assert vend(19) == ItemDropped(19)
    assert spiral(table)["turns"] == 2
    assert motors.status().strays == 1, "the piece of the jam fell on the way home, and is no sale"
    assert inbox.empty()


def test_a_spiral_at_home_is_let_go_at_once(vend, motors, table, inbox):
    """Opening a slot that was closed by hand turns nothing and drops nothing."""
    motors.bring_home(BringHome(B3))

    assert vend(1) == ItemDropped(1)
    assert spiral(table)["turns"] == 1


def test_a_spiral_that_cannot_be_brought_home_says_so(motors, table, inbox):
    """A motor that is not there, or jams again on its way, closes its slot again."""
    table.hand.inject("no-motor", "B3")
    motors.bring_home(BringHome(B3))

    assert inbox.get(timeout=ANSWER_S) == MotorFaulty(B3, Closed.JAMMED)


def _when(watch: Watch, what: str, act: Callable[[], None]) -> Thread:
    """Do something at the first happening of a kind, from a thread of its own."""

    def wait_and_act() -> None:
        watch.until(what, on=True)
        act()

    thread = Thread(target=wait_and_act, daemon=True)
    thread.start()
    return thread


@pytest.mark.parametrize(("fault", "works"), [(None, True), ("blind-sensor", False), ("dark-sensor", False)])
def test_a_sensor_that_is_tried_says_whether_it_sees(motors, table, inbox, fault, works):
    """It sees its own light go out and come back, and no motor moves for it."""
    if fault:
        table.hand.inject(fault)
    motors.try_sensor(TrySensor(12))
    assert inbox.get(timeout=ANSWER_S) == SensorTried(12, works)
    assert spiral(table)["starts"] == 0
