"""A motor is tried once over any refused write and any number of starts: the brain with real books, killed at each step."""

from pathlib import Path

import pytest
from builders import A1
from test_brain import Machine, Stubborn

from controller.domain import effects as do
from controller.domain import facts as f
from controller.domain.cycle import Phase
from controller.domain.events import SlotChosen, Trouble, TroubleBegan, VendUnknown
from controller.domain.facts import Part
from controller.domain.trials import TryPart
from controller.ledger import reports
from controller.ledger.forms import read_fact
from controller.ledger.verify import verify

MOTOR = TryPart(Part.MOTOR, "diego", "prueba-3", A1)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A stocked machine whose door stands open."""
    machine = Machine(tmp_path / "minga.db")
    machine.stock()
    machine.brain.handle(TroubleBegan(Trouble.DOOR_OPEN))
    machine.done.clear()
    return machine


def trials(machine: Machine) -> list[f.Fact]:
    rows = machine.brain.journal.db.execute("SELECT type, body FROM facts WHERE type LIKE 'Trial%' ORDER BY seq")
    return [read_fact(*row) for row in rows]


def test_the_trial_is_in_the_books_before_the_motor_turns(machine: Machine) -> None:
    """When the motors hear of it, another look at the disk finds it there."""
    seen: list[f.Fact] = []
    machine.brain._performers[do.Dispense] = lambda _: seen.extend(trials(machine))
    assert machine.ask(MOTOR) is None
    assert seen == [f.TrialStarted(1, Part.MOTOR, "diego", A1, "prueba-3")]


def test_a_start_in_the_middle_asks_and_turns_nothing(machine: Machine) -> None:
    """Two power cuts and the same wish once more: one motor turned once, then nobody knows, and its slot is closed."""
    assert machine.ask(MOTOR) is None
    assert machine.told(do.Dispense) == [do.Dispense(1, A1)]
    for _ in range(2):
        machine.brain.journal.close()
        machine = Machine(machine.brain.journal.path)
        assert machine.told(do.QueryVend) == [do.QueryVend(1, A1)]
        assert machine.ask(MOTOR) is None
        assert machine.told(do.Dispense) == []
    machine.brain.handle(VendUnknown(1, "forgotten"))
    assert trials(machine)[1:] == [f.TrialEnded(1, Part.MOTOR, f.Found.UNKNOWN, A1, "forgotten")]
    assert machine.brain.shop.slots[A1].closed == "doubt"
    assert verify(machine.brain.journal.db) == []


@pytest.mark.parametrize("after", [False, True], ids=["not-written", "written-but-denied"])
@pytest.mark.parametrize("nth", [1, 2, 3])
def test_a_refused_write_turns_no_motor_twice(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, nth: int, after: bool
) -> None:
    """Whichever write of a trial the disk refuses, and even if it lied: one turn at most, and true books."""
    Stubborn(monkeypatch, nth, after)
    machine.ask(MOTOR)
    machine.ask(MOTOR)
    for effect in machine.told(do.QueryVend):
        machine.brain.handle(VendUnknown(effect.vend_id, "forgotten"))
    machine.brain.handle(VendUnknown(1, "no-drop"))
    assert len(machine.told(do.Dispense)) <= 1
    assert [type(fact) for fact in trials(machine)] == [f.TrialStarted, f.TrialEnded]
    assert machine.brain.cycle.phase is Phase.IDLE
    assert verify(machine.brain.journal.db) == []


def test_a_visitor_gets_nothing_of_a_trial(machine: Machine) -> None:
    """Nobody sold anything, nothing is owed, and a button pressed meanwhile is not remembered."""
    machine.ask(MOTOR)
    machine.brain.handle(SlotChosen(A1))
    machine.brain.handle(VendUnknown(1, "no-drop"))
    totals = reports.totals(machine.brain.journal.db)
    assert (totals.sales, totals.inserted_cents, totals.adds_up) == (0, 0, True)
    assert len(machine.told(do.Dispense)) == 1
