"""A new product: a photo that may be anything, a name, a price, a spiral; and a finger that comes down twice."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from builders import A1, BAG, BELT, LUZ, ROSA
from camera import OWNER, bomb, taken
from fastapi.testclient import TestClient
from phone_bench import Bench

from admin_web.phone import photo as photos
from admin_web.words import words
from controller.domain import facts as f
from controller.domain.catalog import ProductId, SlotId
from controller.domain.stocking import PutProduct
from controller.ledger.reports import products
from controller.photos import PhotoRefused, large
from controller.photos.refusal import WORDS

NEW, PRICED = "/prenda/nueva", "/prenda/precio"
HAT = ProductId("gorro-de-lana")


def sends(phone: TestClient, file: bytes, name: str = "Gorro de lana", path: str = NEW) -> str:
    """Where her phone is led after it sent this file."""
    answer = phone.post(path, data={"name": name}, files={"photo": ("foto.jpg", file, "image/jpeg")})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def offers(phone: TestClient, **said: str) -> str:
    told = {"name": "Gorro de lana", "photo": "", "id": HAT, "slot": "B2", "cents": "500", **said}
    return str(phone.post(PRICED, data=told).headers["location"])


def kept(bench: Bench) -> set[str]:
    return {file.name for file in (bench.folder / "media").iterdir()}


# From the camera to the glass


def test_a_photo_a_name_a_price_and_it_is_offered(bench: Bench) -> None:
    """Two small pictures without a word of the phone in them; a product, a price, and an empty spiral that waits for her."""
    phone = bench.phone("rosa")
    there = sends(phone, taken())
    photo = parse_qs(urlsplit(there).query)["photo"][0]
    assert kept(bench) == {photo, large(photo)}
    assert all(OWNER not in (bench.folder / "media" / name).read_bytes() for name in kept(bench))
    page = phone.get(there + "&c=500").text
    assert f'src="/media/{photo}"' in page
    assert re.findall(r'name="slot" value="(\w*)"', page) == ["A4", "B2", "B3", "B4", ""]
    said = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    assert offers(phone, **said) == "/?told=done&slot=B2"
    with bench.books() as db:
        assert products(db)[HAT] == PutProduct(HAT, ROSA, "Gorro de lana", 500, photo=photo)
    assert (bench.shop.slots[SlotId("B2")].product, bench.shop.slots[SlotId("B2")].capacity) == (HAT, 8)
    assert "Gorro de lana" in phone.get("/").text


def test_a_finger_that_comes_down_twice_makes_one_product(bench: Bench) -> None:
    """The id was given when the page was drawn: the second time finds it hers, and writes nothing."""
    phone = bench.phone("rosa")
    offers(phone)
    with bench.books() as db:
        before = db.execute("SELECT max(seq) FROM facts").fetchone()[0]
    offers(phone)
    with bench.books() as db:
        assert db.execute("SELECT max(seq) FROM facts").fetchone()[0] == before
        assert [name for name in products(db) if "gorro" in name] == [HAT]


def test_nobody_takes_anothers_product_by_its_name(bench: Bench) -> None:
    """Rosa's second "Chumpi rojo" gets an id of its own, even when her form claims Luz's."""
    phone = bench.phone("rosa")
    offers(phone, name="Chumpi rojo", id=BELT, slot="")
    with bench.books() as db:
        known = products(db)
    assert known[BELT].maker == LUZ
    assert known[ProductId("chumpi-rojo-2")].maker == ROSA


@pytest.mark.parametrize(
    ("name", "product"),
    [("Muñeca Ñusta №7", "muneca-nusta-no7"), ("羊毛", "rosa"), ("a" * 60, "a" * 28), ("../../x", "x")],
)
def test_every_name_has_an_id(bench: Bench, name: str, product: str) -> None:
    """Plain letters for the books; what has none is called after her."""
    phone = bench.phone("rosa")
    found = re.search(r'name="id" value="([^"]*)"', phone.get(PRICED, params={"name": name}).text)
    assert found
    assert found[1] == product
    offers(phone, name=name, id=product, slot="")
    assert ProductId(product) in bench.shop.products


def test_without_a_photo_it_goes_on_and_without_a_name_it_does_not(bench: Bench) -> None:
    """A phone whose camera is broken can sell too; a piece without a name cannot."""
    phone = bench.phone("rosa")
    assert phone.post(NEW, data={"name": "Gorro"}).headers["location"] == f"{PRICED}?name=Gorro"
    back = phone.post(NEW, data={"name": "  "}).headers["location"]
    assert "Falta el nombre" in phone.get(back).text


def test_a_spiral_taken_meanwhile_is_chosen_anew(bench: Bench) -> None:
    """The product is there; only its place is asked for again, in words."""
    phone = bench.phone("rosa")
    bench.write(f.SlotAssigned(SlotId("B2"), BELT, 6), f.SlotCounted(SlotId("B2"), 0, 3, "luz"))
    back = offers(phone)
    assert back == f"/puesto/{HAT}?told=not-free"
    assert "ya no está libre" in phone.get(back).text
    assert HAT in bench.shop.products


def test_anothers_empty_spiral_is_not_hers_to_take(bench: Bench) -> None:
    """Luz's A3 is sold out; Rosa's form may say so, and gets no place."""
    bench.write(f.SlotCounted(SlotId("A3"), 5, 0, "luz"))
    assert offers(bench.phone("rosa"), slot="A3") == f"/puesto/{HAT}?told=not-free"
    assert bench.shop.slots[SlotId("A3")].product == BELT


def test_another_photo_takes_the_place_of_the_old_one(bench: Bench) -> None:
    """The old one leaves the disk; price, words and facts stay."""
    phone = bench.phone("rosa")
    path = f"/prenda/{BAG}/foto"
    assert sends(phone, taken(colour=(1, 90, 9)), "Bolso", path) == f"/precio/{BAG}?told=done"
    first = kept(bench)
    sends(phone, taken(), "Bolso de feria", path)
    assert not first & kept(bench)
    with bench.books() as db:
        assert (products(db)[BAG].name, products(db)[BAG].price_cents) == ("Bolso de feria", 350)
        assert products(db)[BAG].photo in kept(bench)


# What is no photo


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (b"", "empty"),
        (b"#!/bin/sh\nrm -rf /\n", "not-a-photo"),
        (b"<svg onload='alert(1)'/>", "not-a-photo"),
        (b"\0\0\0\x18ftypheic" + bytes(99), "heic"),
        (taken()[:2_000], "broken"),
        (bomb(60_000), "too-many-pixels"),
        (taken((99, 99)), "too-small"),
        (b"\xff\xd8\xff" + bytes(20_000_000), "too-heavy"),
    ],
    ids=["empty", "a program", "a drawing with a script", "heic", "half a photo", "a bomb", "a stamp", "21 MB"],
)
def test_what_is_no_photo_is_refused_in_words(bench: Bench, file: bytes, code: str) -> None:
    """Nothing is left on the disk, her name for the piece is still there, and she reads what to do."""
    phone = bench.phone("rosa")
    back = sends(phone, file, "Gorro")
    assert back == f"{NEW}?told=photo-{code}&name=Gorro"
    page = phone.get(back).text
    assert words("es").about("told", f"photo-{code}") in page
    assert 'value="Gorro"' in page
    assert kept(bench) == set()


@pytest.mark.parametrize("code", WORDS)
@pytest.mark.parametrize("language", ["es", "en"])
def test_every_refusal_has_words_of_its_own(code: str, language: str) -> None:
    """None falls back to "it could not be done", and none needs a number that a page would have to know."""
    said = words(language).about("told", f"photo-{code}")
    assert said != words(language).about("told", "other")


def test_the_album_may_refuse_too(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full card: the words tell whom to ask, and the way goes on without a photo."""

    def full(folder: Path, photo: object) -> str:
        raise PhotoRefused("no-room")

    monkeypatch.setattr(photos, "keep", full)
    assert "told=photo-no-room" in sends(bench.phone("rosa"), taken())


def test_only_a_few_are_on_their_way_in_at_a_time(bench: Bench) -> None:
    """A third one waits; when the others are through, it is taken."""
    phone = bench.phone("rosa")
    for _ in range(photos.UPLOADS_MAX):
        assert photos._turn.acquire(blocking=False)
    assert "told=photo-busy" in sends(phone, taken())
    for _ in range(photos.UPLOADS_MAX):
        photos._turn.release()
    assert "photo=" in sends(phone, taken())


def test_above_the_limit_nobody_listens_to_the_end(bench: Bench) -> None:
    """25 MB are refused, said beforehand or not; every other form of these pages stays at a few kilobytes."""
    phone = bench.phone("rosa")
    huge = b"\xff\xd8\xff" + bytes(25_000_000)
    assert phone.post(NEW, files={"photo": ("foto.jpg", huge)}).status_code == 413
    assert phone.post("/surtir", data={"slot": "A1", "before": "5", "after": "8", "x": "x" * 5_000}).status_code == 413
    assert bench.shop.slots[A1].quantity == 5


def test_a_strangers_file_is_not_read(bench: Bench) -> None:
    """The door is asked first: whoever is not paired sends no photo, nor does another role."""
    answer = bench.visitor().post(NEW, files={"photo": ("foto.jpg", b"\xff\xd8\xff" + bytes(9_000_000))})
    assert answer.headers["location"] == "/entrar"
    assert bench.phone("diego").post(NEW, data={"name": "x"}).status_code == 403
    assert kept(bench) == set()


@pytest.mark.parametrize("body", [b"", b"--x\r\n", b"--x\r\nContent-Disposition: form-data\r\n\r\n", b"x" * 999])
def test_a_form_that_did_not_arrive_whole_is_said_so(bench: Bench, body: bytes) -> None:
    """Never a traceback."""
    head = {"content-type": "multipart/form-data; boundary=x"}
    answer = bench.phone("rosa").post(NEW, content=body, headers=head)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(NEW)


@pytest.mark.parametrize("photo", ["../minga.toml", "x.webp", f"{'ab' * 16}.webp", "/etc/passwd"])
def test_only_a_photo_of_the_album_can_be_named(bench: Bench, photo: str) -> None:
    """Whatever her form says: the books get no name of a file that is no photo here."""
    offers(bench.phone("rosa"), photo=photo, slot="")
    with bench.books() as db:
        assert products(db)[HAT].photo == ""
