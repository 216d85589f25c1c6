"""Why a file is not taken as a photo: a code and its numbers for whoever has a page's language, a sentence for a terminal."""

from controller.errors import MingaError

WORDS = {
    "empty": "the file is empty",
    "unreadable": "the file cannot be read: {why}",
    "too-heavy": "the file has more than {most_mb} MB",
    "not-a-photo": "this is no photo that can be shown; JPEG, PNG and WebP can",
    "heic": "this is a HEIC photo, as some phones take them; send it as JPEG",
    "too-many-pixels": "the photo has more than {most_mpx} million pixels; take it again at a smaller size",
    "too-small": "the photo is {width} × {height} pixels; at least {least} are needed each way",
    "broken": "the photo is damaged or did not arrive whole; send it again",
    "too-much": "the photo is too much work for this machine; take it again at a smaller size",
    "busy": "other photos are being looked at; try again in a moment",
    "no-room": "there is no room left for photos; the rest of the disk is kept for the books",
    "not-written": "the photo could not be written: {why}",
}


class PhotoRefused(MingaError):
    """No photo was made, and nothing was left anywhere. `code` is a key of `WORDS`, `fields` are what its words need."""

    def __init__(self, code: str, **fields: int | str) -> None:
        self.code, self.fields = code, fields
        super().__init__(WORDS[code].format(**fields))
