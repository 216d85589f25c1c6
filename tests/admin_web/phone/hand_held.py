"""A member's phone in a real Chromium: touched by a finger whose touches are counted, and looked at for what is wrong.

    with held(browser, url, bench.keys("rosa")) as hand:
        hand.touches("#fill-A1")
        assert hand.count <= 3

Every touch is a real pointer on the screen, and is counted where it is made.
"""

import gzip
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import axe_playwright_python
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, Page, Response

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
RULES = """() => axe.run(document, {resultTypes: ["violations"], preload: false}).then((found) =>
  found.violations.flatMap((rule) => rule.nodes.map((node) => [rule.id, node.html])))"""
SMALL = """() => [...document.querySelectorAll("a, button, summary, select, input:not([type=hidden])")]
  .filter((e) => e.checkVisibility())
  .map((e) => [e.id || e.textContent.trim(), (e.closest("label") || e).getBoundingClientRect()])
  .filter(([, r]) => Math.min(r.width, r.height) < 56).map(([said]) => said)"""
"""Whatever a finger could miss. A field counts with its label around it."""
FAR = """() => [...document.querySelectorAll("main *")].filter((e) => e.getClientRects().length && !e.closest("svg"))
  .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 || e.scrollWidth > e.clientWidth + 1 && e.clientWidth)
  .map((e) => [e.id || e.className, e.textContent.trim().slice(0, 30)])"""
"""What sticks out of the screen, or does not fit into its own box."""


@dataclass(slots=True)
class Hand:
    """One phone and whose finger is on it. `wrong` is what its pages complained of, or asked of another computer."""

    page: Page
    url: str
    wrong: list[str] = field(default_factory=list)
    count: int = 0

    def goes(self, path: str = "/") -> None:
        """To a page that is then in front of her; touches are counted from here on."""
        self.page.goto(self.url + path)
        self.count = 0

    def touches(self, where: str, answered: bool = True) -> None:
        """One finger on it, and whatever comes of it has come; `answered` is False for what asks the machine nothing."""
        self.count += 1
        if not answered:
            self.page.locator(where).first.tap()
            return
        with self.page.expect_event("response", _came, timeout=30_000):
            self.page.locator(where).first.tap()
        self.page.wait_for_load_state()
        self.page.wait_for_selector("body:not([aria-busy])", timeout=30_000)

    def faults(self) -> list[object]:
        """Everything that is wrong with the page in front of her: too wide, too small to touch, or broken for some reader."""
        wide = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        self.page.evaluate(AXE)
        found = [*self.page.evaluate(FAR), *self.page.evaluate(SMALL), *self.page.evaluate(RULES)]
        return [*([f"{wide} px too wide"] if wide > 0 else []), *found]


@contextmanager
def held(
    browser: Browser, url: str, cookies: Mapping[str, str], width: int = 360, height: int = 740, **options: Any
) -> Iterator[Hand]:
    """Her phone, with these cookies in it; at the end nothing may have been wrong with any page it showed."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, has_touch=True, is_mobile=True, locale="es-EC", **options
    )
    context.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies.items()])
    hand = Hand(context.new_page(), url)
    hand.page.on("console", lambda said: hand.wrong.append(said.text))
    hand.page.on("pageerror", lambda error: hand.wrong.append(str(error)))
    hand.page.on("request", lambda asked: _note(hand, asked.url))
    yield hand
    context.close()
    assert hand.wrong == []


def faulty(
    browser: Browser, url: str, cookies: Mapping[str, str], paths: Iterable[str], width: int, language: str
) -> object:
    """What is wrong with these pages on a screen so wide, by path; nothing, when all is well."""
    with held(browser, url, cookies, width, extra_http_headers={"accept-language": language}) as hand:
        found = {}
        for path in paths:
            hand.goes(path)
            found[path] = hand.faults()
        return {path: faults for path, faults in found.items() if faults}


def too_wide_when_large(browser: Browser, url: str, cookies: Mapping[str, str], paths: Iterable[str]) -> list[str]:
    """The pages that cannot be read by scrolling down alone at 200 % on 320 px, which leaves 160 px."""
    with held(browser, url, cookies, 160, 370, device_scale_factor=2) as hand:
        wide = []
        for path in paths:
            hand.goes(path)
            wide += [path] if hand.page.evaluate("document.documentElement.scrollWidth") > 160 else []
        return wide


def heavy(phone: TestClient, paths: Iterable[str]) -> list[str]:
    """The pages above 60 KB compressed, with their sheets and scripts, or with a style or script inside."""
    found = []
    for path in paths:
        page = phone.get(path)
        linked = [part.split('"')[0].split("?")[0] for part in page.text.split('"/static/')[1:]]
        files = [phone.get(f"/static/{name}").content for name in linked]
        assert len(files) >= 4, f"{path}: its sheets were not found"
        weight = sum(len(gzip.compress(body)) for body in (page.content, *files))
        if weight > 60_000 or " style=" in page.text or "<script>" in page.text:
            found.append(path)
    return found


def _came(response: Response) -> bool:
    """A page has come, whole or in place of this one, and not only a word where to look for it."""
    return response.request.resource_type in ("document", "fetch") and response.status != 303


def _note(hand: Hand, url: str) -> None:
    if not url.startswith((hand.url, "data:")):
        hand.wrong.append(url)
