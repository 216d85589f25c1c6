"""The till says one thing at a time: what happened, what happens to the money, who to ask, the most pressing first."""

from dataclasses import replace

import pytest
from fake_controller import IDLE, paused, slot_view, with_news
from scenes import CHOSEN, FEW_COINS, LEAVING, NO_CHANGE, RETURNING, SCENES

from admin_web.books import NO_NAMES
from admin_web.kiosk.messages import Message, message
from admin_web.words import words
from controller.domain.cycle import News
from controller.domain.events import HARMLESS, Trouble
from controller.domain.view import View

STOPPING = sorted(set(Trouble) - HARMLESS - {Trouble.CLOSED})


def said(view: View, age_ms: int = 0) -> Message:
    return message(view, NO_NAMES, words(), age_ms)


@pytest.mark.parametrize("news", News, ids=str)
def test_every_news_is_told_whole(news: News) -> None:
    """Title, money and who to ask are all there, filled in."""
    told = said(with_news(news.value))
    assert told.title
    assert told.money
    assert told.who
    assert "{" not in told.title + told.money + told.who


def test_a_turning_spiral_is_told_before_anything_else() -> None:
    """No piece is announced as fallen while its spiral turns, and no visitor is asked whether she is still there."""
    turning = replace(with_news("sold", credit=75), phase="dispensing", vending="A3", left_ms=3_000)
    assert (said(turning).title, said(turning).mood) == ("Ya viene A3: poncho-wawa", "busy")


def test_money_on_its_way_back_is_told_with_its_amount() -> None:
    """Two dollars forty are announced before the first coin rattles."""
    assert said(RETURNING).title == "Le devolvemos $2,40"


def test_a_failed_vend_says_that_the_money_is_still_there() -> None:
    """The price is credit again, and it can be taken back at once."""
    assert "sus $3,50 siguen en la máquina" in said(with_news("failed", "A2", 350, credit=350)).money


def test_the_labs_message_stands_while_nothing_else_is_to_be_said() -> None:
    """Below the invitation, and away with the first coin; the shelf is never covered by it."""
    idle = replace(IDLE, board="Hoy cosemos aquí.")
    assert said(idle).who == "Hoy cosemos aquí."
    assert "Hoy cosemos" not in str(said(replace(idle, phase="credit", credit_cents=25, left_ms=80_000)))
    assert "Hoy cosemos" not in str(said(replace(idle, chosen="A1", missing_cents=350, left_ms=80_000)))


# Credit nobody uses


def test_a_visitor_is_warned_before_her_credit_is_put_aside() -> None:
    """Fifteen seconds before; the wait runs on while the picture ages. What happens to her money is said."""
    view = replace(IDLE, phase="credit", credit_cents=125, left_ms=17_000)
    assert said(view).title == "Toque la prenda que quiere"
    warning = said(view, age_ms=2_000)
    assert (warning.title, warning.mood) == ("¿Sigue ahí?", "needs")
    assert warning.money == "Si no, la máquina guarda sus $1,25 y le da un código para reclamarlos."


def test_the_warned_are_told_of_a_trouble_too() -> None:
    """A machine in pause keeps nobody's credit without a word."""
    stopped = replace(paused("no-coins", credit_cents=150), left_ms=8_000)
    assert (said(stopped).title, said(stopped).who) == ("¿Sigue ahí?", "Máquina en pausa: el monedero no responde")


def test_a_choice_without_credit_is_let_go_without_a_warning() -> None:
    """There is nothing to lose."""
    assert said(SCENES["wanting"], age_ms=79_000).title == "Eligió A1: bolso-feria"


# Doubts and claims


def test_a_claim_code_is_shown_large_with_the_time_it_stays() -> None:
    """The picture is three seconds old, so the code stays three seconds less; the screen rests in steps of ten."""
    told = said(with_news("doubt", claim="K7X-M4P"), age_ms=3_000)
    assert (told.code, told.keep, told.mood) == ("K7X-M4P", "Se ve aquí 2 min más", "needs")
    late = with_news("doubt", claim="K7X-M4P")
    assert late.notice is not None
    late = replace(late, notice=replace(late.notice, left_ms=34_000))
    assert said(late, age_ms=3_000).keep == "Se ve aquí 40 s más"


def test_a_doubt_about_a_payout_says_that_coins_may_have_come_out_and_who_decides() -> None:
    """It is not told as a piece that may have fallen, nor as money the machine surely still has."""
    told = said(with_news("doubt", None, 125, "K7X-M4P"))
    assert "Tal vez las monedas ya salieron" in told.money
    assert "La coordinadora cuenta las monedas y decide" in told.who
    assert (told.title, told.code) == ("No sabemos si le salieron $1,25", "K7X-M4P")


# Pauses


@pytest.mark.parametrize("trouble", STOPPING, ids=str)
def test_a_pause_says_why_and_what_about_the_money(trouble: Trouble) -> None:
    """Without credit: no coins now. With credit: it is still here and can be asked back."""
    without, with_credit = said(paused(trouble.value)), said(paused(trouble.value, credit_cents=150))
    assert without.title.startswith("Máquina en pausa")
    assert (without.money, without.mood) == ("Por ahora no recibe monedas.", "needs")
    assert "$1,50" in with_credit.money


def test_outside_the_hours_the_machine_is_closed_and_not_broken() -> None:
    """A calm word, no alarm, and codes go on being good."""
    told = said(paused("closed"))
    assert (told.title, told.mood) == ("La máquina está cerrada por ahora", "night")
    assert "pausa" not in told.title + told.money + told.who
    assert "Los códigos para reclamar se guardan" in told.who


@pytest.mark.parametrize("refusal", ["sold-out", "closed", "paused"])
def test_a_button_pressed_in_a_pause_is_answered_with_the_pause(refusal: str) -> None:
    """To be told to choose another piece is no help when none can be bought. The machine's own buttons are heard too."""
    notice = with_news(refusal).notice
    assert said(replace(paused("closed"), notice=notice)).title == "La máquina está cerrada por ahora"
    assert said(replace(paused("door-open"), notice=notice)).title == "Máquina en pausa: la puerta está abierta"


def test_books_in_trouble_name_who_looks_at_them() -> None:
    """Only a person ends this one."""
    assert "coordinadora" in said(paused("books")).who


def test_an_empty_shelf_is_good_news_and_a_closed_one_is_a_pause() -> None:
    """Only pieces that were sold are said to be sold."""
    empty = slot_view("A1", "bolso-feria", "rosa", 350, quantity=0)
    jammed = slot_view("A2", "chumpi-rojo", "luz", 200, reason="jammed")
    bare = replace(IDLE, coins_welcome=False, coins_cents=())
    assert said(replace(bare, slots=(empty,))).title == "Hoy se vendió todo"
    assert said(replace(bare, slots=(empty, jammed))).title == "Máquina en pausa"
    assert said(replace(bare, slots=())).title == "Máquina en pausa"


# Change


def test_a_machine_without_change_says_so_before_any_coin() -> None:
    """The first thing read is that the amount must be exact; with coins in, what becomes of the rest."""
    assert said(NO_CHANGE).title == "Toque una prenda y ponga el valor exacto"
    assert "no se puede dar vuelto" in said(NO_CHANGE).money
    assert "con un código" in said(replace(CHOSEN, gives_change=False)).money


def test_coins_that_must_wait_are_no_alarm() -> None:
    """The visit goes on as it was, in the same words; the coins themselves say why."""
    assert said(FEW_COINS) == said(replace(CHOSEN, credit_cents=325, missing_cents=25))


@pytest.mark.parametrize(
    ("credit_cents", "missing_cents", "title"),
    [
        (2_000, 0, "Ya puso bastante: toque una prenda"),
        (347, 3, "Elija otra prenda o toque Devolver"),
        (0, 350, "Por ahora no hay vuelto"),
        (0, 0, "Por ahora no hay vuelto"),
    ],
)
def test_when_no_coin_may_come_in_the_way_on_is_said(credit_cents: int, missing_cents: int, title: str) -> None:
    """At the limit, three cents short without such coins, or before anything when nothing could be given back."""
    view = replace(IDLE, phase="credit" if credit_cents else "idle", credit_cents=credit_cents, coins_cents=())
    view = replace(view, chosen="A1" if missing_cents else None, missing_cents=missing_cents, coins_welcome=False)
    assert said(view).title == title


def test_a_full_cash_box_is_told_with_what_becomes_of_her_money() -> None:
    """Not as a machine without change: it is full, her coins are still hers, and who can empty it is named."""
    full = replace(IDLE, coins_welcome=False, coins_cents=(), lacks=("box-full",))
    assert said(full).title == "La caja de monedas está llena"
    assert (said(full).money, said(full).mood) == ("Por ahora no recibe monedas.", "needs")
    assert "compañera" in said(full).who
    assert "$1,50" in said(replace(full, phase="credit", credit_cents=150)).money


def test_a_box_that_is_only_nearly_full_is_no_visitors_affair() -> None:
    """She reads what she always reads."""
    assert said(replace(IDLE, lacks=("box-filling",))) == said(IDLE)


def test_a_warning_waits_for_no_news() -> None:
    """Fresh news of the same visit is put behind it."""
    assert said(replace(with_news("sold", credit=75), left_ms=14_000)).title == said(LEAVING).title
