"""Base45 as RFC 9285 has it, and no text that could be read in two ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.protocols.base45 import SIGNS, decode, encode

RFC = [
    (b"AB", "BB8"),
    (b"Hello!!", "%69 VD92EX0"),
    (b"base-45", "UJCLQE7W581"),
    (b"ietf!", "QED8WEX0"),
]
"""RFC 9285, sections 4.3 and 4.4."""


@pytest.mark.parametrize(("data", "text"), RFC, ids=[text for _, text in RFC])
def test_the_standards_own_examples(data: bytes, text: str) -> None:
    """Both ways, sign by sign."""
    assert encode(data) == text
    assert decode(text) == data


@given(st.binary(max_size=100))
def test_whatever_is_written_is_read(data: bytes) -> None:
    """Every row of bytes comes back, in signs that a QR code packs tightest."""
    assert decode(encode(data)) == data
    assert set(encode(data)) <= set(SIGNS)


@given(st.text(alphabet=SIGNS, max_size=20))
def test_no_two_texts_say_the_same(text: str) -> None:
    """A text that can be read at all is the only one that says so."""
    try:
        data = decode(text)
    except ValueError:
        return
    assert encode(data) == text


@pytest.mark.parametrize("text", ["GGW", ":::", "::", "A", "ABCD", "bb8", "BB_", "BB8\n"])
def test_what_is_no_base45_is_refused(text: str) -> None:
    """Too large a number (the RFC's own `GGW`), a lone sign, small letters, a line's end."""
    with pytest.raises(ValueError, match="no Base45 at sign"):
        decode(text)
