"""The kiosk's page in a real Chromium: touches and keys reach the controller, and what cannot be done is said."""

from dataclasses import replace

from browsing import IN_A_BROWSER, Kiosk
from fake_controller import IDLE
from scenes import CHOSEN, LEAVING, SCENES

from controller.domain.catalog import SlotId
from controller.domain.events import ReturnPressed, SlotChosen, StillHere

pytestmark = IN_A_BROWSER

BUTTONS = """() => [...document.querySelectorAll("button")].map((e) => {
  const r = e.getBoundingClientRect(); return [e.id, r.width, r.height]; })"""


def test_staying_is_the_largest_wish(kiosk: Kiosk) -> None:
    """Whoever is warned finds the button that gives more time first; every button beside it has room for a finger."""
    with kiosk.page() as page:
        kiosk.show(page, LEAVING)
        buttons = {who: sides for who, *sides in page.evaluate(BUTTONS) if any(sides)}  # the help is not open
        assert {"tile-A1", "stay", "give-back", "ask", "speak-es"} <= buttons.keys()
        assert all(min(sides) >= 96 for sides in buttons.values())
        assert buttons["stay"] > buttons["give-back"]


def test_a_touch_chooses_and_another_gives_the_money_back(kiosk: Kiosk) -> None:
    """One tap each; the page stays, and shows what the controller then shows."""
    with kiosk.page() as page:
        kiosk.show(page, IDLE)
        page.evaluate("window.sameMoment = true")
        page.tap("#tile-A3")
        assert kiosk.asked(page) == SlotChosen(SlotId("A3"))
        kiosk.show(page, CHOSEN)
        assert page.get_attribute("#tile-A1", "aria-pressed") == "true"
        page.tap("#give-back")
        assert kiosk.asked(page) == ReturnPressed()
        assert page.evaluate("window.sameMoment")


def test_an_open_page_loads_itself_anew_when_the_lab_says_so(kiosk: Kiosk) -> None:
    """Once for each time it was said: the page that was there is gone, and the new one stays."""
    with kiosk.page() as page:
        kiosk.show(page, IDLE)
        page.evaluate("window.sameMoment = true")
        kiosk.fake.show(replace(IDLE, reloads=1))
        page.locator("body[data-build$='.1']").wait_for(state="attached", timeout=30_000)
        assert not page.evaluate("window.sameMoment")
        page.evaluate("window.sameMoment = true")
        kiosk.show(page, replace(CHOSEN, reloads=1))
        assert page.evaluate("window.sameMoment")


def test_one_touch_asks_for_more_time(kiosk: Kiosk) -> None:
    """The warning counts down beside the button; a touch on it sends `stay`, and the shelf comes back as it was."""
    with kiosk.page() as page:
        kiosk.show(page, LEAVING)
        assert "¿Sigue ahí?" in page.inner_text("#till")
        assert page.inner_text("#stay").split("\n")[-1].startswith("quedan 1")
        page.tap("#stay")
        assert kiosk.asked(page) == StillHere()
        kiosk.show(page, CHOSEN)
        assert not page.is_visible("#stay")
        assert "Eligió A1" in page.inner_text("#till")


def test_a_warned_visitor_can_still_touch_a_piece_or_take_her_money(kiosk: Kiosk) -> None:
    """The warning covers nothing: the shelf and the return button work as before."""
    with kiosk.page() as page:
        kiosk.show(page, LEAVING)
        page.tap("#tile-A4")
        assert kiosk.asked(page) == SlotChosen(SlotId("A4"))
        page.tap("#give-back")
        assert kiosk.asked(page) == ReturnPressed()


def test_the_warning_takes_no_focus_away(kiosk: Kiosk) -> None:
    """Whoever stands on a button by key still stands on it when the warning, a code or a countdown comes."""
    with kiosk.page() as page:
        kiosk.show(page, CHOSEN)
        page.focus("#give-back")
        for name in ("more-time", "leaving", "leaving-with-a-code", "doubt", "few-coins"):
            kiosk.show(page, SCENES[name])
            assert page.evaluate("document.activeElement.id") == "give-back", name


def test_a_touch_is_answered_at_once(kiosk: Kiosk) -> None:
    """The tile is marked before anything is sent: no wait for the machine, far under 100 ms."""
    with kiosk.page() as page:
        kiosk.show(page, IDLE)
        marked = page.evaluate(
            "() => { const t = document.getElementById('tile-A3'); t.click(); return t.classList.contains('pressed'); }"
        )
        assert marked
        assert kiosk.asked(page) == SlotChosen(SlotId("A3"))


def test_the_keyboard_buys_too_and_keeps_its_place(kiosk: Kiosk) -> None:
    """Tab past the masthead to the first tile, Enter; when the scene changes the focus is where it was, and can be seen."""
    with kiosk.page() as page:
        kiosk.show(page, IDLE)
        for _ in range(page.locator("#masthead button").count() + 1):
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert kiosk.asked(page) == SlotChosen(SlotId("A1"))
        kiosk.show(page, CHOSEN)
        assert page.evaluate("document.activeElement.id") == "tile-A1"
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_what_cannot_be_done_is_said(kiosk: Kiosk) -> None:
    """A refusal stands on the page in Spanish, without leaving it."""
    with kiosk.page() as page:
        kiosk.show(page, IDLE)
        kiosk.fake.refusal = "busy"
        page.click("#tile-A3")
        page.wait_for_selector("#said strong")
        assert "Eso no se puede ahora" in page.inner_text("#said")


def test_the_page_buys_without_javascript(kiosk: Kiosk) -> None:
    """Plain forms: the tap is sent, and the page that comes back shows the choice."""
    with kiosk.page(java_script_enabled=False) as page:
        kiosk.fake.show(CHOSEN)
        page.goto(kiosk.web.url)
        page.click("#tile-A3")
        assert kiosk.asked(page) == SlotChosen(SlotId("A3"))
        assert page.url == kiosk.web.url
        assert "Faltan" in page.inner_text("#till")


def test_more_time_is_given_without_javascript(kiosk: Kiosk) -> None:
    """A plain form too."""
    with kiosk.page(java_script_enabled=False) as page:
        kiosk.fake.show(LEAVING)
        page.goto(kiosk.web.url)
        page.click("#stay")
        assert kiosk.asked(page) == StillHere()
        assert page.url == kiosk.web.url


def test_the_browser_greys_by_itself_when_the_web_process_is_gone(lonely_kiosk: Kiosk) -> None:
    """Five seconds without a word: grey, its age, and no button can be pressed; nothing pretends to live."""
    kiosk = lonely_kiosk
    with kiosk.page() as page:
        kiosk.show(page, CHOSEN)
        kiosk.web.process.kill()
        page.wait_for_selector("#silence:not([hidden])", timeout=9_000)
        assert "Sin noticias de la máquina desde hace" in page.inner_text("#silence")
        assert page.evaluate("document.getElementById('scene').inert")
        assert page.evaluate("getComputedStyle(document.getElementById('shelf')).filter").startswith("grayscale(1)")
    assert kiosk.window.complaints  # Chromium's own, about the lost connection
    assert kiosk.window.strangers == []
