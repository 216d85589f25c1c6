"""Closing a sum that stays in `reversals`: a person has looked in the provider's own panel, and says how it ended.

It went back, and the provider has a number for that: two people say so, because the machine believes them as it believes a
proof. Or it never will: then it is owed by a claim code, as if the machine had given up. From then on the machine lets that
payment be; what its provider says of it later is old. A payment is closed once, by its own number, and one number of a
provider's closes one payment: a second one would be a refund that nobody has seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from controller.domain import effects as do
from controller.domain import facts as f
from controller.domain.catalog import SlotId
from controller.domain.cycle import Cycle
from controller.domain.shop import Shop
from controller.domain.stocking import Granted, Refusal, Wish
from controller.domain.treasury import pair
from controller.domain.waits import claimed
from controller.domain.wallet import Payment, Stage, reference


class Ending(StrEnum):
    """What the provider's own panel says."""

    WENT_BACK = "went-back"
    OWED = "owed"


Ended = f.Reversed | f.ReversalFailed

_ELSEWHERE = {
    Stage.ASKED: "the visitor is just asked for it",
    Stage.DROPPED: "nobody has seen it paid, and it is watched",
    Stage.TAKEN: "it is credit in the machine, or pays for a piece on its way",
}


@dataclass(frozen=True, slots=True)
class CloseReversal(Wish):
    """How a payment on its way back has ended: with the provider's own `number` for it, or owed, and `why`."""

    payment_id: int
    ending: Ending
    by: str
    witness: str = ""
    number: str = ""
    why: str = ""


def close(wish: CloseReversal, cycle: Cycle, shop: Shop, ended: Sequence[Ended]) -> Granted | Refusal:
    """What becomes of it. `ended` are reversals that are over: this payment's, and any that has the same number."""
    if refusal := _unsaid(wish):
        return refusal
    for fact in ended:
        if fact.payment_id == wish.payment_id:
            return _again(wish, fact, shop)
    payment = shop.payments.get(wish.payment_id)
    if payment is None or payment.stage is not Stage.REVERSING:
        return _not_on_its_way(wish.payment_id, payment)
    if twin := next((fact for fact in ended if fact.provider == payment.provider), None):
        return Refusal(
            "used-number", f"{wish.number.strip()!r} is the number by which payment {twin.payment_id} went back"
        )
    return _closed(wish, payment, cycle, shop)


def _unsaid(wish: CloseReversal) -> Refusal | None:
    if not wish.by.strip():
        return Refusal("nobody", "say who decides it")
    if wish.ending is Ending.OWED:
        return (
            None if wish.why.strip() else Refusal("no-reason", "say why it will never go back: it stands in the books")
        )
    if not wish.number.strip():
        return Refusal("no-number", "say the provider's own number for what went back: without it nothing is proven")
    return pair(wish.by, wish.witness)


def _closed(wish: CloseReversal, payment: Payment, cycle: Cycle, shop: Shop) -> Granted:
    number, provider, cents = payment.payment_id, payment.provider, payment.cents
    by, witness, forget = wish.by.strip(), wish.witness.strip(), (do.ConfirmPayment(payment),)
    if wish.ending is Ending.WENT_BACK:
        back = f.Reversed(number, provider, cents, wish.number.strip(), by, witness)
        return Granted((back,), effects=forget)
    numbered, claim = claimed(cycle, shop)
    owed = f.ReversalFailed(number, provider, cents, wish.why.strip(), claim, by, witness)
    return Granted((owed,), effects=forget, cycle=numbered)


def _again(wish: CloseReversal, fact: Ended, shop: Shop) -> Granted | Refusal:
    """Said again it is done already, and the machine is told again to let it be. Said otherwise, it stays as it is."""
    match fact:
        case f.Reversed(proof=proof):
            same = wish.ending is Ending.WENT_BACK and wish.number.strip() == proof
            known = f"went back, and its number is {proof}"
        case f.ReversalFailed(claim=claim):
            same = wish.ending is Ending.OWED
            known = f"is owed by claim {claim}"
    if not same:
        return Refusal("closed", f"payment {fact.payment_id} is closed already: it {known}")
    ours = reference(shop.claim_key, fact.payment_id)
    forget = do.ConfirmPayment(Payment(fact.payment_id, fact.provider, ours, fact.cents, SlotId("")))
    return Granted((), effects=(forget,))


def _not_on_its_way(number: int, payment: Payment | None) -> Refusal:
    if payment is None:
        return Refusal(
            "unknown-payment", f"no payment {number} is on its way back: `minga money sweep` lists those that are"
        )
    return Refusal("not-reversing", f"payment {number} is not on its way back: {_ELSEWHERE[payment.stage]}")
