"""What an acceptor's memory is worth: coin ids in cents, and the news in a reading since the mark in the books."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.devices.coins import CcTalkReading, cents_of
from controller.domain.events import CoinsSeen
from controller.protocols.cctalk import COUNTS, Buffer, Entry, coin_id

QUARTER, SUCRE = 3, 4
SOURCE = "cctalk:Minga Simulators:12345678"
ACCEPTED = f"{SOURCE}/accepted"
NULL = Entry(0, 0)


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("US025A", 25),
        ("EC050A", 50),
        ("US100A", 100),
        ("US000A", None),
        ("US.05A", None),
        ("US2.5A", None),
        ("EC50KA", None),
        ("GB050A", None),
        ("TK025A", None),
        ("Token ", 40),
        ("......", None),
    ],
)
def test_a_coin_is_worth_what_its_id_or_its_owner_says(text: str, cents: int | None) -> None:
    """Whole cents of US and Ecuadorian coins, and what the configuration adds; everything else is unknown."""
    assert cents_of(coin_id(text), {"Token": 40}) == cents


def reading(counter: int, *entries: Entry, accepted: int | None = None) -> CcTalkReading:
    """What an acceptor remembers that knows quarters and sucres; the rest of its buffer is empty."""
    buffer = Buffer(counter, (*entries, *[NULL] * (5 - len(entries))))
    return CcTalkReading("coins", SOURCE, buffer, {QUARTER: 25, SUCRE: 50}, accepted)


def seen(mark: int, *cents: int, alarm: str | None = None, lost: int = 0, accepted: int | None = None) -> CoinsSeen:
    more = () if accepted is None else ((ACCEPTED, accepted),)
    return CoinsSeen("coins", SOURCE, mark, cents, alarm, lost, more)


MARKS = st.fixed_dictionaries({}, optional={SOURCE: st.integers(0, 255), ACCEPTED: st.integers(0, COUNTS - 1)})
COUNTER = st.one_of(st.none(), st.integers(0, COUNTS - 1))


@given(MARKS, st.integers(0, 255), COUNTER)
def test_a_reading_that_was_booked_is_no_news(marks: dict[str, int], counter: int, accepted: int | None) -> None:
    """Once its marks are committed, a reading may come as often as it likes."""
    told = reading(counter, *[Entry(QUARTER, 1)] * 5, accepted=accepted)
    news = told.since(marks)
    assert told.since(marks | (news.marks if news else {})) is None


@pytest.mark.parametrize(
    ("entries", "cents", "alarm", "lost"),
    [
        ((Entry(3, 1), Entry(4, 1)), (50, 25), None, 0),
        ((Entry(9, 1), Entry(3, 1)), (25,), "unknown-coin", 1),
        ((Entry(200, 1), Entry(17, 0)), (), "unknown-coin", 2),
        ((Entry(0, 1), Entry(0, 0)), (), None, 0),
    ],
)
def test_a_position_without_a_value_is_an_alarm_and_no_credit(
    entries: tuple[Entry, Entry], cents: tuple[int, ...], alarm: str | None, lost: int
) -> None:
    """Positions nobody knows, or that cannot be, are counted as lost; errors and null events are nothing."""
    assert reading(12, *entries).since({SOURCE: 10}) == seen(12, *cents, alarm=alarm, lost=lost)


def test_an_overrun_and_a_reset_are_alarms() -> None:
    """Seven events in a buffer of five: two are gone. A counter at 0: nobody knows how many."""
    quarters = [Entry(QUARTER, 1)] * 5
    assert reading(17, *quarters).since({SOURCE: 10}) == seen(17, *[25] * 5, alarm="lost", lost=2)
    assert reading(0, *quarters).since({SOURCE: 10}) == seen(0, alarm="reset")
    assert reading(0, *quarters).since({}) == seen(0)


# Coins that only the accept counter knows of


@pytest.mark.parametrize(
    ("told", "marks", "news"),
    [
        (reading(7, accepted=710), {}, seen(7, accepted=710)),
        (reading(7, accepted=710), {ACCEPTED: 3}, seen(7, accepted=710)),
        (reading(7, accepted=710), {SOURCE: 7}, seen(7, accepted=710)),
        (reading(7, accepted=710), {SOURCE: 7, ACCEPTED: 710}, None),
        (reading(8, Entry(3, 1), accepted=711), {SOURCE: 7, ACCEPTED: 710}, seen(8, 25, accepted=711)),
        (reading(8, Entry(3, 1)), {SOURCE: 7, ACCEPTED: 710}, seen(8, 25, accepted=711)),
        (reading(8, Entry(3, 1)), {SOURCE: 7}, seen(8, 25)),
        (reading(8, Entry(0, 2), accepted=710), {SOURCE: 7, ACCEPTED: 710}, seen(8, accepted=710)),
    ],
    ids=["new", "restored", "older books", "nothing", "a coin", "between starts", "no counter", "a rejection"],
)
def test_the_mark_of_accepted_coins_moves_with_the_credits(
    told: CcTalkReading, marks: dict[str, int], news: CoinsSeen | None
) -> None:
    """A first contact, and one after a restore dropped the marks, is a baseline; then each coin moves both marks."""
    assert told.since(marks) == news


@pytest.mark.parametrize(
    ("told", "news"),
    [
        (reading(10, accepted=102), seen(10, alarm="hidden", lost=2, accepted=102)),
        (reading(11, Entry(3, 1), accepted=103), seen(11, 25, alarm="hidden", lost=2, accepted=103)),
        (reading(0, accepted=104), seen(0, alarm="reset", lost=4, accepted=104)),
        (reading(12, Entry(9, 1), Entry(4, 1), accepted=105), seen(12, 50, alarm="unknown-coin", lost=4, accepted=105)),
        (reading(12, Entry(9, 1), Entry(4, 1), accepted=102), seen(12, 50, alarm="unknown-coin", lost=1, accepted=102)),
        (reading(17, *[Entry(3, 1)] * 5, accepted=107), seen(17, *[25] * 5, alarm="lost", lost=2, accepted=107)),
        (reading(17, *[Entry(3, 1)] * 5, accepted=109), seen(17, *[25] * 5, alarm="lost", lost=4, accepted=109)),
    ],
    ids=["alone", "with a coin", "after a reset", "with an unknown coin", "none", "overrun", "overrun and more"],
)
def test_hidden_coins_are_told_by_number(told: CcTalkReading, news: CoinsSeen) -> None:
    """They are an alarm of their own, or raise another's number; events lost in an overrun may be the same coins."""
    assert told.since({SOURCE: 10, ACCEPTED: 100}) == news


@pytest.mark.parametrize("accepted", [99, 100, 0, COUNTS - 1])
def test_a_counter_that_lags_raises_nothing(accepted: int) -> None:
    """It was not kept, or not to the last coin: the coin in the events counts, and the counter is followed anew."""
    told = reading(11, Entry(3, 1), accepted=accepted)
    assert told.since({SOURCE: 10, ACCEPTED: 100}) == seen(11, 25, accepted=accepted)


def test_hidden_coins_are_found_across_the_wrap_of_the_counter() -> None:
    """Two before 2^24 and one coin booked: at 3 there are four hidden."""
    told = reading(11, Entry(4, 1), accepted=3)
    assert told.since({SOURCE: 10, ACCEPTED: COUNTS - 2}) == seen(11, 50, alarm="hidden", lost=4, accepted=3)
