"""Every printed command to a scanner, and the answer to it: said byte for byte, and heard among codes."""

import json
from pathlib import Path
from typing import Any

import pytest

from controller.protocols.scanner import (
    GM65_LOOK,
    GM65_SAVE,
    HONEYWELL_LOOK,
    HONEYWELL_REST,
    Answered,
    Code,
    Event,
    LocalProtocolError,
    Refused,
    Scanner,
    sealed,
    zone_bit,
)

VECTORS = json.loads((Path(__file__).parents[1] / "data" / "scanners.json").read_text())["vectors"]
ANSWER = bytes.fromhex("02 00 00 01 00 33 31")
COMMANDS: dict[str, list[bytes]] = {
    "SCAN-01": [GM65_LOOK, GM65_SAVE],
    "SCAN-02": [HONEYWELL_LOOK, HONEYWELL_REST],
}
HEARD: dict[str, list[Event]] = {"SCAN-03": [Answered(status=0, data=b"\0")]}


def feed_after_command(*pieces: bytes) -> list[Event]:
    scanner = Scanner()
    scanner.commanded(0)
    return [event for piece in pieces for event in scanner.feed(piece, 10)]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_each_printed_command_is_said_and_each_answer_heard(vector: dict[str, Any]) -> None:
    """No byte more, less or other than the source prints."""
    printed = [line["bytes"] for line in vector["lines"]]
    if vector["id"] in HEARD:
        assert feed_after_command(*map(bytes.fromhex, printed)) == HEARD[vector["id"]]
    else:
        assert [command.hex(" ").upper() for command in COMMANDS[vector["id"]]] == printed


def test_no_command_is_left_without_an_example() -> None:
    """The commands, the answers and the printed examples are the same list."""
    assert sorted([*COMMANDS, *HEARD]) == sorted(vector["id"] for vector in VECTORS)


def test_the_checksum_of_modules_is_ccitt_from_nought() -> None:
    """The manual names no start value; these two printed commands, and the answer above, agree on it."""
    assert sealed(zone_bit(0x0000, b"\0", kind=0x09))[-2:] == bytes.fromhex("DE C8")
    assert sealed(zone_bit(0x002A, b"\x02", kind=0x07)) == bytes.fromhex("7E 00 07 01 00 2A 02 D8 0F")


@pytest.mark.parametrize("at", range(len(ANSWER) + 1))
def test_an_answer_is_heard_however_it_is_cut(at: int) -> None:
    """The code that follows at once is whole."""
    assert feed_after_command(ANSWER[:at], ANSWER[at:] + b"rosa\r") == [Answered(0, b"\0"), Code("rosa")]


@pytest.mark.parametrize("at", range(len(ANSWER) + 1))
def test_an_answer_right_after_opening_ends_the_doubt(at: int) -> None:
    """A module answers between two codes, never within one: so the code after its answer is whole."""
    scanner = Scanner()
    scanner.begin(0)
    scanner.commanded(0)
    events = [event for piece in (ANSWER[:at], ANSWER[at:], b"rosa\r") for event in scanner.feed(piece, 10)]
    assert events == [Answered(0, b"\0"), Code("rosa")]


def test_an_answer_may_hold_line_endings() -> None:
    """Its data are bytes, not text: a CR or LF in them ends nothing."""
    answer = bytes.fromhex("02 00 00 02 0D 0A")
    assert feed_after_command(_with_crc(answer)) == [Answered(0, b"\r\n")]


def test_a_code_that_was_on_its_way_comes_before_the_answer() -> None:
    """The command was sent while the scanner still told a code."""
    assert feed_after_command(b"luz\r" + ANSWER + b"inti\r") == [Code("luz"), Answered(0, b"\0"), Code("inti")]


def test_an_answer_nobody_waits_for_is_no_code() -> None:
    """Without a command, or too late after one, its bytes are a line that is refused."""
    assert [type(event) for event in Scanner().feed(ANSWER + b"\r", 0)] == [Refused]
    late = Scanner()
    late.commanded(0)
    assert [type(event) for event in late.feed(ANSWER + b"\r", 501)] == [Refused]


def test_a_damaged_answer_is_no_answer() -> None:
    """With one bit turned over anywhere in it nothing is answered, and the next line is a code."""
    for bit in range(8 * len(ANSWER)):
        damaged = bytearray(ANSWER)
        damaged[bit // 8] ^= 1 << bit % 8
        events = feed_after_command(bytes(damaged) + b"\r", b"x" * 262 + b"\r", b"rosa\r")
        assert not any(isinstance(event, Answered) for event in events)
        assert events[-1] == Code("rosa")


def test_one_command_has_one_answer() -> None:
    """The second one is not waited for."""
    assert [type(event) for event in feed_after_command(ANSWER, ANSWER + b"\r")] == [Answered, Refused]


def test_a_command_that_does_not_fit_is_our_own_mistake() -> None:
    """Kinds, addresses and lengths that no module has never reach a wire."""
    for address, data, kind in ((0x10000, b"\0", 8), (2, b"", 8), (2, bytes(256), 8), (2, b"\0", 5)):
        with pytest.raises(LocalProtocolError):
            zone_bit(address, data, kind)


def _with_crc(answer: bytes) -> bytes:
    """`sealed` treats the first byte as no part of the sum; an answer has two that are none, and the second is nought."""
    return sealed(answer + b"\0\0")
