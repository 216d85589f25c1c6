"""The visit around the purchase in a real Chromium: stories, a second look, thanks, help; each leaves in time."""

import pytest
from browsing import IN_A_BROWSER, Kiosk
from fake_controller import IDLE
from playwright.sync_api import Page
from scenes import AFTER, CHOSEN, LEAVING, SCENES

from controller.domain.catalog import SlotId
from controller.domain.events import SlotChosen, VisitorAnswers

pytestmark = IN_A_BROWSER

ALONE_MS = 46_000


def alone(page: Page) -> None:
    """The clock of this page runs on until nobody has touched it for long enough."""
    page.clock.fast_forward(ALONE_MS)
    page.wait_for_selector("body.resting", timeout=5_000)


def test_an_idle_machine_tells_its_stories_one_after_another(kiosk: Kiosk) -> None:
    """After three quarters of a minute alone; each piece for eight seconds, large and alone on the screen."""
    with kiosk.page(timed=True, reduced_motion="no-preference") as page:
        kiosk.show(page, IDLE)
        assert not page.is_visible("#stories")
        alone(page)
        name = page.locator(".story:visible .name").first
        page.wait_for_selector("#scene[data-story='0']")
        assert page.locator(".story").count() == 8
        page.wait_for_selector("#scene[data-story='1']", timeout=15_000)
        page.locator(".story").first.wait_for(state="hidden")
        assert name.inner_text() == "Chumpi rojo"
        assert "Toque la pantalla" in page.inner_text("#stories")


def test_the_touch_that_wakes_the_shelf_buys_nothing(kiosk: Kiosk) -> None:
    """Whoever touches a story sees the shelf; only her second touch chooses."""
    with kiosk.page(timed=True) as page:
        kiosk.show(page, IDLE)
        box = page.locator("#tile-A3").bounding_box()
        assert box is not None
        at = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        alone(page)
        page.touchscreen.tap(*at)
        page.wait_for_selector("body:not(.resting)")
        page.clock.fast_forward(1_000)
        assert kiosk.fake.asked.empty()
        page.touchscreen.tap(*at)
        assert kiosk.asked(page) == SlotChosen(SlotId("A3"))


@pytest.mark.parametrize("scene", ["wanting", "chosen", "paused", "doubt"])
def test_news_wakes_the_shelf(kiosk: Kiosk, scene: str) -> None:
    """A button of iron, a coin, a trouble, a code: the stories are gone with the same scene."""
    with kiosk.page(timed=True) as page:
        kiosk.show(page, IDLE)
        alone(page)
        kiosk.show(page, SCENES[scene])
        assert not page.is_visible("#stories")
        assert page.is_visible("#till")


def test_a_key_wakes_the_shelf_and_presses_nothing(kiosk: Kiosk) -> None:
    """Enter on a focused tile that nobody can see is a question, not a purchase."""
    with kiosk.page(timed=True) as page:
        kiosk.show(page, IDLE)
        page.focus("#tile-A2")
        alone(page)
        page.keyboard.press("Enter")
        page.wait_for_selector("body:not(.resting)")
        assert kiosk.fake.asked.empty()


def test_whoever_wants_no_motion_gets_no_fade(kiosk: Kiosk) -> None:
    """One story simply takes the place of the other."""
    with kiosk.page(reduced_motion="reduce") as page:
        kiosk.show(page, IDLE)
        page.evaluate("document.body.classList.add('resting')")
        assert page.evaluate("getComputedStyle(document.querySelector('.story')).transitionDuration") == "0s"


def test_a_look_is_put_away_by_one_touch_and_comes_back_with_the_choice(kiosk: Kiosk) -> None:
    """It stays away while coins come in, and another choice, or the same again, brings it back."""
    with kiosk.page() as page:
        kiosk.show(page, CHOSEN)
        assert "Rosa Quishpe" in page.inner_text("#piece")
        page.tap("#unlook")
        assert not page.is_visible("#piece")
        kiosk.show(page, SCENES["few-coins"])
        assert not page.is_visible("#piece")
        page.tap("#tile-A1")
        assert kiosk.asked(page) == SlotChosen(SlotId("A1"))
        assert page.is_visible("#piece")
        page.tap("#unlook")
        kiosk.show(page, SCENES["chosen-right"])
        assert page.is_visible("#piece")


def test_beside_a_look_the_other_half_of_the_shelf_can_be_touched(kiosk: Kiosk) -> None:
    """Changing her mind costs one touch for a piece on her side of the glass."""
    with kiosk.page() as page:
        kiosk.show(page, CHOSEN)
        page.tap("#tile-B2")
        assert kiosk.asked(page) == SlotChosen(SlotId("B2"))


def test_one_touch_answers_and_another_is_done_with_the_thanks(kiosk: Kiosk) -> None:
    """The answer goes to the machine; a touch beside the question shows the shelf at once, and tells the machine too."""
    with kiosk.page() as page:
        kiosk.show(page, AFTER)
        page.tap("#answer-2")
        assert kiosk.asked(page) == VisitorAnswers(17, "what-brought-you", "gift")
        kiosk.show(page, SCENES["answered"])
        assert "Gracias por contarnos" in page.inner_text("#after")
        page.tap("#after h2")
        assert kiosk.asked(page) == VisitorAnswers(17)
        assert not page.is_visible("#after")
        page.tap("#tile-A4")
        assert kiosk.asked(page) == SlotChosen(SlotId("A4"))


def test_the_question_is_answered_without_javascript(kiosk: Kiosk) -> None:
    """A plain form."""
    with kiosk.page(java_script_enabled=False) as page:
        kiosk.fake.show(AFTER)
        page.goto(kiosk.web.url)
        page.click("#answer-1")
        assert kiosk.asked(page) == VisitorAnswers(17, "what-brought-you", "seen")


def test_help_is_one_touch_away_and_leaves_by_itself(kiosk: Kiosk) -> None:
    """By its button and by any touch; after half a minute; and at once when her money is about to be put aside."""
    with kiosk.page(timed=True) as page:
        kiosk.show(page, CHOSEN)
        for leave in ("touch", "time", "warning"):
            page.tap("#ask")
            assert "A quién preguntar" in page.inner_text("#help")
            if leave == "touch":
                page.tap("#help h2")
            elif leave == "time":
                page.clock.fast_forward(31_000)
            else:
                kiosk.show(page, LEAVING)
            page.wait_for_selector("#help", state="hidden", timeout=5_000)
        assert kiosk.fake.asked.empty()


def test_help_opens_without_javascript(kiosk: Kiosk) -> None:
    """It is the browser's own popover."""
    with kiosk.page(java_script_enabled=False) as page:
        page.click("#ask")
        assert page.is_visible("#unhelp")


def test_nothing_on_the_screen_takes_text_and_no_arrow_lies_over_it(kiosk: Kiosk) -> None:
    """In every scene no field, no link; where fingers are all there is, no cursor either."""
    with kiosk.page(is_mobile=True) as page:
        for name, view in SCENES.items():
            kiosk.show(page, view)
            assert page.locator("a, input, textarea, select, [contenteditable]").count() == 0, name
        assert page.evaluate("getComputedStyle(document.getElementById('tile-A1')).cursor") == "none"


def test_a_page_whose_controller_died_is_grey_in_ten_seconds_and_comes_back(kiosk: Kiosk) -> None:
    """Grey, with no story over it; the first picture afterwards is the shelf as it is then."""
    with kiosk.page() as page:
        kiosk.show(page, IDLE)
        kiosk.fake.silent = True
        page.wait_for_selector("#stage.stale", timeout=10_000)
        page.evaluate("document.body.classList.add('resting')")
        page.wait_for_selector("body:not(.resting)", timeout=5_000)
        kiosk.fake.silent = False
        page.wait_for_selector("#stage:not(.stale)", timeout=10_000)
        kiosk.show(page, CHOSEN)
        assert page.get_attribute("#tile-A1", "aria-pressed") == "true"
