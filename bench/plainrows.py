"""What a database takes when nobody judges: the same rows in one go (COPY), and each with a commit of its own.

Columns and key are those of the hub's facts, without its partitions. Every row is on disk when a time is told.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from time import perf_counter
from typing import Any

from bench.table import CheckFailed
from lab.store.schema import FACT, FACTS_SQLITE, made_in_postgres

COLUMNS = FACT.split(", ")
Rows = Sequence[tuple[Any, ...]]


def at_once(url: str, rows: Rows) -> float:
    """Rows a second in one transaction: the limit. `url` is a new file, or the address of an empty schema."""
    return _postgres(url, rows, _copied) if url.startswith("postgresql:") else _sqlite(url, rows, _many)


def one_by_one(url: str, rows: Rows) -> float:
    """Rows a second with a commit each; what is there already is passed over."""
    return _postgres(url, rows, _inserted) if url.startswith("postgresql:") else _sqlite(url, rows, _each)


def _postgres(url: str, rows: Rows, put: Any) -> float:
    import psycopg

    with psycopg.connect(url, autocommit=True) as db:
        db.execute(made_in_postgres(FACTS_SQLITE))  # type: ignore[arg-type]  # no stranger's words in it
        return _timed(db, rows, put)


def _sqlite(url: str, rows: Rows, put: Any) -> float:
    with closing(sqlite3.connect(url, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        db.execute(FACTS_SQLITE)
        return _timed(db, rows, put)


def _timed(db: Any, rows: Rows, put: Any) -> float:
    began_s = perf_counter()
    put(db, rows)
    took_s = perf_counter() - began_s
    (found,) = db.execute("SELECT count(*) FROM facts").fetchone()
    if found != len(rows):
        raise CheckFailed(f"{found} rows of {len(rows)} are there")
    return len(rows) / took_s


def _copied(db: Any, rows: Rows) -> None:
    with db.cursor() as cursor, cursor.copy(f"COPY facts ({FACT}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _inserted(db: Any, rows: Rows) -> None:
    _one_each(db, rows, "%s")


def _many(db: Any, rows: Rows) -> None:
    db.execute("BEGIN")
    db.executemany(f"INSERT INTO facts ({FACT}) VALUES ({', '.join('?' * len(COLUMNS))})", rows)
    db.execute("COMMIT")


def _each(db: Any, rows: Rows) -> None:
    _one_each(db, rows, "?")


def _one_each(db: Any, rows: Rows, mark: str) -> None:
    sql = f"INSERT INTO facts ({FACT}) VALUES ({', '.join([mark] * len(COLUMNS))}) ON CONFLICT DO NOTHING"
    for row in rows:
        db.execute(sql, row)
