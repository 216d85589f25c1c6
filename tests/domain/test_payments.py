"""Paying without coins: asked for once, believed only to the cent and in time, and given back with proof."""

from dataclasses import replace

import pytest
from builders import A1, A3, CLAIM, KEY, Till, coins, shelf

from controller.domain import effects as do
from controller.domain import facts as f
from controller.domain.accounts import DOUBT, OVER_SHORT, postings
from controller.domain.catalog import Closed
from controller.domain.cycle import Decision, News, Phase
from controller.domain.events import (
    DeadlinePassed,
    Event,
    ItemDropped,
    PayBy,
    PaymentApproved,
    PaymentDeclined,
    PaymentOffered,
    PaymentUnpaid,
    Restarted,
    ReturnPressed,
    ReversalAccepted,
    ReversalBounced,
    ReversalProven,
    ReversalRefused,
    SlotChosen,
    Trouble,
    VendRefused,
    VendUnknown,
)
from controller.domain.shop import Claim, Policy
from controller.domain.stocking import Granted, Refusal
from controller.domain.treasury import Books, SettleClaim, decide
from controller.domain.view import view
from controller.domain.wallet import Offer, Stage, reference
from controller.domain.welcome import welcome_coins

DEUNA = Policy(wallets=("deuna",))


def paying(*in_cents: int) -> Till:
    """A visitor who chose the bag of 3.50, put in these coins, and has the wallet's code before her."""
    till = Till(shelf(policy=DEUNA))
    if in_cents:
        till.tell(coins(*in_cents))
    till.tell_all(SlotChosen(A1), PayBy("deuna"))
    assert till.cycle.phase is Phase.AUTHORIZING
    return till


def balances(till: Till) -> dict[str, int]:
    """What every account holds by the facts so far, in postings' own signs; zeros left out."""
    held: dict[str, int] = {}
    for fact in till.facts:
        for line in postings(fact):
            held[line.account] = held.get(line.account, 0) + line.cents
    return {account: cents for account, cents in held.items() if cents}


def test_what_is_missing_is_asked_for_after_it_is_written_down() -> None:
    """A dollar is in: the wallet is asked for 2.50, under a number of ours that nobody guesses."""
    till = paying(100)
    asked = till.written(f.PaymentAsked)[0]
    request = till.effects[-1]

    assert asked == f.PaymentAsked(1, "deuna", reference(KEY, 1), 250, A1)
    assert isinstance(request, do.RequestPayment)
    assert (request.payment.reference, request.payment.cents) == (reference(KEY, 1), 250)
    assert till.cycle.credit_cents == 100


def test_one_word_chooses_and_asks() -> None:
    """The visitor touches the code on the piece itself: it is chosen, and the wallet is asked for its whole price."""
    till = Till(shelf(policy=DEUNA))
    decision = till.tell(PayBy("deuna", A1))
    assert [type(effect) for effect in decision.effects] == [do.RequestPayment]
    assert till.cycle.payment is not None
    assert (till.cycle.payment.slot, till.cycle.payment.cents) == (A1, 350)


def test_a_piece_her_coins_pay_for_needs_no_wallet() -> None:
    """Four dollars are in: touching the code on the bag of 3.50 lets it fall."""
    till = Till(shelf(policy=DEUNA))
    till.tell_all(coins(100, 100, 100, 100), PayBy("deuna", A1))
    assert till.cycle.phase is Phase.DISPENSING
    assert not till.written(f.PaymentAsked)


def test_a_paid_wallet_sells_the_piece_and_the_provider_is_told() -> None:
    """Coins and wallet make the price together; the shares are the price's, wherever the money came from."""
    till = paying(100)
    till.tell_all(PaymentApproved(1, 250), ItemDropped(1))

    assert [type(fact) for fact in till.facts[2:]] == [f.PaymentTaken, f.VendStarted, f.Sold, f.PaymentOver]
    assert isinstance(till.effects[-1], do.ConfirmPayment)
    assert balances(till) == {
        "coinbox": 100,
        "wallet:deuna": 250,
        "maker:rosa": -280,
        "fund:comun": -52,
        "fund:maquina": -18,
    }
    assert till.shop.payments == {}


@pytest.mark.parametrize("cents", [249, 251, 0, 25_000])
def test_another_amount_never_turns_a_motor(cents: int) -> None:
    """What was really paid goes back, and nobody waits for this payment any more: her dollar is credit as before."""
    till = paying(100)
    decision = till.tell(PaymentApproved(1, cents))

    assert decision.facts == (f.PaymentLate(1, "deuna", cents),)
    assert [type(effect) for effect in decision.effects] == [do.ReversePayment]
    assert (decision.cycle.vend, decision.cycle.payment, decision.cycle.phase) == (None, None, Phase.CREDIT)
    till.tell_all(ReversalProven(1, "rev-0042"), DeadlinePassed())
    assert till.shop.payments == {}


def test_a_payment_is_taken_once() -> None:
    """The provider says it again, during the vend and after it: nothing more happens."""
    till = paying()
    till.tell(PaymentApproved(1, 350))
    assert till.tell(PaymentApproved(1, 350)) == Decision(till.cycle)
    till.tell(ItemDropped(1))
    assert till.tell(PaymentApproved(1, 350)) == Decision(till.cycle)
    assert till.tell(PaymentApproved(7, 350)) == Decision(till.cycle)


def test_a_vend_that_fails_gives_the_wallet_its_part_back_and_leaves_the_coins() -> None:
    """Both twins jam: 2.50 go back the way they came, the dollar is credit as before."""
    till = paying(100)
    till.tell_all(PaymentApproved(1, 250), VendRefused(1, Closed.JAMMED), VendRefused(2, Closed.JAMMED))

    assert till.facts[-1] == f.ReversalDue(1, "deuna", 250)
    assert (till.cycle.phase, till.cycle.credit_cents) == (Phase.CREDIT, 100)
    assert till.shop.payments[1].stage is Stage.REVERSING
    assert till.cycle.notice is not None
    assert till.cycle.notice.news is News.REVERSING


def test_a_twin_is_tried_before_anything_goes_back() -> None:
    """The second slot sells: nothing is reversed, the payment is used."""
    till = paying()
    till.tell_all(PaymentApproved(1, 350), VendRefused(1, Closed.JAMMED), ItemDropped(2))

    assert till.written(f.ReversalDue) == []
    assert till.facts[-1] == f.PaymentOver(1, "sold")


def test_a_piece_in_doubt_keeps_the_payment_for_a_person_to_decide() -> None:
    """Nothing goes back by itself: the money waits in doubt with its claim code."""
    till = paying()
    till.tell_all(PaymentApproved(1, 350), VendUnknown(1, "no-drop"))

    assert till.facts[-1] == f.PaymentOver(1, "doubt")
    assert balances(till) == {"wallet:deuna": 350, "doubt": -350}


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (DeadlinePassed(), "too-late"),
        (PaymentDeclined(1, "declined"), "declined"),
        (ReturnPressed(), "changed-mind"),
        (SlotChosen(A3), "changed-mind"),
    ],
    ids=["screen time over", "declined", "return button", "another piece"],
)
def test_nobody_waits_for_ever(event: Event, reason: str) -> None:
    """The provider is told to cancel and the payment is watched on, whoever gave up."""
    till = paying()
    decision = till.tell(event)

    assert decision.facts[0] == f.PaymentDropped(1, reason)
    assert isinstance(decision.effects[0], do.CancelPayment)
    assert till.shop.payments[1].stage is Stage.DROPPED
    assert till.cycle.phase is Phase.IDLE


def test_giving_up_a_wallet_gives_the_coins_back_with_the_same_press() -> None:
    """One press of the return button is enough, whatever lies on the screen."""
    till = paying(100)
    decision = till.tell(ReturnPressed())

    assert [type(fact) for fact in decision.facts] == [f.PaymentDropped, f.PayoutStarted]
    assert decision.cycle.phase is Phase.REFUNDING


def test_a_late_payment_is_never_a_vend() -> None:
    """It comes while the next visitor has her coins in: all of it goes back, and she notices nothing."""
    till = paying()
    till.tell_all(DeadlinePassed(), coins(100), SlotChosen(A1))
    decision = till.tell(PaymentApproved(1, 350))

    assert decision.facts == (f.PaymentLate(1, "deuna", 350),)
    assert (decision.cycle.credit_cents, decision.cycle.vend) == (100, None)
    assert balances(till)["reversals"] == -350


def test_a_reversal_ends_only_with_a_proof() -> None:
    """The provider's own number for it goes into the books; the second proof is old news."""
    till = going_back()
    decision = till.tell(ReversalProven(1, "rev-0042"))

    assert decision.facts == (f.Reversed(1, "deuna", 350, "rev-0042"),)
    assert balances(till) == {}
    assert till.tell(ReversalProven(1, "rev-0042")) == Decision(till.cycle)


def going_back() -> Till:
    """The bag was paid for when nobody waited any more: 3.50 are on their way back."""
    till = paying()
    till.tell_all(DeadlinePassed(), PaymentApproved(1, 350))
    return till


def test_an_accepted_refunds_number_is_kept_and_moves_nothing() -> None:
    """It is written down once however often it is told, and handed to whoever asks after a restart."""
    till = going_back()
    assert till.tell(ReversalAccepted(1, "rev-0041")).facts == (f.ReversalAccepted(1, "rev-0041"),)
    assert till.tell(ReversalAccepted(1, "rev-0041")) == Decision(till.cycle)

    assert balances(till) == {"wallet:deuna": 350, "reversals": -350}
    (again,) = till.tell(Restarted()).effects
    assert isinstance(again, do.ReversePayment)
    assert again.payment.proof == "rev-0041"


def test_a_number_that_failed_counts_no_more_and_the_newest_one_counts() -> None:
    """Every number stays in the books; news of one that counts no more is old."""
    till = going_back()
    till.tell_all(ReversalAccepted(1, "rev-0041"), ReversalBounced(1, "rev-0041"))
    assert till.shop.payments[1].proof == ""
    till.tell_all(ReversalAccepted(1, "rev-0042"), ReversalAccepted(1, "rev-0043"), ReversalBounced(1, "rev-0042"))

    assert till.shop.payments[1].proof == "rev-0043"
    assert [fact.proof for fact in till.written(f.ReversalAccepted)] == ["rev-0041", "rev-0042", "rev-0043"]
    assert till.written(f.ReversalBounced) == [f.ReversalBounced(1, "rev-0041")]


@pytest.mark.parametrize("event", [ReversalAccepted(1, "rev-0041"), ReversalBounced(1, "")], ids=["accepted", "failed"])
def test_a_number_for_what_does_not_go_back_means_nothing(event: Event) -> None:
    """While she is still asked for it, and when it is over."""
    till = paying()
    assert till.tell(event) == Decision(till.cycle)
    till.tell_all(DeadlinePassed(), PaymentApproved(1, 350), ReversalProven(1, "rev-0042"))
    assert till.tell(event) == Decision(till.cycle)


def test_what_may_be_back_already_is_a_doubt() -> None:
    """It waits in `doubt` and not among the debts, and the claim says which wallet it may have left."""
    till = going_back()
    till.tell(ReversalAccepted(1, "rev-0041"))
    decision = till.tell(ReversalRefused(1, "accepted, but never said to have gone back", doubt=True))

    assert [fact.place for fact in decision.facts if isinstance(fact, f.ReversalFailed)] == ["wallet:deuna"]
    assert till.shop.claims[CLAIM] == Claim(CLAIM, DOUBT, 350, place="wallet:deuna")
    assert balances(till) == {"wallet:deuna": 350, "doubt": -350}


@pytest.mark.parametrize(
    ("verdict", "held_cents", "place"),
    [
        (f.Verdict.DELIVERED, 350, "wallet:deuna"),
        (f.Verdict.DELIVERED, 100, OVER_SHORT),
        (f.Verdict.REFUNDED, 350, "coinbox"),
    ],
    ids=["it had gone back", "the account was emptied since", "paid from the box"],
)
def test_a_person_decides_what_may_be_back(verdict: f.Verdict, held_cents: int, place: str) -> None:
    """`delivered`: it had left the wallet after all; `refunded`: it had not, and she got it from the box. Nobody sold it."""
    till = going_back()
    till.tell(ReversalRefused(1, "it says that it went back, without a number", doubt=True))
    books = Books({"wallet:deuna": held_cents, "coinbox": 400})
    settled = f.ClaimSettled(CLAIM, DOUBT, 350, verdict, place, (), "carmen")

    assert decide(SettleClaim(CLAIM, verdict, "carmen"), till.shop, books) == Granted((settled,))
    refused = decide(SettleClaim(CLAIM, f.Verdict.BY_HAND, "carmen"), till.shop, books)
    assert isinstance(refused, Refusal)
    assert refused.code == "bad-verdict"
    till.facts.append(settled)
    assert "doubt" not in balances(till)


def test_what_cannot_go_back_is_owed_by_a_code() -> None:
    """Past the provider's hour the money stays, and the claim code says whose it is."""
    till = going_back()
    decision = till.tell(ReversalRefused(1, "after 20:00"))

    assert decision.facts == (f.ReversalFailed(1, "deuna", 350, "after 20:00", CLAIM),)
    assert till.shop.claims[CLAIM].cents == 350
    assert balances(till) == {"wallet:deuna": 350, "claims": -350}


def test_a_payment_nobody_made_is_forgotten_when_its_watch_is_over() -> None:
    """After seven days nothing is expected of it; before it was dropped such news means nothing."""
    till = paying()
    assert till.tell(PaymentUnpaid(1)) == Decision(till.cycle)
    till.tell_all(DeadlinePassed(), PaymentUnpaid(1))

    assert till.facts[-1] == f.PaymentOver(1, "unpaid")
    assert till.shop.payments == {}


def test_a_door_that_opened_meanwhile_sends_the_payment_back() -> None:
    """It was paid in time, but the machine cannot honour it any more."""
    till = paying()
    till.shop = replace(till.shop, troubles=frozenset({Trouble.DOOR_OPEN}))
    decision = till.tell(PaymentApproved(1, 350))

    assert [type(fact) for fact in decision.facts] == [f.PaymentTaken, f.ReversalDue]
    assert balances(till) == {"wallet:deuna": 350, "reversals": -350}


def test_after_a_restart_every_open_payment_is_asked_about_and_none_is_made_anew() -> None:
    """One was waited for, one was dropped, one goes back: none is requested again, and nobody waits any more, because nobody
    knows for how long the machine was off."""
    till = paying()
    till.tell_all(DeadlinePassed(), SlotChosen(A1), PayBy("deuna"), DeadlinePassed(), PaymentApproved(1, 350))
    till.tell_all(SlotChosen(A1), PayBy("deuna"))
    decision = till.tell(Restarted())

    kinds = {effect.payment.payment_id: type(effect) for effect in decision.effects if hasattr(effect, "payment")}
    assert kinds == {1: do.ReversePayment, 2: do.WatchPayment, 3: do.WatchPayment}
    assert [fact.reason for fact in decision.facts] == ["restarted"]
    assert decision.cycle.phase is Phase.IDLE
    assert decision.cycle.notice is not None
    assert decision.cycle.notice.news is News.EXPIRED


def test_what_the_provider_gives_is_shown_to_the_visitor() -> None:
    """A link to draw, a number to type; an offer for another payment is not hers."""
    till = paying()
    till.tell(PaymentOffered(1, Offer(link="https://pagar.example/abc", code="483920")))
    till.tell(PaymentOffered(9, Offer(code="000000")))
    shown = view("quito-museo-1", 1, 1, 0, till.cycle, till.shop, till.now_ms)

    assert shown.payment is not None
    assert (shown.payment.cents, shown.payment.offer) == (350, Offer(link="https://pagar.example/abc", code="483920"))
    assert shown.wallets == ("deuna",)


def test_no_coin_comes_in_while_a_wallet_is_out() -> None:
    """Only one way of paying at a time; a coin in flight stays credit."""
    till = paying()
    assert welcome_coins(till.cycle, till.shop) == frozenset()
    till.tell(coins(25))
    assert (till.cycle.phase, till.cycle.credit_cents) == (Phase.AUTHORIZING, 25)


@pytest.mark.parametrize("away", [frozenset({"deuna"}), frozenset()], ids=["it does not answer", "nobody chose"])
def test_a_wallet_that_cannot_be_asked_is_refused_in_words(away: frozenset[str]) -> None:
    """Nothing is written, and the screen says why."""
    till = Till(replace(shelf(policy=DEUNA), away=away))
    if away:
        till.tell(SlotChosen(A1))
    decision = till.tell(PayBy("deuna"))

    assert decision.facts == ()
    assert decision.cycle.notice is not None
    assert decision.cycle.notice.news is News.NO_WALLET
