"""The strict writer: a payload from its fields, or an error that says every rule they would break.

For a printed sign and for simulated providers. A real charge is never composed here: the machine shows what the wallet's
provider returns. Whoever makes the symbol encodes the text in byte mode, with ECI 000026 if it is not ASCII (4.12.1).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .amount import DOLLARS, amount
from .errors import LocalProtocolError
from .frame import CRC_ID, CRC_START, TWO_DIGITS, Object, crc, join
from .rules import PAYLOAD_BYTES_MAX, findings, too_long
from .tables import ACCOUNT_TEMPLATES, PRIMITIVE_ACCOUNTS, ROOT, Template

Value = str | Mapping[str, "Value"]
"""An object's value, or for a template its objects by ID."""
NOTHING: Mapping[str, Value] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Payee:
    """Who is paid: what stays the same on all her codes.

    `accounts` are objects 02 to 51: an account of a card network is a text, any other a template whose 00 is the scheme
    (`{"26": {"00": "ec.example.qr", "01": "0000001234"}}`). `category` is ISO 18245's number. `name` and `city` are
    ASCII; with other letters they go into `local` (64): 00 the language, 01 the name, 02 the city.
    """

    accounts: Mapping[str, Value]
    category: str
    name: str
    city: str
    country: str = "EC"
    postal_code: str = ""
    local: Mapping[str, Value] = field(default_factory=dict)


def sign(payee: Payee, amount_cents: int | None = None, additional: Mapping[str, Value] = NOTHING) -> str:
    """A code that is shown to many (01 = 11): without an amount the payer types one. `additional` is template 62.

    Raises LocalProtocolError.
    """
    return payload(_objects(payee, "11", amount_cents, additional))


def charge(payee: Payee, amount_cents: int, reference: str, terminal: str = "") -> str:
    """A code for one payment (01 = 12), with the reference it will be known by (62.05). Raises LocalProtocolError."""
    additional = {"05": reference, **({"07": terminal} if terminal else {})}
    return payload(_objects(payee, "12", amount_cents, additional))


def payload(objects: Mapping[str, Value]) -> str:
    """Any objects, by ID and without the CRC, in the order of their IDs and with the CRC last.

    Raises LocalProtocolError with every rule they break, in words.
    """
    if CRC_ID in objects:
        raise LocalProtocolError("63, the CRC, is computed and never given")
    tree = _tree(objects, ROOT, "")
    wrong = [finding.words for finding in findings(tree, strict=True)]
    if wrong:
        raise LocalProtocolError("; ".join(wrong))
    covered = join(tree) + CRC_START
    text = covered + crc(covered)
    if too_long(text):
        raise LocalProtocolError(f"the payload has more than {PAYLOAD_BYTES_MAX} bytes")
    return text


def _objects(payee: Payee, poi: str, cents: int | None, additional: Mapping[str, Value]) -> dict[str, Value]:
    strangers = sorted(set(payee.accounts).difference(PRIMITIVE_ACCOUNTS, ACCOUNT_TEMPLATES))
    if strangers:
        raise LocalProtocolError(f"no account is {', '.join(strangers)}: they are 02 to 51")
    optional: dict[str, Value] = {
        "54": "" if cents is None else amount(cents),
        "61": payee.postal_code,
        "62": additional,
        "64": payee.local,
    }
    return {
        "00": "01",
        "01": poi,
        "52": payee.category,
        "53": DOLLARS,
        "58": payee.country,
        "59": payee.name,
        "60": payee.city,
        **payee.accounts,
        **{name: value for name, value in optional.items() if value},
    }


def _tree(objects: Mapping[str, Value], template: Template, path: str) -> tuple[Object, ...]:
    return tuple(_object(name, objects[name], template, path) for name in sorted(objects))


def _object(name: str, value: Value, template: Template, path: str) -> Object:
    if not TWO_DIGITS.fullmatch(name):
        raise LocalProtocolError(f"{path}{name!r} is no ID, which is two digits")
    if isinstance(value, str):
        return Object(name, value)
    known = template.fields.get(name)
    if known is None or known.template is None:
        raise LocalProtocolError(f"{path}{name} is no template, so its value is a text")
    inside = _tree(value, known.template, f"{path}{name}.")
    return Object(name, join(inside), inside)
