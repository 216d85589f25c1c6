"""A month of a simulated co-op, from its own books through the lab into files: to the cent, and to the byte."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest
from bookread import NAME, books, fold, lab, send
from bookwrite import Pen
from coop import MISSING_CENTS, Coop

from controller.domain.times import Moment
from controller.ledger.meters import read_meters
from controller.protocols.evadts import parse
from controller.statements.dts import Identity, audit_file
from lab.opendata.audit import NoAudit, audit
from lab.opendata.sets import SETS
from lab.opendata.wanted import wanted
from lab.opendata.writing import FORMATS, export
from lab.store import Store

NOW_MS = 1_796_155_200_000
"""1 December 2026, noon in Quito."""


@dataclass(frozen=True)
class Month:
    coop: Coop
    store: Store


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    """Six hundred sales, doubts, sales taken back, two pay days, a quarter missing at each of two counts."""
    folder = tmp_path_factory.mktemp("mes")
    coop, store = Coop(folder / "books.db"), lab(folder)
    coop.month()
    send(store, books(folder / "books.db"))
    fold(store)
    yield Month(coop, store)
    coop.journal.close()
    store.close()


def test_what_makers_are_owed_is_what_the_books_say(month: Month, tmp_path: Path) -> None:
    """Earned less paid, over all rows of `pagos`, is what the machine's own ledger owes the makers."""
    file = tmp_path / "pagos.csv"
    export(month.store, SETS["pagos"], wanted(), FORMATS["csv"], file)
    with file.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    balances = month.coop.journal.balances
    owed_cents = -sum(cents for account, cents in balances.items() if account.startswith("maker:"))
    assert sum(int(row["ganado_centavos"]) - int(row["pagado_centavos"]) for row in rows) == owed_cents
    assert sum(int(row["pagado_centavos"]) for row in rows) == sum(
        int(row["esperado_centavos"]) + int(row["adelanto_centavos"]) for row in rows
    )


def test_sales_one_by_one_are_the_days_added_up(month: Month, tmp_path: Path) -> None:
    """Whoever adds up the vends that fell, and the doubts that became sales, comes to the sums of the days (DuckDB)."""
    for name in ("ventas", "dias"):
        export(month.store, SETS[name], wanted(), FORMATS["parquet"], tmp_path / f"{name}.parquet")
    sold = "resultado = 'vendida' OR despues IN ('entregada', 'entregada-a-mano')"
    with duckdb.connect() as db:
        one_by_one = db.execute(
            f"SELECT count(*) FILTER ({sold}), sum(precio_centavos) FILTER ({sold}), count(*) FILTER (despues = 'devuelta'),"
            f" sum(precio_centavos) FILTER (despues = 'devuelta') FROM '{tmp_path}/ventas.parquet'"
        ).fetchone()
        by_day = db.execute(
            "SELECT sum(vendidas), sum(vendido_centavos), sum(devueltas), sum(devuelto_centavos), sum(diferencia_centavos)"
            f" FROM '{tmp_path}/dias.parquet'"
        ).fetchone()
    assert by_day is not None
    assert one_by_one == by_day[:4]
    assert min(by_day[:4]) > 0
    assert by_day[4] == -2 * MISSING_CENTS


def test_the_labs_audit_file_is_the_machines_own(month: Month) -> None:
    """Byte for byte the file that the machine writes of the same books, with a check that is right."""
    with month.store.reading() as reading:
        ours = audit(reading, NAME, NOW_MS)
    life = read_meters(month.coop.journal.db)
    theirs = audit_file(life, Identity(NAME), ZoneInfo("America/Guayaquil"), Moment(NOW_MS, True))
    assert ours == theirs
    assert parse(ours).g85_ok
    assert (parse(ours).first("VA1").number(2) or 0) > 600


def test_no_counters_are_made_of_facts_that_are_missing(tmp_path: Path) -> None:
    """A fact that this Minga cannot read gives no file but the reason."""
    store, pen = lab(tmp_path), Pen().starts(1, 0, trusted=True)
    pen.write(0, "Sold", vend_id="seventeen")
    send(store, pen.facts)
    with store.reading() as reading, pytest.raises(NoAudit, match="fact 2, a Sold, cannot be understood"):
        audit(reading, NAME, NOW_MS)
    store.close()
