"""A card reader as a wallet: the payment effects of the brain, and what the reader makes of them.

    RequestPayment   wait for a card, write down that the reader is asked, ask it: PaymentApproved, or PaymentDeclined
    ConfirmPayment   the piece is delivered: paid for good
    ReversePayment   the piece is not: ReversalProven when the reader gave the money back, ReversalRefused when it did not,
                     in doubt when it may have
    CancelPayment    ask no more: PaymentUnpaid when that is sure
    WatchPayment     after a restart: what was asked is taken up and cancelled, what was approved waits for its end

The reader is enabled only while somebody was asked to pay. An approval counts when the books know it, and its block is
kept by the board until then. An approved vend whose end the reader will never hear is paid, by the standard: it is told as
an approval, and where it should go back, that is refused. A reader that is lost before its answer could be heard may have
been paid: that is told as declined and then as paid too late, so that it goes back, or is owed in doubt. Amounts are judged
by the brain, to the cent.
"""

import logging
import queue
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from controller.devices.mdbasked import PROVIDER, SOURCE, CardAsked, Payments, item_of, unfinished
from controller.devices.mdbline import Heard
from controller.devices.mdbstation import Booked, Desk, Marks, Station
from controller.domain.effects import (
    CancelPayment,
    ConfirmPayment,
    PaymentEffect,
    RequestPayment,
    ReversePayment,
    WatchPayment,
)
from controller.domain.events import (
    Event,
    PaymentApproved,
    PaymentDeclined,
    PaymentOffered,
    PaymentUnpaid,
    ReversalProven,
    ReversalRefused,
    Trouble,
)
from controller.domain.wallet import Offer, Payment, Stage
from controller.protocols import mdb

log = logging.getLogger(__name__)

READER = 0x10
ANSWERS_MAX = 64


class CardStation(Station):
    """One reader. `perform` may be called from any thread."""

    host: mdb.CashlessHost

    def __init__(self, desk: Desk, marks: Marks, payments: Payments, poll_ms: int) -> None:
        left = unfinished(marks(), payments())
        super().__init__(PROVIDER, Trouble.NO_WALLET, mdb.CashlessHost(unfinished=left, poll_ms=poll_ms), READER, desk)
        self._marks, self._payments = marks, payments
        self._effects: queue.SimpleQueue[PaymentEffect] = queue.SimpleQueue()
        self._waiting: Payment | None = None
        self._open: Payment | None = payments()[left.vend.vend_id] if left else None
        self._approved = bool(self._open and self._open.stage in (Stage.TAKEN, Stage.REVERSING))
        self._dropped: set[int] = set()
        self._kept: dict[int, ReversalRefused] = {}
        """Vends that are paid, or may be, and that the reader will never give back."""
        self._unsettled: int | None = None
        self._noted_id = 0
        self._enabled = False
        self._answers: dict[int, Event] = {}
        """The last word about a payment, to be said again when it is asked for again."""

    @property
    def works(self) -> bool:
        return self.host.state is not mdb.State.INACTIVE and self.host.setup is not None

    def perform(self, effect: PaymentEffect) -> None:
        """One of the payment effects of this provider. Answers are events."""
        self._effects.put(effect)

    def step(self, now_ms: int) -> None:  # noqa: ARG002 - the host knows the time
        while not self._effects.empty():
            self._obey(self._effects.get_nowait())
        wanted = bool(self._waiting or self._open)
        if wanted != self._enabled:
            self._enabled = wanted
            self.host.accept(wanted)
        if self._unsettled is not None and self._is_booked(self._unsettled):
            self.host.booked(self._unsettled)
            self._unsettled = None
        if self._waiting and not self._open and self.host.state is mdb.State.SESSION_IDLE and self.host.setup:
            self._ask_the_card(self._waiting, self.host.setup)

    def act(self, event: mdb.Event, heard: Heard | None) -> Booked | None:  # noqa: ARG002
        match event:
            case mdb.Approved(vend_id=vend_id, amount_cents=cents):
                self._approved = True
                self.desk.offer(PaymentApproved(vend_id, cents))
                return lambda: self._is_booked(vend_id)
            case mdb.Denied(vend_id, why, unsure=True):
                self._may_be_paid(vend_id, why)
            case mdb.Denied(vend_id, why):
                self._over(vend_id, why or "declined")
            case mdb.Charged():
                self._open = None
            case mdb.Refunded(vend_id) if self._reverses(vend_id):
                self._say(ReversalProven(vend_id, f"{self._name} vend {vend_id}"))
            case mdb.Refunded(vend_id):
                self._over(vend_id, "given back")
            case mdb.NotRefunded(vend_id, cents, why):
                self._keeps(ReversalRefused(vend_id, why), cents)
            case mdb.Unsettled(vend_id, cents, why, unsure):
                self._unsettled = vend_id
                self._keeps(ReversalRefused(vend_id, why, doubt=unsure), cents)
        return None

    def status(self) -> dict[str, Any]:
        asked = self._waiting or self._open
        return {**super().status(), "state": str(self.host.state), "payment": asked and asked.payment_id}

    # What the brain wants

    def _obey(self, effect: PaymentEffect) -> None:
        payment = effect.payment
        again = self._answers.get(payment.payment_id)
        match effect:
            case RequestPayment():
                self._request(payment)
            case ConfirmPayment():
                self._kept.pop(payment.payment_id, None)
                self._end(self.host.delivered, payment)
            case ReversePayment() if isinstance(again, ReversalProven | ReversalRefused):
                self.desk.offer(again)
            case ReversePayment():
                self._reverse(payment)
            case CancelPayment() | WatchPayment() if self._is_mine(self._open, payment):
                self._drop(payment, cancels=isinstance(effect, CancelPayment))
            case WatchPayment() if self._is_mine(self._waiting, payment):
                self.desk.offer(PaymentOffered(payment.payment_id, Offer()))
            case WatchPayment() if payment.stage is Stage.ASKED:
                self.desk.offer(PaymentDeclined(payment.payment_id, "the reader was never asked"))
            case CancelPayment() | WatchPayment():
                self._waiting = None if self._is_mine(self._waiting, payment) else self._waiting
                self.desk.offer(PaymentUnpaid(payment.payment_id))

    def _request(self, payment: Payment) -> None:
        """Asked again it asks once; one that was asked of the reader before is never asked again."""
        why = self._why_not(payment)
        if self._is_mine(self._open, payment):
            return
        if why:
            self.desk.offer(PaymentDeclined(payment.payment_id, why))
            return
        self._waiting = payment
        self.desk.offer(PaymentOffered(payment.payment_id, Offer()))

    def _why_not(self, payment: Payment) -> str:
        """Why this payment cannot be asked for now; empty when it can."""
        if self.reason or self.host.setup is None:
            return "no reader"
        if self._waiting and not self._is_mine(self._waiting, payment):
            return "the reader is busy"  # one that is only ending its last session is waited for
        if self._marks().get(SOURCE, 0) >= payment.payment_id:
            return "the reader was asked before"
        try:
            self.host.setup.scale.number(payment.cents)
        except mdb.LocalProtocolError as error:
            return str(error)
        return ""

    def _ask_the_card(self, payment: Payment, setup: mdb.ReaderSetup) -> None:
        """A card is there. It is asked when the books know that it is."""
        if self._marks().get(SOURCE) != payment.payment_id:
            if self._noted_id != payment.payment_id:
                self._noted_id = payment.payment_id
                self.desk.offer(CardAsked(payment.payment_id, setup))
            return
        try:
            self.host.request(payment.payment_id, payment.cents, item_of(payment))
        except mdb.LocalProtocolError as error:
            log.info("%s: waits for another session: %s", self.device, error)
            return
        self._open, self._waiting, self._approved = payment, None, False

    def _drop(self, payment: Payment, cancels: bool) -> None:
        """Nobody waits for it any more. What is approved already is told as such, and goes back by the brain's own word."""
        if cancels or payment.stage is Stage.DROPPED:
            self._dropped.add(payment.payment_id)
            if not self._approved:
                self.host.cancel()

    def _reverse(self, payment: Payment) -> None:
        payment_id = payment.payment_id
        if self._is_mine(self._open, payment):
            self._open = replace(payment, stage=Stage.REVERSING)
            self._end(self.host.failed, payment)
        else:
            unknown = ReversalRefused(payment_id, "the reader knows nothing of it any more", doubt=True)
            self._say(self._kept.pop(payment_id, unknown))

    def _end(self, end: Callable[[int], None], payment: Payment) -> None:
        try:
            end(payment.payment_id)
        except mdb.LocalProtocolError as error:
            log.error("%s: %s", self.device, error)

    # What the reader says

    def _over(self, payment_id: int, why: str) -> None:
        """Nothing is paid."""
        self._open = None
        dropped = payment_id in self._dropped
        self._dropped.discard(payment_id)
        self.desk.offer(PaymentUnpaid(payment_id) if dropped else PaymentDeclined(payment_id, why))

    def _may_be_paid(self, payment_id: int, why: str) -> None:
        """The reader was asked, and lost before anybody heard its answer. Nothing turns for it, and it is not forgotten."""
        payment, dropped = self._open, payment_id in self._dropped
        if payment is None:
            return
        if not dropped:
            self.desk.offer(PaymentDeclined(payment_id, f"unsure: {why}"))
        self._keeps(ReversalRefused(payment_id, f"unsure whether it was ever paid: {why}", doubt=True), payment.cents)

    def _keeps(self, refused: ReversalRefused, cents: int) -> None:
        """It is paid, or may be, and stays so."""
        if self._reverses(refused.payment_id):
            self._say(refused)
        else:
            self._kept[refused.payment_id] = refused
            self.desk.offer(PaymentApproved(refused.payment_id, cents))
        self._open = None

    def _say(self, answer: ReversalProven | ReversalRefused) -> None:
        self._open = None if self._open and self._open.payment_id == answer.payment_id else self._open
        self._dropped.discard(answer.payment_id)
        self._answers = dict([*self._answers.items(), (answer.payment_id, answer)][-ANSWERS_MAX:])
        self.desk.offer(answer)

    # What is so

    @property
    def _name(self) -> str:
        return self.identity.serial if self.identity else self.device

    def _reverses(self, payment_id: int) -> bool:
        return self._open is not None and (self._open.payment_id, self._open.stage) == (payment_id, Stage.REVERSING)

    @staticmethod
    def _is_mine(known: Payment | None, payment: Payment) -> bool:
        return known is not None and known.payment_id == payment.payment_id

    def _is_booked(self, payment_id: int) -> bool:
        """Whether the books know that this is paid."""
        payment = self._payments().get(payment_id)
        return payment is None or payment.stage not in (Stage.ASKED, Stage.DROPPED)
