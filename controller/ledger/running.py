"""Running results: tallies, days, clocks and wish ids, kept in the same transaction as the facts they are derived from.

A commit touches only the tables its facts need: each is another page on the card. When a start's clock is set, the days of
what it wrote before are moved in the same transaction; the facts themselves stay as they are.
"""

import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from controller.domain.accounts import COINBOX
from controller.domain.chain import Stamp
from controller.domain.facts import AssemblyFact, Fact, GovernanceFact, Restored
from controller.domain.times import BootClock, heard
from controller.ledger.connection import DatabaseError
from controller.ledger.daybook import COUNTED, Daybook, add, day_lines, day_of, local_day, tallied
from controller.ledger.forms import read_fact

_ADD_TALLY = (
    "INSERT INTO tallies VALUES (?, 1, ?)"
    " ON CONFLICT (kind) DO UPDATE SET facts = facts + 1, cents = cents + excluded.cents"
)
_ADD_DAY = (
    "INSERT INTO days VALUES (?, ?, ?, ?, ?) ON CONFLICT (day, account) DO UPDATE SET pieces = pieces + excluded.pieces,"
    " earned_cents = earned_cents + excluded.earned_cents, paid_cents = paid_cents + excluded.paid_cents"
)
_BOX = (
    "SELECT type FROM facts WHERE type IN ('CreditTaken', 'CashCounted')"
    " AND coalesce(body ->> '$.place', 'coinbox') = ? ORDER BY seq DESC"
)
"""Coins were booked before anybody wrote where they lie: those went into the cash box."""
_COUNTED = f"type IN ({', '.join(map(repr, COUNTED))})"


@dataclass(frozen=True, slots=True)
class Boot:
    """One start of the controller, as far as its clock is known; None before its first fact."""

    boot_id: int
    clock: BootClock | None


def boot(db: sqlite3.Connection, boot_id: int) -> Boot:
    """What the books know of this start."""
    row = db.execute("SELECT offset_ms, trusted FROM clocks WHERE boot_id = ?", [boot_id]).fetchone()
    return Boot(boot_id, BootClock(row[0], bool(row[1])) if row else None)


def keep(db: sqlite3.Connection, zone: ZoneInfo, now: Boot, seq: int, stamp: Stamp, fact: Fact) -> Boot:
    """Add one fact, number `seq`, to the running results; `now` is its start, and what comes back is that start after it."""
    clock = heard(now.clock, stamp.clock, fact)
    if clock != now.clock:
        _set_clock(db, zone, now, seq, clock)
    if wish_id := getattr(fact, "wish_id", ""):
        db.execute("INSERT INTO wishes VALUES (?, ?)", (wish_id, seq))
    if isinstance(fact, AssemblyFact):
        db.execute("INSERT INTO assembly VALUES (?)", [seq])
    if isinstance(fact, GovernanceFact | Restored):
        db.execute("INSERT INTO governance VALUES (?)", [seq])
    if tally := tallied(fact):
        db.execute(_ADD_TALLY, tally)
    if lines := day_lines(fact):
        day = day_of(stamp, clock, zone)
        db.executemany(_ADD_DAY, [(day, line.account, *line.figures) for line in lines])
    return Boot(stamp.boot_id, clock)


def _set_clock(db: sqlite3.Connection, zone: ZoneInfo, now: Boot, seq: int, clock: BootClock) -> None:
    if now.clock is None:
        db.execute("INSERT INTO clocks VALUES (?, ?, ?, ?)", (now.boot_id, seq, clock.offset_ms, clock.trusted))
        return
    set_to = (clock.offset_ms, clock.trusted, now.boot_id)
    db.execute("UPDATE clocks SET offset_ms = ?, trusted = ? WHERE boot_id = ?", set_to)
    _move_days(db, zone, now.boot_id, seq, now.clock, clock)


def _move_days(
    db: sqlite3.Connection, zone: ZoneInfo, boot_id: int, seq: int, before: BootClock, after: BootClock
) -> None:
    """Put what this start wrote before fact `seq`, while nobody trusted its clock, into its days by the new one."""
    moved: dict[tuple[int, str], tuple[int, int, int]] = {}
    rows = db.execute(
        f"SELECT mono_ms, type, body FROM facts WHERE {_COUNTED} AND NOT trusted AND boot_id = ? AND seq < ?"
        " AND seq >= (SELECT first_seq FROM clocks WHERE boot_id = ?)",
        (boot_id, seq, boot_id),
    )
    for mono_ms, kind, body in rows:
        old, new = (local_day(clock.at(mono_ms).wall_ms, zone) for clock in (before, after))
        if old != new:
            for line in day_lines(read_fact(kind, body)):
                add(moved, old, line, -1)
                add(moved, new, line)
    db.executemany(_ADD_DAY, [(*key, *figures) for key, figures in moved.items()])
    nothing = "DELETE FROM days WHERE day = ? AND account = ? AND pieces = 0 AND earned_cents = 0 AND paid_cents = 0"
    db.executemany(nothing, moved)


def coins_in_box(db: sqlite3.Connection, most: int) -> int:
    """How many coins came into the cash box since it was last counted, as far as `most`: the facts alone say it.

    They are read from the newest one back, so that it takes as long as a full box, and not as long as the books.
    """
    coins = 0
    if most:
        for (kind,) in db.execute(_BOX, [COINBOX]):
            coins += kind == "CreditTaken"
            if kind == "CashCounted" or coins >= most:
                break
    return coins


# All of it again, from the facts


def derive(db: sqlite3.Connection, zone: ZoneInfo) -> None:
    """Write tallies, clocks and days anew. A fact that cannot be understood counts for nothing: the auditor names it."""
    clocks = clocks_from(db)
    book = Daybook(zone, {boot_id: clock for boot_id, (_, clock) in clocks.items()})
    for *stamp, kind, body in db.execute(
        f"SELECT boot_id, mono_ms, wall_ms, trusted, type, body FROM facts WHERE {_COUNTED} ORDER BY seq"
    ):
        with suppress(ValueError):
            book.count(Stamp(*stamp), read_fact(kind, body))
    for table in ("clocks", "tallies", "days"):
        db.execute(f"DELETE FROM {table}")
    rows = [(boot_id, seq, clock.offset_ms, clock.trusted) for boot_id, (seq, clock) in clocks.items()]
    db.executemany("INSERT INTO clocks VALUES (?, ?, ?, ?)", rows)
    db.executemany("INSERT INTO tallies VALUES (?, ?, ?)", [(name, *tally) for name, tally in book.tallies.items()])
    db.executemany("INSERT INTO days VALUES (?, ?, ?, ?, ?)", [(*key, *day) for key, day in book.days.items()])


def clocks_from(db: sqlite3.Connection) -> dict[int, tuple[int, BootClock]]:
    """Of every start its first fact and its clock, by the facts alone."""
    clocks: dict[int, tuple[int, BootClock]] = {}
    for seq, boot_id, mono_ms, wall_ms, trusted, body in db.execute(
        "SELECT seq, boot_id, mono_ms, wall_ms, trusted, iif(type = 'ClockSet', body, NULL) FROM facts ORDER BY seq"
    ):
        first_seq, clock = clocks.get(boot_id, (seq, None))
        if clock is None or body or (trusted and not clock.trusted):
            stamped = BootClock(wall_ms - mono_ms, bool(trusted))
            clocks[boot_id] = first_seq, heard(clock, stamped, _clock_set(body) if body else None)
    return clocks


def _clock_set(body: str) -> Fact | None:
    with suppress(ValueError):
        return read_fact("ClockSet", body)
    return None


def zone_of(db: sqlite3.Connection) -> ZoneInfo:
    """Where the days of these books begin and end."""
    return zone_called(db.execute("SELECT value FROM machine WHERE key = 'zone'").fetchone()[0])


def zone_called(name: str) -> ZoneInfo:
    """Raises DatabaseError for a name that no clock in the world keeps."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise DatabaseError(f"{name!r} is no time zone: write one like America/Guayaquil") from None


def settle_in(db: sqlite3.Connection, name: str) -> ZoneInfo:
    """Keep the days by this zone from now on, and bring those there are over. To be called in a transaction."""
    zone = zone_called(name)
    db.execute("INSERT OR REPLACE INTO machine VALUES ('zone', ?)", [name])
    derive(db, zone)
    return zone
