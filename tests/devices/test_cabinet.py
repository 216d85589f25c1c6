"""Door, buttons and lamp against a simulated cabinet whose contacts bounce, through gpiozero's real classes."""

from collections.abc import Iterator
from pathlib import Path
from queue import Empty, Queue

import pytest

from controller.config import Cabinet as Wiring
from controller.config import Motors
from controller.devices.cabinet import QUIET_S, Cabinet
from controller.domain.catalog import SlotId
from controller.domain.events import Event, ReturnPressed, SlotChosen, Trouble, TroubleBegan, TroubleEnded
from hw_mocks.tabletop import Tabletop, tabletop

WIRING = Wiring(slot_buttons={"A1": 22, "B3": 23})
ANSWER_S = 5
NOTHING_MORE_S = 4 * QUIET_S
OPENED, CLOSED = TroubleBegan(Trouble.DOOR_OPEN), TroubleEnded(Trouble.DOOR_OPEN)


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Tabletop]:
    with tabletop(tmp_path, Motors(), WIRING) as table:
        yield table


@pytest.fixture
def inbox() -> "Queue[Event]":
    return Queue()


@pytest.fixture
def cabinet(table: Tabletop, inbox: "Queue[Event]") -> Iterator[Cabinet]:
    cabinet = Cabinet(WIRING, inbox.put)
    assert inbox.get(timeout=ANSWER_S) == CLOSED
    yield cabinet
    cabinet.close()


def heard(inbox: "Queue[Event]") -> list[Event]:
    """Everything until the cabinet has been silent for longer than any contact bounces."""
    events = [inbox.get(timeout=ANSWER_S)]
    while True:
        try:
            events.append(inbox.get(timeout=NOTHING_MORE_S))
        except Empty:
            return events


@pytest.mark.usefixtures("cabinet")
@pytest.mark.parametrize(
    ("button", "event"),
    [("return", ReturnPressed()), ("A1", SlotChosen(SlotId("A1"))), ("B3", SlotChosen(SlotId("B3")))],
)
def test_a_press_is_one_press_however_its_contact_bounces(table, inbox, button, event):
    """Going down and coming up the contact closes five times; the visitor pressed once."""
    table.hand.press(button)

    assert heard(inbox) == [event]


@pytest.mark.usefixtures("cabinet")
def test_two_presses_are_two(table, inbox):
    """Debouncing swallows no second wish."""
    with table.hand.watch() as watch:
        table.hand.press("return")
        assert inbox.get(timeout=ANSWER_S) == ReturnPressed()
        watch.until("released", button="return")

    _rest(inbox)
    table.hand.press("return")

    assert heard(inbox) == [ReturnPressed()]


@pytest.mark.usefixtures("cabinet")
def test_the_door_is_told_once_each_way(table, inbox):
    """Opened and shut: two events, in order, although the switch bounces both times."""
    table.hand.door(open=True)
    assert heard(inbox) == [OPENED]

    table.hand.door(open=False)
    assert heard(inbox) == [CLOSED]


def test_a_door_that_stands_open_at_the_start_is_told(table, inbox):
    """The controller restarts while somebody fills the machine."""
    with table.hand.watch() as watch:
        table.hand.door(open=True)
        watch.until("door", open=True)
    _rest(inbox)

    cabinet = Cabinet(WIRING, inbox.put)

    assert heard(inbox) == [OPENED]
    cabinet.close()


def test_the_lamp_follows_and_goes_out_at_the_end(cabinet, table):
    """Lit while the machine sells; a controller that ends leaves no lamp burning."""
    with table.hand.watch() as watch:
        cabinet.lamp(True)
        watch.until("lamp", on=True)
        cabinet.close()
        watch.until("lamp", on=False)


def test_a_lost_lamp_stops_nothing(cabinet, table):
    """The lines are gone: the lamp is only logged, the motors tell the loss."""
    table.hand.power(False)

    cabinet.lamp(True)
    cabinet.lamp(False)


@pytest.mark.usefixtures("table")
def test_a_cabinet_without_wires_is_silent(inbox):
    """Door, button and lamp may all be missing: nothing is read, nothing is told, nothing fails."""
    cabinet = Cabinet(Wiring(door=None, return_button=None, lamp=None), inbox.put)

    cabinet.lamp(True)

    assert inbox.empty()
    cabinet.close()


def _rest(inbox: "Queue[Event]") -> None:
    """Wait until no contact moves any more."""
    with pytest.raises(Empty):
        inbox.get(timeout=NOTHING_MORE_S)
