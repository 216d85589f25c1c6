"""A busy day in a museum, as the kiosk's page lives it: who comes, what she does, and how the page's own time passes.

Forty visitors an hour, a visit of a minute: one after the other, with the rests in between. The page's clock is turned
on by four seconds a picture, so that every timer of its own fires as often as on the real day; in a long rest the stories
come. The wall's clock runs some eighty times slower.
"""

from dataclasses import dataclass

from browsing import Kiosk
from playwright.sync_api import Page
from scenes import SCENES

VISITORS_AN_HOUR = 40
STEP_MS = 4_000
"""Less than the silence after which the page goes grey: time passes, and the machine goes on speaking."""
ECHO_MS = 1_000
TURN = "async (ms) => { await globalThis.__pwClock.controller.runFor(ms); heard(0); }"
"""The clock itself: Playwright's own `run_for` keeps a script for every turn, and would be what grows."""


@dataclass(frozen=True, slots=True)
class Visit:
    """The scenes she sees, one a step; `touches` are made at the first of them; then nobody is there for `rest_s`."""

    scenes: tuple[str, ...]
    touches: tuple[str, ...]
    rest_s: int


COINS = ("idle", "wanting", "chosen", "little-change", "few-coins", "vending", "vending", "after", "answered", "idle")
BY_PHONE = ("wallets", "chosen-with-wallets", "paying-asked", "paying-code", "paying-code", "vending", "after", "idle")
SECOND_THOUGHTS = ("idle", "chosen", "chosen-right", "more-time", "leaving", "chosen", "returning", "idle")
STUCK = ("idle", "chosen", "vending", "doubt", "two-codes", "leaving-with-a-code", "doubt", "sold-out", "idle")
KINDS = (
    Visit(COINS, ("#speak-en", "#ask", "#unhelp"), 20),
    Visit(BY_PHONE, ("#larger", "#larger"), 40),
    Visit(COINS, (), 20),
    Visit(SECOND_THOUGHTS, ("#contrast", "#ask", "#unhelp", "#contrast"), 120),
    Visit(STUCK, ("#speak-es",), 60),
)


def visits(number: int) -> list[Visit]:
    """So many, of every kind in turn."""
    return [KINDS[n % len(KINDS)] for n in range(number)]


def play(kiosk: Kiosk, page: Page, visit: Visit) -> None:
    """One visit and the rest after it. What the page shows is waited for; what it does by itself is its own affair."""
    for name in visit.scenes:
        kiosk.show(page, SCENES[name])
        if name == visit.scenes[0]:
            page.locator("#masthead h1").dispatch_event(
                "pointerdown"
            )  # wakes the shelf, which then hears no echo of it
            page.evaluate(TURN, ECHO_MS)
            for touch in visit.touches:
                page.click(touch)
        page.evaluate(TURN, STEP_MS)
    for _ in range(visit.rest_s * 1_000 // STEP_MS):
        page.evaluate(TURN, STEP_MS)


def look_around(kiosk: Kiosk, page: Page) -> None:
    """What a visitor does with the page besides buying; and the stories, without their wait."""
    kiosk.show(page, SCENES["chosen"])
    page.click("#unlook")
    page.click("#ask")
    page.click("#unhelp")
    kiosk.show(page, SCENES["idle"])
    page.evaluate("document.body.classList.add('resting')")
    page.keyboard.press("Shift")
