"""The sweep in words: one plain sentence for each line, and one for each list that is empty. This is the English of it.

A language is a table (`Tongue`); the co-op's own, for its minutes, is in `controller.commands.acta`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from controller.domain.money import dollars
from controller.ledger.sweep import Line, Sweep, What

LISTS = ("payments", "stuck", "drops", "doubts", "debts")
"""The lists of a sweep whose lines are read one by one, in the order people ask."""


@dataclass(frozen=True, slots=True)
class Tongue:
    """How one language says a sweep. A sentence may use a line's own fields, and the phrases below by their names."""

    headings: Mapping[str, tuple[str, str]]
    """Of each list its heading, and what is said when it is empty."""
    sentences: Mapping[What, str]
    payment: str
    came: str
    late: str
    accepted: str
    alone: str
    together: str
    by_payment: str
    watched: str
    total: str
    money: Callable[[int], str]
    time: Callable[[Line], str]


def says(line: Line, tongue: Tongue) -> str:
    """The sentence of one line."""
    fields = asdict(line)
    fields["payment"] = tongue.payment.format(**fields)
    fields["came"] = tongue.late if line.late else tongue.came
    fields["accepted"] = tongue.accepted.format(**fields) if line.number else ""
    told = tongue.together if line.witness else tongue.alone if line.by else ""
    fields["told"] = told.format(**fields)
    fields["by_payment"] = tongue.by_payment.format(**fields) if line.payment_id else ""
    return tongue.sentences[line.what].format(**fields)


def listed(name: str, lines: Iterable[Line], tongue: Tongue) -> list[str]:
    """A heading, and under it a line for each line, or the sentence that there is none."""
    lines, (heading, nothing) = list(lines), tongue.headings[name]
    told = [f"  {tongue.time(line)}{_sum(line.cents, tongue):>10}  {says(line, tongue)}" for line in lines]
    total_cents = sum(line.cents for line in lines)
    more = [f"  {tongue.total.format(sum=tongue.money(total_cents))}"] if len(lines) > 1 and total_cents else []
    return [heading, *(told or [f"  {nothing}"]), *more, ""]


def watched(lines: Iterable[Line], tongue: Tongue) -> list[str]:
    """Payments that nobody has seen paid are told in one line: most of them are codes that nobody scanned."""
    numbers = [str(line.payment_id) for line in lines]
    heading, nothing = tongue.headings["watched"]
    told = tongue.watched.format(count=len(numbers), numbers=", ".join(numbers))
    return [heading, f"  {told if numbers else nothing}"]


def in_english(swept: Sweep) -> str:
    """The whole sweep, as it is read on a terminal."""
    days = f"{swept.first_day}" if swept.first_day == swept.last_day else f"{swept.first_day} to {swept.last_day}"
    lines = [f"Swept: {days}, and everything older that is still open.", ""]
    for name in LISTS:
        lines += listed(name, getattr(swept, name), ENGLISH)
    return "\n".join(lines + watched(swept.watched, ENGLISH))


def as_fields(line: Line) -> dict[str, Any]:
    """A line for a program: what it knows, and its sentence; fields that do not belong to it are left out."""
    known = {name: value for name, value in asdict(line).items() if value or name in ("cents", "certain")}
    return known | {"says": says(line, ENGLISH)}


def _sum(cents: int, tongue: Tongue) -> str:
    return tongue.money(cents) if cents else ""


ENGLISH = Tongue(
    headings={
        "payments": ("Payments with no drop", "No payment is without its drop."),
        "stuck": (
            "Too long on the way back: look in the provider's panel, then `minga money reversal`",
            "No sum is on its way back for too long.",
        ),
        "drops": ("Drops with no payment", "No drop is without its payment, by the books and the counts."),
        "doubts": ("Pieces in doubt", "No piece is in doubt."),
        "debts": ("Owed by claim codes", "Nothing is owed."),
        "watched": ("Asked for, and not seen paid", "No payment is waited for."),
    },
    sentences={
        What.ASKED: "{payment}: a visitor is just asked for it.",
        What.WATCHED: "{payment}: nobody has seen it paid; it is still asked about.",
        What.CREDIT: "{payment}: paid, and still in the machine; a visitor may be there.",
        What.ON_ITS_WAY: "{payment}: {came}; it is on its way back{accepted}, and not proven to have arrived.",
        What.WENT_BACK: "{payment}: {came}; it went back, and its number is {number}{told}.",
        What.OWED: "{payment}: {came}; it could not go back ({why}){told}, and is owed by claim {claim}.",
        What.SETTLED: "{payment}: {came}; it could not go back ({why}){told}; claim {claim} is settled.",
        What.BACK_IN_DOUBT: "payment {payment_id} by {provider}: nobody knows whether it went back ({why}); claim {claim}.",
        What.VOUCHER: "voucher {voucher}: nothing fell in that visit; what it paid went out as coins, or is owed below.",
        What.UNPAID: "vend {vend_id}, slot {slot}: sold, and not paid for. Run `minga ledger verify`.",
        What.MISSING: "slot {slot}: {by} counted {pieces} fewer than the books had: fallen, or taken out by hand.",
        What.TAKEN_BACK: "sale {vend_id}: {by} took it back, and paid from {place}: {why}.",
        What.DOUBT: "slot {slot}, vend {vend_id}: it may have fallen ({why}){by_payment}; claim {claim}. Count the slot.",
        What.DOUBT_REFUNDED: "slot {slot}, claim {claim}: {by} refunded it from {place}; if it fell, nobody paid for it.",
        What.HOPPERS_SHORT: "claim {claim}: the hoppers could not give it back.",
        What.LEFT_BEHIND: "claim {claim}: a visitor went and left it.",
        What.COINS_IN_DOUBT: "claim {claim}: nobody knows whether these coins left {place}. Count it.",
        What.NOT_RETURNED: "claim {claim}: payment {payment_id} could not go back by {provider} ({why}){told}.",
    },
    payment="payment {payment_id} by {provider} for slot {slot}, {reference}",
    came="paid, and nothing fell",
    late="paid too late, or not the sum that was asked",
    accepted=", accepted as {number}",
    alone=", says {by}",
    together=", say {by} and {witness}",
    by_payment=" and was paid by payment {payment_id}",
    watched="{count}, still asked about: payments {numbers}.",
    total="together {sum}",
    money=dollars,
    time=lambda line: line.at,
)
