"""The fair price: the lowest one whose maker's part pays for what she said, by any rule."""

import pytest
from builders import ROSA, WEIGHTS
from hypothesis import given
from hypothesis import strategies as st

from controller.domain.catalog import SplitRule
from controller.domain.fair import STEP_CENTS, fair_price_cents, least_cents, needed_cents

RULE = SplitRule(1, WEIGHTS)
RULES = st.lists(st.integers(0, 97), min_size=3, max_size=3).map(
    lambda weights: SplitRule(1, (("maker", weights[0] + 1), ("fund:comun", weights[1]), ("fund:maquina", weights[2])))
)


def test_a_bag_of_a_dollar_fifty_and_two_and_a_half_hours() -> None:
    """At $2.50 an hour she needs $7.75; of $9.70 she gets $7.76, of $9.65 only $7.72."""
    assert needed_cents(150, 150, 250) == 775
    assert fair_price_cents(RULE, ROSA, 775, 2_000) == 970
    assert (least_cents(RULE, ROSA, 970), least_cents(RULE, ROSA, 965)) == (776, 772)


@pytest.mark.parametrize(("minutes", "cents"), [(0, 0), (1, 5), (12, 50), (13, 55), (60, 250)])
def test_a_begun_cent_of_her_time_is_hers(minutes: int, cents: int) -> None:
    """Thirteen minutes at $2.50 are 54.17 cents, and count as 55."""
    assert needed_cents(0, minutes, 250) == cents


@given(rule=RULES, her_cents=st.integers(0, 30_000))
def test_no_lower_price_would_do_and_this_one_does(rule: SplitRule, her_cents: int) -> None:
    """Whoever's turn the odd cent is; the step below it would leave her short at least now and then."""
    found = fair_price_cents(rule, ROSA, her_cents, 10_000_000)
    assert found is not None
    assert found % STEP_CENTS == 0
    assert least_cents(rule, ROSA, found) >= her_cents
    if found > STEP_CENTS:
        assert least_cents(rule, ROSA, found - STEP_CENTS) < her_cents


def test_what_no_price_of_this_machine_covers_is_said_so() -> None:
    """Nine dollars of hers need more than the ten that this machine takes; and of nothing one can pay for nothing."""
    assert fair_price_cents(RULE, ROSA, 900, 1_000) is None
    assert fair_price_cents(SplitRule(1, (("maker", 0), ("fund:comun", 1))), ROSA, 1, 1_000) is None
