"""The PIN of a paired phone, asked for before money moves. There is no such form for a phone that is not paired."""

from urllib.parse import quote

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from admin_web.phone.door import MEMBERS, OPENING, at, room
from admin_web.phone.drawn import drawn
from admin_web.phone.forms import said
from admin_web.phone.phonebook import OPEN_S, WAIT_S_MAX, Wrong
from admin_web.phone.place import place

router = room(*MEMBERS)


@router.get("/clave")
def asked(request: Request, next: str = "/", wrong: bool = False, wait: int = 0) -> Response:
    """Six digits, and back to where she was going."""
    return drawn(request, "pin.html", next=_inside(next), wrong=wrong, wait_s=min(max(0, wait), WAIT_S_MAX))


@router.post("/clave")
async def given(request: Request) -> Response:
    """Right: money may be moved for ten minutes. Wrong: again, and after the fifth time only after a wait."""
    phone, pin, after = at(request).phone, await said(request, "pin"), _inside(await said(request, "next"))
    opened = await run_in_threadpool(place(request).phonebook.open, phone, pin)
    if isinstance(opened, Wrong):
        return RedirectResponse(f"/clave?next={quote(after, safe='/')}&wrong=1&wait={opened.wait_s}", 303)
    answer = RedirectResponse(after, 303)
    answer.set_cookie(OPENING, opened, max_age=OPEN_S, httponly=True, samesite="strict", secure=place(request).secure)
    return answer


def _inside(path: str) -> str:
    """A path of these pages and nothing else: `//other.example` and `https:…` are none."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) and path.isascii() else "/"
