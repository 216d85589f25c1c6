"""Double entry: every fact's lines sum to zero, and every account is in the chart."""

import pytest
from builders import CLAIM, EVERY_FACT

from controller.domain import facts as f
from controller.domain.accounts import kind, natural, postings
from controller.domain.catalog import Account

COINS_HAD_LEFT = f.ClaimSettled(CLAIM, Account("doubt"), 150, f.Verdict.DELIVERED, "hopper:25", (), "carmen")


def test_there_is_an_example_of_every_fact() -> None:
    """The examples leave no type of fact out, so the tests below speak of all of them."""
    kinds = {kind for kind in vars(f).values() if isinstance(kind, type) and issubclass(kind, f.Fact)} - {f.Fact}
    assert {type(fact) for fact in EVERY_FACT} == kinds


@pytest.mark.parametrize("fact", EVERY_FACT, ids=lambda fact: type(fact).__name__)
def test_the_lines_of_every_fact_sum_to_zero(fact: f.Fact) -> None:
    """Money never appears or vanishes: what one account gets, others give; and all of them are in the chart."""
    lines = postings(fact)

    assert sum(line.cents for line in lines) == 0
    assert all(kind(line.account) for line in lines)
    assert all(line.cents for line in lines)


@pytest.mark.parametrize(
    ("fact", "lines"),
    [
        (f.CreditTaken(25, "coins", "nri-1234", 7), {"coinbox": 25, "credit": -25}),
        (EVERY_FACT[10], {"credit": 350, "hold": -350}),
        (EVERY_FACT[11], {"hold": 350, "maker:rosa": -280, "fund:comun": -70}),
        (EVERY_FACT[12], {"hold": 350, "credit": -350}),
        (EVERY_FACT[13], {"hold": 350, "doubt": -350}),
        (f.PayoutStarted(4, 175), {"credit": 175, "hold": -175}),
        (f.Refunded(4, 150, "hopper:25"), {"hold": 150, "hopper:25": -150}),
        (f.Overpaid(4, 25, "hopper:25"), {"over_short": 25, "hopper:25": -25}),
        (f.PayoutInDoubt(4, 150, "hopper:25", CLAIM), {"hold": 150, "doubt": -150}),
        (COINS_HAD_LEFT, {"doubt": 150, "hopper:25": -150}),
        (f.HopperClosed("hopper:25", "unsure"), {}),
        (f.ClockSet(1_795_275_000_000, True), {}),
        (f.ClaimOwed(4, 25, CLAIM), {"hold": 25, "claims": -25}),
        (f.CreditAbandoned(60, CLAIM), {"credit": 60, "unclaimed": -60}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_fact_moves_money_from_here_to_there(fact: f.Fact, lines: dict[str, int]) -> None:
    """Each money fact debits and credits exactly the accounts its name promises."""
    assert {line.account: line.cents for line in postings(fact)} == lines


def test_a_share_of_nothing_is_no_line() -> None:
    """A recipient whose part is 0 cents gets no line in the books."""
    sold = EVERY_FACT[11]
    assert isinstance(sold, f.Sold)
    alone = f.Sold(9, sold.slot, sold.product, sold.maker, 280, (sold.shares[0], type(sold.shares[0])("fund:comun", 0)))

    assert [line.account for line in postings(alone)] == ["hold", "maker:rosa"]


@pytest.mark.parametrize(
    "account",
    ["pocket", "", "maker", "maker:", "fund:", "Maker:rosa", ":rosa", "hopper:", "tube:", "wallet:", "fee:", "tax:"],
)
def test_a_stranger_is_not_in_the_chart(account: str) -> None:
    """A name outside the chart, or a family that needs a name and has none, is refused by name."""
    with pytest.raises(ValueError, match="not in the chart"):
        kind(account)


@pytest.mark.parametrize(
    ("account", "cents", "read"),
    [("coinbox", 350, 350), ("maker:rosa", -280, 280), ("credit", -50, 50), ("over_short", -5, -5), ("safe", 900, 900)],
)
def test_balances_read_as_people_read_them(account: str, cents: int, read: int) -> None:
    """Places show what lies in them, owners what they are owed: both without a minus."""
    assert natural(account, cents) == read
