"""A snapshot: every data set, whole, in one SQLite file that nobody changes, and the words in which Datasette shows it.

The file is written beside and put in its place when it is whole, so whoever reads the old one goes on reading it.
"""

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from lab.opendata.form import Cells, DataSet, Kind, Source
from lab.opendata.sets import ATTRIBUTION, LICENCE, LICENCE_URL, SETS
from lab.opendata.veil import key, veil
from lab.opendata.wanted import Wanted
from lab.store.base import Store

DATABASE, METADATA = "minga.db", "metadata.json"
"""Datasette calls a database by its file: `/minga/ventas`."""
TYPES = {Kind.TEXT: "TEXT", Kind.DAY: "TEXT", Kind.WHOLE: "INTEGER", Kind.DEGREES: "REAL"}
AT_ONCE = 5_000
READ_ONLY = 0o444


def snapshot(store: Store, folder: Path) -> dict[str, int]:
    """Write both files into this folder; says how many rows each set has. Raises StoreError, OSError."""
    secret = key(store)
    file, part = folder / DATABASE, folder / f"{DATABASE}.part"
    part.unlink(missing_ok=True)
    try:
        with store.reading() as reading, closing(sqlite3.connect(part)) as db:
            source = Source(reading, Wanted(), veil(reading, secret))
            counts = {made.name: _copy(db, made, made.rows(source)) for made in SETS.values()}
            db.execute("VACUUM")
        part.chmod(READ_ONLY)
        _replace(folder / METADATA, lambda target: target.write_text(_written(metadata()), encoding="utf-8"))
        os.replace(part, file)
    finally:
        part.unlink(missing_ok=True)
    return counts


def metadata() -> dict[str, Any]:
    """What Datasette says of it (its documentation, “Metadata”): whose, under which licence, what each column holds."""
    tables = {
        made.name: {
            "title": made.title.es,
            "description": f"{made.row.es} {made.silent.es}",
            "columns": {column.name: column.about.es for column in made.columns},
        }
        for made in SETS.values()
    }
    whose = {"license": LICENCE, "license_url": LICENCE_URL, "source": ATTRIBUTION}
    return {"title": "Minga: datos abiertos", **whose, "databases": {"minga": {**whose, "tables": tables}}}


def _copy(db: sqlite3.Connection, made: DataSet, rows: Iterator[Cells]) -> int:
    columns = ", ".join(f'"{column.name}" {TYPES[column.kind]}' for column in made.columns)
    insert = f'INSERT INTO "{made.name}" VALUES ({", ".join("?" * len(made.columns))})'
    count = 0
    with db:
        db.execute(f'CREATE TABLE "{made.name}" ({columns}) STRICT')
        while some := list(islice(rows, AT_ONCE)):
            db.executemany(insert, map(_plain, some))
            count += len(some)
    return count


def _plain(row: Cells) -> list[str | int | float | None]:
    """Days as texts, which sort and compare as days."""
    return [cell.isoformat() if isinstance(cell, date) else cell for cell in row]


def _written(words: dict[str, Any]) -> str:
    return json.dumps(words, ensure_ascii=False, indent=2) + "\n"


def _replace(file: Path, write: Callable[[Path], object]) -> None:
    part = file.with_name(f"{file.name}.part")
    write(part)
    os.replace(part, file)
