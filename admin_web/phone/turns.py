"""Turns of shared work on the phones: whose turn it is, done by one touch, passed on by two, and a word on her home when due.

Whose turn it is follows from the facts alone (`controller.domain.turns`); when a work is due again, from when it was done
last and from the statutes. Nothing is remembered here.
"""

from dataclasses import dataclass
from sqlite3 import Connection

from fastapi import Request, Response
from starlette.exceptions import HTTPException

from admin_web.phone.agenda import Voice
from admin_web.phone.door import at, room
from admin_web.phone.drawn import drawn, reading
from admin_web.phone.forms import after, count, said
from admin_web.phone.home import NOTICES, Notice
from admin_web.phone.ledger import books
from admin_web.phone.moments import now_ms, today
from admin_web.phone.moments import told as moment_told
from admin_web.phone.place import place
from controller.domain.assembly import Role
from controller.domain.deciding import DAY_MS
from controller.domain.facts import Work
from controller.domain.shop import Shop
from controller.domain.turns import PassTurn, TakeTurn, next_up
from controller.ledger.decisions import governance_now, last_done, turns_done
from controller.ledger.reports import assembly, joined, members

SHOWN_MAX = 8
router = room(Role.MAKER, Role.COORDINATOR, Role.TECHNICIAN)


@dataclass(frozen=True, slots=True)
class Turn:
    """The next turn of a work: its number, whose it is and who comes after her, and how many days it is overdue.

    `late_days` is None where nobody is to be reminded, negative as long as there is time; `takes_part` and `mine` are hers
    who looks.
    """

    work: Work
    number: int
    order: tuple[str, ...]
    late_days: int | None
    takes_part: bool
    mine: bool

    @property
    def due(self) -> bool:
        return self.late_days is not None and self.late_days >= 0


def next_turns(request: Request, db: Connection) -> tuple[Turn, ...]:
    """The next turn of every work that has anybody to do it."""
    shop = Shop(makers=joined(db), assembly=assembly(db), governance=governance_now(db))
    found = ((work, next_up(shop, work)) for work in Work)
    return tuple(_turn(request, db, shop, work, order) for work, order in found if order)


def _turn(request: Request, db: Connection, shop: Shop, work: Work, order: tuple[str, ...]) -> Turn:
    me, days, last = at(request).member, place(request).config.assembly.turn_days[work], last_done(db, work)
    since_ms = now_ms(request) - last.wall_ms if last else None
    late = None if not days else 0 if since_ms is None else since_ms // DAY_MS - days
    return Turn(work, shop.governance.rota(work).turns + 1, order, late, me in order, me == order[0])


def due(request: Request, db: Connection) -> tuple[Turn, ...]:
    """The works that are due now and whose turn is hers."""
    return tuple(turn for turn in next_turns(request, db) if turn.mine and turn.due)


@router.get("/turnos")
def turns(request: Request) -> Response:
    """Whose turn it is at every work, hers first; and who did what lately."""
    words = reading(request)
    with books(request) as db:
        coming, known, day = next_turns(request, db), members(db), today(request, db)
        done = [(turn, moment_told(turn.entry.at, day, words)) for turn in turns_done(db, SHOWN_MAX)]
    ordered = sorted(coming, key=lambda turn: not turn.mine)
    voices = {member: _voice(request, member, known) for turn in coming for member in turn.order}
    past = [(turn.work, _voice(request, turn.member, known), when) for turn, when in done]
    return drawn(request, "turns.html", turns=ordered, voices=voices, past=past)


@router.post("/turnos/{work}/hecho")
async def done(request: Request, work: str) -> Response:
    """She has done it, whosever turn it was."""
    number = await count(request, "number")
    answer = await place(request).gateway.ask(TakeTurn(_work(work), number or 0, at(request).member))
    return after("/turnos", "thanks" if answer.ok else answer)


@router.get("/turnos/{work}/pasar")
def whom(request: Request, work: str) -> Response:
    """To whom?"""
    with books(request) as db:
        known = members(db)
        found = next((turn for turn in next_turns(request, db) if turn.work == _work(work)), None)
    if found is None or not found.mine:
        raise HTTPException(404)
    others = [(member, _voice(request, member, known)) for member in found.order[1:]]
    return drawn(request, "turn_pass.html", turn=found, others=others)


@router.post("/turnos/{work}/pasar")
async def passed(request: Request, work: str) -> Response:
    """To her."""
    number, to = await count(request, "number"), await said(request, "to")
    answer = await place(request).gateway.ask(PassTurn(_work(work), number or 0, at(request).member, to))
    return after("/turnos", answer)


def _voice(request: Request, member: str, known: dict[str, tuple[str, str]]) -> Voice:
    name, photo = known.get(member, (member, ""))
    return Voice(name or member, photo, member == at(request).member)


def _work(word: str) -> Work:
    """Raises HTTPException 404 for no work."""
    try:
        return Work(word)
    except ValueError:
        raise HTTPException(404) from None


def notice(request: Request) -> Notice | None:
    """For a home: what is hers to do now."""
    if not at(request).may("maker", "coordinator", "technician"):
        return None
    with books(request) as db:
        hers = due(request, db)
    return Notice("turns_card.html", {"turns": hers}) if hers else None


NOTICES.append(notice)
