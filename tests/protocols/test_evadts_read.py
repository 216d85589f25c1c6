"""The lenient reader of audit files: what it forgives, what it warns of, and what strangers may send it."""

import random
from contextlib import suppress
from datetime import date, time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from controller.protocols.evadts import (
    FILE_BYTES_MAX,
    WARNINGS_MAX,
    Money,
    RemoteProtocolError,
    Segment,
    compose,
    parse,
    segment,
)
from controller.protocols.evadts.check import g85
from controller.protocols.evadts.read import SEGMENT_BYTES_MAX, SEGMENTS_MAX

MUSEUM = compose(
    [
        segment("ID1", "MNG0000042", "MINGA", None, "Museo de la Ciudad", None, "UIO-0042"),
        segment("ID4", 2, 1840, "USD"),
        segment("VA1", 1250, 4, 350, 1),
        segment("PA1", "A1", 350, "bolso-retazos"),
        segment("PA2", 3, 1050, 1, 350),
        segment("PA1", "B1", 200, "pañuelo*pájaro^"),
        segment("PA2", 1, 200, 0, 0),
        segment("EA2", "EGS", 1, 7, None, 1),
    ],
    "MNG0000042",
)
OF_OLD_GEAR = MUSEUM.replace(b"V0/6", b"V1/1")


def said(data: bytes) -> bytes:
    """What G85 says in this file."""
    return data[data.index(b"G85*") + 4 :][:4]


def with_check(data: bytes, digits: bytes) -> bytes:
    return data.replace(b"G85*" + said(data), b"G85*" + digits)


# What is forgiven


def test_a_whole_file_has_nothing_odd() -> None:
    """Right check, right count, right ends: no warning."""
    read = parse(MUSEUM)
    assert (read.g85_ok, read.warnings, len(read.segments)) == (True, (), 13)
    assert read.g85_said == read.g85_found == said(MUSEUM).decode()


@pytest.mark.parametrize("version", [b"V1/1", b"VEND2"])
def test_old_gear_may_swap_the_bytes_of_its_check(version: bytes) -> None:
    """Before version 6.0 both orders were built: the file is whole, and the warning says which it is."""
    old = MUSEUM.replace(b"V0/6", version)
    digits = said(old)
    read = parse(with_check(old, digits[2:] + digits[:2]))
    assert (read.g85_ok, len(read.warnings)) == (True, 1)
    assert "swapped" in read.warnings[0]


def test_new_gear_may_not() -> None:
    """Since version 6.0 there is one order: the same file with a new version is damaged."""
    digits = said(MUSEUM)
    assert digits[:2] != digits[2:]
    assert parse(with_check(MUSEUM, digits[2:] + digits[:2])).g85_ok is False


def test_small_letters_are_digits_too() -> None:
    """A check in small letters is the same check."""
    small = with_check(MUSEUM, said(MUSEUM).lower())
    assert small != MUSEUM
    assert parse(small).g85_ok is True


@pytest.mark.parametrize(
    ("was", "now", "warning"),
    [
        (b"SE*11*", b"SE*54*", "SE says '54' segments and there are 11 from ST to SE"),
        (b"SE*11*0001", b"SE*11*0002", "ST is number '0001' and SE is number '0002'"),
        (b"DXE*1*1\r\n", b"", "there is no DXE: the end is missing"),
        (b"DXE*1*1\r\n", b"DXE*1*1\r\nVA1*9*9\r\n", "there is more after DXE"),
        (b"DXS*MNG0000042*VA*V0/6*1\r\n", b"", "there is no DXS"),
        (b"DXS", b"READ AT NOON\r\nDXS", "line 1 is no segment: 'READ AT NOON'"),
        (b"DXS", b"\xef\xbb\xbfDXS", ""),
    ],
)
def test_an_odd_envelope_is_a_warning(was: bytes, now: bytes, warning: str) -> None:
    """A wrong count or a missing end leaves the file readable, and the check over its data right."""
    read = parse(MUSEUM.replace(was, now))
    assert read.g85_ok is True
    assert warning in ("", *read.warnings)
    assert bool(read.warnings) is bool(warning)
    assert read.first("VA1").number(1) == 1250


def test_several_sets_are_told_of() -> None:
    """A carrier's file of many machines: all segments are there, and only the first check was looked at."""
    read = parse(MUSEUM + MUSEUM.replace(b"1250", b"9999"))
    assert read.g85_ok is True
    assert [each.number(1) for each in read.all("VA1")] == [1250, 9999]
    assert "there are 2 transaction sets: only the first one's check was looked at" in read.warnings


def test_a_file_without_a_check_proves_nothing() -> None:
    """Neither right nor wrong: the caller has to ask."""
    bare = MUSEUM.replace(b"G85*" + said(MUSEUM) + b"\r\n", b"")
    assert parse(bare).g85_ok is None
    assert "there is no G85" in parse(bare).warnings[0]


def test_accents_are_read_and_told_of() -> None:
    """Some gear sends letters that the standard does not allow; the check is over its bytes all the same."""
    for letters in ("pañuelo".encode(), "pañuelo".encode("latin-1")):
        data = b"ST*001*0001\r\nPA1*1*350*" + letters + b"\r\n"
        read = parse(data + b"G85*" + g85(data).encode() + b"\r\nSE*4*0001\r\nDXE*1*1\r\n")
        assert read.g85_ok is True
        assert read.products[0].first("PA1").element(3) == "pañuelo"
        assert "line 2 has bytes that are no ASCII" in read.warnings


# What elements are


def test_elements_are_counted_as_the_standard_counts() -> None:
    """Element 1 is the first after the name; one that is empty or beyond the end is not there."""
    read = parse(MUSEUM)
    machine = read.first("ID1")
    assert (machine.element(1), machine.element(3), machine.element(6), machine.element(9)) == (
        "MNG0000042",
        "",
        "UIO-0042",
        "",
    )
    assert read.first("VA1").number(7) is None
    assert machine.place(6) == "ID106"


@pytest.mark.parametrize(
    ("decimals", "shown"), [("", "12.50"), ("2", "12.50"), ("0", "1250"), ("3", "1.250"), ("4", "0.1250")]
)
def test_money_has_the_decimals_the_file_says(decimals: str, shown: str) -> None:
    """ID401 moves the point, and without it there are two decimals."""
    read = parse(MUSEUM.replace(b"ID4*2*", f"ID4*{decimals}*".encode()))
    amount = read.money(read.first("VA1"), 1)
    assert amount is not None
    assert (str(amount), amount.units) == (shown, 1250)


def test_money_can_be_owed() -> None:
    """A negative amount keeps its sign in front of a zero."""
    assert str(Money(-5)) == "-0.05"


@pytest.mark.parametrize(
    ("text", "day"),
    [("021231", date(2002, 12, 31)), ("991231", date(1999, 12, 31)), ("20261121", date(2026, 11, 21)), ("", None)],
)
def test_dates_have_two_forms(text: str, day: date | None) -> None:
    """YYMMDD is of this century or the last one, YYYYMMDD of any."""
    assert Segment("EA3", ("", text)).day(2) == day


@pytest.mark.parametrize(("text", "clock"), [("1345", time(13, 45)), ("134515", time(13, 45, 15)), ("", None)])
def test_times_have_two_forms(text: str, clock: time | None) -> None:
    """HHMM and HHMMSS."""
    assert Segment("EA3", ("", "", text)).clock(3) == clock


@pytest.mark.parametrize("text", ["x", "1.5", "1e3", "٣", "0x1F", "1" * 19, "--1", "20261301", "251399"])
def test_what_an_element_is_not_is_an_error(text: str) -> None:
    """The error names the element as the standard does."""
    odd = Segment("EA3", (text,))
    with pytest.raises(RemoteProtocolError, match="EA301"):
        odd.clock(1)
    for ask in (odd.number, odd.day):
        if ask == odd.number and text.isdecimal() and text.isascii() and len(text) < 19:
            continue
        with pytest.raises(RemoteProtocolError, match="EA301"):
            ask(1)


def test_products_are_groups() -> None:
    """What follows a PA1 is of its product; a text with signs of the format comes back as it was."""
    products = parse(MUSEUM).products
    assert [each.id for each in products] == ["A1", "B1"]
    assert products[1].first("PA1").element(3) == "pañuelo*pájaro^"
    assert products[1].first("PA2").number(2) == 200
    assert products[1].first("PA9").elements == ()


# What strangers may send


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no line begins with DXS or ST"),
        (b"PK\x03\x04" + MUSEUM, "byte 3 is 03"),
        (MUSEUM + b"\x00", "it is binary"),
        (b"<html><body>DXS*</body></html>", "no audit file"),
        (b"ST*" + b"9" * SEGMENT_BYTES_MAX, "line 1 has more than"),
        (MUSEUM + b"\n" * SEGMENTS_MAX, "lines"),
        (b"*" * (FILE_BYTES_MAX + 1), "more than 1000000 bytes"),
    ],
    ids=["empty", "zip", "nul", "page", "long line", "many lines", "big"],
)
def test_what_is_no_audit_file_is_refused_in_words(data: bytes, words: str) -> None:
    """Binary, endless or of another kind: one error that says why."""
    with pytest.raises(RemoteProtocolError, match=words):
        parse(data)


def test_the_worst_file_is_bounded() -> None:
    """As many products as fit, each line strange: all is kept, and the warnings end."""
    many = b"ST*001*0001\n" + b"PA1*\xff^2A\n" * (SEGMENTS_MAX - 2)
    read = parse(many)
    assert len(read.products) == SEGMENTS_MAX - 2
    assert len(read.warnings) == WARNINGS_MAX
    assert read.warnings[-1].startswith("and ")


def damaged(data: bytes, seed: int) -> bytes:
    """The file with some bytes changed, lost, doubled or moved."""
    rng, left = random.Random(seed), bytearray(data)
    for _ in range(rng.randrange(1, 9)):
        at, size = rng.randrange(len(left)), rng.randrange(1, 9)
        piece = bytes(left[at : at + size])
        left[at : at + size] = rng.choice(
            (b"", piece * 2, rng.randbytes(size), b"*" * size, b"\r\n", b"^2A", b"PA1*", b"G85*")
        )
    return bytes(left)


def test_a_damaged_file_is_never_taken_for_whole() -> None:
    """Two thousand damages: an error, a check that is wrong or missing, or data that are what they were."""
    whole = parse(MUSEUM).segments
    alike = 0
    for seed in range(2_000):
        try:
            read = parse(damaged(MUSEUM, seed))
        except RemoteProtocolError:
            continue
        if read.g85_ok:
            alike += 1
            assert [each for each in whole[1:-3] if each not in read.segments] == []
    assert alike < 1_000


@given(st.one_of(st.binary(max_size=300), st.text(alphabet="DXSTGE85*^2A\r\n01ñ ", max_size=200).map(str.encode)))
@example(b"ST*\r\nG85*")
@example(b"SE*\nST*")
@example(b"DXE\nDXS\nG85*AAAA")
def test_nothing_breaks_the_reader(noise: bytes) -> None:
    """Any bytes, alone and amid a file: an AuditFile or a RemoteProtocolError, and every question has an answer."""
    for data in (noise, MUSEUM[:40] + noise + MUSEUM[40:]):
        try:
            read = parse(data)
        except RemoteProtocolError:
            continue
        assert len(read.warnings) <= WARNINGS_MAX
        for each in read.segments:
            for ask in (each.number, each.day, each.clock):
                with suppress(RemoteProtocolError):
                    ask(1)
        assert all(product.segments for product in read.products)
