"""Every printed example of ccTalk that we know, read as its source says it must be read."""

import binascii
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from controller.protocols.cctalk import (
    Buffer,
    CrcFrame,
    Credit,
    Decoder,
    Entry,
    Frame,
    RemoteProtocolError,
    coin_id,
    coin_value,
    cvf_value,
    header_name,
    new_events,
)

VECTORS = json.loads((Path(__file__).parents[1] / "data" / "cctalk.json").read_text())["vectors"]
KINDS = {"cc8": Frame, "cc16": CrcFrame}
Vector = dict[str, Any]


def frames(vector: Vector) -> list[Frame]:
    """The vector's frames, each proved."""
    return [KINDS[line["check"]].read(bytes.fromhex(line["bytes"])) for line in vector["lines"]]


def texts(vector: Vector) -> list[str]:
    """The words of a vector that is a table, `50m=0.05` and the like."""
    return [line["bytes"] for line in vector["lines"]]


def asks(vector: Vector, *questions: str) -> list[Frame]:
    """The answers, once the questions are what they must be."""
    sent = [frame for frame, line in zip(frames(vector), vector["lines"], strict=True) if line["dir"] == "host>dev"]
    got = [frame for frame, line in zip(frames(vector), vector["lines"], strict=True) if line["dir"] == "dev>host"]
    assert [header_name(frame.header) for frame in sent] == list(questions)
    assert all(frame.header == 0 and frame.destination == 1 for frame in got)
    return got


def text_of(header: str, text: str) -> Callable[[Vector], None]:
    """A proof that the one answer to `header` is this text."""

    def prove(vector: Vector) -> None:
        (answer,) = asks(vector, header)
        assert answer.data == text.encode("ascii")

    return prove


def number_of(header: str, number: int) -> Callable[[Vector], None]:
    """A proof that the one answer to `header` is this number, lowest byte first."""

    def prove(vector: Vector) -> None:
        (answer,) = asks(vector, header)
        assert int.from_bytes(answer.data, "little") == number

    return prove


def acknowledged(header: str, data: str = "") -> Callable[[Vector], None]:
    """A proof that `header` was sent with this data, and answered by a bare ACK."""

    def prove(vector: Vector) -> None:
        (answer,) = asks(vector, header)
        assert frames(vector)[0].data == bytes.fromhex(data)
        assert answer.data == b""

    return prove


def coin_ids(vector: Vector) -> None:
    answers = asks(vector, *["request coin id"] * 5)
    assert [frame.data[0] for frame in frames(vector) if frame.header] == [1, 2, 3, 5, 7]
    coins = [coin_id(answer.data.decode("ascii")) for answer in answers]
    assert [coin.text for coin in coins] == ["GB200A", "GB100A", "GB050B", "Token ", "......"]
    assert [coin.value for coin in coins] == [200, 100, 50, None, None]
    assert [coin.empty for coin in coins] == [False, False, False, False, True]


def polling_run(vector: Vector) -> None:
    answers = asks(vector, "read buffered credit or error codes")
    last: int | None = None
    credits: list[Credit] = []
    errors: list[int] = []
    for answer in answers:
        reading = new_events(last, *Buffer.read(answer.data))
        last = reading.mark
        credits += reading.credits
        errors += reading.errors
        assert reading.alarm is None
    assert credits == [Credit(1, 5), Credit(1, 5), Credit(5, 5)]
    assert errors == [1]
    assert last == 4


def crc_frames(vector: Vector) -> None:
    reset, ack = frames(vector)
    assert (reset.destination, header_name(reset.header), reset.data) == (40, "reset device", b"")
    assert (ack.destination, header_name(ack.header), ack.data) == (1, "reply", b"")
    assert [frame.source for frame in (reset, ack)] == [None, None]
    assert [frame.checksum.hex() for frame in (reset, ack)] == ["463f", "3037"]
    assert CrcFrame.build(40, 1) == reset


def crc_raw(vector: Vector) -> None:
    crcs = [binascii.crc_hqx(bytes.fromhex(text), 0) for text in texts(vector)]
    assert [f"{crc:04X}" for crc in crcs] == vector["expect"].split(", ")
    # The same three bytes as a frame's destination, length and header give the same CRC in our own frames.
    sealed = CrcFrame._sealed(bytes((0x49, 0xD5, 0, 0xF2)))
    assert sealed.checksum.hex() == "b3a6"


def counter_table(vector: Vector) -> None:
    buffer = [Entry(number, 0) for number in (5, 4, 3, 2, 1)]
    results = {}
    for text in texts(vector):
        last, now = (int(number) for number in text.partition(":")[0].split("->"))
        reading = new_events(last, now, buffer)
        results[last, now] = (len(reading.entries), reading.alarm, reading.lost)
    assert results == {
        (23, 23): (0, None, 0),
        (102, 104): (2, None, 0),
        (255, 1): (1, None, 0),
        (253, 3): (5, None, 0),
        (48, 54): (5, "lost", 1),
        (67, 0): (0, "reset", 0),
    }


def coin_values(vector: Vector) -> None:
    (table,) = texts(vector)
    pairs = dict(pair.split("=") for pair in table.split())
    assert len(pairs) == 12
    assert {vvv: coin_value(vvv) for vvv in pairs} == {vvv: Decimal(value) for vvv, value in pairs.items()}


def cvf_values(vector: Vector) -> None:
    (table,) = texts(vector)
    pairs = dict(pair.split("=") for pair in table.split())
    assert pairs.pop("255") == "token"
    assert cvf_value(255) is None
    assert {byte: cvf_value(int(byte)) for byte in pairs} == {byte: int(value) for byte, value in pairs.items()}


def comms_revision(vector: Vector) -> None:
    (answer,) = asks(vector, "request comms revision")
    assert tuple(answer.data) == (1, 4, 2)


def hopper_codes(vector: Vector) -> None:
    answers = asks(vector, "request product code", "request build code")
    assert [answer.data for answer in answers] == [b"Payout", b"Payout"]
    assert [answer.source for answer in answers] == [3, 3]


def dispense(vector: Vector) -> None:
    (answer,) = asks(vector, "dispense hopper coins")
    request = frames(vector)[0].data
    assert (int.from_bytes(request[:3], "little"), request[3]) == (710_623, 1)
    assert answer.data == b"\x01"


def misprint(vector: Vector) -> None:
    (line,) = vector["lines"]
    raw = bytes.fromhex(line["bytes"])
    with pytest.raises(RemoteProtocolError, match="checksum is BA, should be 7B"):
        Frame.read(raw)
    assert Decoder().feed(raw) == []
    assert Frame.read(raw[:-1] + b"\x7b").data == b"\x80"


PROOFS: dict[str, Callable[[Vector], None]] = {
    "CCTALK-01": number_of("request serial number", 12_345_678),
    "CCTALK-02": acknowledged("simple poll"),
    "CCTALK-03": text_of("request equipment category id", "Coin Acceptor"),
    "CCTALK-04": text_of("request product code", "SR5i"),
    "CCTALK-05": text_of("request build code", "STD01   "),
    "CCTALK-06": text_of("request manufacturer id", "Money Controls"),
    "CCTALK-07": text_of("request software revision", "CRS-F1-V1.09"),
    "CCTALK-08": comms_revision,
    "CCTALK-09": coin_ids,
    "CCTALK-10": acknowledged("modify inhibit status", "FF FF"),
    "CCTALK-11": polling_run,
    "CCTALK-12": crc_frames,
    "CCTALK-13": crc_raw,
    "CCTALK-14": text_of("expansion 1", "12345678"),
    "CCTALK-15": counter_table,
    "CCTALK-16": coin_values,
    "CCTALK-17": cvf_values,
    "CCTALK-18": hopper_codes,
    "CCTALK-19": number_of("request serial number", 345_678),
    "CCTALK-20": text_of("request software revision", "STC2010-V1.1F-Payout"),
    "CCTALK-21": number_of("request address mode", 0b0100_1010),
    "CCTALK-22": acknowledged("enter pin number", "31 32 33 34"),
    "CCTALK-23": acknowledged("enable hopper", "A5"),
    "CCTALK-24": dispense,
    "CCTALK-25": number_of("emergency stop", 0),
    "CCTALK-26": number_of("test hopper", 0x8080),
    "CCTALK-27": misprint,
}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_each_printed_example_means_what_its_source_says(vector: Vector) -> None:
    """Each example of the specification and the manuals reads as printed; the misprint is refused."""
    assert vector["id"] in PROOFS, f"nobody proves {vector['id']}: {vector['title']}"
    PROOFS[vector["id"]](vector)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_each_printed_checksum_is_judged_as_the_list_says(vector: Vector) -> None:
    """A frame passes exactly when the list says that its checksum is right, and a sound one can be built again."""
    for line in vector["lines"]:
        assert line["check"] in {*KINDS, "raw", "text"}, f"a kind of line nobody handles: {line}"
        if line["check"] not in KINDS:
            continue
        kind, raw = KINDS[line["check"]], bytes.fromhex(line["bytes"])
        assert kind.proves(raw) is line["check_ok"]
        if line["check_ok"]:
            frame = kind.read(raw)
            assert kind.build(frame.destination, frame.header, frame.data, frame.source or 1) == raw
            assert Decoder(kind).feed(raw) == [raw]


def test_no_proof_is_left_without_an_example() -> None:
    """The list of proofs and the list of examples are the same list."""
    assert sorted(PROOFS) == sorted(vector["id"] for vector in VECTORS)
