"""Who may pass: every room of these pages says whom it is for, and a route without a room is a fault at the start.

A paired phone is let in by its key; rooms about money also want the PIN that was given on it a short while ago. Whose a phone
is and what she may do is asked of the machine's books at each request, so that a revoked phone is shut out at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.exceptions import HTTPException

from admin_web.phone.people import Member, people
from admin_web.phone.place import Place, place
from controller.domain.assembly import Role

KEY, OPENING = "minga-phone", "minga-open"
"""Cookies: the phone's own key, which lasts, and the opening that a PIN gave, which does not."""
KEY_S = 400 * 24 * 3_600
"""As long as browsers keep a cookie at all; every page renews it."""
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
    """Lets in whoever has one of `roles`; everybody when there are none. `pin`: only with a PIN given a short while ago.

    `quick`: it asks nobody who she is or how fast she goes, since a page has many such parts.
    """

    roles: frozenset[Role]
    pin: bool
    quick: bool = False

    def __call__(self, request: Request) -> None:
        """Sets `request.state.phone`. Raises Elsewhere for a stranger or without a PIN, HTTPException: 403 for a role,
        429 for a program that asks faster than people do."""
        phone = request.state.phone = None if self.quick else known(request)
        if self.quick:
            return
        if not place(request).pace.allows(_asker(request, phone)):
            raise HTTPException(429)
        if not self.roles:
            return
        if phone is None:
            raise Elsewhere("/entrar")
        if not phone.who.roles & self.roles:
            raise HTTPException(403)
        if self.pin and not phone.opened:
            back = request.url.path if request.method == "GET" else "/"
            raise Elsewhere(f"/clave?next={quote(back, safe='/')}")


GLASS = Door(frozenset(), pin=False, quick=True)
"""For photos, which anybody may see."""


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


def keep(request: Request, answer: Response, key: str) -> None:
    """Let the phone keep its key. Strict: no other site's link or form ever brings it along."""
    answer.set_cookie(KEY, key, KEY_S, httponly=True, samesite="strict", secure=place(request).secure)


def _asker(request: Request, phone: Phone | None) -> str:
    """Whose pace counts: a paired phone's own, that of whoever has read the code on the screen, else that of an address."""
    if phone is not None:
        return f"phone {phone.phone}"
    code = request.path_params.get("code", "")
    if code and place(request).shows(code):
        return f"code {code}"
    return f"from {request.client.host if request.client else ''}"


def at(request: Request) -> Phone:
    """The phone of a page whose room is for members."""
    phone: Phone = request.state.phone
    return phone


def doors(app: FastAPI) -> Iterator[tuple[str, str, Door]]:
    """Every route as method, path and its door. Raises LookupError for a route without exactly one.

    FastAPI keeps a router that was included whole, as one entry; `iter_route_contexts` looks into each.
    """
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, APIRoute):
            asked = (dependency.dependency for dependency in route.dependencies)
            found = [door for door in asked if isinstance(door, Door)]
            if len(found) != 1:
                raise LookupError(f"{route.path} has {len(found)} doors: put it into a room")
            for method in sorted(route.methods or ()):
                yield method, route.path or "", found[0]
