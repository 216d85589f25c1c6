"""The one table of messages: sound in itself, the same on both ends, and told in PROTOCOL.md as it is."""

import re
import struct
from pathlib import Path
from typing import Any

import pytest

from controller.protocols import board
from controller.protocols.board import happenings, orders, settings
from firmware import messages, wire

PAGE = (Path(messages.__file__).parent / "PROTOCOL.md").read_text()
NAMED: list[tuple[int, Any]] = [
    *((code, body) for body, code in settings.SECTIONS.items()),
    *((code, body) for body, code in orders.KINDS.items()),
    *((code | 0x80, body) for code, body in orders.ANSWERS.items()),
    *happenings.HAPPENINGS.items(),
]
CODES = sorted(messages.LAYOUTS)


@pytest.mark.parametrize("code", CODES, ids=hex)
def test_every_line_of_the_table_is_whole(code: int) -> None:
    """As many fields as the layout has, at most one star and at the end; filled in, it comes out of a frame again."""
    _, layout, names = messages.LAYOUTS[code]
    fields = struct.unpack(layout, bytes(range(1, struct.calcsize(layout) + 1)))
    plain = [name for name in names.split() if not name.startswith("*")]
    starred = names.split()[len(plain) :]
    assert layout.startswith("<")
    assert len(plain) == len(fields)
    assert len(starred) <= 1
    filled = (*fields, b"rest") if starred else fields
    assert messages.unpack(code, messages.body(code, *filled)) == filled


@pytest.mark.parametrize("code", CODES, ids=hex)
def test_a_body_of_another_length_is_refused(code: int) -> None:
    """One byte less is an error; one byte more as well, unless the layout ends in a star."""
    _, layout, names = messages.LAYOUTS[code]
    whole = bytes(struct.calcsize(layout))
    if whole:
        with pytest.raises(ValueError, match="wrong length"):
            messages.unpack(code, whole[:-1])
    if "*" not in names:
        with pytest.raises(ValueError, match="wrong length"):
            messages.unpack(code, whole + b"\0")


@pytest.mark.parametrize(("code", "named"), NAMED, ids=[f"{code:#x}" for code, _ in NAMED])
def test_the_pi_s_names_are_the_table_s(code: int, named: Any) -> None:
    """Each class of the Pi's end has the fields of its line, in that order."""
    assert list(named._fields) == [name.lstrip("*") for name in messages.LAYOUTS[code][2].split()]


def test_the_pi_has_a_name_for_everything() -> None:
    """Every section, command, answer and event of the table has its class."""
    assert {code for code, _ in NAMED} == {code for code in CODES if 0x10 <= code < 0x80 or code >= 0xA0}


def test_every_command_has_a_lane_and_an_answer() -> None:
    """Commands lie in 0x20-0x3F, eight to a lane, and each has an answer's layout."""
    commands = [code for code in CODES if 0x20 <= code < 0x40]
    assert [messages.LANES, len(commands)] == [4, 8]
    for code in commands:
        assert 0 <= messages.lane_of(code) < messages.LANES
        assert code | 0x80 in messages.LAYOUTS
    with pytest.raises(ValueError, match="no command"):
        messages.lane_of(messages.RESET)


@pytest.mark.parametrize(
    ("offer", "agreed"), [((1, 1), 1), ((0, 9), 1), ((2, 9), 0), ((0, 0), 0)], ids=["same", "wide", "newer", "none"]
)
def test_the_newest_version_both_speak_is_taken(offer: tuple[int, int], agreed: int) -> None:
    """And 0 when there is none."""
    assert messages.agree(*offer) == agreed


def test_no_configuration_is_called_none() -> None:
    """The hash 0 is kept for a board without one, also for sections whose CRC-32 is 0."""
    collision = bytes.fromhex("9D0AD96D")
    assert messages.binascii.crc32(collision) == 0
    assert messages.config_hash(collision) == 1


# The page


def rows() -> dict[int, tuple[str, str, list[str]]]:
    """The tables of PROTOCOL.md: code to name, layout and fields."""
    found = re.findall(r"^\| `0x([0-9A-F]{2})` \| `(\w+)` \| `([^`]*)` \| ([^|]*) \|", PAGE, re.MULTILINE)
    return {int(code, 16): (name, layout, re.findall(r"`([^`]+)`", fields)) for code, name, layout, fields in found}


def test_the_page_tells_the_table() -> None:
    """Every code stands in PROTOCOL.md with its true name, layout and fields, and no other."""
    told = {code: (name, layout, names.split()) for code, (name, layout, names) in messages.LAYOUTS.items()}
    assert rows() == told


def test_the_page_tells_every_word() -> None:
    """Each outcome, reason, cause and result has its sentence."""
    words = {word for words in messages.WORDS.values() for word in words if word}
    assert {word for word in words if f"`{word}`" not in PAGE} == set()


def test_the_traffic_on_the_page_is_real() -> None:
    """Each line of bytes on the page reads as the line of words that stands after it."""
    pairs = re.findall(r"^    ((?:[0-9A-F]{2} )+00)\n    ((?:Pi → board|board → Pi ) .+)$", PAGE, re.MULTILINE)
    assert len(pairs) >= 8
    for raw, words in pairs:
        assert [str(frame) for frame in board.seen(bytes.fromhex(raw))] == [words]


def test_the_page_s_numbers_are_the_program_s() -> None:
    """Limits and times on the page are those in the code."""
    from firmware import link, memory

    said = {
        "200 bytes": wire.PAYLOAD_BYTES_MAX == 200,
        "2,000 ms of silence": link.LEASE_MS == board.LOST_MS == 2_000,
        "every 500 ms": board.LEASE_MS == 500,
        "every 200 ms": link.EVENT_AGAIN_MS == 200,
        "every 250 ms": board.GREET_MS == 250,
        "every 100 ms": board.lane.AGAIN_MS == 100,
        "within 2,000 ms": board.BEGIN_MS == 2_000,
        "64 events": memory.EVENTS_MAX == 64,
        "48 of them": memory.EVENTS_MANY == 48,
        "eight answers": memory.ANSWERS_MAX == 8,
    }
    assert {words for words, true in said.items() if not true or words not in PAGE} == set()
