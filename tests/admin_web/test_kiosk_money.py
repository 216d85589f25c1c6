"""Amounts are drawn to the cent, with coins that the slot takes."""

from hypothesis import given
from hypothesis import strategies as st

from admin_web.money import all_welcome, piles, purse
from controller.domain.money import COINS_CENTS


@given(st.integers(min_value=0, max_value=5_000))
def test_the_drawn_coins_add_up_to_the_amount(cents: int) -> None:
    """No amount is drawn with more or less money than it is."""
    assert sum(pile.cents * pile.count for pile in piles(cents)) == cents
    assert all(1 <= pile.drawn <= 4 for pile in piles(cents))


@given(st.integers(min_value=1, max_value=2_000), st.sets(st.sampled_from(COINS_CENTS), max_size=6))
def test_what_is_missing_is_drawn_with_coins_that_may_come_in(cents: int, coins_cents: set[int]) -> None:
    """With those alone and to the cent, or not at all."""
    drawn = piles(cents, ghost=True, coins_cents=tuple(coins_cents))
    assert {pile.cents for pile in drawn} <= coins_cents
    assert sum(pile.cents * pile.count for pile in drawn) in ({cents} if 1 in coins_cents else {0, cents})


def test_thirty_cents_without_nickels_are_three_dimes() -> None:
    """The biggest coin first would lead into a corner, so it is taken back."""
    assert [(pile.cents, pile.count) for pile in piles(30, coins_cents=(10, 25))] == [(10, 3)]
    assert piles(15, coins_cents=(10, 25)) == ()


def test_the_purse_holds_every_coin_of_the_country() -> None:
    """Those that must wait are there too, so that their owner sees them; and whatever else the machine knows."""
    assert [(coin.cents, coin.welcome) for coin in purse((5, 25, 200))] == [
        (1, False),
        (5, True),
        (10, False),
        (25, True),
        (50, False),
        (100, False),
        (200, True),
    ]
    assert all_welcome(COINS_CENTS)
    assert not all_welcome((1, 5, 10, 25, 50))
