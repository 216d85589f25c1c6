"""Proposing: ready-made kinds, each seen whole before it is sent, and the split moved coin by coin of a ten-dollar price.

A PIN is asked for first, so that nobody proposes on a phone that lies about. Each form carries an id of its own: sent twice
it opens one vote. Every step is a link or a form, without JavaScript.
"""

import re
import secrets
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from itertools import count
from math import gcd

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from admin_web.phone.agenda import EXAMPLE_CENTS, Side, World, before, recipient, side, split_side
from admin_web.phone.assembly import OWNERS, world
from admin_web.phone.door import at, room
from admin_web.phone.drawn import drawn
from admin_web.phone.forms import after, said
from admin_web.phone.place import place
from controller.domain.assembly import Role
from controller.domain.catalog import SplitRule
from controller.domain.deciding import Propose
from controller.domain.facts import FundTerms, HoursTerms, MemberTerms, OtherTerms, PriceTerms, SplitTerms, Terms
from controller.domain.hours import DAYS
from controller.domain.money import cents_from, split

router = room(*OWNERS, pin=True)
KINDS = {
    "reparto": "split",
    "precio": "price",
    "fondo": "fund",
    "persona": "member",
    "horario": "hours",
    "otra": "other",
}
"""By the word in the address."""
COIN_CENTS = 50
"""A split is moved by one of twenty coins of a ten-dollar price."""
PLACES = ("by-hand", "safe", "bank")
LINES = 3
"""So many lines of opening hours fit a form."""


@dataclass(frozen=True, slots=True)
class Part:
    """One recipient of a split that is being made: what she gets of the example, and where − and + lead."""

    who: str
    cents: int
    money: str
    less: str
    more: str


@dataclass(frozen=True, slots=True)
class Ready:
    """A proposal that only needs to be looked at: its words, and the address that shows it whole."""

    words: str
    path: str


@router.get("/asamblea/proponer")
def choose(request: Request) -> Response:
    """What can be proposed: the usual changes of the split ready-made, and every other kind."""
    around = world(request)
    return drawn(request, "propose.html", ready=_ready(around), kinds=KINDS if around.rule else _without_split())


@router.get("/asamblea/proponer/{kind}")
def form(request: Request, kind: str, c: str = "") -> Response:
    """One kind's own page. Of a split `c` is what everybody would get of the example, in cents, in the rule's order."""
    if kind not in KINDS:
        raise HTTPException(404)
    around = world(request)
    if kind == "reparto":
        return _split_page(request, around, c)
    return drawn(
        request,
        "propose_form.html",
        kind=kind,
        code=KINDS[kind],
        wish=_new_id(),
        now=before(_example(kind), around),
        funds=_funds(around),
        places=PLACES,
        days=_day_names(around),
        lines=range(LINES),
    )


@router.post("/asamblea/proponer/{kind}")
async def send(request: Request, kind: str) -> Response:
    """Open the vote, or say why that cannot be."""
    if kind not in KINDS:
        raise HTTPException(404)
    back = f"/asamblea/proponer/{kind}"
    try:
        terms, name = await _terms(request, kind)
    except ValueError as error:
        return after(back, str(error))
    wish = Propose(terms, at(request).member, await said(request, "why"), await said(request, "wish"), name)
    answer = await place(request).gateway.ask(wish)
    sent = answer.ok or answer.code == "used-id"  # of this very form: a second tap found the vote open
    return after("/asamblea", "proposed") if sent else after(back, answer)


def _new_id() -> str:
    return secrets.token_urlsafe(12)


# The split


def _split_page(request: Request, around: World, asked: str) -> Response:
    if around.rule is None:
        raise HTTPException(404)
    cents = _asked(asked, around.rule) or _now(around.rule)
    rule = _rule(around.rule, cents)
    return drawn(
        request,
        "propose_split.html",
        now=split_side(around.rule, around.words),
        then=split_side(rule, around.words),
        parts=_parts(around, cents),
        cents=",".join(map(str, cents.values())),
        same=cents == _now(around.rule),
        kind="reparto",
        wish=_new_id(),
    )


def _now(rule: SplitRule) -> dict[str, int]:
    """What everybody gets of the example today."""
    return split(EXAMPLE_CENTS, dict(rule.weights))


def _asked(text: str, rule: SplitRule) -> dict[str, int] | None:
    """The split in an address; None for one that does not fit this rule or does not add up."""
    if not re.fullmatch(r"\d{1,4}(,\d{1,4})*", text):
        return None
    cents = [int(part) for part in text.split(",")]
    return dict(zip((name for name, _ in rule.weights), cents, strict=True)) if _fits(cents, rule) else None


def _fits(cents: list[int], rule: SplitRule) -> bool:
    return len(cents) == len(rule.weights) and sum(cents) == EXAMPLE_CENTS


def _rule(rule: SplitRule, cents: dict[str, int]) -> SplitRule:
    """The rule that gives so much of the example, in the smallest whole weights; who bears the fees stays the same."""
    whole = gcd(*cents.values())
    return SplitRule(0, tuple((name, part // whole) for name, part in cents.items()), rule.bears)


def _parts(around: World, cents: dict[str, int]) -> tuple[Part, ...]:
    """Everybody but whoever sews, with − and +: what one of them gains or gives up is hers."""
    return tuple(
        Part(
            recipient(name, around.words),
            part,
            around.words.money(part),
            _address(cents, name, "maker"),
            _address(cents, "maker", name),
        )
        for name, part in cents.items()
        if name != "maker"
    )


def _address(cents: dict[str, int], giver: str, taker: str) -> str:
    """Where the page is after one coin has gone from one to the other; empty when there is none to give."""
    moved = min(COIN_CENTS, cents[giver])
    changed = {**cents, giver: cents[giver] - moved, taker: cents[taker] + moved}
    return f"/asamblea/proponer/reparto?c={','.join(map(str, changed.values()))}" if moved else ""


def _ready(around: World) -> tuple[Ready, ...]:
    """One coin more for whoever sews, from whoever gets most of the others, and one coin the other way."""
    if around.rule is None:
        return ()
    cents = _now(around.rule)
    others = {name: part for name, part in cents.items() if name.startswith("fund:")}
    if not others or "maker" not in cents:
        return ()
    richest = max(others, key=lambda name: others[name])
    money, words = around.words.money(COIN_CENTS), around.words
    ways = (("maker", _address(cents, richest, "maker")), (richest, _address(cents, "maker", richest)))
    return tuple(
        Ready(words.say("propose.more", money=money, who=recipient(name, words)), path) for name, path in ways if path
    )


def _without_split() -> dict[str, str]:
    return {word: kind for word, kind in KINDS.items() if kind != "split"}


# What a form says


async def _terms(request: Request, kind: str) -> tuple[Terms, str]:
    """The terms of this form, and a new member's name. Raises ValueError with a word of the catalogue's section `told`."""
    match KINDS[kind]:
        case "split":
            rule = (await run_in_threadpool(world, request)).rule
            cents = _asked(await said(request, "cents"), rule) if rule else None
            if rule is None or cents is None:
                raise ValueError("stale-rule")
            changed = _rule(rule, cents)
            return SplitTerms(changed.weights, changed.bears), ""
        case "price":
            return PriceTerms(await _cents(request, "least"), await _cents(request, "hourly")), ""
        case "fund":
            return FundTerms(await said(request, "fund"), await _cents(request, "cents"), await said(request, "to")), ""
        case "member":
            name = await said(request, "name")
            known = (await run_in_threadpool(world, request)).names
            return MemberTerms(_plain(name, known), (await said(request, "role") or Role.MAKER.value,)), name
        case "hours":
            return HoursTerms(tuple([line for number in range(LINES) if (line := await _hours(request, number))])), ""
        case _:
            return OtherTerms(await said(request, "text")), ""


async def _cents(request: Request, field: str) -> int:
    text = await said(request, field)
    try:
        return cents_from(text) if text else 0
    except ValueError:
        raise ValueError("bad-amount") from None


async def _hours(request: Request, number: int) -> str:
    """One line of opening hours, as the configuration writes it; empty when its day was left empty."""
    first, last, begins, ends = [await said(request, f"{part}{number}") for part in ("first", "last", "begins", "ends")]
    return f"{first}-{last or first} {begins}-{ends}" if first else ""


def _plain(name: str, known: Collection[str]) -> str:
    """A new name in the books, made of what people call her: `nina-ushina`, and `nina-ushina-2` when there is one already."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:28]
    turns = (plain if turn == 1 else f"{plain}-{turn}" for turn in count(1))
    return next(called for called in turns if called not in known)


def _example(kind: str) -> Terms:
    """Terms of this kind that say nothing yet, to show how things are today."""
    nothing: dict[str, Terms] = {"precio": PriceTerms(0, 0), "horario": HoursTerms(())}
    return nothing.get(kind, OtherTerms(""))


def _funds(around: World) -> tuple[tuple[str, Side], ...]:
    return tuple((fund, before(FundTerms(fund, 0, "by-hand"), around)) for fund in around.funds)


def _day_names(around: World) -> tuple[tuple[str, str], ...]:
    told = side(HoursTerms(tuple(f"{day} 09:00-17:00" for day in DAYS)), around).lines
    return tuple((day, line.partition(",")[0]) for day, line in zip(DAYS, told, strict=True))
