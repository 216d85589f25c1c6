"""The cash box: its coins are counted by the facts, a full one keeps coins out and nothing else, and a count empties it."""

import pytest
from builders import A1, A3, Till, coins, shelf

from controller.domain import facts as f
from controller.domain.cycle import Phase
from controller.domain.events import CoinReturned, SlotChosen, Trouble
from controller.domain.shop import Policy, after
from controller.domain.view import View, view
from controller.domain.welcome import welcome_coins

BOX_COINS_MAX = 20
WATCHED = Policy(box_coins_max=BOX_COINS_MAX, wallets=("deuna",))
COUNTED = f.CashCounted("coinbox", 2_000, 2_000, "rosa", "luz", "retiro-12")


def till_with(coins_in_box: int) -> Till:
    """A machine whose box holds so many quarters of visitors who are gone."""
    quarters = (f.CreditTaken(25, "coins", "nri-1234", mark) for mark in range(coins_in_box))
    return Till(shelf(*quarters, policy=WATCHED))


def picture(till: Till) -> View:
    return view("quito-museo-1", 3, 41, 1_795_212_000_000, till.cycle, till.shop, till.now_ms)


def test_the_last_coin_with_room_goes_in_and_the_next_stays_out() -> None:
    """Nineteen lie in a box for twenty: one more is welcome, and then none, although its visitor has bought nothing yet."""
    till = till_with(BOX_COINS_MAX - 1)
    assert welcome_coins(till.cycle, till.shop)
    till.tell(coins(25))
    assert (till.cycle.phase, till.cycle.credit_cents) == (Phase.CREDIT, 25)
    assert welcome_coins(till.cycle, till.shop) == frozenset()


@pytest.mark.parametrize(
    ("lying", "lacks"),
    [(17, ()), (18, ("box-filling",)), (19, ("box-filling",)), (20, ("box-full",)), (23, ("box-full",))],
)
def test_whoever_empties_it_is_told_before_visitors_are(lying: int, lacks: tuple[str, ...]) -> None:
    """From nine tenths on it is nearly full. Coins on their way when it filled are counted beyond its limit."""
    assert picture(till_with(lying)).lacks == lacks


def test_a_full_box_stops_coins_and_no_sale() -> None:
    """The shelf is open, phones may pay, and a visitor whose coins are in it already gets her piece for them."""
    seen = picture(till_with(BOX_COINS_MAX))
    assert (seen.troubles, seen.coins_welcome, seen.wallets) == ((), False, ("deuna",))
    assert {slot.status for slot in seen.slots} == {"ready"}

    till = till_with(BOX_COINS_MAX - 4)
    till.tell_all(coins(100, 100, 100, 50), SlotChosen(A1))
    assert (till.cycle.phase, till.shop.box_full) == (Phase.DISPENSING, True)


def test_a_coin_that_falls_through_a_full_machine_does_not_hide_why() -> None:
    """The screen goes on saying that the box is full, rather than that this coin came back; the visit stays awake."""
    till = till_with(BOX_COINS_MAX)
    till.tell_all(SlotChosen(A3), CoinReturned("coins"))
    assert (till.cycle.notice, till.cycle.chosen) == (None, A3)


def test_a_count_of_the_cash_box_makes_room_and_a_count_of_a_hopper_does_not() -> None:
    """Only what two people took out of the box is out of it."""
    full = till_with(BOX_COINS_MAX).shop
    hopper = f.CashCounted("hopper:25", 500, 500, "rosa", "luz", "vuelto-3")
    assert after(full, hopper).box_troubles == {Trouble.BOX_FULL}
    assert after(full, COUNTED).box_troubles == frozenset()
    assert welcome_coins(till_with(0).cycle, after(full, COUNTED))


def test_only_coins_that_fell_into_the_box_fill_it() -> None:
    """Those in a changer's tubes, bills in the stacker and vouchers leave its room alone."""
    elsewhere = (
        f.CreditTaken(25, "changer", "mdb", 1, "tube:25"),
        f.CreditTaken(500, "bills", "mdb", 2, "stacker"),
        f.VoucherTaken("4f2a", 1, 500),
    )
    assert shelf(*elsewhere, policy=WATCHED).box_coins == 0


def test_a_machine_that_was_told_no_limit_never_calls_its_box_full() -> None:
    """Three hundred coins later it takes coins still: nobody said how many there is room for."""
    shop = shelf(*(f.CreditTaken(25, "coins", "nri-1234", mark) for mark in range(300)))
    assert (shop.box_coins, shop.box_troubles) == (0, frozenset())
    assert welcome_coins(Till().cycle, shop)
