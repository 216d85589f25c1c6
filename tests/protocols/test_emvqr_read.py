"""The lenient reader: whatever has whole objects is read and its oddities are flagged; a broken frame names the place."""

import binascii
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from controller.protocols.emvqr import Code, RemoteProtocolError, read
from controller.protocols.emvqr.frame import crc, utf8_bytes, utf16_units

GOOD = "00020101021126230013ec.example.qr0102425204569953038405802EC5905MINGA6005QUITO"
OTHER = "64380002ES0119Costureras Ñuka Ñan0205Quito"

ODDITIES: list[tuple[str, str, list[str]]] = [
    ("010211", "010213", ["poi-13"]),
    ("010211", "0102A1", ["01-format"]),
    ("010211", "010211010212", ["01-twice"]),
    ("010211", "", []),
    ("000201", "000202", ["00-format"]),
    ("000201010211", "010211000201", ["00-not-first"]),
    ("000201", "", ["00-not-first", "no-00"]),
    ("26230013ec.example.qr010242", "", ["no-account"]),
    ("26230013ec.example.qr010242", "2604luz!", ["26-not-a-template"]),
    ("26230013ec.example.qr010242", "26060102ab", ["26-not-a-template"]),
    ("26230013ec.example.qr010242", "260800000000", ["26-not-a-template"]),
    ("26230013ec.example.qr010242", "26140006qhatuy0100", ["26.01-empty"]),
    ("52045699", "5204-100", ["52-format"]),
    ("52045699", "5200", ["52-empty"]),
    ("5303840", "", ["no-53"]),
    ("5802EC", "5802ec", ["58-format"]),
    ("5802EC", "5802EC5404٣.٥٠", ["54-format"]),
    ("5802EC", "5802EC54010", ["54-zero"]),
    ("5802EC", "5802EC54051.005", ["54-decimals"]),
    ("5802EC", "5802EC55010", ["55-len"]),
    ("5802EC", "5802EC55020256030.1", []),
    ("5802EC", "5802EC56030.1", ["56-without-55"]),
    ("5802EC", "5802EC57031.5", ["57-without-55"]),
    ("5802EC", "5802EC550203", ["no-57"]),
    ("5905MINGA", "5905MIÑGA", ["59-format"]),
    ("5905MINGA", "5926MINGA DE COSTURERAS LIBRES", ["59-len"]),
    ("6005QUITO", "6005QUITO620505123", ["62-not-a-template"]),
    ("6005QUITO", "6005QUITO620505017", []),
    ("6005QUITO", "6005QUITO62100501705017", ["62.05-twice"]),
    ("6005QUITO", "6005QUITO620512017", ["62.12-reserved"]),
    ("6005QUITO", "6005QUITO620850040102", ["62.50-not-a-template"]),
    ("6005QUITO", "6005QUITO64060002ES", ["no-64.01"]),
    ("6005QUITO", "6005QUITO64150002ES0105N\u0303uka", ["64.01-not-precomposed"]),
    ("6005QUITO", "6005QUITO6504hilo", ["65-reserved"]),
    ("6005QUITO", "6005QUITO8105aguja", ["81-not-a-template"]),
]
"""What is changed in the good payload, into what, and the flags it gets."""
ENDINGS: list[tuple[str, bool, list[str]]] = [
    (GOOD, False, ["no-63"]),
    (GOOD + "63041F3B", True, []),
    (GOOD + "63041f3b", True, ["crc-lower-case"]),
    (GOOD + "63041F3C", False, ["crc-wrong"]),
    (GOOD + "6304١F3B", False, ["crc-wrong"]),
    (GOOD + "63041F3", False, ["crc-short"]),
    (GOOD + "63031F3", False, ["crc-short"]),
    (GOOD + "6304", False, ["crc-short"]),
    (GOOD + "63041F3B\r\n", False, ["trailing-bytes"]),
    (GOOD + "63041F3B54041.00", False, ["63-not-last"]),
    (GOOD + "63041F3B63041F3B", False, ["crc-wrong", "63-twice"]),
]
"""Payloads with this and that at their end."""


def sealed(covered: str) -> str:
    """A payload with the right CRC, whatever else is wrong with it."""
    return covered + "6304" + crc(covered + "6304")


def changed(old: str, new: str) -> Code:
    """The good payload with one thing changed and a right CRC."""
    assert GOOD.count(old) == 1
    return read(sealed(GOOD.replace(old, new)))


def test_the_crc_is_the_one_of_the_catalogues() -> None:
    """The CRC is the one that catalogues call CCITT-FALSE: 29B1 for the digits 1 to 9; all four digits are written."""
    assert crc("123456789") == "29B1"
    assert {len(crc(f"hilo {number}")) for number in range(2_000)} == {4}


@pytest.mark.parametrize(("old", "new", "flags"), ODDITIES)
def test_each_oddity_has_its_flag(old: str, new: str, flags: list[str]) -> None:
    """A payload with a good frame is read to its end, its good CRC is seen, and what is odd about it stands in the flags."""
    code = changed(old, new)
    assert (code.crc_ok, list(code.flags)) == (True, flags)


@pytest.mark.parametrize(("text", "crc_ok", "flags"), ENDINGS)
def test_the_crc_vouches_for_the_whole_payload_or_not_at_all(text: str, crc_ok: bool, flags: list[str]) -> None:
    """It is good when it is last, four digits long and fits; a digit's case is all that may differ."""
    code = read(text)
    assert (code.crc_ok, list(code.flags)) == (crc_ok, flags)


@pytest.mark.parametrize(
    ("width", "flag"), [(len, None), (utf8_bytes, "length-in-bytes"), (utf16_units, "length-in-utf16")]
)
def test_whoever_counts_otherwise_is_understood(width: Callable[[str], int], flag: str | None) -> None:
    """Lengths in bytes or UTF-16 units give the same objects as lengths in characters, and are flagged."""

    def laid(name: str, value: str) -> str:
        return f"{name}{sum(map(width, value)):02d}{value}"

    inside = laid("00", "ES") + laid("01", "Ñuka 🧵") + laid("02", "Quitu")
    code = read(sealed(GOOD + laid("64", inside)))
    assert (code.crc_ok, code.flags) == (True, (flag,) if flag else ())
    assert [code.value("64", name) for name in ("00", "01", "02")] == ["ES", "Ñuka 🧵", "Quitu"]


def test_a_payload_of_another_encoding_keeps_its_bytes() -> None:
    """What was no UTF-8 is read by its bytes, so its CRC is still judged right; its letters are flagged."""
    covered = b"00020101021126230013ec.example.qr0102425204569953038405802EC5905MI\xd1GA6005QUITO6304"
    text = covered.decode("utf-8", "surrogateescape")
    code = read(text + crc(text))
    assert (code.crc_ok, code.flags) == (True, ("59-format",))
    assert crc(text) == f"{binascii.crc_hqx(covered, 0xFFFF):04X}"


def test_a_long_payload_is_read_and_flagged() -> None:
    """More than 512 bytes are hard to scan, and nothing else is wrong with them."""
    long = "".join(f"{number}99" + "0013ec.example.qr0178" + "h" * 78 for number in range(80, 85))
    assert read(sealed(GOOD + long)).flags == ("too-long",)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "the payload is empty"),
        ("minga", "character 1: 'mi' is no ID, which is two digits"),
        ("0002", "character 5: object 00 wants 2 characters, only 0 are left"),
        ("0002015", "character 7: '5' is no ID"),
        ("000201٥٩05MINGA", "character 7: '٥٩' is no ID"),
        ("00020159", "character 9: '' is no length of object 59, which is two digits"),
        ("00020159-5MINGA", "character 9: '-5' is no length of object 59"),
        ("0002015906MINGA", "character 11: object 59 wants 6 characters, only 5 are left"),
        ("https://minga.example", "character 1: 'ht' is no ID"),
    ],
)
def test_a_broken_frame_names_the_place(text: str, why: str) -> None:
    """The first character that cannot be is counted from 1, and what was wanted there is said."""
    with pytest.raises(RemoteProtocolError, match=why):
        read(text)


def test_a_payload_without_amount_has_no_cents() -> None:
    """No amount, and an amount that is none, are both no cents; so is one in another currency."""
    assert read(GOOD).amount_cents is None
    assert changed("5802EC", "5802EC5404٣.٥٠").amount_cents is None
    assert changed("5303840", "530360454042.50").amount_cents is None
    assert changed("5303840", "530384054042.50").amount_cents == 250


def test_a_path_that_leads_nowhere_has_no_value() -> None:
    """Only what truly stands in a template can be asked for."""
    code = read(sealed(GOOD))
    assert [code.value(*path) for path in ((), ("62",), ("62", "05"), ("59", "00"), ("26", "07"))] == [None] * 5
    assert code.value("26", "01") == "42"


def form(flag: str) -> str:
    """A flag with `NN` for every ID or path of IDs in it."""
    return re.sub(r"(?<![a-z])\d\d(\.\d\d)*", "NN", flag)


def explained() -> set[str]:
    """The flags that have a row in the page's table."""
    page = (Path(__file__).parents[2] / "docs" / "commands.md").read_text()
    section = page.partition("## `minga decode emvqr`")[2].partition("\n## ")[0]
    return {
        form(flag)
        for row in re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
        for flag in re.findall(r"`(.*?)`", row)
    }


def test_the_page_explains_the_flags_there_are() -> None:
    """The table of flags in the docs is that of these tests: none is missing there, none is invented."""
    seen = {form(flag) for *_, flags in [*ODDITIES, *ENDINGS] for flag in flags}
    assert explained() == seen | {"length-in-bytes", "length-in-utf16", "too-long"}


rows = st.lists(
    st.builds(
        lambda number, text, off: f"{number:02d}{max(0, len(text) + off):02d}{text}",
        st.integers(0, 99),
        st.text(max_size=12) | st.sampled_from(("0002ES", OTHER, "0013ec.example.qr", "***", "840", "12.50")),
        st.sampled_from((0, 0, 0, 0, 1, -1)),
    ),
    max_size=8,
).map("".join)


@given(
    rows | st.text() | st.text(st.characters(codec=None)) | rows.map(sealed) | rows.map(lambda row: sealed(GOOD + row))
)
@example("00020163")
@example("\ud800\udc80")
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    """Whatever is scanned gives a reading that accounts for every character, or the one error."""
    try:
        code = read(text)
    except RemoteProtocolError:
        return
    laid = "".join(each.id + "00" + each.value for each in code.objects)
    assert len(laid) == len(text) or "trailing-bytes" in code.flags
    assert len(set(code.flags)) == len(code.flags)
    assert {form(flag) for flag in code.flags} <= explained()
    assert not code.crc_ok or text.endswith(code.objects[-1].value)


@given(rows)
def test_a_row_of_whole_objects_is_never_refused(row: str) -> None:
    """Behind a good CRC or in front of it, an odd object makes flags, not an error."""
    try:
        read("000201" + row)
    except RemoteProtocolError:
        return
    assert read(sealed("000201" + row)).crc_ok or "trailing-bytes" in read(sealed("000201" + row)).flags


def steps(text: str) -> int:
    """How many calls it takes to read a text."""
    count = 0

    def counted(frame: FrameType, event: str, arg: object) -> None:
        nonlocal count
        count += 1

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        read(text)
    except RemoteProtocolError:
        pass
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize(
    "piece",
    [
        "5400",
        "6301A",
        "5402ñ1",
        "2604ñuka",
        "62" + "99" + "0500" * 24 + "050",
        "64" + "99" + "5003ñññ" * 14 + "0",
        "26990095" + "0" * 95,
    ],
)
@pytest.mark.parametrize("end", ["", "x"])
def test_a_longer_text_takes_no_more_steps_a_character(piece: str, end: str) -> None:
    """Ten times as many hostile objects take at most ten times the steps, whatever they hold and however they end."""
    few, many = steps(piece * 50 + end), steps(piece * 500 + end)
    assert few > 50
    assert many <= 10 * few
