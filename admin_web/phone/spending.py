"""Paying what the assembly decided to use a fund for: what it is, out of which fund and which place, and then one touch.

The sum is the decision's own. The machine pays it once, and never out of a fund or a place that has less.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from admin_web.phone.assembly import world
from admin_web.phone.door import at, room
from admin_web.phone.drawn import drawn, reading
from admin_web.phone.forms import after, said
from admin_web.phone.ledger import books
from admin_web.phone.office import TAKEN_FROM, amount, called, called_place, members
from admin_web.phone.place import place
from admin_web.words import Words
from controller.domain.assembly import Role
from controller.domain.facts import CashMoved, FundTerms, Outcome
from controller.domain.governance import Governance, Proposal
from controller.domain.spending import payment, wish_id
from controller.domain.terms import BY_HAND
from controller.ledger.closing import became, seq_of
from controller.ledger.decisions import governance_now
from controller.ledger.reports import balances

router = room(Role.COORDINATOR, pin=True)


@dataclass(frozen=True, slots=True)
class ToPay:
    """One decision about a fund that waits to be paid, in words."""

    number: int
    money: str
    fund: str
    why: str


def to_pay(governance: Governance, words: Words) -> Iterator[ToPay]:
    """The decisions that a coordinator has to pay, oldest first."""
    for proposal in governance.waiting():
        if isinstance(terms := proposal.terms, FundTerms):
            fund = called_place(terms.fund, words)
            yield ToPay(proposal.number, words.money(terms.cents), fund, proposal.opened.why)


@router.get("/asamblea/{number:int}/pagar")
def preview(request: Request, number: int) -> Response:
    """How much, what the fund has before and after, and where the money is taken from; once it is paid, who did it.

    What a place holds is not said: somebody may still have to count it blind.
    """
    proposal, words = _there(request, number), reading(request)
    terms = proposal.terms
    assert isinstance(terms, FundTerms)
    with books(request) as db:
        known, paid, seq = balances(db), became(db, wish_id(number)), seq_of(db, wish_id(number))
    has_cents = known.get(terms.fund, 0)
    left_cents = has_cents - (terms.cents if terms.to == BY_HAND else 0)
    return drawn(
        request,
        "spending.html",
        number=number,
        why=proposal.opened.why,
        amount=amount(terms.cents, words),
        fund=called_place(terms.fund, words),
        to=terms.to,
        to_called=called_place(terms.to, words) if terms.to != BY_HAND else "",
        has=words.money(has_cents),
        left=words.money(left_cents),
        short=has_cents < terms.cents,
        waits=proposal.waits,
        places=[(name, called_place(name, words)) for name in TAKEN_FROM if name != terms.to],
        seq=seq,
        paid_by=called(members(request), paid.by) if isinstance(paid, CashMoved) else "",
    )


@router.post("/asamblea/{number:int}/pagar")
async def paid(request: Request, number: int) -> Response:
    """It is paid, out of the place that she has chosen."""
    source = await said(request, "place")
    wish = payment(await run_in_threadpool(_there, request, number), source, at(request).member)
    answer = await place(request).gateway.ask(wish)
    return after(f"/asamblea/{number}/pagar", answer)


def _there(request: Request, number: int) -> Proposal:
    """What was agreed about a fund. Raises HTTPException 404 for anything else."""
    proposal = world(request).governance.proposals.get(number)
    agreed = proposal is not None and proposal.outcome is Outcome.PASSED
    if proposal is None or not agreed or not isinstance(proposal.terms, FundTerms):
        raise HTTPException(404)
    return proposal


def waiting(request: Request, words: Words) -> list[ToPay]:
    """For the coordinator's own home."""
    with books(request) as db:
        return list(to_pay(governance_now(db), words))
