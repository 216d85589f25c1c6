"""A maker's public page: there for whoever agreed, gone with her consent, and never under her id."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from fake_controller import IDLE, SHELF
from fastapi.testclient import TestClient
from sale import HER_WORDS, meet
from still import StillGateway

from admin_web.books import names
from admin_web.phone.portrait import address, addresses, portrait
from admin_web.words import words
from controller.domain.catalog import MakerId, ProductId
from controller.domain.stocking import PutMaker, PutProduct

ES = words("es")
INTI = PutMaker(MakerId("m-07"), "Inti Chimbo", "Taller Páramo", consent=True)
PONCHO = PutProduct(ProductId("poncho-wawa"), MakerId("m-07"), "Poncho wawa", 500)
SCARF = PutProduct(ProductId("bufanda-paramo"), MakerId("m-07"), "Bufanda de páramo", 800)
BAG = PutProduct(ProductId("bolso-feria"), MakerId("rosa"), "Bolso de feria", 350)


def test_a_maker_tells_of_herself_and_her_pieces(phone: TestClient, folder: Path) -> None:
    """Her name, workshop and words, her piece with its price of today, and where it lies in the machine."""
    meet(folder)
    page = phone.get("/de/inti-chimbo").text
    for told in ("<h1>Inti Chimbo", "Taller Páramo", HER_WORDS, "Poncho wawa", "$5,50", "Está en la máquina: A3"):
        assert told in page, told
    assert "Bolso" not in page


def test_her_face_is_shown_large(phone: TestClient, folder: Path) -> None:
    """The hero of her own photo, not the tile."""
    meet(folder, photo=f"{'ab' * 16}.webp")
    assert f'src="/media/{"ab" * 16}.large.webp"' in phone.get("/de/inti-chimbo").text


def test_a_maker_who_changes_her_mind_is_gone_at_once(phone: TestClient, folder: Path) -> None:
    """The page that was there a moment ago is not, and it never was under her id or her workshop."""
    meet(folder)
    assert phone.get("/de/inti-chimbo").status_code == 200
    assert phone.get("/de/inti").status_code == 404
    meet(folder, consent=False)
    for address_ in ("inti-chimbo", "inti", "taller-paramo", "Inti%20Chimbo", ""):
        assert phone.get(f"/de/{address_}").status_code == 404


def test_a_page_about_a_silent_machine_does_not_pretend(phone: TestClient, folder: Path, gateway: StillGateway) -> None:
    """Without a fresh picture nobody is sent to the machine for a piece."""
    meet(folder)
    gateway.see(None)
    page = phone.get("/de/inti-chimbo").text
    assert "no sabemos qué hay ahora en ella" in page
    assert "Está en la máquina" not in page


@pytest.mark.parametrize(
    ("change", "slots"),
    [
        ({}, "A3"),
        ({"quantity": 0, "status": "sold-out"}, ""),
        ({"reason": "jammed", "status": "closed"}, ""),
        ({"status": "paused"}, "A3"),
    ],
    ids=["ready", "sold-out", "jammed", "paused"],
)
def test_a_piece_is_in_the_machine_when_it_can_be_had_there(change: dict[str, object], slots: str) -> None:
    """Not when its spiral is empty or closed; a pause of the whole machine takes nothing out of it."""
    shelf = tuple(replace(slot, **change) if slot.slot == "A3" else slot for slot in SHELF)  # type: ignore[arg-type]
    hers = portrait("m-07", {"p": PONCHO}, names({"m-07": INTI}, {}), replace(IDLE, slots=shelf), ES)
    assert [work.slots for work in hers.works] == [slots]


def test_what_can_be_had_comes_first_and_what_is_not_hers_not_at_all() -> None:
    """Her scarf lies in B3; her poncho is sold out; Rosa's bag is Rosa's."""
    shelf = tuple(replace(slot, quantity=0) if slot.slot == "A3" else slot for slot in SHELF)
    all_pieces = {"a": PONCHO, "b": BAG, "c": SCARF}
    hers = portrait("m-07", all_pieces, names({"m-07": INTI}, {}), replace(IDLE, slots=shelf), ES)
    assert [(work.name, work.price, work.slots) for work in hers.works] == [
        ("Bufanda de páramo", "$8,00", "B3"),
        ("Poncho wawa", "$5,00", ""),
    ]


def test_addresses_come_from_names_and_never_from_ids() -> None:
    """Accents fall away, two of one name are counted, a name without letters is still somebody, and no id is in any."""
    people = {
        "m-01": replace(INTI, maker=MakerId("m-01"), name="Ñusta Pérez"),
        "m-02": replace(INTI, maker=MakerId("m-02"), name="Ñusta  Perez"),
        "m-03": replace(INTI, maker=MakerId("m-03"), name="秋"),
        "m-04": replace(INTI, maker=MakerId("m-04"), name="Luz", consent=False),
    }
    known = names(people, {})
    assert addresses(known) == {"nusta-perez": "m-01", "nusta-perez-2": "m-02", "costurera": "m-03"}
    assert [address(maker, known) for maker in people] == ["/de/nusta-perez", "/de/nusta-perez-2", "/de/costurera", ""]
    assert not any(re.search(r"m-0\d", called) for called in addresses(known))
