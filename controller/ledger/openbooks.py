"""The journal as members read it: page by page by its numbers, by kinds of facts and by days. Nothing here writes.

Every look is bounded: whoever asks for a kind of fact that is rare gets an empty page that says from where to look on, so
that no phone makes the machine read ten years at once.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from itertools import islice

from controller.domain.accounts import natural
from controller.domain.facts import Fact
from controller.domain.times import BootClock, Moment
from controller.ledger.daybook import day_number, local_day
from controller.ledger.forms import read_fact
from controller.ledger.running import zone_of
from controller.ledger.statement.window import around

LOOKED_AT_MAX = 50_000
"""So many facts are looked at for one page."""
_ROWS = (
    "SELECT seq, mono_ms, wall_ms, facts.trusted, offset_ms, clocks.trusted, type, body, hex(prev), hex(hash) FROM facts"
    " CROSS JOIN clocks USING (boot_id) WHERE seq BETWEEN ? AND ?"
)
_COUNTED = (
    "SELECT coalesce(max(seq), 0) FROM wishes JOIN facts USING (seq)"
    " WHERE type = 'CashCounted' AND body ->> '$.place' = ?"
)
"""Every count has an id, and these are few."""
_LINES = "SELECT account, cents FROM postings WHERE seq = ? ORDER BY line"
_SINCE = "SELECT account, sum(cents) FROM postings WHERE seq > ? GROUP BY account"


@dataclass(frozen=True, slots=True)
class Entry:
    """Fact `seq` as it stands in the books: `at` is local time, None where no calendar reaches; `lines` are debits (positive)
    and credits in cents. `fact` is None when this Minga does not know its `kind` yet. Hashes are hexadecimal.
    """

    seq: int
    at: datetime | None
    certain: bool
    kind: str
    fact: Fact | None
    prev: str
    hash: str
    lines: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Leaf:
    """Entries, newest first. `newer` and `older` are the numbers from where to look on, None when there is nothing there."""

    entries: tuple[Entry, ...]
    newer: int | None = None
    older: int | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody wants to read: facts up to `upto`, of these `kinds` (all, without any), of one `day` or of any."""

    upto: int
    kinds: tuple[str, ...] = ()
    day: date | None = None


def newest(db: sqlite3.Connection) -> int:
    """The number of the newest fact."""
    return int(db.execute("SELECT coalesce(max(seq), 0) FROM facts").fetchone()[0])


def last_counted(db: sqlite3.Connection, place: str) -> int:
    """The fact by which this place was counted last; 0 when it never was."""
    return int(db.execute(_COUNTED, [place]).fetchone()[0])


def entry(db: sqlite3.Connection, seq: int) -> Entry | None:
    """One fact; None when there is none with this number."""
    return next(_read(db, _ROWS, (seq, seq)), None)


def leaf(db: sqlite3.Connection, choice: Choice, most: int, before: int = 0, after: int = 0) -> Leaf:
    """At most so many facts: the newest, or those just before fact `before`, or just after fact `after`."""
    first, last = _stretch(db, choice)
    if after:
        found = _found(db, choice, max(first, after + 1), last, most, "ASC")[::-1]
    else:
        found = _found(db, choice, first, min(last, before - 1) if before else last, most, "DESC")
    if not found:
        top = min(last, before - 1) if before else last
        rest = top - LOOKED_AT_MAX
        return Leaf((), None, rest + 1 if rest >= first else None)
    above = _found(db, choice, found[0].seq + 1, last, 1, "ASC")
    below = _found(db, choice, first, found[-1].seq - 1, 1, "DESC")
    far = found[-1].seq - LOOKED_AT_MAX > first
    return Leaf(tuple(found), found[0].seq if above else None, found[-1].seq if below or far else None)


def balances_at(db: sqlite3.Connection, seq: int) -> dict[str, int]:
    """Every account after fact `seq`, in cents as people read it: today's balance less all that came since."""
    since = dict(db.execute(_SINCE, [seq]).fetchall())
    rows = db.execute("SELECT account, cents FROM balances ORDER BY account")
    return {account: natural(account, cents - since.get(account, 0)) for account, cents in rows}


def _stretch(db: sqlite3.Connection, choice: Choice) -> tuple[int, int]:
    """The first and the last fact that may be meant; of a day a little too wide."""
    if choice.day is None:
        return 1, choice.upto
    seqs = around(db, choice.day, choice.day)
    return seqs.start, min(choice.upto, seqs.stop - 1)


def _found(db: sqlite3.Connection, choice: Choice, first: int, last: int, most: int, order: str) -> list[Entry]:
    if order == "ASC":
        last = min(last, first + LOOKED_AT_MAX - 1)
    else:
        first = max(first, last - LOOKED_AT_MAX + 1)
    marks = ", ".join("?" * len(choice.kinds))
    of_kinds = f" AND type IN ({marks})" if choice.kinds else ""
    day = day_number(choice.day) if choice.day else None
    return list(islice(_read(db, f"{_ROWS}{of_kinds} ORDER BY seq {order}", (first, last, *choice.kinds), day), most))


def _read(db: sqlite3.Connection, query: str, values: tuple[object, ...], day: int | None = None) -> Iterator[Entry]:
    """The facts of this day, or of any; of another day none is understood first, since there may be thousands."""
    zone = zone_of(db)
    for row in db.execute(query, values):
        seq, mono_ms, wall_ms, trusted, offset_ms, clock_trusted, *said = row
        moment = BootClock(offset_ms, bool(clock_trusted)).shows(mono_ms, wall_ms, bool(trusted))
        if day in (None, local_day(moment.wall_ms, zone)):
            yield _entry(db, seq, moment, zone, *said)


def _entry(
    db: sqlite3.Connection, seq: int, moment: Moment, zone: tzinfo, kind: str, body: str, prev: str, link: str
) -> Entry:
    try:
        at = datetime.fromtimestamp(moment.wall_ms // 1_000, zone).replace(tzinfo=None)
    except (ValueError, OverflowError, OSError):
        at = None
    try:
        fact = read_fact(kind, body)
    except ValueError:
        fact = None
    lines = tuple((account, cents) for account, cents in db.execute(_LINES, [seq]))
    return Entry(seq, at, moment.certain, kind, fact, prev.lower(), link.lower(), lines)
