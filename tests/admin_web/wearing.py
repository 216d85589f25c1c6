"""A page as a visitor wants it: her language, larger text, contrast, for tests that look at it."""

from playwright.sync_api import Page

LANGUAGES = ("es", "en", "qu")


def worn(page: Page) -> str:
    """What the page has on: `en large`."""
    return str(page.evaluate("document.documentElement.dataset.comfort"))
