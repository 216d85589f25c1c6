"""Whether the books are whole: a glance at their end before the machine sells, and all of them while it does.

`tail` is for the way to a start: milliseconds, however many years the books have. `whole` reads everything, which takes
minutes after some years, so it has its own connection, keeps nothing but one sum an account, and rests after every small
piece, because a thread that reckons in Python keeps the brain waiting. Neither asks what the facts mean: that is
`controller.ledger.verify`, which takes far longer and all the memory it likes.

The file is opened by SQLite only: to close it by any other way would drop the locks of the brain's own connection,
because they belong to the process and not to the opener (fcntl(2)).
"""

import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from controller.domain.accounts import postings
from controller.domain.chain import GENESIS, HASHED, chain
from controller.ledger.connection import open_readonly
from controller.ledger.forms import read_fact

TAIL_FACTS = 200
POSTED_FACTS = 20
"""So many of them are understood and posted again; the very newest are seldom about money."""
BATCH_FACTS = 50
"""Less than a millisecond of Python on the machine it was measured on; then the reader rests."""
STEPS = 20_000
"""So many steps of SQLite's virtual machine between two rests in a check that SQLite does by itself."""
REST_S = 0.004
COMPLAINTS_MAX = 5
"""Of one kind; who wants them all asks `minga ledger verify`."""


class _Fact(NamedTuple):
    """A row of `facts`, in the order of `HASHED`."""

    epoch: int
    seq: int
    boot_id: int
    mono_ms: int
    wall_ms: int
    trusted: int
    type: str
    body: str
    prev: bytes
    hash: bytes

    @property
    def hashed(self) -> tuple[int | str, ...]:
        """What its hash is of, beside the hash before it."""
        return self[:8]


_FACTS = f"SELECT {HASHED}, prev, hash FROM facts"
_LOPSIDED = "SELECT seq, sum(cents) FROM postings WHERE seq BETWEEN ? AND ? GROUP BY seq HAVING sum(cents) <> 0"
_SUMS = "SELECT account, sum(cents) FROM postings WHERE seq BETWEEN ? AND ? GROUP BY account"


def _nap() -> None:
    time.sleep(REST_S)


def tail(db: sqlite3.Connection, facts: int = TAIL_FACTS) -> str | None:
    """What is wrong with the newest facts, in words; None when they follow from one another and the last ones post right.

    Raises sqlite3.OperationalError when the disk refuses to be read.
    """
    with _words_as_they_come(db), _damage_told() as damage:
        newest = _facts(db, "ORDER BY seq DESC LIMIT ?", facts)[::-1]
        if not newest:
            return None
        first, last = newest[0], newest[-1]
        broken = _break(newest, first.seq - 1, first.prev if first.seq > 1 else GENESIS)
        return broken or _lopsided(db, first.seq, last.seq) or _misposted(db, newest[-POSTED_FACTS:])
    return damage[0]


def whole(path: Path, rest: Callable[[], None] = _nap) -> list[str]:
    """Every page, every reference, every hash and the sum of every account: what is wrong, in words; nothing when whole.

    Runs for minutes beside a machine that sells; `rest` is called between the pieces and may raise to end it. Raises
    sqlite3.OperationalError or DatabaseError when the books cannot be read right now, which says nothing about them.
    """
    found: list[str] = []
    with closing(open_readonly(path)) as db, _words_as_they_come(db), _damage_told() as damage:
        db.row_factory = None
        db.set_progress_handler(rest, STEPS)
        found += _pages(db)
        found += _references(db)
        db.set_progress_handler(None, 0)
        found += _walk(db, rest)
    return found + damage


def _pages(db: sqlite3.Connection) -> Iterator[str]:
    for (words,) in db.execute(f"PRAGMA quick_check({COMPLAINTS_MAX})"):
        if words != "ok":
            yield f"the file is damaged: {words}"


def _references(db: sqlite3.Connection) -> Iterator[str]:
    rows = db.execute("PRAGMA foreign_key_check")
    for table, row, parent, _ in rows.fetchmany(COMPLAINTS_MAX):
        yield f"{table} speaks of {parent} that are not there (row {row})"


def _walk(db: sqlite3.Connection, rest: Callable[[], None]) -> Iterator[str]:
    """The chain and the accounts, some facts at a time, until the first thing that is wrong.

    No transaction outlasts a piece, so the log can be folded in meanwhile; facts and lines only ever grow at their end.
    """
    sums: Counter[str] = Counter()
    seq, head, stored = 0, GENESIS, None
    while stored is None:
        with _one_moment(db):
            facts = _facts(db, "WHERE seq > ? ORDER BY seq LIMIT ?", seq, BATCH_FACTS)
            newest = facts[-1].seq if facts else seq
            lopsided = _lopsided(db, seq + 1, newest)
            more = db.execute(_SUMS, (seq + 1, newest)).fetchall()
            if len(facts) < BATCH_FACTS:
                stored = db.execute("SELECT account, cents FROM balances WHERE cents <> 0").fetchall()
        if wrong := _break(facts, seq, head) or lopsided:
            yield wrong
            return
        sums.update(dict(more))
        seq, head = newest, facts[-1].hash if facts else head
        rest()
    yield from _differences(dict(stored), sums)


def _differences(stored: dict[str, int], sums: Counter[str]) -> Iterator[str]:
    for account in sorted({*stored, *sums}):
        if stored.get(account, 0) != sums[account]:
            yield f"the balance of {account} is {stored.get(account, 0)}, its lines add up to {sums[account]}"


def _break(facts: Iterable[_Fact], seq: int, head: bytes) -> str | None:
    """The first of these that does not follow from fact `seq` with the hash `head`, in words."""
    for fact in facts:
        if fact.seq != seq + 1:
            return f"after fact {seq} comes fact {fact.seq}"
        try:
            follows = fact.prev == head and fact.hash == chain(head, fact.hashed)
        except (TypeError, ValueError):  # a broken byte can also turn a number into something else
            follows = False
        if not follows:
            return f"fact {fact.seq}: its hash does not follow from the fact before it"
        seq, head = fact.seq, fact.hash
    return None


def _lopsided(db: sqlite3.Connection, first: int, last: int) -> str | None:
    """The first of these facts whose lines do not add up to zero."""
    row = db.execute(_LOPSIDED, (first, last)).fetchone()
    return f"fact {row[0]}: its lines add up to {row[1]} cents" if row else None


def _misposted(db: sqlite3.Connection, facts: Iterable[_Fact]) -> str | None:
    """The first of these facts whose lines are not what it means, in words."""
    for fact in facts:
        try:
            derived = [(line.account, line.cents) for line in postings(read_fact(fact.type, fact.body))]
        except (ValueError, KeyError) as error:
            return f"fact {fact.seq}: {fact.type} cannot be understood: {error}"
        posted = [tuple(row) for row in db.execute("SELECT account, cents FROM postings WHERE seq = ?", [fact.seq])]
        if sorted(posted) != sorted(derived):
            return f"fact {fact.seq}: {fact.type} should post {derived}, the books have {posted}"
    return None


def _facts(db: sqlite3.Connection, which: str, *values: int) -> list[_Fact]:
    return [_Fact(*row) for row in db.execute(f"{_FACTS} {which}", values)]


@contextmanager
def _one_moment(db: sqlite3.Connection) -> Iterator[None]:
    """Everything read in here is of one moment, whatever the brain commits meanwhile."""
    db.execute("BEGIN")
    try:
        yield
    finally:
        db.execute("COMMIT")


@contextmanager
def _words_as_they_come(db: sqlite3.Connection) -> Iterator[None]:
    """A damaged letter is no error of the disk, as Python has it, but a text that will not fit its hash."""
    usual = db.text_factory
    db.text_factory = lambda text: text.decode(errors="replace")
    try:
        yield
    finally:
        db.text_factory = usual


@contextmanager
def _damage_told() -> Iterator[list[str]]:
    """What SQLite finds damaged while it reads, as words in the list; a disk that refuses is raised on."""
    damage: list[str] = []
    try:
        yield damage
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        damage.append(f"the file is damaged: {error}")
