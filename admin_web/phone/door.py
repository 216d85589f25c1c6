"""Who may pass: every room of these pages says whom it is for, and a route without a room is a fault at the start.

A paired phone is let in by its key; rooms about money also want the PIN that was given on it a short while ago. Whose a phone
is and what she may do is asked of the machine's books at each request, so that a revoked phone is shut out at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from admin_web.phone.people import Member, people
from admin_web.phone.place import Place, place
from controller.domain.assembly import Role

KEY, OPENING = "minga-phone", "minga-open"
"""Cookies: the phone's own key, which lasts, and the opening that a PIN gave, which does not."""
MEMBERS = frozenset(Role)


class Elsewhere(Exception):
    """This page is not for this phone now; `path` is where it may go on."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


@dataclass(frozen=True, slots=True)
class Phone:
    """A paired phone and whose it is. `opened` while its PIN holds."""

    phone: str
    who: Member
    opened: bool

    @property
    def member(self) -> str:
        return self.who.member

    def may(self, *roles: str) -> bool:
        """Whether she has one of these roles; for what a page shows, since what it does is guarded by its room."""
        return bool(self.who.roles & {Role(role) for role in roles})


@dataclass(frozen=True)
class Door:
    """Lets in whoever has one of `roles`; everybody when there are none. `pin`: only with a PIN given a short while ago."""

    roles: frozenset[Role]
    pin: bool

    def __call__(self, request: Request) -> None:
        """Sets `request.state.phone`. Raises Elsewhere for a stranger or without a PIN, HTTPException 403 for a role."""
        phone = request.state.phone = known(request)
        if not self.roles:
            return
        if phone is None:
            raise Elsewhere("/entrar")
        if not phone.who.roles & self.roles:
            raise HTTPException(403)
        if self.pin and not phone.opened:
            back = request.url.path if request.method == "GET" else "/"
            raise Elsewhere(f"/clave?next={quote(back, safe='/')}")


def room(*roles: Role, pin: bool = False, everybody: bool = False) -> APIRouter:
    """A router for the pages of one room. Raises ValueError when it is said neither for whom it is nor that it is for all."""
    if bool(roles) == everybody:
        raise ValueError("say for whom this room is, or that it is for everybody")
    return APIRouter(dependencies=[Depends(Door(frozenset(roles), pin))])


def known(request: Request) -> Phone | None:
    """Whose phone asks; None for a visitor's, or one that is nobody's any more."""
    here: Place = place(request)
    phone = here.phonebook.phone(request.cookies.get(KEY, ""))
    who = people(here.config.machine.database).of_phone(phone) if phone else None
    if phone is None or who is None:
        return None
    return Phone(phone, who, here.phonebook.is_open(phone, request.cookies.get(OPENING, "")))


def at(request: Request) -> Phone:
    """The phone of a page whose room is for members."""
    phone: Phone = request.state.phone
    return phone


def doors(app: FastAPI) -> Iterator[tuple[str, str, Door]]:
    """Every route as method, path and its door. Raises LookupError for a route without exactly one."""
    for route in app.routes:
        if isinstance(route, APIRoute):
            asked = (dependency.dependency for dependency in route.dependencies)
            found = [door for door in asked if isinstance(door, Door)]
            if len(found) != 1:
                raise LookupError(f"{route.path} has {len(found)} doors: put it into a room")
            for method in sorted(route.methods or ()):
                yield method, route.path, found[0]
