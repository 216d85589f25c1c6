"""Deuna! (Banco Pichincha), as integrators found it: no public manual exists, and no call was ever made from here.

    POST /merchant/v1/payment/request   pointOfSale qrType amount detail internalTransactionReference format expiredTime
    POST /merchant/v1/payment/info      idTransacionReference (its own spelling) idType: "0" its number, "1" ours
    POST /merchant/v1/payment/refund    the same pair; the whole amount, always
    POST /merchant/v1/payment/cancel    transactionId pointOfSale: seen in two clients, behaviour unverified

Its traps: a field `currency` fails the whole call; a reference has 20 characters at most; an unknown payment and one nobody
has paid yet are the same PENDING with amount 0, for ever, even with our own reference echoed; about one call a second; a
refund of an unpaid charge says `status: true` and has no `transactionReverseId`. Unverified: the unit of `expiredTime`
(taken as minutes), whether a reference may be used twice (so it never is), and how long a refund is possible (24 hours by
its last word, the same day by the one before; it is configuration).
"""

import json
from typing import Any

from .answers import cents, document, dollars, failed, name, show
from .errors import LocalProtocolError
from .port import (
    Answered,
    Cancel,
    Capabilities,
    Charge,
    Charged,
    Create,
    Intent,
    Look,
    Meaning,
    Probe,
    Refund,
    RefundAccepted,
    RefundRefused,
    Refused,
    Reply,
    Request,
    State,
    Told,
    Unknown,
)
from .rule import RefundRule

PATH = "/merchant/v1/payment/"
REFERENCE_CHARS_MAX = 20
DETAIL_CHARS_MAX = 50
ALL_WAYS_TO_PAY = "5"
"""Format 5: picture, link and number together."""
BY_TRANSACTION, BY_REFERENCE = "0", "1"
PROBE = "MINGAPROBE"
"""A reference nobody has; asking for it is answered like any other."""
STATES = {
    "PENDING": State.PENDING,
    "APPROVED": State.PAID,
    "REVERSED": State.REVERSED,
    "REVERSED_FAILED": State.REVERSAL_FAILED,
}


class Deuna:
    """`point_of_sale` is issued by Deuna; `expiry_s` are whole minutes; `cancels` dares the unverified call."""

    def __init__(self, point_of_sale: str, expiry_s: int, refund: RefundRule, cancels: bool = False) -> None:
        if not (point_of_sale.isascii() and point_of_sale.isdigit()):
            raise LocalProtocolError("Deuna's point of sale is a number")
        if expiry_s % 60:
            raise LocalProtocolError("Deuna counts an expiry in whole minutes")
        self._point_of_sale, self._expiry_min = point_of_sale, expiry_s // 60
        self.capabilities = Capabilities(
            gap_ms=1_300,
            poll_ms=2_000,
            reference_chars=REFERENCE_CHARS_MAX,
            expiry_settable=True,
            cancels=cancels,
            partial_refunds=False,
            creates_again=False,
            refund=refund,
        )

    def keys(self, key: str, secret: str) -> dict[str, str]:
        """Both on every call."""
        return {"x-api-key": key, "x-api-secret": secret}

    def request(self, intent: Intent) -> Request:
        """Raises LocalProtocolError for a reference or an amount Deuna does not carry."""
        match intent:
            case Create(charge):
                return _post("request", self._wanted(charge))
            case Look(_, transaction) if transaction:
                return _post("info", _pair(transaction, BY_TRANSACTION))
            case Look(charge):
                return _post("info", _pair(charge.reference, BY_REFERENCE))
            case Cancel(_, transaction):
                return _post("cancel", {"transactionId": transaction, "pointOfSale": self._point_of_sale})
            case Refund(_, transaction):
                return _post("refund", _pair(transaction, BY_TRANSACTION))
            case Probe():
                return _post("info", _pair(PROBE, BY_REFERENCE))

    def meaning(self, intent: Intent, reply: Reply) -> Meaning:
        """What it says, and no more: a 200 alone means nothing here."""
        if trouble := failed(reply):
            return trouble
        answer = document(reply)
        if answer is None:
            return Unknown("the answer is no JSON object")
        taken = reply.status in (200, 201)
        why = f"HTTP {reply.status}"
        if not taken and reply.status in range(200, 300):
            return Unknown(why, everywhere=False)
        match intent:
            case Create():
                return _charged(answer) if taken else Refused(why)
            case Refund():
                return _refunded(answer) if taken else RefundRefused(why)
            case Look(charge, transaction) if taken:
                return _told(answer, charge, transaction)
            case Cancel():
                return Unknown("what this answer to a cancellation means is not verified", everywhere=False)
            case Probe() if taken and _state(answer):
                return Answered()
            case _:
                return Unknown(why, everywhere=False)

    def _wanted(self, charge: Charge) -> dict[str, Any]:
        if not 0 < len(charge.reference) <= REFERENCE_CHARS_MAX:
            raise LocalProtocolError(f"Deuna takes no reference of {len(charge.reference)} characters")
        if charge.cents <= 0:
            raise LocalProtocolError("Deuna takes no charge of nothing")
        return {
            "pointOfSale": self._point_of_sale,
            "qrType": "dynamic",
            "amount": float(dollars(charge.cents)),  # a number; its shortest form is exact to the cent
            "detail": charge.detail[:DETAIL_CHARS_MAX],
            "internalTransactionReference": charge.reference,
            "format": ALL_WAYS_TO_PAY,
            "expiredTime": self._expiry_min,
        }


def _post(what: str, body: dict[str, Any]) -> Request:
    return Request("POST", PATH + what, json.dumps(body).encode())


def _pair(number: str, kind: str) -> dict[str, str]:
    """How Deuna names a payment; the misspelling and the number as text are its own."""
    return {"idTransacionReference": number, "idType": kind}


def _charged(answer: dict[str, Any]) -> Meaning:
    transaction = name(answer.get("transactionId"))
    if not transaction or answer.get("status") != "1":
        return Unknown("the charge has no number, or not the status 1", everywhere=False)
    return Charged(transaction, show(answer.get("qr"), answer.get("deeplink"), answer.get("numericCode")))


def _told(answer: dict[str, Any], charge: Charge, transaction: str) -> Meaning:
    state = _state(answer)
    if state is None:
        return Unknown("a status that is not known", everywhere=False)
    if state is State.PENDING:
        return Told(state)
    told = name(answer.get("transactionId"))
    if answer.get("internalTransactionReference") != charge.reference:
        return Unknown("it speaks of another reference", everywhere=False)
    if not told or (transaction and told != transaction):
        return Unknown("it speaks of another transaction", everywhere=False)
    paid = cents(answer.get("amount"))
    if state is State.PAID and not paid:
        return Unknown("approved, but of no amount", everywhere=False)
    return Told(state, paid or 0, told, name(answer.get("transactionReverseId")))


def _state(answer: dict[str, Any]) -> State | None:
    status = answer.get("status")
    return STATES.get(status) if isinstance(status, str) else None


def _refunded(answer: dict[str, Any]) -> Meaning:
    proof = name(answer.get("transactionReverseId"))
    return RefundAccepted(proof) if proof else RefundRefused("no number for the reversal")
