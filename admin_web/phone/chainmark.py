"""A hash that two people can compare over a table: a drawing, five words, and the beginning of the hash.

The words and the drawing are made of the hash alone, so two phones that show the same ones have seen the same books, as
far as chance goes (five words are one of a thousand million). Whoever doubts compares the whole hash. The words are Spanish
on every phone: they are names, not sentences.
"""

from dataclasses import dataclass

from admin_web.mark import Mark, mark
from admin_web.weave import Band, band

WORDS = (
    *("aguja", "ajo", "alpaca", "anillo", "arroz", "azul", "barro", "blusa"),
    *("bolso", "botas", "bufanda", "burro", "cabra", "cacao", "camino", "canela"),
    *("cebolla", "cerro", "cinta", "clavel", "colibrí", "cóndor", "costura", "cuy"),
    *("dedal", "delantal", "encaje", "espejo", "faja", "flauta", "gallo", "gato"),
    *("guitarra", "habas", "hilo", "hoja", "lana", "leche", "luna", "lluvia"),
    *("maíz", "manta", "maracuyá", "mesa", "miel", "mora", "nido", "nube"),
    *("ovillo", "panela", "papa", "pluma", "poncho", "quinua", "rebozo", "retazo"),
    *("río", "rosa", "sombrero", "tijera", "trenza", "trigo", "volcán", "zapato"),
)
"""Sixty-four, so that each is six bits."""
SAID = 5
SHORT_BYTES = 6
"""As on a receipt (`controller.ledger.receipt`)."""


@dataclass(frozen=True, slots=True)
class Seal:
    """What people see of a hash. `whole` is all of it, in groups of four."""

    words: tuple[str, ...]
    mark: Mark
    band: Band
    short: str
    whole: str


def seal(link: bytes) -> Seal:
    """The same for the same hash, everywhere and always."""
    number = int.from_bytes(link[:4], "big")
    said = tuple(WORDS[number >> shift & 63] for shift in range(32 - 6, 0, -6))
    return Seal(said, mark(link.hex()), band(link.hex()), grouped(link[:SHORT_BYTES].hex()), grouped(link.hex()))


def grouped(digits: str) -> str:
    """Four signs are read in one breath."""
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))
