"""Closing a week or a month: everything that happened since the last close, each difference with its reason, then the lock.

The preview and the closed page are the same sheet, made of the same facts, so nothing on it can change after the lock. What
waits for a person is of now, and stands only on the preview.
"""

from dataclasses import dataclass
from datetime import date
from sqlite3 import Connection

from fastapi import Request, Response
from starlette.exceptions import HTTPException

from admin_web.phone import moments
from admin_web.phone.bookscover import cover
from admin_web.phone.door import at, room
from admin_web.phone.drawn import drawn, reading
from admin_web.phone.forms import after, count, said
from admin_web.phone.ledger import books
from admin_web.phone.office import called, called_period, called_place, members, others
from admin_web.phone.people import Member
from admin_web.phone.place import place
from admin_web.words import Words
from controller.domain import facts as f
from controller.domain.assembly import Role
from controller.domain.periods import ClosePeriod, first_seq
from controller.ledger.closing import Happened, counted, happened, head_of, still_open
from controller.ledger.reports import assembly

router = room(Role.COORDINATOR, pin=True)
GROUP = 4
"""So many signs of a hash are read aloud in one breath."""


@dataclass(frozen=True, slots=True)
class Counted:
    """One cash count in words. `difference` is `more`, `less` or `same`, and `by_how_much` without a sign."""

    place: str
    expected: str
    counted: str
    difference: str
    by_how_much: str
    who: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A period in words, from fact `first` to fact `last`; each list is empty when nothing of its kind happened."""

    first: str
    last: str
    pieces: int
    sold: str
    returned: str
    counts: tuple[Counted, ...]
    over_short: tuple[str, str]
    paid: tuple[tuple[str, str], ...]
    paid_sum: str
    refunds: tuple[tuple[str, str, bool], ...]
    settled: tuple[tuple[str, str, str], ...]
    opened: tuple[tuple[str, str], ...]


@router.get("/cierre")
def preview(request: Request) -> Response:
    """The period that is open now: what to look at before it is closed."""
    words, known = reading(request), members(request)
    with books(request) as db:
        if not (shut := cover(request, db, words)).open:
            return drawn(request, "close_covered.html", cover=shut)
        closed, to_seq = assembly(db).periods, _newest(db)
        first = first_seq(closed)
        sheet = sheet_of(happened(db, first, to_seq), known, words)
        waiting, is_counted = still_open(db), counted(db, first, to_seq)
        day = moments.today(request, db)
    hindered = [code for code, true in (("not-counted", not is_counted), ("doubts-open", waiting.doubts)) if true]
    return drawn(
        request,
        "close.html",
        sheet=sheet,
        to_seq=to_seq,
        labels=[(label, called_period(label, words)) for label in labels(day, {period.label for period in closed})],
        hindered=hindered,
        waiting=_waiting(
            waiting.doubt_cents, waiting.claims_cents, waiting.unclaimed_cents, waiting.reversals_cents, words
        ),
        others=others(request),
        closed=[(period.label, called_period(period.label, words)) for period in reversed(closed)],
    )


def labels(day: date, used: set[str]) -> list[str]:
    """What the period may be called: this week, this month, or the month before; nothing that was used."""
    year, week, _ = day.isocalendar()
    before = date(day.year - (day.month == 1), (day.month + 10) % 12 + 1, 1)
    return [label for label in (f"{year}-W{week:02d}", f"{day:%Y-%m}", f"{before:%Y-%m}") if label not in used]


def _waiting(doubt: int, claims: int, unclaimed: int, reversals: int, words: Words) -> list[tuple[str, str]]:
    """What waits for a person, of each kind that there is."""
    sums = {"doubt": doubt, "claims": claims, "unclaimed": unclaimed, "reversals": reversals}
    return [(words.about("waits", name), words.money(cents)) for name, cents in sums.items() if cents]


@router.post("/cierre")
async def closed(request: Request) -> Response:
    """Locked, with both names."""
    label, witness, despite = (
        await said(request, "label"),
        await said(request, "witness"),
        await said(request, "despite"),
    )
    wish = ClosePeriod(
        label, await count(request, "to_seq") or 0, at(request).member, witness, f"cierre-{label}"[:64], despite
    )
    answer = await place(request).gateway.ask(wish)
    return after(f"/cierre/{label}" if answer.ok else "/cierre", answer)


@router.get("/cierre/{label}")
def locked(request: Request, label: str) -> Response:
    """A closed period, as it was then."""
    words, known = reading(request), members(request)
    with books(request) as db:
        periods = assembly(db).periods
        number = next((number for number, period in enumerate(periods) if period.label == label), None)
        if number is None:
            raise HTTPException(404)
        period = periods[number]
        sheet = sheet_of(happened(db, first_seq(periods[:number]), period.to_seq), known, words)
        holds = head_of(db, period.to_seq) == period.head
    proof = " ".join(period.head[at : at + GROUP] for at in range(0, 16, GROUP))
    who = f"{called(known, period.by)} · {called(known, period.witness)}"
    return drawn(
        request,
        "period.html",
        sheet=sheet,
        period=period,
        period_called=called_period(label, words),
        who=who,
        proof=proof,
        holds=holds,
    )


def sheet_of(told: Happened, known: dict[str, Member], words: Words) -> Sheet:
    """The period in words."""
    return Sheet(
        first=words.number(told.seqs.start),
        last=words.number(told.seqs.stop - 1),
        pieces=told.pieces,
        sold=words.money(told.sold_cents),
        returned=words.money(told.returned_cents),
        counts=tuple(_counted(fact, known, words) for fact in told.counts),
        over_short=_difference(told.over_short_cents, words),
        paid=tuple((called(known, fact.maker), words.money(fact.cents)) for fact in told.paid),
        paid_sum=words.money(told.paid_cents),
        refunds=tuple((one.fact.reason, words.money(one.fact.price_cents), one.earlier) for one in told.taken_back),
        settled=tuple(
            (fact.claim, words.about("verdict", fact.verdict), words.money(fact.cents)) for fact in told.settled
        ),
        opened=tuple((code, words.money(cents)) for code, cents in told.opened.items()),
    )


def _counted(fact: f.CashCounted, known: dict[str, Member], words: Words) -> Counted:
    difference, by_how_much = _difference(fact.counted_cents - fact.expected_cents, words)
    who = f"{called(known, fact.by)} · {called(known, fact.witness)}"
    expected, found = words.money(fact.expected_cents), words.money(fact.counted_cents)
    return Counted(called_place(fact.place, words), expected, found, difference, by_how_much, who)


def _difference(cents: int, words: Words) -> tuple[str, str]:
    return "more" if cents > 0 else "less" if cents < 0 else "same", words.money(abs(cents))


def _newest(db: Connection) -> int:
    return int(db.execute("SELECT coalesce(max(seq), 0) FROM facts").fetchone()[0])
