"""One machine's page, sales and the proof: what they say is what the machines' own books and the lab's store hold."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from conftest import client_of
from fastapi.testclient import TestClient
from labtown import NOW_MS, SAID_YES, Stand, forked, noted, posted
from servers import Postgres

from controller.domain.chain import GENESIS
from controller.protocols.sync import letter
from controller.protocols.sync.letter import Letter
from lab.model.catchup import prepare
from lab.pages.names import pseudonym
from lab.pages.speech import in_fours
from lab.store import Store, opened

Town = tuple[Store, dict[str, Stand]]


def text(visitor: TestClient, path: str) -> str:
    """What a page says, without its markup."""
    answer = visitor.get(path)
    assert answer.status_code == 200, path
    words = re.sub(r"<(script|style|svg).*?</\1>", " ", answer.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", words))


# One machine


def test_a_machines_page_adds_up_what_its_books_hold(visitor: TestClient, lab_town: Town) -> None:
    """All sales of its nine days, to the cent."""
    pieces, cents = (
        lab_town[1]["museo-ciudad"]
        .coop.journal.db.execute("SELECT sum(pieces), sum(earned_cents) FROM days WHERE account LIKE 'maker:%'")
        .fetchone()
    )
    told = text(visitor, "/maquina/museo-ciudad?dias=30")
    hers = re.findall(r"\$([\d.]+),(\d\d)(?= (?:costurera|Rosa|Luz|Inti|Sisa|Con su))", told)
    assert f"{pieces} prendas" in told
    assert sum(int(whole.replace(".", "")) * 100 + int(part) for whole, part in hers) == cents


def test_a_maker_stands_by_name_only_where_she_agreed(visitor: TestClient, lab_town: Town) -> None:
    """Everybody else by four signs, on every page, and her id on none."""
    pages = [visitor.get(path).text for path in ("/maquina/museo-ciudad", "/ventas", "/maquina/yaku?dias=365")]
    key = lab_town[1]["museo-ciudad"].rows()[0][1]
    assert "Rosa Caiza" in pages[0]
    assert f"costurera {pseudonym(key, 'carmen')}" in pages[0]
    for page in pages:
        assert not re.search(r"Carmen|Killa|Blanca|Nina|Tamia|Ñusta|Tituaña", page)
        assert not re.search(r"\b(carmen|killa|blanca|maria-2|7-hilos)\b", page)
    assert set(SAID_YES) < {"rosa", "luz", "inti", "sisa", "carmen"}


def test_a_pseudonym_is_stable_and_another_on_another_machine() -> None:
    """It hangs on her id and on her machine's first fact alone."""
    assert pseudonym(GENESIS, "carmen") == pseudonym(GENESIS, "carmen")
    assert len({pseudonym(bytes([n]) * 32, "carmen") for n in range(50)}) == 50
    assert len({pseudonym(GENESIS, f"maker-{n}") for n in range(50)}) == 50


def test_a_machines_page_says_what_failed_stood_still_and_was_counted(visitor: TestClient) -> None:
    """Its spirals, its outages with their table, its counts and its doubts."""
    told = text(visitor, "/maquina/otavalo-plaza")
    for words in ("Lo que hay", "Ventas que fallaron", "Cuándo no pudo vender", "Conteos del dinero"):
        assert words in told
    assert "La puerta está abierta" in told
    assert "y sigue" in told
    assert "Dudas y por devolver" in told


def test_an_empty_spiral_says_since_when(visitor: TestClient) -> None:
    """It was emptied on the last day, so its age is told in hours or less."""
    assert re.search(r"A1 [^·]+ · \$3,50 Agotado · \d+ (s|min|h) ", text(visitor, "/maquina/biblioteca-epn"))


def test_no_machine_of_that_name(visitor: TestClient) -> None:
    """A page that is not there says so, in words, with the way back."""
    for path in ("/maquina/nadie", "/prueba/nadie", "/nada", "/maquina/museo-ciudad?dias=x"):
        answer = visitor.get(path)
        assert (answer.status_code, "no hay ninguna página" in answer.text) == (404, True)


def test_both_databases_give_the_same_pages(tmp_path: Path, lab_town: Town, postgres: Postgres) -> None:
    """To the last letter, whichever of them a lab has."""
    stand, pages = lab_town[1]["museo-ciudad"], []
    for where in (str(tmp_path / "lab.db"), postgres.database()):
        store = opened(where, make=True)
        prepare(store)
        noted(store, "museo-ciudad", NOW_MS - 40_000, meta=stand.meta("Museo de la Ciudad"))
        posted(store, "museo-ciudad", letter.letters("museo-ciudad", stand.rows()))
        noted(store, "museo-ciudad", NOW_MS - 20_000, state=stand.state(NOW_MS))
        visitor = client_of(store)
        paths = ("/", "/maquina/museo-ciudad?dias=7", "/ventas", "/prueba", "/prueba/museo-ciudad?comprobar=1")
        pages.append([visitor.get(path).text for path in paths])
        store.close()
    assert pages[0] == pages[1]
    assert "Recién comprobado" in pages[1][-1]


# Sales


def test_sales_of_all_are_the_sum_of_each(visitor: TestClient) -> None:
    """Choosing machines one by one adds up to what all have sold."""

    def sold(query: str) -> int:
        told = re.search(r"Ventas por día \$([\d.]+),(\d\d)", text(visitor, f"/ventas?dias=30{query}"))
        assert told
        return int(told[1].replace(".", "")) * 100 + int(told[2])

    names = ("museo-ciudad", "yaku", "otavalo-plaza", "biblioteca-epn", "terminal-cuenca")
    each_cents = [sold(f"&m={name}") for name in names]
    assert all(cents > 0 for cents in each_cents)
    assert sold("") == sum(each_cents)
    assert sold("&m=yaku&m=museo-ciudad") == each_cents[0] + each_cents[1]


def test_every_chart_has_its_table(visitor: TestClient) -> None:
    """Whoever sees no picture reads the numbers; a picture says where they are."""
    for path in ("/ventas", "/maquina/museo-ciudad"):
        page = visitor.get(path).text
        charts = re.findall(r'<svg class="(?:chart|heat|strip)"[^>]*aria-label="[^"]+"', page)
        assert len(charts) >= 2
        assert len(re.findall(r"<details><summary>Ver como tabla", page)) >= len(charts)


# The proof


def test_the_proof_shows_the_machines_own_head(visitor: TestClient, lab_town: Town) -> None:
    """In groups of four, at the number that the machine has it at."""
    row, head = lab_town[1]["museo-ciudad"].rows()[-1]
    told = text(visitor, "/prueba/museo-ciudad")
    assert in_fours(head.hex()) in told
    assert f"Huella en el hecho {row.seq:,}".replace(",", ".") in told
    assert "No falta ningún hecho" in told


def test_the_chain_is_reckoned_again_on_demand(visitor: TestClient, lab_town: Town) -> None:
    """Every fact is read; and the page says how many."""
    facts = len(lab_town[1]["museo-ciudad"].rows())
    assert f"Recién comprobado: {facts} hechos" in text(visitor, "/prueba/museo-ciudad?comprobar=1")


def test_what_was_refused_can_be_looked_at(visitor: TestClient) -> None:
    """Its numbers, why, its hash and its bytes; the line itself stays whole."""
    told = text(visitor, "/prueba/biblioteca-epn")
    assert "hechos 21 a 32" in told
    assert "alguien puso una copia vieja" in told
    assert "bytes guardados" in told
    assert "32 " in told.split("bytes guardados")[1]
    assert "No falta ningún hecho" in told


def test_the_proof_of_all_names_the_missing_facts(visitor: TestClient) -> None:
    """Only the machine that misses some; the rest are whole."""
    told = text(visitor, "/prueba")
    assert told.count("No falta ningún hecho") == 4
    assert len(re.findall(r"Faltan los hechos \d+ a \d+", told)) == 1


@pytest.fixture
def hurt(tmp_path: Path, lab_town: Town) -> tuple[Path, TestClient]:
    """A lab of its own. `yaku` is restored at fact 40 and loses twenty; later five facts come that follow from nothing."""
    file, stand = tmp_path / "lab.db", lab_town[1]["yaku"]
    store, rows = opened(str(file), make=True), stand.rows()
    prepare(store)
    noted(store, "yaku", NOW_MS - 40_000, meta=stand.meta("Yaku"))
    posted(store, "yaku", letter.letters("yaku", rows[:60]))
    posted(store, "yaku", [forked("yaku", rows, after=40, count=30, epoch=2)])
    strange = tuple(row._replace(epoch=2) for row, _ in rows[70:75])
    for _ in range(2):  # the first time it is only asked for again
        posted(store, "yaku", [Letter("yaku", strange, bytes(range(32)))])
    return file, client_of(store)


def test_a_restore_and_a_scar_are_told(hurt: tuple[Path, TestClient]) -> None:
    """Which epochs stand on the line, what the machine lost, and which numbers hold nothing."""
    told = text(hurt[1], "/prueba/yaku")
    assert "época 1: 1 a 40, época 2: 41 a 70 " in told
    assert "Perdidos en la máquina al restaurar época 1: 41 a 60" in told
    assert "5 números sin hecho: lo que llegó con ellos fue rechazado" in told
    assert "Después del hecho 75, época 2" in told
    assert "No siguen de nada que aquí se conozca" in told


def test_a_fact_changed_in_the_store_is_found_out(hurt: tuple[Path, TestClient]) -> None:
    """A thousandth of a second of one fact, by somebody with the lab's disk in hand."""
    assert "Recién comprobado: 70 hechos" in text(hurt[1], "/prueba/yaku?comprobar=1")
    with closing(sqlite3.connect(hurt[0])) as db:
        db.execute("UPDATE facts SET wall_ms = wall_ms + 1 WHERE seq = 33")
        db.commit()
    assert "hechos que faltan, 0; huellas que no siguen de la anterior, 1." in text(hurt[1], "/prueba/yaku?comprobar=1")


def test_a_fact_taken_out_of_the_store_is_missed(hurt: tuple[Path, TestClient]) -> None:
    """The chain says between which facts it was."""
    with closing(sqlite3.connect(hurt[0])) as db:
        db.execute("DELETE FROM facts WHERE seq = 33")
        db.commit()
    assert "No cuadra: hechos que faltan, 1;" in text(hurt[1], "/prueba/yaku?comprobar=1")


def test_a_store_that_cannot_be_read_is_told_in_words(tmp_path: Path) -> None:
    """And not as a traceback: here the hub has never run, so there is nothing added up yet."""
    answer = client_of(opened(str(tmp_path / "new.db"), make=True)).get("/")
    assert answer.status_code == 503
    assert "cada máquina los guarda" in answer.text
