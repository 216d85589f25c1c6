"""Photos from the media folder: only from there, only pictures, only by a plain file name."""

import re
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException

KINDS = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".svg": "image/svg+xml",
}
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
HEADERS = {
    "Cache-Control": "max-age=60",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
}
"""A drawing may style itself, but it may run nothing and load nothing, even when somebody opens it by itself."""

router = APIRouter()


@router.get("/media/{name}")
async def photo(request: Request, name: str) -> Response:
    """One photo, or 404."""
    found = find(request.app.state.media, name)
    if found is None:
        raise HTTPException(404)
    return FileResponse(found, media_type=KINDS[found.suffix.lower()], headers=HEADERS)


def find(folder: Path, name: str) -> Path | None:
    """The file of that name, if it is a picture that truly lies in the folder: no path, no link that leads out."""
    if not NAME.fullmatch(name):
        return None
    file = (folder / name).resolve()
    inside = file.parent == folder.resolve()
    return file if inside and file.suffix.lower() in KINDS and file.is_file() else None
