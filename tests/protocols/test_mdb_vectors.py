"""Every printed example of MDB that we know, read as its source says it must be read, and refused once it is damaged."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from controller.protocols.mdb import (
    Attempts,
    BillSetup,
    ChangerSetup,
    Coin,
    Decoder,
    Dialect,
    Identity,
    Manual,
    ReaderSetup,
    RemoteProtocolError,
    Route,
    Sender,
    Session,
    Slugs,
    Status,
    Tubes,
    bill_items,
    coin_items,
    command_name,
    diagnosis,
    from_parity_marks,
    from_words,
    payout_report,
    replies,
    seal,
    to_words,
    unseal,
)

VECTORS = json.loads((Path(__file__).parents[1] / "data" / "mdb.json").read_text())["vectors"]
SENDERS = {"vmc>dev": Sender.VMC, "dev>vmc": Sender.DEVICE}
Vector = dict[str, Any]


def words(line: dict[str, str]) -> list[int]:
    return [int(word, 16) for word in line["bytes"].split()]


def block(line: dict[str, str]) -> bytes:
    """The data of a line: without mode bits and check byte; a lone byte as it is."""
    if line["check"] == "text":
        return b"" if line["bytes"] == "ACK" else line["bytes"].encode()
    if line["check"] == "nodata":
        return bytes(words(line))
    raw = from_words(words(line), SENDERS[line["dir"]]) if len(line["bytes"].split()[0]) == 3 else bytes(words(line))
    return unseal(raw) if len(raw) > 1 else raw


def blocks(vector: Vector) -> list[bytes]:
    return [block(line) for line in vector["lines"]]


def said(data: bytes, dialect: Dialect | None = None) -> list[str]:
    return [each.name for each in replies(data, dialect or Dialect())]


def items(*expected: object) -> Callable[[Vector], None]:
    """A proof that the one block is a changer's poll with these items."""

    def prove(vector: Vector) -> None:
        (data,) = blocks(vector)
        assert coin_items(data) == expected

    return prove


def checksum(vector: Vector) -> None:
    (line,) = vector["lines"]
    raw = bytes(words(line))
    assert seal(raw[:-1]) == raw
    assert to_words(raw, Sender.DEVICE)[-1] == 0x12C


def multi_message(vector: Vector) -> None:
    (data,) = blocks(vector)
    assert said(data) == ["vend denied", "malfunction", "session cancel"]
    assert replies(data, Dialect())[1].data == b"\x0a\x07"


def reset_versus_ack(vector: Vector) -> None:
    reset, ack = vector["lines"]
    assert said(block(reset)) == ["just reset"]
    assert Decoder().feed([*words(reset), *words(ack)]) == [b"\0\0", b"\0"]


def reader_start(vector: Vector) -> None:
    heard = blocks(vector)
    assert [command_name(data) for data in heard if data[0] & 0xF8 == 0x10] == [
        *("reset", "poll", "setup", "prices"),
        "reader enable",
    ]
    setup = ReaderSetup.read(heard[6])
    assert (setup.level, setup.currency, setup.scale.decimals, setup.response_s, setup.options) == (1, "1978", 2, 5, 0)
    assert setup.scale.cents(200) == 200


def reader_sale(vector: Vector) -> None:
    heard = blocks(vector)
    assert Session.read(replies(heard[1], Dialect())[0], Dialect()) == Session(3_400)
    assert (command_name(heard[3]), heard[3][2:]) == ("vend request", b"\x00\x64\x00\x01")
    assert replies(heard[6], Dialect())[0].amount() == 200
    assert [command_name(heard[at]) for at in (8, 13)] == ["vend success", "session complete"]
    assert said(heard[11]) == ["session cancel"]


def changer_setup(vector: Vector) -> None:
    setup = ChangerSetup.read(*blocks(vector))
    assert (setup.level, setup.currency, setup.scale.factor, setup.scale.decimals) == (2, "1643", 100, 2)
    assert setup.routable == {0, 1, 2, 4}
    assert setup.values_cents == {0: 100, 1: 200, 2: 500, 3: 1_000, 4: 1_000, 5: 2_500}


def changer_setup_with_check(vector: Vector) -> None:
    setup = ChangerSetup.read(*blocks(vector))
    assert (setup.level, setup.currency, setup.routable) == (3, "1156", {0, 1})
    assert setup.values_cents == {0: 50, 1: 100}


def identity(vector: Vector) -> None:
    assert Identity.read(*blocks(vector)) == Identity("COG", "0" * 12, "F0012001    ", "0290", 3)


def tubes(vector: Vector) -> None:
    told = Tubes.read(*blocks(vector))
    assert (told.counts, told.full) == ((17, 0, 8, *[0] * 13), frozenset())


def diagnoses(vector: Vector) -> None:
    assert [diagnosis(data) for data in blocks(vector)] == [
        ("powering up", "inhibited by VMC"),
        ("OK",),
        ("general error",),
        ("dispenser error",),
    ]


def alternative_payout(vector: Vector) -> None:
    heard = blocks(vector)
    assert [command_name(heard[at]) for at in (0, 2, 4, 6)] == ["alternative payout", "poll", "poll", "payout status"]
    assert [heard[at] for at in (1, 5)] == [b"", b""]
    assert coin_items(heard[3]) == (Status(2, "payout busy"),)
    assert payout_report(heard[7]) == {0: 7}


def commands(vector: Vector) -> None:
    names = [command_name(data) for data in blocks(vector)]
    assert names == [
        *["bill type"] * 3,
        *["escrow"] * 2,
        "reset",
        *["coin type"] * 2,
        "alternative payout",
        "tube status",
        "reset",
    ]


def parity_marks(vector: Vector) -> None:
    found = [from_parity_marks(bytes(words(line))) for line in vector["lines"]]
    assert found == [
        ([0x34, 0x01, 0x2F, 0xFF, 0xFF, 0x162], b""),
        ([0x100], b""),
        ([0xFF, 0x05, 0x104], b""),
    ]


def bill_setup(vector: Vector) -> None:
    for data in blocks(vector):
        setup = BillSetup.read(data)
        assert setup.values_cents == {0: 1_000, 1: 5_000, 2: 10_000, 3: 50_000, 4: 100_000}
        assert (setup.stacker, setup.escrow, setup.currency) == (200, True, "1810")


PROOFS: dict[str, Callable[[Vector], None]] = {
    "MDB-01": checksum,
    "MDB-02": multi_message,
    "MDB-03": reset_versus_ack,
    "MDB-04": reader_start,
    "MDB-05": reader_sale,
    "MDB-06": changer_setup,
    "MDB-07": identity,
    "MDB-08": tubes,
    "MDB-09": items(Status(0x0B, "changer was reset")),
    "MDB-10": items(Slugs(1)),
    "MDB-11": items(Coin(1, Route.CASH_BOX, 9)),
    "MDB-12": items(Status(1, "escrow request")),
    "MDB-13": items(Coin(2, Route.TUBE, 30)),
    "MDB-14": items(Coin(3, Route.REJECTED, 0)),
    "MDB-15": items(Manual(2, 1, 81)),
    "MDB-16": diagnoses,
    "MDB-17": alternative_payout,
    "MDB-18": commands,
    "MDB-19": parity_marks,
    "MDB-20": changer_setup_with_check,
    "MDB-21": bill_setup,
}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_each_printed_example_means_what_its_source_says(vector: Vector) -> None:
    """Each example of the standard, of a manual or of another VMC's tests reads as printed."""
    assert vector["id"] in PROOFS, f"nobody proves {vector['id']}: {vector['title']}"
    PROOFS[vector["id"]](vector)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_each_printed_checksum_is_judged_as_the_list_says(vector: Vector) -> None:
    """A block passes exactly when the list says that it is right; one damaged bit anywhere, and it is refused."""
    for line in vector["lines"]:
        assert line["check"] in {"mdb", "mdb9", "raw", "nodata", "text"}, f"a kind of line nobody handles: {line}"
        if line["check"] not in ("mdb", "mdb9"):
            continue
        raw = bytes(word & 0xFF for word in words(line))
        assert line["check_ok"] is True
        assert seal(unseal(raw)) == raw
        for bit in range(8 * len(raw)):
            damaged = bytearray(raw)
            damaged[bit // 8] ^= 1 << bit % 8
            with pytest.raises(RemoteProtocolError, match="check byte"):
                unseal(bytes(damaged))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_a_wrong_mode_bit_is_refused(vector: Vector) -> None:
    """The ninth bit of each word on the wire is where it belongs, or the block is none."""
    for line in vector["lines"]:
        if line["check"] != "mdb9":
            continue
        right, sender = words(line), SENDERS[line["dir"]]
        assert to_words(from_words(right, sender), sender) == tuple(right)
        for at in range(len(right)):
            wrong = [word ^ 0x100 if at == place else word for place, word in enumerate(right)]
            with pytest.raises(RemoteProtocolError, match="mode bits"):
                from_words(wrong, sender)


def test_no_proof_is_left_without_an_example() -> None:
    """The list of proofs and the list of examples are the same list."""
    assert sorted(PROOFS) == sorted(vector["id"] for vector in VECTORS)


def test_no_credit_is_read_where_the_sources_say_there_is_none() -> None:
    """A slug, the lever, a reset, a rejected coin, coins paid by hand, a bill in escrow and an attempt are no money."""
    poll = bytes.fromhex("21 01 0B 73 00 92 51")
    assert [item.credit for item in coin_items(poll)] == [False] * 5
    assert [item.credit for item in bill_items(bytes((0x92, 0xA2, 0xC2, 0x43, 0x09)))] == [False] * 5
    assert bill_items(b"\x43") == (Attempts(3),)
    assert [item.credit for item in bill_items(bytes((0x82, 0xB2)))] == [True, True]
