"""The kiosk's page in a real Chromium: it fits every screen, is large and dark enough, touches reach the controller.

No request may leave for any other host: each one that tries is stopped and fails the test.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from fake_controller import IDLE, SHELF, FakeController, controller, paused, slot_view, with_news
from playwright.sync_api import Browser, Page, Route, sync_playwright
from web_process import Web, minga_web, museum

from controller.domain.catalog import SlotId
from controller.domain.events import ReturnPressed, SlotChosen
from controller.domain.view import View
from controller.protocols.control import Ask

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
QUIET += ("--disable-component-update", "--disable-sync")
SCREENS = ((800, 480), (1280, 800), (1080, 1920))

pytestmark = [pytest.mark.system, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")]

CHOSEN = replace(IDLE, phase="credit", credit_cents=125, chosen="A1", missing_cents=225, left_ms=80_000)
SOLD_OUT = slot_view("A4", "monedero-llama", "rosa", 125, quantity=0)
JAMMED = slot_view("B2", "muneca-warmi", "sami", 600, reason="jammed")
STATES: dict[str, View] = {
    "idle": IDLE,
    "chosen": CHOSEN,
    "vending": replace(IDLE, phase="dispensing", vending="A3", credit_cents=465, coins_welcome=False),
    "sold": with_news("sold", "A3", 500, credit=75),
    "doubt": with_news("doubt", "A1", 350, "K7X-M4P", credit=465),
    "paused": paused("no-coins", credit_cents=150),
    "sold-out": replace(IDLE, slots=(*SHELF[:3], SOLD_OUT, SHELF[4], JAMMED, *SHELF[6:])),
}

MEASURE = """() => {
  const boxes = (query) => [...document.querySelectorAll(query)].map((e) => { const r = e.getBoundingClientRect();
    return [e.id, r.left, r.top, r.right, r.bottom, r.width, r.height]; });
  const room = document.documentElement, shelf = document.getElementById("shelf");
  return {wide: [room.scrollWidth, room.clientWidth], shelfWide: [shelf.scrollWidth, shelf.clientWidth],
          buttons: boxes("button"), parts: boxes("#till h2, #till p, .claim, .coins, .sum, .masthead")};
}"""
CONTRAST = """() => {
  const rgb = (c) => (c.match(/[\\d.]+/g) || []).map(Number);
  const linear = (v) => (v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => .2126 * linear(r / 255) + .7152 * linear(g / 255) + .0722 * linear(b / 255);
  const ground = (e) => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor);
    if (c.length === 3 || c[3] === 1) return c; } return [255, 255, 255]; };
  const poor = [];
  for (const e of document.querySelectorAll("body *:not(svg *)")) {
    if (![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) || !e.getClientRects().length) continue;
    const [a, b] = [light(rgb(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    if (ratio < 7) poor.push([e.className, e.textContent.slice(0, 30), ratio]);
  }
  return poor;
}"""


@dataclass(slots=True)
class Kiosk:
    """One museum with its controller, its web process, and whatever went wrong in its browser."""

    fake: FakeController
    web: Web
    browser: Browser
    strangers: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @contextmanager
    def page(self, width: int = 1280, height: int = 800, **options: Any) -> Iterator[Page]:
        """A page on a screen of this size; strangers are turned away at the door."""
        context = self.browser.new_context(viewport={"width": width, "height": height}, **options)
        page = context.new_page()
        page.route("**/*", lambda route: self._door(route))
        page.on("console", lambda said: self.complaints.append(said.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(self.web.url)
        yield page
        context.close()

    def asked(self, page: Page) -> Ask:
        """What the controller was asked next; the browser lives on while we wait (its requests pass our door)."""
        for _ in range(250):
            if not self.fake.asked.empty():
                return self.fake.asked.get()
            page.wait_for_timeout(20)
        raise AssertionError("nothing was asked of the controller")

    def _door(self, route: Route) -> None:
        if route.request.url.startswith(self.web.url):
            route.continue_()
        else:
            self.strangers.append(route.request.url)
            route.abort()

    def show(self, page: Page, view: View) -> None:
        """Set the picture and wait until the page has it."""
        page.evaluate("document.getElementById('till').dataset.before = 'yes'")
        self.fake.show(view)
        page.wait_for_selector("#till:not([data-before])", timeout=5_000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture
def kiosk(tmp_path: Path, browser: Browser) -> Iterator[Kiosk]:
    machine = museum(tmp_path)
    start = with_news("refunded", None, 5)  # a picture that no test shows, so that every first change is one
    with controller(machine.socket, start) as fake, minga_web(machine) as web:
        assert fake.watching.wait(10)
        kiosk = Kiosk(fake, web, browser)
        yield kiosk
        assert kiosk.strangers == []
        assert kiosk.complaints == []


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: "x".join(map(str, screen)))
def test_every_state_fits_every_screen(kiosk: Kiosk, screen: tuple[int, int]) -> None:
    """No sideways scroll, every button and every word of the till inside the screen, and text at 7:1."""
    with kiosk.page(*screen) as page:
        for name, view in STATES.items():
            kiosk.show(page, view)
            seen = page.evaluate(MEASURE)
            assert seen["wide"][0] <= seen["wide"][1], name
            assert seen["shelfWide"][0] <= seen["shelfWide"][1], name
            for who, left, top, right, bottom, *_ in seen["parts"]:
                assert left >= 0, (name, who)
                assert top >= 0, (name, who)
                assert right <= screen[0] + 1, (name, who)
                assert bottom <= screen[1] + 1, (name, who)
            assert page.evaluate(CONTRAST) == [], name


@pytest.mark.parametrize(("screen", "least_px"), [((1280, 800), 96), ((1080, 1920), 96), ((800, 480), 80)], ids=str)
def test_every_button_is_large_enough_for_a_finger(kiosk: Kiosk, screen: tuple[int, int], least_px: int) -> None:
    """96 px at 1280×800 and in portrait, 80 px on the small panel, whose pixels are larger."""
    with kiosk.page(*screen) as page:
        kiosk.show(page, CHOSEN)
        buttons = page.evaluate(MEASURE)["buttons"]
        assert len(buttons) == 9
        assert all(min(width, height) >= least_px for *_, width, height in buttons)


def test_a_touch_chooses_and_another_gives_the_money_back(kiosk: Kiosk) -> None:
    """One tap each; the page stays, and shows what the controller then shows."""
    with kiosk.page(has_touch=True) as page:
        kiosk.show(page, IDLE)
        page.evaluate("window.sameMoment = true")
        page.tap("#tile-A3")
        assert kiosk.asked(page) == SlotChosen(SlotId("A3"))
        kiosk.show(page, CHOSEN)
        assert page.get_attribute("#tile-A1", "aria-pressed") == "true"
        page.tap("#give-back")
        assert kiosk.asked(page) == ReturnPressed()
        assert page.evaluate("window.sameMoment")


def test_a_touch_is_answered_at_once(kiosk: Kiosk) -> None:
    """The tile is marked before anything is sent: no wait for the machine, far under 100 ms."""
    with kiosk.page() as page:
        kiosk.show(page, IDLE)
        marked = page.evaluate(
            "() => { const t = document.getElementById('tile-A3'); t.click(); return t.classList.contains('pressed'); }"
        )
        assert marked
        assert kiosk.asked(page) == SlotChosen(SlotId("A3"))


def test_the_keyboard_buys_too_and_keeps_its_place(kiosk: Kiosk) -> None:
    """Tab to the first tile, Enter; when the scene changes the focus is where it was, and it can be seen."""
    with kiosk.page() as page:
        kiosk.show(page, IDLE)
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert kiosk.asked(page) == SlotChosen(SlotId("A1"))
        kiosk.show(page, CHOSEN)
        assert page.evaluate("document.activeElement.id") == "tile-A1"
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_what_cannot_be_done_is_said(kiosk: Kiosk) -> None:
    """A refusal stands on the page in Spanish, without leaving it."""
    with kiosk.page() as page:
        kiosk.show(page, IDLE)
        kiosk.fake.refusal = "busy"
        page.click("#tile-A3")
        page.wait_for_selector("#said strong")
        assert "Eso no se puede ahora" in page.inner_text("#said")


def test_the_page_buys_without_javascript(kiosk: Kiosk) -> None:
    """Plain forms: the tap is sent, and the page that comes back shows the choice."""
    with kiosk.page(java_script_enabled=False) as page:
        kiosk.fake.show(CHOSEN)
        page.goto(kiosk.web.url)
        page.click("#tile-A3")
        assert kiosk.asked(page) == SlotChosen(SlotId("A3"))
        assert page.url == kiosk.web.url
        assert "Faltan" in page.inner_text("#till")


def test_the_browser_greys_by_itself_when_the_web_process_is_gone(kiosk: Kiosk) -> None:
    """Five seconds without a word: grey, its age, and no button can be pressed; nothing pretends to live."""
    with kiosk.page() as page:
        kiosk.show(page, CHOSEN)
        kiosk.web.process.kill()
        page.wait_for_selector("#silence:not([hidden])", timeout=9_000)
        assert "Sin noticias de la máquina desde hace" in page.inner_text("#silence")
        assert page.evaluate("document.getElementById('scene').inert")
        assert page.evaluate("getComputedStyle(document.getElementById('shelf')).filter").startswith("grayscale(1)")
        kiosk.complaints.clear()  # Chromium complains about the lost connection, as it should
