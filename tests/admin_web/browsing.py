"""A real Chromium in front of the kiosk's page: opened once a file, and as new for each test.

A page that is opened anew costs a second and a half of processor time, one that is loaded again a third of one. So a
file's tests share their pages: each begins with a page loaded again, without cookies, at its own size.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from chromium import CHROMIUM
from fake_controller import FakeController
from playwright.sync_api import Browser, Page
from web_process import Web

from controller.domain.view import View
from controller.protocols.control import Ask

SCREENS = ((800, 480), (1280, 800), (1080, 1920), (360, 740))
IN_A_BROWSER = [
    pytest.mark.system,
    pytest.mark.timeout(300),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]
USUAL = {"reduced_motion": "reduce", "contrast": "no-preference"}
"""Who looks at movement asks for it: a page that moves is painted sixty times a second, and this computer paints by hand."""


@dataclass(slots=True)
class Window:
    """The browser of one file with its pages, and whatever went wrong in them.

    No request may leave for any other host: Chromium knows no name and no address but this computer's, and whatever
    was tried is remembered in `strangers`.
    """

    browser: Browser
    home: str
    strangers: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    _pages: dict[str, Page] = field(default_factory=dict)

    def page(self, **options: Any) -> Page:
        """The page that was opened with these options; `timed` gives it a clock that a test can turn."""
        key = str(sorted(options.items()))
        if key not in self._pages:
            self._pages[key] = self._open(**options)
        return self._pages[key]

    def _open(self, timed: bool = False, **options: Any) -> Page:
        page = self.browser.new_context(has_touch=True, **options).new_page()
        page.on("request", lambda request: self._note(request.url))
        page.on("console", lambda said: self.complaints.append(said.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        if timed:
            page.clock.install()
        return page

    def _note(self, url: str) -> None:
        if not url.startswith((self.home, "data:")):
            self.strangers.append(url)

    def close(self) -> None:
        for page in self._pages.values():
            page.context.close()


@dataclass(slots=True)
class Kiosk:
    """One museum with its controller and its web process, seen through a window."""

    fake: FakeController
    web: Web
    window: Window

    @contextmanager
    def page(self, width: int = 1280, height: int = 800, comfort: str = "", **options: Any) -> Iterator[Page]:
        """A page on a screen of this size that has `comfort` (`en large`) on, and is at rest again afterwards.

        `reduced_motion` and `contrast` are what the visitor's system asks for; other options are Chromium's own.
        """
        media = {name: options.pop(name, usual) for name, usual in USUAL.items()}
        page = self.window.page(**options)
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(**media)
        page.context.clear_cookies()
        if comfort:
            page.context.add_cookies(
                [{"name": "minga-comfort", "value": comfort.replace(" ", "."), "url": self.web.url}]
            )
        page.goto(self.web.url)
        if options.get("java_script_enabled", True):
            page.locator("#later").wait_for(state="attached")  # all that a scene may wear is there
        yield page
        page.emulate_media(reduced_motion="reduce")

    def asked(self, page: Page) -> Ask:
        """What the controller was asked next; the browser lives on while we wait."""
        for _ in range(250):
            if not self.fake.asked.empty():
                return self.fake.asked.get()
            page.wait_for_timeout(20)
        raise AssertionError("nothing was asked of the controller")

    def show(self, page: Page, view: View) -> None:
        """Set the picture and wait until the page has it."""
        shown = self.fake.show(view)
        page.locator(f"#stage[data-version='{shown.version}']").wait_for(state="attached", timeout=30_000)
