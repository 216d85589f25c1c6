"""A data set as Parquet, written by DuckDB out of rows that were put down as CSV beside it: fast, and in little memory.

DuckDB sees nothing but that one file: it opens no database of ours, loads no extension, and asks nobody on the network.
"""

from collections.abc import Iterator
from pathlib import Path

from lab.opendata.commas import write_csv
from lab.opendata.form import Cells, DataSet
from lab.opendata.sets import ATTRIBUTION, LICENCE, LICENCE_URL

SETTINGS: dict[str, str | int | float | list[str]] = {
    "threads": 1,
    "memory_limit": "256MB",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


def write_parquet(file: Path, made: DataSet, rows: Iterator[Cells]) -> None:
    """Typed columns (days are dates), compressed with zstd; licence and title are in its metadata."""
    import duckdb  # here, because it is only needed here and takes long to load

    beside = file.with_name(file.name + ".csv")
    try:
        write_csv(beside, made, rows, plain=True)
        with duckdb.connect(config=SETTINGS) as db:
            db.execute(f"SET temp_directory = {_quoted(str(file.parent))}")
            db.execute(_copy(beside, file, made))
    finally:
        beside.unlink(missing_ok=True)


def _copy(source: Path, target: Path, made: DataSet) -> str:
    types = ", ".join(f"{_quoted(column.name)}: {_quoted(column.kind.value)}" for column in made.columns)
    reader = (
        f"read_csv({_quoted(str(source))}, auto_detect=false, header=true, delim=',', quote='\"', escape='\"',"
        f" new_line='\\r\\n', columns={{{types}}})"
    )
    about = {"titulo": made.title.es, "licencia": LICENCE_URL, "licencia_nombre": LICENCE, "atribucion": ATTRIBUTION}
    told = ", ".join(f"{name}: {_quoted(value)}" for name, value in about.items())
    options = f"FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{told}}}"
    return f"COPY (SELECT * FROM {reader}) TO {_quoted(str(target))} ({options})"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
