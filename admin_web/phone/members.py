"""Who is who: members and what they may do, whose each phone is, and what each maker has agreed to.

A lost phone is nobody's at the first touch: first in the machine's books, then its key here. A maker's consent is taken back
as easily: from that moment the screen and her public page show her workshop, and nothing of herself.
"""

import re
import unicodedata
from dataclasses import dataclass, replace

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from admin_web.phone.agenda import hours_told
from admin_web.phone.door import at, room
from admin_web.phone.drawn import drawn, reading
from admin_web.phone.forms import FIELDS_MAX, after, said
from admin_web.phone.ledger import books
from admin_web.phone.people import Member, people
from admin_web.phone.place import place
from admin_web.phone.receipt import Written, written
from controller.domain.assembly import Role
from controller.domain.catalog import MakerId
from controller.domain.membership import PutMember, RevokePhone
from controller.domain.stocking import PutMaker
from controller.ledger.decisions import governance_now, in_force_since
from controller.ledger.reports import makers
from controller.ledger.sellers import sellers

CHARS_OF_PHONE = 4
"""So many signs of its name tell a phone from the others of hers."""

router = room(Role.COORDINATOR, pin=True)
hers = room(Role.MAKER)


@dataclass(frozen=True, slots=True)
class Paired:
    """One phone in words. `this` is the one that asks."""

    phone: str
    short: str
    this: bool


@dataclass(frozen=True, slots=True)
class Hours:
    """When the machine takes money, in words; by which decision of the assembly, and since when, or 0 and None."""

    lines: tuple[str, ...]
    decision: int
    since: Written | None


def _phones(request: Request, member: str) -> list[Paired]:
    known = people(place(request).database).assembly.phones
    return [
        Paired(phone, phone[:CHARS_OF_PHONE], phone == at(request).phone)
        for phone, whose in known.items()
        if whose == member
    ]


@router.get("/gente")
def everybody(request: Request) -> Response:
    """All members with their roles, how many phones each has, and when the machine is open."""
    found = people(place(request).database)
    phones = list(found.assembly.phones.values())
    told = [(who, sorted(who.roles), phones.count(who.member)) for who in found.members.values()]
    return drawn(request, "members.html", members=told, roles=list(Role), hours=_hours(request))


def _hours(request: Request) -> Hours:
    """The assembly's hours, once it has decided some; until then those of the configuration."""
    words = reading(request)
    with books(request) as db:
        state = governance_now(db)
        decided, since = state.hours, in_force_since(db, state, "hours")
        at = written(since[1], words) if since else None
    lines = place(request).config.hours.open if decided is None else decided
    return Hours(hours_told(tuple(lines), words), since[0] if since else 0, at)


@router.get("/gente/{member}")
def one(request: Request, member: str) -> Response:
    """What she may do, her phones, and what she has agreed to."""
    who = _member(request, member)
    with books(request) as db:
        words, sold_as = makers(db).get(member), sellers(db).now(member)
    return drawn(
        request,
        "member.html",
        who=who,
        roles=list(Role),
        phones=_phones(request, member),
        maker=words,
        sold_as=sold_as[1] if sold_as else None,
    )


@router.post("/gente/{member}")
async def roles(request: Request, member: str) -> Response:
    """She may do what is ticked, and nothing else."""
    who = await run_in_threadpool(_member, request, member)
    form = await request.form(max_files=0, max_fields=FIELDS_MAX)
    ticked = tuple(role.value for role in Role if role.value in form.getlist("role"))
    answer = await place(request).gateway.ask(PutMember(who.member, ticked, at(request).member))
    return after("/gente" if answer.ok and not ticked else f"/gente/{member}", answer)


@router.post("/gente")
async def joins(request: Request) -> Response:
    """Somebody new: a maker joins the shelf, anybody else gets her role."""
    name, workshop, role = await said(request, "name"), await said(request, "workshop"), await said(request, "role")
    if not name or role not in set(Role):
        return after("/gente", "bad-name")
    member = await run_in_threadpool(_free_id, request, name)
    by = at(request).member
    wish = PutMaker(MakerId(member), name, workshop) if role == Role.MAKER else PutMember(member, (role,), by, name)
    answer = await place(request).gateway.ask(wish)
    return after(f"/gente/{member}" if answer.ok else "/gente", answer)


def _free_id(request: Request, name: str) -> str:
    """An id that nobody has had yet; it stands in the books for ever, and her name does not."""
    called, turn = _plain(name)[:28], 1
    with books(request) as db:
        taken = {*people(place(request).database).assembly.roles, *makers(db)}
    while (wanted := called if turn == 1 else f"{called}-{turn}") in taken:
        turn += 1
    return wanted


def _plain(name: str) -> str:
    """A name in the letters that the books' ids have."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-") or "socia"


@router.post("/gente/{member}/telefono")
async def lost(request: Request, member: str) -> Response:
    """A phone is nobody's any more."""
    phone = await said(request, "phone")
    await run_in_threadpool(_member, request, member)
    answer = await place(request).gateway.ask(RevokePhone(phone, at(request).member))
    if answer.ok:
        await run_in_threadpool(place(request).phonebook.forget, phone)
    return after(f"/gente/{member}", answer)


@router.post("/gente/{member}/permiso")
async def consent(request: Request, member: str) -> Response:
    """She signed that the screen may show her, or takes it back."""
    return after(f"/gente/{member}", await _consent(request, member, await said(request, "consent") == "yes"))


@hers.get("/mi-permiso")
def my_consent(request: Request) -> Response:
    """What a maker has agreed to, for herself."""
    with books(request) as db:
        words = makers(db).get(at(request).member)
    return drawn(request, "consent.html", maker=words, shown=reading(request).say("consent.kiosk"))


@hers.post("/mi-permiso")
async def take_back(request: Request) -> Response:
    """In one touch, by herself."""
    return after("/mi-permiso", await _consent(request, at(request).member, agreed=False))


async def _consent(request: Request, member: str, agreed: bool) -> str:
    words = await run_in_threadpool(_words, request, member)
    answer = await place(request).gateway.ask(replace(words, consent=agreed))
    return answer.code or "kept"


def _words(request: Request, member: str) -> PutMaker:
    with books(request) as db:
        found = makers(db).get(member)
    if found is None:
        raise HTTPException(404)
    return found


def _member(request: Request, member: str) -> Member:
    found = people(place(request).database).members.get(member)
    if found is None:
        raise HTTPException(404)
    return found
