"""CSV by RFC 4180: commas, UTF-8 without a mark, decimal points, an empty cell for what nobody knows.

For people who open it by a double click there is XLSX; but some open CSV so too, and a word that begins like a formula would
be computed. Such a word gets an apostrophe in front, unless the file is for a program of ours (`plain`).
"""

import csv
from collections.abc import Iterator
from pathlib import Path

from controller.statements.cells import harmless
from lab.opendata.form import Cell, Cells, DataSet


def write_csv(file: Path, made: DataSet, rows: Iterator[Cells], plain: bool = False) -> None:
    """A line of names, then the rows."""
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\r\n")
        writer.writerow(column.name for column in made.columns)
        writer.writerows(rows if plain else map(_harmless, rows))


def _harmless(row: Cells) -> list[Cell]:
    return [harmless(cell) if isinstance(cell, str) else cell for cell in row]
