"""The page's look and its scripts, each sent as one file: in the tree a part is one thought, on the wire a part is a wait.

Both are put together when the app starts, in the order that stands here, without comments and indents; what is left of
them is served under the build's name, so a browser may keep it. High contrast stands in the sheet twice: for whoever
touches its button, and for those whose system asks for it (`prefers-contrast`).
"""

import re
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, Request, Response

from admin_web.serving import SHARED

LOOKS = ("kiosk", "till", "paying", "piece", "stories", "entry", "comfort", "roomy")
"""After the tokens; each may overrule those before it."""
SCRIPTS = ("kiosk", "comfort", "visit")
"""The first keeps the page alive, and the others call it."""
CONTRAST = (":root[data-comfort~=contrast]", "@media (prefers-contrast: more){:root")
FOR_EVER = {"Cache-Control": "max-age=31536000, immutable"}


@dataclass(frozen=True, slots=True)
class Sheets:
    """The two files, whole."""

    look: str
    script: str


def sheets(here: Path) -> Sheets:
    """From the parts in this folder, and the tokens that all pages share."""
    tokens = (SHARED / "static" / "tokens.css").read_text()
    parts = [tokens, *((here / "static" / f"{name}.css").read_text() for name in LOOKS)]
    contrast = _plain_css((here / "static" / "contrast.css").read_text())
    parts += [f"{scope}{{{contrast}}}" + "}" * scope.count("{") for scope in CONTRAST]
    scripts = [(here / "static" / f"{name}.js").read_text() for name in SCRIPTS]
    return Sheets("".join(map(_plain_css, parts)), "".join(map(_plain_js, scripts)))


def _plain_css(text: str) -> str:
    """Without comments, and with no more space than its grammar needs: the spaces in `calc()` and between names stay."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.sub(r" ?([{};,]) ?", r"\1", re.sub(r"\s+", " ", text)).strip()


def _plain_js(text: str) -> str:
    """Without the lines that are comments, and without indents: what stands beside code is left alone."""
    text = re.sub(r"^\s*/\*.*?\*/\s*?$", "", text, flags=re.DOTALL | re.MULTILINE)
    lines = (line.strip() for line in text.splitlines())
    return "".join(f"{line}\n" for line in lines if line and not line.startswith("//"))


router = APIRouter()


@router.get("/page.css")
async def look(request: Request) -> Response:
    """Every style of the page."""
    return Response(request.app.state.sheets.look, media_type="text/css", headers=FOR_EVER)


@router.get("/page.js")
async def script(request: Request) -> Response:
    """Every script of the page."""
    return Response(request.app.state.sheets.script, media_type="text/javascript", headers=FOR_EVER)
