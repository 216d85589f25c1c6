"""Open books: every member reads every fact in plain words, with what it moved, and finds it again by its number.

Nothing is written here and nothing needs a PIN: who may read is whoever is one of us. `bookscover` says how far the books are
open just now, `booksteller` by which names she may know people.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from sqlite3 import Connection

from babel import Locale
from babel.dates import format_skeleton
from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from admin_web.phone import moments
from admin_web.phone.bookscover import cover
from admin_web.phone.booksgroups import FIGURES, GROUPS, group_of, kinds_of
from admin_web.phone.booksmoves import Move, moves
from admin_web.phone.booksteller import Teller, teller
from admin_web.phone.bookstold import told
from admin_web.phone.chainmark import grouped
from admin_web.phone.door import MEMBERS, room
from admin_web.phone.drawn import drawn, reading
from admin_web.phone.ledger import books
from controller.domain import facts as f
from controller.ledger.openbooks import Choice, Entry, entry, leaf

LEAF = 12
"""So many cards are a page."""
FIRST_DAY, LAST_DAY = date(1970, 1, 2), date(2199, 12, 30)

router = room(*MEMBERS)


@dataclass(frozen=True, slots=True)
class Card:
    """A fact in words. `vend` is the number of the vend whose end it tells, 0 for any other fact."""

    seq: int
    number: str
    said: str
    when: str
    unsure: bool
    figure: str
    group: str
    moves: tuple[Move, ...]
    vend: int


@router.get("/libros")
def reading_room(
    request: Request, que: str = "", dia: str = "", antes: int = 0, despues: int = 0, n: int = 0
) -> Response:
    """The newest facts; or those of a group, of a day, before or after a fact. With `n`, to that very one."""
    if n:
        return RedirectResponse(f"/libros/{n}", 303)
    words, day = reading(request), _day(dia)
    with books(request) as db:
        shut, today = cover(request, db, words), moments.today(request, db)
        told_by = teller(request, db)
        found = leaf(db, Choice(shut.upto, kinds_of(que), day), LEAF, antes, despues)
        cards = [card(one, told_by, today) for one in found.entries]
    return drawn(
        request,
        "books.html",
        cover=shut,
        cards=cards,
        newer=found.newer if antes or despues else None,
        older=found.older,
        groups=[(name, FIGURES[name]) for name in GROUPS],
        chosen=que if que in GROUPS else "",
        day=day,
        day_called=format_skeleton("yMMMEd", day, locale=Locale.parse(words.mostly, sep="-")) if day else "",
        today=today,
        yesterday=today - timedelta(days=1),
    )


@router.get("/libros/{number:int}")
def one(request: Request, number: int) -> Response:
    """One fact whole: what it says, what it moved, and its place in the chain."""
    words = reading(request)
    with books(request) as db:
        shut, today = cover(request, db, words), moments.today(request, db)
        found = _within(db, number, shut.upto)
        shown = card(found, teller(request, db), today)
    return drawn(
        request,
        "books_fact.html",
        card=shown,
        entry=found,
        own=grouped(found.hash),
        prev=grouped(found.prev),
        before=number - 1,
        after=number + 1 if number < shut.upto else 0,
    )


def card(found: Entry, told_by: Teller, today: date) -> Card:
    """An entry as it is shown on this day."""
    group = group_of(found.kind)
    return Card(
        seq=found.seq,
        number=told_by.words.number(found.seq),
        said=told(found, told_by),
        when=moments.told(found.at, today, told_by.words),
        unsure=not found.certain,
        figure=FIGURES[group],
        group=group,
        moves=moves(found.lines, told_by),
        vend=_vend(found.fact),
    )


def _vend(fact: f.Fact | None) -> int:
    ways = (f.Sold, f.VendFailed, f.VendInDoubt, f.SaleRefunded)
    return fact.vend_id if isinstance(fact, ways) else 0


def _within(db: Connection, number: int, upto: int) -> Entry:
    """This fact, if it may be read now. Raises HTTPException 404."""
    found = entry(db, number) if 1 <= number <= upto else None
    if found is None:
        raise HTTPException(404)
    return found


def _day(text: str) -> date | None:
    """A day of an address, such as `2026-11-21`; None for anything else, and for a day on which no machine was there."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None
