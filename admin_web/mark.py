"""A mark that two screens show at the same time, so that a person sees that they speak of the same phone."""

import hashlib
from dataclasses import dataclass

SHAPES = ("sun", "moon", "star", "leaf", "drop", "bird", "hill", "seed")
COLOURS = ("indigo", "moss", "cochineal", "nogal", "ink", "dusk")


@dataclass(frozen=True, slots=True)
class Mark:
    """One of 48: a shape to draw (`templates/drawings.html`) in a colour of the tokens."""

    shape: str
    colour: str


def mark(phone: str) -> Mark:
    """The mark of a phone's name, everywhere and always the same."""
    digest = hashlib.sha256(b"mark " + phone.encode()).digest()
    return Mark(SHAPES[digest[0] % len(SHAPES)], COLOURS[digest[1] % len(COLOURS)])
