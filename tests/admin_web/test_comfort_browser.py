"""Language, larger text and contrast in a real Chromium: one tap each, every screen still usable, and over with the visit."""

import pytest
from browsing import CONTRAST, IN_A_BROWSER, MEASURE, OVERLAPS, SCREENS, Kiosk, assert_fits
from fake_controller import IDLE
from scenes import CHOSEN, FULLEST, SCENES
from wearing import LANGUAGES, dressed, worn

from admin_web.kiosk.comfort import COOKIE, REST_S

pytestmark = IN_A_BROWSER
FINGERS = [((1280, 800), 96), ((1080, 1920), 96), ((800, 480), 80), ((360, 740), 56)]
BUTTONS = """() => [...document.querySelectorAll("#comfort button")].map((e) => {
  const r = e.getBoundingClientRect(); return [r.width, r.height, r.left, r.right]; })"""
SIZE = "parseFloat(getComputedStyle(document.querySelector('#till h2')).fontSize)"
COLOURS = "(() => { const s = getComputedStyle(document.body); return [s.color, s.backgroundColor]; })()"
BLACK_ON_WHITE = ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
FLOOR_PX_MIN = 80
"""Of the shelf or the code at least this much is to be seen; the rest is reached by scrolling."""


def titles(sizes: object) -> str:
    return "x".join(map(str, sizes)) if isinstance(sizes, tuple) else str(sizes)


# One tap


def test_one_tap_changes_the_language_of_the_whole_page_and_of_its_stream(kiosk: Kiosk) -> None:
    """Masthead, shelf and till at once, without loading; the scenes that follow come in English, and so do refusals."""
    with kiosk.page(has_touch=True) as page:
        kiosk.show(page, IDLE)
        page.evaluate("window.sameMoment = true")
        page.tap("#speak-en")
        page.wait_for_selector("html[lang='en-US']")
        assert "Handmade in Quito" in page.inner_text("#masthead")
        kiosk.fake.refusal = "busy"
        page.tap("#tile-A3")
        page.wait_for_selector("#said strong")
        assert "That cannot be done now" in page.inner_text("#said")
        kiosk.show(page, CHOSEN)
        assert "You chose A1" in page.inner_text("#till")
        assert page.evaluate("window.sameMoment")
        assert page.title() == "Minga · Handmade in Quito"


def test_one_tap_makes_the_text_larger_and_another_makes_it_as_it_was(kiosk: Kiosk) -> None:
    """By a third, and the button says which it is."""
    with kiosk.page(has_touch=True) as page:
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
    with kiosk.page(has_touch=True) as page:
        page.tap("#speak-en")
        page.wait_for_selector("html[lang='en-US']")
        page.tap("#contrast")
        page.wait_for_selector("#contrast[aria-pressed='true']")
        assert page.evaluate(COLOURS) == BLACK_ON_WHITE
        assert worn(page) == "en contrast"


def test_the_chosen_piece_is_still_told_apart_in_high_contrast(kiosk: Kiosk) -> None:
    """Every tile has its black edge; the chosen one keeps its own, broader and blue."""
    with dressed(kiosk, "es contrast", (1280, 800)) as page:
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
    with kiosk.page() as page:
        page.clock.install()
        page.reload()
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


# On every screen


@pytest.mark.parametrize(("screen", "least_px"), FINGERS, ids=titles)
def test_every_button_above_is_large_enough_for_a_finger(kiosk: Kiosk, screen: tuple[int, int], least_px: int) -> None:
    """96 px on the kiosk's screens, 80 on the small panel, 56 on a phone; larger text makes them no smaller."""
    for comfort in ("qu", "en large"):
        with dressed(kiosk, comfort, screen) as page:
            buttons = page.evaluate(BUTTONS)
            assert len(buttons) >= len(LANGUAGES) + 2
            assert all(width >= least_px and height >= least_px for width, height, *_ in buttons)
            assert all(left >= 0 and right <= screen[0] for *_, left, right in buttons)


@pytest.mark.parametrize(
    ("screen", "comfort"),
    [*((screen, "en large contrast") for screen in SCREENS), ((800, 480), "es large"), ((360, 740), "es large")],
    ids=titles,
)
def test_larger_text_fits_every_screen(kiosk: Kiosk, screen: tuple[int, int], comfort: str) -> None:
    """Nothing sideways, every button and word of the till inside, none on another, 7:1, and a shelf that can be scrolled."""
    with dressed(kiosk, comfort, screen) as page:
        for name in FULLEST:
            kiosk.show(page, SCENES[name])
            assert_fits(page, screen, name)
            floor = page.locator("#paying" if name == "paying-code" else "#shelf").bounding_box()
            assert floor is not None
            assert floor["height"] >= FLOOR_PX_MIN, name


@pytest.mark.parametrize(
    ("screen", "comfort"), [((800, 480), "en"), ((360, 740), "en"), ((800, 480), "qu contrast")], ids=titles
)
def test_each_language_fits_the_smallest_screens(kiosk: Kiosk, screen: tuple[int, int], comfort: str) -> None:
    """English words are shorter or longer, Kichwa money has a space: still nothing outside, and nothing on another."""
    with dressed(kiosk, comfort, screen) as page:
        for name in FULLEST:
            kiosk.show(page, SCENES[name])
            for who, left, top, right, bottom, *_ in page.evaluate(MEASURE)["parts"]:
                assert 0 <= left <= right <= screen[0] + 1, (name, who)
                assert 0 <= top <= bottom <= screen[1] + 1, (name, who)
            assert page.evaluate(OVERLAPS) == [], name
            assert page.evaluate(CONTRAST) == [], name
