"""The lenient reader: what has the form of an audit file is read, and what is odd about it is told in warnings.

Real files are saved with other line ends, lose their last lines on the way, and count their segments wrongly under a good
check. So only what cannot be an audit file at all is an error; everything is bounded, because files come from strangers.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .auditfile import AuditFile
from .check import g85, swapped
from .errors import RemoteProtocolError
from .segment import Segment, read_line

FILE_BYTES_MAX = 1_000_000
"""Real files have a few thousand."""
SEGMENT_BYTES_MAX = 4_000
SEGMENTS_MAX = 20_000
WARNINGS_MAX = 40
SHOWN = 30
"""So many characters of a strange line stand in its warning."""
_LINE_END = re.compile(rb"\r\n|\r|\n")
_NO_TEXT = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_CHECK = re.compile(r"[0-9A-F]{4}")
NEW_VERSION = "V0/6"
"""Of everything since DTS 6.0 (2.4.1, note 3)."""


class _Line(NamedTuple):
    """A line that is not empty: its number from 1 on, its bytes, and the segment it is, if it is one."""

    number: int
    raw: bytes
    segment: Segment | None

    @property
    def name(self) -> str:
        return self.segment.name if self.segment else ""


def parse(data: bytes) -> AuditFile:
    """The audit file that these bytes are, with any line ends.

    Raises RemoteProtocolError for what is none: binary, longer than any, or without both DXS and ST. Takes time linear to
    the size, and nothing of it is believed: a good check proves no meaning.
    """
    lines = list(_lines(data))
    if not any(line.name in ("DXS", "ST") for line in lines):
        raise RemoteProtocolError("no line begins with DXS or ST, so it is no audit file")
    said, found = _checks(lines)
    version = next((line.segment.element(3) for line in lines if line.segment and line.name == "DXS"), "")
    verdict = _verdict(said, found, version)
    warnings = list(dict.fromkeys([*_strange(lines), *verdict.warnings, *_envelope(lines)]))
    if len(warnings) > WARNINGS_MAX:
        warnings[WARNINGS_MAX - 1 :] = [f"and {len(warnings) - WARNINGS_MAX + 1} more"]
    segments = tuple(line.segment for line in lines if line.segment)
    return AuditFile(segments, said, found, verdict.ok, tuple(warnings))


def _lines(data: bytes) -> Iterator[_Line]:
    if len(data) > FILE_BYTES_MAX:
        raise RemoteProtocolError(f"it has more than {FILE_BYTES_MAX} bytes: no audit file is so long")
    if binary := _NO_TEXT.search(data):
        raise RemoteProtocolError(f"byte {binary.start() + 1} is {binary[0].hex().upper()}: it is binary, no text")
    lines = _LINE_END.split(data.removeprefix(_BYTE_ORDER_MARK))
    if len(lines) > SEGMENTS_MAX:
        raise RemoteProtocolError(f"it has more than {SEGMENTS_MAX} lines: no audit file is so long")
    for number, raw in enumerate(lines, start=1):
        if len(raw) > SEGMENT_BYTES_MAX:
            raise RemoteProtocolError(f"line {number} has more than {SEGMENT_BYTES_MAX} bytes: no segment is so long")
        if raw.strip():
            yield _Line(number, raw, read_line(_text(raw)))


def _text(raw: bytes) -> str:
    """Only ASCII is allowed, and accents are seen all the same, in one of these."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _strange(lines: Sequence[_Line]) -> Iterator[str]:
    for line in lines:
        if line.segment is None:
            yield f"line {line.number} is no segment: {_text(line.raw)[:SHOWN]!r}"
        if not line.raw.isascii():
            yield f"line {line.number} has bytes that are no ASCII"


# The check


class _Verdict(NamedTuple):
    ok: bool | None
    warnings: tuple[str, ...] = ()


def _checks(lines: Sequence[_Line]) -> tuple[str | None, str | None]:
    """What G85 says, and what it should say: over the lines from ST on, each with CR and LF whatever it was saved with."""
    start = next((at for at, line in enumerate(lines) if line.name == "ST"), None)
    if start is None:
        return next((line.segment.element(1) for line in lines if line.segment and line.name == "G85"), None), None
    for end in range(start, len(lines)):
        check = lines[end].segment
        if check and check.name == "G85":
            return check.element(1), g85(b"".join(line.raw + b"\r\n" for line in lines[start:end]))
        if check and check.name == "SE":
            break
    return None, None


def _verdict(said: str | None, found: str | None, version: str) -> _Verdict:
    if said is None:
        return _Verdict(None, ("there is no G85: nothing proves that the file is whole",))
    if found is None:
        return _Verdict(None, ("there is no ST before G85: nobody can say what it is the check of",))
    if (digits := said.upper()) == found:
        return _Verdict(True)
    if not _CHECK.fullmatch(digits):
        return _Verdict(False, (f"G85 is {said[:SHOWN]!r}, which is no check: it has four hex digits",))
    if digits == swapped(found) and version != NEW_VERSION:
        return _Verdict(True, ("G85 has its bytes swapped, as gear from before version 6.0 may have",))
    return _Verdict(False, (f"G85 says {digits} and the data have {found}: the file was changed, or damaged",))


# The envelope


def _envelope(lines: Sequence[_Line]) -> Iterator[str]:
    at: dict[str, list[int]] = {name: [] for name in ("DXS", "ST", "SE", "DXE")}
    for index, line in enumerate(lines):
        if line.name in at:
            at[line.name].append(index)
    for name, places in at.items():
        if not places:
            yield f"there is no {name}" + (": the end is missing" if name == "DXE" else "")
    if len(at["ST"]) > 1:
        yield f"there are {len(at['ST'])} transaction sets: only the first one's check was looked at"
    if at["DXS"] and at["DXS"][0]:
        yield f"{at['DXS'][0]} lines stand before DXS"
    if at["DXE"] and at["DXE"][0] + 1 < len(lines) and len(at["DXS"]) <= 1:
        yield "there is more after DXE"
    if at["ST"] and at["SE"]:
        yield from _trailer(lines, at["ST"][0], at["SE"][0])


def _trailer(lines: Sequence[_Line], start: int, end: int) -> Iterator[str]:
    first, last = lines[start].segment, lines[end].segment
    assert first is not None
    assert last is not None
    many = str(sum(line.segment is not None for line in lines[start : end + 1]))
    said = last.element(1)
    if (said.lstrip("0") or "0") != many:
        yield f"SE says {said[:SHOWN]!r} segments and there are {many} from ST to SE"
    if last.element(2) != first.element(2):
        yield f"ST is number {first.element(2)[:SHOWN]!r} and SE is number {last.element(2)[:SHOWN]!r}"
