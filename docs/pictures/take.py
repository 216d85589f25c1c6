"""Takes the pictures of the docs from the real pages on a simulated machine: `make pictures`.

Needs Chromium. Each picture shows a moment anybody can repeat; nothing in them is painted by hand.
"""

import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from hw_mocks.museum import HOPPERS, QUICK, REAL_TIME, Museum

HERE = Path(__file__).parent
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
SPEED = 10.0
PATIENT = QUICK.replace("credit_idle_s = 2", "credit_idle_s = 120")
REACHED = PATIENT + '\n[phones]\naddress = "http://minga.local:8081"\n'
"""A machine that phones reach: its thanks show the code of the receipt."""
HURRIED = QUICK.replace("credit_idle_s = 2", "credit_idle_s = 17")


def main() -> None:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        shelf(browser)
        still_here(browser)
        exact_amount(browser)
        thanks(browser)
        stories(browser)
        whole_machine(browser)
        browser.close()


def shelf(browser: Browser) -> None:
    """Somebody has chosen a bag and put in most of its price."""
    with standing(browser, PATIENT) as (museum, page):
        puts_in(museum, page, 100, 100, 25)
        museum.hand.press("A1")
        page.wait_for_selector("#tile-A1.is-chosen")
        save(page, "kiosk-shelf.webp")


def still_here(browser: Browser) -> None:
    """She has not touched anything for a while: the till asks before it puts her money aside."""
    with standing(browser, HURRIED) as (museum, page):
        puts_in(museum, page, 100, 100, 25)
        page.wait_for_selector(".fuse:not([hidden])")
        save(page, "kiosk-still-here.webp", "#till")


def exact_amount(browser: Browser) -> None:
    """A machine without a hopper: the coins that would be too much wait outside."""
    with standing(browser, PATIENT.replace(HOPPERS, "")) as (museum, page):
        museum.hand.press("A1")
        puts_in(museum, page, 100, 100, 100, 25)
        page.wait_for_selector(".coin.waits")
        save(page, "kiosk-exact-amount.webp", "#till")


def thanks(browser: Browser) -> None:
    """The purse has fallen: who gets what, the receipt to take along, and the lab's one question."""
    with standing(browser, REACHED) as (museum, page):
        puts_in(museum, page, 100, 25, 25)
        museum.hand.press("A3")
        page.wait_for_selector("#after:not([hidden])")
        page.wait_for_timeout(500)
        save(page, "kiosk-thanks.webp")


def stories(browser: Browser) -> None:
    """Nobody has touched anything for a while."""
    with standing(browser, PATIENT) as (_, page):
        page.wait_for_selector(".resting", timeout=90_000)
        page.wait_for_timeout(2_500)
        save(page, "kiosk-stories.webp")


def whole_machine(browser: Browser) -> None:
    """The simulated machine with the kiosk as its screen: a scarf is paid, its spiral turns."""
    with standing(browser, REAL_TIME, 1.0, stage=True) as (museum, page):
        for cents in (100, 100, 100, 100, 50, 25):
            page.wait_for_timeout(300)
            while museum.hand.insert(cents=cents) != "box":
                page.wait_for_timeout(50)
        museum.hand.press("B1")
        page.frame_locator("iframe").locator("#piece.whole img").first.wait_for()
        save(page, "machine.webp")


@contextmanager
def standing(
    browser: Browser, settings: str, speed: float = SPEED, stage: bool = False
) -> Iterator[tuple[Museum, Page]]:
    """A running museum with its shelf filled, and its page on a kiosk's screen; or the whole machine on a desk's."""
    with tempfile.TemporaryDirectory() as folder, Museum(Path(folder), free_port()) as museum:
        museum.found()
        museum.open(settings, speed, stage=0 if stage else None)
        museum.fill_shelf()
        page = browser.new_page(viewport={"width": 1600, "height": 900} if stage else {"width": 1280, "height": 800})
        page.goto(f"{museum.stage}/" if stage else f"http://127.0.0.1:{museum.port}/")
        if stage:
            page.wait_for_timeout(5_000)
        yield museum, page
        page.close()


def free_port() -> int:
    """A port that nobody listens on: the machine's picture must know its screen's before the screen is there."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def puts_in(museum: Museum, page: Page, *coins_cents: int) -> None:
    """Each coin once the one before is on the screen; one that comes back is tried again."""
    credit_cents = 0
    for cents in coins_cents:
        credit_cents += cents
        while museum.hand.insert(cents=cents) != "box":
            page.wait_for_timeout(50)
        dollars, rest = divmod(credit_cents, 100)
        page.wait_for_selector(f".has:has-text('${dollars},{rest:02}')")


def save(page: Page, name: str, part: str = "") -> None:
    """A WebP of the screen or of a part, its photos there: small enough for a repository, true enough for a page."""
    for frame in page.frames:
        frame.wait_for_function(
            "() => [...document.images].every((image) => image.complete || image.loading === 'lazy')"
        )
    page.wait_for_timeout(300)
    taken = page.locator(part).screenshot() if part else page.screenshot()
    picture = Image.open(BytesIO(taken)).convert("RGB")
    picture.save(HERE / name, quality=80, method=6)
    print(HERE / name, (HERE / name).stat().st_size, "bytes")


if __name__ == "__main__":
    main()
