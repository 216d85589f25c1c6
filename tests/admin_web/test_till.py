"""The till says one thing at a time: what happened, what happens to the money, who to ask."""

from dataclasses import replace

import pytest
from fake_controller import IDLE, paused, slot_view, with_news
from hypothesis import given
from hypothesis import strategies as st

from admin_web.books import NO_NAMES
from admin_web.money import piles
from admin_web.till import Till, till
from admin_web.words import words
from controller.domain.cycle import News
from controller.domain.events import HARMLESS, Trouble
from controller.domain.view import View


def at(view: View, age_ms: int = 0) -> Till:
    return till(view, NO_NAMES, words(), age_ms)


def test_an_idle_machine_invites_in_either_order() -> None:
    """Coins first or choice first: both are said, and there is nothing to give back."""
    idle = at(IDLE)
    assert idle.message.title == "Ponga monedas o toque una prenda"
    assert (idle.credit, idle.missing, idle.coins, idle.can_give_back) == ("", "", (), False)


def test_credit_counts_up_and_what_is_missing_counts_down() -> None:
    """One dollar twenty-five of three fifty: the coins that are there, and the ghosts of those still to come."""
    view = replace(IDLE, phase="credit", credit_cents=125, chosen="A1", missing_cents=225, left_ms=80_000)
    seen = at(view)
    assert (seen.credit, seen.missing, seen.can_give_back) == ("$1,25", "$2,25", True)
    assert seen.message.title == "Eligió A1: bolso-feria"
    assert [(p.cents, p.count, p.ghost) for p in seen.coins] == [
        (100, 1, False),
        (25, 1, False),
        (100, 2, True),
        (25, 1, True),
    ]


def test_a_choice_without_credit_shows_the_whole_price_as_missing() -> None:
    """Three ghosts of a dollar and one of fifty cents wait for the visitor's coins."""
    seen = at(replace(IDLE, chosen="A1", missing_cents=350, left_ms=80_000))
    assert (seen.credit, seen.missing, seen.can_give_back) == ("", "$3,50", False)
    assert all(pile.ghost for pile in seen.coins)


@given(st.integers(min_value=0, max_value=5_000))
def test_the_drawn_coins_add_up_to_the_amount(cents: int) -> None:
    """No amount is drawn with more or less money than it is."""
    assert sum(pile.cents * pile.count for pile in piles(cents)) == cents
    assert all(1 <= pile.drawn <= 4 for pile in piles(cents))


@pytest.mark.parametrize("news", News, ids=str)
def test_every_news_is_told_whole(news: News) -> None:
    """Title, money and who to ask are all there, filled in."""
    said = at(with_news(news.value)).message
    assert said.title
    assert said.money
    assert said.who
    assert "{" not in said.title + said.money + said.who


def test_a_claim_code_is_shown_large_with_the_time_it_stays() -> None:
    """The picture is three seconds old, so the code stays three seconds less; the screen rests in steps of ten."""
    seen = at(with_news("doubt", claim="K7X-M4P"), age_ms=3_000)
    assert (seen.message.code, seen.message.keep, seen.message.mood) == ("K7X-M4P", "Se ve aquí 2 min más", "needs")
    late = with_news("doubt", claim="K7X-M4P")
    assert late.notice is not None
    late = replace(late, notice=replace(late.notice, left_ms=34_000))
    assert at(late, age_ms=3_000).message.keep == "Se ve aquí 40 s más"


def test_a_failed_vend_says_that_the_money_is_still_there() -> None:
    """The price is credit again, and it can be taken back at once."""
    seen = at(with_news("failed", "A2", 350, credit=350))
    assert "sus $3,50 siguen en la máquina" in seen.message.money
    assert (seen.credit, seen.can_give_back) == ("$3,50", True)


def test_a_turning_spiral_is_told_before_anything_else() -> None:
    """No piece is announced as fallen while its spiral turns, and money cannot be asked back meanwhile."""
    view = replace(with_news("sold", credit=75), phase="dispensing", vending="A3", coins_welcome=False)
    seen = at(view)
    assert seen.message.title == "Ya viene A3: poncho-wawa"
    assert (seen.message.mood, seen.no_coins, seen.can_give_back) == ("busy", True, False)


@pytest.mark.parametrize("trouble", sorted(set(Trouble) - HARMLESS), ids=str)
def test_a_pause_says_why_and_what_about_the_money(trouble: Trouble) -> None:
    """Without credit: no coins now. With credit: it is still here and can be asked back."""
    without, with_credit = at(paused(trouble.value)), at(paused(trouble.value, credit_cents=150))
    assert without.message.title.startswith("Máquina en pausa")
    assert without.no_coins
    assert without.message.money == "Por ahora no recibe monedas."
    assert "$1,50" in with_credit.message.money
    assert with_credit.can_give_back


def test_a_visitor_is_warned_before_her_credit_is_put_aside() -> None:
    """Fifteen seconds before; the wait runs on while the picture ages."""
    view = replace(IDLE, phase="credit", credit_cents=125, left_ms=17_000)
    assert at(view).message.title == "Toque la prenda que quiere"
    assert at(view, age_ms=4_000).message.money == (
        "En 13 s la máquina guarda su dinero y le da un código para reclamarlo."
    )


def test_an_empty_shelf_is_good_news_and_a_closed_one_is_a_pause() -> None:
    """Only pieces that were sold are said to be sold."""
    empty = slot_view("A1", "bolso-feria", "rosa", 350, quantity=0)
    jammed = slot_view("A2", "chumpi-rojo", "luz", 200, reason="jammed")
    assert at(replace(IDLE, slots=(empty,), coins_welcome=False)).message.title == "Hoy se vendió todo"
    assert at(replace(IDLE, slots=(empty, jammed), coins_welcome=False)).message.title == "Máquina en pausa"
    assert at(replace(IDLE, slots=(), coins_welcome=False)).message.title == "Máquina en pausa"


def test_enough_credit_is_told_as_enough() -> None:
    """At the limit no more coins are taken, and the money is good for buying or giving back."""
    seen = at(replace(IDLE, phase="credit", credit_cents=2_000, coins_welcome=False, left_ms=80_000))
    assert (seen.message.title, seen.no_coins) == ("Ya puso bastante: toque una prenda", True)


def test_a_machine_without_change_asks_for_the_exact_amount_before_any_coin() -> None:
    """The idle screen says so first; with credit it says what becomes of the rest."""
    for credit_cents in (0, 125):
        seen = at(
            replace(IDLE, gives_change=False, credit_cents=credit_cents, phase="credit" if credit_cents else "idle")
        )
        assert "valor exacto" in seen.message.money


def test_a_code_stays_readable_while_the_till_speaks_of_something_else() -> None:
    """A sale after a doubt does not take the first visitor's code from the screen."""
    code = replace(with_news("doubt", claim="4TC-YNH").notice, cents=350)
    assert at(replace(IDLE, codes=(code,))).codes == ("4TC-YNH · $3,50",)
