"""How good each place behind the glass has been: pieces that fell from a slot in the last weeks, and whose they were.

What a visitor sees first sells best, so the assembly wants to see who has the good slots, and for how long. A sale that was
taken back later still says that somebody wanted the piece, so it counts.
"""

import sqlite3
from dataclasses import dataclass
from datetime import date, timedelta

from controller.domain.catalog import SlotId, on_the_glass
from controller.ledger.statement.window import around

DAYS = 28
"""Four whole weeks: every slot has seen as many Saturdays."""


@dataclass(frozen=True, slots=True)
class PlaceSales:
    """One slot: the pieces sold from it, and how many of them each maker sewed, most first.

    `holder` is whose product lies there now, empty if nobody's.
    """

    slot: str
    pieces: int
    makers: tuple[tuple[str, int], ...]
    holder: str = ""

    def thousandths_a_day(self, days: int = DAYS) -> int:
        """Pieces a day, times a thousand."""
        return self.pieces * 1_000 // days


def places(db: sqlite3.Connection, last_day: date, slots: tuple[str, ...], days: int = DAYS) -> tuple[PlaceSales, ...]:
    """Every one of these slots, and any other that sold, best first; of so many days up to `last_day`, by the facts' order.

    Days are found by their clock as nearly as order allows: a day more at either end is not worth reading every fact for.
    """
    seqs = around(db, last_day - timedelta(days=days - 2), last_day - timedelta(days=1))
    rows = db.execute(
        "SELECT body ->> '$.slot', body ->> '$.maker', count(*) FROM facts WHERE seq BETWEEN ? AND ? AND type = 'Sold'"
        " GROUP BY 1, 2",
        (seqs.start, seqs.stop - 1),
    )
    sold: dict[str, dict[str, int]] = {slot: {} for slot in slots}
    for slot, maker, pieces in rows:
        sold.setdefault(slot, {})[maker] = pieces
    holders = dict(db.execute("SELECT slot, maker FROM slots JOIN products USING (product)").fetchall())
    found = (_place(slot, makers, holders.get(slot, "")) for slot, makers in sold.items())
    return tuple(sorted(found, key=lambda place: (-place.pieces, on_the_glass(SlotId(place.slot)))))


def _place(slot: str, makers: dict[str, int], holder: str) -> PlaceSales:
    ordered = sorted(makers.items(), key=lambda pair: (-pair[1], pair[0]))
    return PlaceSales(slot, sum(makers.values()), tuple(ordered), holder)
