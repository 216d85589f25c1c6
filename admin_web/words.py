"""The words of the pages: gettext catalogues in each language, Spanish behind every other.

A word is asked for by its key (`till.give_back`) and filled in. Codes of the controller (`news`, `trouble`, `closed`)
have a key each; one that is not known here yet is answered by the section's `other`, never by a traceback. Catalogues
are read once, from their sources: there is nothing to compile, and nothing compiled to forget.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal
from babel.support import Translations

LOCALES = Path(__file__).parent / "locales"
FALLBACK = "es"
LANGUAGES: Mapping[str, str] = {"es": "Español", "en": "English", "qu": "Kichwa"}
"""Each under its own name. CLDR knows `qu_EC` and not `qug`, and calls it Runasimi; here people say Kichwa."""


@dataclass(frozen=True)
class Tongue:
    """What one catalogue says. `locale` is for Babel (`es_EC`); `counting` are the keys with forms for one and for many."""

    locale: str
    keys: frozenset[str]
    counting: frozenset[str]
    translations: Translations

    @property
    def lang(self) -> str:
        """For HTML: `es-EC` (BCP 47)."""
        return self.locale.replace("_", "-")

    def say(self, key: str, n: object) -> str:
        if key in self.counting and isinstance(n, int):
            return self.translations.ngettext(key, key, n)
        return self.translations.gettext(key)


class Words:
    """One language over its fallbacks. `lang` is the language chosen, `mostly` the one that most of its pages are in."""

    def __init__(self, *tongues: Tongue) -> None:
        self._tongues = tongues
        own, last = tongues[0], tongues[-1]
        self.locale, self.lang = own.locale, own.lang
        self.mostly = own.lang if own.keys >= last.keys else last.lang

    def say(self, key: str, **values: object) -> str:
        """The words of a key, filled in; `n` also chooses between one and many. Raises KeyError when no language has them."""
        return self._tongue(key).say(key, values.get("n")).format(**values)

    def about(self, section: str, code: str, part: str = "", **values: object) -> str:
        """What to say about a code of the controller: its own words, or what is said about any other one."""
        return self.say(self._about(section, code, part), **values)

    def lang_of(self, section: str, code: str, part: str = "") -> str:
        """In which language `about` says it: for `lang=`, where a page mixes two (WCAG 2.2, 3.1.2)."""
        return self._tongue(self._about(section, code, part)).lang

    def money(self, cents: int) -> str:
        """`$3,50` in Ecuador. Divided by a hundred only here, for the eye."""
        return format_currency(cents / 100, "USD", locale=self.locale)

    def number(self, number: int) -> str:
        """`1.234` in Ecuador."""
        return format_decimal(number, locale=self.locale)

    def face(self, cents: int) -> str:
        """What stands on a coin: `25¢`, `$1`."""
        return self.about("coin", str(cents), money=self.money(cents))

    def span(self, ms: int) -> str:
        """A stretch of time as people say it: `12 s`, `3 min`, `2 h`; whole units, rounded down."""
        seconds = max(0, ms) // 1_000
        if seconds < 60:
            return self.say("age.seconds", n=seconds)
        if seconds < 3_600:
            return self.say("age.minutes", n=seconds // 60)
        return self.say("age.hours", n=seconds // 3_600)

    def _about(self, section: str, code: str, part: str) -> str:
        tail = f".{part}" if part else ""
        own = f"{section}.{code}{tail}"
        return own if any(own in tongue.keys for tongue in self._tongues) else f"{section}.other{tail}"

    def _tongue(self, key: str) -> Tongue:
        for tongue in self._tongues:
            if key in tongue.keys:
                return tongue
        raise KeyError(key)


@cache
def words(language: str = FALLBACK) -> Words:
    """The words of a language, with Spanish for whatever it lacks. Raises ValueError for an unknown one."""
    return Words(*(tongue(*sources(name)) for name in dict.fromkeys((language, FALLBACK))))


def sources(language: str) -> list[Path]:
    """Where the words of a language are written and corrected: `minga.po` for the screen, others for other rooms."""
    return sorted((LOCALES / language / "LC_MESSAGES").glob("*.po"))


def tongue(*files: Path) -> Tongue:
    """Read catalogues as one. A message that is empty or marked fuzzy is not said: nobody has agreed to it yet."""
    first, *others = (_read(file) for file in files)
    for message in (message for other in others for message in other if message.id):
        first[message.id] = message
    compiled = BytesIO()
    write_mo(compiled, first)
    compiled.seek(0)
    agreed = [message for message in first if message.id and message.string and not message.fuzzy]
    counting = frozenset(_key(message) for message in agreed if message.pluralizable)
    assert first.locale_identifier, f"{files[0]} has no Language in its header"
    return Tongue(first.locale_identifier, frozenset(map(_key, agreed)), counting, Translations(compiled))


def _read(file: Path) -> Catalog:
    with file.open("rb") as text:
        return read_po(text, abort_invalid=True)


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]
