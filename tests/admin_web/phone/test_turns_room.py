"""Turns on the phones: whose it is and when it is due, done by one touch, passed on by two, and a word on her home."""

import re

import pytest
from builders import stamp
from fastapi.testclient import TestClient
from phone_bench import Bench

from controller.domain import facts as f
from controller.domain.turns import TakeTurn

DAY_S = 86_400


def seen(phone: TestClient, path: str) -> str:
    answer = phone.get(path)
    assert answer.status_code == 200, path
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


@pytest.fixture
def done(bench: Bench) -> Bench:
    """Carmen has filled the machine a moment ago; nobody has counted or repaired anything yet."""
    assert bench.gateway.decide(TakeTurn(f.Work.RESTOCK, 1, "carmen")).ok
    return bench


def test_a_page_says_whose_turn_it_is(done: Bench) -> None:
    """Inti's now, because nobody sews who has done less; in three days, by the statutes; and who did it last."""
    page = seen(done.phone("rosa"), "/turnos")
    assert re.search(r"Surtir la máquina Le toca a Inti Chimbo Faltan 3 días", page)
    assert re.search(r"Contar el dinero Le toca a carmen Toca hoy", page)
    assert re.search(r"Lo que se ha hecho C Surtir la máquina carmen · hoy 10:30", page)


def test_it_is_due_again_by_itself(done: Bench) -> None:
    """Three days later her home says so, with the touch that says it is done; before, and on other homes, it does not."""
    inti = done.phone("inti")
    assert "Surtir la máquina" not in seen(inti, "/")
    done.gateway.now_s += 3 * DAY_S
    done.gateway.look()
    assert "Surtir la máquina Le toca a usted" in seen(inti, "/")
    assert "Surtir la máquina" not in seen(done.phone("rosa"), "/")


def test_done_is_one_touch(done: Bench) -> None:
    """A second touch of the same page is no second turn, and the next one has another number."""
    inti = done.phone("inti")
    for _ in range(2):
        answer = inti.post("/turnos/restock/hecho", data={"number": "2"})
        assert answer.headers["location"] == "/turnos?told=thanks"
    assert done.shop.governance.rota(f.Work.RESTOCK).lately == ("carmen", "inti")


def test_anybody_can_do_it_instead(done: Bench) -> None:
    """The turn counts for whoever did it; whose it was comes next again."""
    assert "Lo hice yo en su lugar" in seen(done.phone("rosa"), "/turnos")
    done.phone("rosa").post("/turnos/restock/hecho", data={"number": "2"})
    assert "Surtir la máquina Le toca a usted" in seen(done.phone("inti"), "/turnos")


def test_a_turn_is_passed_on_by_two_touches(done: Bench) -> None:
    """Touch, then a face: it is Rosa's, and Inti's own page says so."""
    inti = done.phone("inti")
    assert "Pasar mi turno" in seen(inti, "/turnos")
    assert "Rosa Quishpe" in seen(inti, "/turnos/restock/pasar")
    inti.post("/turnos/restock/pasar", data={"number": "2", "to": "rosa"})
    assert "Surtir la máquina Le toca a Rosa Quishpe" in seen(inti, "/turnos")


def test_nobody_passes_on_what_is_not_hers(done: Bench) -> None:
    """Neither by the page, which is not there, nor by a form that somebody made."""
    rosa = done.phone("rosa")
    assert rosa.get("/turnos/restock/pasar").status_code == 404
    answer = rosa.post("/turnos/restock/pasar", data={"number": "2", "to": "luz"})
    assert answer.headers["location"] == "/turnos?told=not-your-turn"
    assert rosa.post("/turnos/dance/hecho", data={"number": "1"}).status_code == 404


def test_a_technician_takes_part_in_repairs(done: Bench) -> None:
    """And in nothing else: of other work he sees whose turn it is."""
    page = seen(done.phone("diego"), "/turnos")
    assert page.count("Lo hice yo en su lugar") == 1
    answer = done.phone("diego").post("/turnos/count/hecho", data={"number": "1"})
    assert answer.headers["location"] == "/turnos?told=not-in-turn"


def test_nobody_is_reminded_where_the_statutes_do_not_want_it(done: Bench) -> None:
    """With `0` days a work has an order and no date."""
    assert stamp().trusted
    statutes = done.config.assembly.turn_days
    statutes["count"] = 0
    assert re.search(r"Contar el dinero Le toca a usted Cuando haga falta", seen(done.phone("carmen"), "/turnos"))
