"""What the lab may tell from afar: five things, each once, none for ever, and never a price, a vend or money."""

import dataclasses

import pytest
from builders import A1, shelf

from controller.domain import effects as do
from controller.domain import facts as f
from controller.domain.afar import TEXT_MAX, TakeCommand, grant
from controller.domain.assembly import Assembly, after
from controller.domain.catalog import Closed, SlotId
from controller.domain.facts import Command
from controller.domain.stocking import Granted, Refusal

SEQ = 100


def told(command: Command, **more: object) -> TakeCommand:
    """A command that is good for fifty facts more."""
    return TakeCommand(command, "lab-1", "orden-7", SEQ + 50, **more)  # type: ignore[arg-type]


def granted(wish: TakeCommand, done: f.Fact | None = None, seq: int = SEQ) -> Granted:
    answer = grant(wish, shelf(), done, seq)
    assert isinstance(answer, Granted), answer
    return answer


def refused(wish: TakeCommand, done: f.Fact | None = None, seq: int = SEQ) -> str:
    answer = grant(wish, shelf(), done, seq)
    assert isinstance(answer, Refusal), answer
    return answer.code


def test_the_list_is_short_and_moves_nothing() -> None:
    """Whoever adds a command here has to change this test, and to say why it is neither price, vend nor money."""
    assert [command.value for command in Command] == ["refresh", "snapshot", "message", "close-slot", "restart"]
    effects = [
        effect for command in Command if command is not Command.CLOSE_SLOT for effect in granted(told(command)).effects
    ]
    assert effects == [do.TellLab(), do.StartAnew()]


def test_every_command_is_written_down_with_whose_it_is() -> None:
    """Members read in the books what was told from afar, and by which key."""
    (fact,) = granted(told(Command.REFRESH)).facts
    assert fact == f.CommandTaken(Command.REFRESH, "lab-1", "orden-7")


def test_a_slot_is_closed_as_by_hand_and_a_closed_one_stays_closed() -> None:
    """The key stands where a person's name would; a second command closes nothing twice."""
    fact, closed = granted(told(Command.CLOSE_SLOT, slot=A1)).facts
    assert closed == f.SlotClosed(A1, Closed.BY_HAND, "lab-1")
    shop = shelf(closed)
    assert grant(told(Command.CLOSE_SLOT, slot=A1), shop, None, SEQ) == Granted((fact,))


def test_a_command_told_again_is_done_already() -> None:
    """The broker may bring it twice, and so may a restart in between: nothing is written, nothing starts anew."""
    wish = told(Command.RESTART)
    assert granted(wish, done=granted(wish).facts[0], seq=SEQ + 500) == Granted(())
    assert refused(told(Command.REFRESH), done=granted(wish).facts[0]) == "used-id"


def test_a_command_is_late_by_the_books_and_not_by_a_clock() -> None:
    """It was good up to a fact; a machine that was off for a year obeys it when it comes, if nothing was sold meanwhile."""
    assert granted(told(Command.REFRESH), seq=SEQ + 49)
    assert refused(told(Command.REFRESH), seq=SEQ + 50) == "too-late"


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (told(Command.MESSAGE, text="x" * (TEXT_MAX + 1)), "bad-text"),
        (told(Command.MESSAGE, text="dos\nlíneas"), "bad-text"),
        (told(Command.REFRESH, text="hola"), "bad-text"),
        (told(Command.CLOSE_SLOT), "unknown-slot"),
        (told(Command.CLOSE_SLOT, slot=SlotId("Z9")), "unknown-slot"),
        (told(Command.RESTART, slot=A1), "unknown-slot"),
        (dataclasses.replace(told(Command.REFRESH), wish_id=" "), "no-id"),
        (dataclasses.replace(told(Command.REFRESH), wish_id="x" * 65), "no-id"),
        (dataclasses.replace(told(Command.REFRESH), by=""), "no-id"),
    ],
)
def test_what_makes_no_sense_is_refused(wish: TakeCommand, code: str) -> None:
    """Each with the word a program reads."""
    assert refused(wish) == code


def test_the_newest_message_stands_until_it_is_taken_away() -> None:
    """And each refresh counts, so that a page that was away notices it too."""
    facts = [
        granted(told(command, **more)).facts[0]
        for command, more in (
            (Command.MESSAGE, {"text": " Hoy cosemos aquí. "}),
            (Command.REFRESH, {}),
            (Command.REFRESH, {}),
        )
    ]
    assembly = Assembly()
    for fact in facts:
        assembly = after(assembly, fact)
    assert (assembly.board, assembly.reloads) == ("Hoy cosemos aquí.", 2)
    assert after(assembly, granted(told(Command.MESSAGE)).facts[0]).board == ""
