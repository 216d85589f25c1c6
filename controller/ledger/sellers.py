"""Who sold each piece in the eyes of the tax office, by the facts: what held when it was sold, whatever was said later.

Few facts say it, and the table `assembly` numbers them. A RUC or cédula is in no fact: it can be forgotten.
"""

import sqlite3
from bisect import bisect
from collections import defaultdict
from dataclasses import dataclass, field

from controller.domain.facts import SellerSet
from controller.ledger.forms import read_fact

_SET = "SELECT seq, body FROM assembly JOIN facts USING (seq) WHERE type = 'SellerSet' ORDER BY seq"


@dataclass(frozen=True, slots=True)
class Sellers:
    """Of each maker, what was ever said of who sells her pieces, with the number of its fact, oldest first."""

    told: dict[str, list[tuple[int, SellerSet]]] = field(default_factory=dict)

    def at(self, maker: str, seq: int) -> SellerSet | None:
        """What held at fact `seq`; None when nobody had said anything yet."""
        told = self.told.get(maker, [])
        before = bisect(told, seq, key=lambda each: each[0])
        return told[before - 1][1] if before else None

    def now(self, maker: str) -> tuple[int, SellerSet] | None:
        """What holds, and since which fact; None when nobody has said anything."""
        told = self.told.get(maker)
        return told[-1] if told else None


def sellers(db: sqlite3.Connection) -> Sellers:
    """Everything that was said, from its few facts."""
    told: dict[str, list[tuple[int, SellerSet]]] = defaultdict(list)
    for seq, body in db.execute(_SET):
        fact = read_fact("SellerSet", body)
        assert isinstance(fact, SellerSet)
        told[fact.maker].append((seq, fact))
    return Sellers(dict(told))


def tax_id(db: sqlite3.Connection, maker: str) -> str:
    """Her RUC or cédula; empty when she has given none, or wants it forgotten."""
    row = db.execute("SELECT tax_id FROM tax_ids WHERE maker = ?", [maker]).fetchone()
    return str(row[0]) if row else ""
