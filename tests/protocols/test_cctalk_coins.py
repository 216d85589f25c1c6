"""What a coin id is worth, and which events in an acceptor's buffer are news."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.protocols.cctalk import (
    Alarm,
    Buffer,
    Credit,
    Entry,
    LocalProtocolError,
    RemoteProtocolError,
    Severity,
    coin_id,
    coin_value,
    error_name,
    error_severity,
    fault_name,
    new_events,
)

SUCRE = Entry(4, 1)
DIME = Entry(2, 1)


def after(events: int) -> tuple[int, tuple[Entry, ...]]:
    """The counter and buffer of an acceptor that has taken this many coins, numbered by position 1 to 16."""
    numbers = range(events, max(0, events - 5), -1)
    coins = [Entry((number - 1) % 16 + 1, 1) for number in numbers]
    counter = (events - 1) % 255 + 1 if events else 0
    return counter, (*coins, *[Entry(0, 0)] * (5 - len(coins)))


@given(st.integers(0, 900), st.integers(0, 5))
def test_no_coin_is_lost_or_doubled_up_to_five_events(before: int, more: int) -> None:
    """Wherever the counter stands, also across its wrap from 255 to 1, exactly the coins since then are news."""
    last, _ = after(before)
    counter, buffer = after(before + more)
    news = new_events(last, counter, buffer)
    assert [c.position for c in news.credits] == [n % 16 + 1 for n in range(before, before + more)]
    assert (news.mark, news.alarm, news.lost) == (counter, None, 0)


@given(st.integers(0, 900), st.integers(6, 254))
def test_an_overrun_books_what_is_left_and_counts_the_rest(before: int, more: int) -> None:
    """With more than five events the five in the buffer are booked, and an alarm tells how many are gone."""
    counter, buffer = after(before + more)
    news = new_events(after(before)[0], counter, buffer)
    assert (len(news.credits), news.alarm, news.lost) == (5, Alarm.LOST, more - 5)


@given(
    st.integers(0, 255), st.lists(st.builds(Entry, st.integers(0, 255), st.integers(0, 255)), min_size=5, max_size=5)
)
def test_reading_the_same_buffer_again_books_nothing(counter: int, buffer: list[Entry]) -> None:
    """Once a reading is booked, the same reading holds no news, whatever is in it."""
    mark = new_events(17, counter, buffer).mark
    assert new_events(mark, counter, buffer).entries == ()
    assert new_events(mark, counter, buffer).alarm is None


def test_the_history_of_a_new_acceptor_is_not_money() -> None:
    """At first contact five coins in the buffer give no credit, only the mark to begin from."""
    assert new_events(None, 41, [DIME] * 5) == new_events(41, 41, [SUCRE] * 5)


def test_a_reset_books_nothing_and_raises_an_alarm() -> None:
    """A counter that fell to 0 is never taken for a wrap."""
    news = new_events(67, 0, [DIME] * 5)
    assert (news.credits, news.mark, news.alarm) == ((), 0, Alarm.RESET)
    assert new_events(0, 0, [DIME] * 5).alarm is None


def test_null_events_are_neither_coins_nor_errors() -> None:
    """Some acceptors add a null event after power-up; it only moves the counter."""
    news = new_events(0, 2, [Entry(4, 2), Entry(0, 0), *[Entry(0, 0)] * 3])
    assert (news.credits, news.errors, news.mark) == ((Credit(4, 2),), (), 2)


def test_a_mark_no_acceptor_ever_sent_is_our_own_mistake() -> None:
    """A counter is one byte."""
    with pytest.raises(LocalProtocolError):
        new_events(256, 3, [])


@pytest.mark.parametrize("size", [0, 10, 12])
def test_a_credit_answer_has_eleven_bytes(size: int) -> None:
    """Anything else is not one."""
    with pytest.raises(RemoteProtocolError, match="11 data bytes"):
        Buffer.read(bytes(size))


@pytest.mark.parametrize(
    "vvv", ["...", "1m2m", "mmm", "K.5", "1 0", "-10", "+10", "12", "0x1", "1e3", "١٢٣", "½00", ""]
)
def test_a_value_that_breaks_the_grammar_is_no_value(vvv: str) -> None:
    """Nothing is guessed from three characters that are not a ccTalk value."""
    assert coin_value(vvv) is None


@pytest.mark.parametrize(
    ("text", "country", "value"),
    [
        ("US025A", "US", Decimal(25)),
        ("EC050A", "EC", Decimal(50)),
        ("US100A", "US", Decimal(100)),
        ("EU2K5C", "EU", Decimal(2500)),
        ("EC50mA", "EC", Decimal("0.05")),
        ("TK001A", "TK", None),
        ("Token ", "", None),
        ("......", "", None),
        ("US..5A", "", None),
        ("us025A", "", None),
        ("", "", None),
    ],
)
def test_a_coin_id_tells_country_and_value_or_nothing(text: str, country: str, value: Decimal | None) -> None:
    """Money, tokens, free text and empty positions are told apart."""
    coin = coin_id(text)
    assert (coin.text, coin.country, coin.value) == (text, country, value)


@pytest.mark.parametrize(
    ("code", "name", "severity"),
    [
        (1, "reject coin", Severity.NEUTRAL),
        (14, "credit sensor blocked", Severity.FAULT),
        (20, "coin on string", Severity.FRAUD),
        (36, "swallowed coin", Severity.SWALLOWED),
        (128, "inhibited coin 1", Severity.NEUTRAL),
        (159, "inhibited coin 32", Severity.NEUTRAL),
        (160, "error 160", Severity.NOTED),
        (254, "coin return lever", Severity.LEVER),
    ],
)
def test_an_error_has_a_name_and_a_gravity(code: int, name: str, severity: Severity) -> None:
    """A technician reads words, and sees which ones need her."""
    assert (error_name(code), error_severity(code)) == (name, severity)


def test_a_fault_has_a_name() -> None:
    """The self-check's numbers are the standard's."""
    assert (fault_name(0), fault_name(3), fault_name(199)) == ("no fault", "credit sensor", "fault 199")
