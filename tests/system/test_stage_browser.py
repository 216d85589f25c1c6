"""The stage in a real browser, before a real world and the real controller: everything is done by clicks on the page alone.

What the page shows is compared with the world's truth and with the books. No request may leave for any other host.
"""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from chromium import CHROMIUM, QUIET
from playwright.sync_api import expect, sync_playwright
from stage_page import IN_A_BROWSER, Stage, is_gone, pays, said_in
from visitor import STEADY, Visitor, eventually, judged, standing
from wide import once

from hw_mocks.stage.plug import Plug
from hw_mocks.stage.start import staged

SCREENS = ((1280, 800), (360, 740), (1920, 1080))
SETTINGS = f"""{STEADY}
[[hoppers]]
port = "run/hoppers"
address = 3
coin_cents = 25
security = "none"

[phones]
address = "http://127.0.0.1:8081"
"""
"""The pages for phones need not be there: here nobody opens them."""
WATCH_A4 = """() => {
  const cell = document.getElementById("cell-A4");
  window.angles = [];
  new MutationObserver(() => window.angles.push(Number(cell.dataset.deg))).observe(cell, {attributeFilter: ["data-deg"]});
}"""

pytestmark = IN_A_BROWSER


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """In real time, as people see it; its computer hangs on its plug, as in a museum."""
    with standing(tmp_path_factory.mktemp("museo"), SETTINGS, speed=1.0) as museum:
        log, world = museum.folder / "run" / "stage.log", museum.folder / "run" / "world.sock"
        kiosk = f"http://127.0.0.1:{museum.port}/"
        with (
            log.open("wb") as out,
            staged(museum.file, world, kiosk=kiosk, log=out),
            sync_playwright() as playwright,
            Plug(museum),
        ):
            url = eventually(lambda: said_in(log), "the stage's address")
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
            yield Stage(museum, url, browser)
            browser.close()


@pytest.fixture
def visitor(stage: Stage) -> Iterator[Visitor]:
    """Only her eyes are used here: she sees when a coin has counted."""
    with Visitor(stage.museum) as visitor:
        yield visitor


def test_a_purse_is_bought_by_clicks_alone(stage: Stage, visitor: Visitor) -> None:
    """Three coins and the slot's button: the spiral turns, is one piece poorer, and the purse behind the flap is taken."""
    before, stock = judged(stage.museum), stage.museum.hand.truth()["spirals"]["A3"]["stock"]
    with stage.page() as page:
        expect(page.locator("#cell-A3")).to_have_attribute("data-stock", str(stock))
        pays(page, visitor, 100, 25, 25)
        page.click("#key-A3")
        expect(page.locator("#flap.full img")).to_have_count(1)
        expect(page.locator("#cell-A3")).to_have_attribute("data-stock", str(stock - 1))
        expect(page.locator("#story")).to_contain_text("El espiral A3 gira.")
        expect(page.locator("#story")).to_contain_text("Monedero cayó detrás de la puertita.")
        page.click("#flap")
        expect(page.locator("#bag img[alt=Monedero]")).to_be_visible()
        expect(page.locator("#flap.full")).to_have_count(0)
    visitor.sees_news("sold")
    after = judged(stage.museum)
    assert (after.sales - before.sales, after.sold_cents - before.sold_cents) == (1, 150)


@pytest.mark.wide
def test_the_coil_is_drawn_at_every_angle_the_world_gives(stage: Stage, visitor: Visitor) -> None:
    """While A4 turns the page draws it at many angles between home and home, and none goes back."""
    with stage.page() as page:
        pays(page, visitor, 100, 100, 100, 100, 100)
        page.evaluate(WATCH_A4)
        page.click("#key-A4")
        expect(page.locator("#flap.full")).to_be_visible()
        visitor.sees_news("sold")
        page.click("#flap")
        angles = page.evaluate("window.angles")
    turning = [angle for angle in angles if 12 < angle < 348]
    assert len(turning) >= 3, angles
    assert turning == sorted(turning)


@pytest.mark.wide
def test_a_jam_from_the_drawer_gives_the_twin_piece(stage: Stage, visitor: Visitor) -> None:
    """B2 is chosen with a touch and jammed: its coil stands at 200°, the kerchief comes from B3; then it is mended."""
    with stage.page() as page:
        page.click("#cell-B2")
        page.click("[data-fault=jam]")
        expect(page.locator("[data-fault=jam]")).to_have_attribute("aria-pressed", "true")
        pays(page, visitor, 100, 100, 25)
        page.click("#key-B2")
        expect(page.locator("#cell-B2")).to_have_attribute("data-deg", "200")
        expect(page.locator("#flap.full")).to_be_visible()
        expect(page.locator("#story")).to_contain_text("El espiral B3 gira.")
        assert stage.museum.hand.truth()["pieces"][-1]["slot"] == "B3"
        page.click("[data-fault=jam]")
        expect(page.locator("[data-fault=jam]")).to_have_attribute("aria-pressed", "false")
        page.click("#fault-open-door")
        page.click("#home")
        expect(page.locator("#cell-B2")).to_have_attribute("data-deg", "0")
        page.click("#fault-open-door")
        page.click("#flap")
        expect(page.locator("#machine:not(.open)")).to_be_visible()
    visitor.sees_news("sold")
    judged(stage.museum)


def test_the_power_is_cut_and_comes_back(stage: Stage, visitor: Visitor) -> None:
    """The controller is dead and the machine dark; with the power it wakes, and the dollar in it is still hers to spend."""
    with stage.page() as page:
        pays(page, visitor, 100)
        page.click("#fault-power-cut")
        expect(page.locator("#machine.dead")).to_be_visible()
        expect(page.locator("#screen[data-showing=off]")).to_be_visible()
        eventually(lambda: is_gone(stage.museum), "the controller is dead")
        page.click("#coin-25")
        expect(page.locator("#cup-coins svg")).to_have_count(1)

        page.click("#fault-power-cut")
        eventually(lambda: not is_gone(stage.museum), "the controller is up again")
        with Visitor(stage.museum) as again:
            again.sees(lambda picture: picture.credit_cents == 100 and not picture.troubles, "her dollar")
            page.click("#return")
            again.sees_news("refunded")
        expect(page.locator("#cup-coins svg")).to_have_count(5)
        page.click("#cup")
        expect(page.locator("#cup.full")).to_have_count(0)
    judged(stage.museum)


def test_hoppers_and_clock_are_tended_from_the_page(stage: Stage, visitor: Visitor) -> None:
    """An empty hopper and a clock a day behind are what the world now has, and the controller's own time follows."""
    with stage.page() as page:
        page.click("[data-hopper='25'] .empty")
        expect(page.locator("[data-hopper='25'] .count")).to_have_text("0")
        page.click("[data-hopper='25'] .fill")
        expect(page.locator("[data-hopper='25'] .count")).to_have_text("200")
        page.click("[data-clock='-1440']")
        expect(page.locator("#clock")).to_have_text("-24 h corrido")
        assert (stage.museum.folder / "run" / "clock").read_text() == "-86400000"
        today_ms = time.time_ns() // 1_000_000
        visitor.sees(lambda picture: picture.wall_ms < today_ms - 86_000_000, "yesterday")
        page.click("[data-clock='0']")
        expect(page.locator("#clock")).to_have_text("a la hora")
        visitor.sees(lambda picture: picture.wall_ms >= today_ms, "today")


@pytest.mark.wide
def test_a_purchase_needs_no_mouse(stage: Stage, visitor: Visitor) -> None:
    """Every coin and button is reached by its name and pressed by Enter; with less motion wished for, nothing flies."""
    with stage.page("en", reduced_motion="reduce") as page:
        for name in ("Put in a coin of $1", "Put in a coin of 50 ¢"):
            visitor.sees(lambda picture: picture.coins_welcome, "coins are welcome")
            wanted = visitor.picture.credit_cents + (100 if "$1" in name else 50)
            page.get_by_role("button", name=name).press("Enter")
            visitor.sees(lambda picture, wanted=wanted: picture.credit_cents == wanted, name)
        assert page.locator(".flying > *").count() == 0
        page.get_by_role("button", name="Button A3").press("Enter")
        expect(page.locator("#story")).to_contain_text("Monedero fell behind the flap.")
        page.get_by_role("button", name="Take what fell: Monedero").press("Enter")
        expect(page.get_by_role("button", name="There is nothing behind the flap")).to_be_visible()
    visitor.sees_news("sold")


@pytest.mark.wide
def test_a_kiosk_that_lets_nobody_frame_it_is_a_link(stage: Stage) -> None:
    """The production page's policy is kept: the screen offers the visitor's page in a window of its own."""
    with stage.page() as page:
        link = page.locator("#screen[data-showing=apart] a.apart")
        expect(link).to_be_visible()
        assert link.get_attribute("href") == f"http://127.0.0.1:{stage.museum.port}/"


class FramedKiosk(BaseHTTPRequestHandler):
    """A visitor's page that names who may frame it."""

    framed_by = ""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Security-Policy", f"default-src 'self'; frame-ancestors {self.framed_by}")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>kiosk</title><p id=shelf>Alli puncha")

    def log_message(self, *_: object) -> None:
        """Quietly."""


@pytest.mark.wide
def test_a_kiosk_that_names_the_stage_stands_in_its_screen(stage: Stage, tmp_path: Path) -> None:
    """It is framed, alive, inside the machine; when the power goes it is dark, and there again with the power."""
    world = stage.museum.folder / "run" / "world.sock"
    with ThreadingHTTPServer(("127.0.0.1", 0), FramedKiosk) as server, (tmp_path / "log").open("w+b") as log:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        kiosk = f"http://127.0.0.1:{server.server_port}/"
        with staged(stage.museum.file, world, kiosk=kiosk, log=log):
            url = eventually(lambda: said_in(tmp_path / "log"), "the stage's address")
            FramedKiosk.framed_by = url.rstrip("/")
            page = stage.browser.new_page()
            page.goto(url)
            expect(page.frame_locator("#screen iframe").locator("#shelf")).to_have_text("Alli puncha")
            page.click("#fault-power-cut")
            expect(page.locator("#screen iframe")).to_be_hidden()
            page.click("#fault-power-cut")
            expect(page.locator("#screen iframe")).to_be_visible()
            page.close()
        server.shutdown()
    eventually(lambda: not is_gone(stage.museum), "the controller is up again")


@pytest.mark.wide
@pytest.mark.parametrize("screen", SCREENS, ids=str)
@pytest.mark.parametrize("path", ["", "en"], ids=["es", "en"])
def test_axe_finds_nothing_and_nothing_sticks_out(stage: Stage, screen: tuple[int, int], path: str) -> None:
    """All of axe's rules, with a spiral chosen and the drawer full, and no page wider than its screen."""
    with stage.page(path, *screen) as page:
        page.click("#cell-A1")
        expect(page.locator("#spiral-faults")).to_be_visible()
        found = Axe().run(page).response
        assert [(rule["id"], node["html"][:90]) for rule in found["violations"] for node in rule["nodes"]] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= screen[0]


@pytest.mark.wide
def test_one_tap_changes_the_language(stage: Stage) -> None:
    """From Spanish to English and back."""
    with stage.page() as page:
        page.click(".language")
        expect(page.locator("#hand-label")).to_have_text("Your hand")
        page.click(".language")
        expect(page.locator("#hand-label")).to_have_text("Su mano")


@pytest.mark.parametrize("width", once(1280, 360))
def test_button_and_phone_have_their_place(stage: Stage, width: int) -> None:
    """On a wide screen and a narrow one both are seen and nothing is pushed out."""
    with stage.page("en", width) as page:
        for name in ("#service", "#member-phone"):
            box = page.locator(name).bounding_box()
            assert box, name
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
        assert page.inner_text("#member-phone") == "A member's phone"
