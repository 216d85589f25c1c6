"""What people and products are called on the lab's pages: a maker's own name only where she has agreed, else a pseudonym.

A pseudonym is four signs made of her id and of the hash of the machine's first fact: always the same for the same person, and
worth nothing to whoever does not have that machine's books. It hides a name from a screen; it does not make open data.
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

from lab.store.base import Reading

ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
"""Without the signs that one takes for another."""
SIGNS = 4


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one machine: `agreed` of makers, `products` by id; `key` is the hash of its first fact."""

    agreed: dict[str, str]
    products: dict[str, str]
    key: bytes

    def product(self, product: str) -> str:
        return self.products.get(product, product)

    def maker(self, maker: str) -> str:
        """Her name, if she has agreed; else empty."""
        return self.agreed.get(maker, "")

    def pseudonym(self, maker: str) -> str:
        return pseudonym(self.key, maker)


def names(reading: Reading, machine: str, meta: dict[str, Any]) -> Names:
    """The names that a machine has told in its `Meta`. Raises StoreError."""
    first = reading.rows("SELECT hash FROM facts WHERE machine = ? AND seq = 1 ORDER BY lost LIMIT 1", machine)
    key = bytes(first[0][0]) if first else machine.encode()
    agreed = {told["maker"]: told["name"] for told in meta.get("makers") or ()}
    products = {told["product"]: told["name"] for told in meta.get("products") or ()}
    return Names(agreed, products, key)


def pseudonym(key: bytes, maker: str) -> str:
    """Four signs for a person of this machine."""
    number = int.from_bytes(hmac.digest(key, maker.encode(), hashlib.sha256))
    signs = []
    for _ in range(SIGNS):
        number, place = divmod(number, len(ALPHABET))
        signs.append(ALPHABET[place])
    return "".join(signs)
