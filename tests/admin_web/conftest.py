"""The browser tests' fixtures: one Chromium and one museum with its controller and pages a file, as new for each test."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from browsing import Kiosk
from chromium import CHROMIUM, QUIET
from fake_controller import FakeController, controller, with_news
from playwright.sync_api import Browser, sync_playwright
from web_process import Web, minga_web, museum

START = with_news("refunded", None, 5)
"""A picture that no test shows, so that every first change is one."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


@contextmanager
def opened(folder: Path) -> Iterator[tuple[FakeController, Web]]:
    """A museum in this folder, whose pages have met its controller."""
    machine = museum(folder)
    with controller(machine.socket, START) as fake, minga_web(machine) as web:
        assert fake.watching.wait(10)
        yield fake, web


@pytest.fixture(scope="module")
def open_museum(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FakeController, Web]]:
    with opened(tmp_path_factory.mktemp("museo")) as both:
        yield both


@pytest.fixture
def kiosk(open_museum: tuple[FakeController, Web], browser: Browser) -> Iterator[Kiosk]:
    fake, web = open_museum
    fake.begin_anew(START)
    kiosk = Kiosk(fake, web, browser)
    yield kiosk
    assert kiosk.strangers == []
    assert kiosk.complaints == []


@pytest.fixture
def lonely_kiosk(tmp_path: Path, browser: Browser) -> Iterator[Kiosk]:
    """A kiosk with pages of its own, which a test may kill."""
    with opened(tmp_path) as (fake, web):
        yield Kiosk(fake, web, browser)
