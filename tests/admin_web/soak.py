"""A long time in front of the kiosk, fast: picture after picture into a real Chromium, and what that costs in memory.

    PYTHONPATH=.:tests python tests/admin_web/soak.py --seconds 120     every scene over and over, as quick as it goes
    PYTHONPATH=.:tests python tests/admin_web/soak.py --hours 8         a museum's busy day, its clock turned on

Run by hand. It prints heap, nodes and listeners of the page (after a garbage collection) and the resident memory of
`minga web`, and ends with 1 when anything grew by more than a tenth.
"""

import argparse
import itertools
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import museum_day
from browsing import Kiosk, Window
from chromium import CHROMIUM, QUIET
from fake_controller import controller, with_news
from playwright.sync_api import CDPSession, Page, sync_playwright
from scenes import SCENES
from web_process import minga_web, museum

GAP_MS = 25
SAMPLES = 12
WARM = 3
"""Samples that do not count: caches fill, and the engine compiles."""
GROWTH_MAX = 1.10
COUNT = (
    "window.scenesSeen = 0; document.getElementById('scene').addEventListener('shown', () => { window.scenesSeen++; })"
)
HEAD = f"{'s':>5} {'scenes':>8} {'heap kB':>8} {'nodes':>7} {'listeners':>9} {'web kB':>8}"


@dataclass(frozen=True, slots=True)
class Sample:
    """What is held at one moment. `scenes` is how many the page has drawn so far."""

    seconds: float
    scenes: int
    heap_kb: int
    nodes: int
    listeners: int
    web_kb: int

    def __str__(self) -> str:
        held = f"{self.heap_kb:>8} {self.nodes:>7} {self.listeners:>9} {self.web_kb:>8}"
        return f"{self.seconds:>5.0f} {self.scenes:>8} {held}"


@contextmanager
def open_kiosk() -> Iterator[tuple[Kiosk, Page]]:
    """A museum, its pages, and one page whose clock can be turned: small and without fades, because nobody looks at it."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        machine = museum(Path(folder))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        with controller(machine.socket, with_news("refunded", None, 5)) as fake, minga_web(machine) as web:
            assert fake.watching.wait(10)
            kiosk = Kiosk(fake, web, Window(browser, web.url))
            with kiosk.page(800, 480, timed=True) as page:
                page.evaluate(COUNT)
                yield kiosk, page
            assert (kiosk.window.strangers, kiosk.window.complaints) == ([], [])
        browser.close()


def soak(seconds: float) -> list[Sample]:
    """Show every scene over and over for this long; a visitor opens the help and puts a piece away in between."""
    scenes, began_s = itertools.cycle(SCENES.values()), time.monotonic()

    def stretch(kiosk: Kiosk, page: Page, number: int) -> None:
        while time.monotonic() < began_s + seconds * (number + 1) / SAMPLES:
            for view in itertools.islice(scenes, len(SCENES)):
                kiosk.fake.show(view)
                page.wait_for_timeout(GAP_MS)
            museum_day.look_around(kiosk, page)

    return _sampled(stretch)


def day(hours: float) -> list[Sample]:
    """So many hours of a busy museum, visit after visit with its rests; each stretch is a twelfth of them."""
    visits = museum_day.visits(round(hours * museum_day.VISITORS_AN_HOUR))

    def stretch(kiosk: Kiosk, page: Page, number: int) -> None:
        for visit in visits[number::SAMPLES]:
            museum_day.play(kiosk, page, visit)

    return _sampled(stretch)


def _sampled(stretch: Callable[[Kiosk, Page, int], None]) -> list[Sample]:
    found: list[Sample] = []
    with open_kiosk() as (kiosk, page):
        devtools, began_s = page.context.new_cdp_session(page), time.monotonic()
        devtools.send("Performance.enable")
        for number in range(SAMPLES):
            stretch(kiosk, page, number)
            found.append(_sample(devtools, page, time.monotonic() - began_s, kiosk.web.process.pid))
            print(found[-1], flush=True)
    return found


def _sample(devtools: CDPSession, page: Page, seconds: float, pid: int) -> Sample:
    devtools.send("HeapProfiler.collectGarbage")
    held = {metric["name"]: metric["value"] for metric in devtools.send("Performance.getMetrics")["metrics"]}
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    (web_kb,) = (int(line.split()[1]) for line in status if line.startswith("VmRSS"))
    heap_kb, nodes, listeners = (int(held[name]) for name in ("JSHeapUsedSize", "Nodes", "JSEventListeners"))
    return Sample(seconds, page.evaluate("window.scenesSeen"), heap_kb // 1_024, nodes, listeners, web_kb)


def growth(samples: list[Sample]) -> dict[str, float]:
    """The last third beside the first third after the warm-up, of everything that could grow."""
    warm = samples[WARM:]
    third = max(1, len(warm) // 3)
    names = ("heap_kb", "nodes", "listeners", "web_kb")
    early, late = (
        {name: sum(getattr(s, name) for s in part) for name in names} for part in (warm[:third], warm[-third:])
    )
    return {name: late[name] / early[name] for name in names}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--hours", type=float, help=f"of a day with {museum_day.VISITORS_AN_HOUR} visitors an hour")
    given = parser.parse_args()
    print(HEAD)
    grown = growth(day(given.hours) if given.hours else soak(given.seconds))
    print(", ".join(f"{name} ×{factor:.3f}" for name, factor in grown.items()))
    sys.exit(any(factor > GROWTH_MAX for factor in grown.values()))


if __name__ == "__main__":
    main()
