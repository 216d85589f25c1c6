"""Language, larger text and contrast in a real Chromium: one tap each, and over with the visit."""

import pytest
from browsing import IN_A_BROWSER, Kiosk
from fake_controller import IDLE
from scenes import CHOSEN
from wearing import worn

from admin_web.kiosk.comfort import COOKIE, REST_S

pytestmark = IN_A_BROWSER
SIZE = "parseFloat(getComputedStyle(document.querySelector('#till h2')).fontSize)"
COLOURS = "(() => { const s = getComputedStyle(document.body); return [s.color, s.backgroundColor]; })()"
BLACK_ON_WHITE = ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]


# One tap


def test_one_tap_changes_the_language_of_the_whole_page_and_of_its_stream(kiosk: Kiosk) -> None:
    """Masthead, shelf and till at once, without loading; the scenes that follow come in English, and so do refusals."""
    with kiosk.page() as page:
        kiosk.show(page, IDLE)
        page.evaluate("window.sameMoment = document.getElementById('stage')")
        page.tap("#speak-en")
        page.wait_for_selector("html[lang='en-US']")
        assert "Handmade in Quito" in page.inner_text("#masthead")
        kiosk.fake.refusal = "busy"
        page.tap("#tile-A3")
        page.wait_for_selector("#said strong")
        assert "That cannot be done now" in page.inner_text("#said")
        kiosk.show(page, CHOSEN)
        assert "You chose A1" in page.inner_text("#till")
        assert page.evaluate("window.sameMoment === document.getElementById('stage')")
        assert page.title() == "Minga · Handmade in Quito"


def test_one_tap_makes_the_text_larger_and_another_makes_it_as_it_was(kiosk: Kiosk) -> None:
    """By a third, and the button says which it is."""
    with kiosk.page() as page:
        kiosk.show(page, CHOSEN)
        usual = page.evaluate(SIZE)
        page.tap("#larger")
        page.wait_for_selector("#larger[aria-pressed='true']")
        assert page.evaluate(SIZE) == pytest.approx(1.35 * usual)
        page.tap("#larger")
        page.wait_for_selector("#larger[aria-pressed='false']")
        assert page.evaluate(SIZE) == usual


def test_one_tap_makes_the_page_black_on_white(kiosk: Kiosk) -> None:
    """And the language stays as it was chosen."""
    with kiosk.page() as page:
        page.tap("#speak-en")
        page.wait_for_selector("html[lang='en-US']")
        page.tap("#contrast")
        page.wait_for_selector("#contrast[aria-pressed='true']")
        assert page.evaluate(COLOURS) == BLACK_ON_WHITE
        assert worn(page) == "en contrast"


def test_the_chosen_piece_is_still_told_apart_in_high_contrast(kiosk: Kiosk) -> None:
    """Every tile has its black edge; the chosen one keeps its own, broader and blue."""
    with kiosk.page(comfort="es contrast") as page:
        kiosk.show(page, CHOSEN)
        edges = [
            page.evaluate(f"getComputedStyle(document.getElementById('tile-{s}')).boxShadow") for s in ("A1", "A2")
        ]
        assert [edge.split(" 0px")[0] for edge in edges] == ["rgb(0, 16, 107)", "rgb(0, 0, 0)"]


def test_a_system_that_asks_for_contrast_gets_it_without_a_tap(kiosk: Kiosk) -> None:
    """By prefers-contrast, as on a visitor's own phone."""
    with kiosk.page(contrast="more") as page:
        assert page.evaluate(COLOURS) == BLACK_ON_WHITE


def test_it_all_works_without_javascript(kiosk: Kiosk) -> None:
    """Plain forms; the page that comes back is the one asked for."""
    with kiosk.page(java_script_enabled=False) as page:
        for button in ("#speak-en", "#larger", "#contrast"):
            page.click(button)
        assert page.get_attribute("html", "data-comfort") == "en large contrast"
        assert "You got back $0.05" in page.inner_text("#till")


def test_the_focus_stays_on_the_button(kiosk: Kiosk) -> None:
    """Whoever came to it by key goes on from there."""
    with kiosk.page() as page:
        page.focus("#speak-qu")
        page.keyboard.press("Enter")
        page.wait_for_selector("html[lang='qu-EC']")
        assert page.evaluate("document.activeElement.id") == "speak-qu"


# For one visit


def test_a_choice_ends_when_nobody_has_touched_the_page_for_a_minute(kiosk: Kiosk) -> None:
    """It outlasts a long look for coins and every touch; then the next visitor finds Spanish, and no cookie."""
    with kiosk.page(timed=True) as page:
        page.click("#speak-en")
        page.wait_for_selector("html[lang='en-US']")
        kiosk.show(page, CHOSEN)
        page.clock.fast_forward(3 * REST_S * 1_000)
        kiosk.show(page, IDLE)
        page.clock.fast_forward(40_000)
        page.locator("#masthead h1").dispatch_event("pointerdown")
        page.clock.fast_forward(40_000)
        assert worn(page) == "en"
        page.clock.fast_forward(30_000)
        page.wait_for_selector("html[data-comfort='es']")
        assert "Hecho a mano en Quito" in page.inner_text("#masthead")
        assert [cookie["name"] for cookie in page.context.cookies()] == []


def test_a_page_that_is_loaded_anew_keeps_the_choice(kiosk: Kiosk) -> None:
    """A browser that was started again in mid-visit, within the minute."""
    with kiosk.page() as page:
        page.click("#speak-en")
        page.wait_for_selector("html[lang='en-US']")
        assert [cookie["name"] for cookie in page.context.cookies()] == [COOKIE]
        page.reload()
        assert worn(page) == "en"
