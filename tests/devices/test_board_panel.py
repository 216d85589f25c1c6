"""Door, keypad, lamp and thermometers on the board."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from board_bench import A1, Bench
from inbox import wait_for

from controller.devices.boardpanel import WAKING_MS, Panel
from controller.domain.events import ReturnPressed, SlotChosen, Trouble, TroubleBegan, TroubleEnded
from controller.protocols.board import Door, Fault, Key, Temperature
from firmware import messages

OPEN, SHUT = TroubleBegan(Trouble.DOOR_OPEN), TroubleEnded(Trouble.DOOR_OPEN)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.close()


def test_a_door_is_told_when_it_rests_in_another_state(bench: Bench) -> None:
    """Open, shut; the same state told again, as after a reset of the board, is no news."""
    bench.ready()
    for is_open in (1, 1, 0):
        bench.board.event(messages.DOOR, is_open)
    bench.wait_results(OPEN, SHUT)
    bench.board.reset()
    bench.board.event(messages.DOOR, 0)
    bench.board.event(messages.DOOR, 1)
    bench.wait_results(OPEN, SHUT, OPEN)


def test_keys_are_slots_and_the_return(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A press tells what the key means; letting go and keys without a meaning tell nothing."""
    monkeypatch.setattr("controller.devices.boardpanel.WAKING_MS", 0)
    bench.ready()
    for key, pressed in ((0, 1), (0, 0), (9, 1), (15, 1)):
        bench.board.event(messages.KEY, key, pressed)
    bench.wait_results(SlotChosen(A1), ReturnPressed())
    bench.wait_forgotten()


def test_a_key_from_before_is_nobody_s_wish() -> None:
    """What the board kept while no controller listened is told first, and passed over; a door is not."""
    panel = Panel({0: SlotChosen(A1)})
    panel.found(50_000)
    assert panel.heard(Key(0, 1), 50_000 + WAKING_MS - 1) is None
    assert panel.heard(Door(1), 50_000) == OPEN
    assert panel.heard(Key(0, 1), 50_000 + WAKING_MS) == SlotChosen(A1)


def test_temperatures_and_faults_are_for_the_technician() -> None:
    """The last temperature of each thermometer, and the newest twenty faults by name."""
    panel = Panel({})
    for cc in (2_150, 2_200):
        assert panel.heard(Temperature(0, cc), 0) is None
    for detail in range(30):
        assert panel.heard(Fault(messages.SUPPLY, detail), 0) is None
    panel.heard(Fault(77, 1), 0)
    status = panel.status()
    assert status["temperatures_cc"] == {0: 2_200}
    assert panel.faults[-2:] == [("supply", 29), ("fault 77", 1)]
    assert len(panel.faults) == 20


def test_the_lamp_follows(bench: Bench) -> None:
    """Lit and put out over the link, and out by itself when the controller ends."""
    worker = bench.ready()
    worker.lamp(True)
    wait_for(lambda: bench.board.link.wishes == messages.LAMP)
    worker.lamp(False)
    wait_for(lambda: bench.board.link.wishes == 0)
    worker.lamp(True)
    wait_for(lambda: bench.board.link.wishes == messages.LAMP)
    worker.stop()
    wait_for(lambda: bench.board.link.wishes == 0)


def test_status_says_who_the_board_is(bench: Bench) -> None:
    """Its life, firmware and reason of reset, the numbers used up, and the line."""
    worker = bench.ready()
    bench.wait_forgotten()
    status = worker.status()
    assert status["works"]
    assert status["boot_id"] == f"{bench.board.boot:08x}"
    assert (status["firmware"], status["cause"]) == ("0.1.0", "power")
    assert status["highest"] == {"vend": 0, "pay": 0, "bus": 0, "workshop": 0}
    assert status["line"]["heard"] >= 3
