"""The coordinator's own home: count, fill the hoppers, decide claims, close the period, pay; and how a price is shared.

No sum of a place that is still to be counted stands here: whoever counts must not know what to expect.
"""

from dataclasses import dataclass

from fastapi import Request, Response
from starlette.exceptions import HTTPException

from admin_web.books import names
from admin_web.money import Pile
from admin_web.phone.door import at, room
from admin_web.phone.drawn import drawn, reading
from admin_web.phone.forms import after, count, said
from admin_web.phone.ledger import books
from admin_web.phone.office import Amount, called_place, cash_places, coin_of, new_wish, wish_of
from admin_web.phone.place import place
from admin_web.phone.spending import waiting
from admin_web.shares import parts
from admin_web.words import Words
from controller.domain.assembly import Role
from controller.domain.catalog import MakerId
from controller.domain.treasury import MoveCash
from controller.ledger.closing import still_open
from controller.ledger.reports import balances, makers, products
from controller.ledger.shelf import rule

EXAMPLE_CENTS = 1_000
MOST_COINS = 2_000
"""No hopper holds more."""
SOURCES = ("safe", "float:museo", "fund:comun")
"""Where coins for change come from: the safe, lent by the museum, or given by the common fund."""

router = room(Role.COORDINATOR, pin=True)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place for money by its name in the books, in words, and its coin where it has only one kind."""

    name: str
    called: str
    coin_cents: int


@router.get("/caja")
def hub(request: Request) -> Response:
    """What there is to do with the money today."""
    words = reading(request)
    with books(request) as db:
        spots = [_spot(name, words) for name in cash_places(db)]
        still = still_open(db)
        claims = db.execute("SELECT count(*) FROM claims").fetchone()[0]
    return drawn(
        request,
        "treasury.html",
        boxes=[spot for spot in spots if not spot.coin_cents],
        tubes=[spot for spot in spots if spot.coin_cents],
        claims=claims,
        to_pay=waiting(request, words),
        on_their_way=words.money(still.reversals_cents) if still.reversals_cents else "",
    )


def _spot(name: str, words: Words) -> Spot:
    return Spot(name, called_place(name, words), coin_of(name))


@router.get("/sueltos/{name}")
def refill(request: Request, name: str, n: int = 0, source: str = "safe") -> Response:
    """How many coins go in; with a number, what that moves from where to where."""
    words, coin_cents = reading(request), coin_of(name)
    if not coin_cents or not 0 <= n <= MOST_COINS or source not in SOURCES:
        raise HTTPException(404)
    cents = n * coin_cents
    return drawn(
        request,
        "tube.html",
        spot=_spot(name, words),
        n=n,
        source=source,
        sources=[(each, called_place(each, words)) for each in SOURCES],
        amount=Amount(cents, words.money(cents), (Pile(coin_cents, n),)) if n else None,
        wish=new_wish(),
    )


@router.post("/sueltos/{name}")
async def refilled(request: Request, name: str) -> Response:
    """So many coins lie in the hopper now that did not before."""
    coins, source = await count(request, "n") or 0, await said(request, "source")
    wish_id = wish_of(await said(request, "wish"))
    if not coin_of(name) or not 0 < coins <= MOST_COINS or source not in SOURCES:
        return after("/caja", "bad-amount")
    wish = MoveCash(coins * coin_of(name), source, name, at(request).member, f"sueltos-{wish_id}")
    return after("/caja", await place(request).gateway.ask(wish))


@router.get("/reparto")
def shared(request: Request) -> Response:
    """How ten dollars are shared by the rule in force, in people and coins; another rule is a proposal of the assembly."""
    words = reading(request)
    with books(request) as db:
        known, in_force = names(makers(db), products(db)), rule(db)
        shares = in_force.shares(EXAMPLE_CENTS, MakerId("quien-cose"), 0) if in_force else ()
        funds = {name: cents for name, cents in balances(db).items() if name.startswith("fund:")}
    return drawn(
        request,
        "split.html",
        parts=parts(shares, known, words),
        example=words.money(EXAMPLE_CENTS),
        rule=in_force,
        funds=[(called_place(name, words), words.money(cents)) for name, cents in funds.items()],
    )
