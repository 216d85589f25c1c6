"""Every printed frame of a motor board that we know: read as its source says, said again, and refused when damaged."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from controller.protocols.motorboards import RemoteProtocolError, jsk, vmc96, zdm8
from controller.protocols.motorboards.jsk import ACK, POLL, Packet
from controller.protocols.motorboards.vmc96 import Motor
from controller.protocols.motorboards.zdm8 import Ask, Drive, Register

VECTORS = json.loads((Path(__file__).parents[1] / "data" / "motors.json").read_text())["vectors"]
Vector = dict[str, Any]

MEANINGS: dict[str, list[zdm8.Meaning | vmc96.Meaning | Packet]] = {
    "MOTOR-01": [Ask(Register.HARDWARE), zdm8.Hardware(year=2020, month=2, layers=10, columns=10)],
    "MOTOR-02": [Ask(Register.SOFTWARE), zdm8.Software(year=2020, month=2, day=20)],
    "MOTOR-03": [Ask(Register.STATE), zdm8.RunState(state=0, fault=0)],
    "MOTOR-04": [zdm8.Ship(lane=0, drive=Drive.SPRING, drop_sensor=True, lift=False), zdm8.ShipTaken()],
    "MOTOR-05": [Ask(Register.DROP_SENSOR), zdm8.DropSensor(clear=False)],
    "MOTOR-06": [zdm8.MotorTimeout(ms=3_000), zdm8.MotorTimeout(ms=3_000)],
    "MOTOR-07": [POLL, ACK],
    "MOTOR-08": [vmc96.Run((Motor(row=0, column=0),)), vmc96.Order("scan array")],
}
"""What each vector's lines mean, line by line."""


class Board:
    """One board's codec, with the memory of a listener: what the frame before this one asked."""

    def __init__(self, title: str) -> None:
        self.kind = next(kind for kind in ("ZDM8", "JSK", "VMC96") if title.startswith(kind))
        self.asked: Register | None = None

    def read(self, raw: bytes, sender: str) -> zdm8.Meaning | vmc96.Meaning | Packet:
        if self.kind == "JSK":
            return Packet.read(raw)
        if self.kind == "VMC96":
            return vmc96.read(raw, from_board=sender == "board")
        address, meaning = zdm8.read(raw, self.asked)
        assert address == zdm8.ADDRESS
        self.asked = meaning.register if isinstance(meaning, Ask) else None
        return meaning

    def say(self, meaning: Any) -> bytes:
        frames: dict[str, Callable[[Any], bytes]] = {"JSK": Packet.frame, "VMC96": vmc96.frame, "ZDM8": zdm8.frame}
        return frames[self.kind](meaning)


def lines(vector: Vector) -> list[tuple[str, bytes]]:
    return [(line["dir"].split(">")[0], bytes.fromhex(line["bytes"])) for line in vector["lines"]]


def damaged(raw: bytes) -> Iterator[bytes]:
    """Each copy with one bit turned over, each that breaks off, and some that go on."""
    for bit in range(8 * len(raw)):
        copy = bytearray(raw)
        copy[bit // 8] ^= 1 << bit % 8
        yield bytes(copy)
    yield from (raw[:size] for size in range(len(raw)))
    yield from (raw + bytes((more,)) for more in range(256))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_each_printed_frame_means_what_its_source_says(vector: Vector) -> None:
    """Frame by frame, an answer as the answer to the question before it."""
    assert vector["id"] in MEANINGS, f"nobody proves {vector['id']}: {vector['title']}"
    board = Board(vector["title"])
    assert [board.read(raw, sender) for sender, raw in lines(vector)] == MEANINGS[vector["id"]]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_each_meaning_is_said_in_the_printed_bytes(vector: Vector) -> None:
    """No byte more, less or other than the source prints."""
    board = Board(vector["title"])
    said = [board.say(meaning).hex(" ").upper() for meaning in MEANINGS[vector["id"]]]
    assert said == [line["bytes"] for line in vector["lines"]]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_each_damaged_copy_is_refused(vector: Vector) -> None:
    """One bit turned over anywhere, an end that is missing, a byte too many: no meaning is read from any of them."""
    board = Board(vector["title"])
    for sender, raw in lines(vector):
        asked = board.asked
        board.read(raw, sender)
        after, board.asked = board.asked, asked
        for copy in damaged(raw):
            with pytest.raises(RemoteProtocolError):
                board.read(copy, sender)
        board.asked = after


def test_no_meaning_is_left_without_a_frame() -> None:
    """The list of meanings and the list of printed frames are the same list."""
    assert sorted(MEANINGS) == sorted(vector["id"] for vector in VECTORS)


@pytest.mark.parametrize("module", [zdm8, jsk, vmc96], ids=lambda module: module.__name__.rsplit(".", 1)[1])
def test_the_traffic_at_the_top_of_each_file_is_real(module: Any) -> None:
    """Each line of a module's example is a frame of its board that can be read."""
    shown = re.findall(r"^    (host|board) +((?:[0-9A-F]{2} )+)", module.__doc__, re.MULTILINE)
    assert len(shown) >= 3
    board = Board(module.__name__.rsplit(".", 1)[1].upper())
    for sender, text in shown:
        board.read(bytes.fromhex(text), sender)
