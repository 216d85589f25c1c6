"""What an acceptor's memory is worth: coin ids in cents, and the news in a reading since the mark in the books."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.devices.coins import CcTalkReading, cents_of
from controller.domain.events import CoinsSeen
from controller.protocols.cctalk import Buffer, Entry, coin_id

QUARTER = 3
SOURCE = "cctalk:Minga Simulators:12345678"
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


@given(st.one_of(st.none(), st.integers(0, 255)), st.integers(0, 255))
def test_a_reading_that_was_booked_is_no_news(mark: int | None, counter: int) -> None:
    """Once its mark is committed, a reading may come as often as it likes."""
    reading = CcTalkReading("coins", SOURCE, Buffer(counter, (Entry(QUARTER, 1),) * 5), {QUARTER: 25})
    news = reading.since(mark)
    assert reading.since(news.mark if news else mark) is None


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
    reading = CcTalkReading("coins", SOURCE, Buffer(12, (*entries, NULL, NULL, NULL)), {3: 25, 4: 50})
    assert reading.since(10) == CoinsSeen("coins", SOURCE, 12, cents, alarm, lost)


def test_an_overrun_and_a_reset_are_alarms() -> None:
    """Seven events in a buffer of five: two are gone. A counter at 0: nobody knows how many."""
    quarters = (Entry(3, 1),) * 5
    overrun = CcTalkReading("coins", SOURCE, Buffer(17, quarters), {3: 25})
    assert overrun.since(10) == CoinsSeen("coins", SOURCE, 17, (25,) * 5, "lost", 2)
    reset = CcTalkReading("coins", SOURCE, Buffer(0, quarters), {3: 25})
    assert reset.since(10) == CoinsSeen("coins", SOURCE, 0, (), "reset", 0)
    assert reset.since(None) == CoinsSeen("coins", SOURCE, 0)
