"""What all adapters read alike: JSON with exact amounts, words that are believed only in their own form, failed HTTP."""

import json
import re
from decimal import Decimal
from typing import Any

from .port import Reply, Show, Unknown

CENTS_MAX = 10_000_000
CENT = Decimal("0.01")
IMAGE_CHARS_MAX = 400_000
LINK_CHARS_MAX = 512
"""As long as a payload drawn as QR may be (EMV QRCPS-MPM, 4.1)."""
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_AMOUNT = re.compile(r"[0-9]{1,8}(\.[0-9]{1,2})?", re.ASCII)
_IMAGE = re.compile(r"data:image/(png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/]+={0,2}", re.ASCII)
_LINK = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?", re.ASCII)
_CODE = re.compile(r"[0-9]{4,10}", re.ASCII)


def failed(reply: Reply) -> Unknown | None:
    """Why nothing follows from this reply at all, whatever was asked; None when there is an answer to read."""
    status = reply.status
    if status is None:
        return Unknown("no answer") if reply.reached else Unknown("it cannot be reached", unsent=True)
    if status == 429:
        return Unknown("asked too often (HTTP 429)")
    if status in (401, 403, 407):
        return Unknown(f"our keys are refused (HTTP {status})")
    if status >= 500 or status < 200 or status == 408:
        return Unknown(f"HTTP {status}")
    if 300 <= status < 400:
        return Unknown(f"sent elsewhere (HTTP {status})")
    return None


def document(reply: Reply) -> dict[str, Any] | None:
    """The body as a JSON object with numbers as Decimal; None when it is none."""
    try:
        found = json.loads(reply.body, parse_float=Decimal, parse_int=Decimal, parse_constant=lambda _: None)
    except (ValueError, ArithmeticError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def objects(value: object) -> list[dict[str, Any]]:
    """The objects of a JSON list; anything else is none."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def cents(value: object) -> int | None:
    """An amount in dollars, as number or text, in whole cents; None when it is no amount to the cent.

    Written by hand: a float loses cents, and Python's own readers take digits of any script.
    """
    if isinstance(value, Decimal):
        if not value.is_finite() or not 0 <= value <= CENTS_MAX // 100:
            return None
        exact = value.quantize(CENT)
        return int(exact * 100) if exact == value else None
    if isinstance(value, str) and _AMOUNT.fullmatch(value):
        units, _, rest = value.partition(".")
        whole = int(units) * 100 + int(rest.ljust(2, "0") or 0)
        return whole if whole <= CENTS_MAX else None
    return None


def dollars(amount_cents: int) -> str:
    """Cents as an amount with two decimals."""
    return f"{amount_cents // 100}.{amount_cents % 100:02d}"


def name(value: object) -> str:
    """A provider's number for something, as long as it looks like one; else empty."""
    return value if isinstance(value, str) and _NAME.fullmatch(value) else ""


def show(image: object = None, link: object = None, code: object = None) -> Show:
    """What can be shown; what has not the form of a picture, a text or a number is left out."""
    return Show(_taken(_IMAGE, image, IMAGE_CHARS_MAX), _taken(_LINK, link, LINK_CHARS_MAX), _taken(_CODE, code, 10))


def _taken(form: re.Pattern[str], value: object, chars_max: int) -> str:
    return value if isinstance(value, str) and len(value) <= chars_max and form.fullmatch(value) else ""
