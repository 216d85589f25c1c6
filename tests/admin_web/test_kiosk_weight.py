"""What the kiosk's page weighs: the page with its look and scripts, its parts in the tree, and the photos on a full shelf."""

import re
from pathlib import Path

from fastapi.testclient import TestClient
from scenes import SCENES
from test_kiosk_routes import StillGateway

from admin_web.kiosk.app import HERE, create_app
from controller.photos import large
from hw_mocks.garments import draw, write_photos


def test_the_first_page_is_light(tmp_path: Path) -> None:
    """The page and every file it names, read off the page itself: four requests, 16 KB as they are sent, without photos.

    The goal is 10 KB and is missed: the look of all panels on four screens, in two sizes of text, is 7 KB alone.
    """
    gateway = StillGateway()
    visitor = TestClient(create_app(gateway, tmp_path), base_url="http://127.0.0.1:8080")
    for scene in ("idle", "after"):
        gateway.see(SCENES[scene])
        page = visitor.get("/")
        files = re.findall(r'<(?:link|script)[^>]*\s(?:href|src)="([^"]+)"', page.text)
        answers = [page, *map(visitor.get, files)]
        assert len(answers) <= 4
        assert [answer.status_code for answer in answers] == [200] * len(answers)
        sent = {str(answer.url): int(answer.headers["content-length"]) for answer in answers}
        assert sum(sent.values()) <= 16_000, sent


def test_the_parts_of_the_page_stay_small() -> None:
    """One thought each: at most 8 KB, comments included, however many of them travel together."""
    parts = {file.name: file.stat().st_size for file in (HERE / "static").iterdir()}
    assert len(parts) >= 11
    assert {name: size for name, size in parts.items() if size > 8_000} == {}


def test_a_file_is_kept_by_the_browser_until_the_next_build(tmp_path: Path) -> None:
    """Its address carries the build, so it may be kept for ever; the page itself is asked for each time."""
    visitor = TestClient(create_app(StillGateway(), tmp_path), base_url="http://127.0.0.1:8080")
    page = visitor.get("/")
    (look,), (script,) = (re.findall(rf'"(/page\.{kind}\?\w+)"', page.text) for kind in ("css", "js"))
    assert page.headers["cache-control"] == "no-store"
    for address, kind in ((look, "text/css"), (script, "text/javascript")):
        headers = visitor.get(address).headers
        assert headers["cache-control"] == "max-age=31536000, immutable"
        assert headers["content-type"].startswith(kind)


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
