"""What the kiosk's page weighs: its first sight, what later scenes wear, its parts in the tree, a full shelf's photos."""

import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from scenes import SCENES, WALLETS
from test_kiosk_routes import StillGateway

from admin_web.kiosk.app import HERE, create_app
from admin_web.words import LANGUAGES
from controller.photos import large
from hw_mocks.garments import draw, write_photos

FILE = r'<(?:link|script)[^>]*\s(?:href|src)="(/[^"]+)"'


@pytest.mark.parametrize("scene", ["idle", "chosen-with-wallets"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_sight_is_one_answer_and_light(tmp_path: Path, scene: str, language: str) -> None:
    """A full shelf with its look and its script: 10,000 bytes as they are sent, and nothing else that it waits for."""
    gateway = StillGateway()
    gateway.see(replace(SCENES["idle"], wallets=WALLETS) if scene != "idle" else SCENES[scene])
    visitor = TestClient(create_app(gateway, tmp_path), base_url="http://127.0.0.1:8080")
    page = visitor.get("/", headers={"cookie": f"minga-comfort={language}"})
    awaited = re.sub(r"<noscript>.*?</noscript>", "", page.text)
    assert [file for file in re.findall(FILE, awaited) if "mark.svg" not in file] == []
    assert int(page.headers["content-length"]) <= 10_000


def test_a_page_that_begins_in_the_middle_waits_for_one_file_more(tmp_path: Path) -> None:
    """The thanks wear the later sheet: two answers and the icon, 16 KB as they are sent, and nothing comes after."""
    gateway = StillGateway()
    gateway.see(SCENES["after"])
    visitor = TestClient(create_app(gateway, tmp_path), base_url="http://127.0.0.1:8080")
    page = visitor.get("/")
    answers = [page, *map(visitor.get, re.findall(FILE, page.text))]
    assert [answer.url.path for answer in answers] == ["/", "/later.css", "/static/mark.svg"]
    assert [answer.status_code for answer in answers] == [200] * len(answers)
    assert sum(int(answer.headers["content-length"]) for answer in answers) <= 16_000


def test_a_band_is_a_small_picture(tmp_path: Path) -> None:
    """Each tile's strip and cloth are asked for by name: PNGs of a few hundred bytes, and no other name finds one."""
    gateway = StillGateway()
    gateway.see(SCENES["idle"])
    visitor = TestClient(create_app(gateway, tmp_path), base_url="http://127.0.0.1:8080")
    bands = set(re.findall(r'"(/weave/[^"]+)"', visitor.get("/").text))
    answers = [visitor.get(band) for band in bands]
    assert len(bands) == 9  # the house's strip, and of four makers strip and cloth
    assert all(Image.open(BytesIO(answer.content)).format == "PNG" for answer in answers)
    assert max(len(answer.content) for answer in answers) <= 300
    assert [visitor.get(f"/weave/{name}.png").status_code for name in ("rosa", "", "0" * 16)] == [404] * 3
    assert visitor.get(min(bands).replace(".png", "-sock.png")).status_code == 404


def test_the_parts_of_the_page_stay_small() -> None:
    """One thought each: at most 8 KB, comments included, however many of them travel together."""
    parts = {file.name: file.stat().st_size for file in (HERE / "static").iterdir()}
    assert len(parts) >= 11
    assert {name: size for name, size in parts.items() if size > 8_000} == {}


def test_a_file_is_kept_by_the_browser_until_the_next_build(tmp_path: Path) -> None:
    """Its address carries the build, so it may be kept for ever; the page itself is asked for each time."""
    visitor = TestClient(create_app(StillGateway(), tmp_path), base_url="http://127.0.0.1:8080")
    page = visitor.get("/")
    (later,) = set(re.findall(r'"(/later\.css\?\w+)"', page.text))
    assert page.headers["cache-control"] == "no-store"
    headers = visitor.get(later).headers
    assert headers["cache-control"] == "max-age=31536000, immutable"
    assert headers["content-type"].startswith("text/css")


def test_a_full_shelf_is_light(tmp_path: Path) -> None:
    """The photos of eight tiles of the simulated museum have at most 30 KB each, and with the page 200 KB together."""
    pieces = {
        f"pieza-{kind}": kind for kind in ("bag", "belt", "hat", "doll", "poncho", "purse", "scarf", "unheard-of")
    }
    photos = write_photos(tmp_path, pieces)
    tiles = [(tmp_path / name).stat().st_size for name in photos.values()]
    assert len(set(photos.values())) == len(pieces)
    assert max(tiles) <= 30_000
    assert sum(tiles) + 16_000 <= 200_000
    assert max((tmp_path / large(name)).stat().st_size for name in photos.values()) <= 150_000


def test_drawings_of_the_simulated_museum_are_light_and_self_contained() -> None:
    """At most 30 KB each, the same every time, different for each product, and loading nothing from anywhere."""
    kinds = {f"pieza-{kind}-{n}": kind for kind in ("bag", "belt", "hat", "doll", "unheard-of") for n in range(3)}
    drawn = {name: draw(name, kind) for name, kind in kinds.items()}
    assert len(set(drawn.values())) == len(kinds)
    assert drawn == {name: draw(name, kind) for name, kind in kinds.items()}
    for svg in drawn.values():
        assert len(svg.encode()) <= 30_000
        assert set(re.findall(r"https?://[^\"\s]+", svg)) == {"http://www.w3.org/2000/svg"}
        assert not re.search(r"href|<script|<image|@import", svg)
