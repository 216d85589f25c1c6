"""Every set in every form, opened by readers that are not ours, equal to the model to the cent."""

import csv
import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import duckdb
import openpyxl
import pytest
from bookread import asked
from village import ANSWERS, EVIL, FEW, PIECES, PLAZA, TALLER, lab_of, village

from lab.opendata import workbook
from lab.opendata.form import DataSet
from lab.opendata.sets import LICENCE_URL, SETS
from lab.opendata.wanted import Wanted, wanted
from lab.opendata.workbook import TooLong
from lab.opendata.writing import FORMATS, export
from lab.store import Store

Rows = list[tuple[object, ...]]
EVERYTHING = wanted()


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = lab_of(tmp_path_factory.mktemp("village"))
    yield store
    store.close()


def read(store: Store, made: DataSet, form: str, folder: Path, of: Wanted = EVERYTHING) -> Rows:
    """A set written in this form and read by somebody else: empty is None, days are dates, as far as the form knows them."""
    file = folder / f"{made.name}.{form}"
    count = export(store, made, of, FORMATS[form], file)
    rows = {"csv": _csv, "json": _json, "xlsx": _xlsx, "parquet": _parquet}[form](file, made)
    assert len(rows) == count
    return rows


def _csv(file: Path, made: DataSet) -> Rows:
    with file.open(encoding="utf-8", newline="") as text:
        head, *rows = csv.reader(text)
    assert head == [column.name for column in made.columns]
    return [tuple(row) for row in rows]


def _json(file: Path, made: DataSet) -> Rows:
    told = json.loads(file.read_text(encoding="utf-8"))
    assert (told["conjunto"], told["licencia"]["url"]) == (made.name, LICENCE_URL)
    assert list(told["columnas"]) == [column.name for column in made.columns]
    return [tuple(row.values()) for row in told["filas"]]


def _xlsx(file: Path, made: DataSet) -> Rows:
    book = openpyxl.load_workbook(file, read_only=True)
    assert book.sheetnames == [made.name, "códigos"]
    head, *rows = book[made.name].iter_rows()
    assert [cell.value for cell in head] == [column.name for column in made.columns]
    assert not any(cell.data_type == "f" for row in rows for cell in row)
    values = [tuple(cell.value for cell in row) for row in rows]
    book.close()
    return [tuple(cell.date() if isinstance(cell, datetime) else cell for cell in row) for row in values]


def _parquet(file: Path, made: DataSet) -> Rows:
    with duckdb.connect() as db:
        found = db.execute("SELECT * FROM read_parquet(?)", [str(file)])
        assert [column[0] for column in found.description] == [column.name for column in made.columns]
        rows = found.fetchall()
        told = dict(db.execute("SELECT key, value FROM parquet_kv_metadata(?)", [str(file)]).fetchall())
    assert told[b"licencia"].decode() == LICENCE_URL
    return rows


def plain(row: tuple[object, ...]) -> tuple[str, ...]:
    """A row as text, by which forms with and without types can be compared; our guard against formulas taken off."""
    texts = ("" if cell is None else cell.isoformat() if isinstance(cell, date) else str(cell) for cell in row)
    return tuple(text.removeprefix("'") for text in texts)


@pytest.mark.parametrize("made", SETS.values(), ids=list(SETS))
def test_every_form_says_the_same(lab: Store, tmp_path: Path, made: DataSet) -> None:
    """CSV, JSON, a workbook and Parquet hold the same rows in the same order, and there are some."""
    forms = [[plain(row) for row in read(lab, made, form, tmp_path)] for form in FORMATS]
    assert forms[0]
    assert all(form == forms[0] for form in forms[1:])


def test_parquet_has_types(lab: Store, tmp_path: Path) -> None:
    """Days are dates, cents are whole numbers: what reads it needs to guess nothing."""
    row = read(lab, SETS["ventas"], "parquet", tmp_path)[0]
    assert row[:4] == (PLAZA, date(2026, 11, 21), 12, "sí")
    assert row[6:] == (350, 280, "efectivo", "vendida", None, None)


def test_sums_are_the_models_to_the_cent(lab: Store, tmp_path: Path) -> None:
    """Sales, days, pay and answers add up to what the read model has, though people are merged."""
    sales, days, pay, answers = (
        read(lab, SETS[name], "parquet", tmp_path) for name in ("ventas", "dias", "pagos", "respuestas")
    )
    (sold,) = asked(lab, "SELECT sum(sold), sum(sold_cents), sum(inserted_cents) FROM machine_days")
    (earned,) = asked(lab, "SELECT sum(earned_cents), sum(paid_cents) FROM account_days WHERE account LIKE 'maker:%'")
    pieces = sum(PIECES.values()) + sum(FEW.values())
    assert sold == (pieces, 350 * pieces, 350 * pieces)
    assert (len(sales), _sum(sales, 6), _sum(sales, 6)) == sold
    assert (_sum(days, 2), _sum(days, 3), _sum(days, 9)) == sold
    assert (_sum(pay, 3), _sum(pay, 4)) == earned == (280 * pieces, 280 * 9)
    assert _sum(sales, 7) == earned[0]
    assert _sum(answers, 4) == sum(ANSWERS.values())
    assert _sum(days, 14) == -25


def _sum(rows: Rows, place: int) -> int:
    return sum(row[place] for row in rows)  # type: ignore[misc]  # numbers


def test_both_databases_give_the_same_files(lab: Store, store: Store, tmp_path: Path) -> None:
    """But for the pseudonyms, which are each lab's own."""
    village(store)
    for made in SETS.values():
        mine, theirs = (read(each, made, "csv", tmp_path) for each in (lab, store))
        assert sorted(map(nameless, mine)) == sorted(map(nameless, theirs))


def nameless(row: tuple[object, ...]) -> tuple[str, ...]:
    return tuple(re.sub(r"^(costurera|prenda)-\w{8}$", r"\1", str(cell)) for cell in row)


def test_days_and_machines_can_be_chosen(lab: Store, tmp_path: Path) -> None:
    """One machine, one day; nothing of before, and nothing of a machine that nobody knows."""
    days = SETS["dias"]
    assert [row[:2] for row in read(lab, days, "csv", tmp_path, wanted([PLAZA], "2026-11-22"))] == [
        (PLAZA, "2026-11-25")
    ]
    assert [row[0] for row in read(lab, days, "csv", tmp_path, wanted([TALLER]))] == [TALLER]
    assert read(lab, days, "parquet", tmp_path, wanted(["nadie"])) == []
    assert read(lab, SETS["paros"], "csv", tmp_path, wanted((), "2026-11-23")) == []


def test_a_name_that_looks_like_a_formula_computes_nothing(lab: Store, tmp_path: Path) -> None:
    """CSV has an apostrophe in front of it; a workbook holds it as words; Parquet, which computes nothing, as it is."""
    places = {form: [row[1] for row in read(lab, SETS["maquinas"], form, tmp_path)] for form in FORMATS}
    assert f"'{EVIL}" in places["csv"]
    assert EVIL in places["xlsx"]
    assert EVIL in places["parquet"]


def test_what_no_sheet_can_hold_is_said(lab: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too many rows for XLSX: the way out is named, and no half file stands there as if it were whole."""
    monkeypatch.setattr(workbook, "ROWS_MAX", 20)
    with pytest.raises(TooLong, match="ask for fewer days, or for CSV or Parquet"):
        export(lab, SETS["ventas"], wanted(), FORMATS["xlsx"], tmp_path / "sales.xlsx")
