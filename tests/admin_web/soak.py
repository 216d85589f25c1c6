"""A week in front of the kiosk, fast: scene after scene into a real Chromium, and what that costs in memory.

Run by hand: `python tests/admin_web/soak.py --seconds 120`. It prints heap, nodes and listeners of the page (after a garbage
collection) and the resident memory of `minga web`, and ends with 1 when anything grew by more than a tenth.
"""

import argparse
import itertools
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from browsing import Kiosk
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


def soak(seconds: float) -> list[Sample]:
    """Show every scene over and over for this long; a visitor opens the help and puts a piece away in between."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        machine = museum(Path(folder))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        with controller(machine.socket, with_news("refunded", None, 5)) as fake, minga_web(machine) as web:
            assert fake.watching.wait(10)
            kiosk = Kiosk(fake, web, browser)
            with kiosk.page() as page:
                page.evaluate(COUNT)
                found = list(_samples(kiosk, page, seconds))
            assert (kiosk.strangers, kiosk.complaints) == ([], [])
        browser.close()
    return found


def _samples(kiosk: Kiosk, page: Page, seconds: float) -> list[Sample]:
    devtools, start_s = page.context.new_cdp_session(page), time.monotonic()
    devtools.send("Performance.enable")
    scenes, found = itertools.cycle(SCENES.values()), []
    for number in range(1, SAMPLES + 1):
        until_s = start_s + seconds * number / SAMPLES
        while time.monotonic() < until_s:
            for view in itertools.islice(scenes, len(SCENES)):
                kiosk.fake.show(view)
                page.wait_for_timeout(GAP_MS)
            _visit(kiosk, page)
        found.append(_sample(devtools, page, time.monotonic() - start_s, kiosk.web.process.pid))
        print(found[-1], flush=True)
    return found


def _visit(kiosk: Kiosk, page: Page) -> None:
    """What a visitor does with the page besides buying; and the stories, without their wait."""
    kiosk.show(page, SCENES["chosen"])
    page.click("#unlook")
    page.click("#ask")
    page.click("#unhelp")
    kiosk.show(page, SCENES["idle"])
    page.evaluate("document.body.classList.add('resting')")
    page.keyboard.press("Shift")


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
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120.0)
    print(HEAD)
    grown = growth(soak(parser.parse_args().seconds))
    print(", ".join(f"{name} ×{factor:.3f}" for name, factor in grown.items()))
    sys.exit(any(factor > GROWTH_MAX for factor in grown.values()))


if __name__ == "__main__":
    main()
