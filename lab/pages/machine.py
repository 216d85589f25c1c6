"""One machine's page: how it is, what its spirals hold, what it sold, what failed, what was counted."""

from fastapi import Request, Response
from starlette.exceptions import HTTPException

from lab.pages.door import room
from lab.pages.drawn import drawn, place
from lab.pages.fleet import fleet
from lab.pages.names import names
from lab.pages.record import record
from lab.pages.standing import standing
from lab.pages.sums import RANGES, USUAL, Scope, sums

router = room()


@router.get("/maquina/{name}")
def machine(request: Request, name: str, dias: int = USUAL) -> Response:
    """Everything the lab knows of this machine but its proof, which has a page of its own."""
    here, days = place(request), dias if dias in RANGES else USUAL
    now_ms = here.now_ms()
    with here.store.reading() as reading:
        seen = next(iter(fleet(reading, now_ms, name)), None)
        if seen is None:
            raise HTTPException(404)
        scope = Scope((name,), seen.today - days + 1, seen.today)
        added = sums(reading, scope)
        told = record(reading, name, (scope.since, scope.until), now_ms)
        named = {name: names(reading, name, seen.meta)}
    return drawn(
        request,
        "machine.html",
        stand=standing(seen, now_ms),
        sums=added,
        record=told,
        named=named,
        days=days,
        ranges=RANGES,
        now_ms=now_ms,
        path=f"/maquina/{name}",
        chosen="",
    )
