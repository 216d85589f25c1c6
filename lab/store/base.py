"""What every store of the lab can do, whatever database is behind it. The tables stand in `lab.store.schema`.

Three ways lead in. `take` is the hub's: everything that came in a moment is judged and stored in one transaction, or nothing
of it. `reading` is for pages, exports and the status: it sees one moment and can change nothing. `changing` is for tables
that others keep in the same database (`prepare` makes them), one machine at a time.

SQL is what SQLite and PostgreSQL have in common, with `?` for values: text, whole numbers and bytes. `ON CONFLICT … DO
UPDATE`, `RETURNING`, window functions and `WITH` are the same in both; integer division cuts in both; a sum is an `int` from
both. Not the same, so not used: `ifnull`, `group_concat`, `max(a, b)` of two values (write CASE), JSON functions, dates.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from controller.errors import MingaError
from controller.protocols.sync.notes import Ack

Value = str | int | bytes | None
Found = tuple[Any, ...]
"""A row as it was asked for: `str`, `int`, `bytes` or None in each place; a quotient that is not whole is a `float`."""


class StoreError(MingaError):
    """The database cannot be used now; names it, says why and the way out. Whatever was begun has left no trace."""


class UnfitError(StoreError):
    """The database is well and refuses this very thing: asking again would not help."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message as it came from the broker, on a topic of this machine: `what` and `word` are the rest of the topic."""

    machine: str
    what: str
    word: str
    payload: bytes
    at_ms: int
    """When the hub heard it, by its own clock, in milliseconds since 1970."""
    is_kept: bool = False
    """The broker had kept it (retained), so the machine may have said it long ago."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a `take` has put on disk, for whoever answers the machines and tells people."""

    acks: dict[str, Ack]
    """For each machine whose facts came: what may now be told to it."""
    gaps: dict[str, int]
    """Machines with facts that wait aside, and the number from which theirs are missing."""
    facts: int
    """So many new facts were added to lines."""
    told: tuple[str, ...]
    """What a person should know, as sentences: refusals, scars, messages that nobody could read."""

    @classmethod
    def nothing(cls) -> "Taken":
        """Of messages that are none of the lab's."""
        return cls({}, {}, 0, ())


class Reading(Protocol):
    """A look at the store: everything it answers is of the same moment."""

    def rows(self, sql: str, *params: Value) -> list[Found]:
        """All rows of a short answer. Raises StoreError."""

    def each(self, sql: str, *params: Value) -> Iterator[Found]:
        """The rows one after the other, for answers of any length in little memory. Raises StoreError."""


class Changing(Reading, Protocol):
    """A transaction on tables of one's own: all of it, or nothing."""

    def run(self, sql: str, *params: Value) -> int:
        """One statement; says how many rows it changed. Raises StoreError."""

    def many(self, sql: str, rows: Iterable[Sequence[Value]]) -> None:
        """The same statement for each of these rows, quickly. Raises StoreError."""


class Store(Protocol):
    """One database of the lab. Every method may be called from any thread, and by several processes at once."""

    name: str
    """What people call it: the file, or the address without its password."""

    def prepare(self, statements: Sequence[str]) -> None:
        """Make tables, where they are not there yet: `CREATE TABLE IF NOT EXISTS …`, `CREATE INDEX IF NOT EXISTS …`.

        They are written as SQLite's: INTEGER, TEXT, BLOB, `STRICT` and `WITHOUT ROWID`; PostgreSQL gets BIGINT, TEXT, BYTEA
        and no such endings. `DROP TABLE IF EXISTS` may stand among them. Raises StoreError.
        """

    def take(self, arrivals: Sequence[Arrival]) -> Taken:
        """Judge and store what came, in this order, in one transaction that is on disk when this returns.

        The machines' lines are held, in the order of their names, until it is over, so that several hubs can do this at once.
        Raises StoreError, and then nothing of it is stored.
        """

    def acks(self) -> dict[str, Ack]:
        """What may be told to every machine the store knows facts of. Raises StoreError."""

    def reading(self) -> AbstractContextManager[Reading]:
        """A look at one moment; it holds nobody up, and costs little to begin. Raises StoreError."""

    def changing(self, machine: str) -> AbstractContextManager[Changing]:
        """A transaction that one process at a time has for this machine; it ends with the `with`, undone by any error.

        The machine's line goes on meanwhile where the database can do that (PostgreSQL); in SQLite there is one writer, so
        keep it to a fraction of a second. Raises StoreError.
        """

    def close(self) -> None:
        """Let go of the database. What is under way elsewhere ends with a StoreError."""
