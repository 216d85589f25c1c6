"""Where a phone begins: her money and her shelf for a maker, and doors to the rooms of whatever else she does.

Nothing here is remembered: what she is owed, what was sold and what lies in her spirals is read from the books each time.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from sqlite3 import Connection

from fastapi import FastAPI, Request, Response

from admin_web.money import Pile, piles
from admin_web.phone import moments
from admin_web.phone.door import MEMBERS, at, doors, room
from admin_web.phone.drawn import drawn, reading
from admin_web.phone.keyboard import MONEY_CENTS
from admin_web.phone.ledger import books
from admin_web.phone.refill import undo
from admin_web.phone.shelf import Spiral, spirals
from admin_web.words import Words
from controller.domain.assembly import Role
from controller.domain.stocking import PutProduct
from controller.ledger.lately import newest
from controller.ledger.reports import balances, products
from controller.ledger.statement import Line, What

NEWS = 4
"""So many lines of her account stand on her home."""


@dataclass(frozen=True, slots=True)
class Card:
    """A big card that leads to a room: its words are `door.KEY`, its drawing `figure`."""

    key: str
    path: str
    figure: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something another room wants to say on her home: a template of its own, which finds its `values` as `notice.values`."""

    template: str
    values: Mapping[str, object] = field(default_factory=dict)


NOTICES: list[Callable[[Request], Notice | None]] = []
"""What other rooms may say on a home. Each is asked for every home, so it should answer quickly."""
CARDS = (
    Card("count", "/contar", "count"),
    Card("product", "/prenda/nueva", "camera"),
    Card("places", "/puestos", "places"),
    Card("assembly", "/asamblea", "assembly"),
    Card("turns", "/turnos", "turns"),
    Card("workshop", "/taller", "tools"),
    Card("books", "/libros", "book"),
    Card("statements", "/liquidaciones", "counted"),
    Card("cash", "/caja", "money"),
    Card("close", "/cierre", "counted"),
)
"""In the order they stand in. Whom a card is shown to, the room's own door says."""


@dataclass(frozen=True, slots=True)
class News:
    """One line of her account: what it was, of which piece, when, and her money. A `minus` is taken from her."""

    what: str
    piece: str
    photo: str
    when: str
    money: str
    minus: bool


@dataclass(frozen=True, slots=True)
class Hers:
    """All that a maker's home shows. `owed` is in words; `owes` when she was paid before a sale was taken back."""

    owed: str
    owes: bool
    coins: tuple[Pile, ...]
    news: tuple[News, ...]
    spirals: tuple[Spiral, ...]
    away: tuple[PutProduct, ...]

    @property
    def calling(self) -> tuple[Spiral, ...]:
        """The spirals that somebody should bring pieces to, or look at."""
        return tuple(each for each in self.spirals if each.state != "good")


router = room(*MEMBERS)


@router.get("/")
def home(request: Request, slot: str = "") -> Response:
    """Her own. `slot` is the spiral she has just touched."""
    who, words = at(request).who, reading(request)
    hers, undoable = None, None
    if Role.MAKER in who.roles:
        with books(request) as db:
            hers = her_home(request, db, words)
            undoable = undo(request, db, slot) if slot else None
    notices = tuple(notice for asked in NOTICES if (notice := asked(request)))
    cards = open_to(request.app, who.roles)
    return drawn(request, "home.html", who=who, cards=cards, hers=hers, undo=undoable, touched=slot, notices=notices)


def open_to(app: FastAPI, roles: frozenset[Role]) -> tuple[Card, ...]:
    """The cards of the rooms that let these roles in."""
    let_in = {path: door.roles for method, path, door in doors(app) if method == "GET"}
    return tuple(card for card in CARDS if let_in.get(card.path, frozenset()) & roles)


def her_home(request: Request, db: Connection, words: Words) -> Hers:
    """What the books say of a maker, in one look."""
    member, known = at(request).member, products(db)
    owed_cents = balances(db).get(f"maker:{member}", 0)
    shelf, day = spirals(db, words, member), moments.today(request, db)
    lines = newest(db, member, NEWS)
    inside = {each.slot.product for each in shelf}
    return Hers(
        owed=words.money(abs(owed_cents)),
        owes=owed_cents < 0,
        coins=piles(abs(owed_cents), coins_cents=MONEY_CENTS),
        news=tuple(_news(line, known, moments.told(line.at, day, words), words) for line in lines),
        spirals=shelf,
        away=tuple(each for each in known.values() if each.maker == member and each.product not in inside),
    )


def _news(line: Line, known: Mapping[str, PutProduct], when: str, words: Words) -> News:
    piece = known.get(line.product)
    sold = line.what in (What.SOLD, What.SETTLED)
    said = line.piece if sold else words.about("news-of", line.what.value, piece=line.piece)
    return News(line.what.value, said, piece.photo if piece else "", when, words.money(abs(line.cents)), line.cents < 0)
