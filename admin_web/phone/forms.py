"""What a form of these pages says, and how one goes on after it: short fields, no files, and always a redirect."""

from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from controller.protocols.control import Answer

FIELDS_MAX = 32
CHARS_MAX = 200


async def said(request: Request, field: str) -> str:
    """What stands in this field; empty when it does not, at most `CHARS_MAX` characters of it."""
    value = (await request.form(max_files=0, max_fields=FIELDS_MAX)).get(field, "")
    return value.strip()[:CHARS_MAX] if isinstance(value, str) else ""


async def count(request: Request, field: str) -> int | None:
    """A whole number that is not negative; None for anything else."""
    text = await said(request, field)
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 9 else None


def after(path: str, told: str | Answer = "", **more: object) -> Response:
    """Redirect after post: a page that is loaded again does nothing twice. `told` is a word of the catalogue's section `told`
    that the page says, or the machine's answer, whose code is that word when it is a no."""
    word = told if isinstance(told, str) else told.code or "done"
    query = urlencode({key: value for key, value in {"told": word, **more}.items() if value != ""})
    return RedirectResponse(f"{path}?{query}" if query else path, 303)
