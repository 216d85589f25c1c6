"""The way to the lab on the technician's page: how it stands, what waits, what was put aside, and sending it now."""

import re
from dataclasses import asdict, replace
from typing import Any

import pytest
from fastapi.testclient import TestClient
from phone_bench import Bench

from controller.courier.post import Line
from controller.courier.told import Told
from controller.domain.outbox import Aside
from controller.protocols.control import Answer, SyncNow

HOLDS_ALL = Told("mqtts://broker.lab.example", 4_712, 4_712, 0, None, 1_795_275_000_000, Line(True, "", 1), 0, ())
WAITS = replace(HOLDS_ALL, held=4_000, waits=712)
AWAY = Line(False, "nobody answers at broker.lab.example:8883", 1_795_100_000_000)
ASIDE = Aside(81, 90, 1, "5a" * 32, "broken")


def page(phone: TestClient) -> str:
    answer = phone.get("/taller")
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


@pytest.fixture
def diego(bench: Bench) -> TestClient:
    return bench.phone("diego")


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (HOLDS_ALL, "En contacto: el laboratorio tiene los 4.712 hechos."),
        (WAITS, "En contacto. Hechos que todavía no llegan: 712."),
        (replace(WAITS, line=Line(True, "", 1, silent=True)), "el laboratorio no contesta. Contestó por última vez:"),
        (replace(WAITS, line=AWAY), "Hechos que esperan: 712. Nada se pierde, y la venta sigue."),
        (replace(WAITS, line=AWAY), "nobody answers at broker.lab.example:8883"),
        (replace(WAITS, line=Line(True, "", 1, foreign="the lab has another fact 40")), "no coincide con estos libros"),
        (replace(HOLDS_ALL, quarantined=10, refused=(ASIDE,)), "Hechos que el laboratorio apartó: 10."),
        (replace(WAITS, heard_ms=None, line=Line(True, "", 1, silent=True)), "Contestó por última vez: nunca."),
        (replace(WAITS, line=Line()), "No se sabe cómo está la conexión"),
    ],
)
def test_how_the_way_to_the_lab_stands(bench: Bench, diego: TestClient, told: Told, words: str) -> None:
    """One sentence, the gravest that is so; what the machine itself says stands below."""
    bench.gateway.status = {"sync": asdict(told)}
    assert words in page(diego)


@pytest.mark.parametrize("status", [{}, {"sync": None}])
def test_a_machine_without_a_lab_says_nothing_of_one(bench: Bench, diego: TestClient, status: dict[str, Any]) -> None:
    """Most machines stand alone."""
    bench.gateway.status = status
    assert "El laboratorio" not in page(diego)


def test_everything_is_sent_now_by_one_touch(bench: Bench, diego: TestClient) -> None:
    """And what cannot be is told; where all is held there is nothing to touch."""
    bench.gateway.status = {"sync": asdict(WAITS)}
    assert "Enviar todo ahora" in page(diego)
    assert diego.post("/taller/laboratorio").headers["location"] == "/taller"
    assert SyncNow() in bench.gateway.asked
    bench.gateway.answer = Answer(1, "no-lab", "")
    assert diego.post("/taller/laboratorio").headers["location"] == "/taller?told=no-lab"
    assert "Esta máquina no tiene laboratorio" in page_at(diego, "/taller?told=no-lab")
    bench.gateway.status = {"sync": asdict(HOLDS_ALL)}
    assert "Enviar todo ahora" not in page(diego)


def page_at(phone: TestClient, path: str) -> str:
    return phone.get(path).text
