"""ccTalk decoding (G6): megabytes a second with checksums, in the small pieces in which serial lines deliver.

The goal is stated against a parser in JavaScript that this project does not install. Its place is taken by the plain
decoder of the reference measurements, a bytearray that is cut and summed, which decoded 1.8 times as fast as that parser
when both ran on one machine: as fast as the plain decoder is as fast as the goal. A C program shows how far the limit is.
"""

import random
import subprocess
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from bench.effort import Effort
from bench.floor import built
from bench.table import CheckFailed, Rounds, Row
from controller.protocols.cctalk import Decoder, Frame, Header

LINE_BYTES_S = 960
"""What 9600 baud carry: ten bits a byte."""
NOISE_EVERY, PAUSE_MS = 50, 100
C_PASSES = 50


class PlainDecoder:
    """The plain way: append, compare the length byte, sum, cut. It counts nothing and tells no time."""

    def __init__(self) -> None:
        self._kept = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        kept, frames = self._kept, []
        kept += data
        while len(kept) >= 5 and len(kept) >= (size := kept[1] + 5):
            if sum(kept[:size]) & 0xFF:
                del kept[0]
                continue
            frames.append(bytes(kept[:size]))
            del kept[:size]
        return frames


def stream(size: int) -> tuple[bytes, list[bytes]]:
    """Polls and their answers, 16 bytes each answer, and the frames that are in them."""
    rng, frames, length = random.Random(9600), [], 0
    while length < size:
        poll = Frame.build(2, Header.READ_BUFFERED_CREDIT_OR_ERROR_CODES)
        answer = Frame.build(1, Header.REPLY, rng.randbytes(11), source=2)
        frames += [bytes(poll), bytes(answer)]
        length += len(poll) + len(answer)
    return b"".join(frames), frames


def measure(effort: Effort) -> list[Row]:
    data, frames = stream(effort.parser_kb * 1_024)
    _no_false_frame()
    checked = f"{len(frames)} ccTalk frames out of {len(data)} bytes, the same ones; no false answer in a noisy stream"
    rows = []
    for piece in (16, 4_096, 1):
        rounds = Rounds()
        for _ in range(effort.rounds + 1):
            rounds.add([_speed(Decoder(), data, frames, piece)], [_speed(PlainDecoder(), data, frames, piece)])
        rows.append(_row(rounds, piece, checked))
    return [*rows, *_limit(data, len(frames), checked)]


def _speed(decoder: Decoder | PlainDecoder, data: bytes, frames: list[bytes], piece: int) -> float:
    """Megabytes a second. Raises CheckFailed unless exactly these frames come out."""
    pieces = [data[at : at + piece] for at in range(0, len(data), piece)]
    found: list[bytes] = []
    began_s = perf_counter()
    for heard in pieces:
        found += decoder.feed(heard)
    took_s = perf_counter() - began_s
    if found != frames:
        raise CheckFailed(f"{len(found)} frames came out of {len(frames)}")
    return len(data) / took_s / 1e6


def _row(rounds: Rounds, piece: int, checked: str) -> Row:
    goal, limit, ok = ("G6", "≥ 1×", rounds.ratio >= 1) if piece == 16 else ("", "", None)
    ours, plain = median(rounds.subject), median(rounds.floor)
    metric = f"ccTalk decoding, pieces of {piece} ({ours * 1e6 / LINE_BYTES_S:,.0f} × the line)"
    floor = f"plain decoder {plain:.1f} MB/s"
    return Row(goal, metric, f"{ours:.1f} MB/s", floor, rounds.ratio, rounds.spread, limit, ok, checked)


def _limit(data: bytes, frames: int, checked: str) -> list[Row]:
    """What a C program makes of the same stream in one piece."""
    program = built("frames")
    if program is None:
        return [Row("", "  … and in C, one piece", "not measured: no C compiler")]
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(data)
        done = subprocess.run([program, file.name, str(C_PASSES)], check=True, capture_output=True, text=True)
    found, took_s = done.stdout.split()
    if int(found) != frames:
        raise CheckFailed(f"the C decoder found {found} frames of {frames}")
    return [
        Row("", "  … and in C, one piece", f"{len(data) * C_PASSES / float(took_s) / 1e6:,.0f} MB/s", checked=checked)
    ]


def _no_false_frame() -> None:
    """In a stream where single bytes were changed, every whole frame is found, and no other one reads as an answer.

    A checksum of one byte cannot exclude that the rest of a damaged frame is a frame to somebody else.
    """
    rng, decoder, sent, found = random.Random(7), Decoder(), [], []
    for number in range(500):
        frame = bytes(Frame.build(1, Header.REPLY, rng.randbytes(11), source=2))
        if number % NOISE_EVERY == 7:
            place = rng.randrange(2, len(frame))
            frame = frame[:place] + bytes((frame[place] ^ rng.randrange(1, 256),)) + frame[place + 1 :]
        else:
            sent.append(frame)
        found += decoder.feed(frame, number * PAUSE_MS)
    if [frame for frame in found if frame[0] == 1 and frame[2:4] == b"\2\0"] != sent:
        raise CheckFailed("a changed byte became an answer, or cost a good one")
