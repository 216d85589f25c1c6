"""Audit files that others' machines wrote: read as they are, proved by a second reader's check, and noticed once damaged."""

import json
from pathlib import Path
from typing import Any

import evareader
import pytest

from controller.protocols.evadts import AuditFile, compose, parse
from controller.protocols.evadts.check import crc16

DATA = json.loads((Path(__file__).parents[1] / "data" / "evadts.json").read_text())
Vector = dict[str, Any]

each_vector = pytest.mark.parametrize("vector", DATA["vectors"], ids=lambda vector: vector["id"])


def file(vector: Vector, end: str = "\r\n") -> bytes:
    return "".join(line + end for line in vector["lines"]).encode()


def shown(read: AuditFile) -> dict[str, Any]:
    return {
        "g85_said": read.g85_said,
        "g85_found": read.g85_found,
        "g85_ok": read.g85_ok,
        "warnings": list(read.warnings),
        "products": len(read.products),
        "va1": [read.first("VA1").number(1), read.first("VA1").number(2)],
        "decimals": read.decimals,
        "currency": read.first("ID4").element(3),
    }


def test_the_check_is_the_catalogues() -> None:
    """CRC-16/ARC of the nine digits is BB3D, by the table and by long division."""
    text = DATA["crc"]["text"].encode()
    assert f"{crc16(text):04X}" == evareader.crc(text) == DATA["crc"]["crc16"]


@each_vector
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\n\n"], ids=["CRLF", "LF", "CR", "doubled"])
def test_each_file_says_what_it_says(vector: Vector, end: str) -> None:
    """Check, warnings, counters and products are as the list has them, whatever the file's lines end with."""
    assert shown(parse(file(vector, end))) == vector["expect"]


@each_vector
def test_nothing_in_a_file_is_dropped(vector: Vector) -> None:
    """Every line is a segment, also of blocks that nobody here knows, and its elements are all there."""
    read = parse(file(vector))
    assert ["*".join((each.name, *each.elements)) for each in read.segments] == vector["lines"]


@each_vector
def test_the_second_reader_finds_the_same_check(vector: Vector) -> None:
    """What the standard covers, divided bit by bit, is what our table finds."""
    data = file(vector)
    if vector["expect"]["g85_found"]:
        covered = data[data.index(b"\r\nST*") + 2 : data.index(b"G85*")]
        assert evareader.crc(covered) == vector["expect"]["g85_found"]


@each_vector
def test_each_changed_digit_is_noticed(vector: Vector) -> None:
    """Whichever line between ST and G85 gains or changes a sign, the check fails; of a long file some forty are tried."""
    if not vector["expect"]["g85_ok"]:
        return
    lines = vector["lines"]
    last = next(at for at, line in enumerate(lines) if line.startswith("G85"))
    for at in range(2, last, 1 + len(lines) // 40):
        for changed in (lines[at] + "*", lines[at] + "0", lines[at][:-1] + chr(ord(lines[at][-1]) ^ 1)):
            damaged = {**vector, "lines": [*lines[:at], changed, *lines[at + 1 :]]}
            assert parse(file(damaged)).g85_ok is False, changed


@each_vector
def test_what_others_wrote_is_written_the_same(vector: Vector) -> None:
    """Their data in our envelope are the same lines, with the right count, and with the check that theirs have."""
    read = parse(file(vector))
    data = [each for each in read.segments if each.name not in ("DXS", "ST", "G85", "SE", "DXE")]
    written = compose(data, read.first("DXS").element(1))

    again = parse(written)
    assert (again.g85_ok, again.warnings) == (True, ())
    assert list(again.segments[2:-3]) == data
    if vector["expect"]["g85_ok"]:
        assert again.g85_found == read.g85_found
    evareader.read(written)


def test_every_product_has_its_own_blocks() -> None:
    """PA1 opens a product, and what follows belongs to it until the next one: 18 selections, each with its sales."""
    (vector,) = (each for each in DATA["vectors"] if each["id"] == "RHV-01")
    products = parse(file(vector)).products
    assert [each.id for each in products] == [line.split("*")[1] for line in vector["lines"] if line[:4] == "PA1*"]
    assert all(each.segments[0].name == "PA1" for each in products)
    assert sum(len(each.segments) for each in products) == sum(line[:2] == "PA" for line in vector["lines"])
    sold = sum(each.first("PA2").number(2) or 0 for each in products)
    assert sold == sum(int(line.split("*")[2]) for line in vector["lines"] if line[:4] == "PA2*")
