"""Places behind the glass: which are the good ones, whose they are, and how a product gets another one."""

import re

import pytest
from builders import A1, A2, A3, BAG, BELT
from phone_bench import Bench

from controller.domain import facts as f
from controller.domain.catalog import SlotId

B4 = SlotId("B4")


def spots(page: str) -> dict[str, bool]:
    """Every spiral of the page, and whether it can be touched."""
    found = re.findall(r'<button class="card spot" name="slot" value="(\w+)"( disabled)?', page)
    return {slot: not off for slot, off in found}


def test_everybody_sees_who_has_the_good_places(bench: Bench) -> None:
    """Three sold from A1, one from A3: in numbers, as bars, with names; what sold nothing stands there too."""
    for slot in (A1, A1, A3, A1):
        bench.sell(slot)
    page = bench.phone("luz").get("/puestos").text
    told = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert "A1 3 prendas vendidas Ahora: Rosa Quishpe A3 1 prenda vendida Ahora: Luz Toapanta" in told
    assert "B4 0 prendas vendidas Libre" in told
    assert re.findall(r'class="some" width="(\d+)"', page)[:3] == ["200", "70", "0"]
    assert "%" not in told


def test_a_free_spiral_is_one_touch_away(bench: Bench) -> None:
    """Rosa may have what nobody holds; what holds pieces, and what is Luz's, cannot be touched."""
    bench.write(f.SlotCounted(A3, 5, 0, "luz"), f.SlotCounted(A2, 5, 0, "rosa"))
    phone = bench.phone("rosa")
    open_ = spots(phone.get(f"/puesto/{BAG}").text)
    assert [slot for slot, free in open_.items() if free] == ["A2", "A4", "B2", "B3", "B4"]
    answer = phone.post(f"/puesto/{BAG}", data={"slot": "B4", "capacity": "6"})
    assert answer.headers["location"] == "/?told=done&slot=B4"
    assert (bench.shop.slots[B4].product, bench.shop.slots[B4].capacity) == (BAG, 6)


def test_a_coordinator_finds_a_place_for_everybody(bench: Bench) -> None:
    """Carmen gives Luz's sold-out A3 to Rosa's bags: anybody's empty spiral, anybody's product."""
    bench.write(f.SlotCounted(A3, 5, 0, "luz"))
    phone = bench.phone("carmen")
    assert f'href="/puesto/{BELT}"' in phone.get("/puestos").text
    assert spots(phone.get(f"/puesto/{BAG}").text)["A3"]
    phone.post(f"/puesto/{BAG}", data={"slot": "A3", "capacity": "8"})
    assert bench.shop.slots[A3].product == BAG


@pytest.mark.parametrize(
    ("slot", "capacity", "told"),
    [("A1", "6", "not-free"), ("Z9", "6", "not-free"), ("", "6", "not-free"), ("B4", "x", "not-free")],
)
def test_what_is_not_free_stays_as_it_is(bench: Bench, slot: str, capacity: str, told: str) -> None:
    """A spiral with pieces, one that is not there, none at all, or no number: a word, and no wish."""
    answer = bench.phone("rosa").post(f"/puesto/{BAG}", data={"slot": slot, "capacity": capacity})
    assert answer.headers["location"] == f"/puesto/{BAG}?told={told}"
    assert bench.gateway.asked == []


def test_a_capacity_that_cannot_be_is_refused_by_the_domain(bench: Bench) -> None:
    """Fifty-one pieces in a spiral: the machine's own word comes back."""
    phone = bench.phone("rosa")
    back = phone.post(f"/puesto/{BAG}", data={"slot": "B4", "capacity": "51"}).headers["location"]
    assert back == f"/puesto/{BAG}?told=bad-capacity&slot=B4"
    assert "No se pudo" in phone.get(back).text
