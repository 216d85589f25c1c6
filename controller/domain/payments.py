"""Paying without coins: a wallet's QR or a card reader, asked for once, believed only to the cent, given back with proof.

Part of the vend cycle. A payment is written down before its provider is asked. It becomes credit only while the visitor
waits, and only when the provider says exactly our amount under our own number; then the vend starts by the same rules as
for coins. Whatever else comes (too late, another amount) never turns a motor: it goes back. Silence means unknown and
changes nothing.
"""

from dataclasses import replace

from controller.domain import effects as do
from controller.domain import facts as f
from controller.domain.cycle import Cycle, Decision, News, Phase
from controller.domain.events import (
    DeadlinePassed,
    Event,
    PaymentApproved,
    PaymentDeclined,
    PaymentOffered,
    PaymentUnpaid,
    ReturnPressed,
    ReversalAccepted,
    ReversalBounced,
    ReversalProven,
    ReversalRefused,
    SlotChosen,
)
from controller.domain.shop import Shop
from controller.domain.waits import claimed, noticed, settled, with_code
from controller.domain.wallet import Payment, Stage, reference

# While the visitor waits


def ask(cycle: Cycle, provider: str, now_ms: int, shop: Shop) -> Decision:
    """Ask `provider` for what is missing of the chosen piece; coins that are in stay credit and count."""
    slot = shop.slots.get(cycle.chosen) if cycle.chosen else None
    if slot is None or not slot.sells or not shop.selling or provider not in shop.wallets:
        return Decision(replace(cycle, notice=noticed(News.NO_WALLET, now_ms, shop)))
    missing_cents = slot.price_cents - cycle.credit_cents
    assert missing_cents > 0, "a choice that is paid for has started its vend"
    payment_id = cycle.last_payment_id + 1
    payment = Payment(payment_id, provider, reference(shop.claim_key, payment_id), missing_cents, slot.slot)
    waiting = replace(
        cycle,
        phase=Phase.AUTHORIZING,
        payment=payment,
        offer=None,
        notice=None,
        last_payment_id=payment_id,
        deadline_ms=now_ms + shop.policy.authorize_ms,
    )
    asked = f.PaymentAsked(payment_id, provider, payment.reference, missing_cents, slot.slot)
    return Decision(waiting, (asked,), (do.RequestPayment(payment),))


def concerns(cycle: Cycle, event: Event) -> bool:
    """Whether this event means something for the payment the visitor is asked for: news of it, or her change of mind."""
    match event:
        case PaymentOffered(payment_id) | PaymentDeclined(payment_id):
            return cycle.payment is not None and cycle.payment.payment_id == payment_id
        case PaymentApproved(payment_id, cents):
            payment = cycle.payment
            return payment is not None and (payment.payment_id, payment.cents) == (payment_id, cents)
        case _:
            return isinstance(event, DeadlinePassed | ReturnPressed | SlotChosen)


def drop(cycle: Cycle, reason: str, now_ms: int, shop: Shop) -> Decision:
    """Wait no more. The provider is told, and watched: nobody can be kept from paying a code she has already seen."""
    payment = cycle.payment
    assert payment is not None
    over = replace(cycle, phase=Phase.IDLE, payment=None, offer=None)
    dropped = f.PaymentDropped(payment.payment_id, reason)
    return Decision(settled(over, now_ms, shop), (dropped,), (do.CancelPayment(payment),))


def take(cycle: Cycle) -> tuple[Cycle, f.PaymentTaken]:
    """The payment is credit now, and the cycle remembers whose: what the vend does not use goes back the way it came."""
    payment = cycle.payment
    assert payment is not None
    paid = replace(payment, stage=Stage.TAKEN)
    credit_cents = cycle.credit_cents + payment.cents
    richer = replace(cycle, phase=Phase.CREDIT, payment=None, offer=None, paid=paid, credit_cents=credit_cents)
    return richer, f.PaymentTaken(payment.payment_id, payment.provider, payment.cents)


def use(cycle: Cycle, outcome: str) -> Decision:
    """The piece is sold, or in doubt: the provider may close its side, and nothing goes back by itself any more."""
    if cycle.paid is None:
        return Decision(cycle)
    over = f.PaymentOver(cycle.paid.payment_id, outcome)
    return Decision(replace(cycle, paid=None), (over,), (do.ConfirmPayment(cycle.paid),))


def give_back(cycle: Cycle, now_ms: int, shop: Shop) -> Decision:
    """No vend: what was paid without coins leaves the credit at once and goes back the way it came."""
    if cycle.paid is None:
        return Decision(cycle)
    paid = cycle.paid
    due = f.ReversalDue(paid.payment_id, paid.provider, paid.cents)
    notice = noticed(News.REVERSING, now_ms, shop, cents=paid.cents)
    poorer = replace(cycle, paid=None, credit_cents=cycle.credit_cents - paid.cents, notice=notice)
    return Decision(poorer, (due,), (do.ReversePayment(replace(paid, stage=Stage.REVERSING)),))


# Whenever the provider says something, whatever the visitor does

Word = PaymentApproved | PaymentUnpaid | ReversalAccepted | ReversalBounced | ReversalProven | ReversalRefused
"""What may be heard of a payment that nobody waits for."""


def hear(cycle: Cycle, event: Event, now_ms: int, shop: Shop) -> Decision:
    """News of a payment that nobody waits for. News of one that is over, or unknown, is old and means nothing."""
    match event:
        case PaymentApproved(payment_id, cents) if payment := _open(shop, payment_id, Stage.ASKED, Stage.DROPPED):
            late = f.PaymentLate(payment_id, payment.provider, cents)
            back = replace(payment, stage=Stage.REVERSING, cents=cents)
            if (
                cycle.payment and cycle.payment.payment_id == payment_id
            ):  # it was asked for once, and will not come again
                cycle = settled(replace(cycle, payment=None, offer=None), now_ms, shop)
            return Decision(cycle, (late,), (do.ReversePayment(back),))
        case PaymentUnpaid(payment_id) if _open(shop, payment_id, Stage.DROPPED):
            return Decision(cycle, (f.PaymentOver(payment_id, "unpaid"),))
        case ReversalAccepted(payment_id, proof) if payment := _open(shop, payment_id, Stage.REVERSING):
            return Decision(cycle, (f.ReversalAccepted(payment_id, proof),) if proof != payment.proof else ())
        case ReversalBounced(payment_id, proof) if payment := _open(shop, payment_id, Stage.REVERSING):
            return Decision(cycle, (f.ReversalBounced(payment_id, proof),) if proof == payment.proof else ())
        case ReversalProven(payment_id, proof) if payment := _open(shop, payment_id, Stage.REVERSING):
            return Decision(cycle, (f.Reversed(payment_id, payment.provider, payment.cents, proof),))
        case ReversalRefused(payment_id, reason, doubt) if payment := _open(shop, payment_id, Stage.REVERSING):
            return _owe(cycle, payment, reason, f"wallet:{payment.provider}" if doubt else "", now_ms, shop)
        case _:
            return Decision(cycle)


def after_restart(shop: Shop) -> tuple[do.Effect, ...]:
    """Every payment that is not over is asked about again; none is asked for twice."""
    again = {Stage.ASKED: do.WatchPayment, Stage.DROPPED: do.WatchPayment, Stage.REVERSING: do.ReversePayment}
    return tuple(again[payment.stage](payment) for payment in shop.payments.values() if payment.stage in again)


def _open(shop: Shop, payment_id: int, *stages: Stage) -> Payment | None:
    payment = shop.payments.get(payment_id)
    return payment if payment and payment.stage in stages else None


def _owe(cycle: Cycle, payment: Payment, reason: str, place: str, now_ms: int, shop: Shop) -> Decision:
    """It cannot go back the way it came, or nobody knows whether it has, from `place`: a claim code, for whoever still stands
    there and for the coordinator."""
    numbered, claim = claimed(cycle, shop)
    failed = f.ReversalFailed(payment.payment_id, payment.provider, payment.cents, reason, claim, place=place)
    told = noticed(News.CLAIM, now_ms, shop, cents=payment.cents, claim=claim)
    return Decision(with_code(numbered, told, now_ms), (failed,))
