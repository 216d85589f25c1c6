"""Money back: what leaves, what is owed, and what happens to credit and codes that nobody takes."""

import pytest
from builders import A1, B1, Till, coins, dispensing, refunding, shelf

from controller.domain import facts as f
from controller.domain.catalog import SlotId
from controller.domain.cycle import Cycle, Decision, News, Phase
from controller.domain.effects import PayOut
from controller.domain.events import (
    DeadlinePassed,
    Event,
    PayoutDone,
    ReturnPressed,
    SlotChosen,
    Trouble,
    VendUnknown,
)
from controller.domain.shop import Policy
from controller.domain.vend import coins_are_welcome
from controller.domain.view import view


def test_the_return_button_gives_all_credit_back() -> None:
    """The whole credit is written down as a payout before a coin leaves, and no choice is left over."""
    till = Till()
    decision = till.tell_all(SlotChosen(A1), coins(100, 25), ReturnPressed())

    assert decision.facts == (f.PayoutStarted(1, 125),)
    assert decision.effects == (PayOut(1, 125),)
    assert (decision.cycle.phase, decision.cycle.credit_cents, decision.cycle.chosen) == (Phase.REFUNDING, 0, None)


@pytest.mark.parametrize(
    ("paid_cents", "kinds", "news"),
    [
        (125, [f.Refunded], News.REFUNDED),
        (100, [f.Refunded, f.ClaimOwed], News.CLAIM),
        (0, [f.ClaimOwed], News.CLAIM),
    ],
)
def test_what_cannot_leave_is_owed(paid_cents: int, kinds: list[type[f.Fact]], news: News) -> None:
    """A payout is a refund for what left and a claim for the rest: together exactly what was to be given back."""
    decision = refunding(125).tell(PayoutDone(1, paid_cents, 125 - paid_cents, "hopper:25"))

    assert [type(fact) for fact in decision.facts] == kinds
    assert sum(fact.cents for fact in decision.facts if isinstance(fact, f.Refunded | f.ClaimOwed)) == 125
    assert decision.cycle.notice is not None
    assert (decision.cycle.notice.news, bool(decision.cycle.notice.claim)) == (news, paid_cents < 125)


def test_a_payout_ends_once() -> None:
    """Neither a second end nor the end of another payout writes anything."""
    till = refunding()
    assert till.tell(PayoutDone(2, 125, 0, "hopper:25")) == Decision(till.cycle)
    till.tell(PayoutDone(1, 125, 0, "hopper:25"))
    assert till.tell(PayoutDone(1, 125, 0, "hopper:25")) == Decision(till.cycle)


def test_a_coin_that_comes_while_money_goes_back_is_credit_afterwards() -> None:
    """The payout was for what was there then; the new coin begins a new credit."""
    till = refunding()
    till.tell(coins(50))
    decision = till.tell(PayoutDone(1, 125, 0, "hopper:25"))

    assert (decision.cycle.phase, decision.cycle.credit_cents) == (Phase.CREDIT, 50)


def test_credit_nobody_uses_is_kept_with_a_code() -> None:
    """When the visitor walks away her money is unclaimed, not swallowed."""
    till = Till()
    decision = till.tell_all(SlotChosen(A1), coins(60), DeadlinePassed())
    (abandoned,) = decision.facts

    assert isinstance(abandoned, f.CreditAbandoned)
    assert abandoned.cents == 60
    assert (decision.cycle.phase, decision.cycle.credit_cents, decision.cycle.chosen) == (Phase.IDLE, 0, None)


@pytest.mark.parametrize("event", [ReturnPressed(), DeadlinePassed()], ids=["return button", "deadline"])
def test_a_choice_without_money_is_forgotten(event: Event) -> None:
    """A visitor who only looked leaves nothing behind, and nothing is written."""
    till = Till()
    decision = till.tell_all(SlotChosen(A1), event)

    assert decision == Decision(Cycle())


@pytest.mark.parametrize(
    "event",
    [coins(25), SlotChosen(B1), SlotChosen(SlotId("Z9")), ReturnPressed()],
    ids=["a coin", "a choice", "a wrong choice", "the return button"],
)
@pytest.mark.parametrize("paid", [(100,) * 3 + (50,), (100,) * 4], ids=["no credit left", "50 cents left"])
def test_no_button_takes_a_claim_code_off_the_screen(paid: tuple[int, ...], event: Event) -> None:
    """Who copies a code by hand may press anything, or get a second code, and still find the first until its time."""
    till = dispensing(paid=paid)
    claim = till.tell(VendUnknown(1, "no-drop")).cycle.notice
    decision = till.tell(event)
    if isinstance(event, ReturnPressed) and decision.cycle.payout:
        decision = till.tell(PayoutDone(1, 0, 50))

    assert claim is not None
    assert claim.claim is not None
    shown = view("quito-museo-1", 3, 17, 0, decision.cycle, till.shop, till.now_ms + 119_999)
    assert claim.claim in repr(shown)


# When coins are welcome


@pytest.mark.parametrize(
    ("till", "welcome"),
    [
        (Till(), True),
        (dispensing(), False),
        (refunding(), False),
        (Till(shelf(troubles=[Trouble.DISK])), False),
    ],
    ids=["idle", "dispensing", "refunding", "disk full"],
)
def test_coins_are_welcome_only_when_they_could_be_honoured(till: Till, welcome: bool) -> None:
    """The acceptor is told to refuse while a coin could neither buy anything nor be given back."""
    assert coins_are_welcome(till.cycle, till.shop) is welcome


def test_there_is_a_limit_to_what_the_machine_holds_for_one_visitor() -> None:
    """At five dollars of credit this machine takes no sixth."""
    till = Till(shelf(policy=Policy(credit_max_cents=500)))
    till.tell(coins(100, 100, 100, 100))
    assert coins_are_welcome(till.cycle, till.shop)
    till.tell(coins(100))
    assert not coins_are_welcome(till.cycle, till.shop)
