"""Takes the pictures of the docs from the real pages on a simulated machine: `make pictures`.

Needs Chromium. Each picture shows a moment anybody can repeat; nothing in them is painted by hand.
"""

import shutil
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from hw_mocks.museum import QUICK, Museum

HERE = Path(__file__).parent
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
SPEED = 10.0


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, Museum(Path(folder)) as museum, sync_playwright() as play:
        museum.found()
        museum.open(QUICK.replace("credit_idle_s = 2", "credit_idle_s = 120"), SPEED)
        museum.fill_shelf()
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"http://127.0.0.1:{museum.port}/")
        for cents in (100, 100, 25):
            while museum.hand.insert(cents=cents) != "box":
                page.wait_for_timeout(50)
            page.wait_for_timeout(400)
        museum.hand.press("A1")
        page.wait_for_timeout(800)
        save(page, "kiosk-shelf.png")
        browser.close()


def save(page: Page, name: str) -> None:
    """A PNG of few colours: small enough for a repository, true enough for a page."""
    picture = Image.open(BytesIO(page.screenshot())).convert("P", palette=Image.Palette.ADAPTIVE, colors=200)
    picture.save(HERE / name, optimize=True)
    print(HERE / name, (HERE / name).stat().st_size, "bytes")


if __name__ == "__main__":
    main()
