"""Days to payout: what is paid settles what was earned first."""

from hypothesis import given
from hypothesis import strategies as st

from lab.model.payouts import Day, Payout, payouts

SUMS = st.integers(-500, 500)
DAYS = st.lists(st.builds(Day, st.integers(0, 60), SUMS, SUMS), max_size=30, unique_by=lambda day: day.day)


def test_the_oldest_money_goes_first() -> None:
    """$2.80 earned on day 1 and $4.00 on day 5; of $5.00 paid on day 9, $2.80 waited eight days, the rest four."""
    days = [Day(1, 280, 0), Day(5, 400, 0), Day(9, 0, 500), Day(12, 0, 180)]
    assert payouts(days) == [Payout(9, 500, 8 * 280 + 4 * 220, 0), Payout(12, 180, 7 * 180, 0)]


def test_what_was_earned_on_the_day_of_pay_has_not_waited() -> None:
    """Sold in the morning, paid in the evening."""
    assert payouts([Day(7, 280, 280)]) == [Payout(7, 280, 0, 0)]


def test_what_is_paid_ahead_is_made_up_for_by_what_is_earned_next() -> None:
    """Two dollars ahead on day 3; of three earned on day 4 one is still to be paid, and waits till day 10."""
    assert payouts([Day(3, 0, 200), Day(4, 300, 0), Day(10, 0, 100)]) == [
        Payout(3, 200, 0, 200),
        Payout(10, 100, 600, 0),
    ]


def test_a_sale_taken_back_after_pay_is_owed_by_the_next_one() -> None:
    """Paid and taken back: the next $2.80 waits for nobody."""
    days = [Day(1, 280, 0), Day(2, 0, 280), Day(3, -280, 0), Day(5, 280, 0), Day(6, 100, 0), Day(8, 0, 100)]
    assert payouts(days) == [Payout(2, 280, 280, 0), Payout(8, 100, 200, 0)]


def test_money_that_comes_back_to_her_account_is_owed_again() -> None:
    """Fifty cents are moved back on day 5 and paid on day 9."""
    assert payouts([Day(1, 100, 100), Day(5, 0, -50), Day(9, 0, 50)])[-1] == Payout(9, 50, 200, 0)


@given(DAYS)
def test_nothing_waits_longer_than_there_are_days(days: list[Day]) -> None:
    """Every cent paid has waited from none of the days to all of them, and what was paid ahead is part of what was paid."""
    first = min((day.day for day in days), default=0)
    found = payouts(days)
    assert [(payout.day, payout.cents) for payout in found] == sorted(
        (d.day, d.paid_cents) for d in days if d.paid_cents > 0
    )
    for payout in found:
        assert 0 <= payout.advance_cents <= payout.cents
        assert 0 <= payout.cent_days <= (payout.cents - payout.advance_cents) * (payout.day - first)


@given(DAYS)
def test_no_cent_is_paid_twice(days: list[Day]) -> None:
    """What was settled is never more than was earned or moved back to her."""
    settled_cents = sum(payout.cents - payout.advance_cents for payout in payouts(days))
    assert settled_cents <= sum(max(0, day.earned_cents) + max(0, -day.paid_cents) for day in days)
