"""The browser tests' fixtures: one Chromium a file, and one museum with its controller and pages a test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import CHROMIUM, QUIET, Kiosk
from fake_controller import controller, with_news
from playwright.sync_api import Browser, sync_playwright
from web_process import minga_web, museum


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
