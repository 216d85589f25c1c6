"""Takes the picture of the lab's first page, over five simulated machines: `python docs/pictures/laboratory.py`.

The machines, their places and what happened to them are made up; their books are real ones of the simulated co-op.
"""

import sys
import tempfile
import threading
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
TESTS = HERE.parents[1] / "tests"
sys.path[:0] = [str(TESTS), *(str(TESTS / name) for name in ("lab", "lab/pages", "statements", "simulation"))]

from chromium import CHROMIUM, QUIET  # noqa: E402
from labtown import NOW_MS, town  # noqa: E402 (the town lives beside the tests that look at it)

from admin_web.serving import Server, address, listen  # noqa: E402
from lab.config import HubConfig  # noqa: E402
from lab.pages.app import create_app  # noqa: E402
from lab.store import opened  # noqa: E402

SCREEN = {"width": 1280, "height": 800}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = opened(str(Path(folder) / "lab.db"), make=True)
        stands = town(store, Path(folder), days=9, visits=7)
        server = Server(create_app(store, HubConfig(), lambda: NOW_MS))
        listener = listen("127.0.0.1", 0, "laboratory.py")
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
            page = browser.new_page(viewport=SCREEN)
            page.goto(address(listener))
            shot = Image.open(BytesIO(page.screenshot())).convert("RGB")
            browser.close()
        server.should_exit = True
        thread.join()
        for stand in stands.values():
            stand.close()
        store.close()
    shot.save(HERE / "lab.webp", quality=85)


if __name__ == "__main__":
    main()
