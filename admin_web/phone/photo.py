"""A photo from a phone's camera: the only thing sent here that is larger than a few words, so it has a door of its own.

The file is read only once the room has let its phone in, never more than `UPLOAD_BYTES_MAX` of it, and only a few at a time.
It is drawn anew in a process of its own (`controller.photos`); what a decoder does with a hostile file stays there.
"""

import logging
from dataclasses import dataclass, field
from threading import BoundedSemaphore

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from admin_web.media import find
from admin_web.phone.forms import CHARS_MAX
from admin_web.phone.place import place
from controller.photos import PhotoRefused, keep, prepare

UPLOAD_BYTES_MAX = 24_000_000
"""The album says itself that more than 20 MB are too many; above this nobody listens to the end."""
UPLOADS_MAX = 2
"""So many files are on their way in at a time: they wait on the card, which the books need too."""
FIELDS_MAX = 8
UNREADABLE = 400
"""What Starlette says of a form that did not arrive whole."""

log = logging.getLogger(__name__)
_turn = BoundedSemaphore(UPLOADS_MAX)


@dataclass(frozen=True, slots=True)
class Sent:
    """What came: the other fields of the form, and the photo's name in the album, empty when no file was chosen.

    `refused` is the code of `PhotoRefused` for a file that is none, as a word of the catalogue's section `told`.
    """

    fields: dict[str, str] = field(default_factory=dict)
    photo: str = ""
    refused: str = ""


async def sent(request: Request) -> Sent:
    """The form with a file called `photo`. Raises HTTPException 413 for one above `UPLOAD_BYTES_MAX`."""
    if not _turn.acquire(blocking=False):
        return Sent(refused="photo-busy")
    try:
        async with request.form(max_files=1, max_fields=FIELDS_MAX) as form:
            fields = {name: text.strip()[:CHARS_MAX] for name, text in form.items() if isinstance(text, str)}
            file = form.get("photo")
            if not isinstance(file, UploadFile) or not file.filename:
                return Sent(fields)
            return await _kept(request, fields, await file.read())
    except HTTPException as error:
        if error.status_code != UNREADABLE:
            raise
        return Sent(refused="photo-broken")
    finally:
        _turn.release()


async def _kept(request: Request, fields: dict[str, str], file: bytes) -> Sent:
    folder = place(request).config.machine.media
    try:
        return Sent(fields, await run_in_threadpool(lambda: keep(folder, prepare(file))))
    except PhotoRefused as refused:
        log.info("a photo was refused: %s", refused)
        return Sent(fields, refused=f"photo-{refused.code}")


def known(request: Request, name: str) -> str:
    """This name, if there is such a photo in the album; otherwise none."""
    return name if find(place(request).config.machine.media, name) else ""
