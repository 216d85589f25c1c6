"""A page as a visitor wants it: her language, larger text, contrast, for tests that look at it."""

from collections.abc import Iterator
from contextlib import contextmanager

from browsing import Kiosk
from playwright.sync_api import Page

from admin_web.kiosk.comfort import COOKIE

LANGUAGES = ("es", "en", "qu")


def worn(page: Page) -> str:
    """What the page has on: `en large`."""
    return str(page.evaluate("document.documentElement.dataset.comfort"))


@contextmanager
def dressed(kiosk: Kiosk, comfort: str, screen: tuple[int, int]) -> Iterator[Page]:
    """A page on a screen of this size that has `comfort` (`en large`) on from the start."""
    with kiosk.page(*screen) as page:
        page.context.add_cookies([{"name": COOKIE, "value": comfort.replace(" ", "."), "url": kiosk.web.url}])
        page.reload()
        assert worn(page) == comfort
        yield page
