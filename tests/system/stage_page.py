"""The stage's page in a real browser, and what its tests share: one look at it, one hand, and where it said it is.

Every page is watched: a request to a stranger, a word on the console or an error fails its test.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from chromium import CHROMIUM
from playwright.sync_api import Browser, Page, expect
from visitor import Visitor, eventually

from controller.client import ControllerGone
from hw_mocks.museum import Museum

PATIENCE_MS = 30_000
IN_A_BROWSER = [
    pytest.mark.system,
    pytest.mark.timeout(180),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


@dataclass(frozen=True, slots=True)
class Stage:
    """A museum with its stage, and the browser that looks at it. `kiosk` is the visitor's page, where it is framed."""

    museum: Museum
    url: str
    browser: Browser
    kiosk: str = ""

    @contextmanager
    def page(self, path: str = "", width: int = 1280, height: int = 800, **options: object) -> Iterator[Page]:
        """The page, alive; whoever asks another host, or complains, fails the test."""
        strangers: list[str] = []
        complaints: list[str] = []
        friends = ("data:", *filter(None, (self.url, self.kiosk)))
        context = self.browser.new_context(viewport={"width": width, "height": height}, **options)  # type: ignore[arg-type]
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        # Only listened to: a request that passed through this process would wait while a test looks at something else.
        page.on("request", lambda asked: None if asked.url.startswith(friends) else strangers.append(asked.url))
        page.on("console", lambda said: complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        try:
            page.goto(self.url + path)
            page.wait_for_selector("body[data-here=true]")
            yield page
        finally:
            context.close()
        assert (strangers, complaints) == ([], [])


def said_in(log: Path) -> str:
    """The address that a stage has written there; empty before it has."""
    return log.read_text().partition("the stage is on ")[2].strip()


def pays(page: Page, visitor: Visitor, *coins_cents: int) -> None:
    """One click a coin; the next when this one has counted."""
    for cents in coins_cents:
        puts_in(page, visitor, cents, partial(page.click, f"#coin-{cents}"))


def puts_in(page: Page, visitor: Visitor, cents: int, put: Callable[[], object]) -> None:
    """`put` it in until it counts: a busy computer may ask its acceptor too late, and then a coin comes back."""
    visitor.sees(lambda picture: cents in picture.coins_cents, f"{cents} cents are welcome")
    expect(page.locator("#machine.welcomes")).to_be_visible()
    credit_cents = visitor.picture.credit_cents + cents
    eventually(lambda: _stays_in(page, visitor.museum, put), f"{cents} cents stay in")
    visitor.sees(lambda picture: picture.credit_cents == credit_cents, f"{credit_cents} cents")


def _stays_in(page: Page, museum: Museum, put: Callable[[], object]) -> bool:
    """Whether the coin fell into the box; one in the cup is taken out again."""
    before = len(museum.hand.truth()["coins"])
    put()
    fallen = eventually(lambda: museum.hand.truth()["coins"][before:], "the coin has fallen")
    if fallen[-1]["place"] != "tray":
        return True
    expect(page.locator("#cup.full")).to_be_visible()
    page.click("#cup")
    return False


def is_gone(museum: Museum) -> bool:
    """Whether nobody answers at the machine's control socket."""
    try:
        museum.client().close()
    except ControllerGone:
        return True
    return False
