"""A card reader as a wallet: the payment effects of the brain, and what the reader makes of them.

    RequestPayment   wait for a card, write down that the reader is asked, ask it: PaymentApproved, or PaymentDeclined
    ConfirmPayment   the piece is delivered: paid for good
    ReversePayment   the piece is not: ReversalProven when the reader gave the money back, ReversalRefused when it did not
    CancelPayment    ask no more: PaymentUnpaid when that is sure
    WatchPayment     after a restart: what was asked is taken up and cancelled, what was approved waits for its end

The reader is enabled only while somebody was asked to pay. An approval counts when the books know it, and its block is
kept by the board until then. An approved vend whose end the reader will never hear is paid, by the standard: it is told as
an approval, and where it should go back, that is refused. Amounts are judged by the brain, to the cent.
"""

import logging
import queue
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

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
    CoinsSeen,
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

PROVIDER = "tarjeta"
READER = 0x10
SOURCE = "mdb:card"
"""The name of its marks: the payment the reader was asked for last, and its set-up then, `/setup`."""
SETUP = SOURCE + "/setup"
SETUP_BYTES = 8
ANSWERS_MAX = 64

Payments = Callable[[], Mapping[int, Payment]]
"""The payments in the books that are not over; may be called from any thread."""


@dataclass(frozen=True, slots=True)
class CardAsked:
    """The reader is about to be asked for this payment. Satisfies `controller.domain.events.Reading`."""

    payment_id: int
    setup: mdb.ReaderSetup

    def since(self, marks: Mapping[str, int]) -> CoinsSeen | None:
        """Marks to commit, and no coin."""
        if marks.get(SOURCE, 0) >= self.payment_id:
            return None
        return CoinsSeen(PROVIDER, SOURCE, self.payment_id, more_marks=((SETUP, packed(self.setup)),))


def packed(setup: mdb.ReaderSetup) -> int:
    """A reader's set-up as one number: its CONFIG reply (MDB/ICP 4.2, section 7), whose first byte is 01."""
    head = bytes((1, setup.level)) + bytes.fromhex(setup.currency)
    tail = bytes((setup.scale.factor, setup.scale.decimals, min(255, setup.response_s), setup.options))
    return int.from_bytes(head + tail, "big")


def unfinished(marks: Mapping[str, int], payments: Mapping[int, Payment]) -> mdb.Unfinished | None:
    """The vend that the controller before us left open at the reader, as the books know it."""
    payment = payments.get(marks.get(SOURCE, 0))
    if payment is None or SETUP not in marks:
        return None
    setup = mdb.ReaderSetup.read(marks[SETUP].to_bytes(SETUP_BYTES, "big"))
    paid_cents = payment.cents if payment.stage in (Stage.TAKEN, Stage.REVERSING) else None
    vend = mdb.Vend(payment.payment_id, payment.cents, item_of(payment), paid_cents)
    return mdb.Unfinished(vend, setup)


def item_of(payment: Payment) -> int:
    """The number the reader's own reports know a slot by: the first two letters of its name, `A3` is 0x4133."""
    return int.from_bytes(payment.slot.encode("ascii", "replace")[:2], "big")


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
        self._kept: dict[int, str] = {}
        """Paid vends that the reader will never give back, and why."""
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
            case mdb.Denied(vend_id, why, unsure):
                self._over(vend_id, f"unsure: {why}" if unsure else why or "declined")
            case mdb.Charged():
                self._open = None
            case mdb.Refunded(vend_id) if self._reverses(vend_id):
                self._say(ReversalProven(vend_id, f"{self._name} vend {vend_id}"))
            case mdb.Refunded(vend_id):
                self._over(vend_id, "given back")
            case mdb.NotRefunded(vend_id, cents, why):
                self._keeps(vend_id, cents, why)
            case mdb.Unsettled(vend_id, cents, why):
                self._unsettled = vend_id
                self._keeps(vend_id, cents, why)
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
            why = self._kept.pop(payment_id, "the reader knows nothing of it any more")
            self._say(ReversalRefused(payment_id, why))

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

    def _keeps(self, payment_id: int, cents: int, why: str) -> None:
        """It is paid, and stays so."""
        if self._reverses(payment_id):
            self._say(ReversalRefused(payment_id, why))
        else:
            self._kept[payment_id] = why
            self.desk.offer(PaymentApproved(payment_id, cents))
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
