"""What is shown of a payment without coins: only pictures that are pictures, codes that can be read, and an honest clock."""

import base64
from dataclasses import replace

import pytest
from fake_controller import IDLE
from scenes import ASKED, BY_CARD, LINK, MIXED, PAYING

from admin_web.books import NO_NAMES
from admin_web.kiosk.paying import LINK_CHARS_MAX, PICTURE_CHARS_MAX, Paying, drawn, grouped, paying
from admin_web.words import words
from controller.domain.view import PaymentView, View
from controller.domain.wallet import Offer

PNG = "data:image/png;base64," + base64.b64encode(b"\x89PNG once").decode()


def shown(view: View, age_ms: int = 0) -> Paying:
    told = paying(view, NO_NAMES, words(), age_ms)
    assert told is not None
    return told


def offering(**offer: str) -> View:
    return replace(PAYING, payment=PaymentView("deuna", 350, Offer(**offer), 120_000))


def test_nothing_is_shown_while_nothing_is_waited_for() -> None:
    """The shelf stands there instead."""
    assert paying(IDLE, NO_NAMES, words(), 0) is None


@pytest.mark.parametrize(("view", "kind"), [(ASKED, "wait"), (PAYING, "code"), (BY_CARD, "card")])
def test_each_way_to_pay_has_its_own_look(view: View, kind: str) -> None:
    """Before the provider answers one waits; a wallet shows its code; a reader wants a card."""
    assert shown(view).kind == kind


def test_a_picture_of_the_provider_is_shown_as_it_is() -> None:
    """It goes before a link: we compose nothing where the provider did."""
    told = shown(offering(image=PNG, link=LINK))
    assert (told.picture, told.drawn) == (PNG, "")


@pytest.mark.parametrize(
    "image",
    [
        "https://pagar.example/qr.png",
        "data:text/html;base64,PGI+",
        "data:image/png,raw",
        'data:image/png;base64,AAAA" onerror="alert(1)',
        "data:image/png;base64," + "A" * PICTURE_CHARS_MAX,
    ],
    ids=["another host", "a page", "not base64", "an attribute", "too large"],
)
def test_what_is_no_picture_is_not_put_into_the_page(image: str) -> None:
    """The provider is not trusted either; its link still serves."""
    told = shown(offering(image=image, link=LINK))
    assert told.picture == ""
    assert told.drawn.startswith("<svg")


def test_a_link_too_long_to_be_scanned_is_not_drawn() -> None:
    """A code too fine for a phone would only cost her time; the number still serves."""
    assert drawn("https://pagar.example/" + "x" * LINK_CHARS_MAX) == ""


def test_markup_in_a_link_stays_a_link() -> None:
    """It ends as dots, never as tags."""
    assert "<script" not in drawn('https://pagar.example/"><script>alert(1)</script>')


@pytest.mark.parametrize(("code", "read"), [("482913", "482 913"), ("12", "12"), ("K7X-M4P", "K7X-M4P"), ("", "")])
def test_a_number_is_read_in_threes(code: str, read: str) -> None:
    """As people say it aloud; anything else stays as it came."""
    assert grouped(code) == read


def test_the_screen_states_the_rule_for_coins_that_are_in() -> None:
    """They count, and come back with a cancel; without coins nothing is said."""
    assert "$1,25" in shown(MIXED).coins
    assert shown(PAYING).coins == ""


def test_the_wait_runs_on_between_pictures() -> None:
    """A picture ten seconds old has ten seconds less; after the end nothing is left, and nothing below it."""
    assert shown(PAYING, 10_000).left == words().span(77_000)
    assert shown(PAYING, 10_000).rest == 64
    assert (shown(PAYING, 500_000).rest, shown(PAYING, 500_000).left) == (0, words().span(0))
