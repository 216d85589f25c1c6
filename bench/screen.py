"""A real Chromium that says when something was painted, and how soon a page can be used on a slow line and processor."""

import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from playwright.sync_api import Browser, CDPSession, sync_playwright

from bench.table import CheckFailed

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
PATIENCE_S = 10.0
KIOSK: Mapping[str, Any] = MappingProxyType({"viewport": {"width": 1280, "height": 800}})
PHONE: Mapping[str, Any] = MappingProxyType(
    {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
)
LATENCY_MS, BYTES_A_SECOND, SLOWER = 150, 200_000, 4
"""The throttled profile: a round trip of 150 ms, 1.6 Mbit/s, a processor four times slower."""
NO_PHOTOS = ("Document", "Stylesheet", "Script", "Other")
SETTLED_MS = 1_500
"""Long enough on this line for what a page fetches when it has been painted."""
NOTE = """() => {
  window.painted = {};
  const channel = new MessageChannel(), stage = document.getElementById("stage");
  channel.port1.onmessage = (event) => { window.painted[event.data] ??= performance.timeOrigin + performance.now(); };
  const changed = () => requestAnimationFrame(() => channel.port2.postMessage(stage.dataset.version));
  new MutationObserver(changed).observe(stage, { attributes: true, attributeFilter: ["data-version"] });
}"""
"""A message posted from a frame's callback comes when that frame's drawing has been handed on."""
SEEN = "(version) => Object.entries(window.painted).filter(([v]) => Number(v) >= version).map(([, at]) => at)"
USABLE = """() => {
  const [load] = performance.getEntriesByType("navigation"), [paint] = performance.getEntriesByName("first-contentful-paint");
  return paint && load.domContentLoadedEventEnd ? Math.max(paint.startTime, load.domContentLoadedEventEnd) : 0; }"""


@dataclass(frozen=True, slots=True)
class Opening:
    """One page opened with nothing kept from before. Streams and pictures are not counted."""

    usable_s: float
    requests: int
    received_bytes: int
    """With headers, as on the line."""
    later_bytes: int
    """Of what the page asked for only when it could be used, without photos and streams."""


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


class Screen:
    """One open page, with every version of its `#stage` stamped when it was painted."""

    def __init__(self, browser: Browser, port: int) -> None:
        self._page = browser.new_page(viewport={"width": 1280, "height": 800})
        self._page.goto(f"http://127.0.0.1:{port}/", wait_until="domcontentloaded")
        self._page.evaluate(NOTE)

    def painted(self, version: int) -> float:
        """When this version or a newer one was (`time.time()`). Raises CheckFailed when none is for some seconds."""
        deadline_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline_s:
            if found := self._page.evaluate(SEEN, version):
                return min(found) / 1_000
            self._page.wait_for_timeout(20)
        raise CheckFailed(f"the page never painted version {version}")

    def close(self) -> None:
        self._page.close()


def opened(
    browser: Browser,
    port: int,
    path: str = "/",
    cookies: Mapping[str, str] = MappingProxyType({}),
    look: Mapping[str, Any] = KIOSK,
) -> Opening:
    """This page on the throttled profile, in a context of its own."""
    host = f"http://127.0.0.1:{port}"
    context = browser.new_context(**look)
    context.add_cookies([{"name": name, "value": value, "url": host} for name, value in cookies.items()])
    page = context.new_page()
    line = context.new_cdp_session(page)
    asked = _counted(line)
    line.send("Network.enable")
    slow = {"latency": LATENCY_MS, "downloadThroughput": BYTES_A_SECOND, "uploadThroughput": BYTES_A_SECOND}
    line.send("Network.emulateNetworkConditions", {"offline": False, **slow})
    line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(f"{host}{path}", wait_until="domcontentloaded")
    page.wait_for_function(USABLE)
    page.wait_for_load_state("load")
    page.wait_for_timeout(SETTLED_MS)
    usable_ms, began_ms = page.evaluate(USABLE), page.evaluate("performance.timeOrigin")
    context.close()
    first = [each.size for each in asked.values() if 1_000 * each.asked_s - began_ms < usable_ms]
    later = [each.size for each in asked.values() if 1_000 * each.asked_s - began_ms >= usable_ms]
    return Opening(usable_ms / 1_000, len(first), sum(first), sum(later))


@dataclass(slots=True)
class Asked:
    """One request: when it was made (`time.time()`), and the bytes of its answer, headers included."""

    asked_s: float
    size: int = 0


def _counted(line: CDPSession) -> dict[str, Asked]:
    """Fills with every request of the page that is no photo and no stream."""
    found: dict[str, Asked] = {}

    def asked(told: dict[str, Any]) -> None:
        if told["type"] in NO_PHOTOS:
            found[told["requestId"]] = Asked(float(told["wallTime"]))

    def came(told: dict[str, Any]) -> None:
        if told["requestId"] in found:
            found[told["requestId"]].size = int(told["encodedDataLength"])

    line.on("Network.requestWillBeSent", asked)
    line.on("Network.loadingFinished", came)
    return found
