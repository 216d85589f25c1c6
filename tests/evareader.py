"""A second reader of EVA-DTS files, written from the standard alone: it shares no line with the product.

Its check divides polynomials bit by bit, the highest power first, over bytes that are turned around before and after. It
knows nothing of leniency: what is not exactly as the standard has it is an AssertionError.
"""

import re
from collections.abc import Sequence

SEGMENT = re.compile(rb"([A-Z][A-Z0-9]{1,3})((?:\*[\x20-\x29\x2b-\x7e]*)*)\r\n")


def crc(data: bytes) -> str:
    """The remainder of the data, with sixteen zeros behind it, by x^16 + x^15 + x^2 + 1."""
    bits = "".join(f"{byte:08b}"[::-1] for byte in data) + "0" * 16
    rest = 0
    for bit in bits:
        rest = rest << 1 | int(bit)
        if rest >> 16:
            rest ^= 0b1_1000_0000_0000_0101
    return f"{int(f'{rest:016b}'[::-1], 2):04X}"


def read(data: bytes) -> list[list[str]]:
    """The segments, as lists of texts, of a file that is right in every respect."""
    segments, at = [], 0
    while at < len(data):
        found = SEGMENT.match(data, at)
        assert found, data[at : at + 40]
        name, rest = found.groups()
        segments.append([name.decode(), *map(text, rest.decode().split("*")[1:])])
        at = found.end()
    _prove(data, segments)
    return segments


def text(element: str) -> str:
    pieces = element.split("^")
    assert len(pieces) % 2, f"{element!r} has half an escape"
    return "".join(chr(int(piece, 16)) if n % 2 else piece for n, piece in enumerate(pieces))


def _prove(data: bytes, segments: Sequence[list[str]]) -> None:
    names = [each[0] for each in segments]
    assert names[:2] == ["DXS", "ST"]
    assert names[-3:] == ["G85", "SE", "DXE"]
    assert names.count("G85") == names.count("ST") == 1
    assert re.fullmatch(r"[A-Z0-9]{3}[0-9]{7}", segments[0][1])
    assert segments[0][2:] == ["VA", "V0/6", "1"]
    assert segments[1][1:] == ["001", "0001"]
    assert segments[-2][1:] == [str(len(segments) - 2), "0001"]
    assert segments[-1][1:] == ["1", "1"]
    start, end = data.index(b"ST*"), data.index(b"G85*")
    assert segments[-3][1] == crc(data[start:end])


def block(segments: Sequence[list[str]], name: str) -> list[int | str | None]:
    """The elements of the one block of that name: numbers where they are numbers, None where there is nothing."""
    (found,) = (each[1:] for each in segments if each[0] == name)
    return [int(each) if each.isdecimal() else each or None for each in found]


def blocks(segments: Sequence[list[str]], name: str) -> list[list[str]]:
    """The elements of every block of that name."""
    return [each[1:] for each in segments if each[0] == name]
