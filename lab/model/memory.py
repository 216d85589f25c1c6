"""What the fold must remember of a machine from one fact to the next: little, however long the machine lives.

It is kept as JSON beside the cursor and holds no times, so that a clock that is set later moves nothing in it.
"""

import json
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from lab.model.told import Unread

MOST = 5_000
"""Of slots, products, open claims and so on; a machine with more is not believed."""
UNDER_WAY_MAX = 8
CASH, VOUCHER, MIXED, UNKNOWN = "cash", "voucher", "mixed", "unknown"
"""What a piece was paid with, where it was not a wallet or a card by its name."""


class Vend(NamedTuple):
    """A vend under way: what it would sell, and what of it was paid by which means."""

    slot: str
    product: str
    maker: str
    retry_of: int | None
    parts: dict[str, int]

    @property
    def means(self) -> str:
        return next(iter(self.parts), UNKNOWN) if len(self.parts) <= 1 else MIXED


class Held(NamedTuple):
    """A slot as it is."""

    product: str
    quantity: int
    capacity: int
    closed: str


class Product(NamedTuple):
    maker: str
    price_cents: int


class Claim(NamedTuple):
    """An open claim: its row, and for a vend in doubt the row of that and what it would have sold."""

    seq: int
    sale: int
    slot: str = ""
    product: str = ""
    maker: str = ""
    means: str = UNKNOWN


@dataclass(slots=True)
class Memory:
    """The visitor's `purse` (cents by means), `vends` under way, `slots`, `products`, `claims` by their code, open `spans`
    by name, who has voted on each open proposal, `members` and their roles, and until which day each maker is paid."""

    purse: dict[str, int] = field(default_factory=dict)
    vends: dict[str, Vend] = field(default_factory=dict)
    slots: dict[str, Held] = field(default_factory=dict)
    products: dict[str, Product] = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)
    spans: dict[str, int] = field(default_factory=dict)
    proposals: dict[str, list[str]] = field(default_factory=dict)
    members: dict[str, list[str]] = field(default_factory=dict)
    paid_until: dict[str, int] = field(default_factory=dict)

    def put_in(self, means: str, cents: int) -> None:
        """Money became the visitor's credit."""
        self.purse[means] = self.purse.get(means, 0) + cents

    def take_out(self, cents: int, means: str = "") -> dict[str, int]:
        """Credit is used or goes back: what of it came by which means. Payments go first, being asked for what is missing."""
        parts = {}
        for name in [means] if means else sorted(self.purse, key=_payments_first):
            if part := min(cents, self.purse.get(name, 0)):
                parts[name] = part
                cents -= part
                self.purse[name] -= part
        self.purse = {name: left for name, left in self.purse.items() if left}
        return parts

    def starts(self, vend_id: int, vend: Vend) -> None:
        """One vend is under way at a time; those that never ended are forgotten."""
        self.vends[str(vend_id)] = vend
        if len(self.vends) > UNDER_WAY_MAX:
            del self.vends[next(iter(self.vends))]

    def as_json(self) -> str:
        return json.dumps({name: getattr(self, name) for name in self.__slots__}, separators=(",", ":"))


def room(things: dict[str, Any], name: str) -> None:
    """Raises Unread when one more would be more than a machine can have."""
    if name not in things and len(things) >= MOST:
        raise Unread(f"{name!r} is one too many")


def remembered(text: str) -> Memory:
    """What `as_json` has written; nothing yet when that is empty."""
    kept: dict[str, Any] = json.loads(text) if text else {}
    forms: dict[str, type[Any]] = {"vends": Vend, "slots": Held, "products": Product, "claims": Claim}
    for name, form in forms.items():
        kept[name] = {key: form(*values) for key, values in kept.get(name, {}).items()}
    return Memory(**kept)


def _payments_first(means: str) -> tuple[bool, bool, str]:
    return means == CASH, means == VOUCHER, means
