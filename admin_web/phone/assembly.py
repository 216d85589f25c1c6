"""Where the owners decide: the open votes with what would change, one touch to vote, what was decided, and its acta on paper.

Who may vote, when a vote ends and what becomes of it the machine decides; these pages only show it and ask. A vote needs no
PIN, since it moves no money and can be changed while it is open; to carry out a decision does.
"""

from dataclasses import replace

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from admin_web.phone.agenda import World, shown, side
from admin_web.phone.door import at, room
from admin_web.phone.drawn import drawn, reading
from admin_web.phone.forms import after, said
from admin_web.phone.home import NOTICES, Notice
from admin_web.phone.ledger import books
from admin_web.phone.people import people
from admin_web.phone.place import place
from admin_web.words import words
from controller.domain.assembly import Role
from controller.domain.deciding import CarryOut, Vote, Withdraw
from controller.domain.facts import Choice, FundTerms
from controller.domain.governance import Proposal
from controller.ledger.decisions import governance_now, head, minutes, rule_of
from controller.ledger.reports import balances, members
from controller.ledger.running import zone_of
from controller.ledger.shelf import rule

HISTORY_MAX = 30
OWNERS = (Role.MAKER, Role.COORDINATOR)
router = room(*OWNERS)
by_hand = room(Role.COORDINATOR, pin=True)


def world(request: Request) -> World:
    """How everything stands, for whoever looks: read from the books for this one page."""
    here, known = place(request), people(place(request).database)
    with books(request) as db:
        return World(
            words=reading(request),
            zone=zone_of(db),
            me=at(request).member,
            governance=governance_now(db),
            rule=rule(db),
            names=members(db),
            roles={name: frozenset(role.value for role in who.roles) for name, who in known.members.items()},
            funds={account: cents for account, cents in balances(db).items() if account.startswith("fund:")},
            hours=tuple(here.config.hours.open),
        )


@router.get("/asamblea")
def agenda(request: Request) -> Response:
    """What is open, hers to vote first; what is agreed and waits; what was decided, newest first."""
    around = world(request)
    everything = [shown(proposal, around) for proposal in around.governance.proposals.values()]
    open_now = sorted((each for each in everything if each.open), key=lambda each: (bool(each.mine), each.number))
    over = [each for each in reversed(everything) if not each.open][:HISTORY_MAX]
    return drawn(request, "assembly.html", open=open_now, over=over)


@router.get("/asamblea/{number:int}")
def one(request: Request, number: int) -> Response:
    """One proposal, with who said what."""
    around = world(request)
    proposal = _there(around, number)
    return drawn(request, "proposal.html", each=shown(proposal, around))


@router.post("/asamblea/{number:int}/voto")
async def vote(request: Request, number: int) -> Response:
    """One touch. `back` is the page she touched it on."""
    choice, back = await said(request, "choice"), await said(request, "back")
    if choice not in [known.value for known in Choice]:
        raise HTTPException(404)
    answer = await place(request).gateway.ask(Vote(number, at(request).member, Choice(choice)))
    return after("/asamblea" if back == "list" else f"/asamblea/{number}", "voted" if answer.ok else answer)


@router.post("/asamblea/{number:int}/retirar")
async def withdraw(request: Request, number: int) -> Response:
    """She takes back what she proposed."""
    answer = await place(request).gateway.ask(Withdraw(number, at(request).member))
    return after(f"/asamblea/{number}", answer)


@by_hand.get("/asamblea/{number:int}/cumplir")
def to_do(request: Request, number: int) -> Response:
    """What a coordinator is about to say that she has done; what a fund is used for she pays."""
    around = world(request)
    proposal = _there(around, number)
    if isinstance(proposal.terms, FundTerms):
        return RedirectResponse(f"/asamblea/{number}/pagar", 303)
    return drawn(request, "proposal_done.html", each=shown(proposal, around))


@by_hand.post("/asamblea/{number:int}/cumplir")
async def carried_out(request: Request, number: int) -> Response:
    """A coordinator has done what was agreed."""
    answer = await place(request).gateway.ask(CarryOut(number, at(request).member))
    return after(f"/asamblea/{number}", answer)


@router.get("/asamblea/{number:int}/acta.pdf")
def acta(request: Request, number: int) -> Response:
    """The decision on paper. It is of the books alone: the same decision gives the same paper."""
    from controller.statements import acta as paper  # its library is large, and most days nobody asks for paper

    around = world(request)
    proposal, spanish = _there(around, number), replace(around, words=words())
    then = side(proposal.terms, spanish)
    with books(request) as db:
        told = minutes(db, number)
        became = rule_of(db, number)
        link = head(db, told[-1].entry.seq)
    lines = tuple(paper.Line(minute.fact, minute.entry.seq, minute.entry.at, minute.entry.certain) for minute in told)
    names = {member: name for member, (name, _) in around.names.items()}
    example = (spanish.words.say("agenda.example"),) if then.parts else ()
    parts = (f"{part.who}: {part.money}" for part in then.parts)
    what = tuple(line for line in (then.money, *then.lines, *example, *parts) if line)
    whole = paper.Acta(number, spanish.words.about("proposal", proposal.terms.kind), what, lines, names, link, became)
    name = f"acta-{place(request).config.machine.name}-{number}.pdf"
    headers = {"content-disposition": f'inline; filename="{name}"'}
    return Response(
        paper.as_pdf(whole, place(request).config.machine.name), media_type="application/pdf", headers=headers
    )


def _there(around: World, number: int) -> Proposal:
    proposal = around.governance.proposals.get(number)
    if proposal is None:
        raise HTTPException(404)
    return proposal


def notice(request: Request) -> Notice | None:
    """For a home: how many votes wait for her."""
    phone = at(request)
    if not phone.may(*OWNERS):
        return None
    with books(request) as db:
        waiting = [each.number for each in governance_now(db).open() if phone.member in each.missing]
    return Notice("assembly_card.html", {"waiting": waiting}) if waiting else None


NOTICES.append(notice)
