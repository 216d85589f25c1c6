"""Photos of pieces and makers, and nothing else that may lie in the media folder but recordings (`admin_web.audio`).

Served are the names that `controller.photos` gives: they follow from what a photo shows, so a browser may keep one for ever,
and nobody who was not shown one can guess it.
"""

from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException

from admin_web import audio
from controller.photos import is_kept

HEADERS = {
    "Cache-Control": "max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}
"""It is a picture, whatever is in it: nothing in it runs or is loaded, even when somebody opens it by itself."""

router = APIRouter()
router.include_router(audio.router)


@router.get("/media/{name}")
async def photo(request: Request, name: str) -> Response:
    """One photo, or 404."""
    found = find(request.app.state.media, name)
    if found is None:
        raise HTTPException(404)
    return FileResponse(found, media_type="image/webp", headers=HEADERS)


def find(folder: Path, name: str) -> Path | None:
    """The file of that name, if it is a photo that truly lies in the folder: no path, no link that leads out."""
    file = folder / name
    return file if is_kept(name) and file.is_file() and not file.is_symlink() else None
