"""What a piece costs: tapped in coins, with what each coin of it becomes while she chooses; and which price would be fair.

The shares shown are those of the rule in force. Which way an odd cent goes changes from sale to sale; hers is shown as the
least it can be.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from sqlite3 import Connection

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool

from admin_web.phone.door import room
from admin_web.phone.drawn import drawn, reading
from admin_web.phone.forms import after, count
from admin_web.phone.keyboard import COINS, HOURS, NOTES, Keyed, address, keyed, typed
from admin_web.phone.ledger import books
from admin_web.phone.place import place
from admin_web.phone.shelf import her_product
from admin_web.shares import Part, parts
from admin_web.words import Words
from controller.domain.assembly import Role
from controller.domain.catalog import MakerId, SplitRule
from controller.domain.fair import fair_price_cents, needed_cents
from controller.domain.stocking import MATERIALS_CENTS_MAX, WORK_MINUTES_MAX, PutProduct
from controller.ledger.decisions import governance_now
from controller.ledger.shelf import rule

WORK_MINUTES_SHOWN_MAX = min(WORK_MINUTES_MAX, 6_000)
"""A hundred hours are more than one piece of this machine takes."""

router = room(Role.MAKER)


@dataclass(frozen=True, slots=True)
class Fair:
    """What her materials and her time ask for: `needed` in words, and the `price` whose part for her covers it; 0 when no
    price does."""

    needed: str
    price_cents: int
    price: str
    work_cents: int


def shared(cents: int, maker: str, rule: SplitRule | None, request: Request, words: Words) -> tuple[Part, ...]:
    """Who gets how much of this price; nothing before the assembly has approved a rule."""
    if rule is None or not cents:
        return ()
    turns = (rule.shares(cents, MakerId(maker), turn) for turn in range(len(rule.weights)))
    least = min(turns, key=lambda shares: sum(share.cents for share in shares if share.account == f"maker:{maker}"))
    names = place(request).gateway.names
    return tuple(
        replace(part, who=words.say("price.yours")) if part.hers else part for part in parts(least, names, words)
    )


def hourly(request: Request, db: Connection) -> int:
    """What an hour of work is to bring at least, in cents: as the assembly decided, or else as the configuration says."""
    decided = governance_now(db).prices
    return (decided.hourly_cents if decided else 0) or place(request).config.assembly.hourly_cents


def fair(request: Request, rule: SplitRule | None, product: PutProduct, hourly_cents: int, words: Words) -> Fair | None:
    """What a price would have to be for what she said of this product; None while she has said nothing, or without a rule."""
    if rule is None or not (product.materials_cents or product.work_minutes):
        return None
    her_cents = needed_cents(product.materials_cents, product.work_minutes, hourly_cents)
    found = fair_price_cents(rule, product.maker, her_cents, place(request).config.policy.credit_max_cents) or 0
    return Fair(words.money(her_cents), found, words.money(found), her_cents - product.materials_cents)


@router.get("/precio/{product}")
def choose(request: Request, product: str) -> Response:
    """Her product's price on a keyboard of coins."""
    words, said, most = reading(request), request.query_params, place(request).config.policy.credit_max_cents
    with books(request) as db:
        hers, in_force, hourly_cents = her_product(request, db, product), rule(db), hourly(request, db)
    keys = typed(said, "c", most) or keyed(said, "c", hers.price_cents, most)
    return drawn(
        request,
        "price.html",
        product=hers,
        keys=keys,
        kinds=(*COINS, *NOTES),
        address=address,
        path=f"/precio/{product}",
        pad=said.get("pad", ""),
        extra={"pad": said.get("pad", "")},
        now=words.money(hers.price_cents),
        shares=shared(keys.amount, hers.maker, in_force, request, words),
        fair=fair(request, in_force, hers, hourly_cents, words),
    )


@router.post("/precio/{product}")
async def chosen(request: Request, product: str) -> Response:
    """From the next sale on."""
    cents = await count(request, "cents")
    hers = await _known(request, product)
    if cents is None:
        return after(f"/precio/{product}", "bad-price")
    answer = await place(request).gateway.ask(replace(hers, price_cents=cents))
    return after("/" if answer.ok else f"/precio/{product}", answer)


@router.get("/justo/{product}")
def reckon(request: Request, product: str) -> Response:
    """Materials on one keyboard, her hours on another, and the price that pays for both."""
    words, said = reading(request), request.query_params
    with books(request) as db:
        hers, in_force, hourly_cents = her_product(request, db, product), rule(db), hourly(request, db)
    materials, minutes = _asked(said, hers)
    told = replace(hers, materials_cents=materials.amount, work_minutes=minutes.amount)
    found = fair(request, in_force, told, hourly_cents, words)
    return drawn(
        request,
        "fair.html",
        product=hers,
        materials=materials,
        minutes=minutes,
        steps=HOURS,
        time=span(minutes.amount, words),
        kinds=(*COINS, *NOTES),
        address=address,
        path=f"/justo/{product}",
        pad=said.get("pad", ""),
        hourly=words.money(hourly_cents) if hourly_cents else "",
        fair=found,
        shares=shared(found.price_cents if found else 0, hers.maker, in_force, request, words),
    )


def _asked(said: Mapping[str, str], hers: PutProduct) -> tuple[Keyed, Keyed]:
    materials = typed(said, "m", MATERIALS_CENTS_MAX) or keyed(said, "m", hers.materials_cents, MATERIALS_CENTS_MAX)
    return materials, keyed(said, "h", hers.work_minutes, WORK_MINUTES_SHOWN_MAX)


@router.post("/justo/{product}")
async def reckoned(request: Request, product: str) -> Response:
    """Kept with the product, so that whoever looks at the piece may see it; the price too, when she says so."""
    cents, materials_cents = await count(request, "cents"), await count(request, "materials")
    minutes = await count(request, "minutes")
    hers = await _known(request, product)
    if materials_cents is None or minutes is None:
        return after(f"/justo/{product}", "other")
    told = replace(hers, materials_cents=materials_cents, work_minutes=minutes)
    answer = await place(request).gateway.ask(replace(told, price_cents=cents) if cents else told)
    return after("/" if answer.ok else f"/justo/{product}", answer)


def span(minutes: int, words: Words) -> str:
    """Her time as people say it: `2 h 30 min`."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return words.say("fair.span", n=rest)
    return (
        words.say("fair.hours_minutes", hours=hours, minutes=rest) if rest else words.say("fair.whole_hours", n=hours)
    )


async def _known(request: Request, product: str) -> PutProduct:
    """Her product as the books have it. Raises HTTPException when there is none, or it is another's."""
    return await run_in_threadpool(_read, request, product)


def _read(request: Request, product: str) -> PutProduct:
    with books(request) as db:
        return her_product(request, db, product)
