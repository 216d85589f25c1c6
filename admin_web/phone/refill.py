"""Filling a spiral and counting it: one touch each, no question beforehand, and ten seconds to undo it.

What is on her screen goes along with each touch (`quantity_before`): when something was sold meanwhile nothing is written,
and the page shows what lies there now. To undo is to count back, with a guard of its own; which count may be undone, and
until when, the books say, so that nothing has to be remembered here.
"""

from dataclasses import dataclass
from sqlite3 import Connection

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool

from admin_web.phone.door import at, room
from admin_web.phone.drawn import drawn, reading
from admin_web.phone.forms import after, count, said
from admin_web.phone.ledger import books
from admin_web.phone.moments import now_ms
from admin_web.phone.place import place
from admin_web.phone.shelf import Spiral, spiral
from controller.domain.assembly import Role
from controller.domain.catalog import SlotId
from controller.domain.facts import Why
from controller.domain.stocking import CountSlot
from controller.ledger.shelf import last_count

UNDO_MS = 10_000
SLOW_MS = 5_000
"""A page may have been on its way for so long before she saw it."""
REASONS = (Why.PUT, Why.TOOK, Why.DAMAGED, Why.COUNTED)
"""What she may say she did, in the order of the page."""

router = room(Role.MAKER, Role.COORDINATOR)


@dataclass(frozen=True, slots=True)
class Undo:
    """The count number `seq` of this slot, from `before` to `after`, may still be taken back."""

    seq: int
    slot: str
    before: int
    after: int


def undo(request: Request, db: Connection, slot: str, grace_ms: int = 0) -> Undo | None:
    """What she may undo at this slot: her own count of a moment ago, if nothing has changed there since."""
    found = last_count(db, slot)
    if found is None or found.fact.by != at(request).member or found.fact.why is Why.UNDONE:
        return None
    fresh = -SLOW_MS < now_ms(request) - found.wall_ms < UNDO_MS + grace_ms
    changed = found.fact.quantity_after != found.fact.quantity_before
    if not fresh or not changed:
        return None
    return Undo(found.seq, slot, found.fact.quantity_before, found.fact.quantity_after)


@router.get("/espiral/{slot}")
def look(request: Request, slot: str, why: str = "") -> Response:
    """One spiral: what she did there, and how many."""
    with books(request) as db:
        found = spiral(request, db, reading(request), slot)
        undoable = undo(request, db, slot)
    chosen = Why(why) if why in REASONS else Why.PUT if found.slot.quantity < found.slot.capacity else Why.TOOK
    return drawn(
        request, "spiral.html", spiral=found, why=chosen, reasons=REASONS, ways=ways(found, chosen), undo=undoable
    )


def ways(spiral: Spiral, why: Why) -> tuple[tuple[int, int], ...]:
    """The numbers she can touch: what stands on each, and how many pieces lie there then."""
    quantity, capacity = spiral.slot.quantity, spiral.slot.capacity
    match why:
        case Why.PUT:
            return tuple((more, quantity + more) for more in range(1, capacity - quantity + 1))
        case Why.TOOK | Why.DAMAGED:
            return tuple((fewer, quantity - fewer) for fewer in range(1, quantity + 1))
        case _:
            return tuple((there, there) for there in range(capacity + 1))


@router.post("/surtir")
async def filled(request: Request) -> Response:
    """So many lie there now."""
    slot, back = await said(request, "slot"), await said(request, "back")
    before, now, why = await count(request, "before"), await count(request, "after"), await said(request, "why")
    await run_in_threadpool(_hers, request, slot)
    if before is None or now is None:
        return _there(back, slot, "other")
    reason = Why(why) if why in REASONS else _natural(before, now)
    wish = CountSlot(SlotId(slot), before, now, at(request).member, reason)
    answer = await place(request).gateway.ask(wish)
    if answer.code == "stale-count" and await run_in_threadpool(_done_already, request, wish):
        return _there(back, slot, "done")
    return _there(back, slot, answer.code or "done")


@router.post("/deshacer")
async def undone(request: Request) -> Response:
    """It was a slip of the finger: as many lie there as before."""
    slot, back = await said(request, "slot"), await said(request, "back")
    seq = await count(request, "seq")
    found = await run_in_threadpool(_undoable, request, slot)
    if found is None or found.seq != seq:
        return _there(back, slot, "undo-late")
    wish = CountSlot(SlotId(slot), found.after, found.before, at(request).member, Why.UNDONE)
    answer = await place(request).gateway.ask(wish)
    return _there(back, slot, answer.code or "undone")


def _hers(request: Request, slot: str) -> None:
    """Raises HTTPException when this spiral is not for her hands."""
    with books(request) as db:
        spiral(request, db, reading(request), slot)


def _undoable(request: Request, slot: str) -> Undo | None:
    with books(request) as db:
        spiral(request, db, reading(request), slot)
        return undo(request, db, slot, grace_ms=SLOW_MS)


def _done_already(request: Request, wish: CountSlot) -> bool:
    """Whether this very count is the newest one there: a finger that came down twice, or an answer that was lost."""
    with books(request) as db:
        found, now = last_count(db, wish.slot), spiral(request, db, reading(request), wish.slot)
    same = found is not None and (found.fact.quantity_before, found.fact.quantity_after, found.fact.by, found.fact.why)
    asked = (wish.quantity_before, wish.quantity_after, wish.by, wish.why)
    return same == asked and now.slot.quantity == wish.quantity_after


def _natural(before: int, now: int) -> Why:
    """What more or fewer pieces mean when she did not say."""
    return Why.PUT if now > before else Why.TOOK if now < before else Why.COUNTED


def _there(back: str, slot: str, told: str) -> Response:
    """Back where she was, at this spiral; of the weekly count, at the spirals that still wait."""
    path = back if back in ("/contar", f"/espiral/{slot}") else "/"
    answer = after(path, told, slot=slot)
    answer.headers["location"] += "#main" if path == "/contar" else f"#slot-{slot}"
    return answer
