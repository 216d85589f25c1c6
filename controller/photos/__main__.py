"""The process in which one stranger's file is decoded: reads it from its input, writes the tile and the hero, and ends.

It takes its limits itself, before it loads any decoder: memory, seconds of work, bytes it may write. Its answer is one line
of JSON, then the bytes of both pictures. A file that breaks it breaks nothing else.
"""

import json
import os
import resource
import sys

from controller.photos.limits import MEMORY_BYTES, OUTPUT_BYTES, POLITE, WORK_S
from controller.photos.refusal import PhotoRefused


def main() -> None:
    """One file in, one answer out. Any end without an answer means that the file is damaged, or was too much."""
    os.nice(POLITE)
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, WORK_S),
        (resource.RLIMIT_FSIZE, OUTPUT_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    from controller.photos.drawing import draw

    try:
        tile, hero = draw(sys.stdin.buffer.read())
        _answer({"tile": len(tile)}, tile + hero)
    except PhotoRefused as refused:
        _answer({"code": refused.code, **refused.fields})
    except MemoryError:
        _answer({"code": "too-much"})


def _answer(told: dict[str, int | str], pictures: bytes = b"") -> None:
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + pictures)


if __name__ == "__main__":
    main()
