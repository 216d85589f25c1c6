"""Money that does not come back by itself: a coordinator has looked in the provider's own page, and says how it ended.

First she sees what would be written, then she writes it; the machine weighs it (`controller.domain.reversals`) and lets that
payment be from then on. It went back, with the provider's number and a second person who looked; or it is owed, and why.
"""

from sqlite3 import Connection

from fastapi import Request, Response
from starlette.exceptions import HTTPException

from admin_web.phone.door import at, room
from admin_web.phone.drawn import drawn, reading
from admin_web.phone.forms import CHARS_MAX, after, said
from admin_web.phone.ledger import books
from admin_web.phone.office import amount, called, members, others
from admin_web.phone.place import place
from controller.domain.assembly import Role
from controller.domain.reversals import CloseReversal, Ending
from controller.domain.wallet import Stage
from controller.ledger.sweep.line import Line, What
from controller.ledger.sweep.payments import payments

NO_FACTS = range(0)
"""Of the payments only those that are still open."""

router = room(Role.COORDINATOR, pin=True)


@router.get("/reclamos/volver/{payment_id:int}")
def form(
    request: Request, payment_id: int, ending: str = "", number: str = "", why: str = "", witness: str = ""
) -> Response:
    """The payment and its two endings; with one of them said, what would be written."""
    with books(request) as db:
        found = next((one for one in on_their_way(db) if one.payment_id == payment_id), None)
    if found is None:
        return after("/reclamos", "unknown-payment")
    words, known = reading(request), members(request)
    preview = None
    if ending in set(Ending):
        told = {"number": number.strip()[:CHARS_MAX], "why": why.strip()[:CHARS_MAX], "witness": witness}
        preview = {"ending": ending, **told, "who": called(known, witness) if witness else ""}
    return drawn(
        request,
        "reversal.html",
        payment=found,
        amount=amount(found.cents, words),
        others=others(request),
        preview=preview,
    )


@router.post("/reclamos/volver/{payment_id:int}")
async def closed(request: Request, payment_id: int) -> Response:
    """Decided: it stands in the books with both names. Said again, it is done already."""
    ending = await said(request, "ending")
    if ending not in set(Ending):
        raise HTTPException(400)
    number, why, witness = [await said(request, field) for field in ("number", "why", "witness")]
    wish = CloseReversal(payment_id, Ending(ending), at(request).member, witness, number, why)
    answer = await place(request).gateway.ask(wish)
    return after("/reclamos" if answer.ok else f"/reclamos/volver/{payment_id}", answer)


def on_their_way(db: Connection) -> list[Line]:
    """The payments that are on their way back, oldest first."""
    reversing = db.execute("SELECT count(*) FROM payments WHERE stage = ?", [Stage.REVERSING.value]).fetchone()[0]
    return [one for one in payments(db, NO_FACTS) if one.what is What.ON_ITS_WAY] if reversing else []
