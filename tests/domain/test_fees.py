"""What a wallet's provider takes of a sale, to the cent, and who bears it."""

import pytest
from builders import A1, ROSA, Till, coins, shelf
from hypothesis import given
from hypothesis import strategies as st

from controller.domain import facts as f
from controller.domain.accounts import postings
from controller.domain.catalog import Account, MakerId, Share, SplitRule
from controller.domain.events import ItemDropped, PayBy, PaymentApproved, SlotChosen
from controller.domain.fees import FREE, Fee
from controller.domain.shop import Policy

WEIGHTS = (("maker", 80), ("fund:comun", 15), ("fund:maquina", 5))
DEUNA = Fee(percent_bp=200, vat_bp=1_500)
"""Two per cent and 15 % VAT on that, as one integrator's contract had it; unverified for anybody else."""


def fee(cents: int) -> Share:
    return Share(Account("fee:deuna"), cents)


@pytest.mark.parametrize(
    ("contract", "paid_cents", "taken_cents"),
    [
        (FREE, 350, 0),
        (DEUNA, 350, 8),
        (DEUNA, 1_000, 23),
        (DEUNA, 21, 0),
        (DEUNA, 22, 1),
        (Fee(fixed_cents=10, vat_bp=1_500), 350, 12),
        (Fee(percent_bp=400, fixed_cents=10), 350, 24),
        (Fee(fixed_cents=10), 5, 5),
    ],
    ids=[
        "nothing agreed",
        "8.05 cents are 8",
        "exactly 23",
        "0.483 are none",
        "0.506 are one",
        "11.5 are 12",
        "both parts",
        "never more than paid",
    ],
)
def test_a_fee_is_whole_cents(contract: Fee, paid_cents: int, taken_cents: int) -> None:
    """Percentage and fixed part, and VAT on both, to the nearest cent."""
    assert contract.on(paid_cents) == taken_cents


def test_a_fee_is_borne_by_whom_the_assembly_named() -> None:
    """The machine's fund pays the eight cents out of its eighteen; nobody else gets less."""
    rule = SplitRule(1, WEIGHTS, bears="fund:maquina")
    assert [share.cents for share in rule.shares(350, ROSA, 1, fee(8))] == [280, 52, 10, 8]


def test_a_fee_without_a_bearer_is_taken_off_before_the_price_is_shared() -> None:
    """Of 3.42 everybody gets her part."""
    assert [share.cents for share in SplitRule(1, WEIGHTS).shares(350, ROSA, 1, fee(8))] == [274, 51, 17, 8]


def test_a_fee_too_big_for_its_bearer_is_borne_by_all() -> None:
    """Eighteen cents cannot pay thirty: no part falls below zero."""
    rule = SplitRule(1, WEIGHTS, bears="fund:maquina")
    assert rule.shares(350, ROSA, 1, fee(30)) == SplitRule(1, WEIGHTS).shares(350, ROSA, 1, fee(30))


@given(
    price_cents=st.integers(5, 10_000),
    fee_cents=st.integers(1, 10_000),
    bears=st.sampled_from(["all", "maker", "fund:comun", "fund:maquina"]),
    turn=st.integers(0, 100),
)
def test_with_any_fee_the_parts_add_up(price_cents: int, fee_cents: int, bears: str, turn: int) -> None:
    """Whatever is taken, and whoever bears it: the parts are the price, and none is negative."""
    taken = fee(min(fee_cents, price_cents))
    shares = SplitRule(1, WEIGHTS, bears).shares(price_cents, MakerId("rosa"), turn, taken)
    assert sum(share.cents for share in shares) == price_cents
    assert min(share.cents for share in shares) >= 0


def test_only_what_the_wallet_paid_is_charged_for() -> None:
    """A dollar in coins and 2.50 by wallet: six cents of fee, 5.75 to the nearest, stand in the sale and in the books."""
    till = Till(shelf(policy=Policy(wallets=("deuna",), fees=(("deuna", DEUNA),))))
    till.tell_all(coins(100), SlotChosen(A1), PayBy("deuna"), PaymentApproved(1, 250), ItemDropped(1))
    (sold,) = till.written(f.Sold)
    assert sold.shares[-1] == fee(6)
    assert sum(line.cents for line in postings(sold) if line.account == "fee:deuna") == -6


def test_coins_pay_no_fee() -> None:
    """Nobody takes anything of a coin."""
    till = Till(shelf(policy=Policy(wallets=("deuna",), fees=(("deuna", DEUNA),))))
    till.tell_all(coins(100, 100, 100, 50), SlotChosen(A1))
    (started,) = till.written(f.VendStarted)
    assert [share.account for share in started.shares] == ["maker:rosa", "fund:comun", "fund:maquina"]
