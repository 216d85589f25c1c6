"""The shelf as the books have it right now, for whoever stands before it with a phone: slots, the rule, the newest counts.

Read-only. A count is looked for among the newest facts only, since nobody undoes or repeats an older one.
"""

import sqlite3
from dataclasses import dataclass

from controller.domain.catalog import ALL, Closed, MakerId, ProductId, Slot, SlotId, SplitRule, on_the_glass
from controller.domain.facts import SlotCounted, Why
from controller.ledger.diary import when
from controller.ledger.forms import read_fact
from controller.ledger.stock import weights_from

LATELY = 500
"""A count that somebody may still undo is among so many newest facts."""
LONG = 20_000
"""So many facts are some weeks of a busy machine."""


@dataclass(frozen=True, slots=True)
class Count:
    """A count in the books: fact `seq`, what it says, and when it was written by the clock of its start, in milliseconds."""

    seq: int
    fact: SlotCounted
    wall_ms: int


def slots(db: sqlite3.Connection) -> tuple[Slot, ...]:
    """Every slot that holds a product, tray by tray, with its price in force."""
    rows = db.execute(
        "SELECT slot, slots.product, maker, price_cents, quantity, capacity, closed FROM slots JOIN products USING (product)"
    )
    found = (
        Slot(
            SlotId(slot), ProductId(product), MakerId(maker), price_cents, quantity, capacity, closed and Closed(closed)
        )
        for slot, product, maker, price_cents, quantity, capacity, closed in rows
    )
    return tuple(sorted(found, key=lambda slot: on_the_glass(slot.slot)))


def rule(db: sqlite3.Connection) -> SplitRule | None:
    """The rule in force; None before the assembly has approved one."""
    row = db.execute(
        "SELECT rule_id, weights, body ->> '$.bears' FROM rules JOIN facts ON seq = from_seq ORDER BY rule_id DESC LIMIT 1"
    ).fetchone()
    return SplitRule(row[0], weights_from(row[1]), row[2] or ALL) if row else None


def last_count(db: sqlite3.Connection, slot: str) -> Count | None:
    """The newest count of this slot, if it is a new one."""
    row = db.execute(
        "SELECT seq, body FROM facts WHERE seq > (SELECT max(seq) FROM facts) - ? AND type = 'SlotCounted'"
        " AND body ->> '$.slot' = ? ORDER BY seq DESC LIMIT 1",
        (LATELY, slot),
    ).fetchone()
    if row is None:
        return None
    fact, moment = read_fact("SlotCounted", row[1]), when(db, row[0])
    assert isinstance(fact, SlotCounted)
    assert moment is not None
    return Count(row[0], fact, moment.wall_ms)


def looked_at(db: sqlite3.Connection) -> dict[str, int]:
    """When each slot was last counted without anything being done to it (`Why.COUNTED`), in milliseconds of wall time."""
    rows = db.execute(
        "SELECT body ->> '$.slot', max(seq) FROM facts WHERE seq > (SELECT max(seq) FROM facts) - ?"
        " AND type = 'SlotCounted' AND body ->> '$.why' = ? GROUP BY 1",
        (LONG, Why.COUNTED),
    ).fetchall()
    moments = {slot: when(db, seq) for slot, seq in rows}
    return {slot: moment.wall_ms for slot, moment in moments.items() if moment}
