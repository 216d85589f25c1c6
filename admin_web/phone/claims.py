"""Claims: what somebody is owed, or what nobody knows; what happened, how much, since when, and what can be decided about it.

Which verdicts there are the domain says. Each stands on the page with what it would do to the money, so that whoever touches
it has read it; once settled it stays so, and is corrected only by another entry.
"""

from dataclasses import dataclass
from sqlite3 import Connection

from fastapi import Request, Response
from starlette.exceptions import HTTPException

from admin_web.phone.door import at, room
from admin_web.phone.drawn import drawn, reading
from admin_web.phone.forms import after, said
from admin_web.phone.ledger import books
from admin_web.phone.office import TAKEN_FROM, Amount, amount, called_place
from admin_web.phone.place import place
from admin_web.phone.reversals import on_their_way
from admin_web.words import Words
from controller.domain.assembly import Role
from controller.domain.catalog import Account
from controller.domain.facts import Verdict
from controller.domain.shop import Claim
from controller.domain.treasury import SettleClaim, verdicts
from controller.ledger.sweep.debts import debts
from controller.ledger.sweep.drops import doubts
from controller.ledger.sweep.line import Line

NO_FACTS = range(0)
"""Of the doubts only those that are still open."""

router = room(Role.COORDINATOR, pin=True)


@dataclass(frozen=True, slots=True)
class Told:
    """An open claim in words: its code, what happened, where, since when, how much."""

    code: str
    what: str
    where: str
    since: str
    why: str
    amount: Amount
    doubt: bool


@router.get("/reclamos")
def waiting(request: Request) -> Response:
    """Every open claim, oldest first; doubts are marked."""
    with books(request) as db:
        told = [_told(line, reading(request)) for line in _lines(db)]
        backs = [(one, reading(request).money(one.cents)) for one in on_their_way(db)]
    return drawn(request, "claims.html", claims=told, backs=backs)


@router.get("/reclamos/{code}")
def one(request: Request, code: str) -> Response:
    """One claim, and each verdict with what it would do."""
    with books(request) as db:
        line = next((line for line in _lines(db) if line.claim == code), None)
        claim = _claim(db, code)
    if line is None or claim is None:
        return after("/reclamos", "unknown-claim")
    return drawn(
        request,
        "claim.html",
        claim=_told(line, reading(request)),
        kind="money" if claim.place else "piece",
        verdicts=[verdict.value for verdict in verdicts(claim)],
        places=[(name, called_place(name, reading(request))) for name in TAKEN_FROM],
    )


@router.post("/reclamos/{code}")
async def settled(request: Request, code: str) -> Response:
    """Decided: it stands in the books with her name."""
    verdict, taken_from = await said(request, "verdict"), await said(request, "place")
    if verdict not in set(Verdict):
        raise HTTPException(400)
    wish = SettleClaim(code, Verdict(verdict), at(request).member, taken_from or TAKEN_FROM[0])
    answer = await place(request).gateway.ask(wish)
    return after("/reclamos" if answer.ok else f"/reclamos/{code}", answer)


def _lines(db: Connection) -> list[Line]:
    return sorted([*debts(db), *doubts(db, NO_FACTS)], key=lambda line: line.seq)


def _claim(db: Connection, code: str) -> Claim | None:
    row = db.execute("SELECT account, cents, place FROM claims WHERE code = ?", [code]).fetchone()
    return Claim(code, Account(row[0]), row[1], place=row[2]) if row else None


def _told(line: Line, words: Words) -> Told:
    where = line.slot or (called_place(line.place, words) if line.place else line.provider)
    what = words.about("claim", line.what.value)
    doubt = line.what.value in ("doubt", "coins-in-doubt", "back-in-doubt")
    return Told(line.claim, what, where, line.at, line.why, amount(line.cents, words), doubt)
