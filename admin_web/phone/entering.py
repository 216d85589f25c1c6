"""A phone comes in: it reads the code on the machine's screen, says whose it is, and somebody at the screen says yes.

Three pages, each an ordinary form. The first phone that reads a code has it; what it chose waits here, in memory, until the
books say that the phone is hers. Then the phone gets its key, and the code is worth nothing.
"""

import hmac
import re
import secrets
from dataclasses import dataclass, field
from itertools import pairwise
from threading import Lock

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from admin_web.mark import mark
from admin_web.phone.door import keep, room
from admin_web.phone.drawn import drawn
from admin_web.phone.forms import said
from admin_web.phone.people import people
from admin_web.phone.place import place
from controller.domain.pairing import PhoneClaims

COOKIE = "minga-entering"
COOKIE_S = 600
PIN = re.compile(r"[0-9]{6}")
ALPHABET = "abcdefghjkmnpqrstvwxyz23456789"


@dataclass(slots=True)
class Entering:
    """One phone that has read a code and is not bound yet."""

    token: str
    phone: str = field(default_factory=lambda: "".join(secrets.choice(ALPHABET) for _ in range(12)))
    member: str = ""
    pin: str = ""


class Threshold:
    """Those who are entering, by the code they have read. There is one code at a time, so the newest few are enough."""

    MOST = 8

    def __init__(self) -> None:
        self._by_code: dict[str, Entering] = {}
        self._lock = Lock()

    def step(self, code: str, token: str, may_begin: bool) -> Entering | None:
        """The one who has this code: this very phone, or whoever is the first to come and `may_begin`; else None.

        One look and no second one, so that of two phones that read a code at the same moment one is the first.
        """
        with self._lock:
            found = self._by_code.get(code)
            if found is not None:
                return found if hmac.compare_digest(found.token.encode(), token.encode()) else None
            if not may_begin:
                return None
            while len(self._by_code) >= self.MOST:
                del self._by_code[next(iter(self._by_code))]
            return self._by_code.setdefault(code, Entering(secrets.token_urlsafe(32)))

    def empty(self, code: str) -> bool:
        """Whether nobody has this code yet."""
        with self._lock:
            return code not in self._by_code

    def done(self, code: str) -> bool:
        """This code is worth nothing from now on; True for whoever says so first."""
        with self._lock:
            return self._by_code.pop(code, None) is not None


router = room(everybody=True)


@router.get("/entrar")
def how(request: Request) -> Response:
    """For a phone that nobody knows: how one comes in."""
    return drawn(request, "enter.html")


@router.get("/e/{code}")
def who(request: Request, code: str) -> Response:
    """The code was read: whose phone is this?"""
    entering = _entering(request, code)
    found = people(place(request).database)
    answer = drawn(request, "enter_who.html", code=code, members=found.members.values())
    secure = place(request).secure
    answer.set_cookie(COOKIE, entering.token, COOKIE_S, httponly=True, samesite="lax", secure=secure)
    return answer


@router.post("/e/{code}/quien")
async def chosen(request: Request, code: str) -> Response:
    """She touched her own picture."""
    entering = _entering(request, code, began=True)
    member = await said(request, "member")
    if member not in (await run_in_threadpool(people, place(request).database)).members:
        return RedirectResponse(f"/e/{code}", 303)
    entering.member = member
    return RedirectResponse(f"/e/{code}/clave", 303)


@router.get("/e/{code}/clave")
def choose_pin(request: Request, code: str, weak: bool = False) -> Response:
    """Six digits of her own."""
    entering = _entering(request, code, began=True)
    who = people(place(request).database).members.get(entering.member)
    if who is None:
        return RedirectResponse(f"/e/{code}", 303)
    return drawn(request, "enter_pin.html", code=code, who=who, weak=weak)


@router.post("/e/{code}/clave")
async def pin_chosen(request: Request, code: str) -> Response:
    """Now the machine is told, and somebody there has to say yes."""
    entering = _entering(request, code, began=True)
    pin = await said(request, "pin")
    if not entering.member:
        return RedirectResponse(f"/e/{code}", 303)
    if is_weak(pin):
        return RedirectResponse(f"/e/{code}/clave?weak=1", 303)
    entering.pin = await run_in_threadpool(place(request).phonebook.hashed, entering.phone, pin)
    await place(request).gateway.ask(PhoneClaims(code, entering.member, entering.phone))
    return RedirectResponse(f"/e/{code}/mire", 303)


@router.get("/e/{code}/mire")
def look(request: Request, code: str) -> Response:
    """Look at the machine: the same mark stands there, and a touch says yes. The page asks again by itself."""
    entering = _entering(request, code, began=True, shown=False)
    here = place(request)
    bound = people(here.database).of_phone(entering.phone)
    if bound is None or not entering.pin:
        if not here.shows(code):
            raise HTTPException(404)
        return drawn(request, "enter_look.html", code=code, mark=mark(entering.phone))
    if not request.app.state.threshold.done(code):  # a page that asks twice at once must not get two keys
        raise HTTPException(404)
    key = here.phonebook.bind(entering.phone, entering.pin)
    answer = RedirectResponse("/", 303)
    answer.delete_cookie(COOKIE)
    keep(request, answer, key)
    return answer


def is_weak(pin: str) -> bool:
    """Whether it is no PIN of six digits, or one that anybody would try: it counts up or down, or repeats itself."""
    if not PIN.fullmatch(pin):
        return True
    steps = {int(after) - int(before) for before, after in pairwise(pin)}
    halved, doubled = pin[:3] == pin[3:], pin[::2] == pin[1::2]
    return steps in ({1}, {-1}) or len(set(pin)) <= 2 or halved or doubled


def _entering(request: Request, code: str, began: bool = False, shown: bool = True) -> Entering:
    """This phone's own entering. Raises HTTPException: 404 for a code that is not on the screen, 409 for another phone."""
    threshold: Threshold = request.app.state.threshold
    if (shown and not place(request).shows(code)) or (began and threshold.empty(code)):
        raise HTTPException(404)
    entering = threshold.step(code, request.cookies.get(COOKIE, ""), may_begin=not began)
    if entering is None:
        raise HTTPException(409)
    return entering
