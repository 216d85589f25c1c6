"""The books by days: what each account earned and was paid, what was sold, and when a fact was written.

Days and times are those of the zone the books keep. A day is certain unless a start whose clock nobody vouched for wrote
something on it: those sales may belong to another day. They are moved to it as soon as that clock is set.
"""

import sqlite3
from dataclasses import dataclass
from datetime import date, datetime

from controller.domain.times import BootClock, Moment
from controller.ledger.daybook import as_date, day_number, local_day
from controller.ledger.running import zone_of

_ASKED = "SELECT seq FROM facts WHERE type = 'PaymentAsked' AND body ->> '$.payment_id' = ? ORDER BY seq DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class DayTotals:
    """One account's day: `pieces` of whose prices it `earned` a part, less what was taken back; what it was `paid` out."""

    day: date
    pieces: int
    earned_cents: int
    paid_cents: int
    certain: bool


@dataclass(frozen=True, slots=True)
class DaySales:
    """One day of the machine: pieces sold less those taken back, and their prices."""

    day: date
    pieces: int
    sold_cents: int
    certain: bool


def day_totals(db: sqlite3.Connection, account: str, first_day: date, last_day: date) -> list[DayTotals]:
    """The days of an account such as `maker:rosa` from the first to the last one, without those on which nothing was."""
    rows = db.execute(
        "SELECT day, pieces, earned_cents, paid_cents FROM days WHERE day BETWEEN ? AND ? AND account = ? ORDER BY day",
        (day_number(first_day), day_number(last_day), account),
    ).fetchall()
    unsure = _uncertain(db, first_day, last_day)
    return [
        DayTotals(as_date(day), pieces, earned_cents, paid_cents, day not in unsure)
        for day, pieces, earned_cents, paid_cents in rows
    ]


def sales_by_day(db: sqlite3.Connection, first_day: date, last_day: date) -> list[DaySales]:
    """What was sold from the first day to the last, without days on which nothing was. Every price is whole in its parts."""
    rows = db.execute(
        "SELECT day, sum(iif(account GLOB 'maker:*', pieces, 0)), sum(earned_cents) FROM days WHERE day BETWEEN ? AND ?"
        " GROUP BY day HAVING max(pieces <> 0 OR earned_cents <> 0) ORDER BY day",
        (day_number(first_day), day_number(last_day)),
    ).fetchall()
    unsure = _uncertain(db, first_day, last_day)
    return [DaySales(as_date(day), pieces, sold_cents, day not in unsure) for day, pieces, sold_cents in rows]


def when(db: sqlite3.Connection, seq: int) -> Moment | None:
    """When fact `seq` was written, as far as is known today; None when there is no such fact."""
    row = db.execute(
        "SELECT offset_ms, clocks.trusted, mono_ms, wall_ms, facts.trusted FROM facts JOIN clocks USING (boot_id)"
        " WHERE seq = ?",
        [seq],
    ).fetchone()
    return BootClock(row[0], bool(row[1])).shows(row[2], row[3], bool(row[4])) if row else None


def asked_for(db: sqlite3.Connection, payment_id: int) -> Moment | None:
    """When this payment was written down, before its provider was asked; None when it never was."""
    row = db.execute(_ASKED, [payment_id]).fetchone()
    return when(db, row[0]) if row else None


def told(db: sqlite3.Connection, moment: Moment) -> str:
    """A moment in local time, as people read it, and a word when it is not certain."""
    try:
        local = datetime.fromtimestamp(moment.wall_ms // 1_000, zone_of(db)).replace(tzinfo=None)
    except (ValueError, OverflowError, OSError):
        return "a time no calendar reaches"
    return local.isoformat(" ", "minutes") + ("" if moment.certain else " (the clock was not set)")


def _uncertain(db: sqlite3.Connection, first_day: date, last_day: date) -> set[int]:
    """Of these days those on which starts have written whose clocks were never set."""
    zone, first, last = zone_of(db), day_number(first_day), day_number(last_day)
    rows = db.execute(
        "SELECT offset_ms, began.mono_ms, ended.mono_ms FROM (SELECT offset_ms, trusted, first_seq,"
        " lead(first_seq, 1, (SELECT max(seq) + 1 FROM facts)) OVER (ORDER BY first_seq) - 1 AS last_seq FROM clocks)"
        " AS starts"
        " JOIN facts AS began ON began.seq = first_seq JOIN facts AS ended ON ended.seq = last_seq WHERE NOT starts.trusted"
    ).fetchall()
    spans = [[local_day(offset_ms + mono_ms, zone) for mono_ms in at] for offset_ms, *at in rows]
    return {day for began, ended in spans for day in range(max(first, began), min(last, ended) + 1)}
