"""The frame of a payload: objects after each other, each a two-digit ID, a two-digit length and that many characters.

Lengths count Unicode code points (EMV QRCPS-MPM 1.0, 4.4.1.1). Some writers count bytes or UTF-16 units; so whoever
cuts may say how wide a character is. The CRC is over the bytes of the text in UTF-8 (4.7.3).
"""

import binascii
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from .errors import RemoteProtocolError

CRC_ID = "63"
CRC_START = CRC_ID + "04"
VALUE_CHARS_MAX = 99
TWO_DIGITS = re.compile(r"[0-9]{2}")
"""ASCII only: `isdigit` and `\\d` would let the digits of thirty other scripts in."""

Width = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Object:
    """One object. `objects` is what stands in its value when it truly is a template, else empty."""

    id: str
    value: str
    objects: tuple["Object", ...] = ()


class Piece(NamedTuple):
    """An object as it was cut from a text: its value begins at `at` and ends before `end`."""

    id: str
    value: str
    at: int
    end: int


def one(_: str) -> int:
    """The width the standard gives to every character."""
    return 1


def utf8_bytes(character: str) -> int:
    return len(utf8(character))


def utf16_units(character: str) -> int:
    return 2 if character > "\uffff" else 1


def cut(text: str, width: Width = one) -> Iterator[Piece]:
    """The objects of `text` in their order, without looking into templates.

    Raises RemoteProtocolError at the first character that cannot be.
    """
    at = 0
    while at < len(text):
        piece = _piece(text, at, width)
        yield piece
        at = piece.end


def _piece(text: str, at: int, width: Width) -> Piece:
    name, size = text[at : at + 2], text[at + 2 : at + 4]
    if not TWO_DIGITS.fullmatch(name):
        raise RemoteProtocolError(f"character {at + 1}: {name!r} is no ID, which is two digits")
    if not TWO_DIGITS.fullmatch(size):
        raise RemoteProtocolError(f"character {at + 3}: {size!r} is no length of object {name}, which is two digits")
    start = at + 4
    end = _end(text, start, int(size), width)
    if end is None:
        raise RemoteProtocolError(
            f"character {start + 1}: object {name} wants {int(size)} characters, only {len(text) - start} are left"
        )
    return Piece(name, text[start:end], start, end)


def _end(text: str, start: int, wanted: int, width: Width) -> int | None:
    """Where a value of that length ends; None when there is too little text, or the end is inside a character."""
    if width is one or text[start : start + wanted].isascii():
        return start + wanted if start + wanted <= len(text) else None
    end = start
    while wanted > 0 and end < len(text):
        wanted -= width(text[end])
        end += 1
    return None if wanted else end


def join(objects: Iterable[Object]) -> str:
    """The objects as a text. Their values are what counts: a template's must have been joined before."""
    return "".join(f"{each.id}{len(each.value):02d}{each.value}" for each in objects)


def crc(covered: str) -> str:
    """Four upper-case hex digits over everything before them, `6304` included: polynomial 1021, start FFFF (4.7.3)."""
    return f"{binascii.crc_hqx(utf8(covered), 0xFFFF):04X}"


def utf8(text: str) -> bytes:
    """The bytes of a text. What Python could not decode goes back to the bytes it was, so that any text has some."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
