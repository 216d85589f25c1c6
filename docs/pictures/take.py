"""Takes the pictures of the docs from the real pages on a simulated machine: `make pictures`.

Needs Chromium. Each picture shows a moment anybody can repeat; nothing in them is painted by hand.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from hw_mocks.museum import HOPPERS, QUICK, Museum

HERE = Path(__file__).parent
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
SPEED = 10.0
PATIENT = QUICK.replace("credit_idle_s = 2", "credit_idle_s = 120")
HURRIED = QUICK.replace("credit_idle_s = 2", "credit_idle_s = 17")


def main() -> None:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        shelf(browser)
        still_here(browser)
        exact_amount(browser)
        browser.close()


def shelf(browser: Browser) -> None:
    """Somebody has chosen a bag and put in most of its price."""
    with standing(browser, PATIENT) as (museum, page):
        puts_in(museum, page, 100, 100, 25)
        museum.hand.press("A1")
        page.wait_for_selector("#tile-A1.is-chosen")
        save(page, "kiosk-shelf.png")


def still_here(browser: Browser) -> None:
    """She has not touched anything for a while: the till asks before it puts her money aside."""
    with standing(browser, HURRIED) as (museum, page):
        puts_in(museum, page, 100, 100, 25)
        page.wait_for_selector(".fuse:not([hidden])")
        save(page, "kiosk-still-here.png", "#till")


def exact_amount(browser: Browser) -> None:
    """A machine without a hopper: the coins that would be too much wait outside."""
    with standing(browser, PATIENT.replace(HOPPERS, "")) as (museum, page):
        museum.hand.press("A1")
        puts_in(museum, page, 100, 100, 100, 25)
        page.wait_for_selector(".coin.waits")
        save(page, "kiosk-exact-amount.png", "#till")


@contextmanager
def standing(browser: Browser, settings: str) -> Iterator[tuple[Museum, Page]]:
    """A running museum with its shelf filled, and its page on a kiosk's screen."""
    with tempfile.TemporaryDirectory() as folder, Museum(Path(folder)) as museum:
        museum.found()
        museum.open(settings, SPEED)
        museum.fill_shelf()
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"http://127.0.0.1:{museum.port}/")
        yield museum, page
        page.close()


def puts_in(museum: Museum, page: Page, *coins_cents: int) -> None:
    """Each coin once the one before is on the screen; one that comes back is tried again."""
    credit_cents = 0
    for cents in coins_cents:
        credit_cents += cents
        while museum.hand.insert(cents=cents) != "box":
            page.wait_for_timeout(50)
        dollars, rest = divmod(credit_cents, 100)
        page.wait_for_selector(f".has:has-text('${dollars},{rest:02}')")


def save(page: Page, name: str, part: str = "body") -> None:
    """A PNG of few colours: small enough for a repository, true enough for a page."""
    taken = page.locator(part).screenshot()
    picture = Image.open(BytesIO(taken)).convert("P", palette=Image.Palette.ADAPTIVE, colors=200)
    picture.save(HERE / name, optimize=True)
    print(HERE / name, (HERE / name).stat().st_size, "bytes")


if __name__ == "__main__":
    main()
