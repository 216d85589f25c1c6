"""Two people count the cash box on two phones: blind, equal or again, booked once, and nothing lost when something stops."""

import json
import re
import time
from pathlib import Path

import pytest
from builders import A1, A3
from fastapi.testclient import TestClient
from phone_bench import Bench

from admin_web.phone.counts import LASTS_S, Counts
from controller.domain import facts as f
from controller.domain.catalog import Account
from controller.domain.treasury import CountCash
from controller.protocols.control import Answer

BOX = {"n100": "8", "n50": "1"}
"""Eight dollars and a half: what two sales have put in."""


@pytest.fixture
def full(bench: Bench) -> Bench:
    """A machine that has sold a bag and a belt."""
    bench.sell(A1)
    bench.sell(A3)
    return bench


def begun(bench: Bench) -> tuple[TestClient, TestClient, str]:
    """Carmen begins to count the box and Rosa counts along: their phones and the count's page."""
    carmen, rosa = bench.phone("carmen", opened=True), bench.phone("rosa", opened=True)
    page = carmen.post("/caja/contar", data={"place": "coinbox"}).headers["location"]
    assert rosa.post(f"{page}/unirse").headers["location"] == page
    return carmen, rosa, page


def say(phone: TestClient, page: str, round: int = 1, **pieces: str) -> str:
    """She types what she found; where her phone goes on to."""
    return str(phone.post(page, data={"round": str(round), **(pieces or BOX)}).headers["location"])


def counted(bench: Bench) -> list[f.CashCounted]:
    with bench.books() as db:
        rows = db.execute("SELECT body FROM facts WHERE type = 'CashCounted'").fetchall()
    return [f.CashCounted(**json.loads(body)) for (body,) in rows]


def test_two_equal_counts_are_written_with_both_names(full: Bench) -> None:
    """And only then both see what was expected, and the difference in words."""
    carmen, rosa, page = begun(full)
    assert say(carmen, page) == page
    assert say(rosa, page) == f"{page}?told=done"
    (fact,) = counted(full)
    assert (fact.place, fact.expected_cents, fact.counted_cents, fact.by, fact.witness) == (
        "coinbox",
        850,
        850,
        "carmen",
        "rosa",
    )
    for phone in (carmen, rosa):
        told = phone.get(page).text
        assert "$8,50" in told
        assert "Cuadra al centavo." in told


def test_what_is_missing_is_said_in_words(full: Bench) -> None:
    """A quarter less than the books said."""
    carmen, rosa, page = begun(full)
    say(carmen, page, n100="8", n25="1")
    say(rosa, page, n100="8", n5="5")
    assert "Faltan $0,25." in carmen.get(page).text


def test_neither_sees_what_is_expected_nor_what_the_other_found(full: Bench) -> None:
    """Not in the page, not in its source, before both have found the same; and not in the coordinator's room."""
    carmen, rosa, page = begun(full)
    say(carmen, page, n100="7", n25="3")
    seen = rosa.get(page).text + rosa.get("/").text + carmen.get("/caja").text
    assert not re.search(r"8[.,]50|\b850\b|7[.,]75|\b775\b", seen)
    say(rosa, page)
    seen = rosa.get(page).text + carmen.get(page).text
    assert not re.search(r"8[.,]50|\b850\b|7[.,]75|\b775\b", seen)


def test_unequal_counts_are_counted_again(full: Bench) -> None:
    """Both learn that they differ; nothing is booked before they agree."""
    carmen, rosa, page = begun(full)
    say(carmen, page, n100="9")
    assert say(rosa, page) == f"{page}?told=count-unequal"
    assert "No salió igual" in carmen.get(page).text
    assert counted(full) == []
    say(carmen, page, round=2)
    assert say(rosa, page, round=2) == f"{page}?told=done"
    assert [fact.counted_cents for fact in counted(full)] == [850]


def test_a_form_of_an_earlier_round_counts_for_nothing(full: Bench) -> None:
    """A page that was left open cannot answer for the new round."""
    carmen, rosa, page = begun(full)
    say(carmen, page, n100="9")
    say(rosa, page)
    say(carmen, page, round=1)
    say(rosa, page, round=2)
    assert "Esperando a" in rosa.get(page).text
    assert counted(full) == []


def test_an_answer_that_was_lost_is_asked_again_and_booked_once(full: Bench) -> None:
    """The machine may have written it before the light went out: the same number is the same count."""
    carmen, rosa, page = begun(full)
    say(carmen, page)
    full.gateway.answer = Answer(None, "away")
    assert say(rosa, page) == f"{page}?told=away"
    assert counted(full) == []
    (wish,) = (ask for ask in full.gateway.asked if isinstance(ask, CountCash))
    full.gateway.answer = None
    full.gateway.decide(wish)
    for phone in (carmen, rosa):
        assert phone.post(f"{page}/anotar").headers["location"] == f"{page}?told=done"
    assert len(counted(full)) == 1


def test_a_count_outlives_a_restart_of_the_pages(full: Bench, tmp_path: Path) -> None:
    """What the first has found lies on the disk; the second still sees a count that waits for her."""
    carmen, _, page = begun(full)
    say(carmen, page)
    again = Counts(tmp_path, time.time)
    (found,) = again.open()
    again.close()
    assert (found.by, found.witness, found.by_cents, found.witness_cents) == ("carmen", "rosa", 850, None)
    assert counted(full) == []


def test_a_count_that_is_left_books_nothing(full: Bench) -> None:
    """Neither may finish it alone."""
    carmen, rosa, page = begun(full)
    say(carmen, page)
    assert rosa.post(f"{page}/dejar").headers["location"] == "/?told=count-left"
    say(rosa, page)
    assert counted(full) == []
    assert "no se anotó nada" in carmen.get(page).text.lower()


def test_a_third_person_has_no_part_in_it(full: Bench) -> None:
    """The first second person has the place; whoever comes later is told who counts."""
    _, _, page = begun(full)
    luz = full.phone("luz", opened=True)
    assert luz.post(f"{page}/unirse").headers["location"] == f"{page}?told=count-taken"
    say(luz, page)
    assert "Ya cuentan carmen y Rosa Quishpe" in luz.get(page).text
    assert page not in luz.get("/").text


def test_whoever_begins_cannot_be_her_own_witness(full: Bench) -> None:
    """Two phones of one person are one person."""
    carmen, other = full.phone("carmen", opened=True), full.phone("carmen", opened=True)
    page = carmen.post("/caja/contar", data={"place": "coinbox"}).headers["location"]
    other.post(f"{page}/unirse")
    say(carmen, page)
    say(other, page)
    assert counted(full) == []


def test_a_place_is_counted_once_at_a_time(full: Bench) -> None:
    """Who touches the button again comes to the count under way; an unknown place is none."""
    carmen, _, page = begun(full)
    assert carmen.post("/caja/contar", data={"place": "coinbox"}).headers["location"] == page
    assert carmen.post("/caja/contar", data={"place": "maker:rosa"}).status_code == 404


def test_coins_that_just_leave_a_hopper_make_both_count_again(full: Bench) -> None:
    """What they found is not what lies there any more."""
    full.write(f.CashMoved(1_000, Account("hopper:25"), Account("float:museo"), "carmen"))
    carmen, rosa = full.phone("carmen", opened=True), full.phone("rosa", opened=True)
    page = carmen.post("/caja/contar", data={"place": "hopper:25"}).headers["location"]
    rosa.post(f"{page}/unirse")
    say(carmen, page, n25="40")
    full.gateway.answer = Answer(1, "paying")
    assert say(rosa, page, n25="40") == f"{page}?told=paying"
    full.gateway.answer = None
    say(carmen, page, round=2, n25="39")
    assert say(rosa, page, round=2, n25="39") == f"{page}?told=done"
    assert [fact.counted_cents for fact in counted(full)] == [975]


def test_a_forgotten_count_does_not_stand_in_the_way(tmp_path: Path) -> None:
    """After half a day another one begins."""
    now_s = 1_000.0
    counts = Counts(tmp_path, lambda: now_s)
    first = counts.start("coinbox", "carmen")
    now_s += LASTS_S + 1
    assert counts.open() == ()
    assert counts.start("coinbox", "carmen").count_id != first.count_id
    counts.close()


def test_without_a_pin_nobody_counts(full: Bench) -> None:
    """The second person's name stands behind money, too."""
    _, _, page = begun(full)
    assert full.phone("luz").get(page).headers["location"].startswith("/clave?next=")
    assert full.phone("rosa", opened=True).post("/caja/contar", data={"place": "coinbox"}).status_code == 403
