"""Paying what was decided about a fund: once, at most the decision, never what is not there, by whoever coordinates."""

from dataclasses import replace

import pytest
from builders import shelf
from hypothesis import given
from hypothesis import strategies as st

from controller.domain import facts as f
from controller.domain import shop as shops
from controller.domain.accounts import natural, postings
from controller.domain.catalog import Account
from controller.domain.shop import Shop
from controller.domain.spending import concerns, pay, payment
from controller.domain.stocking import Granted, Refusal
from controller.domain.treasury import Books, MoveCash

CARMEN = f.RolesSet("carmen", ("coordinator",), "asamblea")
YARN = f.FundTerms("fund:comun", 4_000, "by-hand")
TO_BANK = f.FundTerms("fund:comun", 4_000, "bank")
RICH = {"fund:comun": -6_000, "safe": 9_000, "coinbox": 500}
PAID = MoveCash(4_000, "safe", "fund:comun", "carmen", "decision-7")


def decided(terms: f.Terms = YARN, outcome: f.Outcome = f.Outcome.PASSED) -> Shop:
    """Proposal 7 has ended so."""
    shop = shelf(CARMEN)
    opened = f.ProposalOpened(7, terms, "luz", "hilo", ("luz", "rosa"), 1, "1/2", 7, 0, "voto-7")
    for fact in (opened, f.ProposalDecided(7, outcome, 1, 0, 0)):
        shop = shops.after(shop, fact)
    return shop


def refused(wish: MoveCash, shop: Shop, books: Books | None = None) -> str:
    answer = pay(wish, shop, books or Books(RICH))
    assert isinstance(answer, Refusal), answer
    return answer.code


def test_a_decision_is_paid_out_of_its_fund_and_is_carried_out_by_that() -> None:
    """In one breath: the fund and the safe have $40 less, and the movement has the decision's number."""
    moved, done = f.CashMoved(4_000, Account("fund:comun"), Account("safe"), "carmen", "decision-7"), "carmen"
    assert pay(PAID, decided(), Books(RICH)) == Granted((moved, f.DecisionCarriedOut(7, done)))
    after = {**RICH}
    for line in postings(moved):
        after[line.account] += line.cents
    assert {name: natural(name, cents) for name, cents in after.items()} == {
        "fund:comun": 2_000,
        "safe": 5_000,
        "coinbox": 500,
    }


def test_money_for_another_place_stays_the_funds() -> None:
    """Forty dollars go to the bank; whose they are does not change."""
    (proposal,) = decided(TO_BANK).governance.proposals.values()
    answer = pay(payment(proposal, "safe", "carmen"), decided(TO_BANK), Books(RICH))
    assert isinstance(answer, Granted)
    assert answer.facts[0] == f.CashMoved(4_000, Account("bank"), Account("safe"), "carmen", "decision-7")


def test_paid_is_paid() -> None:
    """A second tap, on another coordinator's phone too, does nothing; another sum under the same number is refused."""
    done = Books(RICH, done=f.CashMoved(4_000, Account("fund:comun"), Account("safe"), "carmen", "decision-7"))
    assert pay(PAID, decided(), done) == Granted(())
    assert pay(replace(PAID, by="nina"), decided(), done) == Granted(())
    assert refused(replace(PAID, cents=1_000), decided(), done) == "used-id"
    carried = shops.after(decided(), f.DecisionCarriedOut(7, "carmen"))
    assert refused(PAID, carried) == "nothing-to-do", "nor where the books have forgotten its number"


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (replace(PAID, cents=4_001), "too-much"),
        (replace(PAID, cents=0), "too-much"),
        (replace(PAID, target="fund:maquina"), "not-decided"),
        (replace(PAID, target="bank"), "not-decided"),
        (replace(PAID, source="coinbox"), "not-enough"),
        (replace(PAID, source="fund:maquina"), "unknown-place"),
        (replace(PAID, source="luna"), "unknown-place"),
        (replace(PAID, by="rosa"), "no-coordinator"),
        (replace(PAID, wish_id="decision-8"), "no-decision"),
        (replace(PAID, wish_id="sueltos-1"), "no-decision"),
    ],
)
def test_what_was_not_decided_is_not_paid(wish: MoveCash, code: str) -> None:
    """Each for its own reason."""
    assert refused(wish, decided()) == code


def test_only_what_was_agreed_is_paid() -> None:
    """Not what was rejected, nor another kind of decision."""
    assert refused(PAID, decided(outcome=f.Outcome.REJECTED)) == "nothing-to-do"
    assert refused(PAID, decided(f.OtherTerms("fiesta"))) == "nothing-to-do"


def test_an_empty_fund_pays_nothing() -> None:
    """Though the safe is full: what lies there is somebody else's."""
    assert refused(PAID, decided(), Books({"fund:comun": -3_999, "safe": 9_000})) == "fund-short"
    assert refused(PAID, decided(), Books({"safe": 9_000})) == "fund-short"


@given(st.integers(-100, 9_000), st.integers(0, 9_000), st.integers(0, 9_000))
def test_no_account_falls_below_nothing(cents: int, fund_cents: int, safe_cents: int) -> None:
    """Whatever is asked, with whatever there is."""
    answer = pay(replace(PAID, cents=cents), decided(), Books({"fund:comun": -fund_cents, "safe": safe_cents}))
    assert isinstance(answer, Refusal) or 1 <= cents <= min(4_000, fund_cents, safe_cents)


def test_other_movements_need_no_decision() -> None:
    """Coins for a hopper, lent by the museum or given by a fund, go as they went."""
    assert not concerns(MoveCash(1_000, "safe", "hopper:25", "carmen", "sueltos-1"))
    assert not concerns(MoveCash(1_000, "fund:comun", "hopper:25", "carmen", "sueltos-2"))
    assert concerns(MoveCash(1_000, "safe", "fund:comun", "carmen", "sueltos-3"))
