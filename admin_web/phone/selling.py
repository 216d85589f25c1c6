"""Who sells a maker's pieces in the eyes of the tax office: the seller, her regime, the VAT in her prices, her RUC or cédula.

What is kept here is what people say it is. It moves no cent, changes nothing that was sold, and is no advice: the page lists
what to ask an accountant.
"""

import re

from fastapi import Request, Response
from starlette.exceptions import HTTPException

from admin_web.phone.door import at, room
from admin_web.phone.drawn import drawn, reading
from admin_web.phone.forms import after, said
from admin_web.phone.ledger import books
from admin_web.phone.office import called, members
from admin_web.phone.place import place
from admin_web.phone.receipt import written
from controller.domain.assembly import Role
from controller.domain.catalog import MakerId
from controller.domain.facts import Regime, Seller
from controller.domain.selling import CHARGES_VAT, PutSeller, vat_cents
from controller.ledger.receipt import entry
from controller.ledger.reports import joined
from controller.ledger.sellers import sellers, tax_id
from controller.statements.selling import rate

EXAMPLE_CENTS = 1_000
RATE = re.compile(r"([0-9]{1,2})(?:[.,]([0-9]))?")
"""`15`, or `12,5`."""
QUESTIONS = 4
"""So many things the page says to ask an accountant."""

router = room(Role.COORDINATOR, pin=True)


@router.get("/gente/{member}/vende")
def one(request: Request, member: str) -> Response:
    """Who sells now and since when, and the form that says otherwise from now on."""
    words, here = reading(request), place(request)
    with books(request) as db:
        if member not in joined(db):
            raise HTTPException(404)
        now, number = sellers(db).now(member), tax_id(db, member)
        since = written(entry(db, now[0]), words) if now else None
    terms = now[1] if now else None
    permille = terms.vat_permille if terms and terms.vat_permille else here.config.assembly.vat_permille
    vat = vat_cents(EXAMPLE_CENTS, permille)
    return drawn(
        request,
        "selling.html",
        member=member,
        name=called(members(request), member),
        terms=terms,
        since=since,
        sellers=list(Seller),
        regimes=[(regime, _vat_of(regime)) for regime in Regime],
        tax_id=number,
        rate=rate(permille),
        example=[words.money(cents) for cents in (EXAMPLE_CENTS, vat, EXAMPLE_CENTS - vat)],
        questions=range(1, QUESTIONS + 1),
    )


def _vat_of(regime: Regime) -> str:
    """What the page says of VAT under this regime; of an artisan's nobody has confirmed it."""
    if regime is Regime.ARTISAN:
        return "unconfirmed"
    return "charges" if regime in CHARGES_VAT else "no_charge"


@router.post("/gente/{member}/vende")
async def put(request: Request, member: str) -> Response:
    """From now on it is so. A regime without VAT has a rate of 0, whatever stands in the field."""
    back = f"/gente/{member}/vende"
    seller, regime = await said(request, "seller"), await said(request, "regime")
    if seller not in set(Seller) or regime not in set(Regime):
        return after(back, "no-seller")
    found = RATE.fullmatch(await said(request, "rate"))
    if Regime(regime) in CHARGES_VAT and found is None:
        return after(back, "bad-vat")
    permille = int(found[1]) * 10 + int(found[2] or 0) if found and Regime(regime) in CHARGES_VAT else 0
    number = re.sub(r"[ .-]", "", await said(request, "tax_id"))
    wish = PutSeller(MakerId(member), Seller(seller), Regime(regime), permille, at(request).member, number)
    answer = await place(request).gateway.ask(wish)
    return after(f"/gente/{member}" if answer.ok else back, answer)
