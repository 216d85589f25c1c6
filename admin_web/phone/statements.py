"""A maker's account on her phone: what she is owed, how it came to be, and the same as a paper, a picture or a sheet to send.

She sees her own; the coordinator everybody's. A closed period is cut where it was closed, and proven by the hash of that
fact; what is not closed yet goes up to now.
"""

from dataclasses import dataclass, replace
from importlib import import_module
from itertools import islice
from sqlite3 import Connection
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from admin_web.phone.door import at, room
from admin_web.phone.drawn import drawn, reading
from admin_web.phone.ledger import books
from admin_web.phone.office import amount, called, called_period, members
from admin_web.phone.people import Member
from admin_web.phone.place import place
from admin_web.words import Words
from controller.domain.assembly import Role
from controller.domain.periods import first_seq
from controller.ledger.reports import assembly, balances, joined
from controller.ledger.statement import Statement, What, statement_of_facts
from controller.statements import selling
from controller.statements.rows import account, rows, shared

NOW = "ahora"
"""The period that nobody has closed yet."""
LINES_MAX = 40
"""So many lines stand on the page, newest first; the papers have them all."""
FORMS = {
    "pdf": ("paper", "as_pdf", "application/pdf"),
    "png": ("picture", "as_png", "image/png"),
    "xlsx": ("workbook", "as_xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": ("commas", "as_csv", "text/csv; charset=utf-8"),
}
"""Each form, which module of `controller.statements` draws it, and what browsers call it; imported when it is asked for."""

router = room(Role.MAKER, Role.COORDINATOR)


@dataclass(frozen=True, slots=True)
class Owed:
    """One maker in the coordinator's list. `share` opens WhatsApp with her account in a sentence."""

    maker: str
    name: str
    photo: str
    money: str
    share: str


@router.get("/liquidaciones")
def everybody(request: Request) -> Response:
    """Every maker with what she is owed; a maker who coordinates nothing goes to her own."""
    if not at(request).may("coordinator"):
        return RedirectResponse(f"/liquidacion/{at(request).member}", 303)
    words, known = reading(request), members(request)
    with books(request) as db:
        owed, periods = balances(db), assembly(db).periods
        label = periods[-1].label if periods else NOW
        told = [_owed(db, maker, label, owed.get(f"maker:{maker}", 0), known, words) for maker in sorted(joined(db))]
    return drawn(request, "statements.html", makers=told, period=label if periods else "")


def _owed(db: Connection, maker: str, label: str, cents: int, known: dict[str, Member], words: Words) -> Owed:
    statement = drawn_up(db, maker, label)
    photo = known[maker].photo if maker in known else ""
    return Owed(maker, called(known, maker), photo, words.money(cents), share(statement, label, words))


@router.get("/liquidacion/{maker}")
def one(request: Request, maker: str, periodo: str = NOW) -> Response:
    """Her account in one period, newest line first."""
    words = reading(request)
    with books(request) as db:
        statement = _hers(request, db, maker, periodo)
        closed = [period.label for period in reversed(assembly(db).periods)]
    newest = list(islice(reversed(list(rows(statement))), LINES_MAX))
    return drawn(
        request,
        "statement.html",
        statement=statement,
        owed=amount(abs(statement.closing_cents), words),
        account=account(statement)[:-1],
        shared=shared(statement),
        sellers=selling.told(statement),
        rows=newest,
        more=max(0, len(statement.lines) - LINES_MAX),
        chosen=periodo,
        periods=[(NOW, words.say("statement.now")), *((label, called_period(label, words)) for label in closed)],
        forms=FORMS,
        share=share(statement, periodo, words),
    )


@router.get("/liquidacion/{maker}/{form}")
def file(request: Request, maker: str, form: str, periodo: str = NOW) -> Response:
    """The same account as a file."""
    if form not in FORMS:
        raise HTTPException(404)
    with books(request) as db:
        statement = _hers(request, db, maker, periodo)
    module, draw, kind = FORMS[form]
    drawer = getattr(import_module(f"controller.statements.{module}"), draw)
    content: bytes = drawer(statement, place(request).config.machine.name)
    name = f"liquidacion-{maker}-{periodo}.{form}"
    return Response(content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def share(statement: Statement, label: str, words: Words) -> str:
    """A link that opens WhatsApp with her account in a sentence; nothing is sent before somebody says so there."""
    sold = statement.of(What.SOLD, What.SETTLED)
    text = words.say(
        "statement.sentence" if label == NOW else "statement.sentence_closed",
        name=statement.name,
        period=label if label == NOW else called_period(label, words),
        n=len(sold),
        sold=words.money(statement.cents(What.SOLD, What.SETTLED)),
        owed=words.money(statement.closing_cents),
        seq=words.number(statement.head_seq),
        head=statement.head[:16],
    )
    return f"https://wa.me/?text={quote(text)}"


def drawn_up(db: Connection, maker: str, label: str) -> Statement:
    """Her account in this period. Raises HTTPException 404 for one that was never closed."""
    periods = assembly(db).periods
    if label == NOW:
        newest = int(db.execute("SELECT coalesce(max(seq), 0) FROM facts").fetchone()[0])
        return statement_of_facts(db, maker, first_seq(periods), newest)
    number = next((number for number, period in enumerate(periods) if period.label == label), None)
    if number is None:
        raise HTTPException(404)
    period = periods[number]
    told = statement_of_facts(db, maker, first_seq(periods[:number]), period.to_seq)
    return replace(told, head_seq=period.to_seq, head=period.head)


def _hers(request: Request, db: Connection, maker: str, label: str) -> Statement:
    """Raises HTTPException: 403 for another's account, 404 for nobody's."""
    if maker != at(request).member and not at(request).may("coordinator"):
        raise HTTPException(403)
    if maker not in joined(db):
        raise HTTPException(404)
    return drawn_up(db, maker, label)
