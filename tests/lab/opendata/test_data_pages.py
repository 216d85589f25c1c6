"""The open data as people and programs get them: addresses that stay, files that open, gauges, a snapshot, commands."""

import csv
import io
import json
import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from typer.testing import CliRunner
from village import NOW_MS, PIECES, PLAZA, lab_of

from controller.cli import app as minga
from controller.errors import MingaError
from lab.config import HubConfig, commented
from lab.learning.questions import QUESTIONS
from lab.opendata.gauges import GAUGES
from lab.opendata.sets import LICENCE, SETS
from lab.opendata.writing import FORMATS
from lab.pages import data
from lab.pages.app import create_app
from lab.store import Store

HOST = "http://127.0.0.1"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("village")
    (made / "hub.toml").write_text(commented(), encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def lab(folder: Path) -> Iterator[Store]:
    store = lab_of(folder)
    yield store
    store.close()


@pytest.fixture
def visitor(lab: Store) -> TestClient:
    """Anybody, without a phrase and without JavaScript."""
    return TestClient(create_app(lab, HubConfig(), lambda: NOW_MS), base_url=HOST, follow_redirects=False)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", SETS)
def test_every_set_has_its_address_in_every_form(visitor: TestClient, name: str, form: str) -> None:
    """With its licence, its codebook, a name to keep it under, and leave for pages of others to read it."""
    answer = visitor.get(f"/datos/{name}.{form}?desde=2026-11-01&maquina={PLAZA}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, FORMATS[form].media)
    assert f"minga-{name}.{form}" in answer.headers["content-disposition"]
    assert 'rel="license"' in answer.headers["link"]
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"


def test_a_file_is_of_the_machine_and_days_that_are_asked_for(visitor: TestClient) -> None:
    """One machine's one day; an empty choice of the form is no choice."""
    rows = list(csv.DictReader(io.StringIO(visitor.get(f"/datos/dias.csv?maquina={PLAZA}&hasta=2026-11-21").text)))
    assert [(row["maquina"], row["fecha"], row["vendidas"]) for row in rows] == [
        (PLAZA, "2026-11-21", str(sum(PIECES.values())))
    ]
    every = visitor.get("/datos/dias.csv").text
    assert visitor.get("/datos/dias.csv?maquina=&desde=&hasta=").text == every


@pytest.mark.parametrize(
    "path", ["nada.csv", "ventas.exe", "ventas.csv?desde=ayer", "dias.csv?hasta=2026-13-01", "..%2Flab.csv"]
)
def test_nonsense_is_no_page_of_ours(visitor: TestClient, path: str) -> None:
    """No set, no form, no day."""
    assert visitor.get(f"/datos/{path}").status_code == 404


def test_one_file_is_made_at_a_time(visitor: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one is being made the next one is asked to come again; then it gets its file."""
    making = threading.BoundedSemaphore(1)
    monkeypatch.setattr(data, "_making", making)
    monkeypatch.setattr(data, "WAIT_S", 0.01)
    with making:
        busy = visitor.get("/datos/dias.csv")
    assert (busy.status_code, busy.headers["retry-after"]) == (503, "30")
    assert visitor.get("/datos/dias.csv").status_code == 200


def test_nothing_is_left_of_a_file_that_was_given(
    visitor: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk does not fill up with what people have fetched."""
    monkeypatch.setattr(data.tempfile, "tempdir", str(tmp_path))
    for form in FORMATS:
        assert visitor.get(f"/datos/ventas.{form}").content
    assert list(tmp_path.iterdir()) == []


def test_the_page_leads_to_everything(visitor: TestClient) -> None:
    """Every set in every form, the questions, the map, the codebook and the licence: one tap each."""
    page = visitor.get(f"/datos?maquina={PLAZA}").text
    for name in SETS:
        for form in FORMATS:
            assert f'href="/datos/{name}.{form}?maquina={PLAZA}"' in page
    for path in (f"/datos/preguntas?maquina={PLAZA}", "/datos/mapa", "/datos/codigos.md"):
        assert f'href="{path}"' in page
        assert visitor.get(path).status_code == 200
    assert LICENCE in page


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_question_leads_to_its_data(visitor: TestClient, language: str) -> None:
    """The question, its answer, and the place on the page of the data where its set is: the second tap."""
    visitor.cookies.set("minga-language", language)
    page, there = visitor.get("/datos/preguntas").text, visitor.get("/datos").text
    for question in QUESTIONS:
        assert f'<h2 id="{question.id}">' in page
        assert f'href="/datos#{question.set.name}"' in page
        assert f'id="{question.set.name}"' in there


def test_the_map_needs_nobody_else(visitor: TestClient) -> None:
    """A drawing and the same as a list, with nothing from another host; the consenting maker is in it."""
    page = visitor.get("/datos/mapa").text
    assert "Rosa Caiza" in page
    assert not re.search(r"(src|href|action)=\"?(https?:|//)", page)
    assert page.count('class="dot"') == 2


def test_gauges_are_for_the_labs_own(visitor: TestClient, lab: Store) -> None:
    """A parser that is not ours reads every gauge of every machine; behind a phrase nobody gets them without it."""
    answer = visitor.get("/metrics")
    found = {family.name: len(family.samples) for family in text_string_to_metric_families(answer.text)}
    assert found == {gauge.name: 3 for gauge in GAUGES}
    phrase_hash = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$1234567890123456789012"
    stranger = TestClient(create_app(lab, HubConfig(web_phrase=phrase_hash)), base_url=HOST, follow_redirects=False)
    for path in ("/metrics", f"/maquina/{PLAZA}/auditoria.dts"):
        assert stranger.get(path).headers["location"] == "/entrar"
    assert stranger.get("/datos").status_code == 200


def test_the_audit_file_has_its_address(visitor: TestClient) -> None:
    """A machine that is known has one, another has none."""
    answer = visitor.get(f"/maquina/{PLAZA}/auditoria.dts")
    assert answer.content.startswith(b"DXS*MNG")
    assert visitor.get("/maquina/nadie/auditoria.dts").status_code == 404


# The commands


def run(folder: Path, *words: str) -> str:
    done = CliRunner().invoke(minga, ["hub", *words, "--config", str(folder / "hub.toml")])
    if isinstance(done.exception, MingaError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.usefixtures("lab")
def test_a_set_is_exported_by_a_command(folder: Path, tmp_path: Path) -> None:
    """The form is what the file's name ends in, or what is said; nothing half stands in the folder."""
    file = tmp_path / "ventas.parquet"
    assert (
        run(folder, "export", "ventas", str(file), "--since", "2026-11-21", "--machine", PLAZA) == f"{file}: 37 rows\n"
    )
    run(folder, "export", "dias", str(tmp_path / "dias"), "--format", "json", "--until", "2026-11-21")
    with duckdb.connect() as db:
        assert db.execute(f"SELECT sum(precio_centavos) FROM '{file}'").fetchone() == (37 * 350,)
    assert len(json.loads((tmp_path / "dias").read_text())["filas"]) == 2
    assert sorted(each.name for each in tmp_path.iterdir()) == ["dias", "ventas.parquet"]


@pytest.mark.usefixtures("lab")
@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("ventes", "x.csv"), "there are ventas, dias"),
        (("ventas", "x.doc"), "say one with `--format`"),
        (("ventas", "x.csv", "--since", "ayer"), "write days like 2026-11-01"),
        (("ventas", "no/such/folder/x.csv"), "it cannot be written"),
    ],
)
def test_what_cannot_be_exported_is_said(folder: Path, words: tuple[str, ...], why: str) -> None:
    """With the way out."""
    with pytest.raises(MingaError, match=why):
        run(folder, "export", *words)


@pytest.mark.usefixtures("lab")
def test_a_snapshot_is_whole_and_read_only(folder: Path, tmp_path: Path) -> None:
    """Every set is a table with its rows and types, nobody can change it, and Datasette's words name every column."""
    for _ in range(2):  # the second night takes the first one's place
        run(folder, "snapshot", str(tmp_path))
    told = json.loads((tmp_path / "metadata.json").read_text(encoding="utf-8"))
    tables = told["databases"]["minga"]["tables"]
    with closing(sqlite3.connect(f"file:{tmp_path / 'minga.db'}?mode=ro", uri=True)) as db:
        for name, made in SETS.items():
            columns = [row[1] for row in db.execute(f'PRAGMA table_info("{name}")')]
            assert columns == list(tables[name]["columns"]) == [column.name for column in made.columns]
        assert db.execute("SELECT sum(precio_centavos), min(fecha) FROM ventas").fetchone() == (53 * 350, "2026-11-21")
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert (tmp_path / "minga.db").stat().st_mode & 0o222 == 0
    assert sorted(each.name for each in tmp_path.iterdir()) == ["metadata.json", "minga.db"]


@pytest.mark.usefixtures("lab")
def test_gauges_can_be_left_in_a_file(folder: Path, tmp_path: Path) -> None:
    """For the node exporter, where the pages ask for a phrase."""
    run(folder, "metrics", str(tmp_path / "minga.prom"))
    families = text_string_to_metric_families((tmp_path / "minga.prom").read_text())
    line = next(family for family in families if family.name == "minga_machine_line_facts")
    assert {sample.labels["machine"]: sample.value > 0 for sample in line.samples}[PLAZA]
