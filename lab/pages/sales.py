"""Sales over all machines or some of them: by day, by hour, by product, by maker, and what they were paid with."""

from urllib.parse import urlencode

from fastapi import Query, Request, Response

from lab.pages.door import room
from lab.pages.drawn import drawn, place
from lab.pages.fleet import Seen, fleet
from lab.pages.names import Names, names
from lab.pages.sums import RANGES, USUAL, Scope, Sums, sums
from lab.store.base import Reading

CHOSEN_MAX = 500

router = room()


@router.get("/ventas")
def sales(request: Request, dias: int = USUAL, m: list[str] = Query(default=[])) -> Response:  # noqa: B008
    """`m` are the machines chosen; all when there are none."""
    here, days = place(request), dias if dias in RANGES else USUAL
    with here.store.reading() as reading:
        machines = fleet(reading, here.now_ms())
        chosen = tuple(seen.name for seen in machines if seen.name in set(m[:CHOSEN_MAX]))
        today = max((seen.today for seen in machines), default=0)
        added = sums(reading, Scope(chosen, today - days + 1, today, len(chosen or machines)))
        named = _named(reading, machines, added)
    return drawn(
        request,
        "sales.html",
        sums=added,
        named=named,
        places={seen.name: seen.place or seen.name for seen in machines},
        machines=machines,
        picked=set(chosen),
        days=days,
        ranges=RANGES,
        path="/ventas",
        chosen=urlencode([("m", name) for name in chosen]),
    )


def _named(reading: Reading, machines: list[Seen], added: Sums) -> dict[str, Names]:
    """The names that the tables of this page need."""
    wanted = {made.machine for made in (*added.products, *added.makers)}
    return {seen.name: names(reading, seen.name, seen.meta) for seen in machines if seen.name in wanted}
