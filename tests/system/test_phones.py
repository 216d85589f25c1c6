"""A phone comes in, for real: door, service button, the code read off the kiosk's screen, a touch on it; kills in between.

The museum's own processes, a real Chromium as the kiosk and others as phones. The code is read from a picture of the screen,
as a camera would. Only the phones' own taps are counted.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from chromium import CHROMIUM, QUIET
from commands import run
from playwright.sync_api import Browser, Page, expect, sync_playwright
from visitor import STEADY, eventually

from controller.ledger import reports
from controller.ledger.connection import open_readonly
from controller.ledger.verify import verify
from hw_mocks.museum import Museum

ZBAR = shutil.which("zbarimg")
PATIENCE_MS = 30_000
PIN = "739164"
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True, "locale": "es-EC"}
COUNTS = "addEventListener('pointerdown', () => sessionStorage.taps = Number(sessionStorage.taps || 0) + 1, true)"
pytestmark = [
    pytest.mark.system,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not (CHROMIUM and ZBAR), reason="needs Chromium and zbarimg (Debian: chromium, zbar-tools)"),
]


@dataclass(frozen=True)
class House:
    """A museum with pages for phones, its kiosk's screen, and a browser to have phones from."""

    museum: Museum
    browser: Browser
    kiosk: Page
    folder: Path

    def phone(self) -> Page:
        """A phone that was never here."""
        page = self.browser.new_context(**PHONE).new_page()  # type: ignore[arg-type]
        page.add_init_script(COUNTS)
        return page

    def link(self) -> str:
        """Whoever has the key opens the door and presses the button: what a camera reads off the screen."""
        with self.museum.client() as client:
            self.museum.hand.door(True)
            eventually(lambda: "door-open" in client.watch().troubles, "the machine sees its door open")
            before = client.watch().pairing
            self.museum.hand.press("service")
            told = eventually(
                lambda: (now := client.watch().pairing) and (not before or now.code != before.code) and now, "a code"
            )
        return str(eventually(lambda: (read := self._read()).endswith(told.code) and read, "the code on the screen"))

    def _read(self) -> str:
        picture = self.folder / "screen.png"
        self.kiosk.screenshot(path=picture)
        done = subprocess.run([str(ZBAR), "--quiet", "--raw", picture], capture_output=True, text=True, timeout=30)
        return done.stdout.strip()

    def chooses(self, phone: Page, link: str, member: str) -> None:
        """She scans, touches her picture, chooses a PIN: now she looks at the machine."""
        phone.goto(link)
        phone.tap(f"button[value={member}]")
        phone.fill("#pin", PIN)
        phone.tap("button.yes")
        expect(phone.get_by_role("status")).to_contain_text("Esperando", timeout=PATIENCE_MS)

    def enters(self, member: str) -> Page:
        """Her phone, bound from the first touch to the last; the door is shut again."""
        phone = self.phone()
        self.chooses(phone, self.link(), member)
        self.kiosk.locator("#entry-yes").click(timeout=PATIENCE_MS)
        phone.wait_for_url(f"{self.museum.phones}/", timeout=PATIENCE_MS)
        self.museum.hand.door(False)
        expect(self.kiosk.locator("#entry")).to_have_count(0, timeout=PATIENCE_MS)
        return phone

    @staticmethod
    def in_a_new_tab(phone: Page, link: str) -> Page:
        """The same phone at this page; the tab that waits for the touch loads itself anew, which would cross this."""
        page = phone.context.new_page()
        page.goto(link)
        return page

    def restart_phones(self) -> None:
        """`kill -9` of the pages for phones, and their service unit starts them again."""
        told = self.museum.log("phones").count("the pages for phones are on")
        self.museum.restart("phones")
        eventually(lambda: self.museum.log("phones").count("the pages for phones are on") > told, "the pages are back")

    def phones(self) -> dict[str, str]:
        """Whose each phone is, by the books."""
        db = open_readonly(self.museum.folder / "minga.db")
        found = dict(reports.assembly(db).phones)
        db.close()
        return found


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("museo")
    with Museum(folder) as museum, sync_playwright() as playwright:
        museum.found()
        museum.open(STEADY, 1.0, phones=0)
        museum.fill_shelf()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        kiosk = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
        kiosk.goto(f"http://127.0.0.1:{museum.port}/")
        yield House(museum, browser, kiosk, folder)
        browser.close()
        for name in ("controller", "phones"):
            print(f"--- {name}\n{museum.log(name)[-4_000:]}")


def test_a_phone_comes_in_by_the_code_on_the_screen(house: House) -> None:
    """One scan, one tap on her picture, her PIN and one tap to send it; one touch on the screen. Her home opens."""
    link, phone = house.link(), house.phone()
    assert re.fullmatch(rf"{house.museum.phones}/e/[a-z2-7]{{26}}", link)
    house.chooses(phone, link, "rosa")
    assert phone.evaluate("sessionStorage.taps") == "2"
    shape = phone.locator("main strong").inner_text()
    expect(house.kiosk.locator("#entry")).to_contain_text(shape, timeout=PATIENCE_MS)
    expect(house.kiosk.locator("#entry-title")).to_contain_text("Rosa")
    second = house.phone()
    assert "Otro teléfono" in str(second.goto(link) and second.content())
    house.kiosk.locator("#entry-yes").click()
    phone.wait_for_url(f"{house.museum.phones}/", timeout=PATIENCE_MS)
    expect(phone.locator("h1")).to_contain_text("Rosa")
    assert list(house.phones().values()) == ["rosa"]
    house.museum.hand.door(False)


@pytest.mark.wide
def test_a_kill_of_either_process_lets_nobody_out_and_nobody_in(house: House) -> None:
    """Her key opens her home while the controller is dead, after both are back, and a stranger's still does not."""
    phone, stranger = house.enters("luz"), house.phone()
    house.restart_phones()
    phone.goto(house.museum.phones)
    expect(phone.locator("h1")).to_contain_text("Luz")
    house.museum.kill_controller()
    eventually(lambda: (phone.reload(), phone.locator(".stale").count())[1], "her page says how old it is")
    expect(phone.locator("h1")).to_contain_text("Luz")
    house.museum.start_controller()
    phone.goto(house.museum.phones)
    expect(phone.locator("h1")).to_contain_text("Luz")
    stranger.goto(house.museum.phones)
    assert stranger.url.endswith("/entrar")


@pytest.mark.wide
def test_a_kill_of_the_pages_in_the_middle_is_begun_again(house: House) -> None:
    """Who was entering is forgotten, and so is nothing else: the button shows another code, and it takes her."""
    before, phone, first = house.phones(), house.phone(), house.link()
    house.chooses(phone, first, "inti")
    house.restart_phones()
    page = house.in_a_new_tab(phone, f"{first}/mire")
    expect(page.locator("h1")).to_contain_text("Esta página no existe")
    assert house.phones() == before
    second = house.enters("inti")
    expect(second.locator("h1")).to_contain_text("Inti")


@pytest.mark.wide
def test_a_kill_of_the_controller_in_the_middle_binds_nobody(house: House) -> None:
    """The code on the screen died with it; no phone that had read it comes in, whatever was touched before."""
    before, phone, first = house.phones(), house.phone(), house.link()
    house.chooses(phone, first, "carmen")
    house.museum.kill_controller()
    house.museum.hand.door(False)
    house.museum.start_controller()
    page = house.in_a_new_tab(phone, f"{first}/mire")
    expect(page.locator("h1")).to_contain_text("Esta página no existe")
    assert house.phones() == before
    assert house.link() != first
    house.museum.hand.door(False)


def test_a_revoked_phone_is_out(house: House) -> None:
    """Carmen's first phone is lost; a word at the machine's own keyboard, and its next tap shows how one comes in."""
    phone = house.enters("carmen")
    (name,) = [name for name, member in house.phones().items() if member == "carmen"]
    done = run("member", "carmen", "--revoke", name, "--by", "asamblea", "--config", house.museum.file)
    assert "It was carmen's" in done.stdout
    phone.reload()
    assert phone.url.endswith("/entrar")


def test_the_books_are_true_after_all_that(house: House) -> None:
    """Every fact follows from the one before it, and no page or controller has complained."""
    db = open_readonly(house.museum.folder / "minga.db")
    assert verify(db) == []
    db.close()
    assert "Traceback" not in house.museum.log("phones") + house.museum.log("controller")
