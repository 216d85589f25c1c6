"""The weekly count: spiral by spiral, "there are as many as the books say" in one touch, or the number that is there."""

from datetime import datetime, timedelta
from sqlite3 import Connection

from fastapi import Request, Response

from admin_web.phone import moments
from admin_web.phone.door import at, room
from admin_web.phone.drawn import drawn, reading
from admin_web.phone.ledger import books
from admin_web.phone.refill import undo
from admin_web.phone.shelf import spirals
from controller.domain.assembly import Role
from controller.ledger.running import zone_of
from controller.ledger.shelf import looked_at

WEEK = timedelta(days=6)
"""Who counts every Saturday may be a few hours early."""

router = room(Role.MAKER, Role.COORDINATOR)


@router.get("/contar")
def counting(request: Request, slot: str = "") -> Response:
    """Her spirals, or for a coordinator all of them: those that wait first, what was counted this week below."""
    with books(request) as db:
        told = spirals(db, reading(request), "" if at(request).may("coordinator") else at(request).member)
        counted = _counted(request, db)
        undoable = undo(request, db, slot) if slot else None
    waiting = [each for each in told if each.slot.slot not in counted]
    done = [(each, counted[each.slot.slot]) for each in told if each.slot.slot in counted]
    return drawn(request, "counting.html", waiting=waiting, counted=done, touched=slot, undo=undoable)


def _counted(request: Request, db: Connection) -> dict[str, str]:
    """Of the slots that were counted in the last days: when, in words."""
    zone, day, words = zone_of(db), moments.today(request, db), reading(request)
    since = moments.now_ms(request) - WEEK // timedelta(milliseconds=1)
    return {
        slot: moments.told(datetime.fromtimestamp(wall_ms // 1_000, zone).replace(tzinfo=None), day, words)
        for slot, wall_ms in looked_at(db).items()
        if wall_ms > since
    }
