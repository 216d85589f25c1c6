"""A count under way: two people, two phones, and neither knows what the other found or what the books expect.

It lies in the phones' own database until both have found the same. Then it is agreed, and only then the machine is asked to
write it down, under the count's own id: however often that is asked, it is booked once. A count that is left, or cut off by a
restart, loses nothing and books nothing.
"""

import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

LASTS_S = 12 * 3_600
"""A count that nobody has finished by then was forgotten."""
FORM = """
CREATE TABLE IF NOT EXISTS counts (
    count_id TEXT PRIMARY KEY, place TEXT NOT NULL, by TEXT NOT NULL, witness TEXT NOT NULL DEFAULT '',
    round INTEGER NOT NULL DEFAULT 1, by_cents INTEGER, witness_cents INTEGER,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'agreed', 'left')), started_s REAL NOT NULL
) STRICT;
"""
_COLUMNS = "count_id, place, by, witness, round, by_cents, witness_cents, state, started_s"


@dataclass(frozen=True, slots=True)
class Count:
    """`by` began it, `witness` counts too (empty while nobody does). A `round` ends when both have said how much there is."""

    count_id: str
    place: str
    by: str
    witness: str
    round: int
    by_cents: int | None
    witness_cents: int | None
    state: str
    started_s: float

    @property
    def wish_id(self) -> str:
        return f"conteo-{self.count_id}"

    @property
    def agreed_cents(self) -> int | None:
        """What both have found; None while they have not agreed."""
        return self.by_cents if self.state == "agreed" else None

    def counts(self, member: str) -> bool:
        """Whether she is one of the two."""
        return member in (self.by, self.witness)

    def has_said(self, member: str) -> bool:
        """Whether she has said in this round what she found."""
        return (self.by_cents if member == self.by else self.witness_cents) is not None


class Counts:
    """The counts in `folder`. `now_s` is the wall clock. Opened for one page, closed after it."""

    def __init__(self, folder: Path, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._db = sqlite3.connect(folder / "phones.db", isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA busy_timeout=2000")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(FORM)

    def close(self) -> None:
        self._db.close()

    def count(self, count_id: str) -> Count | None:
        row = self._db.execute(f"SELECT {_COLUMNS} FROM counts WHERE count_id = ?", [count_id]).fetchone()
        return Count(*row) if row else None

    def open(self) -> tuple[Count, ...]:
        """Those under way, oldest first: not agreed on, not left, not forgotten."""
        return tuple(count for count in self.not_left() if count.state == "open")

    def not_left(self) -> tuple[Count, ...]:
        """Those under way and those that were agreed on, oldest first; the machine may have to write the last ones yet."""
        since_s = self._now_s() - LASTS_S
        rows = self._db.execute(
            f"SELECT {_COLUMNS} FROM counts WHERE state <> 'left' AND started_s > ? ORDER BY started_s", [since_s]
        )
        return tuple(Count(*row) for row in rows)

    def start(self, place: str, by: str) -> Count:
        """Begin to count a place; one that is being counted already is not counted twice."""
        with self._alone():
            found = next((count for count in self.open() if count.place == place), None)
            if found:
                return found
            values = (secrets.token_hex(8), place, by, self._now_s())
            self._db.execute("INSERT INTO counts (count_id, place, by, started_s) VALUES (?, ?, ?, ?)", values)
        begun = self.count(values[0])
        assert begun is not None
        return begun

    def join(self, count_id: str, member: str) -> bool:
        """Count along. The first second person has the place; False for any other, and for whoever began it."""
        self._db.execute(
            "UPDATE counts SET witness = ? WHERE count_id = ? AND witness = '' AND by <> ? AND state = 'open'",
            (member, count_id, member),
        )
        found = self.count(count_id)
        return found is not None and found.witness == member

    def say(self, count_id: str, member: str, round: int, cents: int) -> Count | None:
        """She found so much. When both have: equal is agreed, unequal begins another round, and nobody learns by how much.

        What was typed for a round that is over, or by somebody else, changes nothing.
        """
        with self._alone():
            found = self.count(count_id)
            if found is None or found.state != "open" or found.round != round or not found.counts(member):
                return found
            column = "by_cents" if member == found.by else "witness_cents"
            self._db.execute(f"UPDATE counts SET {column} = ? WHERE count_id = ?", (cents, count_id))
            self._compare(count_id)
        return self.count(count_id)

    def again(self, count_id: str) -> None:
        """What was agreed does not hold any more: both count anew."""
        self._db.execute(
            "UPDATE counts SET state = 'open', round = round + 1, by_cents = NULL, witness_cents = NULL WHERE count_id = ?",
            [count_id],
        )

    def leave(self, count_id: str, member: str) -> None:
        """One of the two gives it up. What is agreed stands."""
        self._db.execute(
            "UPDATE counts SET state = 'left' WHERE count_id = ? AND state = 'open' AND ? IN (by, witness)",
            (count_id, member),
        )

    def _compare(self, count_id: str) -> None:
        self._db.execute(
            "UPDATE counts SET state = 'agreed' WHERE count_id = ? AND by_cents = witness_cents", [count_id]
        )
        self._db.execute(
            "UPDATE counts SET round = round + 1, by_cents = NULL, witness_cents = NULL"
            " WHERE count_id = ? AND by_cents <> witness_cents",
            [count_id],
        )

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Two fingers at once come one after the other."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            self._db.execute("ROLLBACK")
            raise


@contextmanager
def opened(folder: Path, now_s: Callable[[], float]) -> Iterator[Counts]:
    """The counts, for one page."""
    with closing(Counts(folder, now_s)) as counts:
        yield counts
