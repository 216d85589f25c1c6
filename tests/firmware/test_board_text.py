"""Traffic as people read it."""

import pytest

from controller.protocols.board import seen
from firmware import messages, wire

ACK = "07 05 E1 FE 0F 5C 01 01 01 05 E0 C2 AC 63 00"
READS = "Pi → board  ACK boot=5c0ffee1 counter=1"


def frame(payload: bytes) -> bytes:
    return bytes(wire.encode(payload))


def test_a_stream_reads_line_by_line() -> None:
    """Two frames, noise between them, empty frames left out: three lines."""
    lines = [str(line) for line in seen(bytes.fromhex(ACK) + b"\x09\x09\0\0" + bytes.fromhex(ACK))]
    assert lines == [READS, "?           09 09: damaged, cut off, or no frame of the board's link", READS]


def test_the_ending_zero_may_be_missing() -> None:
    """What was copied without its last byte is read all the same."""
    assert [str(line) for line in seen(bytes.fromhex(ACK)[:-1])] == [READS]


def test_nothing_reads_as_nothing() -> None:
    """No bytes, no lines."""
    assert list(seen(b"")) == []


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        (b"\x42", "0x42"),
        (b"\x05\x01", "wrong length"),
        (b"\x10" + bytes(30), "never sent by itself"),
        (b"\x02" + bytes(8) + b"\x55", "unknown section"),
        (b"\x87" + bytes(8) + b"\xdf", "unknown code"),
        (b"\x83" + bytes(4) + b"\x05" + bytes(5), "unknown code"),
    ],
    ids=["unknown", "short", "a section alone", "a strange section", "a strange event", "a strange answer"],
)
def test_sound_nonsense_says_what_is_wrong(payload: bytes, error: str) -> None:
    """A right CRC and no meaning: the line says which message and why."""
    (line,) = seen(frame(payload))
    assert error in line.error
    assert error in str(line)


def test_numbers_without_a_word_stay_numbers() -> None:
    """A cause of a newer firmware is told as it came."""
    payload = messages.message(messages.EVENT, 1, 1, messages.RESET, messages.body(messages.RESET, 77, 255))
    (line,) = seen(frame(payload))
    assert dict(line.fields) == {"boot": "00000001", "counter": 1, "RESET": "", "cause": 77, "lost": 255}


def test_a_frame_that_is_too_long_is_none() -> None:
    """A kilobyte without a zero is damage, not an error of the reader."""
    (line,) = seen(b"\x55" * 1_000)
    assert line.error
