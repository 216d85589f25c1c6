"""While two people count money blind, no page tells them what to expect: not the books, and no other page of the phones."""

import re
import time
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from builders import A1, A3, a_busy_day
from phone_bench import Bench, opened
from who_may import ROWS, WHO

from admin_web.phone.counts import Count, Counts
from controller.domain import facts as f
from controller.domain.treasury import CountCash
from controller.ledger.openbooks import newest
from controller.ledger.reports import balances

IN_PATHS = {"maker": "rosa", "slot": "A1", "name": "hopper:25", "product": "bolso-retazos", "member": "rosa"}
LYING = 3_713
"""What lies in the cash box, in cents: an amount that nothing else comes to."""


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """The cash box was counted once; since then it has taken exactly $37,13."""
    with opened(tmp_path) as bench:
        bench.sell(A1)
        assert bench.gateway.decide(CountCash(350, "carmen", "luz", "conteo-a", "coinbox")).ok
        with bench.journal() as journal:
            a_busy_day(journal)
        with bench.books() as db:
            there = balances(db)["coinbox"]
        bench.write(f.CreditTaken(LYING - there, "coins", "nri-1234", 99), f.PayoutStarted(7, 1))
        yield bench


def counting(bench: Bench, place: str = "coinbox") -> Count:
    """Carmen begins to count."""
    counts = Counts(bench.folder, time.time)
    begun = counts.start(place, "carmen")
    counts.close()
    return begun


def text(bench: Bench, who: str, path: str) -> str:
    """The whole page, without its tags."""
    answer = bench.phone(who, opened=True).get(path)
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


def test_the_books_rest_at_the_last_count_until_this_one_is_over(bench: Bench) -> None:
    """Before and after everything is told; meanwhile the books end with the fact that counted this place last."""
    with bench.books() as db:
        (counted,) = db.execute("SELECT max(seq) FROM facts WHERE type = 'CashCounted'").fetchone()
    bench.phone("rosa")
    assert "$37,13" in text(bench, "rosa", "/libros/saldos")
    begun = counting(bench)
    for path in ("/libros", "/libros/saldos", "/libros/cadena"):
        page = text(bench, "rosa", path)
        assert "carmen está contando la caja de monedas" in page
        assert f"hasta la anotación n.º {counted}" in page
    assert "37,13" not in text(bench, "rosa", "/libros/saldos")
    rosa = bench.phone("rosa")
    assert [rosa.get(f"/libros/{seq}").status_code for seq in (counted, counted + 1)] == [200, 404]
    assert rosa.get("/libros/venta/2").status_code == 404
    assert rosa.get(f"/libros/cadena/{counted + 1}").status_code == 404
    assert len(rosa.get("/libros/cadena/1").text.splitlines()) == counted + 1
    assert rosa.get("/libros/bajar/beancount").headers["location"] == "/libros/saldos?told=file-waits"
    counts = Counts(bench.folder, time.time)
    counts.leave(begun.count_id, "carmen")
    counts.close()
    assert "$37,13" in text(bench, "rosa", "/libros/saldos")
    with bench.books() as db:
        last = newest(db)
    assert rosa.get(f"/libros/{last}").status_code == 200


@pytest.mark.parametrize("who", WHO[1:])
def test_no_page_of_any_phone_shows_what_lies_there(bench: Bench, who: str) -> None:
    """Every page of every room, for everybody: the sum is nowhere, in no language's figures."""
    counting(bench)
    phone = bench.phone(who.split()[0], opened=True)
    for method, path in ROWS:
        if method == "GET":
            for name, value in IN_PATHS.items():
                path = path.replace(f"{{{name}}}", value)
            page = phone.get(re.sub(r"\{[\w:]+\}", "1", path)).text
            assert not re.search(r"37[,.]13", page), path


def test_a_place_that_was_never_counted_closes_the_books_for_a_while(bench: Bench) -> None:
    """There is no earlier count to end with; whoever counts learns nothing, and after it everything is there again."""
    counting(bench, "hopper:25")
    page = text(bench, "luz", "/libros")
    assert "ese lugar no se había contado nunca" in page
    assert "Aquí no hay anotaciones" in page
    assert "Mientras alguien cuenta dinero no hay anotaciones que comprobar" in text(bench, "luz", "/libros/cadena")
    assert "$" not in text(bench, "luz", "/libros/saldos").split("Llevarse")[0]


def test_two_counts_cover_as_much_as_the_older_one_needs(bench: Bench) -> None:
    """The books rest at the earlier of the two."""
    counting(bench)
    assert "n.º" in text(bench, "rosa", "/libros")
    counting(bench, "hopper:25")
    assert "Aquí no hay anotaciones" in text(bench, "rosa", "/libros")


def test_the_lab_is_told_that_somebody_counts(bench: Bench) -> None:
    """Not who."""
    counting(bench)
    page = text(bench, "ines", "/libros")
    assert "alguien del grupo está contando la caja de monedas" in page
    assert "carmen" not in page


def test_a_sale_is_there_again_after_the_count(bench: Bench) -> None:
    """Agreed and written down: the belt that was sold meanwhile can be followed."""
    begun = counting(bench)
    bench.sell(A3)
    with bench.books() as db:
        (number,) = db.execute(
            "SELECT body ->> '$.vend_id' FROM facts WHERE type = 'Sold' ORDER BY seq DESC"
        ).fetchone()
    assert bench.phone("luz").get(f"/libros/venta/{number}").status_code == 404
    counts = Counts(bench.folder, time.time)
    counts.join(begun.count_id, "luz")
    for who in ("carmen", "luz"):
        counts.say(begun.count_id, who, 1, 4_000)
    counts.close()
    assert bench.gateway.decide(CountCash(4_000, "carmen", "luz", begun.wish_id, "coinbox")).ok
    assert bench.phone("luz").get(f"/libros/venta/{number}").status_code == 200


def test_what_is_agreed_covers_until_it_is_in_the_books(bench: Bench) -> None:
    """Both found the same and the machine has not written it down yet: it may have to be counted again."""
    begun = counting(bench)
    counts = Counts(bench.folder, time.time)
    assert counts.join(begun.count_id, "luz")
    for who in ("carmen", "luz"):
        counts.say(begun.count_id, who, 1, LYING)
    counts.close()
    assert "37,13" not in text(bench, "rosa", "/libros/saldos")
    assert bench.gateway.decide(CountCash(LYING, "carmen", "luz", begun.wish_id, "coinbox")).ok
    assert "está contando" not in text(bench, "rosa", "/libros/saldos")


def test_no_period_is_looked_at_while_somebody_counts(bench: Bench) -> None:
    """What the open period sold would tell its coordinator what to expect."""
    assert 'name="label"' in bench.phone("carmen", opened=True).get("/cierre").text
    counting(bench)
    covered = bench.phone("carmen", opened=True).get("/cierre").text
    assert "carmen está contando la caja de monedas" in covered
    assert "hasta la anotación" not in covered
    assert 'name="label"' not in covered
