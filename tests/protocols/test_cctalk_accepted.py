"""The accept counter: coins that a power cut hid from the event buffer are known by number, and no other is."""

import random

import pytest
from fuzz_cctalk import Books
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.protocols.cctalk import COUNTS, Header, Host, Ready, Remembered, Tally, WasReset, tally
from hw_mocks.acceptor_firmware import AcceptorFirmware
from hw_mocks.joined import Joined, clean

COINS = {1: "US005A", 3: "US025A", 4: "EC050A"}
NICKEL, QUARTER = 1, 3
COUNTER = Header.REQUEST_ACCEPT_COUNTER


def host() -> Host:
    host = Host()
    host.accept(COINS)
    return host


def ready(acceptor: AcceptorFirmware | None = None) -> tuple[Joined, Books]:
    """An open acceptor and its books."""
    line = Joined(host(), acceptor or AcceptorFirmware(COINS))
    books = Books(line)
    line.run_until(Ready)
    return line, books


def again(line: Joined) -> None:
    """Another controller comes."""
    line.restart(host())
    line.run_until(Ready)


def counts(line: Joined) -> list[int | None]:
    return [event.accepted for event in line.events if isinstance(event, Remembered)]


# The arithmetic


@pytest.mark.parametrize(
    ("mark", "credits", "counter", "tallied"),
    [
        (None, 0, 710, Tally(710)),
        (None, 2, None, Tally(None)),
        (700, 0, 700, Tally(700)),
        (700, 3, 703, Tally(703)),
        (700, 3, None, Tally(703)),
        (700, 3, 705, Tally(705, hidden=2)),
        (700, 3, 702, Tally(702)),
        (700, 0, 0, Tally(0)),
        (COUNTS - 2, 3, 1, Tally(1)),
        (COUNTS - 2, 3, 5, Tally(5, hidden=4)),
        (COUNTS - 2, 3, None, Tally(1)),
    ],
)
def test_what_the_counter_says_more_than_the_credits_is_hidden(
    mark: int | None, credits: int, counter: int | None, tallied: Tally
) -> None:
    """A first contact is a baseline, a counter that is behind hides nothing, and 24 bits wrap."""
    assert tally(mark, credits, counter) == tallied


@given(st.integers(0, COUNTS - 1), st.integers(0, 5), st.integers(0, COUNTS - 1))
def test_a_tally_that_was_booked_hides_nothing_more(mark: int, credits: int, counter: int) -> None:
    """The same counter again, with nothing new in the buffer, is no news."""
    assert tally(tally(mark, credits, counter).mark, 0, counter) == Tally(counter)


# The host


def test_the_counter_comes_with_the_first_reading_after_a_start() -> None:
    """Later readings come without it: what they add is in their own events."""
    line, books = ready()
    line.insert(QUARTER)
    line.run(400)
    assert counts(line) == [0, None]
    assert books.accepted == 1
    again(line)
    assert counts(line) == [0, None, 1]


def test_coins_hidden_by_a_power_cut_are_known_by_number() -> None:
    """Three coins fall after the controller died, then the acceptor loses its events: three are hidden, none is booked."""
    line, books = ready()
    line.insert(QUARTER)
    line.run(400)
    for _ in range(3):
        assert line.insert(NICKEL)
    line.acceptor.power_up(line.now_ms)
    again(line)
    assert (books.booked, books.alarms, books.hidden) == ([QUARTER], ["reset"], [3])
    again(line)
    assert books.hidden == [3]


def test_a_reset_while_we_look_is_told_with_the_coins_it_hid() -> None:
    """The coin fell between two polls, then the power failed for a moment: one is hidden."""
    line, books = ready()
    line.insert(QUARTER)
    line.run(400)
    line.insert(NICKEL)
    line.acceptor.power_up(line.now_ms)
    line.run(6_000)
    assert (books.booked, books.alarms, books.hidden) == ([QUARTER], ["reset"], [1])
    assert counts(line) == [0, None, 2]


def test_a_coin_right_after_a_reset_is_no_hidden_one() -> None:
    """An acceptor that keeps its inhibits takes a coin before it is closed: the reset is told, and then the coin."""
    line, books = ready()
    line.acceptor.inhibits_kept = True
    line.insert(QUARTER)
    line.run(400)
    line.acceptor.power_up(line.now_ms)
    line.run_until(WasReset)
    assert line.insert(NICKEL)
    line.run(6_000)
    assert (books.booked, books.alarms, books.hidden) == ([QUARTER, NICKEL], ["reset"], [])


def test_events_after_an_unseen_reset_do_not_cover_for_those_before() -> None:
    """After the cut the counter of events climbs past where it was: two coins look new, three more are hidden."""
    line, books = ready()
    line.insert(QUARTER)
    line.run(400)
    line.acceptor.inhibits_kept = True
    for _ in range(2):
        line.insert(NICKEL)
    line.acceptor.power_up(line.now_ms)
    line.now_ms += 300
    line.acceptor._credits()
    line.acceptor._polled_ms = line.now_ms
    for _ in range(3):
        assert line.insert(QUARTER)
    again(line)
    assert books.booked == [QUARTER] * 3
    assert books.hidden == [3]
    assert len(books.booked) + sum(books.hidden) == line.acceptor.accepted


@pytest.mark.parametrize("falls", [1, 2])
def test_a_coin_between_the_two_reads_is_not_hidden(falls: int) -> None:
    """It falls right after the counter was read, before the events are: both are read again, and agree."""
    line, books = ready()
    line.insert(QUARTER)
    line.run(400)
    honest, left = line.acceptor._answers[COUNTER], iter(range(falls))

    def then_one_falls(data: bytes) -> bytes | None:
        told = honest(data)
        if next(left, None) is not None:
            line.acceptor.accepted += 1
            line.acceptor._remember(NICKEL, 1)
        return told

    line.acceptor._answers[COUNTER] = then_one_falls
    again(line)
    assert books.booked == [QUARTER] + [NICKEL] * falls
    assert (books.hidden, books.accepted, line.acceptor.accepted) == ([], 1 + falls, 1 + falls)


def test_a_counter_that_never_stands_still_is_not_believed() -> None:
    """It tells another number each time: the start goes on without it, and nothing is hidden."""
    acceptor = AcceptorFirmware(COINS)
    restless = iter(range(0, 5_000, 7))
    acceptor._answers[COUNTER] = lambda data: next(restless).to_bytes(3, "little")
    line, books = ready(acceptor)
    assert counts(line) == [None]
    assert (books.accepted, books.hidden) == (None, [])


@pytest.mark.parametrize("which", [1, 2])
def test_one_false_counter_is_not_believed(which: int) -> None:
    """A sealed lie that comes once, before or after the events, hides no coin."""
    line, books = ready()
    line.insert(QUARTER)
    line.run(400)
    honest, asked = line.acceptor._answers[COUNTER], iter(range(1, 1_000))
    line.acceptor._answers[COUNTER] = lambda data: b"\x99\0\0" if next(asked) == which else honest(data)
    again(line)
    assert (books.hidden, books.accepted) == ([], 1)


def test_an_acceptor_without_the_counter_works_as_ever() -> None:
    """Silence means that it has none; it is asked once at each start, and its coins count."""
    acceptor = AcceptorFirmware(COINS)
    del acceptor._answers[COUNTER]
    line, books = ready(acceptor)
    line.insert(QUARTER)
    line.run(400)
    again(line)
    assert counts(line) == [None] * 3
    assert (books.booked, books.hidden, books.accepted) == ([QUARTER], [], None)


def test_a_counter_that_was_not_kept_hides_nothing_and_is_followed_anew() -> None:
    """It begins at 0 after the cut: no alarm but the reset's, and the next hidden coins are counted again."""
    line, books = ready()
    line.acceptor.counter_not_kept = True
    for _ in range(4):
        line.insert(QUARTER)
        line.run(400)
    line.acceptor.power_up(line.now_ms)
    again(line)
    assert (books.alarms, books.hidden, books.accepted) == (["reset"], [], 0)
    line.acceptor.counter_not_kept = False
    line.insert(NICKEL)
    line.acceptor.power_up(line.now_ms)
    again(line)
    assert books.hidden == [1]


def test_the_counter_wraps_with_a_hidden_coin_on_either_side() -> None:
    """From 2^24 - 2 over 0: two coins told, two hidden, two told."""
    acceptor = AcceptorFirmware(COINS)
    acceptor.accepted = COUNTS - 3
    line, books = ready(acceptor)
    for _ in range(2):
        line.insert(QUARTER)
        line.run(400)
    for _ in range(2):
        line.insert(NICKEL)
    line.acceptor.power_up(line.now_ms)
    again(line)
    line.insert(QUARTER)
    line.run(400)
    assert (books.booked, books.hidden) == ([QUARTER] * 3, [2])
    assert books.accepted == line.acceptor.accepted == 2


@settings(max_examples=60)
@given(st.integers(0, 2**32), st.integers(0, COUNTS - 1), st.booleans(), st.booleans())
def test_told_and_hidden_are_all_that_was_accepted(seed: int, start: int, kept: bool, null_first: bool) -> None:
    """Coins, cuts and restarts in any order: every coin in the box is booked, or counted as hidden, exactly once."""
    chance = random.Random(seed)
    acceptor = AcceptorFirmware(COINS)
    acceptor.accepted, acceptor.inhibits_kept, acceptor.null_event_first = start, kept, null_first
    line, books = ready(acceptor)
    fell = 0
    for _ in range(25):
        line.run(chance.choice((5, 60, 300, 1_500)))
        match chance.randrange(8):
            case 0:
                acceptor.power_up(line.now_ms)
            case 1:
                line.restart(host())
            case _:
                fell += line.insert(chance.choice(tuple(COINS)))
    line.spoil = clean
    line.run(6_000)
    again(line)
    assert len(books.booked) + sum(books.hidden) == fell
    assert books.accepted == acceptor.accepted
