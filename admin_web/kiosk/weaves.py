"""The makers' woven bands as pictures: a dot of a PNG is a stitch, and a browser keeps each for ever.

Bands that were drawn into the page as patterns were a third of what painting a fresh page cost; as SVG pictures each was a
document of its own. Dots of three colours are neither. A tile names its maker's band by what it shows, so that no id leaves
the machine: `NAME.png` is a strip, `NAME-cloth.png` stands for a piece without a photo.
"""

import hashlib
import re
import zlib
from dataclasses import dataclass
from functools import lru_cache

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from admin_web.media import HEADERS
from admin_web.serving import SHARED
from controller.domain.weave import weave

HOUSE = ""
"""Whose band the machine itself wears."""
STRIP, CLOTH = (27, 1), (3, 5)
"""Repeats across and down."""
COLOURS = dict(re.findall(r"--(\w+): #(\w{6});", (SHARED / "static" / "tokens.css").read_text()))


@dataclass(frozen=True, slots=True)
class Woven:
    """Two PNGs, and the digest of one as their name."""

    name: str
    strip: bytes
    cloth: bytes


@lru_cache(maxsize=256)
def woven(maker: str) -> Woven:
    """The band of a maker, the same for ever."""
    band = weave(maker)
    palette = b"".join(bytes.fromhex(COLOURS[yarn]) for yarn in (band.ground, band.yarn_a, band.yarn_b))
    rows = [bytes(".ab".index(stitch) for stitch in row) for row in band.rows]
    strip, cloth = (_png([row * across for row in rows] * down, palette) for across, down in (STRIP, CLOTH))
    return Woven(hashlib.sha256(strip).hexdigest()[:16], strip, cloth)


def _png(rows: list[bytes], palette: bytes) -> bytes:
    """Rows of palette numbers, a byte each (PNG, third edition, 5.3 and 11.2: colour type 3, no filter)."""
    header = len(rows[0]).to_bytes(4) + len(rows).to_bytes(4) + bytes((8, 3, 0, 0, 0))
    packed = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    parts = ((b"IHDR", header), (b"PLTE", palette), (b"IDAT", packed), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4) for name, data in parts
    )


router = APIRouter()


@router.get("/weave/{name}.png")
async def picture(request: Request, name: str) -> Response:
    """A strip or a cloth, of the house or of a maker whose piece is on the shelf; otherwise 404."""
    view = request.app.state.kiosk.gateway.picture
    makers = [HOUSE, *(slot.maker for slot in view.slots)] if view else [HOUSE]
    digest, _, part = name.partition("-")
    found = next((seen for seen in map(woven, makers) if seen.name == digest), None)
    if found is None or part not in ("", "cloth"):
        raise HTTPException(404)
    return Response(found.cloth if part else found.strip, media_type="image/png", headers=HEADERS)
