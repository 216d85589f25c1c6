"""`minga decode emvqr` says in one JSON object what a code's text says."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from controller.commands.decode import decode
from controller.errors import MingaError
from controller.protocols.emvqr import read

ROOT = Path(__file__).parents[2]
VECTORS = json.loads((ROOT / "tests/data/emvqr.json").read_text())["vectors"]
KEYS = ["crc_ok", "poi", "currency", "amount", "country", "name", "city", "objects", "flags"]
EXPECTED = {"poi": "poi", "currency": "cur", "amount": "amt", "country": "cc", "name": "name", "city": "city"}
SIGN = "00020101021126230013ec.example.qr0102425204569953038405802EC5905MINGA6005QUITO63041F3B"


def run(payload: str, said: str | bytes = "") -> Result:
    return CliRunner().invoke(decode, ["emvqr", payload], input=said)


def said(result: Result) -> dict[str, Any]:
    """The one object it printed; the command ended well."""
    assert result.exit_code == 0, result.output
    (line,) = result.stdout.splitlines()
    told: dict[str, Any] = json.loads(line)
    return told


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_each_payload_is_one_object_with_these_keys(vector: dict[str, Any]) -> None:
    """Exactly the promised keys, strings as in the payload or null, objects in order; the same from stdin."""
    told, expect = said(run(vector["payload"])), vector["expect"]
    assert list(told) == KEYS
    assert {name: told[name] for name in EXPECTED} == {name: expect[short] for name, short in EXPECTED.items()}
    assert (told["crc_ok"], told["flags"]) == (expect["crc_ok"], expect["flags"])
    assert [each["id"] for each in told["objects"]] == expect["ids"].split()
    assert said(run("-", vector["payload"] + "\n")) == told


def test_only_a_true_template_has_objects() -> None:
    """What stands in a template is shown within it, a template within a template too; an opaque account is a value."""
    inside = {each["id"]: each for each in said(run(SIGN))["objects"]}
    assert inside["26"] == {
        "id": "26",
        "value": "0013ec.example.qr010242",
        "objects": [{"id": "00", "value": "ec.example.qr"}, {"id": "01", "value": "42"}],
    }
    assert inside["59"] == {"id": "59", "value": "MINGA"}
    assert said(run(VECTORS[0]["payload"]))["objects"][2] == {"id": "39", "value": VECTORS[0]["payload"][16:60]}
    bill = next(vector["payload"] for vector in VECTORS if "com.paymaya.billspay" in vector["payload"])
    (additional,) = [each for each in said(run(bill))["objects"] if each["id"] == "62"]
    assert [each["id"] for each in additional["objects"][1]["objects"]] == ["00", "01"]


def test_a_good_frame_never_fails() -> None:
    """A wrong CRC, a missing one, and objects that nobody ordered are told, with status 0."""
    for payload in (SIGN[:-1] + "C", SIGN[:-8], "0001x", "9901ñ", SIGN + "hilo", SIGN[:-1]):
        told = said(run(payload))
        assert told["crc_ok"] is False
        assert told["flags"]


def test_a_windows_line_end_on_stdin_is_no_part_of_the_code() -> None:
    """Scanners that type end a code with a line's end; a space is part of it."""
    assert said(run("-", SIGN + "\r\n"))["crc_ok"] is True
    assert said(run("-", SIGN + " "))["flags"] == ["trailing-bytes"]


def test_bytes_that_are_no_utf_8_are_still_read() -> None:
    """A code in another encoding is explained too, and its name flagged."""
    told = said(run("-", SIGN.replace("MINGA", "MI\xd1GA").encode("latin-1")))
    assert "59-format" in told["flags"]


@pytest.mark.parametrize("payload", ["", "minga", "0002", "000201590"])
def test_a_broken_frame_is_one_sentence(payload: str) -> None:
    """Nothing is printed that could be taken for a reading, and the error says where."""
    result = run(payload)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert isinstance(result.exception, MingaError)
    assert re.match(r"this is no EMV QR code: (the payload is empty|character \d+: )", str(result.exception))


def test_help_teaches_with_a_real_example() -> None:
    """The example in the help is a code that can be read, with a right CRC."""
    shown = run("--help").stdout
    assert "minga decode emvqr" in shown
    command = next(each for each in decode.registered_commands if each.name == "emvqr")
    assert isinstance(command, typer.models.CommandInfo)
    example = re.search(
        r"Example: minga decode emvqr (\S+)", (command.callback.__doc__ or "") if command.callback else ""
    )
    assert example is not None
    assert (read(example[1]).crc_ok, read(example[1]).flags) == (True, ())
