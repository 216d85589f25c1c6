"""The strict writer of audit files: whatever it writes is read back whole, by our reader and by the second one."""

import evareader
import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.protocols.evadts import LocalProtocolError, Segment, compose, parse, segment

SENDER = "MNG0000042"
NAMES = st.from_regex(r"[A-Z]{2}[0-9]{1,2}", fullmatch=True).filter(lambda name: name != "G85")
TEXTS = st.text(st.characters(max_codepoint=0xFF), max_size=12)
SEGMENTS = st.lists(st.builds(Segment, NAMES, st.lists(TEXTS, max_size=6).map(tuple)), max_size=20)


@given(SEGMENTS)
def test_what_was_written_is_read(segments: list[Segment]) -> None:
    """Any segments with any letters that have a code come back as they were, under a check that holds."""
    written = compose(segments, SENDER)
    read = parse(written)

    assert list(read.segments[2:-3]) == segments
    assert (read.g85_ok, read.warnings) == (True, ())
    assert written.isascii()


@given(SEGMENTS)
def test_the_second_reader_agrees(segments: list[Segment]) -> None:
    """A reader that shares no line with us finds the same segments, the same count and the same check."""
    read = evareader.read(compose(segments, SENDER))
    assert read[2:-3] == [[each.name, *each.elements] for each in segments]


def test_the_standards_example_is_written_sign_by_sign() -> None:
    """The example of section 2.4.3, but for the check, of which it has a placeholder."""
    written = compose(
        [
            segment("ID1", "ABC98765", None, None, None, None, 12234),
            segment("VA1", 4550, 2450),
            segment("VA3", 91, 49),
            segment("CA3", None, None, None, None, 2700, 225, 475, 2000),
            segment("CA4", None, None, 250, 0),
            segment("EA2", "EGS", None, None, None, 0),
            segment("EA3", *[None] * 8, 24, 10),
        ],
        "XYZ1234567",
    )
    assert written.decode() == (
        "DXS*XYZ1234567*VA*V0/6*1\r\nST*001*0001\r\nID1*ABC98765*****12234\r\nVA1*4550*2450\r\nVA3*91*49\r\n"
        "CA3*****2700*225*475*2000\r\nCA4***250*0\r\nEA2*EGS****0\r\nEA3*********24*10\r\nG85*DD0B\r\nSE*10*0001\r\n"
        "DXE*1*1\r\n"
    )


@pytest.mark.parametrize(
    ("text", "written"), [("2*3", "2^2A^3"), ("a\r\nb", "a^0D^^0A^b"), ("^", "^5E^"), ("ñ", "^F1^"), ("", "")]
)
def test_signs_of_the_format_are_written_as_codes(text: str, written: str) -> None:
    """Asterisk, line ends, the escape itself and letters with accents (2.3.2.1)."""
    assert f"MA5*{written}\r\n".encode() in compose([segment("MA5", text)], SENDER)


@pytest.mark.parametrize(
    ("segments", "sender", "words"),
    [
        ([segment("MA5", "ṡ")], SENDER, "no code"),
        ([segment("va1", 1)], SENDER, "no name of a segment"),
        ([segment("VA1*2", 1)], SENDER, "no name of a segment"),
        ([segment("G85", "0000")], SENDER, "G85 cannot be given"),
        ([], "minga", "no sender"),
        ([], "MNG42", "no sender"),
        ([segment("MA5", "x" * 4_000)], SENDER, "more than 4000 bytes"),
        ([segment("MA5", "x" * 3_000)] * 400, SENDER, "at most 1000000"),
    ],
)
def test_what_breaks_the_standard_is_not_written(segments: list[Segment], sender: str, words: str) -> None:
    """A letter without a code, a name that is none, a second envelope, a file without end: refused, and nothing comes out."""
    with pytest.raises(LocalProtocolError, match=words):
        compose(segments, sender)
