"""Frames: whatever is in them comes out again, and whatever is damaged does not."""

import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware import wire

payloads = st.binary(min_size=1, max_size=wire.PAYLOAD_BYTES_MAX)
TURN = bytes.fromhex("03E1FE0F5C20110000000002010170 17D007")


def test_the_bytes_are_cobs_and_crc_32() -> None:
    """Worked by hand: payload 01 00 02, its CRC-32 (zlib's) little-endian, zeros replaced by distances, a zero at the end."""
    payload = b"\x01\x00\x02"
    crc = zlib.crc32(payload).to_bytes(4, "little")
    assert b"\0" not in crc
    assert wire.encode(payload) == b"\x02\x01\x06\x02" + crc + b"\x00"


@given(payloads)
def test_what_goes_in_comes_out(payload: bytes) -> None:
    """Any payload survives, and its frame has one zero: the last byte."""
    frame = wire.encode(payload)
    assert frame.find(b"\0") == len(frame) - 1 == len(payload) + 5 < wire.FRAME_BYTES_MAX
    assert wire.decode(frame[:-1]) == payload


@pytest.mark.parametrize("payload", [b"", bytes(wire.PAYLOAD_BYTES_MAX + 1)], ids=["none", "too long"])
def test_nothing_and_too_much_are_no_payload(payload: bytes) -> None:
    """A frame carries 1 to 200 bytes."""
    with pytest.raises(ValueError, match="1 to 200"):
        wire.encode(payload)


def test_every_turned_bit_is_found() -> None:
    """A motor command with any one or two bits turned never becomes another command."""
    frame = wire.encode(TURN)
    bits = [(at, 1 << bit) for at in range(len(frame)) for bit in range(8)]
    for first in range(len(bits)):
        for second in range(first, len(bits)):
            spoilt = bytearray(frame)
            for at, bit in {bits[first], bits[second]}:
                spoilt[at] ^= bit
            assert TURN in wire.Decoder().feed(bytes(frame))
            assert all(found == TURN for found in wire.Decoder().feed(bytes(spoilt)))


def test_every_cut_is_found() -> None:
    """A motor command from which any run of bytes is missing is no command."""
    frame = wire.encode(TURN)
    for start in range(len(frame) - 1):
        for end in range(start + 1, len(frame)):
            spoilt = frame[:start] + frame[end:]
            assert wire.Decoder().feed(bytes(spoilt)) == []


@given(st.lists(payloads, max_size=6), st.binary(max_size=40), st.integers(min_value=1, max_value=50))
def test_frames_come_in_any_pieces(said: list[bytes], noise: bytes, piece: int) -> None:
    """However the stream is cut up, and whatever noise came before the first zero, every frame is found, in order."""
    stream = noise.replace(b"\0", b"\1") + b"\0" + b"".join(wire.encode(payload) for payload in said)
    decoder, found = wire.Decoder(), list[bytes]()
    for at in range(0, len(stream), piece):
        found += decoder.feed(stream[at : at + piece])
    assert found == said
    assert decoder.sound == len(said)
    assert decoder.damaged == (1 if noise else 0)


def test_an_endless_frame_takes_no_memory() -> None:
    """A megabyte without a zero keeps less than one frame, and the next frame is heard."""
    decoder = wire.Decoder()
    for _ in range(1_000):
        assert decoder.feed(b"\x55" * 1_000) == []
        assert decoder.kept < wire.FRAME_BYTES_MAX
    assert decoder.feed(b"\0" + bytes(wire.encode(TURN))) == [TURN]
    assert decoder.damaged == 1


def test_crc_32_lets_no_damaged_frame_through() -> None:
    """Of 50,000 frames damaged by chance, none is taken for another; the figures for a million are in fuzz_link."""
    chance = random.Random(4)
    for _ in range(50_000):
        payload = chance.randbytes(chance.randint(1, 40))
        spoilt = wire.encode(payload)
        for _ in range(chance.randint(1, 4)):
            spoilt[chance.randrange(len(spoilt))] ^= chance.randrange(1, 256)
        assert set(wire.Decoder().feed(bytes(spoilt))) <= {payload}
