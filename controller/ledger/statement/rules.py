"""The rules that sales were shared by, as the assembly approved them: for whoever reads how a price was divided."""

import sqlite3
from collections.abc import Collection

from controller.domain.catalog import ALL, SplitRule
from controller.ledger.stock import weights_from

_RULES = "SELECT rule_id, weights, body ->> '$.bears' FROM rules JOIN facts ON seq = from_seq ORDER BY rule_id"


def rules_of(db: sqlite3.Connection, numbers: Collection[int]) -> tuple[SplitRule, ...]:
    """Those with these numbers, oldest first."""
    rows = db.execute(_RULES).fetchall() if any(numbers) else ()
    return tuple(SplitRule(row[0], weights_from(row[1]), row[2] or ALL) for row in rows if row[0] in numbers)
