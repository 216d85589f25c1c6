"""Filling, taking out, counting, undoing: one touch each, guarded by what was on her screen, written with what she did."""

import re
from dataclasses import replace

import pytest
from builders import A1, A2, A3
from fastapi.testclient import TestClient
from httpx import Response
from phone_bench import Bench

from controller.domain import facts as f
from controller.domain.facts import SlotCounted, Why
from controller.domain.stocking import CountSlot
from controller.ledger.forms import read_fact
from controller.protocols.control import Answer


def touched(phone: TestClient, button: str, path: str = "/") -> Response:
    """What her browser sends when she touches the button of this id, and the page that comes back."""
    page = phone.get(path).text
    form = next(form for form in re.findall(r"<form.*?</form>", page, re.DOTALL) if f'id="{button}"' in form)
    action = re.search(r'action="([^"]+)"', form)
    said = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    tag = re.search(rf'<button[^>]*id="{button}"[^>]*>', form)
    assert action
    assert tag
    assert "disabled" not in tag[0]
    said |= dict(re.findall(r'name="(\w+)" value="([^"]*)"', tag[0]))
    answer = phone.post(action[1], data=said)
    assert answer.status_code == 303
    return answer


def newest(bench: Bench) -> SlotCounted:
    """The newest fact, which must be a count."""
    with bench.books() as db:
        kind, body = db.execute("SELECT type, body FROM facts ORDER BY seq DESC LIMIT 1").fetchone()
    found = read_fact(kind, body)
    assert isinstance(found, SlotCounted)
    return found


def test_one_touch_fills_a_spiral(bench: Bench) -> None:
    """A1 goes from five to eight, by Rosa, who put pieces in; the page comes back at that spiral."""
    answer = touched(bench.phone("rosa"), "fill-A1")
    assert answer.headers["location"] == "/?told=done&slot=A1#slot-A1"
    assert newest(bench) == f.SlotCounted(A1, 5, 8, "rosa", Why.PUT)


@pytest.mark.parametrize(("button", "after", "why"), [("less-A2", 4, Why.TOOK), ("more-A2", 6, Why.PUT)])
def test_one_more_and_one_fewer(bench: Bench, button: str, after: int, why: Why) -> None:
    """What plus and minus mean needs no saying."""
    touched(bench.phone("rosa"), button)
    assert newest(bench) == f.SlotCounted(A2, 5, after, "rosa", why)


def test_a_stale_screen_says_so_and_shows_the_new_number(bench: Bench) -> None:
    """A bag was sold while her page was open: nothing is written, and the page says that there are four."""
    phone = bench.phone("rosa")
    bench.sell(A1)
    answer = phone.post("/surtir", data={"slot": "A1", "before": "5", "after": "8"})
    page = phone.get(answer.headers["location"]).text
    assert "Mientras tanto se vendió algo" in page
    assert "Ahora hay 4. Mire y vuelva a tocar." in page
    assert bench.shop.slots[A1].quantity == 4


def test_a_finger_that_comes_down_twice_is_no_stale_screen(bench: Bench) -> None:
    """The same touch again finds itself done, and does nothing more."""
    phone = bench.phone("rosa")
    said = {"slot": "A1", "before": "5", "after": "6"}
    assert [phone.post("/surtir", data=said).headers["location"] for _ in "12"] == ["/?told=done&slot=A1#slot-A1"] * 2
    assert bench.shop.slots[A1].quantity == 6


def test_a_slip_of_the_finger_is_undone_within_ten_seconds(bench: Bench) -> None:
    """The page offers it beside what was done; the books then hold both counts, and nothing more can be undone."""
    phone = bench.phone("rosa")
    back = touched(phone, "fill-A1").headers["location"]
    assert "A1: había 5, ahora hay 8" in phone.get(back).text
    bench.gateway.now_s += 8
    bench.gateway.look()
    undone = touched(phone, "undo-A1", back)
    assert "told=undone" in undone.headers["location"]
    assert newest(bench) == f.SlotCounted(A1, 8, 5, "rosa", Why.UNDONE)
    assert "undo-A1" not in phone.get(undone.headers["location"]).text


def test_after_ten_seconds_a_count_stands(bench: Bench) -> None:
    """The page offers nothing any more, and a form that was kept open is told that it is late."""
    phone = bench.phone("rosa")
    back = touched(phone, "fill-A1").headers["location"]
    seq = re.search(r'name="seq" value="(\d+)"', phone.get(back).text)
    assert seq
    bench.gateway.now_s += 16
    bench.gateway.look()
    assert "undo-A1" not in phone.get(back).text
    late = phone.post("/deshacer", data={"slot": "A1", "seq": seq[1]})
    assert "told=undo-late" in late.headers["location"]
    assert bench.shop.slots[A1].quantity == 8


def test_an_undo_never_counts_over_a_sale(bench: Bench) -> None:
    """Sold in between: the reverse count has a guard of its own, and is refused."""
    phone = bench.phone("rosa")
    back = touched(phone, "fill-A1").headers["location"]
    page = phone.get(back).text
    bench.sell(A1)
    seq = re.search(r'name="seq" value="(\d+)"', page)
    assert seq
    answer = phone.post("/deshacer", data={"slot": "A1", "seq": seq[1]})
    assert "told=stale-count" in answer.headers["location"]
    assert bench.shop.slots[A1].quantity == 7


def test_nobody_undoes_what_another_did(bench: Bench) -> None:
    """Carmen filled Rosa's spiral: Rosa sees the new number, and no undo."""
    back = bench.phone("carmen").post("/surtir", data={"slot": "A1", "before": "5", "after": "8"}).headers["location"]
    assert "undo-A1" not in bench.phone("rosa").get(back).text


@pytest.mark.parametrize(
    ("why", "first", "last"), [(Why.PUT, 6, 8), (Why.TOOK, 4, 0), (Why.DAMAGED, 4, 0), (Why.COUNTED, 0, 8)]
)
def test_what_she_did_there_has_four_words(bench: Bench, why: Why, first: int, last: int) -> None:
    """Each offers the numbers that can be, and what is touched stands in the books with its word."""
    phone = bench.phone("rosa")
    page = phone.get(f"/espiral/A1?why={why.value}").text
    values = re.findall(r'name="after" value="(\d+)"', page)
    assert (values[0], values[-1]) == (str(first), str(last))
    phone.post(
        "/surtir", data={"slot": "A1", "before": "5", "after": str(last), "why": why.value, "back": "/espiral/A1"}
    )
    assert newest(bench) == f.SlotCounted(A1, 5, last, "rosa", why)


def test_the_weekly_count_is_one_touch_a_spiral(bench: Bench) -> None:
    """As many as the books say: two touches, and everything of hers is counted; the fact says that she looked."""
    phone = bench.phone("rosa")
    assert re.findall(r'id="right-(\w+)"', phone.get("/contar").text) == ["A1", "A2"]
    touched(phone, "right-A1", "/contar")
    assert newest(bench) == f.SlotCounted(A1, 5, 5, "rosa", Why.COUNTED)
    touched(phone, "right-A2", "/contar")
    page = phone.get("/contar").text
    assert "Todo está contado esta semana." in page
    assert "hoy 10:3" in page


def test_another_number_is_one_touch_too_and_can_be_undone(bench: Bench) -> None:
    """Only four lie there: counted as four, and the count waits for A2."""
    phone = bench.phone("rosa")
    said = {"slot": "A1", "before": "5", "after": "4", "why": "counted", "back": "/contar"}
    back = phone.post("/surtir", data=said).headers["location"]
    page = phone.get(back).text
    assert newest(bench) == f.SlotCounted(A1, 5, 4, "rosa", Why.COUNTED)
    assert re.findall(r'id="right-(\w+)"', page) == ["A2"]
    assert 'id="undo-A1"' in page


def test_a_coordinator_stands_in_for_everybody(bench: Bench) -> None:
    """Carmen counts and fills what is Rosa's, Luz's and Inti's, and her own name stands in the books."""
    phone = bench.phone("carmen")
    assert re.findall(r'id="right-(\w+)"', phone.get("/contar").text) == ["A1", "A2", "A3", "B1"]
    touched(phone, "right-A3", "/contar")
    assert newest(bench) == f.SlotCounted(A3, 5, 5, "carmen", Why.COUNTED)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"after": "9"}, "too-many"),
        ({"after": "-1"}, "other"),
        ({"after": ""}, "other"),
        ({"before": "x", "after": "3"}, "other"),
        ({"after": "4", "why": "put"}, "bad-why"),
        ({"after": "6", "why": "stolen"}, "done"),
        ({"after": "6", "back": "//evil.example"}, "done"),
    ],
    ids=str,
)
def test_a_form_that_makes_no_sense_does_no_harm(bench: Bench, said: dict[str, str], told: str) -> None:
    """A word, never a traceback, and never a way off these pages."""
    answer = bench.phone("rosa").post("/surtir", data={"slot": "A1", "before": "5", **said})
    assert answer.headers["location"] == f"/?told={told}&slot=A1#slot-A1"


def test_a_machine_that_does_not_answer_is_said_so(bench: Bench) -> None:
    """Nothing was done as far as anybody knows, and the page says so."""
    bench.gateway.answer = Answer(None, "away")
    phone = bench.phone("rosa")
    back = phone.post("/surtir", data={"slot": "A1", "before": "5", "after": "8"}).headers["location"]
    assert "La máquina no contesta" in phone.get(back).text
    assert bench.gateway.asked == [CountSlot(A1, 5, 8, "rosa", Why.PUT)]


def test_a_wish_repeats_itself_whole(bench: Bench) -> None:
    """What the page asks for is the domain's own wish, with her id and not her name."""
    touched(bench.phone("luz"), "less-A3")
    assert bench.gateway.asked == [replace(CountSlot(A3, 5, 4, "luz"), why=Why.TOOK)]
