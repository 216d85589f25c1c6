"""Bugs to plant around money that comes by phone. Each is a mistake somebody really makes with a provider's answers."""

from dataclasses import replace

import pytest
from visit_bugs import Plant, act_before_writing

from controller.domain import facts as f
from controller.domain import payments, vend, vouchers
from controller.domain.cycle import Decision, Phase
from controller.domain.events import PaymentApproved, ReversalAccepted
from controller.domain.wallet import Stage
from controller.protocols.wallets import deuna
from controller.protocols.wallets.events import Proven, Unpaid
from controller.protocols.wallets.payment import Creation, OpenPayment
from controller.protocols.wallets.port import RefundAccepted, State
from controller.protocols.wallets.reversal import Reversal


def credit_what_is_pending(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is an answer, it names no error, and so it will have been paid."""
    looked = OpenPayment._looked

    def hopeful(self, told, now_ms):
        pending = told.state is State.PENDING
        return looked(self, replace(told, state=State.PAID, cents=self.charge.cents) if pending else told, now_ms)

    monkeypatch.setattr(OpenPayment, "_looked", hopeful)


def ask_again_under_another_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer came, so it is asked for anew; and as references must not repeat, under a new one."""
    created = OpenPayment._created

    def impatient(self, meaning, now_ms):
        events = created(self, meaning, now_ms)
        if self.lost and self.creation is Creation.MAYBE:
            self.charge = replace(self.charge, reference=f"{self.charge.reference[:-1]}{self.creates}")
            self.creation, self.lost = Creation.NOT_YET, False
        return events

    monkeypatch.setattr(OpenPayment, "_created", impatient)


def believe_that_a_refund_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """`status: true`, says the answer to the refund; so it is done."""
    monkeypatch.setattr(deuna, "_refunded", lambda answer: RefundAccepted(answer.get("transactionReverseId") or "done"))
    answered = Reversal.answered

    def trusting(self, meaning, now_ms):
        told = answered(self, meaning, now_ms)
        return Proven(self.charge.number, meaning.proof) if isinstance(meaning, RefundAccepted) else told

    monkeypatch.setattr(Reversal, "answered", trusting)
    monkeypatch.setattr(OpenPayment, "_say", lambda self, event: self._end(event) if isinstance(event, Proven) else [])


def forget_the_number_of_a_refund(monkeypatch: pytest.MonkeyPatch) -> None:
    """The provider's number for the refund stays in memory, to be written when the refund is proven."""
    _hear(monkeypatch, ReversalAccepted, lambda cycle, event, shop: Decision(cycle))


def vend_for_a_late_payment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paid is paid: whenever it comes it is credit."""

    def generous(cycle, event, shop):
        payment = shop.payments.get(event.payment_id)
        if payment is None or payment.stage is not Stage.DROPPED:
            return None
        taken = f.PaymentTaken(event.payment_id, payment.provider, event.cents)
        richer = replace(cycle, credit_cents=cycle.credit_cents + event.cents, paid=replace(payment, stage=Stage.TAKEN))
        return Decision(richer, (taken,))

    _hear(monkeypatch, PaymentApproved, generous)


def _hear(monkeypatch, kind, otherwise):
    """News of this kind is heard otherwise, where that gives a decision."""
    hear = payments.hear

    def wrongly(cycle, event, now_ms, shop):
        wrong = otherwise(cycle, event, shop) if isinstance(event, kind) else None
        return wrong or hear(cycle, event, now_ms, shop)

    monkeypatch.setattr(payments, "hear", wrongly)


def take_any_amount(monkeypatch: pytest.MonkeyPatch) -> None:
    """Approved is approved; nobody compares the cents."""
    concerns = payments.concerns

    def careless(cycle, event):
        if isinstance(event, PaymentApproved):
            return cycle.payment is not None and cycle.payment.payment_id == event.payment_id
        return concerns(cycle, event)

    monkeypatch.setattr(payments, "concerns", careless)


def forget_reversals_at_a_restart(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a restart only payments are asked about that may still come."""
    after_restart = payments.after_restart
    waits = (Stage.ASKED, Stage.DROPPED)
    monkeypatch.setattr(
        payments, "after_restart", lambda shop: tuple(one for one in after_restart(shop) if one.payment.stage in waits)
    )


def give_back_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cycle does not forget what it has given back, and gives it back again at the next occasion."""
    give_back = payments.give_back

    def forgetful(cycle, now_ms, shop):
        return replace(back := give_back(cycle, now_ms, shop), cycle=replace(back.cycle, paid=cycle.paid))

    monkeypatch.setattr(payments, "give_back", forgetful)


def keep_what_bought_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The piece jammed; the money stays credit, and whoever comes next may use it."""
    monkeypatch.setattr(payments, "give_back", lambda cycle, now_ms, shop: Decision(cycle))


def stop_watching_with_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits any more, so nobody looks any more."""
    monkeypatch.setattr(OpenPayment, "drop", lambda self, now_ms: self._end(Unpaid(self.charge.number)))


def owe_what_may_have_gone_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time is over and no number came: it is owed by a claim, whatever the provider says of it."""
    given_up = Reversal._given_up

    def sure(self, told, now_ms):
        event = given_up(self, told, now_ms)
        return replace(event, doubt=False) if event else None

    monkeypatch.setattr(Reversal, "_given_up", sure)


def go_on_waiting_after_a_restart(monkeypatch: pytest.MonkeyPatch) -> None:
    """A screen that showed a code before the restart is believed to show it still."""
    expired = vend._expired

    def patient(cycle, reason, now_ms, shop):
        if reason == "restarted":
            return Decision(replace(cycle, phase=Phase.AUTHORIZING, deadline_ms=now_ms + shop.policy.authorize_ms))
        return expired(cycle, reason, now_ms, shop)

    monkeypatch.setattr(vend, "_expired", patient)


def take_a_voucher_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its signature is good, so it is money, every time it is shown."""
    refusal = vouchers.refusal
    monkeypatch.setattr(
        vouchers, "refusal", lambda cycle, event, shop: refusal(cycle, event, replace(shop, vouchers=frozenset()))
    )


BUGS: tuple[Plant, ...] = (
    credit_what_is_pending,
    ask_again_under_another_reference,
    believe_that_a_refund_is_done,
    forget_the_number_of_a_refund,
    vend_for_a_late_payment,
    take_any_amount,
    forget_reversals_at_a_restart,
    give_back_twice,
    keep_what_bought_nothing,
    stop_watching_with_the_screen,
    owe_what_may_have_gone_back,
    go_on_waiting_after_a_restart,
    take_a_voucher_twice,
    act_before_writing,
)
