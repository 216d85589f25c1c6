"""The lab's store in one SQLite file: for one machine or some hundreds, with nothing to install and one file to back up.

Every commit is on disk before it is believed (`synchronous=FULL` with the write-ahead log, set and read back). There is one
writer at a time, in this process and in any other that opens the same file; readers never wait.
"""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from controller.protocols.sync.notes import Ack
from controller.protocols.sync.topics import META
from lab.mail import sorted_out
from lab.store import taking
from lab.store.base import Arrival, Changing, Found, Reading, StoreError, Taken, UnfitError, Value
from lab.store.desk import LINES
from lab.store.schema import FACT, FACTS_SQLITE, TABLES

BUSY_MS = 30_000
"""How long one process waits for another that writes."""
WANTED = {"synchronous": 2, "journal_mode": "wal", "secure_delete": 1}
IDLE_MAX = 4
"""So many readers that nobody uses are kept open."""
_ADD = f"INSERT INTO facts ({FACT}) VALUES ({', '.join('?' * len(FACT.split(',')))})"


class SqliteWork:
    """One transaction on one connection."""

    def __init__(self, name: str, db: sqlite3.Connection) -> None:
        self._name, self._db = name, db

    def rows(self, sql: str, *params: Value) -> list[Found]:
        return list(self.each(sql, *params))

    def each(self, sql: str, *params: Value) -> Iterator[Found]:
        with _told(self._name):
            yield from self._db.execute(sql, params)

    def run(self, sql: str, *params: Value) -> int:
        with _told(self._name):
            return self._db.execute(sql, params).rowcount

    def many(self, sql: str, rows: Iterable[Sequence[Value]]) -> None:
        with _told(self._name):
            self._db.executemany(sql, rows)

    def hold(self, machines: Sequence[str]) -> list[Found]:
        """Nobody else writes while this transaction is open."""
        return [row for name in machines for row in self.rows(f"{LINES} WHERE machine = ?", name)]

    def add(self, facts: Sequence[Sequence[Value]]) -> None:
        self.many(_ADD, facts)


class SqliteStore:
    """The lab in the file at `path`, which `make` makes with its tables. Raises StoreError where that cannot be used."""

    def __init__(self, path: Path, make: bool = False) -> None:
        self.name, self._path = str(path), path
        self._one_writer, self._queue = threading.Lock(), threading.Lock()
        """Whoever waits to write holds the queue's, so that one who writes again and again keeps no other out."""
        self._db: sqlite3.Connection | None = None
        self._idle: list[sqlite3.Connection] = []
        self._is_closed = False
        self._must_wipe = False
        if not make and not path.is_file():
            raise StoreError(f"{path}: there is no such file; `minga hub init` makes it")
        if make:
            self.prepare([*TABLES, FACTS_SQLITE])
            with self._writing() as work:
                taking.begin(work)
        with self.reading() as reading:
            taking.check(reading, self.name)

    def prepare(self, statements: Sequence[str]) -> None:
        with self._writing() as work:
            for statement in statements:
                work.run(statement)

    def take(self, arrivals: Sequence[Arrival]) -> Taken:
        mail = sorted_out(arrivals)
        if not mail.came_ms:
            return Taken.nothing()
        with self._writing() as work:
            strangers = taking.welcome(work, mail)
            taken = taking.take(work, mail)
        self._must_wipe |= any(what == META for _, what in mail.notes)
        self._wipe()
        return replace(taken, told=(*strangers, *taken.told))

    def acks(self) -> dict[str, Ack]:
        with self.reading() as reading:
            return taking.acks(reading)

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        with _told(self.name):
            db = self._borrowed() or self._open("ro")
            db.execute("BEGIN")
        try:
            yield SqliteWork(self.name, db)
        except BaseException:
            db.close()
            raise
        db.execute("ROLLBACK")
        if self._is_closed or len(self._idle) >= IDLE_MAX:
            db.close()
        else:
            self._idle.append(db)

    @contextmanager
    def changing(self, machine: str) -> Iterator[Changing]:  # noqa: ARG002 (one writer has every machine)
        with self._writing() as work:
            yield work

    def close(self) -> None:
        self._is_closed = True
        while self._idle:
            self._idle.pop().close()
        with self._one_writer:
            self._drop()

    @contextmanager
    def _writing(self) -> Iterator[SqliteWork]:
        """A transaction. After any failure the file is opened anew, for a disk may be another one by then."""
        with self._queue:
            self._one_writer.acquire()
        try:
            with _told(self.name):
                self._db = self._db or self._open("rwc")
                self._db.execute("BEGIN IMMEDIATE")
                yield SqliteWork(self.name, self._db)
                self._db.execute("COMMIT")
        except BaseException:
            self._drop()
            raise
        finally:
            self._one_writer.release()

    def _borrowed(self) -> sqlite3.Connection | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _drop(self) -> None:
        """Closing undoes what was not committed."""
        db, self._db = self._db, None
        if db is not None:
            with suppress(sqlite3.Error):
                db.close()

    def _wipe(self) -> None:
        """A text that was taken back still lies in the write-ahead log; while somebody reads the old moment it must stay."""
        if not self._must_wipe:
            return
        with self._one_writer, _told(self.name):
            if self._db is not None:
                self._db.execute("PRAGMA busy_timeout=50")
                (is_busy, _, _) = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                self._db.execute(f"PRAGMA busy_timeout={BUSY_MS}")
                self._must_wipe = bool(is_busy)

    def _open(self, mode: str) -> sqlite3.Connection:
        if self._is_closed:
            raise StoreError(f"{self.name}: it is closed")
        db = sqlite3.connect(
            f"{self._path.absolute().as_uri()}?mode={mode}",
            uri=True,
            isolation_level=None,
            timeout=BUSY_MS / 1_000,
            check_same_thread=False,
        )
        if mode == "ro":
            db.execute("PRAGMA query_only=ON")
            return db
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        db.execute("PRAGMA secure_delete=ON")
        found = {name: db.execute(f"PRAGMA {name}").fetchone()[0] for name in WANTED}
        if found != WANTED:
            raise StoreError(f"{self.name}: this disk or SQLite refuses safe settings: wanted {WANTED}, got {found}")
        return db


@contextmanager
def _told(name: str) -> Iterator[None]:
    """What SQLite complains about, in one sentence with the name of the file."""
    try:
        yield
    except (sqlite3.DataError, sqlite3.IntegrityError, sqlite3.InterfaceError, OverflowError) as error:
        raise UnfitError(f"{name}: {error}") from error
    except sqlite3.Error as error:
        raise StoreError(f"{name}: {error}") from error
