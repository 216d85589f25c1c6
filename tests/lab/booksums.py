"""What a machine's own books say, in the form of the lab's read model: an accountant who has never seen how that is made.

Days, tallies, claims, the shelf and balances are the books' own; what they do not keep is counted from the facts by SQL.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from controller.ledger.connection import open_readonly
from controller.ledger.reports import when
from lab.store import Store
from lab.store.base import Found

BOOKS = {
    "an account's days": (
        "SELECT day, account, pieces, earned_cents, paid_cents FROM days WHERE pieces OR earned_cents OR paid_cents"
    ),
    "what was inserted": "SELECT coalesce(sum(cents), 0) FROM tallies WHERE kind = 'inserted'",
    "what was sold": "SELECT coalesce(sum(facts), 0), coalesce(sum(cents), 0) FROM tallies WHERE kind = 'sold'",
    "what was returned": "SELECT coalesce(sum(cents), 0) FROM tallies WHERE kind = 'returned'",
    "what was taken back": "SELECT coalesce(sum(facts), 0), coalesce(sum(cents), 0) FROM tallies WHERE kind = 'taken-back'",
    "open claims": "SELECT account, cents, place FROM claims",
    "the shelf": (
        "SELECT slot, product, maker, price_cents, quantity, capacity, coalesce(closed, '')"
        " FROM slots JOIN products USING (product)"
    ),
    "over and short": "SELECT coalesce(-sum(cents), 0) FROM balances WHERE account = 'over_short'",
    "sales by product and slot": (
        "SELECT body ->> 'product', body ->> 'maker', body ->> 'slot', count(*), sum(body ->> 'price_cents')"
        " FROM facts WHERE type = 'Sold' GROUP BY 1, 2, 3"
    ),
    "failed vends by reason": "SELECT body ->> 'reason', count(*) FROM facts WHERE type = 'VendFailed' GROUP BY 1",
    "doubts": "SELECT count(*), coalesce(sum(body ->> 'price_cents'), 0) FROM facts WHERE type = 'VendInDoubt'",
    "pay": (
        "SELECT substr(account, 7), sum(paid_cents) FROM days WHERE account LIKE 'maker:%' GROUP BY 1"
        " HAVING sum(paid_cents) <> 0"
    ),
    "money by phone that is not settled": (
        "SELECT count(*) FROM facts AS asked WHERE type = 'PaymentAsked' AND NOT EXISTS (SELECT 1 FROM facts AS later"
        " WHERE later.type IN ('PaymentTaken', 'PaymentDropped', 'PaymentLate')"
        " AND later.body ->> 'payment_id' = asked.body ->> 'payment_id')"
    ),
    "clocks": "SELECT boot_id, offset_ms, trusted FROM clocks",
}
MODEL = {
    "an account's days": (
        "SELECT day, account, pieces, earned_cents, paid_cents FROM account_days"
        " WHERE machine = ? AND (pieces <> 0 OR earned_cents <> 0 OR paid_cents <> 0)"
    ),
    "what was inserted": "SELECT coalesce(sum(inserted_cents), 0) FROM machine_days WHERE machine = ?",
    "what was sold": "SELECT coalesce(sum(sold), 0), coalesce(sum(sold_cents), 0) FROM means_days WHERE machine = ?",
    "what was returned": "SELECT coalesce(sum(returned_cents), 0) FROM machine_days WHERE machine = ?",
    "what was taken back": (
        "SELECT coalesce(sum(taken_back), 0), coalesce(sum(taken_back_cents), 0) FROM piece_days WHERE machine = ?"
    ),
    "open claims": "SELECT what, cents, place FROM claims WHERE machine = ? AND to_ms IS NULL",
    "the shelf": "SELECT slot, product, maker, price_cents, quantity, capacity, closed FROM shelf WHERE machine = ?",
    "over and short": "SELECT coalesce(sum(counted_cents - expected_cents), 0) FROM cash WHERE machine = ?",
    "sales by product and slot": (
        "SELECT product, maker, slot, count(*), sum(price_cents) FROM sales WHERE machine = ? AND outcome = 'sold'"
        " GROUP BY 1, 2, 3"
    ),
    "failed vends by reason": (
        "SELECT reason, count(*) FROM sales WHERE machine = ? AND outcome = 'failed' GROUP BY reason"
    ),
    "doubts": "SELECT coalesce(sum(doubts), 0), coalesce(sum(doubt_cents), 0) FROM machine_days WHERE machine = ?",
    "pay": "SELECT maker, sum(cents) FROM payouts WHERE machine = ? GROUP BY maker",
    "money by phone that is not settled": "SELECT count(*) FROM payments WHERE machine = ? AND outcome = 'asked'",
    "clocks": "SELECT boot, offset_ms, trusted FROM starts WHERE machine = ?",
}


def books(path: Path) -> dict[str, list[Any]]:
    """Every question answered by the machine's books."""
    with closing(sqlite3.connect(path)) as db:
        return {name: sorted(db.execute(sql).fetchall(), key=repr) for name, sql in BOOKS.items()}


def moments(path: Path) -> list[Found]:
    """When every vend ended, as the machine shows it, and whether that is certain."""
    with closing(open_readonly(path)) as db:
        ended = "SELECT seq FROM facts WHERE type IN ('Sold', 'VendFailed', 'VendInDoubt') ORDER BY seq"
        shown = [(seq, when(db, seq)) for (seq,) in db.execute(ended).fetchall()]
        return [(seq, moment.wall_ms, int(moment.certain)) for seq, moment in shown if moment]


def model(store: Store, machine: str) -> dict[str, list[Found]]:
    """Every question answered by the lab."""
    with store.reading() as reading:
        return {name: sorted(reading.rows(sql, machine), key=repr) for name, sql in MODEL.items()}


def agrees_with_itself(store: Store, machine: str) -> None:
    """The same pieces and cents stand in every table that counts sales, day by day."""
    per_day = "SELECT day, sum(sold), sum(sold_cents) FROM {} WHERE machine = ? AND sold <> 0 GROUP BY day ORDER BY day"
    with store.reading() as reading:
        answers = [
            reading.rows(per_day.format(table), machine) for table in ("machine_days", "piece_days", "means_days")
        ]
        settled = "SELECT count(*) FROM sales WHERE machine = ? AND later IN ('delivered', 'by-hand')"
        vends = "SELECT count(*) FROM sales WHERE machine = ? AND outcome = 'sold'"
        ((late,),), ((sold,),) = reading.rows(settled, machine), reading.rows(vends, machine)
        ((hours,),) = reading.rows("SELECT coalesce(sum(sold), 0) FROM hour_days WHERE machine = ?", machine)
    assert answers[0] == answers[1] == answers[2]
    assert sum(pieces for _, pieces, _ in answers[0]) == sold + late
    assert hours == sold
