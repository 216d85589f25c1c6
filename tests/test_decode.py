"""`minga decode` explains bytes in JSON, whatever is typed."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from controller.commands.decode import decode, explain, explain_block
from controller.protocols.mdb import SIDES

FIELDS = ["ok", "dest", "source", "header", "name", "data", "crc"]


def run(*words: str, said: str | bytes = "") -> Result:
    return CliRunner().invoke(decode, words, input=said)


def objects(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_poll_and_its_answer_are_explained() -> None:
    """With or without spaces, each frame is one object with all its fields, and the command ends well."""
    result = run("cctalk", "02 00 01 FE FF", "01030200 4E61BC8f")
    poll, serial = objects(result)
    assert result.exit_code == 0
    assert list(poll) == FIELDS
    assert poll == dict(zip(FIELDS, [True, 2, 1, 254, "simple poll", "", "FF"], strict=True))
    assert serial == dict(zip(FIELDS, [True, 1, 2, 0, "reply", "4E61BC", "8F"], strict=True))


def test_a_crc_frame_tells_no_source() -> None:
    """The 16-bit checksum is shown in the order of the wire, low byte first."""
    result = run("cctalk", "--crc16", "28 00 46 01 3F")
    assert result.exit_code == 0
    assert objects(result) == [dict(zip(FIELDS, [True, 40, None, 1, "reset device", "", "463F"], strict=True))]


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("01 01 03 00 80 BA", "checksum is BA, should be 7B"),
        ("02 09 01 FE FF", "length byte 9 asks for 14 bytes, not 5"),
        ("02 00", "2 bytes are too few: a frame has at least 5"),
        ("", "0 bytes are too few: a frame has at least 5"),
        ("02 00 01 FE F", "9 hex digits are no whole number of bytes"),
        ("02 OO 01 FE FF", "'O' is no hex digit"),
        ("0x02", "'x' is no hex digit"),
        ("moneda de cincuenta", "'m' is no hex digit"),
        ("٠٢", "'٠' is no hex digit"),
    ],
)
def test_a_bad_frame_says_what_is_wrong_and_the_command_ends_with_one(typed: str, why: str) -> None:
    """Every field is there, the error is in words, the good frame beside it is still explained."""
    result = run("cctalk", "02 00 01 FE FF", typed)
    good, bad = objects(result)
    assert result.exit_code == 1
    assert good["ok"]
    assert list(bad) == [*FIELDS, "error"]
    assert (bad["ok"], why in bad["error"]) == (False, True)


@given(st.text(), st.booleans())
def test_no_text_is_ever_a_traceback(text: str, crc16: bool) -> None:
    """Anything that can be typed is explained or refused."""
    from controller.protocols.cctalk import CrcFrame, Frame

    answer = explain(text, CrcFrame if crc16 else Frame)
    assert answer["ok"] is ("error" not in answer)


def reply(counter: int, *events: tuple[int, int]) -> str:
    """One line of input: a 229 reply with these events, newest first."""
    padded = [*events, *[(0, 0)] * (5 - len(events))]
    return json.dumps({"reply": bytes((counter, *(number for event in padded for number in event))).hex()})


def test_credits_are_told_oldest_first_from_line_to_line() -> None:
    """The printed run of the specification: three coins, then a rejected one."""
    run_of_the_standard = [
        reply(0),
        reply(1, (1, 5)),
        reply(3, (5, 5), (1, 5), (1, 5)),
        reply(4, (0, 1), (5, 5), (1, 5), (1, 5)),
    ]
    result = run("cctalk-credits", "--last", "0", said="\n".join(run_of_the_standard))
    assert result.exit_code == 0
    nothing, one, two, rejected = objects(result)
    assert nothing == {"credits": [], "errors": [], "reset": False, "lost": 0, "counter": 0}
    assert one["credits"] == [{"position": 1, "path": 5}]
    assert two["credits"] == [{"position": 1, "path": 5}, {"position": 5, "path": 5}]
    assert rejected == {
        "credits": [],
        "errors": [{"code": 1, "name": "reject coin"}],
        "reset": False,
        "lost": 0,
        "counter": 4,
    }


def test_without_a_last_counter_history_is_not_money() -> None:
    """The first line is the baseline; only what comes after it counts."""
    result = run("cctalk-credits", "--last", "none", said=f"{reply(9, (3, 1))}\n{reply(10, (4, 1), (3, 1))}\n")
    assert [line["credits"] for line in objects(result)] == [[], [{"position": 4, "path": 1}]]


def test_a_reset_and_an_overrun_are_told() -> None:
    """A counter at 0 is a reset, six events in a buffer of five are one lost."""
    result = run("cctalk-credits", "--last", "67", said=f"{reply(0)}\n{reply(6, *[(3, 1)] * 5)}\n")
    reset, overrun = objects(result)
    assert (reset["reset"], reset["counter"]) == (True, 0)
    assert (overrun["reset"], overrun["lost"], len(overrun["credits"])) == (False, 1, 5)


@pytest.mark.parametrize(
    "line",
    ["moneda", "[1]", "{}", '{"reply": 7}', '{"reply": "zz"}', '{"reply": "0203"}', "[" * 100_000, b"\xff\xfe"],
    ids=["no JSON", "a list", "no reply", "a number", "no hex", "too short", "very deep", "no text"],
)
def test_a_bad_line_is_an_error_on_its_line_and_moves_nothing(line: str | bytes) -> None:
    """The line after it counts from the line before it, and the command ends with 1."""
    raw = line if isinstance(line, bytes) else line.encode()
    said = b"\n".join((reply(1, (3, 1)).encode(), raw, reply(2, (4, 1), (3, 1)).encode(), b""))
    result = run("cctalk-credits", "--last", "0", said=said)
    first, bad, second = objects(result)
    assert result.exit_code == 1
    assert list(bad) == ["error"]
    assert first["credits"] == [{"position": 3, "path": 1}]
    assert second["credits"] == [{"position": 4, "path": 1}]


@pytest.mark.parametrize("last", ["256", "-1", "twelve", "1.5", "²", ""])
def test_a_last_counter_that_cannot_be_is_refused(last: str) -> None:
    """The counter is 0 to 255 or none; anything else is a mistake of whoever types."""
    result = run("cctalk-credits", f"--last={last}")
    assert result.exit_code == 2
    assert "no event counter" in result.output


@pytest.mark.parametrize(
    ("command", "example"),
    [("cctalk", "01000200FD"), ("cctalk-credits", '{"reply": "0203010501'), ("mdb", '--from changer "52 1E 70"')],
)
def test_the_help_teaches_with_an_example(command: str, example: str) -> None:
    """Whoever asks for help can copy a line that works."""
    result = run(command, "--help")
    assert result.exit_code == 0
    assert example in result.output


BLOCK_FIELDS = ["ok", "from", "data", "check", "name"]


def test_a_coin_in_its_tube_is_explained() -> None:
    """A changer's answer to a poll is told item by item."""
    result = run("mdb", "--from", "changer", "52 1E 70")
    (block,) = objects(result)
    assert result.exit_code == 0
    assert list(block) == [*BLOCK_FIELDS, "said"]
    assert [block[field] for field in BLOCK_FIELDS] == [True, "changer", "521E", "70", "answer to poll"]
    assert block["said"] == [{"kind": "coin", "coin_type": 2, "route": "tube", "in_tube": 30}]


def test_a_command_of_the_vmc_is_named() -> None:
    """The example of an adapter's manual, and the master's ACK, which has no check byte."""
    result = run("mdb", "--from", "vmc", "0F 02 14 25", "33 33", "00")
    payout, poll, ack = objects(result)
    assert (payout["name"], payout["device"], payout["data"]) == ("alternative payout", "changer", "0F0214")
    assert (poll["name"], poll["device"]) == ("poll", "bill")
    assert (ack["name"], ack["check"]) == ("ACK", None)


def test_a_reader_says_several_things_in_one_block() -> None:
    """The standard's example, and JUST RESET, which is ACK with a check byte."""
    several, reset = objects(run("mdb", "--from", "cashless", "06 0A 07 04 1B", "00 00"))
    assert [said["name"] for said in several["said"]] == ["vend denied", "malfunction", "session cancel"]
    assert [said["name"] for said in reset["said"]] == ["just reset"]


def test_what_it_answers_can_be_told() -> None:
    """Five bytes of tube counts could be a poll; whoever asked for them knows better."""
    tubes = run("mdb", "--from", "changer", "--bare", "--answer-to", "tube status", "00 00 11 00 08")
    assert objects(tubes)[0]["said"]["counts"][:3] == [17, 0, 8]
    stacker = run("mdb", "--from", "bill", "--bare", "--answer-to", "stacker", "80 05")
    assert objects(stacker)[0]["said"] == [5, True]


def test_what_was_agreed_on_decides_how_much_an_answer_holds() -> None:
    """Begin session has three bytes at level 1, seventeen with 32-bit money."""
    short = run("mdb", "--from", "cashless", "--level", "1", "03 0D 48 58")
    assert objects(short)[0]["said"][0]["funds"] == 3_400
    wide = run("mdb", "--from", "cashless", "--level", "3", "--wide", "--bare", "05 00 00 04 E2")
    assert objects(wide)[0]["said"][0]["amount"] == 1_250


@pytest.mark.parametrize(
    ("side", "typed", "why"),
    [
        ("changer", "52 1E 71", "check byte is 71, should be 70"),
        ("bill", "80", "1 bytes are no block: it has 2 to 36"),
        ("vmc", "", "0 bytes are no block: it has 2 to 36"),
        ("cashless", "0G", "'G' is no hex digit"),
        ("changer", "0" * 72, "no answer of 35 bytes is known"),
        ("changer", "AA", "1 bytes are no block"),
    ],
)
def test_a_bad_block_says_what_is_wrong(side: str, typed: str, why: str) -> None:
    """Every field is there, the error is in words, and the good block beside it is still explained."""
    result = run("mdb", "--from", side, "00", typed)
    good, bad = objects(result)
    assert result.exit_code == 1
    assert good["name"] == "ACK"
    assert list(bad) == [*BLOCK_FIELDS, "error"]
    assert (bad["ok"], why in bad["error"]) == (False, True)


def test_nobody_else_speaks_mdb() -> None:
    """A side the package does not know is a mistake of whoever types."""
    assert run("mdb", "--from", "washing-machine", "00").exit_code == 2


@given(st.one_of(st.text(), st.binary(max_size=40).map(bytes.hex)), st.sampled_from(SIDES), st.booleans())
def test_no_block_is_ever_a_traceback(text: str, side: str, bare: bool) -> None:
    """Anything that can be typed is explained or refused, and can be written as JSON."""
    answer = explain_block(text, side, bare=bare)
    assert answer["ok"] is ("error" not in answer)
    json.dumps(answer)


def test_the_boards_traffic_becomes_readable() -> None:
    """A lease, a damaged frame and something that is no hex: a line, a line that says so, and a sentence."""
    assert run("board", "07 06 03 C3 E4 8A 8E 00").stdout.strip() == "Pi → board  LEASE wishes=3"
    damaged = run("board", "07 06 03 C3 E4 8A 8F 00")
    assert (damaged.exit_code, "damaged" in damaged.stdout) == (1, True)
    assert "hex" in str(run("board", "zz").exception)
