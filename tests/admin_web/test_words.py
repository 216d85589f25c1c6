"""Every code the controller can send has words of its own in Spanish and English; money and time are said as people do."""

import re
from enum import StrEnum
from pathlib import Path

import pytest

from admin_web.kiosk.messages import PAYOUT_DOUBT
from admin_web.kiosk.page import SAID
from admin_web.words import FALLBACK, LANGUAGES, Words, sources, tongue, words
from controller.domain.catalog import Closed
from controller.domain.cycle import News
from controller.domain.events import Trouble
from controller.domain.money import COINS_CENTS

PLACES = {name for file in sources(FALLBACK) for name in re.findall(r"\{(\w+)\}", file.read_text())}
FILLED = dict.fromkeys(PLACES, "Rosa") | {"n": 4}
"""Something for every place that a Spanish message leaves open."""
SLOT_STATES = ("chosen", "turning", "sold-out", "closed", "paused")
LACKING = """
msgid ""
msgstr "Language: qu_EC\\nContent-Type: text/plain; charset=utf-8\\nPlural-Forms: nplurals=1; plural=0;\\n"

msgid "status.sold-out"
msgstr "Mana tiyanchu"

#, fuzzy
msgid "till.give_back"
msgstr "Kutichina"

msgid "till.missing"
msgstr ""
"""
COUNTING = """
msgid ""
msgstr "Language: es_EC\\nContent-Type: text/plain; charset=utf-8\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "sewn"
msgid_plural "sewn"
msgstr[0] "{n} hora de costura"
msgstr[1] "{n} horas de costura"
"""


def all_keys(language: str) -> frozenset[str]:
    return tongue(*sources(language)).keys


@pytest.mark.parametrize("code", [*News, PAYOUT_DOUBT], ids=str)
@pytest.mark.parametrize("part", ["title", "money", "who"])
def test_every_news_tells_what_happened_what_about_the_money_and_who_to_ask(code: str, part: str) -> None:
    """No news falls back to the words for codes nobody knows."""
    assert all(words(language).say(f"news.{code}.{part}", **FILLED) for language in LANGUAGES)


@pytest.mark.parametrize("code", Trouble, ids=str)
@pytest.mark.parametrize("part", ["title", "who"])
def test_every_trouble_is_explained(code: StrEnum, part: str) -> None:
    """A machine in pause says why, and who can help."""
    assert all(words(language).say(f"trouble.{code}.{part}", **FILLED) for language in LANGUAGES)


@pytest.mark.parametrize("code", Closed, ids=str)
def test_every_closed_slot_is_explained(code: StrEnum) -> None:
    """A slot that does not sell says why."""
    assert all(words(language).say(f"closed.{code}", **FILLED) for language in LANGUAGES)


def test_every_other_code_of_the_page_has_words() -> None:
    """Slot states, what a button may answer, and each coin's face."""
    keys = [f"status.{state}" for state in SLOT_STATES] + [f"said.{code}.title" for code in SAID]
    keys += [f"said.{code}.money" for code in SAID] + [f"coin.{cents}" for cents in COINS_CENTS]
    assert all(words(language).say(key) for key in keys for language in LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_words_can_be_filled_in(language: str) -> None:
    """No sentence asks for a value that pages do not give, and none is left empty."""
    filled = [words(language).say(key, **FILLED) for key in all_keys(FALLBACK)]
    assert len(filled) > 200
    assert all(said.strip() and "{" not in said for said in filled)


def test_a_code_from_a_newer_controller_gets_the_words_for_others() -> None:
    """An unknown code is said in general words, never as a code or a traceback."""
    assert words().about("news", "eclipse", "title") == words().say("news.other.title")


def test_a_path_without_words_is_a_mistake_of_the_page() -> None:
    """Pages fail in their tests, not by showing a path to a visitor."""
    with pytest.raises(KeyError, match=r"till\.abracadabra"):
        words().say("till.abracadabra")


def test_what_a_language_lacks_is_said_in_spanish(tmp_path: Path) -> None:
    """A half-translated page is readable, and says of each of its words which language it is in."""
    (tmp_path / "lacking.po").write_text(LACKING)
    kichwa = Words(tongue(tmp_path / "lacking.po"), tongue(*sources("es")))
    assert [kichwa.say("status.sold-out"), kichwa.say("till.missing")] == ["Mana tiyanchu", "Faltan"]
    assert [kichwa.lang_of("status", "sold-out"), kichwa.lang_of("status", "closed")] == ["qu-EC", "es-EC"]
    assert (kichwa.lang, kichwa.mostly) == ("qu-EC", "es-EC")


def test_a_word_that_waits_for_a_speaker_is_not_said(tmp_path: Path) -> None:
    """What a translator marked fuzzy stays in its catalogue and off the page."""
    (tmp_path / "lacking.po").write_text(LACKING)
    assert Words(tongue(tmp_path / "lacking.po"), tongue(*sources("es"))).say("till.give_back") == "Devolver"


def test_one_and_many_have_words_of_their_own(tmp_path: Path) -> None:
    """The number chooses the form and is filled in."""
    (tmp_path / "counting.po").write_text(COUNTING)
    spanish = Words(tongue(tmp_path / "counting.po"))
    assert [spanish.say("sewn", n=n) for n in (1, 7)] == ["1 hora de costura", "7 horas de costura"]


def test_a_whole_language_is_in_one_tongue() -> None:
    """English needs no Spanish, so its page is marked as English throughout."""
    assert [(words(language).lang, words(language).mostly) for language in LANGUAGES] == [
        ("es-EC", "es-EC"),
        ("en-US", "en-US"),
        ("qu-EC", "es-EC"),
    ]


@pytest.mark.parametrize(("cents", "said"), [(350, "$3,50"), (5, "$0,05"), (123_450, "$1.234,50"), (0, "$0,00")])
def test_money_is_said_as_in_ecuador(cents: int, said: str) -> None:
    """Comma for cents, point for thousands, by the locale data of es_EC."""
    assert words().money(cents) == said


@pytest.mark.parametrize(("language", "said"), [("es", "$1.234,50"), ("en", "$1,234.50"), ("qu", "$\xa01,234.50")])
def test_money_is_said_by_each_language_in_its_own_way(language: str, said: str) -> None:
    """By the locale data (CLDR) of es_EC, en_US and qu_EC."""
    assert words(language).money(123_450) == said


@pytest.mark.parametrize(("language", "said"), [("es", "12.480"), ("en", "12,480")])
def test_large_numbers_have_their_separators(language: str, said: str) -> None:
    """Point in Ecuador, comma in the United States."""
    assert words(language).number(12_480) == said


def test_a_coin_nobody_drew_a_face_for_says_its_amount() -> None:
    """A museum may teach its machine a token."""
    assert [words().face(cents) for cents in (25, 100, 200)] == ["25¢", "$1", "$2,00"]


@pytest.mark.parametrize(
    ("ms", "said"), [(0, "0 s"), (12_999, "12 s"), (60_000, "1 min"), (7_200_000, "2 h"), (-5, "0 s")]
)
def test_a_stretch_of_time_is_said_in_whole_units(ms: int, said: str) -> None:
    """Seconds, then minutes, then hours."""
    assert words().span(ms) == said
