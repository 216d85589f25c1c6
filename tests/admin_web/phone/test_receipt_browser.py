"""The way of a receipt in a real Chromium: the code on the kiosk's thanks, read from a screenshot, and the pages it opens."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import IN_A_BROWSER
from fake_controller import IDLE, FakeController, controller
from playwright.sync_api import Browser, Page
from sale import ADDRESS, TAKEN_BACK, meet, sold_here, token, write
from scenes import AFTER, SCENES
from web_process import minga_web
from wide import once

from admin_web.kiosk.comfort import COOKIE
from controller.domain.view import View

pytestmark = IN_A_BROWSER
ZBAR = shutil.which("zbarimg")
needs_zbar = pytest.mark.skipif(ZBAR is None, reason="no zbarimg on this machine (Debian: zbar-tools)")

LIES_ON = """() => { const code = document.querySelector(".receipt").getBoundingClientRect();
  const hero = document.querySelector("#after .hero").getBoundingClientRect();
  const inside = code.top >= hero.top && code.left >= hero.left && code.right <= hero.right && code.bottom <= hero.bottom;
  const over = [...document.querySelectorAll("#after button, #after h2, #after li, #till *")].filter((e) => {
    const r = e.getBoundingClientRect(); return r.width && r.left < code.right - 1 && r.right > code.left + 1 &&
      r.top < code.bottom - 1 && r.bottom > code.top + 1; }).map((e) => e.id || e.tagName);
  return [inside, over]; }"""
"""Whether the code lies on the photo and on nothing else."""
SMALL = """() => [...document.querySelectorAll("a, button")].map((e) => [e.textContent.trim(), e.getBoundingClientRect()])
  .filter(([, r]) => Math.min(r.width, r.height) < 56).map(([said]) => said)"""
FAR = """() => [...document.querySelectorAll("main *")].filter((e) => e.getClientRects().length && !e.closest("svg, .hero"))
  .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 || e.scrollWidth > e.clientWidth + 1 && e.clientWidth)
  .map((e) => [e.className, e.textContent.trim().slice(0, 30)])"""
"""What sticks out of the screen, or does not fit into its own box."""


def scanned(picture: Path) -> list[str]:
    """What zbar reads in it."""
    assert ZBAR
    done = subprocess.run([ZBAR, "--quiet", "--raw", picture], capture_output=True, text=True, timeout=30)
    return done.stdout.split()


@dataclass(frozen=True, slots=True)
class Sold:
    """A machine that phones can reach, just after sale 17: its controller, its kiosk's address, its folder."""

    fake: FakeController
    url: str
    folder: Path

    def show(self, page: Page, view: View) -> None:
        """Set the picture and wait until the page has it."""
        shown = self.fake.show(view)
        page.wait_for_selector(f"#stage[data-version='{shown.version}']", state="attached", timeout=30_000)


@pytest.fixture(scope="module")
def sold(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sold]:
    folder = tmp_path_factory.mktemp("museo")
    machine = sold_here(folder)
    meet(folder)
    with controller(machine.socket, SCENES["chosen"]) as fake, minga_web(machine) as web:
        assert fake.watching.wait(10)
        yield Sold(fake, web.url, folder)


@contextmanager
def opened(browser: Browser, width: int, height: int, **options: Any) -> Iterator[Page]:
    """A page of this size in Ecuador; whatever it complains of, or asks of another computer, is a failure."""
    wrong: list[str] = []
    context = browser.new_context(viewport={"width": width, "height": height}, locale="es-EC", **options)
    page = context.new_page()
    page.on("console", lambda said: wrong.append(said.text))
    page.on("request", lambda asked: None if "//127.0.0.1:" in asked.url else wrong.append(asked.url))
    yield page
    context.close()
    assert wrong == []


def faults(page: Page) -> list[tuple[str, str]]:
    """What axe finds, with where."""
    found = Axe().run(page).response["violations"]
    return [(rule["id"], node["html"]) for rule in found for node in rule["nodes"]]


# On the kiosk


@needs_zbar
@pytest.mark.parametrize("comfort", once("es", "en", "es.large", "en.large.contrast"))
def test_the_thanks_carry_a_code_that_can_be_read(sold: Sold, browser: Browser, tmp_path: Path, comfort: str) -> None:
    """On each of the kiosk's screens zbar reads this sale's address; the code lies on the photo and on nothing else."""
    with opened(browser, 1280, 800) as page:
        page.context.add_cookies([{"name": COOKIE, "value": comfort, "url": sold.url}])
        page.goto(sold.url)
        sold.show(page, AFTER)
        for screen in ((1280, 800), (800, 480), (1080, 1920)):
            page.set_viewport_size({"width": screen[0], "height": screen[1]})
            assert page.evaluate(LIES_ON) == [True, []], screen
            page.screenshot(path=tmp_path / "screen.png")
            assert scanned(tmp_path / "screen.png") == [f"{ADDRESS}/r/{token(sold.folder)}"], screen


def test_the_code_has_a_name_and_is_gone_with_the_thanks(sold: Sold, browser: Browser) -> None:
    """Axe finds nothing beside it, and the next visitor finds no receipt of another's."""
    with opened(browser, 1280, 800) as page:
        page.goto(sold.url)
        sold.show(page, AFTER)
        assert page.get_by_role("img", name="Código para abrir su recibo en su teléfono").is_visible()
        assert faults(page) == []
        sold.show(page, IDLE)
        assert token(sold.folder) not in page.content()
        assert page.locator(".receipt").count() == 0


def test_the_code_is_drawn_by_the_machine(sold: Sold, browser: Browser) -> None:
    """It is there without JavaScript, as soon as the page has come anew."""
    sold.fake.show(AFTER)
    with opened(browser, 1280, 800, java_script_enabled=False) as page:
        page.goto(sold.url)
        page.wait_for_selector(".receipt svg", timeout=20_000)


# On the phone


def test_from_a_receipt_to_whoever_made_it_is_one_touch(browser: Browser, served: str, folder: Path) -> None:
    """Without JavaScript."""
    meet(folder)
    with opened(browser, 360, 740, java_script_enabled=False, has_touch=True) as page:
        page.goto(f"{served}/r/{token(folder)}")
        page.tap("a.button")
        assert page.inner_text("h1").startswith("Inti Chimbo")


@pytest.mark.parametrize("width", once(360, 320, 820))
def test_the_public_pages_fit_and_can_be_read(browser: Browser, served: str, folder: Path, width: int) -> None:
    """Nothing sticks out, photos load, targets are large, axe finds nothing; taken back or not, named or not."""
    meet(folder)
    with opened(browser, width, 740) as page:
        for path in (f"/r/{token(folder)}", "/de/inti-chimbo"):
            page.goto(served + path)
            assert looked_at(page, width) == [], path
        write(folder, TAKEN_BACK)
        meet(folder, consent=False, workshop="")
        page.goto(f"{served}/r/{token(folder)}")
        assert "Esta venta se devolvió" in page.inner_text("main")
        assert looked_at(page, width) == []


def looked_at(page: Page, width: int) -> list[object]:
    """Everything that is wrong with a page on a screen of this width."""
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.wait_for_function("[...document.images].every((e) => e.naturalWidth)")
    return [*([wide] if wide > width else []), *page.evaluate(FAR), *page.evaluate(SMALL), *faults(page)]
