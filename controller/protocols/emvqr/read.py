"""The lenient reader: whatever has whole objects is read, and what is odd about it is told in flags.

Real payloads leave out mandatory objects, put no template where one belongs, and count lengths in bytes, all with a good
CRC. So nothing but a broken frame is an error, and no flag says that a payload is honest: a good CRC proves no meaning.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .amount import DOLLARS, cents
from .errors import RemoteProtocolError
from .frame import CRC_ID, CRC_START, Object, Piece, Width, crc, cut, one, utf8_bytes, utf16_units
from .rules import findings, too_long
from .tables import ROOT, Template

WIDTHS: tuple[tuple[str | None, Width], ...] = (
    (None, one),
    ("length-in-bytes", utf8_bytes),
    ("length-in-utf16", utf16_units),
)
"""How lengths may be counted, the right way first, each with the flag it gets."""
HEX = frozenset("0123456789ABCDEFabcdef")


@dataclass(frozen=True, slots=True)
class Code:
    """What a payload says. `crc_ok`: its last object is 63, nothing follows, and it fits all that stands before it."""

    objects: tuple[Object, ...]
    crc_ok: bool
    flags: tuple[str, ...]

    def value(self, *path: str) -> str | None:
        """The value at this path of IDs, exactly as in the payload: `value("62", "05")` is the reference."""
        objects, found = self.objects, None
        for name in path:
            found = next((each for each in objects if each.id == name), None)
            if found is None:
                return None
            objects = found.objects
        return found.value if found else None

    @property
    def amount_cents(self) -> int | None:
        """US cents to pay; None when the payer types them, in another currency, or when 54 is no amount of whole cents."""
        amount = self.value("54")
        return cents(amount) if amount is not None and self.value("53") == DOLLARS else None


def read(text: str) -> Code:
    """The payload `text`, without anything around it.

    Lengths are counted in code points; only if that fails, or its CRC does not fit, in another way that does.
    Raises RemoteProtocolError, naming the character, when the frame is broken; nothing else, in time linear to `text`.
    """
    if not text:
        raise RemoteProtocolError("the payload is empty")
    readings: list[Code] = []
    broken: RemoteProtocolError | None = None
    for flag, width in WIDTHS[:1] if text.isascii() else WIDTHS:
        try:
            readings.append(_read(text, width, flag))
        except RemoteProtocolError as error:
            broken = broken or error
    if broken and not readings:
        raise broken
    return next((each for each in readings if each.crc_ok), readings[0])


def _read(text: str, width: Width, counted: str | None) -> Code:
    pieces, rest = _root(text, width)
    crc_ok, crc_flags = _proof(text, pieces)
    objects = tuple(_object(piece, ROOT, width) for piece in pieces)
    flags = [
        *([counted] if counted else ()),
        *_layout(text, pieces, rest),
        *crc_flags,
        *(finding.flag for finding in findings(objects)),
    ]
    return Code(objects, crc_ok, tuple(dict.fromkeys(flags)))


def _root(text: str, width: Width) -> tuple[list[Piece], str]:
    """The root's objects, and what follows the CRC and is none. A CRC that the text's end cuts short is an object too."""
    pieces: list[Piece] = []
    try:
        for piece in cut(text, width):
            pieces.append(piece)
    except RemoteProtocolError:
        end = pieces[-1].end if pieces else 0
        rest = text[end:]
        if rest.startswith(CRC_START):
            return [*pieces, Piece(CRC_ID, text[end + 4 :], end + 4, len(text))], ""
        if all(piece.id != CRC_ID for piece in pieces):
            raise
        return pieces, rest
    return pieces, ""


def _layout(text: str, pieces: Sequence[Piece], rest: str) -> Iterator[str]:
    if rest:
        yield "trailing-bytes"
    if too_long(text):
        yield "too-long"
    if pieces[0].id != "00":
        yield "00-not-first"
    if pieces[-1].id != CRC_ID and any(piece.id == CRC_ID for piece in pieces):
        yield "63-not-last"


def _proof(text: str, pieces: Sequence[Piece]) -> tuple[bool, list[str]]:
    """Whether the CRC vouches for the whole payload, and what is odd about it."""
    last = next((piece for piece in reversed(pieces) if piece.id == CRC_ID), None)
    if last is None:
        return False, ["no-63"]
    if len(last.value) < 4:
        return False, ["crc-short"]
    fits = HEX.issuperset(last.value) and last.value.upper() == crc(text[: last.at])
    flags = ["crc-wrong"] if not fits else [] if last.value == last.value.upper() else ["crc-lower-case"]
    return fits and last.end == len(text), flags


def _object(piece: Piece, template: Template, width: Width) -> Object:
    field = template.fields.get(piece.id)
    inner = field.template if field else None
    return Object(piece.id, piece.value, _inside(piece.value, inner, width) if inner else ())


def _inside(value: str, template: Template, width: Width) -> tuple[Object, ...]:
    """What stands in a template's value; nothing when it is none: not whole objects, or not the 00 that it must have."""
    try:
        pieces = list(cut(value, width))
    except RemoteProtocolError:
        return ()
    if "00" in template.mandatory and not any(piece.id == "00" and piece.value for piece in pieces):
        return ()
    return tuple(_object(piece, template, width) for piece in pieces)
