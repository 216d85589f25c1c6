"""Which coins may come in: only while they can be honoured, and by policy only while they can be spent or given back."""

from dataclasses import replace

import pytest
from builders import A1, Till, coins, dispensing, refunding, shelf

from controller.domain.change import payable
from controller.domain.events import SlotChosen, Trouble
from controller.domain.shop import Policy, Shop, Unreturnable
from controller.domain.welcome import welcome_coins

ALL = frozenset({1, 5, 10, 25, 50, 100})


def shop(unreturnable: Unreturnable, **floats: int) -> Shop:
    """The shelf (prices 350, 500 and 225) with this policy and these cents in its hoppers, such as `c25=500`."""
    places = {f"hopper:{name[1:]}": cents for name, cents in floats.items()}
    return replace(shelf(policy=Policy(unreturnable=unreturnable)), floats=places)


@pytest.mark.parametrize(
    ("till", "welcome"),
    [
        (Till(), ALL),
        (dispensing(), frozenset()),
        (refunding(), frozenset()),
        (Till(shelf(troubles=[Trouble.DISK])), frozenset()),
        (Till(shelf(troubles=[Trouble.CLOSED])), frozenset()),
        (Till(shelf(troubles=[Trouble.NO_HOPPER])), ALL),
    ],
    ids=["idle", "dispensing", "refunding", "disk full", "closing time", "a hopper is away"],
)
def test_coins_are_welcome_only_when_they_could_be_honoured(till: Till, welcome: frozenset[int]) -> None:
    """The acceptor is told to refuse while a coin could neither buy anything nor be given back."""
    assert welcome_coins(till.cycle, till.shop) == welcome


def test_there_is_a_limit_to_what_the_machine_holds_for_one_visitor() -> None:
    """At five dollars of credit this machine takes no sixth."""
    till = Till(shelf(policy=Policy(credit_max_cents=500)))
    till.tell(coins(100, 100, 100, 100))
    assert welcome_coins(till.cycle, till.shop)
    till.tell(coins(100))
    assert not welcome_coins(till.cycle, till.shop)


def test_a_coin_that_leaves_a_rest_nobody_can_give_back_stays_out() -> None:
    """Three dollars are in for a bag of 3.50 and the hoppers are empty: fifty cents may come in, a dollar may not."""
    till = Till(shop(Unreturnable.SPENDABLE))
    till.tell_all(SlotChosen(A1), coins(100, 100, 100))

    assert welcome_coins(till.cycle, till.shop) == {1, 5, 10, 25, 50}


def test_a_rest_the_hoppers_can_give_lets_the_dollar_in() -> None:
    """The same visit with two quarters in a hopper: the dollar is welcome, its rest goes back."""
    till = Till(shop(Unreturnable.SPENDABLE, c25=50))
    till.tell_all(SlotChosen(A1), coins(100, 100, 100))

    assert welcome_coins(till.cycle, till.shop) == ALL


def test_before_a_choice_any_price_is_a_reason_to_let_a_coin_in() -> None:
    """With 4.50 in and a piece of 5.00 on sale fifty cents are welcome; a dollar would fit no price and cannot go back."""
    till = Till(shop(Unreturnable.SPENDABLE))
    till.tell(coins(100, 100, 100, 100, 50))

    assert welcome_coins(till.cycle, till.shop) == {1, 5, 10, 25, 50}


def test_who_refuses_takes_nothing_that_cannot_go_back_whole() -> None:
    """With four quarters in the hopper a quarter, a half and a dollar may come in; a dime never could go back."""
    till = Till(shop(Unreturnable.REFUSE, c25=100))

    assert welcome_coins(till.cycle, till.shop) == {25, 50, 100}


def test_what_stands_in_a_hopper_that_is_away_or_closed_is_no_change() -> None:
    """Only hoppers that answer and were not found short are counted on."""
    full = shop(Unreturnable.REFUSE, c25=100)

    assert welcome_coins(Till().cycle, replace(full, away=frozenset({"hopper:25"}))) == frozenset()
    assert welcome_coins(Till().cycle, replace(full, closed_hoppers={"hopper:25": "short"})) == frozenset()


def test_what_can_be_paid_is_every_sum_of_the_coins_there_are() -> None:
    """Two quarters and three nickels make 0, 5, 10, 15, 25, 30 … 65 cents, and nothing else."""
    sums = {25 * quarters + 5 * nickels for quarters in range(3) for nickels in range(4)}

    assert {cents for cents in range(200) if payable({25: 2, 5: 3}) >> cents & 1} == sums
