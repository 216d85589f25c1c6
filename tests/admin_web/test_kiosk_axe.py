"""The rules of axe-core, all of them, on every scene: names, roles, landmarks, contrast, target sizes.

`axe-playwright-python` carries axe-core itself; nothing is fetched.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import IN_A_BROWSER, Kiosk
from scenes import FULLEST, SCENES
from wearing import dressed

pytestmark = IN_A_BROWSER


@pytest.mark.parametrize("screen", [(1280, 800), (360, 740)], ids=lambda screen: "x".join(map(str, screen)))
def test_axe_finds_nothing_in_any_scene(kiosk: Kiosk, screen: tuple[int, int]) -> None:
    """No violation of any rule, on the kiosk's screen and on one of a phone's size, where the shelf scrolls."""
    with kiosk.page(*screen) as page:
        for name, view in SCENES.items():
            kiosk.show(page, view)
            found = Axe().run(page).response
            assert [(rule["id"], node["html"]) for rule in found["violations"] for node in rule["nodes"]] == [], name
            assert len(found["passes"]) >= 10, name


@pytest.mark.parametrize(
    ("comfort", "screen"),
    [("en", (1280, 800)), ("qu", (360, 740)), ("es large contrast", (1280, 800)), ("en large", (360, 740))],
    ids=str,
)
def test_axe_finds_nothing_however_the_page_is_worn(kiosk: Kiosk, comfort: str, screen: tuple[int, int]) -> None:
    """Other languages, larger text and high contrast, where the page is fullest."""
    with dressed(kiosk, comfort, screen) as page:
        for name in FULLEST:
            kiosk.show(page, SCENES[name])
            found = Axe().run(page).response["violations"]
            assert [(rule["id"], node["html"]) for rule in found for node in rule["nodes"]] == [], name


def test_axe_finds_nothing_on_a_grey_page(kiosk: Kiosk) -> None:
    """Nor when the machine has fallen silent."""
    with kiosk.page() as page:
        kiosk.show(page, SCENES["chosen"])
        kiosk.fake.silent = True
        page.wait_for_selector("#age strong", timeout=9_000)
        found = Axe().run(page).response["violations"]
        assert [(rule["id"], node["html"]) for rule in found for node in rule["nodes"]] == []
