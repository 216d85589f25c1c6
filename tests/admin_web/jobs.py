"""What a visitor comes for, and what it may cost her in touches: one table, played in front of a real page.

A finger is counted by the page itself, as the browser reports it. What her hands do elsewhere (coins, the machine's own
buttons, her phone) is played by showing what the controller shows then; of these only a button of iron counts as a touch.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from browsing import Kiosk
from fake_controller import IDLE
from playwright.sync_api import Page
from scenes import AFTER, CHOSEN, FALLING, LEAVING, PAYING, RETURNING, SCENES, VENDING

from controller.domain.catalog import SlotId
from controller.domain.events import PayBy, ReturnPressed, SlotChosen, StillHere, VisitorAnswers
from controller.domain.view import View
from controller.protocols.control import Ask

PAID = replace(IDLE, phase="credit", credit_cents=500, left_ms=80_000)
WANTING = replace(IDLE, chosen="A3", missing_cents=500, left_ms=80_000)
BY_PHONE = replace(PAYING, chosen="A3", missing_cents=500)
FALLS = replace(VENDING, credit_cents=0, vending_shares=FALLING)
BACK = SCENES["payout-doubt"]
STUCK = SCENES["doubt"]
OTHER_LANGUAGE = {"es": "en", "en": "qu", "qu": "es"}
COUNT = """addEventListener("pointerdown", (event) => { window.touches = (window.touches || 0) + event.isTrusted; }, true)"""


@dataclass(frozen=True, slots=True)
class Touch:
    """A finger on the page: what the controller is asked then, and what it shows."""

    where: str
    asks: Ask | None = None
    then: View | None = None


@dataclass(frozen=True, slots=True)
class Hand:
    """Elsewhere than on the page. A button of iron is a touch too; coins and a phone she would move anyway."""

    what: Literal["button", "coins", "phone", "waits"]
    then: View


@dataclass(frozen=True, slots=True)
class Job:
    """`touches` is what the table allows; at the end `sees` stands on the page. Nobody had been there if `rests`."""

    name: str
    touches: int
    begins: View
    steps: tuple[Touch | Hand, ...]
    sees: str
    rests: bool = False


THANKED = "#after h2"
FELL = (Hand("waits", FALLS), Hand("waits", AFTER))


def jobs(language: str) -> Iterator[Job]:
    """All of them. Last come those that change the page's look, which stays so for her visit, and the touch that wakes, which
    takes the next half second of touches with it."""
    tile, code = Touch("#tile-A3", SlotChosen(SlotId("A3")), FALLS), Touch("#pay-A3", PayBy("deuna", SlotId("A3")))
    choice = replace(tile, then=WANTING)
    yield Job("buy: coins, then a piece", 1, IDLE, (Hand("coins", PAID), tile, FELL[1]), THANKED)
    yield Job("buy: a piece, then coins", 1, IDLE, (choice, Hand("coins", FALLS), FELL[1]), THANKED)
    yield Job("buy: coins, then a button", 1, IDLE, (Hand("coins", PAID), Hand("button", FALLS), FELL[1]), THANKED)
    yield Job(
        "buy: by phone", 1, SCENES["wallets"], (replace(code, then=BY_PHONE), Hand("phone", FALLS)), "#piece.whole"
    )
    yield Job("who made it, where the price goes", 0, IDLE, (), "#tile-A1 .hers b")
    yield Job("… and of the piece that falls", 0, PAID, FELL[:1], "#piece .goes b")
    yield Job("money back: by the page", 1, CHOSEN, (Touch("#give-back", ReturnPressed(), RETURNING),), "#till .sum b")
    yield Job("money back: by the button", 1, CHOSEN, (Hand("button", RETURNING),), "#till .sum b")
    yield Job("it got stuck", 0, FALLS, (Hand("waits", STUCK),), ".claim strong")
    yield Job("her change got stuck", 0, RETURNING, (Hand("waits", BACK),), ".claim strong")
    yield Job("more time", 1, LEAVING, (Touch("#stay", StillHere(), CHOSEN),), "#give-back:enabled")
    answer = Touch("#answer-2", VisitorAnswers(17, "what-brought-you", "gift"), SCENES["answered"])
    yield Job("answer the question", 1, AFTER, (answer,), "#after .asks")
    yield Job("larger text", 1, IDLE, (Touch("#larger"),), "html[data-comfort~=large] #shelf")
    yield Job("contrast", 1, IDLE, (Touch("#contrast"),), "html[data-comfort~=contrast] #shelf")
    other = OTHER_LANGUAGE[language]
    yield Job("another language", 1, IDLE, (Touch(f"#speak-{other}"),), f"html[lang|={other}] #shelf")
    yield Job("wake the stories", 1, IDLE, (Touch(".stories"),), "body:not(.resting) #shelf", rests=True)


def played(kiosk: Kiosk, page: Page, job: Job) -> int:
    """How many touches the job took; asserts that each was understood, and that she sees what she came for."""
    kiosk.show(page, job.begins)
    page.evaluate("window.touches = 0")
    if job.rests:
        page.evaluate("document.getElementById('scene').dataset.story = 0; document.body.classList.add('resting')")
    iron = sum(_taken(kiosk, page, step) for step in job.steps)
    page.wait_for_selector(job.sees, timeout=15_000)
    return int(page.evaluate("window.touches")) + iron


def _taken(kiosk: Kiosk, page: Page, step: Touch | Hand) -> int:
    """Do it; 1 for a button of iron, because the page cannot count that one."""
    if isinstance(step, Touch):
        page.locator(step.where).first.tap(no_wait_after=True)
        if step.asks:
            assert kiosk.asked(page) == step.asks
    if step.then:
        kiosk.show(page, step.then)
    assert kiosk.fake.asked.empty()
    return int(isinstance(step, Hand) and step.what == "button")
