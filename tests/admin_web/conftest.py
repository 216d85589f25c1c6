"""The browser tests' fixtures: one museum with controller and pages for all, one Chromium a file, as new for each test."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from browsing import Kiosk, Window
from chromium import AT_HOME, CHROMIUM, QUIET
from fake_controller import FakeController, controller, with_news
from playwright.sync_api import Browser, sync_playwright
from web_process import Web, minga_web, museum

START = with_news("refunded", None, 5)
"""A picture that no test shows, so that every first change is one."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A file's own: Playwright's loop must not run on while tests of another file run theirs."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, AT_HOME])
        yield browser
        browser.close()


@contextmanager
def opened(folder: Path) -> Iterator[tuple[FakeController, Web]]:
    """A museum in this folder, whose pages have met its controller."""
    machine = museum(folder)
    with controller(machine.socket, START) as fake, minga_web(machine) as web:
        assert fake.watching.wait(10)
        yield fake, web


@pytest.fixture(scope="session")
def open_museum(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FakeController, Web]]:
    with opened(tmp_path_factory.mktemp("museo")) as both:
        yield both


@pytest.fixture(scope="module")
def window(open_museum: tuple[FakeController, Web], browser: Browser) -> Iterator[Window]:
    window = Window(browser, open_museum[1].url)
    yield window
    window.close()


@pytest.fixture
def kiosk(open_museum: tuple[FakeController, Web], window: Window) -> Iterator[Kiosk]:
    """As new: the machine at its first picture, nothing asked, nothing wrong yet."""
    fake, web = open_museum
    fake.begin_anew(START)
    window.strangers.clear()
    window.complaints.clear()
    yield Kiosk(fake, web, window)
    assert window.strangers == []
    assert window.complaints == []


@pytest.fixture
def lonely_kiosk(tmp_path: Path, browser: Browser) -> Iterator[Kiosk]:
    """A kiosk with pages of its own, which a test may kill."""
    with opened(tmp_path) as (fake, web):
        window = Window(browser, web.url)
        yield Kiosk(fake, web, window)
        window.close()
