"""Paying out a closed period: an envelope for each maker, the notes and coins to prepare, and each marked when she has it.

An envelope holds what she was owed at the close, and never more than she is owed now. Its payment has the period and her id
in its number, so that nobody is paid twice for one period, however often somebody touches the button.
"""

import csv
from collections import Counter
from dataclasses import dataclass
from io import StringIO

from fastapi import Request, Response
from starlette.exceptions import HTTPException

from admin_web.money import Pile
from admin_web.phone.door import at, room
from admin_web.phone.drawn import drawn, reading
from admin_web.phone.forms import after, said
from admin_web.phone.ledger import books
from admin_web.phone.office import TAKEN_FROM, Amount, amount, called, called_period, called_place, members, others
from admin_web.phone.place import place
from admin_web.words import Words
from controller.domain.assembly import Role
from controller.domain.catalog import MakerId
from controller.domain.facts import MakerPaid, PeriodClosed
from controller.domain.treasury import PayMaker
from controller.ledger.closing import became, owed_at
from controller.ledger.reports import assembly
from controller.statements.cells import harmless
from controller.statements.commas import MARK, decimal

COLUMNS = ("costurera", "nombre", "valor", "referencia", "cuenta")
"""Of the bank's file; accounts are never kept on the machine, so the last one is empty."""

router = room(Role.COORDINATOR, pin=True)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What one maker gets for a period. `paid` once it is in the books, with who handed it over and who watched."""

    maker: str
    name: str
    photo: str
    amount: Amount
    paid: bool
    who: str = ""


def envelopes(request: Request, words: Words) -> tuple[PeriodClosed | None, list[Envelope]]:
    """The newest closed period and its envelopes; those to hand over first, nobody who is owed nothing."""
    known = members(request)
    with books(request) as db:
        periods = assembly(db).periods
        if not periods:
            return None, []
        period, found = periods[-1], []
        for maker, (then_cents, now_cents) in owed_at(db, period.to_seq).items():
            paid = became(db, wish_id(period.label, maker))
            cents = paid.cents if isinstance(paid, MakerPaid) else min(then_cents, now_cents)
            who = f"{called(known, paid.by)} · {called(known, paid.witness)}" if isinstance(paid, MakerPaid) else ""
            if cents > 0:
                photo = known[maker].photo if maker in known else ""
                found.append(Envelope(maker, called(known, maker), photo, amount(cents, words), bool(who), who))
    return period, sorted(found, key=lambda envelope: envelope.paid)


def wish_id(label: str, maker: str) -> str:
    """One payment for a maker and a period, for ever."""
    return f"pago-{label}-{maker}"


def prepared(listed: list[Envelope]) -> tuple[Pile, ...]:
    """The notes and coins for all envelopes that are not handed over yet."""
    needed: Counter[int] = Counter()
    for envelope in listed:
        if not envelope.paid:
            needed.update({pile.cents: pile.count for pile in envelope.amount.piles})
    return tuple(Pile(cents, pieces) for cents, pieces in sorted(needed.items(), reverse=True))


@router.get("/pagos")
def listing(request: Request) -> Response:
    """The envelopes of the newest closed period."""
    words = reading(request)
    period, listed = envelopes(request, words)
    open_cents = sum(envelope.amount.cents for envelope in listed if not envelope.paid)
    whole = Amount(open_cents, words.money(open_cents), prepared(listed))
    return drawn(
        request,
        "payout.html",
        period=period,
        called=called_period(period.label, words) if period else "",
        envelopes=listed,
        whole=whole,
    )


@router.get("/pagos/{maker}")
def envelope(request: Request, maker: str) -> Response:
    """One envelope: how much, in which notes and coins, from where, and who watches."""
    words = reading(request)
    period, found = _one(request, maker, words)
    places = [(name, called_place(name, words)) for name in TAKEN_FROM]
    return drawn(request, "envelope.html", period=period, envelope=found, others=others(request), places=places)


@router.post("/pagos/{maker}")
async def handed_over(request: Request, maker: str) -> Response:
    """She has it, and somebody watched."""
    label, cents_said = await said(request, "period"), await said(request, "cents")
    witness, taken_from = await said(request, "witness"), await said(request, "place")
    if not cents_said.isdecimal() or len(cents_said) > 9:
        raise HTTPException(400)
    wish = PayMaker(
        MakerId(maker),
        int(cents_said),
        at(request).member,
        witness,
        wish_id(label, maker)[:64],
        taken_from or TAKEN_FROM[0],
    )
    answer = await place(request).gateway.ask(wish)
    return after("/pagos" if answer.ok else f"/pagos/{maker}", answer)


@router.get("/pagos.csv")
def bank_file(request: Request) -> Response:
    """For the bank's page: one line a maker, with a column for the account that nobody keeps here."""
    period, listed = _listed(request)
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in listed:
        if not one.paid:
            reference = f"{place(request).config.machine.name} {period.label}"
            writer.writerow([one.maker, harmless(one.name), decimal(one.amount.cents), harmless(reference), ""])
    return _file((MARK + text.getvalue()).encode(), "text/csv; charset=utf-8", f"pagos-{period.label}.csv")


@router.get("/pagos.pdf")
def printed(request: Request) -> Response:
    """The envelopes on paper: who, how much, and room to sign."""
    from admin_web.phone.envelopes import as_pdf  # here, because drawing papers is not needed for a page

    period, listed = _listed(request)
    paper = as_pdf(place(request).config.machine.name, period, listed)
    return _file(paper, "application/pdf", f"sobres-{period.label}.pdf")


def _listed(request: Request) -> tuple[PeriodClosed, list[Envelope]]:
    period, listed = envelopes(request, reading(request))
    if period is None:
        raise HTTPException(404)
    return period, listed


def _one(request: Request, maker: str, words: Words) -> tuple[PeriodClosed, Envelope]:
    period, listed = envelopes(request, words)
    found = next((one for one in listed if one.maker == maker), None)
    if period is None or found is None:
        raise HTTPException(404)
    return period, found


def _file(content: bytes, kind: str, name: str) -> Response:
    return Response(content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
