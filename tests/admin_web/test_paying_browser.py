"""The code on the kiosk's screen, read back from a screenshot by a reader that is not ours."""

import shutil
import subprocess
from pathlib import Path

import pytest
from browsing import IN_A_BROWSER, SCREENS, Kiosk
from scenes import LINK, PAYING, SCENES

from controller.domain.catalog import SlotId
from controller.domain.events import PayBy, ReturnPressed

pytestmark = IN_A_BROWSER
ZBAR = shutil.which("zbarimg")
needs_zbar = pytest.mark.skipif(ZBAR is None, reason="no zbarimg on this machine (Debian: zbar-tools)")


def scanned(picture: Path) -> list[str]:
    """What zbar reads in it."""
    assert ZBAR
    done = subprocess.run([ZBAR, "--quiet", "--raw", picture], capture_output=True, text=True, timeout=30)
    return done.stdout.split()


@needs_zbar
def test_the_code_on_the_screen_says_what_the_provider_gave(kiosk: Kiosk, tmp_path: Path) -> None:
    """On every screen, whole, with its quiet border: zbar reads the provider's own link."""
    with kiosk.page() as page:
        kiosk.show(page, PAYING)
        for width, height in SCREENS:
            page.set_viewport_size({"width": width, "height": height})
            page.screenshot(path=tmp_path / "screen.png")
            assert scanned(tmp_path / "screen.png") == [LINK], (width, height)


def test_one_touch_on_a_piece_asks_for_its_code(kiosk: Kiosk) -> None:
    """From the shelf to the code in one tap, large enough for a finger; cancelling is one more."""
    with kiosk.page() as page:
        kiosk.show(page, SCENES["wallets"])
        box = page.locator("#pay-A3").bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 96
        page.tap("#pay-A3")
        assert kiosk.asked(page) == PayBy("deuna", SlotId("A3"))
        kiosk.show(page, PAYING)
        assert page.is_visible("#paying")
        assert not page.is_visible("#shelf")
        page.tap("#give-back")
        assert kiosk.asked(page) == ReturnPressed()


def test_a_piece_is_paid_by_wallet_without_javascript(kiosk: Kiosk) -> None:
    """Plain forms: the code on the tile, and the button at the till."""
    with kiosk.page(java_script_enabled=False) as page:
        kiosk.fake.show(SCENES["chosen-with-wallets"])
        page.goto(kiosk.web.url)
        page.click("#pay-A1")
        assert kiosk.asked(page) == PayBy("deuna", SlotId("A1"))
        page.click("#pay-tarjeta")
        assert kiosk.asked(page) == PayBy("tarjeta", None)
