"""Money back: what leaves, what is owed, and what happens to credit and codes that nobody takes."""

from dataclasses import replace

import pytest
from builders import A1, B1, CLAIM, Till, coins, dispensing, pays, refunding

from controller.domain import facts as f
from controller.domain.catalog import SlotId
from controller.domain.change import Hopper, Paid
from controller.domain.cycle import Cycle, Decision, News, Phase
from controller.domain.effects import AskHoppers
from controller.domain.events import (
    CoinsPaid,
    DeadlinePassed,
    Event,
    HoppersAnswered,
    ReturnPressed,
    SlotChosen,
    StillHere,
    VendUnknown,
)
from controller.domain.shop import after
from controller.domain.view import view


def test_the_return_button_gives_all_credit_back() -> None:
    """The whole credit is written down as a payout before a coin leaves, and no choice is left over."""
    till = Till()
    decision = till.tell_all(SlotChosen(A1), coins(100, 25), ReturnPressed())

    assert decision.facts == (f.PayoutStarted(1, 125),)
    assert decision.effects == (AskHoppers(1),)
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
    decision = pays(refunding(125), paid_cents)
    money = tuple(fact for fact in decision.facts if not isinstance(fact, f.HopperClosed))

    assert [type(fact) for fact in money] == kinds
    assert sum(fact.cents for fact in decision.facts if isinstance(fact, f.Refunded | f.ClaimOwed)) == 125
    assert decision.cycle.notice is not None
    assert (decision.cycle.notice.news, bool(decision.cycle.notice.claim)) == (news, paid_cents < 125)


def test_a_payout_ends_once() -> None:
    """Neither a second end nor the end of another payout writes anything."""
    till = refunding()
    assert till.tell(CoinsPaid(2, (Paid("hopper:25", 125),))) == Decision(till.cycle)
    pays(till, 125)
    assert till.tell(CoinsPaid(1, (Paid("hopper:25", 125),))) == Decision(till.cycle)


def test_a_coin_that_comes_while_money_goes_back_is_credit_afterwards() -> None:
    """The payout was for what was there then; the new coin begins a new credit."""
    till = refunding()
    till.tell(coins(50))
    decision = pays(till, 125)

    assert (decision.cycle.phase, decision.cycle.credit_cents) == (Phase.CREDIT, 50)


def test_coins_that_may_have_left_are_a_doubt_and_no_debt() -> None:
    """A hopper that cannot say what it gave is neither believed nor asked to give again: a person decides by the code."""
    till = refunding(125)
    decision = pays(till, 0, unsure=True)
    doubt, closed = decision.facts

    assert doubt == f.PayoutInDoubt(1, 125, "hopper:25", CLAIM)
    assert closed == f.HopperClosed("hopper:25", "unsure")
    assert till.shop.claims[CLAIM].place == "hopper:25"


def test_a_hopper_that_gave_less_than_the_books_believed_is_closed() -> None:
    """Two quarters of five left: the rest is owed, and nothing is counted on in this hopper until somebody counts it."""
    till = refunding(125)
    decision = pays(till, 50)

    assert decision.facts[-1] == f.HopperClosed("hopper:25", "short")
    assert not till.shop.gives_change


def test_a_hopper_that_somebody_counted_pays_again() -> None:
    """The count says what is truly in it, and opens it."""
    till = refunding(125)
    pays(till, 50)
    counted = after(till.shop, f.CashCounted("hopper:25", 950, 900, "carmen", "luz"))

    assert counted.closed_hoppers == {}


def test_nothing_is_ordered_from_a_hopper_that_is_closed() -> None:
    """The whole payout becomes a claim although the hopper answers and the books believe it full."""
    till = refunding(125)
    till.shop = replace(till.shop, floats={"hopper:25": 1_000}, closed_hoppers={"hopper:25": "short"})
    decision = till.tell(HoppersAnswered(1, (Hopper("hopper:25", 25, 0, 1_000),)))

    assert [type(fact) for fact in decision.facts] == [f.ClaimOwed]


def test_a_visitor_who_is_still_there_gets_her_time_again() -> None:
    """One tap before the end of the wait begins it anew; nothing is written."""
    till = Till()
    till.tell(coins(60))
    till.now_ms += 80_000
    decision = till.tell(StillHere())

    assert decision.facts == ()
    assert decision.cycle.deadline_ms == till.now_ms + till.shop.policy.credit_idle_ms


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
        decision = pays(till, 0)

    assert claim is not None
    assert claim.claim is not None
    shown = view("quito-museo-1", 3, 17, 0, decision.cycle, till.shop, till.now_ms + 119_999)
    assert claim.claim in repr(shown)
