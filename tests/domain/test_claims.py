"""Claim codes can be copied by hand, and a copy with a slip in it is noticed."""

import itertools

import pytest
from builders import KEY
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.claims import ALPHABET, NUMBERS, code, is_well_formed

NUMBER = st.integers(0, NUMBERS - 1)
KEYS = st.binary(min_size=16, max_size=16)


def test_the_first_claims_of_a_machine_all_differ() -> None:
    """Eight thousand claims in a row have eight thousand codes: far more than a machine meets in its life."""
    assert len({code(KEY, number) for number in range(8_000)}) == 8_000


def test_even_the_last_numbers_have_codes() -> None:
    """The shuffle stays in range up to its very end, and past the end it says so."""
    assert len({code(KEY, number) for number in range(NUMBERS - 500, NUMBERS)}) == 500
    with pytest.raises(ValueError, match="out of range"):
        code(KEY, NUMBERS)
    with pytest.raises(ValueError, match="out of range"):
        code(KEY, -1)


def test_codes_cannot_be_guessed_from_their_neighbours() -> None:
    """Consecutive claims share a letter at a place about as often as chance has it (1 in 23), at each of the places."""
    codes = [code(KEY, number).replace("-", "") for number in range(3_000)]
    for place in range(5):
        same = sum(one[place] == next_one[place] for one, next_one in itertools.pairwise(codes))
        assert same / 3_000 == pytest.approx(1 / len(ALPHABET), abs=0.02)


@given(KEYS, KEYS, NUMBER)
def test_another_machine_has_other_codes(mine: bytes, theirs: bytes, number: int) -> None:
    """A code says nothing about another machine's: of ten claims at most a few agree by chance."""
    numbers = [(number + step) % NUMBERS for step in range(10)]
    agreeing = sum(code(mine, one) == code(theirs, one) for one in numbers)
    assert agreeing < 3 or mine == theirs


@given(KEYS, NUMBER)
def test_a_code_passes_however_it_is_written(key: bytes, number: int) -> None:
    """Small letters, no dash or spaces: the same code."""
    written = code(key, number)

    assert is_well_formed(written)
    assert is_well_formed(written.lower())
    assert is_well_formed(f" {written.replace('-', ' ')} ")


@given(KEYS, NUMBER)
def test_one_wrong_letter_is_noticed(key: bytes, number: int) -> None:
    """No code with exactly one letter changed passes the check: all 132 slips are tried."""
    letters = code(key, number).replace("-", "")
    for place, wrong in itertools.product(range(6), ALPHABET):
        copied = letters[:place] + wrong + letters[place + 1 :]
        assert is_well_formed(copied) is (copied == letters)


@given(KEYS, NUMBER)
def test_two_swapped_neighbours_are_noticed(key: bytes, number: int) -> None:
    """No code with two different neighbours swapped passes the check, at any of the five places."""
    letters = code(key, number).replace("-", "")
    for place in range(5):
        copied = letters[:place] + letters[place + 1] + letters[place] + letters[place + 2 :]
        assert is_well_formed(copied) is (copied == letters)


@given(st.text(max_size=12))
def test_any_text_may_be_typed(text: str) -> None:
    """Whatever a person types is judged without an error, and only codes of six letters pass."""
    if is_well_formed(text):
        assert len(text.upper().replace("-", "").replace(" ", "")) == 6


def test_the_alphabet_is_what_the_check_needs() -> None:
    """A prime number of different letters: only then does the check find every slip."""
    assert len(set(ALPHABET)) == len(ALPHABET) == 23


@pytest.mark.parametrize("alike", ["0OQD", "1IL", "2Z", "5S", "6G", "8B", "UV"])
def test_no_two_letters_look_alike(alike: str) -> None:
    """Of letters that handwriting confuses, a code uses at most one."""
    assert len(set(ALPHABET) & set(alike)) <= 1
