"""Every rule of the standard that a row of objects can break, found once: the reader flags it, the writer refuses it.

A flag is `<id>-<what>` (`60-len`), `no-<id>`, or a word; inside a template the ID is a path (`62.05-len`). Real payloads
with a good CRC break many of them, so to a reader a flag is news, not an error.
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from .amount import AMOUNT, DOLLAR_DECIMALS, DOLLARS
from .frame import TWO_DIGITS, Object, utf8
from .tables import ACCOUNT_TEMPLATES, PRIMITIVE_ACCOUNTS, ROOT, Field, Template

PAYLOAD_BYTES_MAX = 512
"""A recommendation (4.1): beyond it the symbol is hard to scan."""
FEES = {"02": "56", "03": "57"}
"""Which fee each value of the indicator, 55, announces (4.7.6)."""


class Finding(NamedTuple):
    """A broken rule: its flag, and what to say about it."""

    flag: str
    words: str


def findings(objects: Sequence[Object], strict: bool = False) -> Iterator[Finding]:
    """What a payload's objects break, in no more steps than they have. `strict` adds what only our own writer keeps."""
    yield from _template(objects, ROOT, "", strict)
    first = {each.id: each.value for each in reversed(objects)}
    if first.keys().isdisjoint(PRIMITIVE_ACCOUNTS + ACCOUNT_TEMPLATES):
        yield Finding("no-account", "none of 02 to 51 says whom to pay")
    yield from _money(first)


def too_long(text: str) -> bool:
    """True when a whole payload is longer than it should be."""
    return len(utf8(text)) > PAYLOAD_BYTES_MAX


def _template(objects: Sequence[Object], template: Template, path: str, strict: bool) -> Iterator[Finding]:
    there = {each.id for each in objects}
    for name in template.mandatory:
        if name not in there:
            yield Finding(f"no-{path}{name}", f"{path}{name}, the {template.fields[name].name}, is missing")
    seen: set[str] = set()
    for each in objects:
        if each.id in seen:
            yield Finding(f"{path}{each.id}-twice", f"{path}{each.id} stands there more than once")
        seen.add(each.id)
        yield from _object(each, template.fields.get(each.id), path, strict)


def _object(each: Object, field: Field | None, path: str, strict: bool) -> Iterator[Finding]:
    place = f"{path}{each.id}"
    if field is None:
        yield Finding(f"{place}-reserved", f"{place} is reserved")
        return
    yield from _length(each.value, field, place)
    if not each.objects:
        yield from _characters(each.value, field, place)
    if strict and field.written and not field.written.fullmatch(each.value):
        yield Finding(f"{place}-guid", f"{place} is neither an AID, a UUID without hyphens nor a reverse domain")
    if field.template and each.objects:
        yield from _template(each.objects, field.template, f"{place}.", strict)
    elif field.template and each.value:
        yield Finding(f"{place}-not-a-template", f"{place}, the {field.name}, is not a template")


def _length(value: str, field: Field, place: str) -> Iterator[Finding]:
    named = f"{place}, the {field.name},"
    if not value and field.least:
        yield Finding(f"{place}-empty", f"{named} is empty")
    elif not field.fits(value):
        may = f"{field.least}" if field.least == field.most else f"{field.least} to {field.most}"
        yield Finding(f"{place}-len", f"{named} has {len(value)} characters, may have {may}")


def _characters(value: str, field: Field, place: str) -> Iterator[Finding]:
    """Whether a value of the right length says what it may say. A template's own objects are asked one by one."""
    named = f"{place}, the {field.name},"
    if field.fits(value) and not field.form.fullmatch(value):
        if place == "01" and TWO_DIGITS.fullmatch(value):
            yield Finding(f"poi-{value}", f"{named} is {value}; only 11 and 12 mean something")
        else:
            yield Finding(f"{place}-format", f"{named} may not be {value!r}")
    if not unicodedata.is_normalized("NFC", value):
        yield Finding(f"{place}-not-precomposed", f"{named} has accents that stand beside their letters")


def _money(first: Mapping[str, str]) -> Iterator[Finding]:
    """What 53 to 57 must be together; `first` has the first value of each ID."""
    for name in ("54", "56"):
        match = AMOUNT.fullmatch(first.get(name, ""))
        if match and not match[0].strip("0."):
            yield Finding(f"{name}-zero", f"{name} is zero: leave it out")
        if match and first.get("53") == DOLLARS and len(match[2] or "") > DOLLAR_DECIMALS:
            yield Finding(f"{name}-decimals", f"{name} is {match[0]}, and a dollar has {DOLLAR_DECIMALS} decimals")
    for indicator, fee in FEES.items():
        announced = first.get("55") == indicator
        if announced and fee not in first:
            yield Finding(f"no-{fee}", f"55 is {indicator}, and {fee} is missing")
        elif fee in first and not announced:
            yield Finding(f"{fee}-without-55", f"{fee} is there, and 55 is not {indicator}")
