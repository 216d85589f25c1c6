"""Beside the message: the visitor's money, the coins that may come in now, and the buttons that would be heard."""

from dataclasses import replace

import pytest
from fake_controller import IDLE, paused, with_news
from scenes import CHOSEN, FEW_COINS, LEAVING, LITTLE_CHANGE, NO_CHANGE, RETURNING, SCENES, VENDING

from admin_web.books import NO_NAMES
from admin_web.kiosk.till import Till, till
from admin_web.words import words
from controller.domain.view import View


def at(view: View, age_ms: int = 0) -> Till:
    return till(view, NO_NAMES, words(), age_ms)


# Her money


def test_an_idle_machine_invites_in_either_order() -> None:
    """Coins first or choice first: both are said, and there is nothing to give back."""
    idle = at(IDLE)
    assert idle.message.title == "Ponga monedas o toque una prenda"
    assert (idle.credit, idle.missing, idle.coins, idle.can_give_back, idle.can_cancel) == ("", "", (), False, False)


def test_credit_counts_up_and_what_is_missing_counts_down() -> None:
    """One dollar twenty-five of three fifty: the coins that are there, and the ghosts of those still to come."""
    seen = at(CHOSEN)
    assert (seen.credit, seen.missing, seen.can_give_back) == ("$1,25", "$2,25", True)
    assert seen.message.title == "Eligió A1: bolso-feria"
    assert [(p.cents, p.count, p.ghost) for p in seen.coins] == [
        (100, 1, False),
        (25, 1, False),
        (100, 2, True),
        (25, 1, True),
    ]


def test_a_choice_without_credit_shows_the_whole_price_and_can_be_taken_back() -> None:
    """Three ghosts of a dollar and one of fifty cents; the return button cancels, as the one on the machine does."""
    seen = at(SCENES["wanting"])
    assert (seen.credit, seen.missing, seen.can_give_back, seen.can_cancel) == ("", "$3,50", False, True)
    assert all(pile.ghost for pile in seen.coins)


def test_money_on_its_way_back_is_drawn() -> None:
    """Two dollars forty, as coins; meanwhile no button is on."""
    seen = at(RETURNING)
    assert (seen.returning, sum(pile.cents * pile.count for pile in seen.coins)) == ("$2,40", 240)
    assert (seen.can_give_back, seen.can_cancel, seen.no_coins) == (False, False, True)


def test_a_falling_piece_says_who_gets_what_of_it() -> None:
    """People and dollars, of this very sale."""
    told = [(part.who, part.money) for part in at(VENDING).parts]
    assert told == [("la costurera recibe", "$4,01"), ("fondo común", "$0,74"), ("máquina", "$0,25")]
    assert at(IDLE).parts == ()


@pytest.mark.parametrize("trouble", ["no-coins", "books", "closed"])
def test_money_can_be_asked_back_in_a_pause(trouble: str) -> None:
    """No coin is taken, and what is there can leave."""
    seen = at(paused(trouble, credit_cents=150))
    assert (seen.no_coins, seen.can_give_back) == (True, True)


# Her time


@pytest.mark.parametrize(
    ("left_ms", "left", "fuse"),
    [(25_900, "", None), (24_900, "24 s", None), (15_900, "15 s", None), (15_000, "15 s", 100), (3_000, "3 s", 20)],
)
def test_more_time_is_offered_first_and_then_asked_about(left_ms: int, left: str, fuse: int | None) -> None:
    """The button comes more than twenty seconds before the end, the warning and its fuse fifteen before."""
    seen = at(replace(CHOSEN, left_ms=left_ms))
    assert (seen.left, seen.fuse) == (left, fuse)


def test_the_wait_runs_on_while_the_picture_ages_and_never_below_zero() -> None:
    """A picture of twelve seconds left is over after thirteen."""
    assert (at(LEAVING, 3_000).left, at(LEAVING, 60_000).left, at(LEAVING, 60_000).fuse) == ("9 s", "0 s", 0)


@pytest.mark.parametrize("view", [replace(VENDING, left_ms=4_000), replace(RETURNING, left_ms=4_000)], ids=str)
def test_no_more_time_is_offered_while_the_machine_works(view: View) -> None:
    """That deadline is the motors' or the hoppers', not hers."""
    assert (at(view).left, at(view).fuse) == ("", None)


# Coins that may come in


def test_before_the_first_coin_the_coins_are_shown() -> None:
    """All six, and none has to wait; with a coin in and nothing to wonder about, hers are enough."""
    intake = at(IDLE).intake
    assert [coin.cents for coin in intake.coins if coin.welcome] == [1, 5, 10, 25, 50, 100]
    assert (intake.why, intake.exact) == ("", "")
    assert at(CHOSEN).intake.coins == ()


def test_a_machine_without_change_announces_the_exact_amount() -> None:
    """On the empty screen and with coins in."""
    assert at(NO_CHANGE).intake.exact == at(replace(CHOSEN, gives_change=False)).intake.exact == "Solo valor exacto"


def test_coins_that_must_wait_say_why() -> None:
    """Twenty-five cents are missing: fifty and a dollar wait. A poor hopper is told otherwise than an empty one."""
    intake = at(FEW_COINS).intake
    assert [coin.cents for coin in intake.coins if not coin.welcome] == [50, 100]
    assert intake.spoken == "Ahora recibe monedas de 1¢, 5¢, 10¢, 25¢"
    assert intake.why == "Por ahora no se puede dar vuelto: solo monedas que completen el precio."
    assert at(LITTLE_CHANGE).intake.why.startswith("Queda poco vuelto")


def test_no_coins_are_invited_while_none_may_come_in() -> None:
    """A pause, a falling piece and money on its way show no coins to put in, and no ghosts either."""
    for name in ("paused", "closed", "vending", "returning", "enough"):
        assert at(SCENES[name]).intake.coins == ()
    stopped = replace(CHOSEN, coins_welcome=False, coins_cents=())
    assert not any(pile.ghost for pile in at(stopped).coins)


# Codes


def test_a_code_stays_readable_while_the_till_speaks_of_something_else() -> None:
    """A sale after a doubt does not take the first visitor's code from the screen; neither does a warning."""
    code = replace(with_news("doubt", claim="4TC-YNH").notice, cents=350)
    assert at(replace(IDLE, codes=(code,))).codes == ("4TC-YNH · $3,50",)
    assert at(replace(LEAVING, notice=code)).codes == ("4TC-YNH · $3,50",)
    assert at(replace(IDLE, notice=code)).codes == ()
