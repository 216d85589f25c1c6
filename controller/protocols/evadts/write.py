"""The strict writer: segments in their envelope, with the check over them, ready to be saved or sent."""

import re
from collections.abc import Iterable

from .check import g85
from .errors import LocalProtocolError
from .read import FILE_BYTES_MAX, NEW_VERSION, SEGMENT_BYTES_MAX
from .segment import Segment, line, segment

ENVELOPE = frozenset({"DXS", "ST", "G85", "SE", "DXE"})
SET_NUMBER = "0001"
"""One set in one file, as a machine sends it (2.4.2)."""
_SENDER = re.compile(r"[A-Z0-9]{3}[0-9]{7}")


def compose(segments: Iterable[Segment], sender: str) -> bytes:
    """A whole file of version 6 from its data segments, without the envelope: DXS and ST, G85, SE and DXE are made here.

    `sender` is who it comes from: three letters of the maker and seven digits (DXS01). Raises LocalProtocolError.
    """
    data = list(segments)
    if not _SENDER.fullmatch(sender):
        raise LocalProtocolError(f"{sender!r} is no sender: it is three letters of the maker and seven digits")
    if given := sorted(ENVELOPE.intersection(each.name for each in data)):
        raise LocalProtocolError(f"the envelope is made here: {', '.join(given)} cannot be given")
    covered = _lines(segment("ST", "001", SET_NUMBER), *data)
    head = _lines(segment("DXS", sender, "VA", NEW_VERSION, 1))
    tail = _lines(
        segment("G85", g85(covered)), segment("SE", len(data) + 3, SET_NUMBER), segment("DXE", 1, 1)
    )  # ST, G85 and SE are counted too
    file = head + covered + tail
    if len(file) > FILE_BYTES_MAX:
        raise LocalProtocolError(f"the file would have {len(file)} bytes: an audit file has at most {FILE_BYTES_MAX}")
    return file


def _lines(*segments: Segment) -> bytes:
    lines = [line(each) for each in segments]
    if long := next((each for each in lines if len(each) > SEGMENT_BYTES_MAX), None):
        raise LocalProtocolError(f"{long[:20]}... has more than {SEGMENT_BYTES_MAX} bytes")
    return "".join(f"{each}\r\n" for each in lines).encode("ascii")
