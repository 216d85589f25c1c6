"""A whole visit by hand on the stage: coins carried to the slot, a bill, a card, a phone, a voucher; then mishaps.

The kiosk stands in the machine's screen and is touched there. Each story is seen three times: on the page, in the world's
truth, and at its end in the books, which are true to the cent.
"""

import socket
from collections.abc import Iterator

import pytest
from chromium import CHROMIUM, QUIET
from playwright.sync_api import FrameLocator, Page, expect, sync_playwright
from stage_page import IN_A_BROWSER, Stage, pays, puts_in
from visitor import Visitor, eventually, judged

from controller.domain.treasury import CountCash
from hw_mocks.museum import Museum
from hw_mocks.office import VOUCHER_CENTS, Office

SETTINGS = """
[coins]
port = "run/coins"
poll_ms = 20
box_coins_max = 40

[policy]
credit_idle_s = 300
notice_s = 5

[mdb]
line = "qibixx"
port = "{folder}/run/mdb"
bills = true
reader = true

[[hoppers]]
port = "run/hoppers"
address = 3
coin_cents = 25
security = "none"
"""
PAPER = "vale-1"

pytestmark = [*IN_A_BROWSER, pytest.mark.wide]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """In real time and with everything one can pay with; one voucher of the office's lies beside the machine."""
    with Museum(tmp_path_factory.mktemp("museo"), free_port()) as museum, sync_playwright() as playwright:
        museum.found()
        office = Office(museum.folder)
        museum.open(SETTINGS.format(folder=museum.folder) + office.found(), 1.0, stage=0)
        museum.fill_shelf()
        office.paper(f"{PAPER}.txt")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield Stage(museum, f"{museum.stage}/", browser, f"http://127.0.0.1:{museum.port}/")
        browser.close()
        for name in ("controller", "web", "world"):  # pytest shows them beside a failure only
            print(f"--- {name}\n{museum.log(name)[-4_000:]}")


def free_port() -> int:
    """One that nobody listens on: the stage must know where its screen's page will be before that is there."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture
def visitor(stage: Stage) -> Iterator[Visitor]:
    """Only her eyes are used here. At the end of every story nobody has money in the machine, and the books are true."""
    with Visitor(stage.museum) as visitor:
        yield visitor
        visitor.sees(lambda p: p.phase == "idle" and not p.credit_cents and not p.payment, "the visit is over")
    eventually(lambda: not _complaints(stage.museum), "the books are true")
    judged(stage.museum)


def _complaints(museum: Museum) -> bool:
    try:
        judged(museum)
    except AssertionError:
        return True
    return False


def screen(page: Page) -> FrameLocator:
    """The kiosk, in the machine's own screen."""
    expect(page.locator("#screen[data-showing=framed] iframe")).to_be_visible()
    return page.frame_locator("#screen iframe")


def takes_back(page: Page, visitor: Visitor, cents: int) -> None:
    """Return: her money falls into the cup, and she takes it."""
    page.click("#return")
    visitor.sees(lambda p: not p.credit_cents and p.phase == "idle", "nothing is left in the machine")
    expect(page.locator("#cup-coins svg")).to_have_count(cents // 25)
    page.click("#cup")
    expect(page.locator("#cup.full")).to_have_count(0)


def takes_the_piece(page: Page, visitor: Visitor) -> None:
    """It fell: she reaches through the flap, and the kiosk has thanked her."""
    expect(page.locator("#flap.full img")).to_have_count(1)
    page.click("#flap")
    expect(page.locator("#flap.full")).to_have_count(0)
    visitor.sees(lambda p: not p.vending and not p.payment, "the vend is over")


# Money in the hand


def test_a_coin_is_carried_to_the_slot_by_mouse(stage: Stage, visitor: Visitor) -> None:
    """Let go at the slot it drops in; let go in mid-way it stays in the hand, and no coin has moved in the world."""
    with stage.page() as page:
        start, slot = middle(page, "#coin-25"), middle(page, "#coin-slot")
        before = len(stage.museum.hand.truth()["coins"])
        mouse_carries(page, start, ((start[0] + slot[0]) / 2, (start[1] + slot[1]) / 2))
        assert len(stage.museum.hand.truth()["coins"]) == before
        puts_in(page, visitor, 25, lambda: mouse_carries(page, start, slot))
        takes_back(page, visitor, 25)


def mouse_carries(page: Page, start: tuple[float, float], goal: tuple[float, float]) -> None:
    """From here to there, in six moves."""
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*goal, steps=6)
    expect(page.locator(".carried")).to_be_visible()
    page.mouse.up()
    expect(page.locator(".carried")).to_have_count(0)


def test_a_coin_is_carried_to_the_slot_by_a_finger(stage: Stage, visitor: Visitor) -> None:
    """On a phone's screen the finger carries the coin, and the page does not scroll away under it."""
    with stage.page("", 360, 740, has_touch=True, is_mobile=True) as page:
        page.locator("#coin-slot").scroll_into_view_if_needed()
        scrolled = page.evaluate("scrollY")
        puts_in(page, visitor, 25, lambda: finger_carries(page, "#coin-25", "#coin-slot"))
        assert page.evaluate("scrollY") == scrolled
        takes_back(page, visitor, 25)


def finger_carries(page: Page, what: str, where: str) -> None:
    """The touches a screen would report, from one part of the page to another."""
    start, goal = middle(page, what), middle(page, where)
    finger = page.context.new_cdp_session(page)
    for n in range(6):
        point = {"x": start[0] + (goal[0] - start[0]) * n / 5, "y": start[1] + (goal[1] - start[1]) * n / 5}
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove" if n else "touchStart", "touchPoints": [point]})
    expect(page.locator(".carried")).to_be_visible()
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    finger.detach()


def middle(page: Page, where: str) -> tuple[float, float]:
    """The middle of this part of the page, on the screen."""
    box = page.locator(where).bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_bill_buys_a_belt(stage: Stage, visitor: Visitor) -> None:
    """Five dollars are drawn in, lie in the stacker, and the belt for five dollars falls."""
    with stage.page() as page:
        visitor.sees(lambda p: 500 in p.coins_cents, "bills are welcome")
        stacked_cents = stage.museum.hand.truth()["mdb"]["stacked_cents"]
        page.click("[data-bill='500']")
        expect(page.locator("#story")).to_contain_text("El billete de $5,00 entró.")
        visitor.sees(lambda p: p.credit_cents == 500, "her five dollars")
        page.click("#key-A4")
        takes_the_piece(page, visitor)
        assert stage.museum.hand.truth()["mdb"]["stacked_cents"] == stacked_cents + 500


def test_a_card_pays_at_the_reader(stage: Stage, visitor: Visitor) -> None:
    """The piece's corner on the kiosk asks for a card; held to the reader it has paid, the purse falls, it is taken away."""
    with stage.page() as page:
        paid_cents = stage.museum.hand.truth()["mdb"]["card"]["paid_cents"]
        screen(page).locator("#pay-A3").click()
        visitor.sees(lambda p: p.payment and p.payment.offer, "the reader waits for a card")
        page.click("#card")
        expect(page.locator("#story")).to_contain_text("El lector aceptó la tarjeta.")
        expect(page.locator("#card")).to_have_attribute("aria-pressed", "true")
        takes_the_piece(page, visitor)
        page.click("#card")
        expect(page.locator("#card")).to_have_attribute("aria-pressed", "false")
        assert stage.museum.hand.truth()["mdb"]["card"]["paid_cents"] == paid_cents + 150


def test_the_phone_scans_the_screen_and_pays(stage: Stage, visitor: Visitor) -> None:
    """A code stands on the kiosk, the drawn phone reads its price from it, and its wallet has paid when the bag falls."""
    with stage.page() as page:
        chooses_by_phone(page, visitor, "A1")
        visitor.sees(lambda p: p.payment and p.payment.offer, "the code is on the screen")
        expect(screen(page).locator("#paying .qr, #paying img").first).to_be_visible()
        page.click("#scan")
        expect(page.locator("#phone[data-state=asks] #phone-says")).to_have_text("$3,50")
        page.click("#pay")
        expect(page.locator("#phone[data-state=paid]")).to_be_visible()
        takes_the_piece(page, visitor)
    paid_cents = stage.museum.hand.truth()["wallets"]["deuna"]["paid_cents"]
    assert list(paid_cents.values()) == [350]


def chooses_by_phone(page: Page, visitor: Visitor, slot: str) -> None:
    """She touches the piece on the kiosk, and then that she pays by phone."""
    visitor.sees(lambda p: "deuna" in p.wallets, "the wallet is offered")
    screen(page).locator(f"#tile-{slot}").click()
    screen(page).locator("#pay-deuna").click()


def test_a_voucher_that_lies_there_is_shown_and_is_money_once(stage: Stage, visitor: Visitor) -> None:
    """Its paper is offered by its name, its code is in no page; shown twice it pays once. The rest comes back in coins."""
    code = (stage.museum.folder / "office" / f"{PAPER}.txt").read_text().strip()
    with stage.page() as page:
        assert code not in page.content()
        page.click(f"#paper-{PAPER}")
        expect(page.locator("#story")).to_contain_text("Mostró el vale al lector.")
        visitor.sees(lambda p: p.credit_cents == VOUCHER_CENTS, "the voucher's money")
        page.click("#key-A3")
        takes_the_piece(page, visitor)
        page.click(f"#paper-{PAPER}")
        visitor.sees_news("voucher-spent")
        takes_back(page, visitor, VOUCHER_CENTS - 150)


# Mishaps


def begins(page: Page, mishap: str) -> None:
    """A touch on its button in the drawer, which stays pressed while it lasts."""
    page.click(f"#fault-{mishap}")
    expect(page.locator(f"#fault-{mishap}")).to_have_attribute("aria-pressed", "true")


def mends(page: Page, mishap: str) -> None:
    """Another touch."""
    page.click(f"#fault-{mishap}")
    expect(page.locator(f"#fault-{mishap}")).to_have_attribute("aria-pressed", "false")


def test_without_the_network_the_phone_is_told_and_coins_go_on(stage: Stage, visitor: Visitor) -> None:
    """The wallet is offered no more once it did not answer; a purse is sold for coins; with the network it is back."""
    with stage.page() as page:
        begins(page, "no-network")
        chooses_by_phone(page, visitor, "A1")
        visitor.sees(lambda p: "deuna" not in p.wallets and not p.payment, "the wallet is gone")
        expect(screen(page).locator("#pay-deuna")).to_have_count(0)
        pays(page, visitor, 100, 50)
        page.click("#key-A3")
        takes_the_piece(page, visitor)
        mends(page, "no-network")
        visitor.sees(lambda p: "deuna" in p.wallets, "the wallet is back", within_s=60)


def test_a_blind_sensor_sells_nothing_until_somebody_has_looked(stage: Stage, visitor: Visitor) -> None:
    """No motor turns before a blind beam: the kiosk says so and the dollar comes back; mended and the door shut, it sells."""
    with stage.page() as page:
        turns = stage.museum.hand.truth()["spirals"]["B2"]["starts"]
        begins(page, "blind-sensor")
        expect(page.locator("#machine.blind")).to_be_visible()
        pays(page, visitor, 100, 100, 25)
        page.click("#key-B2")
        visitor.sees(lambda p: p.troubles == ("no-sensor",) and p.phase == "credit", "the machine pauses")
        takes_back(page, visitor, 225)
        expect(screen(page).locator("#till")).to_contain_text("no podemos ver si la prenda cae")
        assert stage.museum.hand.truth()["spirals"]["B2"]["starts"] == turns
        mends(page, "blind-sensor")
        begins(page, "open-door")
        visitor.sees(lambda p: "door-open" in p.troubles, "the open door")
        mends(page, "open-door")
        visitor.sees(lambda p: not p.troubles, "the machine sells again")
        pays(page, visitor, 25)
        takes_back(page, visitor, 25)


def test_a_coin_line_pulled_and_plugged_in_again(stage: Stage, visitor: Visitor) -> None:
    """The slot's lamp goes out, the kiosk names the trouble, a coin falls through; plugged in, the same coin counts."""
    with stage.page() as page:
        begins(page, "coin-cable")
        visitor.sees(lambda p: p.troubles == ("no-coins",), "the acceptor is missed")
        expect(page.locator("#machine:not(.welcomes)")).to_be_visible()
        expect(screen(page).locator("#till")).to_contain_text("el monedero no responde")
        page.click("#coin-25")
        expect(page.locator("#cup-coins svg")).to_have_count(1)
        page.click("#cup")
        mends(page, "coin-cable")
        visitor.sees(lambda p: not p.troubles, "the cable back in")
        pays(page, visitor, 25)
        takes_back(page, visitor, 25)


def test_a_box_that_is_full_unknown_to_the_machine_gives_every_coin_back(stage: Stage, visitor: Visitor) -> None:
    """Coins back up before their count says so: each lies in the cup, the kiosk says that it came back, none is credit."""
    with stage.page() as page:
        visitor.sees(
            lambda p: 100 in p.coins_cents and not p.notice, "dollars are welcome, and no older news stands there"
        )
        begins(page, "full-box")
        page.click("#coin-100")
        expect(page.locator("#cup-coins svg")).to_have_count(1)
        visitor.sees_news("coin-back")
        expect(screen(page).locator("#till")).to_contain_text("Esa moneda volvió")
        page.click("#cup")
        mends(page, "full-box")
        pays(page, visitor, 25)
        takes_back(page, visitor, 25)


def test_a_box_that_fills_keeps_coins_out_until_two_people_have_counted_it(stage: Stage, visitor: Visitor) -> None:
    """A patient hand puts cents in until the machine takes no more, and says why; a card still buys; the count ends it."""
    with stage.page() as page:
        page.click("#box-fill")
        visitor.sees(lambda p: "box-full" in p.lacks and not p.coins_welcome, "the box is full", within_s=60)
        expect(page.locator("#box-fill")).to_have_attribute("aria-pressed", "false")
        expect(screen(page).locator("#till")).to_contain_text("La caja de monedas está llena")
        if page.locator("#cup.full").count():  # the hand's last cent, when the acceptor closed before it
            page.click("#cup")
            expect(page.locator("#cup.full")).to_have_count(0)
        page.click("#coin-25")
        expect(page.locator("#cup-coins svg")).to_have_count(1)
        page.click("#cup")
        page.click("#return")
        visitor.sees(lambda p: not p.credit_cents and p.phase == "idle", "her cents came back, or are owed")
        expect(page.locator("#cup.full")).to_be_visible()
        page.click("#cup")
        screen(page).locator("#pay-A3").click()
        visitor.sees(lambda p: p.payment and p.payment.offer, "the reader waits for a card")
        page.click("#card")
        takes_the_piece(page, visitor)
        page.click("#card")
        page.click("#box-empty")
        answer = visitor.client.ask(CountCash(judged(stage.museum).cash["coinbox"], "rosa", "luz", "retiro-7"))
        assert answer.ok, answer.words
        visitor.sees(lambda p: "box-full" not in p.lacks and 25 in p.coins_cents, "coins are welcome again")


def test_an_emptied_hopper_owes_by_a_code(stage: Stage, visitor: Visitor) -> None:
    """The last story, for a hopper found short pays no more: the dollar that cannot come back is a code on the kiosk."""
    owed_cents = judged(stage.museum).claims_cents
    with stage.page() as page:
        page.click("[data-hopper='25'] .empty")
        expect(page.locator("[data-hopper='25'] .count")).to_have_text("0")
        pays(page, visitor, 100)
        page.click("#return")
        claim = visitor.sees_news("claim").notice
        assert claim
        assert claim.claim
        expect(screen(page).locator("#till .claim")).to_contain_text(claim.claim)
        expect(page.locator("#cup.full")).to_have_count(0)
    assert judged(stage.museum).claims_cents == owed_cents + 100
