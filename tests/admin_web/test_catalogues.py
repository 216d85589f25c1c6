"""The catalogues of words: whole, in step with the pages that speak from them, and in Kichwa only what a source confirms."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from admin_web.kiosk.messages import PAYOUT_DOUBT
from admin_web.words import FALLBACK, LANGUAGES, LOCALES, sources
from controller.domain.catalog import Closed
from controller.domain.cycle import News
from controller.domain.events import Trouble

WEB = LOCALES.parent
WHOLE = ("es", "en")
CONFIRMED = {
    "Alli puncha": "Manual de Kichwa; J. Guamán, laguayacamaja",
    "Alli chishi": "Manual de Kichwa; J. Guamán, laguayacamaja",
    "Alli tuta": "Manual de Kichwa; J. Guamán, laguayacamaja",
    "Imanalla": "J. Guamán, laguayacamaja",
    "Kayakama": "Manual de Kichwa",
    "Kipakama": "Manual de Kichwa",
    "Ari": "J. Guamán, laguayacamaja",
    "Mana": "J. Guamán, laguayacamaja",
    "Mashi": "Manual de Kichwa",
    "Yupaychani": "two sets of words for Ecuador; M. Paza, Yupaychanimi",
    "Tiyan": "J. Guamán, laguayacamaja",
    "Mana tiyanchu": "J. Guamán, laguayacamaja",
}
"""Every Kichwa word that a source confirmed, with the source. What is not here is said in Spanish."""
CODES: dict[str, set[str]] = {
    "news": {*News, PAYOUT_DOUBT, "other"},
    "trouble": {*Trouble, "other"},
    "closed": {*Closed, "other"},
}
"""Sections whose keys are codes of the controller."""
ASKED = re.compile(r"""words\.(say|lang_of|about)\(\s*(["'])([^"']+)\2""")


def catalogue(language: str) -> Catalog:
    """Every message of a language, of whichever room. A key stands in one file only."""
    whole = Catalog()
    for file in sources(language):
        with file.open("rb") as text:
            for message in read_po(text, abort_invalid=True):
                assert not message.id or message.id not in whole, f"{message.id} stands in two files"
                whole[message.id] = message
    return whole


@cache
def messages(language: str) -> dict[str, tuple[str, ...]]:
    """All forms of every message by its key."""
    found = {}
    for message in catalogue(language):
        if message.id:
            key = message.id if isinstance(message.id, str) else message.id[0]
            found[key] = (message.string,) if isinstance(message.string, str) else tuple(message.string)
    return found


def asked() -> Iterator[str]:
    """Every key that a template or a module asks for; `*` stands for what is only known when the page is drawn."""
    for template in sorted(WEB.rglob("*.html")):
        for how, _, key in ASKED.findall(template.read_text()):
            yield key.replace("%s", "*") if how == "say" else f"{key}.**"
    for module in sorted(WEB.rglob("*.py")):
        for call in ast.walk(ast.parse(module.read_text())):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.args:
                if call.func.attr == "say":
                    yield from _keys(call.args[0])
                elif call.func.attr in ("about", "lang_of"):
                    yield from (f"{section}.**" for section in _keys(call.args[0]))


def _keys(argument: ast.expr) -> Iterator[str]:
    match argument:
        case ast.Constant(value=str(key)):
            yield key
        case ast.JoinedStr(values=parts):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in parts)
        case ast.IfExp(body=one, orelse=other):
            yield from (*_keys(one), *_keys(other))


@cache
def literals() -> set[str]:
    """Every string that stands in a module or a template: what a `*` may become."""
    found = {string for page in WEB.rglob("*.html") for string in re.findall(r'"(\w+)"', page.read_text())}
    for module in WEB.rglob("*.py"):
        found |= {str(node.value) for node in ast.walk(ast.parse(module.read_text())) if isinstance(node, ast.Constant)}
    return found


def answers(wish: str, key: str, known: set[str]) -> bool:
    """Whether a message is what a page asks for. A code of `about` may be anything, as it comes from outside."""
    found = _pattern(wish).fullmatch(key)
    return found is not None and all(word in known for word in found.groups())


@cache
def _pattern(wish: str) -> re.Pattern[str]:
    """There are more wishes than Python's own memory of patterns holds."""
    return re.compile(re.escape(wish).replace(r"\*\*", ".+").replace(r"\*", "([^.]+)"))


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize("language", WHOLE)
def test_every_word_that_is_asked_for_exists(language: str) -> None:
    """In Spanish and in English alike: no page can fail for a missing message."""
    known, keys = literals(), messages(language)
    lacking = [wish for wish in asked() if not any(answers(wish, key, known) for key in keys)]
    assert len(list(asked())) > 60
    assert lacking == []


def test_no_word_is_kept_that_nobody_asks_for() -> None:
    """Whoever translates spends no evening on a sentence that no visitor reads."""
    known, wishes = literals(), list(asked())
    assert [key for key in messages(FALLBACK) if not any(answers(wish, key, known) for wish in wishes)] == []


def test_english_says_all_that_spanish_says_and_nothing_else() -> None:
    """Both are whole: the same keys in the same order, so that they can be read side by side."""
    assert list(messages("en")) == list(messages("es"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_fills_in_the_same_values(language: str) -> None:
    """A translation may move an amount in its sentence, but neither lose it nor ask for another; only a counted one may."""
    spanish = messages(FALLBACK)
    for key, forms in messages(language).items():
        assert all(placeholders(form) - {"n"} == placeholders(spanish[key][0]) - {"n"} for form in forms), key
        assert "n" not in placeholders(spanish[key][-1]) or "n" in placeholders(forms[-1]), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_is_well_formed(language: str) -> None:
    """Every message has words, Babel's own checks pass, and nothing is waiting as fuzzy in what we ship."""
    found = catalogue(language)
    assert [message.id for message in found if message.id and (not message.string or message.fuzzy)] == []
    assert [str(error) for _, errors in found.check() for error in errors] == []
    assert str(found.locale_identifier).startswith(f"{language}_")


@pytest.mark.parametrize(("section", "codes"), CODES.items(), ids=CODES)
def test_no_words_stand_for_a_code_that_the_controller_does_not_have(section: str, codes: set[str]) -> None:
    """A code that was renamed leaves no sentence behind."""
    assert {key.split(".")[1] for key in messages(FALLBACK) if key.startswith(f"{section}.")} <= codes


def test_kichwa_holds_only_confirmed_words() -> None:
    """Each is one of the list above, and its source stands beside it in the catalogue. No word is made up."""
    kichwa = [message for message in catalogue("qu") if message.id]
    assert kichwa
    for message in kichwa:
        assert message.string in CONFIRMED, message.id
        author = re.split(r"[;,]", CONFIRMED[str(message.string)])[0]
        assert author in " ".join(message.auto_comments), message.id


def test_the_greeting_is_kichwa_in_every_language() -> None:
    """The machine greets as its makers do."""
    assert {messages(language)["page.greeting"] for language in LANGUAGES} == {("Alli puncha",)}


def test_every_language_can_be_chosen() -> None:
    """A catalogue without a button, or a button without a catalogue, helps nobody."""
    assert sorted(path.name for path in Path(LOCALES).iterdir()) == sorted(LANGUAGES)
