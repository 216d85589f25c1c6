"""The words of the lab's pages: both languages say the same things, and pages ask for nothing that nobody says."""

import re
from pathlib import Path

import pytest

from controller.domain.catalog import Closed
from controller.domain.events import Trouble
from controller.domain.facts import Verdict
from lab.line import Why
from lab.pages import standing
from lab.pages.drawn import HERE
from lab.pages.speech import LANGUAGES, sources, speech

ASKED = re.compile(r"""words\.say\(\s*"([\w.-]+)"(?! ~)(?: if [^"]+? else "([\w.-]+)")?""")
BUILT = re.compile(r"""words\.(?:say|about)\(\s*"([\w-]+)\.?"(?: ~|,)""")
"""A section of the catalogue, of which a code says the rest."""


def keys(language: str, own: bool = False) -> dict[str, list[str]]:
    """Every message with its forms, in the catalogues' order; `own` are those of `lab.po` alone."""
    found: dict[str, list[str]] = {}
    files = [file for file in sources(language) if file.name == "lab.po" or not own]
    for block in re.split(r"\n{2,}", "\n\n".join(file.read_text() for file in files)):
        key = re.search(r'^msgid "([^"]+)"', block, re.MULTILINE)
        if key:
            found[key[1]] = re.findall(r'^msgstr(?:\[\d\])? "(.*)"$', block, re.MULTILINE)
    return found


def asked_for() -> set[str]:
    """Every key that stands in a template as it is."""
    return {key for pair in ASKED.findall(templates()) for key in pair if key}


def templates() -> str:
    return "\n".join(file.read_text() for file in sorted(Path(HERE / "templates").glob("*.html")))


def test_both_languages_say_the_same_things_in_the_same_order() -> None:
    """English lacks nothing and adds nothing."""
    assert list(keys("en")) == list(keys("es"))
    assert len(keys("es")) > 200


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_whole(language: str) -> None:
    """None is empty, and each has the same places to fill in as the Spanish one."""
    spanish = keys("es")
    for key, forms in keys(language).items():
        assert all(forms), key
        assert len(forms) == len(spanish[key]), key
        places = {frozenset(re.findall(r"\{(\w+)\}", form)) for form in forms}
        assert places == {frozenset(re.findall(r"\{(\w+)\}", form)) for form in spanish[key]}, key


def test_every_word_a_page_asks_for_is_there() -> None:
    """Also those that are made of a section and a code."""
    said, asked = keys("es"), asked_for()
    assert len(asked) > 90
    assert asked - set(said) - {section for section in asked if "." not in section} == set()
    sections = {key.partition(".")[0] for key in said}
    assert set(BUILT.findall(templates())) <= sections


def test_nothing_is_said_that_no_page_asks_for() -> None:
    """A message whose page is gone goes too."""
    asked, built = asked_for(), set(BUILT.findall(templates())) | {"age"}
    left = {key for key in keys("es", own=True) if key not in asked and key.partition(".")[0] not in built}
    assert left == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_of_a_machine_has_words(language: str) -> None:
    """Troubles, why a spiral is shut, why facts are refused, what became of a claim, and the verdicts of these pages."""
    words = speech(language)
    codes = {"trouble": Trouble, "shut": Closed, "refused": Why, "verdict-on": Verdict, "verdict": standing.Verdict}
    for section, kind in codes.items():
        for code in kind:
            assert f"{section}.{code}" in keys(language), f"{section}.{code}"
            assert words.about(section, code) if section != "verdict" else words.say(f"{section}.{code}")


def test_ages_are_said_in_their_largest_unit() -> None:
    """As people say them."""
    words = speech()
    hours = [words.ago(ms) for ms in (40_000, 720_000, 47 * 3_600_000, 48 * 3_600_000, 9 * 86_400_000)]
    assert hours == ["40 s", "12 min", "47 h", "2 días", "9 días"]


def test_days_and_moments_are_those_of_the_machines_place() -> None:
    """Ten past nine in the evening in Greenwich is ten past four in Quito."""
    at_ms = 1_795_381_800_000
    assert [speech().at(at_ms), speech("en").at(at_ms, "Europe/Berlin")] == ["22 nov 2026, 16:10", "22 Nov 2026, 22:10"]
    assert [speech().day(20_779), speech().weekday(0)] == ["dom 22 nov", "lun"]
