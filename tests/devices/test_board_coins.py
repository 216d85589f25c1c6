"""Coins by pulse: whatever is lost, repeated or reset, each pulse is in the books once, and coins come in only when told."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from board_bench import Bench
from hypothesis import given
from hypothesis import strategies as st
from inbox import wait_for

from controller.devices.boardcoins import SOURCE, PulseReading
from controller.domain.events import CoinsSeen, DeviceGone, DeviceReturned, Trouble
from firmware import messages

BOOT, EVENT = f"{SOURCE}/boot", f"{SOURCE}/event"
ALL_CENTS = frozenset({1, 5, 10, 25, 50, 100})
LIFE, NEXT_LIFE = 0x5C0FFEE1, 0x0BADCAFE
KNOWN = {SOURCE: 40, BOOT: LIFE, EVENT: 9}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.close()


# What a reading is worth


def test_a_train_is_one_sum() -> None:
    """Five pulses of five cents are 25 cents; two quarters that ran together are 50, and nobody takes them apart."""
    quarter = PulseReading(LIFE, 10, 45, 5, 5).since(KNOWN)
    assert quarter == CoinsSeen("coins", SOURCE, 45, (25,), more_marks=((BOOT, LIFE), (EVENT, 10)))
    two = PulseReading(LIFE, 10, 50, 10, 5).since(KNOWN)
    assert two is not None
    assert two.coins_cents == (50,)


def test_what_no_message_told_is_in_the_next_one() -> None:
    """A train that found no room on the board is in the absolute number of the next."""
    news = PulseReading(LIFE, 10, 47, 2, 5).since(KNOWN)
    assert news is not None
    assert news.coins_cents == (35,)


def test_a_reset_is_a_new_beginning_with_an_alarm() -> None:
    """The next life counts from nothing; what died with the last one is told, if anybody knows."""
    news = PulseReading(NEXT_LIFE, 1, 0, 0, 5, lost=3).since(KNOWN)
    assert news == CoinsSeen("coins", SOURCE, 0, (), "reset", 3, ((BOOT, NEXT_LIFE), (EVENT, 1)))
    unsure = PulseReading(NEXT_LIFE, 1, 0, 0, 5, lost=255).since(KNOWN)
    assert unsure is not None
    assert (unsure.alarm, unsure.lost) == ("reset", 0)


def test_what_is_booked_is_no_news() -> None:
    """An event told again, an older one, and the reset that began this life: nothing, so that no mark goes back."""
    assert PulseReading(LIFE, 9, 40, 5, 5).since(KNOWN) is None
    assert PulseReading(LIFE, 8, 35, 5, 5).since(KNOWN) is None
    assert PulseReading(LIFE, 1, 0, 0, 5, lost=3).since(KNOWN) is None


def test_new_books_book_no_history() -> None:
    """Books that never heard of this life take the train just told, not what others have booked; and no alarm."""
    first = PulseReading(LIFE, 1, 0, 0, 5, lost=3).since({})
    assert first is not None
    assert (first.coins_cents, first.alarm) == ((), None)
    later = PulseReading(LIFE, 30, 900, 5, 5).since({})
    assert later is not None
    assert later.coins_cents == (25,)


@given(st.lists(st.tuples(st.integers(0, 30), st.booleans(), st.booleans(), st.integers(0, 3)), max_size=40))
def test_no_pulse_is_lost_or_doubled(story: list[tuple[int, bool, bool, int]]) -> None:
    """However often readings are repeated or left out, the books hold every pulse that was told, per life, and no more."""
    marks: dict[str, int] = {}
    boot = counter = pulses = booked = owed = 0
    for train, untold, reset, repeats in [(0, False, True, 0), *story, (1, False, False, 1)]:
        if reset:
            boot, counter, pulses, owed = boot + 1, 1, 0, 0
            told = PulseReading(boot, 1, 0, 0, 5, lost=0)
        else:
            counter, pulses, owed = counter + 1, pulses + train, owed + train
            told = PulseReading(boot, counter, pulses, train, 5)
        if untold and not reset:
            continue
        expected, owed = owed * 5, 0
        for _ in range(1 + repeats):
            if news := told.since(marks):
                marks |= news.marks
                booked += sum(news.coins_cents)
                assert sum(news.coins_cents) == expected
                expected = 0
        assert expected == 0
    assert (marks[BOOT], marks[EVENT], marks[SOURCE]) == (boot, counter, pulses)
    assert booked % 5 == 0


# On the wire


def test_coins_go_from_the_slot_to_the_books(bench: Bench) -> None:
    """A quarter and a dollar; the board forgets its events once they are booked."""
    bench.ready().accept(ALL_CENTS)
    wait_for(lambda: bench.board.lets_money_in)
    bench.board.coin(5)
    bench.board.coin(20)
    bench.brain.until(lambda: bench.brain.cents == [25, 100])
    bench.wait_forgotten()
    assert bench.brain.marks == {SOURCE: 25, BOOT: bench.board.boot, EVENT: 3}
    assert bench.brain.alarms == []


def test_the_board_keeps_a_coin_until_it_is_booked(bench: Bench) -> None:
    """While the brain has not committed, nothing is acknowledged; then it is."""
    bench.ready()
    bench.wait_forgotten()
    bench.brain.books = False
    bench.board.coin(5)
    bench.brain.until(lambda: bench.brain.readings == 2)
    assert bench.board.waiting == 1
    bench.brain.book()
    bench.wait_forgotten()
    assert bench.brain.cents == [25]


def test_a_coin_told_to_a_controller_that_died_is_told_to_the_next(bench: Bench) -> None:
    """The first controller had it in its inbox and died before the commit; the second books it, once."""
    first = bench.ready()
    bench.wait_forgotten()
    bench.brain.books = False
    bench.board.coin(5)
    bench.brain.until(lambda: bench.brain.readings == 2)
    first.stop()
    bench.controller()
    bench.brain.until(lambda: bench.brain.readings == 3)
    bench.brain.book()
    bench.wait_forgotten()
    assert bench.brain.cents == [25]


def test_a_coin_before_a_pulled_cable_is_booked_once(bench: Bench) -> None:
    """It was booked, but the acknowledgement was lost with the cable: told again, it is no news."""
    bench.ready()
    bench.wait_forgotten()
    bench.brain.books = False
    bench.board.coin(5)
    bench.brain.until(lambda: bench.brain.readings == 2)
    bench.board.close()
    bench.wait_state(DeviceGone)
    bench.brain.books = True
    bench.brain.book()
    bench.board.open(bench.link)
    bench.wait_forgotten()
    bench.board.coin(2)
    bench.brain.until(lambda: bench.brain.cents == [25, 10])


def test_a_reset_of_the_board_is_told_and_counting_goes_on(bench: Bench) -> None:
    """Two events died with it; the next coin counts from nothing again."""
    bench.ready()
    bench.board.coin(5)
    bench.brain.until(lambda: bench.brain.cents == [25])
    bench.board.reset(lost=2)
    bench.brain.until(lambda: bench.brain.alarms == [("reset", 2)])
    bench.board.coin(1)
    bench.brain.until(lambda: bench.brain.cents == [25, 5])


def test_coins_come_in_only_when_told(bench: Bench) -> None:
    """Any welcome coin opens the acceptor, for it cannot choose; one-cent coins alone are no whole pulse."""
    worker = bench.ready()
    assert not bench.board.lets_money_in
    worker.accept(frozenset({100}))
    wait_for(lambda: bench.board.lets_money_in)
    worker.accept(frozenset({1}))
    wait_for(lambda: not bench.board.lets_money_in)


def test_no_coin_comes_in_that_nobody_could_book(bench: Bench) -> None:
    """A brain that stands still, a full inbox, the end of the controller: shut, each of them."""
    worker = bench.ready()
    worker.accept(ALL_CENTS)
    wait_for(lambda: bench.board.lets_money_in)
    bench.stuck = True
    wait_for(lambda: not bench.board.lets_money_in)
    bench.stuck = False
    wait_for(lambda: bench.board.lets_money_in)
    bench.brain.full = True
    bench.board.coin(5)
    wait_for(lambda: not bench.board.lets_money_in)
    bench.brain.full = False
    wait_for(lambda: bench.board.lets_money_in)
    worker.shut(0.0)
    wait_for(lambda: not bench.board.lets_money_in)
    assert bench.brain.cents == [25]


def test_a_jam_stops_the_sale_and_ends(bench: Bench) -> None:
    """A held line is a trouble of the coins in words, and over when it is free or the board is reset."""
    bench.ready()
    bench.board.event(messages.COIN_JAM, 1, 500)
    bench.brain.until(lambda: len(bench.brain.all(DeviceGone)) == 1)
    gone = bench.brain.all(DeviceGone)[0]
    assert gone == DeviceGone("coins", "the coin line is held: look for a stuck coin", Trouble.NO_COINS)
    bench.board.event(messages.COIN_JAM, 0, 3_000)
    bench.brain.until(lambda: DeviceReturned("coins", Trouble.NO_COINS) in bench.brain.told)


def test_the_technician_sees_how_near_the_limits_pulses_are(bench: Bench) -> None:
    """Widths of the good pulses, and the odd ones by kind."""
    worker = bench.ready()
    bench.board.coin(5)
    bench.board.event(messages.ODD_PULSES, 7, 0, 1, 2, 900)
    wait_for(lambda: worker.status()["coins"]["odd"])
    bench.wait_forgotten()
    coins = worker.status()["coins"]
    assert (coins["pulses"], coins["narrowest_us"], coins["widest_us"]) == (5, 48_000, 52_000)
    assert coins["odd"] == {"short": 7, "long": 0, "close": 1, "uninvited": 2, "last_us": 900}


def test_a_board_with_coins_only_is_the_coins(bench: Bench) -> None:
    """Where motors hang on GPIO lines its loss means that there are no coins, and nothing of motors is configured."""
    bench.ready(motors={"drive": "gpio"}, cabinet={"drive": "gpio"}, board={"slot_keys": {}, "return_key": None})
    assert bench.brain.told == [DeviceReturned("coins", Trouble.NO_COINS)]
    assert set(bench.board.sections) == {messages.COINS, messages.PANEL, messages.BUS}
