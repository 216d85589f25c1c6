"""Amounts as the standard writes them, read to whole cents by hand (EMV QRCPS-MPM 1.0, 4.7.4).

Digits and at most one point: `98.73`, `98` and `98.` are amounts, `98,73` and `3 705` are none. Never through a float,
and never by `int` alone, which reads Arabic-Indic digits and underscores too.
"""

import re

from .errors import LocalProtocolError

DOLLARS = "840"
"""ISO 4217 number of the US dollar, Ecuador's currency."""
DOLLAR_DECIMALS = 2
AMOUNT_CHARS_MAX = 13
AMOUNT = re.compile(r"([0-9]+)(?:\.([0-9]*))?")


def cents(text: str) -> int | None:
    """Hundredths in `text`; None when it is no amount, too long for one, or no whole number of them. Nothing is rounded."""
    match = AMOUNT.fullmatch(text)
    if match is None or len(text) > AMOUNT_CHARS_MAX:
        return None
    whole, part = match[1], (match[2] or "").rstrip("0")
    if len(part) > DOLLAR_DECIMALS:
        return None
    return int(whole) * 100 + int(part.ljust(DOLLAR_DECIMALS, "0"))


def amount(amount_cents: int) -> str:
    """Dollars with two decimals. Raises LocalProtocolError for nothing and less: an amount is not zero."""
    if amount_cents <= 0:
        raise LocalProtocolError(f"{amount_cents} cents are no amount: leave it out to let the payer type one")
    return f"{amount_cents // 100}.{amount_cents % 100:02d}"
