"""A voice for a page: somebody has read it aloud, for whoever would rather listen than read.

There is a place for a recording of every page and none of them is needed. It lies in the folder of photos, under `audio`,
and is found by its name: `PAGE.LANGUAGE.ogg`, or `.mp3`. A Kichwa page without one of its own speaks Spanish, as it does in
writing. Nothing else that may lie there is ever served.
"""

import re
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException

from admin_web.words import LANGUAGES, Words

BYTES_MAX = 4_000_000
"""Some four minutes of speech at 128 kbit/s; whatever is larger is no page read aloud."""
KINDS = {"ogg": "audio/ogg", "mp3": "audio/mpeg"}
NAME = re.compile(rf"[a-z0-9-]{{1,40}}\.(?:{'|'.join(LANGUAGES)})\.({'|'.join(KINDS)})")
HEADERS = {
    "Cache-Control": "max-age=300",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}
"""A recording may be made again under its name, so a browser soon asks for it anew."""


def recording(media: Path, page: str, words: Words) -> str:
    """The address of the recording of this page in the reader's language; empty where nobody has made one."""
    tongues = dict.fromkeys(lang.partition("-")[0] for lang in (words.lang, words.mostly))
    names = (f"{page}.{tongue}.{kind}" for tongue in tongues for kind in KINDS)
    return next((f"/audio/{name}" for name in names if find(media, name)), "")


def find(media: Path, name: str) -> Path | None:
    """The file of that name, if it is a recording that truly lies in the folder: no path, no link, nothing too large."""
    file = media / "audio" / name
    if not NAME.fullmatch(name) or file.is_symlink() or not file.is_file():
        return None
    return file if 0 < file.stat().st_size <= BYTES_MAX else None


router = APIRouter()


@router.get("/audio/{name}")
async def audio(request: Request, name: str) -> Response:
    """One recording, whole or in pieces as a browser asks for them; or 404."""
    found = find(request.app.state.media, name)
    if found is None:
        raise HTTPException(404)
    return FileResponse(found, media_type=KINDS[found.suffix[1:]], headers=HEADERS)
