"""Money and people: every decision needs its ground, its cover and its witness."""

from dataclasses import replace

import pytest
from builders import LUZ, ROSA, shelf

from controller.domain import facts as f
from controller.domain.accounts import postings
from controller.domain.catalog import Account, Share
from controller.domain.shop import Shop
from controller.domain.stocking import Granted, Refusal, Wish
from controller.domain.treasury import Books, CountCash, MoveCash, PayMaker, RefundSale, SettleClaim, decide

SHARES = (Share(Account("maker:rosa"), 280), Share(Account("fund:comun"), 70))
DOUBT = f.VendInDoubt(3, "A1", 350, "no-drop", "4TC-YNH", SHARES)
OWED = f.ClaimOwed(1, 125, "EX4-6PV")
COINS = f.PayoutInDoubt(2, 75, "hopper:25", "K2V-WRA")
SOLD = f.Sold(17, "A1", "bolso-retazos", ROSA, 350, SHARES)
FULL_BOX = Books({"coinbox": 9_590, "safe": 2_000, "maker:rosa": -2_640})


def granted(wish: Wish, shop: Shop | None = None, books: Books = FULL_BOX) -> f.Fact:
    answer = decide(wish, shop or shelf(DOUBT, OWED), books)
    assert isinstance(answer, Granted), answer
    (fact,) = answer.facts
    return fact


def refused(wish: Wish, shop: Shop | None = None, books: Books = FULL_BOX) -> str:
    answer = decide(wish, shop or shelf(DOUBT, OWED), books)
    assert isinstance(answer, Refusal), answer
    assert len(answer.words) > 10
    return answer.code


def moved(fact: f.Fact) -> dict[str, int]:
    return {line.account: line.cents for line in postings(fact)}


def test_a_doubt_that_was_delivered_becomes_the_sale_it_would_have_been() -> None:
    """The doubt is shared by the rule its vend was started under."""
    fact = granted(SettleClaim("4TC-YNH", f.Verdict.DELIVERED, "carmen"))
    assert moved(fact) == {"doubt": 350, "maker:rosa": -280, "fund:comun": -70}


def test_a_refunded_doubt_leaves_the_box_and_pays_no_maker() -> None:
    """What goes back to the visitor comes out of the place it was taken from."""
    fact = granted(SettleClaim("4tc-ynh ", f.Verdict.REFUNDED, "carmen"))
    assert moved(fact) == {"doubt": 350, "coinbox": -350}


def test_a_claim_about_money_can_only_be_refunded() -> None:
    """There is no piece that could have been delivered."""
    assert refused(SettleClaim("EX4-6PV", f.Verdict.BY_HAND, "carmen")) == "bad-verdict"


def test_a_claim_is_settled_once() -> None:
    """Once decided, the code is as good as unknown."""
    fact = granted(SettleClaim("EX4-6PV", f.Verdict.REFUNDED, "carmen"))
    assert refused(SettleClaim("EX4-6PV", f.Verdict.REFUNDED, "carmen"), shelf(DOUBT, OWED, fact)) == "unknown-claim"


def test_a_refund_needs_cover_and_a_name() -> None:
    """An empty box pays nobody, and nobody decides nameless."""
    assert refused(SettleClaim("4TC-YNH", f.Verdict.REFUNDED, "carmen"), books=Books()) == "not-enough"
    assert refused(SettleClaim("4TC-YNH", f.Verdict.DELIVERED, "  ")) == "nobody"
    assert refused(SettleClaim("4TC-YNH", f.Verdict.REFUNDED, "carmen", "maker:rosa")) == "unknown-place"


def test_a_sale_taken_back_reverses_its_own_shares() -> None:
    """A maker who was paid since may fall below zero, and the fund gives its part back too."""
    fact = granted(RefundSale(17, "carmen", "la costura se abrió"), books=replace(FULL_BOX, sale=SOLD))
    assert moved(fact) == {"maker:rosa": 280, "fund:comun": 70, "coinbox": -350}


def test_a_sale_is_taken_back_once_and_only_if_it_was() -> None:
    """No sale, no refund; and one refund pays once."""
    wish = RefundSale(17, "carmen", "rota")
    assert refused(wish) == "unknown-sale"
    assert refused(wish, books=replace(FULL_BOX, sale=SOLD, refunded=True)) == "refunded"


def test_a_maker_is_paid_at_most_what_she_is_owed_and_never_by_one_person() -> None:
    """Two people stand behind a payment, and it has a ceiling and a cover."""
    assert moved(granted(PayMaker(ROSA, 2_000, "carmen", "luz", "pago-1"))) == {"maker:rosa": 2_000, "safe": -2_000}
    assert refused(PayMaker(ROSA, 2_641, "carmen", "luz", "pago-1")) == "too-much"
    assert refused(PayMaker(ROSA, 2_600, "carmen", "luz", "pago-1")) == "not-enough"
    assert refused(PayMaker(ROSA, 100, "carmen", "carmen", "pago-1")) == "one-person"
    assert refused(PayMaker(LUZ, 1, "carmen", "rosa", "pago-1")) == "too-much"
    assert refused(PayMaker(ROSA, 0, "carmen", "luz", "pago-1")) == "bad-amount"


@pytest.mark.parametrize(("counted_cents", "difference_cents"), [(9_590, 0), (9_490, 100), (9_615, -25)])
def test_a_count_shows_its_difference(counted_cents: int, difference_cents: int) -> None:
    """What lay in the box is in the safe now; what was missing or too much stands in `over_short`."""
    lines = moved(granted(CountCash(counted_cents, "carmen", "luz", "conteo-1")))
    assert lines["safe"] == counted_cents
    assert lines["coinbox"] == -9_590
    assert lines.get("over_short", 0) == difference_cents


def test_a_fund_can_give_a_float_and_cash_can_move() -> None:
    """Coins for a hopper come from the safe, and the first of them from a fund."""
    assert moved(granted(MoveCash(1_000, "safe", "hopper:25", "carmen", "sueltos-1"))) == {
        "hopper:25": 1_000,
        "safe": -1_000,
    }
    assert moved(granted(MoveCash(500, "fund:comun", "safe", "carmen", "sueltos-1"))) == {
        "safe": 500,
        "fund:comun": -500,
    }
    assert refused(MoveCash(5_000, "safe", "hopper:25", "carmen", "sueltos-1")) == "not-enough"
    assert refused(MoveCash(100, "maker:rosa", "safe", "carmen", "sueltos-1")) == "unknown-place"
    assert refused(MoveCash(100, "fund:", "safe", "carmen", "sueltos-1")) == "unknown-place"


# Coins in doubt


def test_coins_that_had_left_leave_their_hopper_in_the_books() -> None:
    """Somebody saw them in the tray: the hopper has less by so much."""
    shop, books = shelf(COINS, f.HopperClosed("hopper:25", "unsure")), Books({"hopper:25": 500})
    fact = granted(SettleClaim("K2V-WRA", f.Verdict.DELIVERED, "carmen"), shop, books)
    assert moved(fact) == {"doubt": 75, "hopper:25": -75}


def test_coins_that_had_left_a_hopper_that_was_counted_since_were_found_missing() -> None:
    """The count has booked them as missing already; now it is known where they went."""
    shop, books = shelf(COINS), Books({"hopper:25": 500, "over_short": 75})
    fact = granted(SettleClaim("K2V-WRA", f.Verdict.DELIVERED, "carmen"), shop, books)
    assert moved(fact) == {"doubt": 75, "over_short": -75}


def test_coins_that_never_left_are_refunded_and_never_given_by_hand() -> None:
    """The visitor gets them from the box; there is no piece that could be handed over."""
    shop = shelf(COINS)
    assert moved(granted(SettleClaim("K2V-WRA", f.Verdict.REFUNDED, "carmen"), shop)) == {"doubt": 75, "coinbox": -75}
    assert refused(SettleClaim("K2V-WRA", f.Verdict.BY_HAND, "carmen"), shop) == "bad-verdict"


# Wishes asked twice


PAY, COUNT, MOVE = (
    PayMaker(ROSA, 2_000, "carmen", "luz", "pago-1"),
    CountCash(9_500, "carmen", "luz", "conteo-1"),
    MoveCash(1_000, "safe", "hopper:25", "carmen", "sueltos-1"),
)


@pytest.mark.parametrize("wish", [PAY, COUNT, MOVE], ids=lambda wish: type(wish).__name__)
def test_a_wish_that_was_done_is_done_once(wish: PayMaker | CountCash | MoveCash) -> None:
    """The answer got lost and the page asks again: the same id changes nothing, though the books have changed since."""
    done = granted(wish)
    since = Books({"coinbox": 0, "safe": 0, "maker:rosa": 0}, done=done)
    assert decide(wish, shelf(), since) == Granted(())


@pytest.mark.parametrize(
    ("wish", "other"),
    [
        (PAY, replace(PAY, cents=1_999)),
        (COUNT, replace(COUNT, counted_cents=9_499)),
        (MOVE, replace(PAY, wish_id="sueltos-1")),
    ],
    ids=["another amount", "another count", "another wish"],
)
def test_an_id_is_not_used_for_something_else(wish: Wish, other: Wish) -> None:
    """Who types a new amount under an old id is told, and nothing is booked."""
    assert refused(other, books=replace(FULL_BOX, done=granted(wish))) == "used-id"


@pytest.mark.parametrize("wish_id", ["", "  ", "p" * 65])
def test_a_wish_that_moves_money_needs_an_id(wish_id: str) -> None:
    """Without one nobody could tell a repetition from a second payment."""
    assert refused(replace(PAY, wish_id=wish_id)) == "no-id"
