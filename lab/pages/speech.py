"""The words of the lab's pages: catalogues of their own, Spanish first and English behind a switch; dates, ages, hashes."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, get_day_names
from babel.numbers import format_currency

from admin_web.words import FALLBACK, Tongue, Words, tongue
from lab.model.calendar import ZONE

LOCALES = Path(__file__).parent / "locales"
LANGUAGES: Mapping[str, str] = {"es": "Español", "en": "English"}
_EPOCH = date(1970, 1, 1).toordinal()


class Speech(Words):
    """The words of one language, with dates and ages as the lab's pages say them."""

    def ago(self, ms: int) -> str:
        """How old something is, in its largest unit: `40 s`, `12 min`, `3 h`, `5 días`."""
        return self.say("age.days", n=ms // 86_400_000) if ms >= 2 * 86_400_000 else self.span(ms)

    def at(self, at_ms: int, zone: str = ZONE, short: bool = False) -> str:
        """A moment where the machine stands: `22 nov 2026, 16:10`; `short` leaves out the year."""
        moment = datetime.fromtimestamp(at_ms / 1_000, UTC).astimezone(ZoneInfo(zone))
        return format_datetime(moment, "d MMM, HH:mm" if short else "d MMM y, HH:mm", locale=self.locale)

    def day(self, day: int, whole: bool = False) -> str:
        """A day counted from 1 January 1970: `dom 22 nov`, or with its year `22 nov 2026`."""
        return format_date(date.fromordinal(day + _EPOCH), "d MMM y" if whole else "EEE d MMM", locale=self.locale)

    def scale(self, cents: int) -> str:
        """An amount beside a chart, without cents where there are none: `$600`."""
        whole = format_currency(cents // 100, "USD", "¤#,##0", locale=self.locale, currency_digits=False)
        return self.money(cents) if cents % 100 else whole

    def weekday(self, number: int) -> str:
        """Monday is 0: `lun`."""
        return str(get_day_names("abbreviated", locale=self.locale)[number])


@cache
def speech(language: str = FALLBACK) -> Speech:
    """The words of a language, with Spanish for whatever it lacks. Raises ValueError for an unknown one."""
    return Speech(*(_tongue(name) for name in dict.fromkeys((language, FALLBACK))))


def sources(language: str) -> list[Path]:
    """Where the words of a language are written and corrected."""
    return sorted((LOCALES / language / "LC_MESSAGES").glob("*.po"))


def in_fours(head: str) -> str:
    """A hash as machines and phones show it: 64 signs in groups of four."""
    return " ".join(head[place : place + 4] for place in range(0, len(head), 4))


@cache
def _tongue(language: str) -> Tongue:
    return tongue(*sources(language))
