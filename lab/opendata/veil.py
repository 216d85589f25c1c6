"""The veil over people: pseudonyms that nobody can guess, groups too small to stand alone, words that only we have chosen.

A pseudonym is made of a maker's id with a key of 256 random bits (HMAC-SHA-256, RFC 2104). The key is made once and lies in
the lab's own store: a pseudonym stays the same, and without the key nobody can try names until one fits. A maker's consent to
stand on the map is no consent to show her income, so in open data everybody is veiled.

A maker who has sold fewer than `SMALL` pieces at a machine, and all of them where fewer than `SMALL` makers have, would be
known by the little there is: they are `otras` together. The groups are made over everything there is, whatever days somebody
asks for, so that nobody can reckon one out of two answers. What a product is called tells who made it, so it is veiled too.
"""

import hashlib
import hmac
import re
import secrets
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from lab.store.base import Reading, Store

SMALL = 5
"""The smallest group that stands alone, as statistical offices have it: three to ten are usual."""
OTHERS = "otras"
OTHER = "otro"
ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
"""Without the signs that one takes for another."""
SIGNS = 8
KEY = "pseudonyms"
"""The key's name in the table `lab`."""
_KEY = "SELECT value FROM lab WHERE key = ?"
_WORD = re.compile(r"[a-z][a-z0-9_-]{0,31}")


@dataclass(frozen=True, slots=True)
class Veil:
    """`alone` are the makers, by machine and id, who have a pseudonym of their own."""

    key: bytes
    alone: frozenset[tuple[str, str]]

    def maker(self, machine: str, maker: str) -> str:
        """`costurera-7KQ2MX4D`, or `otras`."""
        if (machine, maker) not in self.alone:
            return OTHERS
        return f"costurera-{self._signs('maker', machine, maker)}"

    def product(self, machine: str, product: str, maker: str) -> str:
        """`prenda-…`, or `otras` where its maker is."""
        return f"prenda-{self._signs('product', machine, product)}" if (machine, maker) in self.alone else OTHERS

    def _signs(self, *of: str) -> str:
        number = int.from_bytes(hmac.digest(self.key, "\0".join(of).encode(), hashlib.sha256))
        signs = []
        for _ in range(SIGNS):
            number, place = divmod(number, len(ALPHABET))
            signs.append(ALPHABET[place])
        return "".join(signs)


def key(store: Store) -> bytes:
    """The lab's key, made when it is first needed. Raises StoreError."""
    with store.reading() as reading:
        found = reading.rows(_KEY, KEY)
    if not found:
        with store.changing(KEY) as tables:
            made = secrets.token_hex(32)
            tables.run("INSERT INTO lab VALUES (?, ?) ON CONFLICT (key) DO NOTHING", KEY, made)
            found = tables.rows(_KEY, KEY)
    return bytes.fromhex(found[0][0])


def veil(reading: Reading, secret: bytes) -> Veil:
    """The veil over the lab as it is at this moment. Raises StoreError."""
    sold: dict[str, dict[str, int]] = defaultdict(dict)
    query = "SELECT machine, maker, sum(sold) FROM piece_days WHERE maker <> '' GROUP BY machine, maker"
    for machine, maker, pieces in reading.rows(query):
        sold[machine][maker] = pieces
    alone = {(machine, maker) for machine, makers in sold.items() if len(makers) >= SMALL for maker in apart(makers)}
    return Veil(secret, frozenset(alone))


def apart(counts: Mapping[str, int]) -> set[str]:
    """Those that may stand alone. The smaller ones are one group together, which takes the next smallest until it is no
    small group itself; of equals the first by name goes first.
    """
    rising = sorted(counts, key=lambda name: (counts[name], name))
    grouped = 0
    for place, name in enumerate(rising):
        if counts[name] >= SMALL and (not place or grouped >= SMALL):
            return set(rising[place:])
        grouped += counts[name]
    return set()


def word(told: str, known: Mapping[str, str]) -> str:
    """A code of the controller in Spanish. An unknown one stays as it is when it is one plain word; else it is `otro`."""
    return known.get(told) or (told if _WORD.fullmatch(told) else OTHER)
