"""A data set as a workbook (XLSX): the rows on one sheet, what the columns say on another. Real dates, no formula anywhere.

Rows go to the disk as they come (`constant_memory`), so they are written in order and once.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path

from xlsxwriter import Workbook

from controller.errors import MingaError
from lab.opendata.form import Cells, DataSet
from lab.opendata.sets import ATTRIBUTION, LICENCE, LICENCE_URL

ROWS_MAX = 1_048_575
"""A sheet has 2 to the power of 20 rows (ECMA-376), one of them for the names."""
MADE = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""The same rows give the same file: the moment of its making is no part of it."""
WORDS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


class TooLong(MingaError):
    """So many rows no sheet can hold; says the way out."""


def write_xlsx(file: Path, made: DataSet, rows: Iterator[Cells]) -> None:
    """Raises TooLong."""
    book = Workbook(str(file), {"constant_memory": True, "tmpdir": str(file.parent), **WORDS})
    book.set_properties({"title": made.title.es, "author": ATTRIBUTION, "comments": LICENCE_URL, "created": MADE})
    bold, dated = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet(made.name)
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(made.columns):
        sheet.set_column(place, place, max(12, len(column.name) + 2))
        sheet.write_string(0, place, column.name, bold)
    try:
        for number, row in enumerate(rows, start=1):
            if number > ROWS_MAX:
                raise TooLong(f"{made.name}: a sheet holds {ROWS_MAX} rows; ask for fewer days, or for CSV or Parquet")
            for place, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, place, cell)
                elif isinstance(cell, date):
                    sheet.write_datetime(number, place, datetime.combine(cell, time()), dated)
                elif cell is not None:
                    sheet.write_number(number, place, cell)
        _codes(book, made)
    finally:
        book.close()


def _codes(book: Workbook, made: DataSet) -> None:
    sheet = book.add_worksheet("códigos")
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 2, 90)
    lines = [
        (made.name, made.title.es, made.title.en),
        ("", made.row.es, made.row.en),
        ("", made.silent.es, made.silent.en),
        ("licencia", f"{LICENCE}, {ATTRIBUTION}", LICENCE_URL),
        *((column.name, *column.about) for column in made.columns),
    ]
    for number, line in enumerate(lines):
        for place, words in enumerate(line):
            sheet.write_string(number, place, words)
