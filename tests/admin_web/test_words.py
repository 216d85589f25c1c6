"""Every code the controller can send has its own Spanish words, and money and time are said as people say them."""

import re
import tomllib
from enum import StrEnum

import pytest

from admin_web.kiosk import SAID
from admin_web.messages import PAYOUT_DOUBT
from admin_web.words import LOCALES, Words, words
from controller.domain.catalog import Closed
from controller.domain.cycle import News
from controller.domain.events import Trouble
from controller.domain.money import COINS_CENTS

FILLED = {
    "slot": "A3",
    "piece": "Bolso de feria",
    "money": "$3,50",
    "name": "Rosa",
    "age": "12 s",
    "coins": "5¢",
    "wallet": "Deuna",
    "n": 4,
}
SLOT_STATES = ("chosen", "turning", "sold-out", "closed", "paused")


@pytest.mark.parametrize("code", [*News, PAYOUT_DOUBT], ids=str)
@pytest.mark.parametrize("part", ["title", "money", "who"])
def test_every_news_tells_what_happened_what_about_the_money_and_who_to_ask(code: str, part: str) -> None:
    """No news falls back to the words for codes nobody knows."""
    assert words().say(f"news.{code}.{part}", **FILLED)


@pytest.mark.parametrize("code", Trouble, ids=str)
@pytest.mark.parametrize("part", ["title", "who"])
def test_every_trouble_is_explained(code: StrEnum, part: str) -> None:
    """A machine in pause says why, and who can help."""
    assert words().say(f"trouble.{code}.{part}", **FILLED)


@pytest.mark.parametrize("code", Closed, ids=str)
def test_every_closed_slot_is_explained(code: StrEnum) -> None:
    """A slot that does not sell says why."""
    assert words().say(f"closed.{code}", **FILLED)


def test_every_other_code_of_the_page_has_words() -> None:
    """Slot states, what a button may answer, and each coin's face."""
    paths = [f"status.{state}" for state in SLOT_STATES] + [f"said.{code}.title" for code in SAID]
    paths += [f"said.{code}.money" for code in SAID] + [f"coin.{cents}" for cents in COINS_CENTS]
    assert all(words().say(path) for path in paths)


def test_all_words_can_be_filled_in() -> None:
    """No sentence asks for a value that pages do not give, and none is left empty."""
    table = tomllib.loads((LOCALES / "es.toml").read_text())

    def sentences(part: object) -> list[str]:
        return [part] if isinstance(part, str) else [s for inner in part.values() for s in sentences(inner)]  # type: ignore[attr-defined]

    filled = [sentence.format(**FILLED) for sentence in sentences(table)]
    assert len(filled) > 80
    assert all(re.search(r"\S", sentence) for sentence in filled)


def test_a_code_from_a_newer_controller_gets_the_words_for_others() -> None:
    """An unknown code is said in general words, never as a code or a traceback."""
    assert words().about("news", "eclipse", "title") == words().say("news.other.title")


def test_a_path_without_words_is_a_mistake_of_the_page() -> None:
    """Pages fail in their tests, not by showing a path to a visitor."""
    with pytest.raises(KeyError, match=r"till\.abracadabra"):
        words().say("till.abracadabra")


def test_what_a_language_lacks_is_said_in_spanish() -> None:
    """A half-translated page is readable."""
    spanish = tomllib.loads((LOCALES / "es.toml").read_text())
    kichwa = Words({"lang": "qu-EC", "locale": "qu_EC", "till": {"give_back": "Kutichina"}}, spanish)
    assert (kichwa.lang, kichwa.say("till.give_back"), kichwa.say("till.missing")) == ("qu-EC", "Kutichina", "Faltan")


@pytest.mark.parametrize(("cents", "said"), [(350, "$3,50"), (5, "$0,05"), (123_450, "$1.234,50"), (0, "$0,00")])
def test_money_is_said_as_in_ecuador(cents: int, said: str) -> None:
    """Comma for cents, point for thousands, by the locale data of es_EC."""
    assert words().money(cents) == said


def test_a_coin_nobody_drew_a_face_for_says_its_amount() -> None:
    """A museum may teach its machine a token."""
    assert [words().face(cents) for cents in (25, 100, 200)] == ["25¢", "$1", "$2,00"]


@pytest.mark.parametrize(
    ("ms", "said"), [(0, "0 s"), (12_999, "12 s"), (60_000, "1 min"), (7_200_000, "2 h"), (-5, "0 s")]
)
def test_a_stretch_of_time_is_said_in_whole_units(ms: int, said: str) -> None:
    """Seconds, then minutes, then hours."""
    assert words().span(ms) == said
