"""Motors on the board: every way a turn can end, and that nothing turns twice however the link and its ends behave."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from board_bench import A1, B3, Bench
from board_peer import HOME
from inbox import wait_for

from controller.devices.boardmotors import vend_event
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
from controller.protocols.board import Turned
from firmware import messages

BEFORE, AFTER = 1, 2


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.close()


@pytest.mark.parametrize(
    ("result", "fell", "curtain", "event"),
    [
        (messages.HOME, 1, 3, ItemDropped(17)),
        (messages.HOME, 0, 3, VendUnknown(17, "no-drop")),
        (messages.JAMMED, 1, 3, ItemDropped(17, Closed.JAMMED)),
        (messages.JAMMED, 0, BEFORE | AFTER, VendRefused(17, Closed.JAMMED)),
        (messages.JAMMED, 0, BEFORE, VendUnknown(17, "sensor")),
        (messages.OVER_CURRENT, 0, 3, VendRefused(17, Closed.JAMMED)),
        (messages.STUCK_HOME, 0, 3, VendRefused(17, Closed.STUCK_HOME)),
        (messages.NO_MOTOR, 0, BEFORE, VendRefused(17, Closed.NO_MOTOR)),
        (messages.NO_SENSOR, 0, 0, VendRefused(17, Closed.SENSOR)),
        (messages.POWER_CUT, 0, BEFORE, VendUnknown(17, "sensor")),
        (99, 2, 3, ItemDropped(17, Closed.JAMMED)),
    ],
)
def test_every_end_of_a_turn_has_its_meaning(result: int, fell: int, curtain: int, event: Event) -> None:
    """Fallen is sold; a fault is a refusal only while the curtain proves that it would have seen a piece."""
    assert vend_event(17, Turned(result, fell, curtain, 0, 2_901, 3_120, 310, 190)) == event


def test_a_vend_turns_the_right_motor_once(bench: Bench) -> None:
    """B3 is row 1, column 2 of the board; the vend's id is the command's number; the curtain must prove itself."""
    worker = bench.ready()
    worker.motors.dispense(Dispense(117, B3))
    bench.wait_results(ItemDropped(117))
    assert bench.board.turns == [(117, 1, 2, 1, 1, 13_000, 2_000)]


def test_the_board_gets_the_machine_s_configuration(bench: Bench) -> None:
    """Two rows of four, cams that show home twice where it says so, the acceptor's wiring, and what is on the panel."""
    bench.ready(board={"half_turns": ["B3"]}, pulses={"idles": "low", "inhibited_by": "high"})
    motors, coins, panel = (bench.board.sections[code] for code in (messages.MOTORS, messages.COINS, messages.PANEL))
    assert motors[:4] == (2, 4, 1, 1)
    assert int.from_bytes(motors[-1], "little") == 1 << 12
    assert coins == (7, 20, 120, 20, 500, 2_000)
    assert panel[0] == 3


def test_the_same_vend_never_turns_twice(bench: Bench) -> None:
    """A repeated order and a question tell the same result again and move nothing."""
    worker = bench.ready()
    for effect in (Dispense(117, B3), Dispense(117, B3)):
        worker.motors.dispense(effect)
    worker.motors.query(QueryVend(117, B3))
    bench.wait_results(*[ItemDropped(117)] * 3)
    assert len(bench.board.turns) == 1


def test_a_slot_without_a_motor_is_refused(bench: Bench) -> None:
    """The shelf may name a slot that no motor is wired for; and what the board does not perform did not turn."""
    worker = bench.ready()
    worker.motors.dispense(Dispense(117, SlotId("Z9")))
    bench.wait_results(VendRefused(117, Closed.NO_MOTOR))
    bench.board.refuse = messages.UNSAFE
    worker.motors.dispense(Dispense(118, B3))
    bench.wait_results(VendRefused(117, Closed.NO_MOTOR), VendRefused(118, Closed.NO_MOTOR))


def test_a_reset_in_mid_turn_is_unknown_and_never_repeated(bench: Bench) -> None:
    """The board is reset while the spiral turns: a person decides, and the next vend works."""
    worker = bench.ready()
    bench.board.ending = None
    worker.motors.dispense(Dispense(117, B3))
    wait_for(lambda: bench.board.turns)
    bench.board.reset()
    bench.wait_results(VendUnknown(117, "motors-lost"))
    bench.board.ending = HOME
    worker.motors.dispense(Dispense(118, A1))
    bench.wait_results(VendUnknown(117, "motors-lost"), ItemDropped(118))
    assert [turn[0] for turn in bench.board.turns] == [117, 118]


def test_a_pulled_cable_in_mid_turn_is_asked_about(bench: Bench) -> None:
    """The turn ends while the cable is out; plugged in again, the board tells how, and nothing turned twice."""
    worker = bench.ready()
    bench.board.ending = None
    worker.motors.dispense(Dispense(117, B3))
    wait_for(lambda: bench.board.turns)
    bench.board.close()
    bench.wait_state(DeviceGone)
    bench.board.end(117)
    bench.board.open(bench.link)
    bench.wait_results(ItemDropped(117))
    bench.wait_state(DeviceReturned, 2)
    assert len(bench.board.turns) == 1


def test_a_board_that_is_reset_behind_a_pulled_cable_turns_nothing_again(bench: Bench) -> None:
    """Its new life knows nothing of the vend, and would turn it if it were only told: it is not."""
    worker = bench.ready()
    bench.board.ending = None
    worker.motors.dispense(Dispense(117, B3))
    wait_for(lambda: bench.board.turns)
    bench.board.close()
    bench.wait_state(DeviceGone)
    bench.board.reset()
    bench.board.open(bench.link)
    bench.wait_results(VendUnknown(117, "motors-lost"))
    bench.wait_state(DeviceReturned, 2)
    assert len(bench.board.turns) == 1


def test_a_new_controller_asks_what_became_of_an_old_vend(bench: Bench) -> None:
    """The controller dies in mid-turn; the next one waits for the end of that turn and is told it."""
    bench.board.ending = None
    first = bench.ready()
    first.motors.dispense(Dispense(117, B3))
    wait_for(lambda: bench.board.turns)
    first.stop()
    second = bench.controller()
    second.motors.query(QueryVend(117, B3))
    bench.wait_state(DeviceReturned, 2)
    bench.board.end(117)
    bench.wait_results(ItemDropped(117))
    assert len(bench.board.turns) == 1


def test_a_vend_the_board_never_saw_is_a_doubt_after_a_restart(bench: Bench) -> None:
    """It may have run in an earlier life of the board: unknown, crossed out, and no motor moves to find out."""
    worker = bench.ready()
    worker.motors.query(QueryVend(99, B3))
    bench.wait_results(VendUnknown(99, "forgotten"))
    assert not bench.board.turns


def test_an_order_for_a_board_that_is_away_is_refused_in_time(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was told to it, so nothing turned, and nothing will when it comes back."""
    monkeypatch.setattr("controller.devices.boardmotors.BEGIN_MS", 100)
    worker = bench.controller()
    worker.motors.dispense(Dispense(117, B3))
    bench.wait_results(VendRefused(117, Closed.NO_MOTOR))
    bench.board.open(bench.link)
    bench.wait_state(DeviceReturned)
    worker.motors.dispense(Dispense(118, B3))
    bench.wait_results(VendRefused(117, Closed.NO_MOTOR), ItemDropped(118))
    assert [turn[0] for turn in bench.board.turns] == [118]


def test_a_question_about_a_board_that_is_away_ends_in_doubt(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for ever; when the board is back it takes new orders although that question had no end."""
    monkeypatch.setattr("controller.devices.boardmotors.ASK_MS", 100)
    worker = bench.controller()
    worker.motors.query(QueryVend(99, B3))
    bench.wait_results(VendUnknown(99, "motors-lost"))
    bench.board.open(bench.link)
    worker.motors.dispense(Dispense(117, B3))
    bench.wait_results(VendUnknown(99, "motors-lost"), ItemDropped(117))


def test_too_many_orders_are_a_doubt_and_no_wait(bench: Bench) -> None:
    """The ninth order while nothing moves on is told unknown at once, by the thread that gave it."""
    worker = bench.ready()
    bench.board.ending = None
    worker.motors.dispense(Dispense(117, B3))
    wait_for(lambda: bench.board.turns)
    for vend_id in range(118, 128):
        worker.motors.dispense(Dispense(vend_id, B3))
    assert VendUnknown(127, "motors-busy") in bench.brain.results()


def test_a_spiral_is_brought_home_by_a_person(bench: Bench) -> None:
    """A trial of no whole turn, in the workshop's own numbers; only a failure is told."""
    worker = bench.ready()
    worker.motors.bring_home(BringHome(B3))
    wait_for(lambda: bench.board.trials)
    assert bench.board.trials == [(1, 1, 2, 0, 0, 13_000, 0)]
    bench.board.ending = (messages.JAMMED, 0, 0, 0, 6_000, 65_535, 700, 400)
    worker.motors.bring_home(BringHome(B3))
    bench.wait_results(MotorFaulty(B3, Closed.JAMMED))
    assert [trial[0] for trial in bench.board.trials] == [1, 2]
    worker.motors.bring_home(BringHome(SlotId("Z9")))
    bench.wait_results(MotorFaulty(B3, Closed.JAMMED), MotorFaulty(SlotId("Z9"), Closed.NO_MOTOR))


def test_the_curtain_is_tried_by_a_person(bench: Bench) -> None:
    """In the workshop's own numbers, and a board that is away is no answer."""
    worker = bench.ready()
    worker.motors.try_sensor(TrySensor(12))
    wait_for(lambda: SensorTried(12, True) in bench.brain.told)
    assert bench.board.turns == []


def test_new_books_on_a_running_board_reset_it_first(bench: Bench) -> None:
    """The board has seen vend 500 of other books: it gets a new life before it is used, and vend 1 turns."""
    first = bench.ready()
    first.motors.dispense(Dispense(500, A1))
    bench.wait_results(ItemDropped(500))
    first.stop()
    bench.last_vend = 0
    second = bench.controller()
    second.motors.dispense(Dispense(1, B3))
    bench.wait_results(ItemDropped(500), ItemDropped(1))
    assert bench.board.boots == 2
    (gone,) = bench.brain.all(DeviceGone)
    assert isinstance(gone, DeviceGone)
    assert gone.reason == "the board knows vends of other books: it is reset"


def test_the_loss_of_the_board_is_the_loss_of_the_motors(bench: Bench) -> None:
    """Silence and a pulled cable are told once each, in words, with what they mean for selling."""
    worker = bench.ready()
    bench.board.mute = True
    bench.wait_state(DeviceGone)
    gone = bench.brain.all(DeviceGone)[0]
    assert isinstance(gone, DeviceGone)
    assert (gone.device, gone.trouble) == ("motors", Trouble.NO_MOTORS)
    assert "nothing was heard for 2000 ms" in gone.reason
    assert not worker.status()["works"]
    bench.board.mute = False
    bench.wait_state(DeviceReturned, 2)
    bench.board.close()
    bench.wait_state(DeviceGone, 2)


def test_a_board_that_refuses_the_configuration_says_so(bench: Bench) -> None:
    """A part that cannot work so is named as a reason, and the way to look at it."""
    bench.board.link.takes(messages.MOTORS, lambda *_: False)
    bench.board.open(bench.link)
    bench.controller()
    bench.wait_state(DeviceGone)
    (gone,) = bench.brain.all(DeviceGone)
    assert isinstance(gone, DeviceGone)
    assert "it refuses the configuration: not-possible; see `minga board`" in gone.reason


def test_a_missing_port_is_told_in_words(bench: Bench) -> None:
    """What is not there, and which key to look at."""
    bench.controller()
    bench.wait_state(DeviceGone)
    (gone,) = bench.brain.all(DeviceGone)
    assert isinstance(gone, DeviceGone)
    assert gone.reason == f"port {bench.link} is not there; look at the board's cable and at `board.port`"
