"""Codes out of a stream of bytes: whole or not at all, once each, whatever the scanner or the line does."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.protocols.scanner import (
    GAP_MS,
    NEW_LINE_MS,
    REMEMBERED_MAX,
    SAME_CODE_MS,
    Code,
    Event,
    Refused,
    Scanner,
    Why,
)

BASE45 = string.digits + string.ascii_uppercase + " $%*+-./:"
VOUCHER = "V1:6BFOXN*TS0BI$ZD-PHP2S% 4.CH/:NUD+  "
"""Spaces at its end, as Base45 may have them."""
ENDINGS = st.sampled_from([b"\r", b"\n", b"\r\n"])
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=60)


def codes(events: list[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, Code)]


def whys(events: list[Event]) -> list[Why]:
    return [event.why for event in events if isinstance(event, Refused)]


def cut(data: bytes, places: list[int]) -> list[bytes]:
    """The data in pieces, cut at these places."""
    ends = sorted({min(place, len(data)) for place in places} | {len(data)})
    return [data[start:end] for start, end in zip([0, *ends], ends, strict=False)]


@pytest.mark.parametrize("ending", [b"\r", b"\n", b"\r\n"], ids=["CR", "LF", "CRLF"])
def test_a_code_is_a_line_and_nothing_of_it_is_changed(ending: bytes) -> None:
    """Whatever ends it: a voucher's spaces and signs stay, also at its end, and there is no empty code after it."""
    scanner = Scanner()
    assert scanner.feed(VOUCHER.encode() + ending, 0) == [Code(VOUCHER)]
    assert scanner.feed(b"chumpi-rojo" + ending, 10) == [Code("chumpi-rojo")]
    assert scanner.kept == 0


@given(st.lists(st.tuples(TEXTS, ENDINGS), max_size=6), st.lists(st.integers(0, 400), max_size=12), st.data())
def test_no_cut_splits_or_joins_codes(lines: list[tuple[str, bytes]], places: list[int], data: st.DataObject) -> None:
    """However the stream is cut, with pauses as long as a line allows, the codes are those that were shown, in order."""
    stream = b"".join(text.encode() + ending for text, ending in lines)
    scanner, now_ms, heard = Scanner(same_code_ms=0), 0, []
    for piece in cut(stream, places):
        now_ms += data.draw(st.integers(0, GAP_MS))
        heard += scanner.feed(piece, now_ms)
    assert heard == [Code(text) for text, _ in lines]


@given(TEXTS, TEXTS, st.integers(1, 1_000), st.integers(GAP_MS + 1, 10 * NEW_LINE_MS), ENDINGS)
def test_a_stall_that_nobody_watched_tells_no_part_of_a_code(
    text: str, after: str, at: int, stall_ms: int, ending: bytes
) -> None:
    """It may have been our own: the half line is dropped, its rest too, and the next code is whole."""
    raw = text.encode()
    at = 1 + at % len(raw)
    scanner = Scanner(same_code_ms=0)
    events = scanner.feed(raw[:at], 0) + scanner.feed(raw[at:] + ending + after.encode() + ending, stall_ms)
    assert events == [Refused(Why.HALF, at), Code(after)]


def test_a_stall_of_the_scanner_tells_no_part_of_a_code() -> None:
    """The line was watched all the time: half a second of silence is not enough to believe what comes next."""
    scanner = Scanner()
    events = scanner.feed(b"V1:6BF", 0)
    for now_ms in range(20, 500, 20):
        events += scanner.feed(b"", now_ms)
    events += scanner.feed(b"OXN\rluz\r", 500)
    assert events == [Refused(Why.HALF, 6), Code("luz")]


def test_after_a_second_of_silence_a_line_is_new() -> None:
    """Noise at power-up costs the first visitor nothing."""
    scanner = Scanner()
    assert scanner.feed(b"\x00\xff~", 0) == []
    assert scanner.feed(b"", GAP_MS + 1) == [Refused(Why.HALF, 3)]
    assert scanner.feed(b"", NEW_LINE_MS + 1) == []
    assert scanner.feed(b"luz\r", NEW_LINE_MS + 2) == [Code("luz")]


def test_noise_right_before_a_code_takes_it_along() -> None:
    """They cannot be told apart: better no code than another one. Shown again, it is told."""
    scanner = Scanner()
    assert whys(scanner.feed(b"\xffV1:6BF\r", 0)) == [Why.NOT_TEXT]
    assert scanner.feed(b"V1:6BF\r", 300) == [Code("V1:6BF")]


def test_what_comes_as_the_port_opens_may_be_the_end_of_a_line() -> None:
    """The first line is not believed, and what was kept from before the loss is gone."""
    scanner = Scanner()
    scanner.feed(b"V1:6", 0)
    scanner.begin(50)
    assert scanner.kept == 0
    assert scanner.feed(b"BFOXN\rluz\r", 60) == [Code("luz")]


def test_a_quiet_port_is_believed_after_a_second() -> None:
    """The first code of a quiet scanner counts."""
    scanner = Scanner()
    scanner.begin(0)
    scanner.feed(b"", NEW_LINE_MS + 1)
    assert scanner.feed(b"luz\r", NEW_LINE_MS + 5) == [Code("luz")]


def test_a_code_held_before_the_window_is_told_once() -> None:
    """Seen every half second for a minute; away for longer than the time set, and it is another visit."""
    scanner = Scanner()
    told = [event for now_ms in range(0, 60_000, 500) for event in scanner.feed(b"luz\r", now_ms)]
    assert codes(told) == ["luz"]
    assert scanner.feed(b"luz\r", 59_500 + SAME_CODE_MS - 1) == []
    assert codes(scanner.feed(b"luz\r", 59_499 + 2 * SAME_CODE_MS)) == ["luz"]


def test_two_codes_side_by_side_are_told_once_each() -> None:
    """The scanner sees them by turns."""
    scanner = Scanner()
    told = [event for now_ms in range(0, 6_000, 200) for event in scanner.feed(b"luz\rinti\r", now_ms)]
    assert codes(told) == ["luz", "inti"]
    assert scanner.counts["repeat"] == 58


def test_so_many_codes_are_remembered_and_no_more() -> None:
    """With one more than that, the first is forgotten and told again; the last one is not."""
    scanner = Scanner()
    many = [f"maki-{number}" for number in range(REMEMBERED_MAX + 1)]
    assert codes(scanner.feed("\r".join([*many, many[-1], many[0], ""]).encode(), 0)) == [*many, many[0]]


def test_a_code_nobody_could_take_is_told_again() -> None:
    """Forgotten, it is new at its next sight."""
    scanner = Scanner()
    scanner.feed(b"luz\r", 0)
    scanner.forget()
    assert scanner.feed(b"luz\r", 100) == [Code("luz")]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"V1:\x006BF", Why.CONTROL),
        (b"V1:\t6BF", Why.CONTROL),
        (b"V1:\x7f6BF", Why.CONTROL),
        ("V1:\u0085".encode(), Why.CONTROL),
        (b"\x02\x00\x00\x01\x0031", Why.CONTROL),
        (b"V1:\xc36BF", Why.NOT_TEXT),
        (b"\xff", Why.NOT_TEXT),
        (b"\xed\xa0\x80", Why.NOT_TEXT),
        (b"1" * 201, Why.TOO_LONG),
    ],
)
def test_a_line_that_is_no_text_is_refused_whole(line: bytes, why: Why) -> None:
    """Its reason and its length are told, and the lines beside it are codes."""
    events = Scanner(line_bytes_max=200).feed(b"rosa\r" + line + b"\rluz\r", 0)
    assert events == [Code("rosa"), Refused(why, len(line)), Code("luz")]


def test_a_line_may_be_as_long_as_the_limit_and_no_longer() -> None:
    """One that goes on and on is refused once, and its end is no code."""
    assert Scanner(line_bytes_max=200).feed(b"1" * 200 + b"\r", 0) == [Code("1" * 200)]
    scanner = Scanner(line_bytes_max=200)
    events = [event for now_ms in range(50) for event in scanner.feed(b"1" * 30, now_ms)]
    assert events == [Refused(Why.TOO_LONG, 210)]
    assert scanner.feed(b"99\rluz\r", 51) == [Code("luz")]


def test_text_of_any_language_is_text() -> None:
    """UTF-8, cut in the middle of a sign."""
    raw = "ñandú 🧶\r".encode()
    scanner = Scanner()
    assert scanner.feed(raw[:1], 0) + scanner.feed(raw[1:9], 1) + scanner.feed(raw[9:], 2) == [Code("ñandú 🧶")]


def test_a_code_does_not_show_its_text_by_accident() -> None:
    """A voucher is money: what stands in a log or an error is its length."""
    assert repr(Code(VOUCHER)) == f"Code({len(VOUCHER)} characters)"


@given(
    st.lists(
        st.tuples(st.one_of(st.binary(max_size=300), st.sampled_from([b"", b"\r", b"luz\r"])), st.integers(0, 2_000)),
        max_size=40,
    ),
    st.sets(st.integers(0, 39), max_size=5),
)
def test_any_bytes_at_any_time_are_survived(feeds: list[tuple[bytes, int]], commands: set[int]) -> None:
    """Nothing is raised, little is kept; a code is a line that was sent, or its end after a second of watched silence."""
    scanner, now_ms = Scanner(line_bytes_max=200), 0
    sent = b"".join(data for data, _ in feeds)
    lines = sent.replace(b"\r", b"\n").split(b"\n")
    for number, (data, pause_ms) in enumerate(feeds):
        now_ms += pause_ms
        if number in commands:
            scanner.commanded(now_ms)
        for code in codes(scanner.feed(data, now_ms)):
            assert any(line.endswith(code.encode()) for line in lines)
            assert 0 < len(code.encode()) <= 200
        assert scanner.kept <= 261
        assert len(scanner._seen_ms) <= REMEMBERED_MAX


@given(st.text(BASE45, min_size=1, max_size=126))
def test_whatever_base45_can_say_is_told(text: str) -> None:
    """Every sign of its alphabet, anywhere."""
    assert Scanner().feed(text.encode() + b"\r\n", 0) == [Code(text)]
