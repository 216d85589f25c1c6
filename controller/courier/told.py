"""How the sync stands, for a technician and for `minga sync`: what waits, since when, and what the lab has said."""

import sqlite3
from dataclasses import dataclass

from controller.courier.memory import Memory
from controller.courier.post import Line
from controller.domain.outbox import Aside, Outbox
from controller.ledger.outbox import written_ms


@dataclass(frozen=True, slots=True)
class Told:
    """All times are milliseconds since 1970 by the machine's clock."""

    broker: str
    facts: int
    held: int
    """The lab holds everything up to this fact, as far as is known here."""
    waits: int
    oldest_ms: int | None
    """When the oldest fact that waits was written."""
    heard_ms: int | None
    """When the lab answered last."""
    line: Line
    quarantined: int
    """How many facts the lab has refused."""
    refused: tuple[Aside, ...]


def told(db: sqlite3.Connection | None, broker: str, outbox: Outbox, memory: Memory, line: Line) -> Told:
    """Everything together. The books say how old the oldest is; without them nobody knows."""
    first = outbox.first_waiting
    oldest_ms = written_ms(db, first) if first and db else None
    return Told(
        broker,
        outbox.end,
        outbox.acked,
        outbox.waits,
        oldest_ms,
        memory.heard_ms,
        line,
        outbox.quarantined,
        outbox.asides,
    )
