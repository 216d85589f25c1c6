"""Places behind the glass: which are free for a product, and which have been the good ones these four weeks.

A place at the height of the eyes sells more. How much each has sold, and by whose piece, is told to everybody who sews, so
that the assembly can pass the good ones around.
"""

from collections import Counter
from dataclasses import dataclass
from sqlite3 import Connection

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from admin_web.phone.door import at, room
from admin_web.phone.drawn import drawn
from admin_web.phone.forms import after, count, said
from admin_web.phone.ledger import books
from admin_web.phone.moments import today
from admin_web.phone.place import place
from admin_web.phone.shelf import for_her_hands
from controller.domain.assembly import Role
from controller.domain.catalog import ProductId, SlotId
from controller.domain.stocking import AssignSlot, PutProduct
from controller.ledger.places import DAYS, PlaceSales, places
from controller.ledger.reports import members, products
from controller.ledger.shelf import slots

CAPACITY = 6
"""What a spiral of this machine holds as long as nobody has said otherwise."""
CAPACITIES = (3, 4, 5, 6, 8, 10, 12)

router = room(Role.MAKER, Role.COORDINATOR)


@dataclass(frozen=True, slots=True)
class Told:
    """A place in words: who sold how many pieces there, who holds it now, and its bar of so many twentieths of the best."""

    place: PlaceSales
    sellers: tuple[tuple[str, int], ...]
    holder: str
    hers: bool
    twentieths: int


def free(request: Request, db: Connection) -> tuple[str, ...]:
    """The spirals she may give a product to: those that nobody has first, then hers that hold no piece, for a coordinator
    anybody's."""
    held, wired = {slot.slot: slot for slot in slots(db)}, map(SlotId, place(request).config.slots())
    bare = [name for name in wired if name not in held]
    empty = [name for name, slot in held.items() if not slot.quantity and for_her_hands(request, slot.maker)]
    return (*bare, *empty)


def capacity_usual(db: Connection, slot: str) -> int:
    """How many pieces this spiral held until now, or most of the others do."""
    held = slots(db)
    own = [each.capacity for each in held if each.slot == slot]
    return own[0] if own else Counter([each.capacity for each in held] or [CAPACITY]).most_common(1)[0][0]


def told(request: Request, db: Connection) -> tuple[Told, ...]:
    """Every place of this machine, the best first."""
    found = places(db, today(request, db), place(request).config.slots())
    names = {member: name for member, (name, _) in members(db).items()}
    best = max((each.pieces for each in found), default=0) or 1
    return tuple(
        Told(
            each,
            tuple((names.get(maker, maker), pieces) for maker, pieces in each.makers),
            names.get(each.holder, each.holder),
            each.holder == at(request).member,
            -(-20 * each.pieces // best),
        )
        for each in found
    )


@router.get("/puestos")
def rotation(request: Request) -> Response:
    """Which places have been the good ones, and whose they were."""
    with books(request) as db:
        found, known = told(request, db), products(db).values()
        movable = tuple(each for each in known if for_her_hands(request, each.maker))
    return drawn(request, "places.html", places=found, days=DAYS, products=movable)


@router.get("/puesto/{product}")
def where(request: Request, product: str) -> Response:
    """Where this product may go."""
    with books(request) as db:
        hers, open_, found = _movable(request, db, product), free(request, db), told(request, db)
        usual = capacity_usual(db, "")
    wired = place(request).config.slots()
    by_name = {each.place.slot: each for each in found}
    capacities = tuple(sorted({*CAPACITIES, usual}))
    values = {"places": [by_name[slot] for slot in wired], "days": DAYS, "usual": usual, "capacities": capacities}
    return drawn(request, "place.html", product=hers, free=open_, **values)


@router.post("/puesto/{product}")
async def moved(request: Request, product: str) -> Response:
    """From now on this spiral is for her product."""
    slot, capacity = await said(request, "slot"), await count(request, "capacity")
    allowed = await run_in_threadpool(_allowed, request, product, slot)
    if not allowed or capacity is None:
        return after(f"/puesto/{product}", "not-free")
    answer = await place(request).gateway.ask(AssignSlot(SlotId(slot), ProductId(product), capacity))
    return after("/" if answer.ok else f"/puesto/{product}", answer, slot=slot)


def _movable(request: Request, db: Connection, product: str) -> PutProduct:
    """A product she may find a place for. Raises HTTPException 404 or 403."""
    found = products(db).get(product)
    if found is None:
        raise HTTPException(404)
    if not for_her_hands(request, found.maker):
        raise HTTPException(403)
    return found


def _allowed(request: Request, product: str, slot: str) -> bool:
    with books(request) as db:
        _movable(request, db, product)
        return slot in free(request, db)
