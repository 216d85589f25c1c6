"""The Pi's end of the link, joined to a real board in memory: what is said, what is told, and who waits for whom."""

from collections.abc import Iterator

import pytest
from joined import BOOT, SETTINGS, Joined, deaf, names, ready

from controller.protocols.board import (
    Answered,
    Door,
    Foreign,
    Found,
    Happened,
    Host,
    LocalProtocolError,
    Lost,
    Missed,
    NotBegun,
    Panel,
    Ready,
    Reset,
    Scan,
    Scanned,
    Turn,
    Turned,
    Unfit,
    Unknown,
)
from firmware import messages, wire
from firmware.link import Link

OTHER = 0x0BADCAFE
HOME = Turned(messages.HOME, 1, 3, 0, 2_901, 3_120, 310, 190)


def test_host_and_board_find_each_other() -> None:
    """Found with all the board says of itself, its reset as event 1, ready."""
    joined = Joined()
    told = joined.run()
    assert told[0] == Found(BOOT, "0.1.0", "power", 1, (0, 0, 0, 0))
    assert Happened(BOOT, 1, Reset(messages.POWER_ON, 0)) in told
    assert joined.all(Ready) == [Ready()]


def test_a_command_before_the_board_is_ready_is_our_own_mistake() -> None:
    """Nothing is ordered from a board that has not been found."""
    with pytest.raises(LocalProtocolError, match="not ready"):
        Host(7, SETTINGS).order(17, Turn(0, 2))


def test_a_turn_is_ordered_once_and_answered_once() -> None:
    """However long it runs and however often it is asked for, one motion, one answer."""
    joined = ready()
    joined.host.order(17, Turn(0, 2))
    joined.run(3_000)
    joined.motor.home(17)
    joined.run(3_000)
    assert joined.motor.turned == [17]
    assert joined.all(Answered) == [Answered(messages.TURN, 17, HOME)]


def test_a_lane_holds_one_command_and_lanes_do_not_wait() -> None:
    """A second vend has to wait for the first; a technician's scan does not."""
    joined = ready()
    joined.host.order(17, Turn(0, 2))
    with pytest.raises(LocalProtocolError, match="17"):
        joined.host.order(18, Turn(0, 3))
    joined.host.order(1, Scan(0))
    joined.run()
    assert joined.all(Answered) == [Answered(messages.SCAN, 1, Scanned(0xFF, 0xFE))]


@pytest.mark.parametrize("number", [0, -1, 1 << 32])
def test_a_command_has_a_number_of_32_bits(number: int) -> None:
    """Zero is no number, and none is too large."""
    joined = ready()
    with pytest.raises(LocalProtocolError, match="number"):
        joined.host.order(number, Turn(0, 2))


def test_a_field_that_does_not_fit_is_our_own_mistake() -> None:
    """A row of 300 is refused here, not cut to 44 on the wire."""
    with pytest.raises(LocalProtocolError, match="300"):
        ready().host.order(17, Turn(300, 2))


def test_what_the_board_cannot_do_was_not_begun() -> None:
    """Row 6 is not fitted: NotBegun with the board's word, and the number is used up."""
    joined = ready()
    joined.host.order(17, Turn(6, 2))
    joined.run()
    assert joined.all(NotBegun) == [NotBegun(messages.TURN, 17, "not-fitted")]


def test_a_lost_answer_is_asked_for_again() -> None:
    """The cable is dead just while the motor ends: the answer comes all the same, and the motor turned once."""
    joined = ready()
    joined.host.order(17, Turn(0, 2))
    joined.run(100)
    joined.to_pi = deaf
    joined.motor.home(17)
    joined.run(300)
    joined.to_pi = bytes
    joined.run(1_000)
    assert joined.all(Answered) == [Answered(messages.TURN, 17, HOME)]
    assert joined.motor.turned == [17]


def test_a_command_that_comes_too_late_is_crossed_out() -> None:
    """The board hears nothing for two seconds: the vend is given up for good, also if the cable works again."""
    joined = ready()
    joined.to_board = deaf
    joined.host.order(17, Turn(0, 2))
    joined.run(2_500)
    joined.to_board = bytes
    joined.run(1_000)
    assert joined.all(NotBegun) == [NotBegun(messages.TURN, 17, "crossed-out")]
    assert joined.motor.turned == []


def test_a_reset_makes_an_open_command_unknown() -> None:
    """The board comes back with another boot id: nobody can say whether the piece fell; it is not tried again."""
    joined = ready()
    joined.host.order(17, Turn(0, 2))
    joined.run(100)
    joined.power_on(OTHER, messages.WATCHDOG, 1)
    told = joined.run(3_000)
    assert Unknown(messages.TURN, 17, "the board was reset") in told
    assert Found(OTHER, "0.1.0", "watchdog", 1, (0, 0, 0, 0)) in told
    assert Happened(OTHER, 1, Reset(messages.WATCHDOG, 1)) in told
    assert joined.motor.turned == []


def after_a_restart(joined: Joined, number: int, boot_id: int | None) -> Iterator[object]:
    """A new host with the old books asks for an old command; what it is told about it."""
    joined.host = Host(8, SETTINGS, (BOOT, 1))
    joined.host.recall(number, messages.TURN, boot_id)
    joined.run(1_000)
    return (event for event in joined.told if isinstance(event, Answered | NotBegun | Unknown))


@pytest.mark.parametrize("boot_id", [BOOT, None])
def test_a_new_host_learns_what_became_of_an_old_command(boot_id: int | None) -> None:
    """The answer is still there, whether or not somebody remembers in which life it was ordered."""
    joined = ready()
    joined.host.order(17, Turn(0, 2))
    joined.run(100)
    joined.motor.home(17)
    joined.told.clear()
    joined.up.clear()
    assert list(after_a_restart(joined, 17, boot_id)) == [Answered(messages.TURN, 17, HOME)]
    assert joined.motor.turned == [17]


@pytest.mark.parametrize(
    ("boot_id", "end"),
    [
        (BOOT, NotBegun(messages.TURN, 17, "crossed-out")),
        (None, Unknown(messages.TURN, 17, "never seen in this life of the board")),
        (OTHER, Unknown(messages.TURN, 17, "the board was reset")),
    ],
    ids=["this life", "nobody knows", "another life"],
)
def test_a_command_the_board_never_saw(boot_id: int | None, end: object) -> None:
    """Surely not begun only if it was ordered in this life; else it may have run in another."""
    joined = ready()
    assert list(after_a_restart(joined, 17, boot_id)) == [end]
    assert joined.motor.turned == []


def test_an_event_waits_for_the_books() -> None:
    """The next event is told only after the one before is acknowledged; nothing is told twice meanwhile."""
    joined = ready()
    joined.board.event(messages.DOOR, 1)
    joined.board.event(messages.DOOR, 0)
    assert joined.run(2_000) == [Happened(BOOT, 2, Door(1))]
    joined.host.acknowledge(BOOT, 2)
    assert joined.run(2_000) == [Happened(BOOT, 3, Door(0))]


def test_a_host_that_died_before_it_acknowledged_is_not_told_twice() -> None:
    """Event 2 is in the books, its acknowledgement never left: the new host goes on with event 3."""
    joined = ready()
    joined.board.event(messages.DOOR, 1)
    joined.run()
    joined.board.event(messages.DOOR, 0)
    joined.host = Host(8, SETTINGS, (BOOT, 2))
    joined.told.clear()
    joined.run()
    assert joined.all(Happened) == [Happened(BOOT, 3, Door(0))]


def test_older_books_are_told_what_they_miss() -> None:
    """Books put back from a backup know event 1, the board was told that 1 and 2 are booked: 2 is gone, and said to be."""
    joined = ready()
    joined.board.event(messages.DOOR, 1)
    joined.run()
    joined.host.acknowledge(BOOT, 2)
    joined.run()
    joined.host = Host(8, SETTINGS, (BOOT, 1))
    assert Missed(BOOT, 2, 2) in joined.run()


def test_an_event_of_a_newer_firmware_does_not_hold_up_the_others() -> None:
    """It is told as Foreign, can be acknowledged, and the door comes after it."""
    joined = ready()
    joined.board._ring.add(b"\xdf\x01\x02")
    joined.board.event(messages.DOOR, 1)
    assert joined.run() == [Happened(BOOT, 2, Foreign(0xDF, b"\x01\x02"))]
    joined.host.acknowledge(BOOT, 2)
    assert joined.run() == [Happened(BOOT, 3, Door(1))]


def test_silence_is_told_once_and_the_host_goes_on_greeting() -> None:
    """A cable pulled for ten seconds is one Lost; back in, the board is found again and its wishes hold."""
    joined = ready()
    joined.host.wishes = messages.MONEY
    joined.run()
    assert joined.board.wishes == messages.MONEY
    joined.to_board = joined.to_pi = deaf
    told = joined.run(10_000, step_ms=20)
    assert [type(event) for event in told] == [Lost]
    assert joined.board.wishes == 0
    joined.to_board = joined.to_pi = bytes
    told = joined.run(1_000)
    assert [type(event) for event in told] == [Found, Ready]
    assert joined.board.wishes == messages.MONEY


def test_a_wish_reaches_the_board_at_once() -> None:
    """Coins are shut out with the next frame, not with the next lease half a second later."""
    joined = ready()
    joined.host.wishes = messages.MONEY
    joined.run(20)
    assert joined.board.wishes == messages.MONEY
    joined.host.wishes = 0
    joined.run(20)
    assert joined.board.wishes == 0


def test_a_board_that_was_never_there_is_lost_too() -> None:
    """Nobody answers the greeting."""
    joined = Joined()
    joined.to_board = deaf
    assert [type(event) for event in joined.run(5_000, step_ms=20)] == [Lost]


class Newer(Link):
    """A board whose firmware speaks no version of ours."""

    def _greet(self, oldest: int, newest: int, nonce: int) -> None:
        super()._greet(oldest + 1, newest + 1, nonce)


def test_another_version_is_said_once_and_moves_nothing() -> None:
    """The board is there, so it is not lost; but it cannot be used."""
    joined = Joined(link=Newer)
    told = joined.run(5_000, step_ms=20)
    assert [type(event) for event in told] == [Unfit]
    assert not joined.host.ready


def test_a_configuration_the_board_refuses_is_said_once() -> None:
    """This board has no keypad: it says so, and takes no command."""
    joined = Joined(Host(7, (*SETTINGS, Panel(fitted=1))))
    joined.run(3_000)
    assert joined.all(Unfit) == [Unfit("it refuses the configuration: not-possible")]
    assert not joined.host.ready


def test_a_board_that_has_our_configuration_keeps_it() -> None:
    """After a restart of the Pi's program nothing is configured again."""
    joined = ready()
    joined.host = Host(8, SETTINGS)
    seen: list[str] = []
    joined.to_board = lambda data: [seen.extend(names(data)), data][1]  # type: ignore[return-value,func-returns-value]
    joined.run()
    assert "CONFIGURE" not in seen
    assert joined.host.ready


def test_a_restart_of_the_board_frees_its_numbers() -> None:
    """New books count from 1 again, but the board has seen vend 500: after a restart it takes vend 1."""
    joined = ready()
    joined.host.order(500, Scan(0))
    joined.run()
    joined.host.restart()
    joined.run(1_000)
    assert joined.board.restart_asked
    joined.power_on(OTHER, messages.ASKED)
    joined.run(2_000)
    assert joined.host.highest == [0, 0, 0, 0]
    assert not joined.board.restart_asked


def test_sound_nonsense_is_counted_and_changes_nothing() -> None:
    """Frames with a right CRC but no meaning for the Pi: its own messages, short ones, unknown codes."""
    joined = ready()
    before = joined.host.boot_id, joined.host.ready
    for nonsense in (b"\x06\x01", b"\x88", b"\x42", b"\x83" + BOOT.to_bytes(4, "little")):
        joined.up += wire.encode(nonsense)
    joined.run()
    assert joined.host.counts["strange"] == 4
    assert (joined.host.boot_id, joined.host.ready) == before
