"""A newcomer tries the co-op's pages on the stage: open the door, press the service button, be somebody's phone, say yes."""

import socket
from collections.abc import Iterator

import pytest
from chromium import CHROMIUM, QUIET
from playwright.sync_api import FrameLocator, expect, sync_playwright
from stage_page import IN_A_BROWSER, PATIENCE_MS, Stage
from visitor import STEADY

from controller.ledger import reports
from controller.ledger.connection import open_readonly
from hw_mocks.museum import Museum

PIN = "739164"
pytestmark = [*IN_A_BROWSER, pytest.mark.wide]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """As `minga demo --serve` opens it: the machine, its screen and its pages for phones."""
    with Museum(tmp_path_factory.mktemp("museo"), free_port()) as museum, sync_playwright() as playwright:
        museum.found()
        museum.open(STEADY, 1.0, stage=0, phones=0)
        museum.fill_shelf()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield Stage(museum, f"{museum.stage}/", browser, f"http://127.0.0.1:{museum.port}/")
        browser.close()
        for name in ("controller", "phones", "world"):  # pytest shows them beside a failure only
            print(f"--- {name}\n{museum.log(name)[-4_000:]}")


def test_a_browser_becomes_carmens_phone(stage: Stage) -> None:
    """Six touches and a PIN, from the shut door to the coordinator's own room; the books know the phone as hers."""
    with stage.browser.new_context(viewport={"width": 1280, "height": 800}, locale="es-EC") as context:
        page = context.new_page()
        page.goto(stage.url)
        screen: FrameLocator = page.frame_locator("#screen iframe")
        expect(page.locator("#service")).to_be_disabled(timeout=PATIENCE_MS)
        page.click("#fault-open-door")
        expect(page.locator("#service")).to_be_enabled(timeout=PATIENCE_MS)
        expect(screen.locator("body")).to_contain_text("puerta", timeout=PATIENCE_MS)
        page.click("#service")
        expect(screen.locator("#entry")).to_be_visible(timeout=PATIENCE_MS)
        expect(page.locator("#story")).to_contain_text("Apretó el botón de servicio.")
        with context.expect_page() as opened:
            page.click("#member-phone")
        phone = opened.value
        phone.click("button[value=carmen]", timeout=PATIENCE_MS)
        phone.fill("#pin", PIN)
        phone.click("button.yes")
        screen.locator("#entry-yes").click(timeout=PATIENCE_MS)
        phone.wait_for_url(f"{stage.museum.phones}/", timeout=PATIENCE_MS)
        page.click("#fault-open-door")
        phone.click("a[href='/caja']")
        phone.fill("input[name=pin]", PIN)
        phone.click("button.yes")
        expect(phone.locator("h1")).to_contain_text("El dinero", timeout=PATIENCE_MS)
        with context.expect_page() as again:
            page.click("#member-phone")
        expect(again.value.locator("h1")).to_contain_text("Carmen", timeout=PATIENCE_MS)
    db = open_readonly(stage.museum.folder / "minga.db")
    assert list(reports.assembly(db).phones.values()) == ["carmen"]
    db.close()
