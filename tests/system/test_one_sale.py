"""The whole path, once with a finger on the screen and once with a button of iron: mocks, controller, pages, Chromium."""

import json
import re
from collections.abc import Iterator
from contextlib import closing

import pytest
from chromium import AT_HOME, CHROMIUM, QUIET
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from visitor import Visitor, judged

from controller.ledger.connection import open_readonly
from controller.ledger.reports import Totals
from hw_mocks.museum import Museum

PATIENCE_MS = 20_000

pytestmark = [pytest.mark.system, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, AT_HOME])
        yield browser
        browser.close()


@pytest.fixture
def page(museum: Museum, browser: Browser) -> Iterator[Page]:
    """The kiosk's page as it stands in the museum. Whatever it asks of any other host is not found, and fails the test.

    Its requests are only listened to: one that passed through this process would wait while a test looks at the machine.
    """
    own, strangers, complaints = f"http://127.0.0.1:{museum.port}/", [], []
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.set_default_timeout(PATIENCE_MS)
    page.on("request", lambda asked: None if asked.url.startswith((own, "data:")) else strangers.append(asked.url))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(own)
    page.evaluate("window.sameVisit = true")
    yield page
    assert page.evaluate("window.sameVisit"), "the page was loaded again; it must change by itself"
    page.close()
    assert (strangers, complaints) == ([], [])


@pytest.fixture
def before(museum: Museum) -> Totals:
    return judged(museum)


def tile(page: Page, slot: str) -> Locator:
    return page.locator(f"button[name=slot][value={slot}]")


def says(page: Page, words: str) -> None:
    """The till's message says so, within the time a visitor would wait."""
    expect(page.locator("#till")).to_contain_text(re.compile(words), timeout=PATIENCE_MS)


def pays_in_sight(page: Page, visitor: Visitor, *coins_cents: int) -> None:
    """Coins one by one; after each the page shows the credit, counted up, without being loaded again."""
    for cents in coins_cents:
        visitor.puts_in(cents)
        dollars, rest = divmod(visitor.picture.credit_cents, 100)
        says(page, rf"Tiene\s+\${dollars},{rest:02}")


def test_three_coins_and_a_finger_on_the_screen_buy_a_purse(
    museum: Museum, visitor: Visitor, page: Page, before: Totals
) -> None:
    """The credit counts up in sight, a touch of the tile turns A3, the purse falls, and Rosa is credited $1.20."""
    pieces = len(museum.hand.truth()["pieces"])
    pays_in_sight(page, visitor, 100, 25, 25)
    tile(page, "A3").click()
    says(page, "Tome su prenda")
    says(page, r"A3: Monedero\. Usted pagó \$1,50")

    after = judged(museum)
    assert [piece["slot"] for piece in museum.hand.truth()["pieces"][pieces:]] == ["A3"]
    assert after.makers["rosa"] - before.makers.get("rosa", 0) == 120
    assert sum(after.funds.values()) - sum(before.funds.values()) == 30
    assert (after.sales, after.sold_cents) == (before.sales + 1, before.sold_cents + 150)
    assert (after.credit_cents, after.hold_cents, after.doubt_cents) == (0, 0, before.doubt_cents)


def test_a_button_of_iron_and_then_five_coins_buy_a_belt(
    museum: Museum, visitor: Visitor, page: Page, before: Totals
) -> None:
    """A4's own button chooses, the page shows it and what is missing; the last coin lets the belt fall, Luz has $4.00."""
    pieces = len(museum.hand.truth()["pieces"])
    museum.hand.press("A4")
    expect(tile(page, "A4")).to_have_attribute("aria-pressed", "true", timeout=PATIENCE_MS)
    says(page, "Eligió A4: Chumpi rojo")
    visitor.sees(lambda picture: picture.chosen == "A4", "A4 is chosen")
    pays_in_sight(page, visitor, 100, 100, 100, 100)
    says(page, r"Faltan\s+\$1,00")
    visitor.drops(100)
    says(page, r"A4: Chumpi rojo\. Usted pagó \$5,00")

    after = judged(museum)
    assert [piece["slot"] for piece in museum.hand.truth()["pieces"][pieces:]] == ["A4"]
    assert after.makers["luz"] - before.makers.get("luz", 0) == 400
    assert (after.sales, after.sold_cents) == (before.sales + 1, before.sold_cents + 500)
    assert after.inserted_cents - before.inserted_cents == 500
    assert visitor.sees_news("sold").credit_cents == 0


def test_a_whole_visit_by_buttons_of_iron_alone(museum: Museum, visitor: Visitor, page: Page, before: Totals) -> None:
    """Choose, get more time, take the money back, change the mind, buy: no finger touches the screen, which follows."""
    museum.hand.press("A3")
    expect(tile(page, "A3")).to_have_attribute("aria-pressed", "true", timeout=PATIENCE_MS)
    pays_in_sight(page, visitor, 25)
    waited = visitor.sees(lambda picture: (picture.left_ms or 0) < 119_000, "a second has passed")
    museum.hand.press("A3")
    visitor.sees(lambda p: p.version > waited.version and (p.left_ms or 0) > (waited.left_ms or 0), "more time")
    museum.hand.press("return")
    owed = visitor.sees_news("claim")
    assert owed.notice is not None
    says(page, "Faltó devolverle \\$0,25")
    expect(page.locator(".claim strong")).to_have_text(owed.notice.claim or "", timeout=PATIENCE_MS)

    museum.hand.press("A4")
    visitor.sees(lambda picture: picture.chosen == "A4", "A4 is chosen")
    museum.hand.press("A3")
    visitor.sees(lambda picture: picture.chosen == "A3", "A3 is chosen instead")
    pays_in_sight(page, visitor, 100, 25)
    visitor.drops(25)
    says(page, "Tome su prenda")
    expect(page.locator("#after")).to_contain_text("Yupaychani", timeout=PATIENCE_MS)

    after = judged(museum)
    assert (after.sales, after.sold_cents) == (before.sales + 1, before.sold_cents + 150)
    assert after.claims_cents - before.claims_cents == 25


def test_an_answer_to_the_question_is_in_the_books(museum: Museum, visitor: Visitor, page: Page) -> None:
    """One touch beside the thanks; the page says thank you, and the fact holds the sale and two words."""
    visitor.touches("A3")
    visitor.sees(lambda picture: picture.chosen == "A3", "A3 is chosen")
    visitor.puts_in(100, 25)
    visitor.drops(25)
    sold = visitor.sees_news("sold")
    page.click("#answer-2")
    expect(page.locator("#question")).to_contain_text("Gracias por contarnos", timeout=PATIENCE_MS)
    with closing(open_readonly(museum.folder / "minga.db")) as db:
        (body,) = db.execute("SELECT body FROM facts WHERE type = 'VisitorAnswered'").fetchone()
    told = json.loads(body)
    assert sold.notice is not None
    assert (told["vend_id"], told["question"], told["answer"]) == (sold.notice.vend_id, "what-brought-you", "gift")
    page.click("#thanked")
    expect(page.locator("#after")).to_be_hidden(timeout=PATIENCE_MS)
    visitor.sees(lambda picture: picture.notice is None, "the thanks is over for the machine too")
