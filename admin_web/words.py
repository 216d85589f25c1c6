"""The words of the pages: one file per language, Spanish behind every other.

A word is asked for by its path (`till.give_back`) and filled in. Codes of the controller (`news`, `trouble`, `closed`)
have a row each; one that is not known here yet is answered by the section's `other`, never by a traceback.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from babel.numbers import format_currency

LOCALES = Path(__file__).parent / "locales"
FALLBACK = "es"


class Words:
    """One language. `lang` is for HTML (`es-EC`), `locale` for Babel (`es_EC`)."""

    def __init__(self, *tables: dict[str, Any]) -> None:
        self._tables = tables
        self.lang = self.say("lang")
        self.locale = self.say("locale")

    def say(self, path: str, **values: object) -> str:
        """The words at a path, filled in. Raises KeyError when no language has them."""
        for table in self._tables:
            if isinstance(found := _at(table, path), str):
                return found.format(**values)
        raise KeyError(path)

    def about(self, section: str, code: str, part: str = "", **values: object) -> str:
        """What to say about a code of the controller: its own words, or what is said about any other one."""
        tail = f".{part}" if part else ""
        try:
            return self.say(f"{section}.{code}{tail}", **values)
        except KeyError:
            return self.say(f"{section}.other{tail}", **values)

    def money(self, cents: int) -> str:
        """`$3,50` in Ecuador. Divided by a hundred only here, for the eye."""
        return format_currency(cents / 100, "USD", locale=self.locale)

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


@cache
def words(language: str = FALLBACK) -> Words:
    """The words of a language, with Spanish for whatever it lacks. Raises FileNotFoundError for an unknown one."""
    return Words(*(_table(name) for name in dict.fromkeys((language, FALLBACK))))


def _table(language: str) -> dict[str, Any]:
    return tomllib.loads((LOCALES / f"{language}.toml").read_text(encoding="utf-8"))


def _at(table: dict[str, Any], path: str) -> Any:
    found: Any = table
    for step in path.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return found
