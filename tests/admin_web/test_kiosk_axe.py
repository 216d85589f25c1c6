"""The rules of axe-core, all of them, on every scene: names, roles, landmarks, contrast, target sizes.

What a scene says depends on the scene, its names on the language, its sizes on the screen: so every scene is looked at
once, and every language, screen and wear where the page is fullest. `axe-playwright-python` carries axe-core itself;
nothing is fetched.
"""

from pathlib import Path

import axe_playwright_python
import pytest
from browsing import IN_A_BROWSER, Kiosk
from playwright.sync_api import Page
from scenes import FULLEST, SCENES
from wide import once_of

pytestmark = IN_A_BROWSER

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
ASK = """() => axe.run(document, {resultTypes: ["violations"], preload: false}).then((found) => [
  found.violations.flatMap((rule) => rule.nodes.map((node) => [rule.id, node.html])), found.passes.length])"""


def assert_axe_finds_nothing(page: Page, where: str) -> None:
    """No violation of any rule, and not for want of looking."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    violations, passes = page.evaluate(ASK)
    assert violations == [], where
    assert passes >= 10, where


def test_axe_finds_nothing_in_any_scene(kiosk: Kiosk) -> None:
    """On the kiosk's screen, and then in the two that no picture of the machine brings by itself: help and stories."""
    with kiosk.page() as page:
        for name, view in SCENES.items():
            kiosk.show(page, view)
            assert_axe_finds_nothing(page, name)
        kiosk.show(page, SCENES["idle"])
        page.click("#ask")
        assert_axe_finds_nothing(page, "help")
        page.click("#unhelp")
        page.evaluate("document.body.classList.add('resting')")
        assert_axe_finds_nothing(page, "stories")


@pytest.mark.parametrize(
    ("comfort", "screen", "scenes"),
    once_of(
        ("en", (1280, 800), ("idle", "vending", "after")),
        ("qu", (360, 740), FULLEST),
        ("en large contrast", (800, 480), ("idle", "chosen-with-wallets", "paying-code", "after")),
        ("es", (1080, 1920), ("chosen-with-wallets", "doubt", "after")),
    ),
    ids=str,
)
def test_axe_finds_nothing_however_the_page_is_worn(
    kiosk: Kiosk, comfort: str, screen: tuple[int, int], scenes: tuple[str, ...]
) -> None:
    """Other languages, larger text and high contrast, on the other screens and on one of a phone's size."""
    with kiosk.page(*screen, comfort=comfort) as page:
        for name in scenes:
            kiosk.show(page, SCENES[name])
            assert_axe_finds_nothing(page, name)


def test_axe_finds_nothing_on_a_grey_page(kiosk: Kiosk) -> None:
    """Nor when the machine has fallen silent."""
    with kiosk.page() as page:
        kiosk.show(page, SCENES["chosen"])
        kiosk.fake.silent = True
        page.wait_for_selector("#age strong", timeout=15_000)
        assert_axe_finds_nothing(page, "grey")
