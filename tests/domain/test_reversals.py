"""A sum that does not come back by itself: closed once, by people who have looked, with a number or a claim."""

from dataclasses import replace

import pytest
from builders import A1, CLAIM, KEY, Till, coins, shelf

from controller.domain import effects as do
from controller.domain import facts as f
from controller.domain.accounts import postings
from controller.domain.claims import code
from controller.domain.cycle import Cycle, Decision
from controller.domain.events import DeadlinePassed, PaymentApproved, ReversalProven, ReversalRefused
from controller.domain.reversals import CloseReversal, Ended, Ending, close
from controller.domain.shop import Shop, after
from controller.domain.stocking import Granted, Refusal
from controller.domain.wallet import Payment, Stage, reference

ASKED = f.PaymentAsked(7, "deuna", reference(KEY, 7), 350, A1)
LATE = f.PaymentLate(7, "deuna", 500)
BACK = CloseReversal(7, Ending.WENT_BACK, "carmen", "rosa", number="rev-0042")
OWED = CloseReversal(7, Ending.OWED, "carmen", why="Deuna la anuló y no la devuelve")


def stuck() -> Shop:
    """Payment 7 of $3.50 was paid with $5.00 when nobody waited, and its provider is silent."""
    return shelf(ASKED, LATE)


def granted(wish: CloseReversal, shop: Shop | None = None, *ended: Ended) -> Granted:
    answer = close(wish, Cycle(last_claim_id=3), shop or stuck(), ended)
    assert isinstance(answer, Granted), answer
    return answer


def refused(wish: CloseReversal, shop: Shop | None = None, *ended: Ended) -> Refusal:
    answer = close(wish, Cycle(), shop or stuck(), ended)
    assert isinstance(answer, Refusal), answer
    return answer


def test_what_went_back_leaves_the_books_with_its_number_and_both_names() -> None:
    """All that was paid, not what was asked for; the machine is told to let it be, and no claim is given out."""
    answer = granted(BACK)
    (fact,) = answer.facts

    assert fact == f.Reversed(7, "deuna", 500, "rev-0042", "carmen", "rosa")
    assert {line.account: line.cents for line in postings(fact)} == {"reversals": 500, "wallet:deuna": -500}
    assert after(stuck(), fact).payments == {}
    assert answer.cycle is None


def test_what_never_goes_back_is_owed_as_if_the_machine_had_given_up() -> None:
    """The next claim code, with the reason in the words of whoever looked; the code after it goes to somebody else."""
    answer = granted(OWED)
    (fact,) = answer.facts

    assert fact == f.ReversalFailed(7, "deuna", 500, OWED.why, code(KEY, 4), "carmen")
    assert {line.account: line.cents for line in postings(fact)} == {"reversals": 500, "claims": -500}
    assert after(stuck(), fact).claims[code(KEY, 4)].cents == 500
    assert answer.cycle == Cycle(last_claim_id=4)


@pytest.mark.parametrize("wish", [BACK, OWED], ids=["went back", "owed"])
def test_the_machine_is_told_to_ask_no_more(wish: CloseReversal) -> None:
    """Whoever speaks with the provider forgets the payment, or it would go on asking for a refund."""
    assert granted(wish).effects == (do.ConfirmPayment(stuck().payments[7]),)


@pytest.mark.parametrize("wish", [BACK, OWED], ids=["went back", "owed"])
def test_said_twice_it_is_done_once(wish: CloseReversal) -> None:
    """The answer got lost: nothing is written anew, and the machine is told again."""
    (done,) = granted(wish).facts
    again = granted(wish, after(stuck(), done), done)

    assert (again.facts, again.cycle) == ((), None)
    assert again.effects == (do.ConfirmPayment(Payment(7, "deuna", reference(KEY, 7), 500, "")),)


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (BACK, replace(BACK, number="rev-0043"), "went back, and its number is rev-0042"),
        (BACK, OWED, "went back, and its number is rev-0042"),
        (OWED, BACK, f"is owed by claim {code(KEY, 4)}"),
    ],
    ids=["another number", "then owed", "then went back"],
)
def test_what_is_closed_stays_as_it_is(first: CloseReversal, second: CloseReversal, words: str) -> None:
    """Who says otherwise later is told what stands in the books."""
    (done,) = granted(first).facts
    answer = refused(second, after(stuck(), done), done)
    assert answer.code == "closed"
    assert words in answer.words


def test_one_number_closes_one_payment() -> None:
    """Two refunds never have the same number at one provider; another provider may use it too."""
    other = f.Reversed(5, "deuna", 350, "rev-0042")
    assert refused(BACK, None, other).code == "used-number"
    assert "payment 5" in refused(BACK, None, other).words
    assert granted(BACK, None, replace(other, provider="pix")).facts


@pytest.mark.parametrize(
    ("wish", "code_"),
    [
        (replace(BACK, by=" "), "nobody"),
        (replace(OWED, by=""), "nobody"),
        (replace(BACK, witness=""), "one-person"),
        (replace(BACK, witness=" carmen "), "one-person"),
        (replace(BACK, number="  "), "no-number"),
        (replace(OWED, why=""), "no-reason"),
    ],
)
def test_nobody_says_it_nameless_alone_or_without_a_ground(wish: CloseReversal, code_: str) -> None:
    """What went back takes two people and a number; what is owed takes a name and a reason."""
    assert refused(wish).code == code_


@pytest.mark.parametrize(
    ("facts", "code_", "words"),
    [
        ((), "unknown-payment", "minga money sweep"),
        ((ASKED,), "not-reversing", "the visitor is just asked"),
        ((ASKED, f.PaymentDropped(7, "too-late")), "not-reversing", "it is watched"),
        ((ASKED, f.PaymentTaken(7, "deuna", 350)), "not-reversing", "it is credit"),
        ((ASKED, f.PaymentTaken(7, "deuna", 350), f.PaymentOver(7, "sold")), "unknown-payment", "no payment 7"),
    ],
    ids=["never was", "asked", "watched", "credit", "sold"],
)
def test_only_what_is_on_its_way_back_can_be_closed(facts: tuple[f.Fact, ...], code_: str, words: str) -> None:
    """A payment that waits, buys or has bought is left alone, and the words say where it is."""
    answer = refused(BACK, shelf(*facts))
    assert answer.code == code_
    assert words in answer.words


@pytest.mark.parametrize("wish", [BACK, OWED], ids=["went back", "owed"])
@pytest.mark.parametrize(
    "late", [ReversalProven(7, "rev-0099"), ReversalRefused(7, "HTTP 400"), PaymentApproved(7, 500)]
)
def test_what_the_provider_says_afterwards_is_old(wish: CloseReversal, late: object) -> None:
    """A proof that was under way, a refusal, another approval: nothing is written and nothing is done."""
    till = Till(after(stuck(), granted(wish).facts[0]))
    till.tell(coins(100))
    assert till.tell(late) == Decision(till.cycle)  # type: ignore[arg-type]


def test_a_claim_given_out_at_the_desk_is_not_given_out_again() -> None:
    """While a visitor has money in: she leaves it, and gets a code of her own."""
    till = Till(stuck())
    till.tell(coins(25))
    answer = close(OWED, till.cycle, till.shop, ())
    assert isinstance(answer, Granted)
    assert answer.cycle is not None
    till.cycle, till.shop = answer.cycle, after(till.shop, answer.facts[0])
    till.now_ms = till.cycle.deadline_ms or 0
    till.tell(DeadlinePassed())

    assert (till.cycle.credit_cents, [claim.cents for claim in till.shop.claims.values()]) == (0, [500, 25])
    assert list(till.shop.claims) == [CLAIM, code(KEY, 2)]
    assert stuck().payments[7].stage is Stage.REVERSING
