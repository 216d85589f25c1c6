"""One segment: a block's name and its elements, `VA1*4550*2450`; and what elements may be (EVA-DTS 6.2, 2.2 and 2.3).

Elements are counted from 1, as the standard names them: element 2 of `VA1` is its VA102. One that is not there and one that
is empty are the same. Numbers have no point: money is counted in the smallest unit, and ID401 says how small that is.
"""

import re
from contextlib import suppress
from datetime import date, time
from typing import NamedTuple

from .errors import LocalProtocolError, RemoteProtocolError

NAME = re.compile(r"[A-Z][A-Z0-9]{0,11}")
"""Two letters and one or two digits in the standard; makers have longer ones of their own."""
_NUMBER = re.compile(r"-?[0-9]{1,18}")
"""Longer than any number of the standard, and short enough for anybody's arithmetic."""
_DAY = re.compile(r"([0-9]{2}|[0-9]{4})([0-9]{2})([0-9]{2})")
_CLOCK = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{2})?")
_ESCAPE = re.compile(r"\^([0-9A-Fa-f]{2})\^")
_UNSAFE = re.compile(r"[^ -)+-\]_-~]")
"""What may not stand in a text as it is: an asterisk, the escape itself, and whatever is no printable ASCII."""
CENTURY = 80
"""Years of two digits from here on are of the last century: the first DTS was published in 1990."""


class Segment(NamedTuple):
    """`elements` are texts without their escapes, as many as the line has."""

    name: str
    elements: tuple[str, ...] = ()

    def element(self, n: int) -> str:
        """Element `n`, from 1 on; empty when it is not there."""
        return self.elements[n - 1] if 0 < n <= len(self.elements) else ""

    def number(self, n: int) -> int | None:
        """Element `n` as a number without a point (N0, or Nc in the smallest unit); None when it is empty.

        Raises RemoteProtocolError when it is none.
        """
        text = self.element(n).strip(" ")
        if text and not _NUMBER.fullmatch(text):
            raise RemoteProtocolError(f"{self.place(n)} is {text!r}, which is no number")
        return int(text) if text else None

    def day(self, n: int) -> date | None:
        """Element `n` as a date (DT), YYMMDD or YYYYMMDD; None when it is empty. Raises RemoteProtocolError."""
        text = self.element(n).strip(" ")
        if found := _DAY.fullmatch(text):
            with suppress(ValueError):
                return date(_year(found[1]), int(found[2]), int(found[3]))
        return self._empty(n, text, "date")

    def clock(self, n: int) -> time | None:
        """Element `n` as a time of day (TM), HHMM or HHMMSS; None when it is empty. Raises RemoteProtocolError."""
        text = self.element(n).strip(" ")
        if found := _CLOCK.fullmatch(text):
            with suppress(ValueError):
                return time(int(found[1]), int(found[2]), int(found[3] or 0))
        return self._empty(n, text, "time of day")

    def _empty(self, n: int, text: str, kind: str) -> None:
        if text:
            raise RemoteProtocolError(f"{self.place(n)} is {text!r}, which is no {kind}")

    def place(self, n: int) -> str:
        """The standard's name of element `n`: `VA102`."""
        return f"{self.name}{n:02d}"


def _year(digits: str) -> int:
    if len(digits) == 4:
        return int(digits)
    return (1900 if int(digits) >= CENTURY else 2000) + int(digits)


def segment(name: str, *elements: str | int | None) -> Segment:
    """A segment to be written; None and the empty text are an element that is not available."""
    return Segment(name, tuple("" if element is None else str(element) for element in elements))


# As a line of the file


def line(of: Segment) -> str:
    """The segment as it stands in a file, without the line's end. Raises LocalProtocolError."""
    if not NAME.fullmatch(of.name):
        raise LocalProtocolError(f"{of.name!r} is no name of a segment: they are like VA1 and CA10")
    return "*".join((of.name, *map(escaped, of.elements)))


def read_line(text: str) -> Segment | None:
    """The segment that a line is, or None when it begins with no name of one. Raises nothing."""
    name, *elements = text.split("*")
    return Segment(name, tuple(map(unescaped, elements))) if NAME.fullmatch(name) else None


def escaped(text: str) -> str:
    """A text as an element may have it: whatever is no printable ASCII as its code, `ñ` as `^F1^`.

    The standard knows codes up to FF and says of no letter which it has; these are those of ISO 8859-1, as Unicode has
    them. Raises LocalProtocolError for a character beyond.
    """
    if stranger := next((character for character in text if ord(character) > 0xFF), None):
        raise LocalProtocolError(f"{stranger!r} has no code in an audit file: only the first 256 characters have one")
    return _UNSAFE.sub(lambda found: f"^{ord(found[0]):02X}^", text)


def unescaped(text: str) -> str:
    """An element's text: `^2A^` is an asterisk. A `^` that begins no code stays what it is."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
