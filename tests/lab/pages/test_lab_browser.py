"""The lab's pages in a real Chromium: axe finds nothing, nothing leaves this computer, nothing is cut off on a phone.

`axe-playwright-python` carries axe-core itself; nothing is fetched.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from chromium import CHROMIUM, QUIET
from labtown import NOW_MS, Stand
from playwright.sync_api import Browser, Page, expect, sync_playwright

from admin_web.serving import Server, address, listen
from lab.config import HubConfig
from lab.pages.app import create_app
from lab.pages.door import hashed
from lab.store import Store

pytestmark = [
    pytest.mark.system,
    pytest.mark.timeout(300),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
ASK = """() => axe.run(document, {resultTypes: ["violations"], preload: false}).then((found) => [
  found.violations.flatMap((rule) => rule.nodes.map((node) => [rule.id, node.html])), found.passes.length])"""
PATHS = ("/", "/maquina/otavalo-plaza", "/ventas", "/prueba", "/prueba/biblioteca-epn", "/nada")
SCREENS = ((1280, 800), (360, 740))
PHRASE = "chumpi rojo llueve sobre el páramo"
OPEN_ALL = "document.querySelectorAll('details').forEach((each) => { each.open = true; })"


@dataclass
class Window:
    """A browser before pages that are served, and what went wrong in it."""

    browser: Browser
    home: str
    strangers: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def page(self, width: int = 1280, height: int = 800, **options: Any) -> Page:
        context = self.browser.new_context(viewport={"width": width, "height": height}, **options)
        page = context.new_page()
        page.on("request", lambda request: self._note(request.url))
        page.on("console", lambda said: self.complaints.append(said.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def _note(self, url: str) -> None:
        if not url.startswith(self.home):
            self.strangers.append(url)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


def served(store: Store, phrase_hash: str = "") -> Iterator[str]:
    """The pages on a port of their own, at ten past four, until the caller is done."""
    config = HubConfig(web_phrase=phrase_hash)
    pages, listener = Server(create_app(store, config, lambda: NOW_MS)), listen("127.0.0.1", 0, "minga hub web")
    thread = threading.Thread(target=pages.run, kwargs={"sockets": [listener]})
    thread.start()
    yield address(listener)
    pages.should_exit = True
    thread.join()
    listener.close()


@pytest.fixture(scope="module")
def window(browser: Browser, lab_town: tuple[Store, dict[str, Stand]]) -> Iterator[Window]:
    for home in served(lab_town[0]):
        yield Window(browser, home)


@pytest.fixture(scope="module")
def locked(browser: Browser, lab_town: tuple[Store, dict[str, Stand]]) -> Iterator[Window]:
    """Pages that ask for a phrase."""
    for home in served(lab_town[0], hashed(PHRASE)):
        yield Window(browser, home)


def at(window: Window, path: str) -> str:
    return window.home.rstrip("/") + path


def assert_axe_finds_nothing(page: Page, where: str) -> None:
    """No violation of any rule, and not for want of looking."""
    page.evaluate(AXE)
    violations, passes = page.evaluate(ASK)
    assert violations == [], where
    assert passes >= 10, where


@pytest.mark.parametrize(
    ("screen", "language"),
    [
        (SCREENS[0], "es"),
        (SCREENS[1], "en"),
        pytest.param(SCREENS[0], "en", marks=pytest.mark.wide),
        pytest.param(SCREENS[1], "es", marks=pytest.mark.wide),
        pytest.param((320, 640), "es", marks=pytest.mark.wide),
        pytest.param((1440, 900), "es", marks=pytest.mark.wide),
    ],
    ids=str,
)
def test_axe_finds_nothing_and_nothing_is_cut_off(window: Window, screen: tuple[int, int], language: str) -> None:
    """On every page, with every table open; and no page is wider than its screen."""
    page = window.page(*screen)
    page.context.add_cookies([{"name": "minga-language", "value": language, "url": window.home}])
    for path in PATHS:
        page.goto(at(window, path))
        page.evaluate(OPEN_ALL)
        assert_axe_finds_nothing(page, f"{path} {language} {screen}")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
    page.context.close()


def test_nothing_leaves_this_computer_and_nothing_is_complained_about(window: Window) -> None:
    """No request to another host, no error in the console; the one page that is not there says 404."""
    page = window.page()
    for path in PATHS[:-1]:
        page.goto(at(window, path))
    page.context.close()
    assert window.strangers == []
    assert [said for said in window.complaints if "404" not in said] == []


def test_from_the_worst_machine_to_its_missing_facts_in_two_touches(window: Window) -> None:
    """Without JavaScript: the card, its proof, and back."""
    page = window.page(java_script_enabled=False)
    page.goto(window.home)
    page.click("text=Terminal terrestre, Cuenca")
    page.click("dd a:has-text('Prueba')")
    assert "Faltan los hechos" in page.inner_text(".gap")
    page.click(".back")
    assert page.url == at(window, "/prueba")
    page.context.close()


def test_sales_of_one_machine_are_chosen_without_scripts(window: Window) -> None:
    """Open, tick, show; the range keeps the choice."""
    page = window.page(java_script_enabled=False)
    page.goto(at(window, "/ventas"))
    page.click("summary:has-text('Elegir máquinas')")
    page.check("text=Yaku")
    page.click("button:has-text('Ver las ventas')")
    assert "1 máquina elegida" in page.inner_text("h1")
    page.click(".ranges a:has-text('7 días')")
    assert "m=yaku" in page.url
    assert "1 máquina elegida" in page.inner_text("h1")
    page.context.close()


def test_english_is_one_switch_away_and_comes_back(window: Window) -> None:
    """On the page where she is, without scripts; and it stays on the next one."""
    page = window.page(java_script_enabled=False)
    page.goto(at(window, "/ventas?dias=7"))
    page.click("button[lang=en]")
    assert page.url == at(window, "/ventas?dias=7")
    assert page.inner_text("h1").startswith("Sales")
    page.click("nav >> text=Machines")
    assert "machines need somebody" in page.inner_text("h1")
    page.click("button[lang=es]")
    assert "máquinas necesitan a alguien" in page.inner_text("h1")
    page.context.close()


def test_the_phrase_lets_in_and_leaving_lets_out(locked: Window) -> None:
    """Without scripts; a wrong phrase is told so, and axe likes that page too."""
    page = locked.page(*SCREENS[1])
    page.goto(at(locked, "/ventas"))
    page.fill("#phrase", "manta azul de domingo")
    page.click("button:has-text('Entrar')")
    assert "Esa no es la frase" in page.inner_text("[role=alert]")
    assert_axe_finds_nothing(page, "/entrar")
    page.fill("#phrase", PHRASE)
    page.keyboard.press("Enter")
    page.wait_for_selector(".overview")
    page.click("button:has-text('Salir')")
    page.wait_for_selector("#phrase")
    page.context.close()


def test_an_open_page_keeps_itself_fresh_and_says_when_it_cannot(window: Window) -> None:
    """After a minute its middle is new; when the pages are away it turns grey and keeps its time."""
    page = window.page()
    page.clock.install()
    page.goto(window.home)
    page.evaluate("document.querySelector('.overview h1').textContent = 'viejo'")
    with page.expect_response(lambda answer: answer.url == window.home):
        page.clock.run_for(61_000)
    expect(page.locator(".overview h1")).to_contain_text("necesitan")
    page.route("**/*", lambda route: route.abort())
    page.clock.run_for(61_000)
    page.wait_for_selector("body.stale")
    assert "22 nov 2026, 16:10" in page.inner_text("#drawn")
    page.context.close()
