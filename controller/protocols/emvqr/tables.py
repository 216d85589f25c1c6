"""Which objects the standard knows, and what may stand in them (EMV QRCPS-MPM 1.0, tables 3.6 to 3.8, 4.1 to 4.5).

An ID means something only within its template; the root is one too. What is not in a template's `fields` is reserved.
The standard calls an account `ans` in table 3.6 and what stands in its template `S` in table 4.2: here it is S.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .amount import AMOUNT, AMOUNT_CHARS_MAX
from .frame import VALUE_CHARS_MAX

ANS = re.compile(r"[ -~]*")
"""Alphanumeric special: the common character set of EMV Book 4, which is printable ASCII."""
TEXT = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]*")
"""S: any characters but control characters and what is no character."""
PERCENTAGE = re.compile(r"(?=.*[1-9])[0-9]{1,2}(\.[0-9]{0,2})?")
"""From 00.01 to 99.99 (4.7.8)."""
GUID = re.compile(r"([0-9A-F]{2}){5,16}|[0-9A-Fa-f]{32}|[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
"""An application identifier of five to sixteen bytes, a UUID without hyphens, or a reverse domain (4.7.11.2)."""


@dataclass(frozen=True, slots=True)
class Field:
    """One object's rules: what it is, what it is made of, how many characters it has.

    `written` is a form that real payloads often break: only our own writer keeps it.
    """

    name: str
    form: re.Pattern[str] = ANS
    most: int = VALUE_CHARS_MAX
    least: int = 1
    template: "Template | None" = None
    written: re.Pattern[str] | None = None

    def fits(self, value: str) -> bool:
        return self.least <= len(value) <= self.most


@dataclass(frozen=True, slots=True)
class Template:
    """What may stand in a template, and what must."""

    fields: Mapping[str, Field]
    mandatory: tuple[str, ...] = ()


def ids(first: int, last: int) -> list[str]:
    """The IDs from `first` to `last`, both included."""
    return [f"{number:02d}" for number in range(first, last + 1)]


def _all(names: Iterable[str], field: Field) -> dict[str, Field]:
    return dict.fromkeys(names, field)


def _digits(name: str, form: str, count: int) -> Field:
    return Field(name, re.compile(form), count, count)


SCHEME = Template(
    {"00": Field("globally unique identifier", most=32, written=GUID), **_all(ids(1, 99), Field("scheme data", TEXT))},
    mandatory=("00",),
)
"""What a payment network defines by itself, behind an identifier of its own."""

ADDITIONAL = Template(
    {
        **{
            f"{number:02d}": Field(name, most=25)
            for number, name in enumerate(
                (
                    "bill number",
                    "mobile number",
                    "store",
                    "loyalty number",
                    "reference",
                    "customer",
                    "terminal",
                    "purpose",
                ),
                start=1,
            )
        },
        "09": Field("data asked of the wallet", re.compile(r"(?!.*(.).*\1)[AME]*"), 3),
        **_all(ids(50, 99), Field("scheme template", TEXT, template=SCHEME)),
    }
)

LANGUAGE = Template(
    {
        "00": Field("language", re.compile("[A-Za-z]{2}"), 2, 2),
        "01": Field("name", TEXT, 25),
        "02": Field("city", TEXT, 15),
    },
    mandatory=("00", "01"),
)

PRIMITIVE_ACCOUNTS, ACCOUNT_TEMPLATES = ids(2, 25), ids(26, 51)

ROOT = Template(
    {
        "00": _digits("payload format", "01", 2),
        "01": _digits("point of initiation", "1[12]", 2),
        **_all(PRIMITIVE_ACCOUNTS, Field("account")),
        **_all(ACCOUNT_TEMPLATES, Field("account", TEXT, template=SCHEME)),
        "52": _digits("merchant category", "[0-9]{4}", 4),
        "53": _digits("currency", "[0-9]{3}", 3),
        "54": Field("amount", AMOUNT, AMOUNT_CHARS_MAX),
        "55": _digits("tip indicator", "0[123]", 2),
        "56": Field("fixed fee", AMOUNT, AMOUNT_CHARS_MAX),
        "57": Field("percentage fee", PERCENTAGE, 5),
        "58": Field("country", re.compile("[A-Z]{2}"), 2, 2),
        "59": Field("name", most=25),
        "60": Field("city", most=15),
        "61": Field("postal code", most=10),
        "62": Field("additional data", TEXT, template=ADDITIONAL),
        "63": Field("CRC", TEXT, least=0),
        "64": Field("other language", TEXT, template=LANGUAGE),
        **_all(ids(80, 99), Field("free template", TEXT, template=SCHEME)),
    },
    mandatory=("00", "52", "53", "58", "59", "60"),
)
"""The CRC is mandatory too, but it is no choice of whoever composes: the writer adds it, the reader asks for it."""
