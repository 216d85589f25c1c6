"""How far the books may be read just now: to their end, or, while somebody counts money blind, up to the count before.

Whoever counts must not know what to expect. What lies in a place is the sum of everything since it was counted last, and
every sale since then tells a part of it. So while a count is open the books are shown as they were then, whole and for all;
when the count is written down, or left, everything is there again.
"""

import time
from dataclasses import dataclass
from sqlite3 import Connection

from fastapi import Request

from admin_web.phone.counts import opened
from admin_web.phone.door import at
from admin_web.phone.office import called_place
from admin_web.phone.place import place
from admin_web.words import Words
from controller.ledger.closing import seq_of
from controller.ledger.openbooks import last_counted, newest
from controller.ledger.reports import members


@dataclass(frozen=True, slots=True)
class Cover:
    """Facts up to `upto` may be read, of `newest` that there are; `counts` are who counts what, in words."""

    upto: int
    newest: int
    counts: tuple[tuple[str, str], ...] = ()

    @property
    def open(self) -> bool:
        """Whether everything may be read."""
        return not self.counts


def cover(request: Request, db: Connection, words: Words) -> Cover:
    """What holds for every page of the books at this moment."""
    last = newest(db)
    with opened(place(request).database.parent, time.time) as counts:
        under_way = [count for count in counts.not_left() if seq_of(db, count.wish_id) is None]
    if not under_way:
        return Cover(last, last)
    known = members(db)
    named = at(request).may("maker", "coordinator", "technician")
    somebody = words.say("books.somebody")
    told = tuple(
        (known.get(count.by, (count.by, ""))[0] if named else somebody, called_place(count.place, words))
        for count in under_way
    )
    return Cover(min(last_counted(db, count.place) for count in under_way), last, told)
