"""Writes a data set to a file, row by row: JSON here, the others beside it. However long it is, memory stays small.

A file is made whole before anybody is given it, so that a slow reader holds no look at the lab's store open.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from lab.opendata.commas import write_csv
from lab.opendata.form import Cells, DataSet, Source
from lab.opendata.parquet import write_parquet
from lab.opendata.sets import ATTRIBUTION, LICENCE, LICENCE_URL
from lab.opendata.veil import key, veil
from lab.opendata.wanted import Wanted
from lab.opendata.workbook import write_xlsx
from lab.store.base import Store


@dataclass(frozen=True, slots=True)
class Format:
    """A form of file: its ending, what it is called on the web, and who writes it."""

    name: str
    media: str
    write: Callable[[Path, DataSet, Iterator[Cells]], None]


def export(store: Store, made: DataSet, wanted: Wanted, form: Format, file: Path) -> int:
    """Write what is wanted of a set to this file; says how many rows. Raises StoreError, TooLong, OSError."""
    secret = key(store)
    with store.reading() as reading, closing(made.rows(Source(reading, wanted, veil(reading, secret)))) as rows:
        counted = _Counted(rows)
        form.write(file, made, iter(counted))
    return counted.rows


def write_json(file: Path, made: DataSet, rows: Iterable[Cells]) -> None:
    """One object: whose data it is, what the columns say, and the rows as objects, one a line."""
    names = [column.name for column in made.columns]
    head = {
        "conjunto": made.name,
        "titulo": made.title.es,
        "licencia": {"nombre": LICENCE, "url": LICENCE_URL, "atribucion": ATTRIBUTION},
        "columnas": {column.name: {"es": column.about.es, "en": column.about.en} for column in made.columns},
    }
    with file.open("w", encoding="utf-8") as target:
        target.write(json.dumps(head, ensure_ascii=False, indent=1)[:-2] + ',\n "filas": [')
        for place, row in enumerate(rows):
            cells = dict(zip(names, row, strict=True))
            target.write(("," if place else "") + "\n" + json.dumps(cells, ensure_ascii=False, default=date.isoformat))
        target.write("\n]}\n")


FORMATS = {
    form.name: form
    for form in (
        Format("csv", "text/csv; charset=utf-8; header=present", write_csv),
        Format("json", "application/json", write_json),
        Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write_xlsx),
        Format("parquet", "application/vnd.apache.parquet", write_parquet),
    )
}


class _Counted:
    """Rows, and how many have gone by."""

    def __init__(self, rows: Iterator[Cells]) -> None:
        self._from, self.rows = rows, 0

    def __iter__(self) -> Iterator[Cells]:
        for row in self._from:
            self.rows += 1
            yield row
