"""One sale to its last cent: the coins that came in, the price, whose part is whose, and until when each part was paid.

Everything is shown as sums that can be added up by hand: what came in is what went where, and the parts are the price.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from sqlite3 import Connection

from fastapi import Request, Response
from starlette.exceptions import HTTPException

from admin_web.books import Names
from admin_web.money import Pile
from admin_web.phone import moments
from admin_web.phone.bookscover import cover
from admin_web.phone.booksteller import Teller, teller
from admin_web.phone.bookstold import sentence
from admin_web.phone.door import MEMBERS, room
from admin_web.phone.drawn import drawn, reading
from admin_web.phone.ledger import books
from admin_web.phone.office import Amount, amount, called_period
from admin_web.phone.place import place
from admin_web.shares import Part, parts
from controller.domain import facts as f
from controller.domain.periods import first_seq
from controller.ledger.openbooks import entry
from controller.ledger.receipt import TakenBack
from controller.ledger.reports import assembly, products
from controller.ledger.salestory import Story, Told, Way, story

router = room(*MEMBERS)
NOBODY = Names({}, {})


@dataclass(frozen=True, slots=True)
class Step:
    """One fact of the way: what it says, its number, when it was."""

    seq: int
    number: str
    said: str
    when: str


@dataclass(frozen=True, slots=True)
class Sum:
    """A line of an addition: what it is, and how much."""

    label: str
    money: str


@dataclass(frozen=True, slots=True)
class Share:
    """One part of the price: whose, drawn as on the receipt, and in words what became of it."""

    part: Part
    who: str
    coins: int
    became: str
    done: bool
    paid: int


@router.get("/libros/venta/{number:int}")
def follow(request: Request, number: int) -> Response:
    """The way of vend `number`."""
    words = reading(request)
    with books(request) as db:
        shut, today = cover(request, db, words), moments.today(request, db)
        found = story(db, number, shut.upto, _taken_back(place(request).database))
        if found is None:
            raise HTTPException(404)
        t = teller(request, db)
        piece = products(db).get(found.started.product)
        steps = [_step(db, told, today, t) for told in _steps(db, found)]
        shares = _shares(db, found, t)
    return drawn(
        request,
        "books_sale.html",
        number=words.number(number),
        piece=t.piece(found.started.product),
        photo=piece.photo if piece else "",
        maker=t.who(found.started.maker),
        price=amount(found.started.price_cents, words),
        coins=_coins(found),
        visit=_visit(found, t),
        parts_sum=_parts(found, t),
        state=_state(found),
        steps=steps,
        shares=shares,
    )


def _state(found: Story) -> str:
    """In a word: `sold`, `back`, `failed`, `doubt`, `turning`."""
    if found.taken_back:
        return "back"
    if found.ways:
        return "sold"
    match found.ending and found.ending[1]:
        case f.VendFailed():
            return "failed"
        case f.VendInDoubt():
            return "settled" if found.settled else "doubt"
        case _:
            return "turning"


def _coins(found: Story) -> tuple[Pile, ...]:
    """The very coins that came in, biggest first; what was paid without coins has none."""
    taken = [fact.cents for _, fact in found.entered if isinstance(fact, f.CreditTaken)]
    return tuple(Pile(cents, taken.count(cents)) for cents in sorted(set(taken), reverse=True))


def _visit(found: Story, t: Teller) -> tuple[list[Sum], list[Sum], Amount]:
    """What came in, and what of it went where: two additions with the same sum."""
    came_cents = _cents(found.entered)
    into = [
        Sum(f"{pile.count} × {t.words.face(pile.cents)}", t.money(pile.count * pile.cents)) for pile in _coins(found)
    ]
    into += [
        Sum(_came(fact, t), t.money(_of(fact))) for _, fact in found.entered if not isinstance(fact, f.CreditTaken)
    ]
    state = _state(found)
    price_cents = 0 if state == "failed" else found.started.price_cents
    went = [(t.words.say("sale.this"), price_cents)]
    went += [(t.words.say("sale.other"), _of(fact)) for _, fact in found.others]
    went += [(t.words.about("went", type(fact).__name__), _of(fact)) for _, fact in (*found.given_back, *found.waiting)]
    left_cents = came_cents - sum(cents for _, cents in went)
    went += [(t.words.say("sale.left"), left_cents)]
    out = [Sum(label, t.money(cents)) for label, cents in went if cents]
    return into, out, amount(came_cents, t.words)


def _came(fact: f.Fact, t: Teller) -> str:
    """What came in that is no coin."""
    wallet = getattr(fact, "provider", "")
    return t.words.about("came", type(fact).__name__, wallet=t.words.about("wallet", wallet, name=wallet))


def _parts(found: Story, t: Teller) -> tuple[list[Sum], str]:
    """The parts of the price, and what they add up to."""
    each = [Sum(t.account(way.share.account), t.money(way.share.cents)) for way in found.ways]
    return each, t.money(sum(way.share.cents for way in found.ways))


def _cents(told: tuple[Told, ...]) -> int:
    return sum(_of(fact) for _, fact in told)


def _of(fact: f.Fact) -> int:
    """How much a fact is about, in cents."""
    cents: int = getattr(fact, "price_cents", 0) or getattr(fact, "cents", 0)
    return cents


def _shares(db: Connection, found: Story, t: Teller) -> list[Share]:
    """Every part as on the receipt, and beside it what became of it."""
    drawn_parts = parts(found.shares, NOBODY, t.words)
    told = []
    for way, part in zip(found.ways, drawn_parts, strict=True):
        paid, done = way.paid[0] if way.paid else 0, bool(way.paid) or way.ahead
        told.append(Share(part, t.account(way.share.account), part.coins, _became(db, way, found, t), done, paid))
    return told


def _became(db: Connection, way: Way, found: Story, t: Teller) -> str:
    """What happened to one part since the sale."""
    family = way.share.account.partition(":")[0]
    if found.taken_back:
        return t.words.say("way.back")
    if family != "maker":
        return t.words.about("way", family)
    if way.ahead:
        return t.words.say("way.ahead")
    if way.paid is None:
        return t.words.say("way.owed")
    number, fact = way.paid
    period = _period(db, found, t)
    if isinstance(fact, f.MakerPaid):
        return t.words.say("way.paid_in" if period else "way.paid", number=t.words.number(number), period=period)
    return t.words.say("way.settled", number=t.words.number(number))


def _period(db: Connection, found: Story, t: Teller) -> str:
    """The closed period in which this was sold, in words; empty while it is open."""
    closed, sold = assembly(db).periods, found.ending[0] if found.ending else found.seq
    for index, period in enumerate(closed):
        if first_seq(closed[:index]) <= sold <= period.to_seq:
            return called_period(period.label, t.words)
    return ""


def _steps(db: Connection, found: Story) -> list[Told]:
    """The facts of this vend itself, in their order."""
    told: list[Told | None] = [(found.seq, found.started), found.ending, found.settled]
    back = entry(db, found.taken_back) if found.taken_back else None
    if back and back.fact:
        told.append((back.seq, back.fact))
    return [one for one in told if one]


def _step(db: Connection, told: Told, today: date, t: Teller) -> Step:
    seq, fact = told
    found = entry(db, seq)
    when = moments.told(found.at, today, t.words) if found else ""
    return Step(seq, t.words.number(seq), sentence(fact, t), when)


@cache
def _taken_back(_: Path) -> TakenBack:
    """What these pages remember of the books at this path."""
    return TakenBack()
