"""The page's look and its scripts: in the tree a part is one thought, on the wire a part is a wait.

What the first sight needs travels inside the page, so that one round trip brings all of it. The browser takes it in by its
hash, which stands in the Content-Security-Policy; no other line of the page is ever a style or a script. What only later
scenes wear (a piece up close, a payment, the thanks, the stories, the help, large text, contrast) is a sheet of its own,
fetched when the page has been painted, and before it only where the page already stands in such a scene.

All are put together when the app starts, in the order that stands here, without comments and indents. High contrast stands
in the later sheet twice: for whoever touches its button, and for those whose system asks for it (`prefers-contrast`).
"""

import base64
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, Request, Response

from admin_web.serving import SHARED

FIRST = ("kiosk", "till", "comfort", "chip")
"""After the tokens; each may overrule those before it."""
LATER = ("paying", "piece", "stories", "entry", "roomy", "thanks")
SCRIPTS = ("kiosk", "comfort", "visit", "opening")
"""The first keeps the page alive, and the others call it; the last sets it going."""
CONTRAST = (":root[data-comfort~=contrast]", "@media (prefers-contrast: more){:root")
FOR_EVER = {"Cache-Control": "max-age=31536000, immutable"}


@dataclass(frozen=True, slots=True)
class Sheets:
    """`first` and `script` stand in every page as they are; `later` is fetched."""

    first: str
    later: str
    script: str

    @property
    def policy(self) -> str:
        """What the Content-Security-Policy says of them: these two by their hashes (CSP 3, 2.3.1), and files of our own."""
        return f"style-src 'self' '{_hash(self.first)}'; script-src 'self' '{_hash(self.script)}'"


def sheets(here: Path) -> Sheets:
    """From the parts in this folder, and the tokens that all pages share."""

    def part(name: str) -> str:
        return _plain_css((here / "static" / f"{name}.css").read_text())

    tokens = _plain_css((SHARED / "static" / "tokens.css").read_text())
    worn = part("contrast")
    contrast = [f"{scope}{{{worn}}}" + "}" * scope.count("{") for scope in CONTRAST]
    script = "".join(_plain_js((here / "static" / f"{name}.js").read_text()) for name in SCRIPTS)
    found = Sheets("".join([tokens, *map(part, FIRST)]), "".join([*map(part, LATER), *contrast]), script)
    assert "</" not in found.first + found.script, "a style or a script that stands in the page would end there"
    return found


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _plain_css(text: str) -> str:
    """Without comments, and with no more space than its grammar needs: the spaces in `calc()` and between names stay."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r" ?([{};,]) ?|(?<=:) ", r"\1", re.sub(r"\s+", " ", text)).strip()
    return text.replace(";}", "}")


def _plain_js(text: str) -> str:
    """Without the lines that are comments, and without indents: what stands beside code is left alone."""
    text = re.sub(r"^\s*/\*.*?\*/\s*?$", "", text, flags=re.DOTALL | re.MULTILINE)
    lines = (line.strip() for line in text.splitlines())
    return "".join(f"{line}\n" for line in lines if line and not line.startswith("//"))


router = APIRouter()


@router.get("/later.css")
async def later(request: Request) -> Response:
    """The styles that later scenes wear. Its address carries the build, so a browser may keep it for ever."""
    found: Sheets = request.app.state.sheets
    return Response(found.later, media_type="text/css", headers=FOR_EVER)
