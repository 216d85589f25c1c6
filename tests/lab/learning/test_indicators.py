"""The indicators against numbers that anybody can check, and laws that hold for any numbers."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.learning.indicators import days_to_payout, gini, overlap_ms, participation, sell_through, share

INCOMES = st.lists(st.integers(0, 10**7), min_size=1, max_size=30).filter(any)


@pytest.mark.parametrize(
    ("incomes", "index"),
    [
        ([280, 280, 280], Fraction(0)),
        ([0, 0, 0, 1000], Fraction(3, 4)),
        ([1, 2, 3, 4, 5], Fraction(4, 15)),
        ([10, 20, 30, 40], Fraction(1, 4)),
        ([20, 80], Fraction(3, 10)),
    ],
)
def test_known_distributions_have_their_known_index(incomes: list[int], index: Fraction) -> None:
    """All alike is 0, all to one of four is three quarters, 1 to 5 is four fifteenths."""
    assert gini(incomes) == index


@given(INCOMES)
def test_the_index_is_what_its_words_say(incomes: list[int]) -> None:
    """Twice the index is the mean difference of two makers drawn at random, in mean incomes."""
    difference = sum(abs(one - other) for one, other in product(incomes, repeat=2))
    assert gini(incomes) == Fraction(difference, 2 * len(incomes) * sum(incomes))


@given(INCOMES, st.randoms(use_true_random=False), st.integers(2, 100))
def test_neither_order_nor_currency_changes_the_index(incomes: list[int], luck: object, times: int) -> None:
    """The same people in another order, or paid in another coin, are as equal as before."""
    shuffled = sorted(incomes, key=lambda _: luck.random())  # type: ignore[attr-defined]  # Random
    assert gini(shuffled) == gini(incomes) == gini([income * times for income in incomes])


@given(INCOMES, st.integers(2, 4))
def test_a_town_of_the_same_people_twice_is_as_equal(incomes: list[int], times: int) -> None:
    """Only how income is spread counts, not how many people there are."""
    assert gini(incomes * times) == gini(incomes)


@given(INCOMES)
def test_the_index_lies_between_all_alike_and_all_to_one(incomes: list[int]) -> None:
    """Between 0 and (n - 1) / n."""
    index = gini(incomes)
    assert index is not None
    assert 0 <= index <= Fraction(len(incomes) - 1, len(incomes))


def test_giving_from_the_richest_to_the_poorest_makes_incomes_more_equal() -> None:
    """The principle of transfers (Pigou, Dalton): what the index must do if it is to mean anything."""
    before, after = gini([100, 500, 900]), gini([200, 500, 800])
    assert before is not None
    assert after is not None
    assert after < before


def test_what_means_nothing_is_not_told() -> None:
    """Nobody's income, a share of nothing, a wait for no money, a vote nobody could cast."""
    assert (gini([]), gini([0, 0]), gini([-5])) == (None, None, None)
    assert (share(3, 0), sell_through(0, 0, 0), days_to_payout(0, 0), participation([])) == (None,) * 4


def test_a_share_is_rounded_to_the_nearest_percent() -> None:
    """One of eight is 12.5 percent: 13; two of three are 67."""
    found = [share(1, 8), share(2, 3), share(0, 7), share(7, 7)]
    assert [one.percent for one in found if one] == [13, 67, 0, 100]


def test_money_waits_as_long_as_its_mean_cent() -> None:
    """Ten dollars for four days and thirty for eight are forty for seven."""
    assert days_to_payout(1000 * 4 + 3000 * 8, 4000) == 7


def test_pieces_that_were_there_already_count_as_well() -> None:
    """Six sold of four that lay there and eight that came: half."""
    assert sell_through(6, 4, 8) == (6, 12)


def test_only_what_lies_within_the_days_is_counted() -> None:
    """A stretch that began before, one inside, one that goes on, one that was over."""
    assert overlap_ms([(0, 150), (200, 230), (280, None), (0, 90)], 100, 300) == 50 + 30 + 20


def test_every_vote_weighs_alike() -> None:
    """One of two and nine of ten are ten of twelve."""
    assert participation([(1, 2), (9, 10)]) == (10, 12)
