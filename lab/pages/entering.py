"""Signing in, leaving, and the language: the three forms of these pages. Each is followed by a redirect."""

from urllib.parse import urlsplit

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from lab.pages.door import COOKIE, SESSION_S, keeper, room
from lab.pages.drawn import LANGUAGE, drawn, place
from lab.pages.speech import LANGUAGES

CHARS_MAX = 400
YEAR_S = 365 * 24 * 3_600

router = room(everybody=True)


@router.get("/entrar")
def sign_in(request: Request, wrong: bool = False, wait: int = 0) -> Response:
    """The phrase is asked for."""
    if keeper(request).knows(request.cookies.get(COOKIE, "")):
        return RedirectResponse("/", 303)
    return drawn(request, "sign_in.html", wrong=wrong, wait_s=max(0, min(wait, 3_600)))


@router.post("/entrar")
async def signed_in(request: Request) -> Response:
    """The right phrase gets a session; a wrong one is told so, and how long to wait."""
    asker = request.client.host if request.client else ""
    token = await run_in_threadpool(keeper(request).enter, await said(request, "phrase"), asker)
    if isinstance(token, int):
        return RedirectResponse(f"/entrar?wait={token}" if token else "/entrar?wrong=1", 303)
    answer = RedirectResponse("/", 303)
    secure = place(request).secure
    answer.set_cookie(COOKIE, token, SESSION_S, httponly=True, samesite="strict", secure=secure)
    return answer


@router.post("/salir")
def left(request: Request) -> Response:
    """The session ends here and in the browser."""
    keeper(request).leave(request.cookies.get(COOKIE, ""))
    answer = RedirectResponse("/entrar" if keeper(request).asks else "/", 303)
    answer.delete_cookie(COOKIE)
    return answer


@router.post("/idioma")
async def language(request: Request) -> Response:
    """Another language, on the page where she was."""
    chosen = await said(request, "language")
    answer = RedirectResponse(_own(await said(request, "back")), 303)
    if chosen in LANGUAGES:
        answer.set_cookie(LANGUAGE, chosen, YEAR_S, httponly=True, samesite="lax", secure=place(request).secure)
    return answer


async def said(request: Request, field: str) -> str:
    """What stands in this field, at most `CHARS_MAX` characters of it."""
    value = (await request.form(max_files=0, max_fields=8)).get(field, "")
    return value[:CHARS_MAX] if isinstance(value, str) else ""


def _own(back: str) -> str:
    """A path of these pages and nothing else: no form may send somebody to another site."""
    parts = urlsplit(back)
    is_own = back.startswith("/") and not back.startswith(("//", "/\\")) and not parts.netloc and back.isprintable()
    return back if is_own else "/"
