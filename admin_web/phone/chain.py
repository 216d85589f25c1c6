"""The head of the chain, to be compared, and the books' own bytes, so that a phone can reckon the chain again by itself.

What a phone has once reckoned it remembers (`static/chain.js`), so that next time it can prove that nothing it saw was
changed. Without scripts the page is the head alone, for two people to compare.
"""

import gzip
from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Connection

from fastapi import Request, Response
from starlette.exceptions import HTTPException

from admin_web.phone import moments
from admin_web.phone.bookscover import cover
from admin_web.phone.chainmark import Seal, seal
from admin_web.phone.door import MEMBERS, room
from admin_web.phone.drawn import drawn, reading
from admin_web.phone.ledger import books
from admin_web.phone.place import place
from controller.domain.events import Trouble
from controller.ledger.chainlines import LINES_MAX, hash_of, lines
from controller.ledger.integrity import TAIL_FACTS, tail
from controller.ledger.openbooks import Choice, leaf, newest

router = room(*MEMBERS)
WHOLE_FACTS = 5_000
"""So many facts a phone reads all anew each time, in a second or two; of more only what is new, unless it is asked to."""
SQUEEZED = 1
"""How hard gzip tries: five times fewer bytes already, and the machine has better things to do."""


@dataclass(frozen=True, slots=True)
class Head:
    """Fact `seq` and its hash in hexadecimal and as people compare it."""

    seq: int
    number: str
    hash: str
    seal: Seal


@dataclass(frozen=True, slots=True)
class Checked:
    """What the machine itself has found: its newest facts just now, and whether its auditor complains. `started` is when it
    began to read everything, which it does after each start and once a day."""

    newest: bool
    whole: bool
    facts: int
    started: str


@router.get("/libros/cadena")
def head(request: Request) -> Response:
    """The chain's head as far as the books are open."""
    words = reading(request)
    with books(request) as db:
        shut, today = cover(request, db, words), moments.today(request, db)
        link = hash_of(db, shut.upto)
        checked = _checked(request, db, moments.told(_started(db), today, words))
    shown = Head(shut.upto, words.number(shut.upto), link.hex(), seal(link))
    return drawn(request, "chain.html", cover=shut, head=shown, checked=checked, whole=WHOLE_FACTS)


@router.get("/libros/cadena/{first:int}")
def part(request: Request, first: int, n: int = LINES_MAX) -> Response:
    """The bytes of the facts from `first` on, one fact a line; nothing after the last one that may be read."""
    with books(request) as db:
        told = lines(db, first, cover(request, db, reading(request)).upto, n) if first > 0 and n > 0 else []
    if not told:
        raise HTTPException(404)
    content, headers = "\n".join(told).encode(), {"Cache-Control": "no-store"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        content, headers = gzip.compress(content, SQUEEZED), headers | {"Content-Encoding": "gzip"}
    return Response(content, media_type="text/plain; charset=utf-8", headers=headers)


def _checked(request: Request, db: Connection, started: str) -> Checked:
    gateway = place(request).gateway
    troubles = gateway.picture.troubles if gateway.picture else ()
    whole = Trouble.BOOKS not in {str(trouble) for trouble in troubles}
    return Checked(tail(db) is None, whole, min(TAIL_FACTS, newest(db)), started)


def _started(db: Connection) -> datetime | None:
    """When the controller started last."""
    choice = Choice(newest(db), ("Booted",))
    found = leaf(db, choice, 1).entries
    return found[0].at if found else None
