"""Takes the picture of the co-op's phones, from the real pages over real books: `python docs/pictures/phones.py`.

Three phones side by side: what a maker sees first, one sale to its last cent, a vote. Nobody on them is a real person.
"""

import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
TESTS = HERE.parents[1] / "tests"
sys.path[:0] = [str(TESTS), str(TESTS / "admin_web"), str(TESTS / "admin_web" / "phone")]

from builders import A1, A2, BAG, ROSA, Till, coins  # noqa: E402 (the small co-op lives beside the tests that look at it)
from chromium import CHROMIUM, QUIET  # noqa: E402
from hand_held import held  # noqa: E402
from phone_bench import Bench, opened, served  # noqa: E402

from controller.domain import facts as f  # noqa: E402
from controller.domain.deciding import Propose  # noqa: E402
from controller.domain.events import ItemDropped, SlotChosen  # noqa: E402
from controller.domain.stocking import PutProduct  # noqa: E402
from hw_mocks.garments import write_photos  # noqa: E402

PATHS = ("/", "/libros/venta/1", "/asamblea/1")
WIDE, HIGH, GAP = 360, 740, 24
WOOL = (248, 242, 228)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as bench, served(bench.app) as url:
        _morning(bench)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
            shots = []
            with held(browser, url, bench.keys("rosa")) as hand:
                for path in PATHS:
                    hand.goes(path)
                    shots.append(Image.open(BytesIO(hand.page.screenshot())).convert("RGB"))
            browser.close()
    strip = Image.new("RGB", (len(shots) * (WIDE + GAP) + GAP, HIGH + 2 * GAP), WOOL)
    for place, shot in enumerate(shots):
        strip.paste(shot, (GAP + place * (WIDE + GAP), GAP))
    strip.save(HERE / "phones.webp", quality=85)


def _morning(bench: Bench) -> None:
    """Three bags are sold, and Luz asks for a larger part for the common fund."""
    photos = write_photos(bench.folder / "media", {BAG: "bag"})
    bench.write(keeps=[PutProduct(BAG, ROSA, "Bolso de retazos", 350, photo=photos[BAG])])
    for visit, slot in enumerate((A1, A2, A1)):
        with bench.journal() as journal:
            till = Till(shop=journal.shop, journal=journal, cycle=journal.cycle)
            till.tell_all(coins(100, 100, 100, 50, mark=4 * (visit + 1)), SlotChosen(slot))
            till.tell(ItemDropped(till.cycle.last_vend_id))
    bench.gateway.look()
    terms = f.SplitTerms((("maker", 75), ("fund:comun", 20), ("fund:maquina", 5)))
    assert bench.gateway.decide(Propose(terms, "luz", "Para comprar otra máquina de coser", "foto")).ok


if __name__ == "__main__":
    main()
