"""How fast frames are made and found: the real `wire.py`, beside the CRC-32 and one copy that no framing can do without.

`<interpreter> framing.py PAYLOAD_BYTES FRAMES ROUNDS` prints a line a round: microseconds to encode all frames, to find them
in a stream that comes in pieces, and for the CRC and the copy alone, each way once.
"""

# mypy: ignore-errors

import binascii
import sys
import time

import wire

PIECE_BYTES = 64
"""About what waits in the UART when the board's loop comes round."""

if sys.implementation.name == "micropython":
    now_us, passed_us = time.ticks_us, time.ticks_diff
else:

    def now_us():
        return time.perf_counter_ns() / 1_000

    def passed_us(now, then):
        return now - then


def payloads(size, many):
    """Of every byte, with zeros among them; drawn by a formula, for both interpreters must have the same."""
    return [
        bytes((place * 37 + number * 11) % 251 * (place % 5 > 0) for place in range(size)) for number in range(many)
    ]


def encode(frames):
    began_us = now_us()
    made = [wire.encode(payload) for payload in frames]
    return passed_us(now_us(), began_us), made


def find(pieces):
    decoder, found = wire.Decoder(), []
    began_us = now_us()
    for piece in pieces:
        found += decoder.feed(piece)
    return passed_us(now_us(), began_us), found


def bare(frames):
    began_us = now_us()
    for payload in frames:
        bytearray(payload)
        binascii.crc32(payload)
    return passed_us(now_us(), began_us)


def main(size, many, rounds):
    frames = payloads(size, many)
    for _ in range(rounds):
        encode_us, made = encode(frames)
        stream = b"".join(made)
        bare_us = bare(frames)
        pieces = [stream[at : at + PIECE_BYTES] for at in range(0, len(stream), PIECE_BYTES)]
        find_us, found = find(pieces)
        assert found == frames
        print(encode_us, find_us, bare_us, len(stream))


if __name__ == "__main__":
    main(*[int(word) for word in sys.argv[1:]])
