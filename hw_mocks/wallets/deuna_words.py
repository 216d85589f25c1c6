"""What a simulated Deuna lets pass in a request for a payment, and the words of its answers.

Strict, as the provider is: one field too many fails the whole call (seen with `currency`; assumed of all others), `idType`
is text while `amount` and `expiredTime` are numbers, a reference has at most 20 characters (measured by an integrator).
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hw_mocks.wallets.door import Answer
from hw_mocks.wallets.picture import picture
from hw_mocks.wallets.till import Charge, Payment

REFERENCE_CHARS_MAX, DETAIL_CHARS_MAX, CALLBACK_CHARS_MAX = 20, 50, 200
LINKED, PICTURED, CODED = "025", "1245", "345"
"""The values of `format` with a link, with a picture and with a code in the answer."""

Fields = dict[str, Any]


class Bad(Exception):
    """The call is answered with this status and these words."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.answer = Answer(status, {"statusCode": status, "error": {"response": {"message": words}}})


def _text(most: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and len(value) <= most


def _amount(value: Any) -> bool:
    number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    return number and value > 0 and Decimal(value) * 100 % 1 == 0


MUST: dict[str, tuple[Callable[[Any], bool], str]] = {
    "pointOfSale": (lambda value: isinstance(value, str) and bool(re.fullmatch("[0-9]+", value)), "must be digits"),
    "qrType": (lambda value: value in ("dynamic", "static"), "must be dynamic or static"),
    "amount": (_amount, "must be a number of dollars with at most two decimals"),
    "internalTransactionReference": (
        _text(REFERENCE_CHARS_MAX),
        f"must be at most {REFERENCE_CHARS_MAX} characters long.",
    ),
    "format": (lambda value: isinstance(value, str) and value in "012345" and len(value) == 1, "must be 0 to 5"),
}
MAY: dict[str, tuple[Callable[[Any], bool], str]] = {
    "detail": (_text(DETAIL_CHARS_MAX), f"must be at most {DETAIL_CHARS_MAX} characters long."),
    "expiredTime": (lambda value: type(value) is int and value > 0, "must be a number"),
    "qrFormat": (_text(40), "must be a string"),
    "callbackUrl": (_text(CALLBACK_CHARS_MAX), f"must be at most {CALLBACK_CHARS_MAX} characters long."),
}


def cents_asked(asked: Fields) -> int:
    """The cents of a request in which every field is as it must be. Raises Bad."""
    known = MUST | MAY
    for name, value in asked.items():
        if name not in known:
            raise Bad(400, f"property {name} should not exist")
        fits, words = known[name]
        if not fits(value):
            raise Bad(400, f"{name} {words}")
    for name in MUST:
        if name not in asked:
            raise Bad(400, f"{name} should not be empty")
    return int(Decimal(asked["amount"]) * 100)


def offer(link: str, code: str, form: str) -> Fields:
    """What is to be shown, as the `format` asked for."""
    parts = ((LINKED, "deeplink", link), (PICTURED, "qr", picture(link)), (CODED, "numericCode", code))
    return {name: value for forms, name, value in parts if form in forms}


def ghost() -> Fields:
    """The answer about what nobody paid, and about what never was: the same, for ever."""
    return {
        "status": "PENDING",
        "internalTransactionReference": "",
        "amount": 0,
        "transactionId": "",
        "transferNumber": "",
        "date": "",
        "branchId": "",
        "posId": "",
        "currency": "USD",
        "description": "",
        "ordererName": "",
        "ordererIdentification": "",
    }


def status(payment: Payment, now_ms: int) -> str:
    """How a payment the provider knows of stands now."""
    if not payment.reversals or payment.reversals[-1].due_ms > now_ms:
        return "APPROVED"
    return "REVERSED_FAILED" if payment.reversals[-1].fails else "REVERSED"


def dollars(cents: int) -> float:
    """As a JSON number, exact to the cent when it is printed."""
    return cents / 100


def webhook(charge: Charge, payment: Payment) -> Fields:
    """What is posted about a payment: unsigned, and with the payer's name and cédula."""
    return {
        "status": "SUCCESS",
        "idTransaction": charge.charge_id,
        "internalTransactionReference": charge.reference,
        "transferNumber": payment.payment_id,
        "amount": dollars(payment.cents),
        "customerIdentification": payment.payer.identity,
        "customerFullName": payment.payer.name,
    }
