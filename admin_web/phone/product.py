"""A new product: its photo and name on one page, its price and its spiral on the next; and another photo for one there is.

What the first page learnt goes along in the address of the second. The product gets its id there, so that a finger that comes
down twice makes one product.
"""

import re
import unicodedata
from dataclasses import replace
from sqlite3 import Connection

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool

from admin_web.phone.door import at, room
from admin_web.phone.drawn import drawn, reading
from admin_web.phone.forms import after, count, said
from admin_web.phone.keyboard import COINS, NOTES, address, keyed, typed
from admin_web.phone.ledger import books
from admin_web.phone.photo import UPLOAD_BYTES_MAX, known, sent
from admin_web.phone.place import place
from admin_web.phone.places import capacity_usual, free
from admin_web.phone.price import shared
from admin_web.phone.shelf import her_product
from controller.domain.assembly import Role
from controller.domain.catalog import MakerId, ProductId, SlotId
from controller.domain.stocking import AssignSlot, PutProduct
from controller.ledger.reports import makers, products
from controller.ledger.shelf import rule, slots
from controller.photos import forget

NAME_CHARS = 60
ID_CHARS = 28
"""An id has 32 characters at most, and some may have to tell it from another."""
PATH = "/prenda/precio"

router = room(Role.MAKER)


@router.get("/prenda/nueva")
def new(request: Request, name: str = "") -> Response:
    """What it looks like, and what it is called."""
    return drawn(request, "product.html", name=name[:NAME_CHARS], action="/prenda/nueva", product=None)


@router.post("/prenda/nueva", max_body_size=UPLOAD_BYTES_MAX)
async def shown(request: Request) -> Response:
    """The photo is in the album, or she is told why not and what to do."""
    form = await sent(request)
    name = form.fields.get("name", "")[:NAME_CHARS]
    if form.refused or not name:
        return after("/prenda/nueva", form.refused or "no-name", name=name)
    return after(PATH, "", name=name, photo=form.photo)


@router.get(PATH)
def priced(request: Request, name: str = "", photo: str = "") -> Response:
    """What it costs, who gets what of it, and where it goes."""
    said_, most = request.query_params, place(request).config.policy.credit_max_cents
    keys = typed(said_, "c", most) or keyed(said_, "c", 0, most)
    kept = {"name": name[:NAME_CHARS], "photo": known(request, photo)}
    member, words = at(request).member, reading(request)
    with books(request) as db:
        places, in_force, product = free(request, db), rule(db), said_.get("id") or _id(db, kept["name"], member)
    return drawn(
        request,
        "product_price.html",
        **kept,
        product=product,
        keys=keys,
        kinds=(*COINS, *NOTES),
        address=address,
        path=PATH,
        extra={**kept, "id": product},
        pad=said_.get("pad", ""),
        slots=places,
        shares=shared(keys.amount, member, in_force, request, words),
    )


@router.post(PATH)
async def kept(request: Request) -> Response:
    """It is offered, and lies behind the glass as soon as she has filled its spiral."""
    cents, slot, name = await count(request, "cents"), await said(request, "slot"), await said(request, "name")
    if cents is None or not name:
        return after("/prenda/nueva", "no-name", name=name)
    photo = known(request, await said(request, "photo"))
    hers, holds = await run_in_threadpool(_made, request, await said(request, "id"), name, slot)
    put = PutProduct(ProductId(hers), MakerId(at(request).member), name[:NAME_CHARS], cents, photo=photo)
    answer = await place(request).gateway.ask(put)
    if not answer.ok:
        return after(PATH, answer, name=name, photo=photo, c=cents, id=hers)
    if not slot:
        return after("/", answer)
    if not holds:
        return after(f"/puesto/{hers}", "not-free")
    assigned = await place(request).gateway.ask(AssignSlot(SlotId(slot), ProductId(hers), holds))
    return after("/" if assigned.ok else f"/puesto/{hers}", assigned, slot=slot)


def _made(request: Request, product: str, name: str, slot: str) -> tuple[str, int]:
    """The id it will have, which is nobody else's, and how many pieces its spiral holds; 0 for one that is not free."""
    with books(request) as db:
        there = products(db).get(product)
        other = there is not None and there.maker != at(request).member
        hers = product if product and not other else _id(db, name, at(request).member)
        mine = slot in free(request, db) or any(each.slot == slot and each.product == hers for each in slots(db))
        return hers, capacity_usual(db, slot) if mine else 0


def _id(db: Connection, name: str, member: str) -> str:
    """An id that no product has: the name in plain letters, hers if it is none."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:ID_CHARS].strip("-") or member[:ID_CHARS]
    there, turn = products(db), 1
    while (found := plain if turn == 1 else f"{plain}-{turn}") in there:
        turn += 1
    return found


@router.get("/prenda/{product}/foto")
def other_photo(request: Request, product: str) -> Response:
    """Another photo for a product there is."""
    with books(request) as db:
        hers = her_product(request, db, product)
    return drawn(request, "product.html", name=hers.name, action=f"/prenda/{product}/foto", product=hers)


@router.post("/prenda/{product}/foto", max_body_size=UPLOAD_BYTES_MAX)
async def other_shown(request: Request, product: str) -> Response:
    """The new one in place of the old one, which leaves the disk unless another piece or a face has the same."""
    hers = await run_in_threadpool(_hers, request, product)
    form = await sent(request)
    refused = form.refused or ("" if form.photo else "photo-empty")
    if refused:
        return after(f"/prenda/{product}/foto", refused)
    answer = await place(request).gateway.ask(_with_photo(hers, form.photo, form.fields.get("name", "")))
    if answer.ok and hers.photo != form.photo:
        await run_in_threadpool(_tidied, request, hers.photo)
    return after(f"/precio/{product}" if answer.ok else f"/prenda/{product}/foto", answer)


def _hers(request: Request, product: str) -> PutProduct:
    with books(request) as db:
        return her_product(request, db, product)


def _with_photo(hers: PutProduct, photo: str, name: str) -> PutProduct:
    return replace(hers, photo=photo, name=name[:NAME_CHARS] or hers.name)


def _tidied(request: Request, photo: str) -> None:
    with books(request) as db:
        named = {each.photo for each in (*products(db).values(), *makers(db).values())}
    if photo not in named:
        forget(place(request).config.machine.media, photo)
