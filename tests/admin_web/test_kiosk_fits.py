"""Every scene on every screen, however the page is worn: nothing cut off, nothing on another, dark and large enough."""

from pathlib import Path

import pytest
from browsing import IN_A_BROWSER, SCREENS, Kiosk
from drawn import drawn
from wide import once

pytestmark = IN_A_BROWSER

FITS = Path(__file__).with_name("fits.js").read_text()
FRAME = (423, 510)
"""The screen in the simulated machine, on a desk of 1280×800."""
IN_THE_FRAME = ("idle", "wanting", "chosen", "vending", "sold", "after", "after-with-credit", "answered")
SPARE = """(scene) => {
  show(scene);
  const till = document.getElementById("till").getBoundingClientRect().top;
  return [...document.querySelectorAll(".choice")].map((choice) => till - choice.getBoundingClientRect().bottom); }"""
FINGER_PX = {(800, 480): 80, (360, 740): 56}
"""96 px on the kiosk's screens; 80 on the small panel, whose pixels are larger; 56 on a phone."""
FLOOR_PX_MIN = 80
"""Of the shelf or the code at least this much is to be seen; the rest is reached by scrolling."""


@pytest.mark.parametrize("comfort", once("es large", "es", "en", "qu contrast", "en large contrast", "qu large"))
def test_every_scene_fits_every_screen(kiosk: Kiosk, comfort: str) -> None:
    """Nothing sideways, every word of the till and the panels whole and on its own ground, text at 7:1, room for fingers.

    The help and the stories too. Each scene is measured as it stands, before it moves or is painted.
    """
    scenes = drawn(kiosk.fake.path.parent, comfort.split()[0])
    with kiosk.page(comfort=comfort) as page:
        for screen in SCREENS:
            page.set_viewport_size({"width": screen[0], "height": screen[1]})
            room = {"scenes": scenes, "least": FINGER_PX.get(screen, 96), "floor": FLOOR_PX_MIN}
            assert page.evaluate(FITS, room) == [], screen


@pytest.mark.parametrize("comfort", once("es large", "es", "en contrast"))
def test_a_purchase_fits_the_frame_in_the_simulated_machine(kiosk: Kiosk, comfort: str) -> None:
    """Narrow and low: the piece, its fall and the thanks are whole in it, and no answer has to be scrolled to."""
    scenes = drawn(kiosk.fake.path.parent, comfort.split()[0])
    with kiosk.page(*FRAME, comfort) as page:
        room = {"scenes": {name: scenes[name] for name in IN_THE_FRAME}, "least": 56, "floor": FLOOR_PX_MIN}
        faults = page.evaluate(FITS, room)
        assert [fault for fault in faults if fault[0] in IN_THE_FRAME] == []
        spare_px = page.evaluate(SPARE, scenes["after"])
        assert len(spare_px) == 4
        assert min(spare_px) >= 0
