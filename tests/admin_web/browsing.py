"""A real Chromium in front of the kiosk's page, and what a test can measure in it.

No request may leave for any other host: each one that tries is stopped and remembered.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from chromium import CHROMIUM
from fake_controller import FakeController
from playwright.sync_api import Browser, Page, Route
from web_process import Web

from controller.domain.view import View
from controller.protocols.control import Ask

SCREENS = ((800, 480), (1280, 800), (1080, 1920), (360, 740))
IN_A_BROWSER = [
    pytest.mark.system,
    pytest.mark.timeout(300),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]

MEASURE = """() => {
  const boxes = (query) => [...document.querySelectorAll(query)].map((e) => { const r = e.getBoundingClientRect();
    return [e.id, r.left, r.top, r.right, r.bottom, r.width, r.height]; });
  const room = document.documentElement, shelf = document.getElementById("shelf");
  return {wide: [room.scrollWidth, room.clientWidth], shelfWide: [shelf.scrollWidth, shelf.clientWidth],
          buttons: boxes("button"), parts: boxes("#till h2, #till p, #till li, .claim, .coins, .sum, .press, .masthead")};
}"""
OVERLAPS = """() => {
  const query = ".message h2, .message p, .parts, .sign-post, .sum, .claim, .press, .coins svg";
  const parts = [...document.querySelectorAll(query)].filter((e) => e.getClientRects().length)
    .map((e) => [e.getAttribute("class") || e.tagName, e.getBoundingClientRect()]);
  const over = ([, a], [, b]) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
  return parts.flatMap((one, i) => parts.slice(i + 1).filter((other) => over(one, other)).map((other) => [one[0], other[0]]));
}"""
"""Parts of the till that lie on one another."""
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
        shown = self.fake.show(view)
        page.wait_for_selector(f"#stage[data-version='{shown.version}']", state="attached", timeout=30_000)


def assert_fits(page: Page, screen: tuple[int, int], name: str) -> None:
    """Nothing sideways, every button and word of the till inside the screen and none on another, and text at 7:1."""
    seen = page.evaluate(MEASURE)
    assert seen["wide"][0] <= seen["wide"][1], name
    assert seen["shelfWide"][0] <= seen["shelfWide"][1], name
    for who, left, top, right, bottom, *_ in seen["parts"]:
        assert 0 <= left <= right <= screen[0] + 1, (name, who)
        assert 0 <= top <= bottom <= screen[1] + 1, (name, who)
    assert page.evaluate(OVERLAPS) == [], name
    assert page.evaluate(CONTRAST) == [], name
