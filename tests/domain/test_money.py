"""Money is whole cents, and parts add up to the whole."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.money import dollars, split

TOTALS = st.integers(0, 10_000_000)
NAMES = st.sampled_from(["rosa", "luz", "inti", "fund:comun", "fund:maquina", "tax:rosa", "fee:qr"])
WEIGHTS = st.dictionaries(NAMES, st.integers(0, 1_000), min_size=1).filter(lambda weights: sum(weights.values()) > 0)
TURNS = st.integers(0, 10_000)


def test_a_price_split_in_three_loses_no_cent() -> None:
    """Ten dollars among three equal members is 334, 333 and 333 cents."""
    assert split(1000, {"rosa": 1, "luz": 1, "inti": 1}) == {"rosa": 334, "luz": 333, "inti": 333}


@given(TOTALS, WEIGHTS, TURNS)
def test_parts_add_up_to_the_whole(total_cents: int, weights: dict[str, int], turn: int) -> None:
    """Whatever is split, the parts are the total, nobody owes anything and nobody is left out."""
    parts = split(total_cents, weights, turn)

    assert sum(parts.values()) == total_cents
    assert min(parts.values()) >= 0
    assert list(parts) == list(weights)


@given(TOTALS, WEIGHTS, TURNS)
def test_every_part_is_fair_within_one_cent(total_cents: int, weights: dict[str, int], turn: int) -> None:
    """Nobody's part is a whole cent away from the exact share, and who weighs nothing gets nothing."""
    whole = sum(weights.values())
    for name, cents in split(total_cents, weights, turn).items():
        assert abs(cents * whole - total_cents * weights[name]) < whole
        assert cents == 0 or weights[name] > 0


@given(TOTALS, st.sets(NAMES, min_size=1), TURNS)
def test_equals_get_the_odd_cents_equally_often(total_cents: int, members: set[str], first: int) -> None:
    """Over as many sales as there are members, equal weights earn the same to the cent."""
    weights = dict.fromkeys(sorted(members), 1)
    earned: Counter[str] = Counter()
    for turn in range(first, first + len(weights)):
        earned.update(split(total_cents, weights, turn))

    assert set(earned.values()) == {total_cents}


def test_the_odd_cent_goes_around_among_those_who_tie() -> None:
    """At $3.50 the two funds tie for a cent, and over six sales each gets it three times."""
    weights = {"maker:rosa": 80, "fund:comun": 15, "fund:maquina": 5}
    earned: Counter[str] = Counter()
    for turn in range(6):
        earned.update(split(350, weights, turn))

    assert earned == {"maker:rosa": 6 * 280, "fund:comun": 6 * 52 + 3, "fund:maquina": 6 * 17 + 3}


def test_the_larger_remainder_comes_before_the_turn() -> None:
    """Of 100 cents by 2 to 1 the odd cent is the larger weight's, whoever's turn it is."""
    assert {split(100, {"rosa": 2, "luz": 1}, turn)["rosa"] for turn in range(7)} == {67}


@pytest.mark.parametrize(
    ("total_cents", "weights"),
    [(-1, {"rosa": 1}), (100, {}), (100, {"rosa": 0}), (100, {"rosa": 3, "luz": -1})],
    ids=["a negative total", "nobody", "nobody weighs", "a negative weight"],
)
def test_what_cannot_be_split_is_refused(total_cents: int, weights: dict[str, int]) -> None:
    """A split that makes no sense is an error that shows the numbers."""
    with pytest.raises(ValueError, match=f"cannot split {total_cents} cents"):
        split(total_cents, weights)


@pytest.mark.parametrize(
    ("cents", "written"), [(0, "$0.00"), (5, "$0.05"), (105, "$1.05"), (-350, "-$3.50"), (-7, "-$0.07")]
)
def test_cents_are_written_as_dollars(cents: int, written: str) -> None:
    """Logs and terminals show dollars and two digits, with the sign in front of everything."""
    assert dollars(cents) == written
