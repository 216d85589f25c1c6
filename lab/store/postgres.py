"""The lab's store in PostgreSQL: for hundreds of machines, several hubs, or people who ask it with tools of their own.

Facts lie in partitions, one a month of the machine's wall clock, made when the first fact of a month comes; a clock that
tells an impossible year has a partition of its own. Facts go in by COPY. Each call borrows a connection and gives it back;
after any failure it is closed, and the server undoes what was not committed.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import LiteralString
from urllib.parse import urlsplit

import psycopg
from psycopg.adapt import Loader
from psycopg.conninfo import conninfo_to_dict

from controller.protocols.sync.notes import Ack
from lab.mail import Mail, sorted_out
from lab.store import taking
from lab.store.base import Arrival, Changing, Found, Reading, StoreError, Taken, UnfitError, Value
from lab.store.desk import LINES
from lab.store.schema import FACT, FACTS_POSTGRES, TABLES, for_postgres, made_in_postgres

IDLE_MAX = 4
"""So many connections that nobody uses are kept open."""
YEARS = range(2020, 2101)
"""Months of these years have a partition each; a bound, because the clock that asks for one is a stranger's."""
DAY_MS = 86_400_000
_PAGE = 2_000
"""So many rows of a long answer are fetched at a time."""
_WRITE = "BEGIN ISOLATION LEVEL READ COMMITTED"
_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_MAKING = 7_164_292
"""The advisory lock of whoever makes tables; any number that nobody else uses."""
_OTHER = "CREATE TABLE IF NOT EXISTS facts_other PARTITION OF facts DEFAULT"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class WholeNumber(Loader):
    """Sums of whole numbers come as `numeric`; here they are whole numbers again."""

    def load(self, data: bytes | bytearray | memoryview) -> int | float:
        text = bytes(data).decode()
        return float(text) if "." in text or "N" in text else int(text)


@lru_cache(maxsize=512)
def _sql(sql: str) -> LiteralString:
    """The statement for psycopg, whose types want to see that nobody's input is in it: none is, for values have places."""
    return for_postgres(sql)


class PostgresWork:
    """One transaction on one connection."""

    def __init__(self, name: str, db: psycopg.Connection) -> None:
        self._name, self._db = name, db

    def rows(self, sql: str, *params: Value) -> list[Found]:
        with _told(self._name):
            return self._db.execute(_sql(sql), params).fetchall()

    def each(self, sql: str, *params: Value) -> Iterator[Found]:
        with _told(self._name), self._db.cursor(name="each") as cursor:
            cursor.itersize = _PAGE
            cursor.execute(_sql(sql), params)
            yield from cursor

    def run(self, sql: str, *params: Value) -> int:
        with _told(self._name):
            return self._db.execute(_sql(sql), params).rowcount

    def many(self, sql: str, rows: Iterable[Sequence[Value]]) -> None:
        with _told(self._name), self._db.cursor() as cursor:
            cursor.executemany(_sql(sql), rows)

    def hold(self, machines: Sequence[str]) -> list[Found]:
        """Row by row in this order, so that two hubs that want the same ones never wait for each other in a circle."""
        marks = ", ".join("?" * len(machines))
        return self.rows(f"{LINES} WHERE machine IN ({marks}) ORDER BY machine FOR UPDATE", *machines)

    def add(self, facts: Sequence[Sequence[Value]]) -> None:
        if not facts:
            return
        with (
            _told(self._name),
            self._db.cursor() as cursor,
            cursor.copy(_sql(f"COPY facts ({FACT}) FROM STDIN")) as copy,
        ):
            for fact in facts:
                copy.write_row(fact)


class PostgresStore:
    """The lab at this address, where `make` makes its tables. Raises StoreError when the database cannot be used."""

    def __init__(self, url: str, make: bool = False) -> None:
        self._url, self.name = url, _without_password(url)
        self._idle: list[psycopg.Connection] = []
        self._is_closed = False
        self._months: set[int] = set()
        """Months that have a partition, as far as this process knows."""
        if make:
            self.prepare([*TABLES, FACTS_POSTGRES, _OTHER])
            with self._transaction(_WRITE) as work:
                taking.begin(work)
        with self.reading() as reading:
            taking.check(reading, self.name)

    def prepare(self, statements: Sequence[str]) -> None:
        with self._transaction(_WRITE) as work:
            work.rows("SELECT pg_advisory_xact_lock(?)", _MAKING)
            for statement in statements:
                work.run(made_in_postgres(statement))

    def take(self, arrivals: Sequence[Arrival]) -> Taken:
        mail = sorted_out(arrivals)
        if not mail.came_ms:
            return Taken.nothing()
        with self._transaction(_WRITE) as work:
            strangers = taking.welcome(work, mail)
        self._make_months(mail)
        with self._transaction(_WRITE) as work:
            taken = taking.take(work, mail)
        return replace(taken, told=(*strangers, *taken.told))

    def acks(self) -> dict[str, Ack]:
        with self.reading() as reading:
            return taking.acks(reading)

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        with self._transaction(_READ) as work:
            yield work

    @contextmanager
    def changing(self, machine: str) -> Iterator[Changing]:
        with self._transaction(_WRITE) as work:
            work.rows("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", f"minga {machine}")
            yield work

    def close(self) -> None:
        self._is_closed = True
        self._forget_idle()

    def _make_months(self, mail: Mail) -> None:
        """Partitions are made before lines are held: making one waits for all who write, who would wait for the lines."""
        days = {
            row.wall_ms // DAY_MS for posted in mail.letters.values() for each in posted for row in each.letter.rows
        }
        months = {month for day in days if (month := _month(day)) // 12 in YEARS}
        if fresh := sorted(months - self._months):
            self.prepare([_partition(month) for month in fresh])
            self._months.update(fresh)

    @contextmanager
    def _transaction(self, begin: LiteralString) -> Iterator[PostgresWork]:
        with _told(self.name):
            db = self._borrowed() or self._open()
            try:
                db.execute(begin)
                yield PostgresWork(self.name, db)
                db.execute("COMMIT")
            except BaseException:
                db.close()
                self._forget_idle()  # the server may have gone, and they with it
                raise
        if self._is_closed or len(self._idle) >= IDLE_MAX:
            db.close()
        else:
            self._idle.append(db)

    def _borrowed(self) -> psycopg.Connection | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _forget_idle(self) -> None:
        while db := self._borrowed():
            db.close()

    def _open(self) -> psycopg.Connection:
        if self._is_closed:
            raise StoreError(f"{self.name}: it is closed")
        db = psycopg.connect(
            self._url, autocommit=True, connect_timeout=10, application_name="minga", tcp_user_timeout=30_000
        )
        db.adapters.register_loader("numeric", WholeNumber)
        db.execute("SET synchronous_commit TO on; SET TimeZone TO 'UTC'")
        if db.execute("SHOW fsync").fetchone() != ("on",):
            db.close()
            raise StoreError(
                f"{self.name}: this server runs with `fsync = off`, so a power cut would lose facts: set it on"
            )
        return db


def _month(day: int) -> int:
    """The month of a day since 1970, counted from year 0; 0 for a day of no year that a calendar has."""
    try:
        date = datetime.fromordinal(_EPOCH.toordinal() + day)
    except (ValueError, OverflowError):
        return 0
    return date.year * 12 + date.month - 1


def _partition(month: int) -> str:
    """The statement that makes a month's partition."""
    first, after = (datetime(at // 12, at % 12 + 1, 1, tzinfo=UTC) for at in (month, month + 1))
    from_ms, to_ms = (int((date - _EPOCH).total_seconds()) * 1_000 for date in (first, after))
    name = f"facts_{first:%Y_%m}"
    return f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF facts FOR VALUES FROM ({from_ms}) TO ({to_ms})"


def _without_password(url: str) -> str:
    """The address as people may see it."""
    try:
        known = conninfo_to_dict(url)
    except psycopg.Error as error:
        raise StoreError(f"{urlsplit(url).scheme}://…: this is no address of a PostgreSQL database: {error}") from None
    user, host, port = (known.get(key) for key in ("user", "host", "port"))
    return (
        f"postgresql://{f'{user}@' if user else ''}{host or ''}{f':{port}' if port else ''}/{known.get('dbname') or ''}"
    )


@contextmanager
def _told(name: str) -> Iterator[None]:
    """What PostgreSQL complains about, in one line with the address."""
    try:
        yield
    except (psycopg.DataError, psycopg.IntegrityError) as error:
        raise UnfitError(f"{name}: {' '.join(str(error).split())}") from error
    except psycopg.Error as error:
        raise StoreError(f"{name}: {' '.join(str(error).split())}") from error
