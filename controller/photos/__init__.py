"""Photos of pieces and faces: from whatever file somebody sends to two small pictures with nothing hidden in them.

    refusal    why a file is not taken, as a code for the pages and a sentence for a terminal
    making     the way in: looks at a file from outside, has it drawn anew in a process of its own (`prepare`)
    drawing    what happens in that process; the only file that knows Pillow
    __main__   that process: its limits, what it reads and writes
    album      the folder: names that follow from what a photo is, written whole or not at all (`keep`, `forget`, `large`)

Nobody decodes a stranger's file but that process, so the controller and the pages never load Pillow.
"""

from controller.photos.album import forget, is_kept, keep, large
from controller.photos.making import Photo, prepare, read
from controller.photos.refusal import PhotoRefused

__all__ = ["Photo", "PhotoRefused", "forget", "is_kept", "keep", "large", "prepare", "read"]
