"""Emptying a place for money: two people, each on her own phone, and neither sees what the books expect.

The coordinator begins. Whoever stands beside her opens the card on her own home and counts along. Both type how many of each
coin they found; when the sums are equal the machine writes the count down with both names, and only then the page shows what
was expected beside what was counted. When they are not, both learn that, and not by how much, and count again.
"""

import time
from contextlib import AbstractContextManager
from sqlite3 import Connection

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from admin_web.phone.counts import Count, Counts, opened
from admin_web.phone.door import at, room
from admin_web.phone.drawn import drawn, reading
from admin_web.phone.forms import after, count, said
from admin_web.phone.home import NOTICES, Notice
from admin_web.phone.ledger import books
from admin_web.phone.office import HANDS, amount, called, called_place, cash_places, coin_of, members
from admin_web.phone.place import place
from controller.domain.accounts import STACKER
from controller.domain.assembly import Role
from controller.domain.facts import CashCounted
from controller.domain.money import COINS_CENTS
from controller.domain.treasury import CountCash
from controller.ledger.closing import became

NOTES_CENTS = (100, 500, 1_000, 2_000)
STALE = ("paying",)
"""Refusals after which what was found does not hold any more."""

leading = room(Role.COORDINATOR, pin=True)
counting = room(*HANDS, pin=True)


def faces_of(name: str) -> tuple[int, ...]:
    """The coins or notes that can lie in this place, in cents."""
    if coin := coin_of(name):
        return (coin,)
    return NOTES_CENTS if name == STACKER else COINS_CENTS


@leading.post("/caja/contar")
async def begin(request: Request) -> Response:
    """The coordinator begins; the other phones' homes show it."""
    name = await said(request, "place")
    return after(await run_in_threadpool(_begin, request, name))


def _begin(request: Request, name: str) -> str:
    with books(request) as db:
        if name not in cash_places(db):
            raise HTTPException(404)
    with _counts(request) as counts:
        return f"/conteo/{counts.start(name, at(request).member).count_id}"


@counting.get("/conteo/{count_id}")
def look(request: Request, count_id: str) -> Response:
    """What this count asks of whoever looks: to join, to count, to wait; at the end what was expected."""
    found = _found(request, count_id)
    words, known = reading(request), members(request)
    with books(request) as db:
        fact = _booked(db, found)
    return drawn(
        request,
        "count.html",
        count=found,
        place=called_place(found.place, words),
        by=called(known, found.by),
        witness=called(known, found.witness) if found.witness else "",
        step=_step(request, found, fact),
        faces=faces_of(found.place),
        result=_result(fact, request) if fact else None,
    )


def _step(request: Request, found: Count, fact: CashCounted | None) -> str:
    """Where this count is, as whoever looks should see it."""
    if fact or found.state == "left":
        return "over" if fact else "left"
    member = at(request).member
    if not found.counts(member):
        return "elsewhere" if found.witness else "join"
    if found.state == "agreed":
        return "agreed"
    return "wait" if found.has_said(member) else "count"


def _result(fact: CashCounted, request: Request) -> dict[str, object]:
    """Expected beside counted, and the difference."""
    words, difference_cents = reading(request), fact.counted_cents - fact.expected_cents
    return {
        "expected": amount(fact.expected_cents, words),
        "counted": amount(fact.counted_cents, words),
        "difference": "more" if difference_cents > 0 else "less" if difference_cents < 0 else "same",
        "difference_money": words.money(abs(difference_cents)),
    }


@counting.post("/conteo/{count_id}/unirse")
async def join(request: Request, count_id: str) -> Response:
    """Count along, as the second of the two."""
    joined = await run_in_threadpool(_join, request, count_id)
    return after(f"/conteo/{count_id}", "" if joined else "count-taken")


def _join(request: Request, count_id: str) -> bool:
    with _counts(request) as counts:
        return counts.join(count_id, at(request).member)


@counting.post("/conteo/{count_id}")
async def found_so_much(request: Request, count_id: str) -> Response:
    """What she found, by coins or notes. When it is what the other found too, the machine writes it down."""
    found = await run_in_threadpool(_found, request, count_id)
    round_asked, cents = await count(request, "round") or 0, 0
    for face in faces_of(found.place):
        pieces = await count(request, f"n{face}") or 0
        if pieces > 99_999:
            return after(f"/conteo/{count_id}", "bad-amount")
        cents += face * pieces
    heard = await run_in_threadpool(_say, request, count_id, round_asked, cents)
    if heard.state == "agreed":
        return await _write_down(request, heard)
    return after(f"/conteo/{count_id}", "count-unequal" if heard.round > round_asked else "")


def _say(request: Request, count_id: str, round_asked: int, cents: int) -> Count:
    with _counts(request) as counts:
        heard = counts.say(count_id, at(request).member, round_asked, cents)
    if heard is None:
        raise HTTPException(404)
    return heard


@counting.post("/conteo/{count_id}/anotar")
async def written(request: Request, count_id: str) -> Response:
    """The machine did not answer when both had agreed: ask it again. It is booked once."""
    found = await run_in_threadpool(_found, request, count_id)
    if found.state != "agreed":
        return after(f"/conteo/{count_id}")
    return await _write_down(request, found)


@counting.post("/conteo/{count_id}/dejar")
async def left(request: Request, count_id: str) -> Response:
    """Nothing is booked."""
    await run_in_threadpool(_leave, request, count_id)
    return after("/", "count-left")


def _leave(request: Request, count_id: str) -> None:
    with _counts(request) as counts:
        counts.leave(count_id, at(request).member)


async def _write_down(request: Request, agreed: Count) -> Response:
    """Both found the same: into the books, with both names."""
    cents = agreed.agreed_cents
    assert cents is not None
    wish = CountCash(cents, agreed.by, agreed.witness, agreed.wish_id, agreed.place)
    answer = await place(request).gateway.ask(wish)
    if answer.code in STALE:
        await run_in_threadpool(_again, request, agreed.count_id)
    return after(f"/conteo/{agreed.count_id}", answer)


def _again(request: Request, count_id: str) -> None:
    with _counts(request) as counts:
        counts.again(count_id)


def _found(request: Request, count_id: str) -> Count:
    with _counts(request) as counts:
        found = counts.count(count_id)
    if found is None:
        raise HTTPException(404)
    return found


def _booked(db: Connection, found: Count) -> CashCounted | None:
    fact = became(db, found.wish_id) if found.state == "agreed" else None
    return fact if isinstance(fact, CashCounted) else None


def _counts(request: Request) -> AbstractContextManager[Counts]:
    """The counts of this machine, for one page."""
    return opened(place(request).database.parent, time.time)


def notice(request: Request) -> Notice | None:
    """On every home of somebody who may count: a count that waits for her."""
    me, known = at(request), members(request)
    if not me.may(*HANDS):
        return None
    with _counts(request) as counts:
        waiting = [one for one in counts.open() if not one.witness or one.counts(me.member)]
    told = [
        {
            "path": f"/conteo/{one.count_id}",
            "place": called_place(one.place, reading(request)),
            "by": called(known, one.by),
        }
        for one in waiting
    ]
    return Notice("count_card.html", {"counts": told}) if told else None


NOTICES.append(notice)
