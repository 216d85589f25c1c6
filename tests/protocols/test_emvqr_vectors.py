"""Every EMV QR payload that we know, read as its source says it must be read, written again, and noticed once damaged."""

import json
from pathlib import Path
from typing import Any

import pytest

from controller.protocols.emvqr import Code, LocalProtocolError, Object, RemoteProtocolError, Value, payload, read
from controller.protocols.emvqr.amount import cents

VECTORS = json.loads((Path(__file__).parents[1] / "data" / "emvqr.json").read_text())["vectors"]
NAMED = {"poi": "01", "cur": "53", "amt": "54", "cc": "58", "name": "59", "city": "60"}
OWN_IDENTIFIER = ("EMV-07", "EMV-08", "EMV-09", "EMV-10")
"""Their template's 00 has a form of its own, which networks get away with: ours has one of the standard's three."""
Vector = dict[str, Any]

each_vector = pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])


def values(objects: tuple[Object, ...]) -> dict[str, Value]:
    """The objects as the writer takes them, without the CRC."""
    return {each.id: values(each.objects) if each.objects else each.value for each in objects if each.id != "63"}


def meaning(code: Code) -> tuple[object, ...]:
    return code.crc_ok, code.objects[:-1], code.objects[-1].value.upper()


@each_vector
def test_each_payload_means_what_its_source_says(vector: Vector) -> None:
    """CRC, named fields, the order of the objects and every flag are as the list has them; no flag is extra."""
    code = read(vector["payload"])
    assert vector["expect"] == {
        "crc_ok": code.crc_ok,
        **{name: code.value(place) for name, place in NAMED.items()},
        "ids": " ".join(each.id for each in code.objects),
        "flags": list(code.flags),
    }


@each_vector
def test_every_character_is_in_some_object(vector: Vector) -> None:
    """The objects laid after each other are the payload again, and the objects of a template are its value."""

    def laid(objects: tuple[Object, ...]) -> str:
        for each in objects:
            assert each.value == laid(each.objects) or not each.objects
        return "".join(f"{each.id}{len(each.value):02d}{each.value}" for each in objects)

    assert laid(read(vector["payload"]).objects) == vector["payload"]


def in_order(objects: tuple[Object, ...]) -> bool:
    """Whether the objects stand as our writer lays them: by their IDs, in templates too."""
    ids = [each.id for each in objects if each.id != "63"]
    return ids == sorted(ids) and all(in_order(each.objects) for each in objects)


@each_vector
def test_what_was_made_elsewhere_is_written_the_same(vector: Vector) -> None:
    """The writer makes the same payload of the same objects; one that breaks a rule is refused, flagged by the reader."""
    code = read(vector["payload"])
    objects = values(code.objects)
    if code.flags:
        with pytest.raises(LocalProtocolError):
            payload(objects)
    elif vector["id"] in OWN_IDENTIFIER:
        with pytest.raises(LocalProtocolError, match=r"^\d\d\.00 is neither an AID, a UUID"):
            payload(objects)
    else:
        written = payload(objects)
        assert (written == vector["payload"]) is in_order(code.objects)
        assert values(read(written).objects) == objects


def test_the_same_payload_is_written_often_enough_to_mean_something() -> None:
    """Seventeen payloads are written character by character as they were found, three with a CRC that begins with 0."""
    found = [each for each in VECTORS if each["id"] not in OWN_IDENTIFIER and not each["expect"]["flags"]]
    same = [each["payload"] for each in found if in_order(read(each["payload"]).objects)]
    assert len(same) == 17
    assert sum(text[-4] == "0" for text in same) == 3


@each_vector
def test_each_changed_character_is_noticed(vector: Vector) -> None:
    """Whatever becomes of one character, the CRC fails, the frame breaks, or nothing has changed: a digit's case."""
    text: str = vector["payload"]
    for at, was in enumerate(text):
        changes = ("", was + was, "0", "7", "A", "ñ", was.swapcase())
        for now in {chr(ord(was) ^ 1), changes[at % len(changes)]} - {was}:
            damaged = text[:at] + now + text[at + 1 :]
            if damaged == text:
                continue
            try:
                code = read(damaged)
            except RemoteProtocolError:
                continue
            assert not code.crc_ok or meaning(code) == meaning(read(text)), (at, now)


@each_vector
def test_nothing_can_be_cut_off_or_added(vector: Vector) -> None:
    """No beginning of a payload passes as a whole one, and nothing behind its CRC is vouched for."""
    text = vector["payload"]
    for end in range(len(text)):
        try:
            assert not read(text[:end]).crc_ok
        except RemoteProtocolError:
            continue
    for more in ("\n", "6", "54041.00", "ñ", text):
        assert not read(text + more).crc_ok


DOLLARS = {"100.0": 10_000, "5.0": 500, "100": 10_000, "10.00": 1_000, "2.50": 250, "0.05": 5, "12": 1_200, "1.": 100}


@pytest.mark.parametrize(("written", "worth"), [*DOLLARS.items(), ("3.75", 375), ("1.00", 100), ("07550", 755_000)])
def test_amounts_of_the_list_are_whole_cents(written: str, worth: int) -> None:
    """Every way in which real payloads write an amount is read to the cent."""
    assert written in {vector["expect"]["amt"] for vector in VECTORS}
    assert cents(written) == worth


@each_vector
def test_only_dollars_are_cents(vector: Vector) -> None:
    """A payload's amount has cents exactly when it is one in dollars: bahts and yens are not taken for them."""
    expect = vector["expect"]
    known = expect["cur"] == "840" and expect["amt"] is not None
    assert (read(vector["payload"]).amount_cents is not None) is known
