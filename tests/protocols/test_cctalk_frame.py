"""Frames on the wire: built, proved, and found again in any stream however it is cut."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from controller.protocols.cctalk import (
    FRAME_BYTES_MAX,
    CrcFrame,
    Decoder,
    Frame,
    LocalProtocolError,
    RemoteProtocolError,
    header_name,
)

POLL = bytes.fromhex("02 00 01 FE FF")
ACK = bytes.fromhex("01 00 02 00 FD")

kinds = st.sampled_from((Frame, CrcFrame))
numbers = st.integers(0, 255)
payloads = st.binary(max_size=255)


@st.composite
def streams(draw: st.DrawFn) -> tuple[type[Frame], bytes]:
    """Sound frames with rubbish between them."""
    kind = draw(kinds)
    frames = st.builds(kind.build, numbers, numbers, st.binary(max_size=12), numbers)
    return kind, b"".join(draw(st.lists(frames | st.binary(max_size=9), max_size=12)))


@given(kinds, numbers, numbers, payloads, numbers)
def test_what_is_built_reads_as_what_was_asked_for(
    kind: type[Frame], destination: int, header: int, data: bytes, source: int
) -> None:
    """A frame's fields come back as they went in; with a CRC the source is not told."""
    frame = kind.read(kind.build(destination, header, data, source))
    assert (frame.destination, frame.header, frame.data) == (destination, header, data)
    assert frame.source == (source if kind is Frame else None)


@given(kinds, payloads, st.data())
def test_one_changed_byte_is_always_noticed(kind: type[Frame], data: bytes, draw: st.DataObject) -> None:
    """No frame passes with a single byte changed, wherever it is, the length byte included."""
    raw = bytearray(kind.build(2, 229, data))
    # The CRC variant does not use what stands in for the source, so there every byte counts too.
    raw[draw.draw(st.integers(0, len(raw) - 1))] ^= draw.draw(st.integers(1, 255))
    with pytest.raises(RemoteProtocolError):
        kind.read(bytes(raw))


@given(st.binary(min_size=252, max_size=255).map(lambda data: b"\xff" * len(data)))
def test_the_longest_and_heaviest_frames_are_judged_right(data: bytes) -> None:
    """Frames of up to 260 bytes of 255 add up to more than the fast sum can hold, and are still judged right."""
    frame = Frame.build(255, 255, data, 255)
    assert Frame.proves(frame)
    assert not any(Frame.proves(bytes((*frame[:-1], last))) for last in range(256) if last != frame[-1])


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "0 bytes are too few"),
        (POLL[:4], "4 bytes are too few"),
        (POLL + b"\0", "length byte 0 asks for 5 bytes, not 6"),
        (b"\x02\x07\x01\xfe\xff", "length byte 7 asks for 12 bytes, not 5"),
        (b"\x02\x00\x01\xfe\xfe", "checksum is FE, should be FF"),
    ],
)
def test_a_damaged_frame_says_what_is_wrong_with_it(raw: bytes, why: str) -> None:
    """Each way in which a frame can be broken has its own words."""
    with pytest.raises(RemoteProtocolError, match=why):
        Frame.read(raw)


@pytest.mark.parametrize("ask", [(256, 254, b""), (2, -1, b""), (2, 254, bytes(256)), (2, 254, b"", 999)])
def test_a_frame_nobody_could_send_is_our_own_mistake(ask: tuple) -> None:  # type: ignore[type-arg]
    """Numbers that are no bytes, and too much data, raise LocalProtocolError."""
    with pytest.raises(LocalProtocolError):
        Frame.build(*ask)


@given(streams(), st.lists(st.integers(0, 200), max_size=8))
@example((Frame, b"\x00" + POLL + ACK), [1])
@example((CrcFrame, bytes.fromhex("2800460 13F".replace(" ", ""))), [2])
def test_any_cut_of_a_stream_gives_the_same_frames(stream: tuple[type[Frame], bytes], cuts: list[int]) -> None:
    """Frames do not depend on the pieces in which the bytes came."""
    kind, raw = stream
    whole, pieces = Decoder(kind), Decoder(kind)
    places = sorted({0, len(raw), *(min(cut, len(raw)) for cut in cuts)})
    parts = [raw[a:b] for a, b in pairwise(places)]

    assert [frame for part in parts for frame in pieces.feed(part)] == whole.feed(raw)
    assert (pieces.kept, pieces.skipped) == (whole.kept, whole.skipped)


@given(streams())
def test_every_byte_becomes_part_of_a_frame_or_is_counted(stream: tuple[type[Frame], bytes]) -> None:
    """Found, skipped and kept bytes add up to what was fed; never is more kept than one frame."""
    kind, raw = stream
    decoder = Decoder(kind)
    found = sum(len(frame) for byte in raw for frame in decoder.feed(bytes((byte,))))
    assert found + decoder.skipped + decoder.kept == len(raw)
    assert decoder.kept < FRAME_BYTES_MAX


def test_the_decoder_finds_its_way_back_after_rubbish() -> None:
    """Three stray bytes before a poll cost nothing but themselves."""
    decoder = Decoder()
    assert decoder.feed(b"\x00\x00\x00" + POLL + ACK) == [POLL, ACK]
    assert decoder.skipped == 3


def test_rubbish_that_looks_like_a_long_frame_hides_nothing_for_good() -> None:
    """After a false length of 255 the frames behind it are found as soon as the false frame would be whole."""
    decoder = Decoder()
    assert decoder.feed(b"\x00\xff" + POLL * 51) == []
    assert decoder.feed(POLL) == [POLL] * 52


@pytest.mark.parametrize(("gap_ms", "found"), [(50, [POLL]), (51, [])])
def test_a_silence_of_more_than_fifty_milliseconds_ends_a_frame(gap_ms: int, found: list[bytes]) -> None:
    """A frame goes on after a gap of 50 ms, and is thrown away after a longer one."""
    decoder = Decoder()
    assert decoder.feed(POLL[:3], 1_000) == []
    assert decoder.feed(POLL[3:], 1_000 + gap_ms) == found


def test_after_a_gap_the_next_frame_is_whole() -> None:
    """The half frame before the silence does not spoil the one after it."""
    decoder = Decoder()
    decoder.feed(POLL[:3], 0)
    assert decoder.feed(ACK, 200) == [ACK]


def test_a_frame_shows_its_bytes() -> None:
    """In a log a frame reads like the manual."""
    assert repr(Frame.read(POLL)) == "Frame(02 00 01 fe ff)"
    assert header_name(Frame.read(POLL).header) == "simple poll"
    assert header_name(77) == "header 77"
