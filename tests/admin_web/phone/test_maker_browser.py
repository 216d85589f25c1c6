"""A maker's rooms in a real Chromium: what each job costs in touches, with scripts and without, and how every page looks."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import IN_A_BROWSER
from builders import A1, A2, BAG, ROSA
from camera import taken
from hand_held import Hand, faulty, heavy, held, too_wide_when_large
from phone_bench import Bench, opened, served
from playwright.sync_api import Browser
from wide import once, once_of

from controller.domain import facts as f
from controller.domain.catalog import ProductId, SlotId
from controller.domain.stocking import PutProduct
from controller.ledger.reports import products
from hw_mocks.garments import write_photos

pytestmark = IN_A_BROWSER
PURSE = ProductId("monedero-llama")
PAGES = (
    "/",
    "/espiral/A1",
    "/espiral/A1?why=counted",
    "/contar",
    f"/precio/{BAG}",
    f"/precio/{BAG}?c=1999&pad=c",
    f"/justo/{BAG}?m=150&h=150",
    "/prenda/nueva",
    "/prenda/precio?name=Gorro&c=500",
    f"/prenda/{BAG}/foto",
    "/puestos",
    f"/puesto/{PURSE}",
)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[tuple[Bench, str]]:
    """The co-op after a busy morning: A1 sold out, a purse that lies nowhere, photos on the glass."""
    photos = write_photos(tmp_path / "media", {BAG: "bag", PURSE: "purse"})
    words = [
        PutProduct(BAG, ROSA, "Bolso de retazos", 350, photo=photos[BAG]),
        PutProduct(PURSE, ROSA, "Monedero de llama con un nombre bastante largo", 1_250, photo=photos[PURSE]),
    ]
    with opened(tmp_path) as bench, served(bench.app) as url:
        bench.write(f.ProductSet(PURSE, ROSA, 1_250), keeps=words)
        for slot in (A1, A1, A2, A1, A1, A1):
            bench.sell(slot)
        yield bench, url


@pytest.fixture(params=once(True, False), ids=["scripts", "no scripts"])
def hand(request: pytest.FixtureRequest, bench: tuple[Bench, str], browser: Browser) -> Iterator[Hand]:
    """Rosa's."""
    with held(browser, bench[1], bench[0].keys("rosa"), java_script_enabled=request.param) as hand:
        hand.goes()
        yield hand


def held_by(bench: tuple[Bench, str], slot: SlotId) -> int:
    return bench[0].shop.slots[slot].quantity


# What each job costs


def test_what_she_is_owed_and_what_sold_costs_no_touch(hand: Hand) -> None:
    """Her money and her newest sales stand on the screen that opens, without scrolling."""
    for seen in (".owed .money", ".news li"):
        box = hand.page.locator(seen).first.bounding_box()
        assert box
        assert box["y"] + box["height"] <= 740
    assert hand.page.inner_text(".owed .money") == "$16,80"


def test_a_spiral_is_full_after_one_touch_and_as_it_was_after_another(hand: Hand, bench: tuple[Bench, str]) -> None:
    """Three are allowed; the undo stands beside it."""
    hand.touches("#fill-A1")
    assert (held_by(bench, A1), hand.count) == (8, 1)
    hand.touches("#undo-A1")
    assert (held_by(bench, A1), hand.count) == (0, 2)
    hand.touches("#more-A1")
    hand.touches("#more-A1")
    hand.touches("#less-A1")
    assert held_by(bench, A1) == 1


def test_a_torn_piece_is_written_down_in_three_touches(hand: Hand, bench: tuple[Bench, str]) -> None:
    """The spiral, what happened, how many."""
    hand.touches("#slot-A2 .look")
    hand.touches("#why-damaged")
    hand.touches(".numbers button")
    assert (held_by(bench, A2), hand.count) == (3, 3)


def test_the_weekly_count_is_one_touch_a_spiral(hand: Hand) -> None:
    """Two spirals, two touches."""
    hand.goes("/contar")
    hand.touches("#right-A1")
    hand.touches("#right-A2")
    assert hand.count == 2
    assert "Todo está contado esta semana." in hand.page.inner_text("main")


def test_a_price_is_changed_in_four_touches(hand: Hand, bench: tuple[Bench, str]) -> None:
    """The price, a half dollar, a quarter, and "charge it"; each coin shows at once what becomes of the price."""
    hand.touches("#slot-A2 .tag")
    assert "$2,80" in hand.page.inner_text(".goes .hers")
    hand.touches("#key-c-50")
    assert "$3,20" in hand.page.inner_text(".goes .hers")
    hand.touches("#key-c-25")
    hand.touches("#keep")
    assert (bench[0].shop.products[BAG].price_cents, hand.count) == (425, 4)
    assert hand.page.url.startswith(f"{hand.url}/?told=done")


def test_a_fair_price_needs_no_sum_of_hers(hand: Hand, bench: tuple[Bench, str]) -> None:
    """A dollar fifty and two hours: six touches in all, and what she spent is kept with the piece."""
    hand.goes(f"/justo/{BAG}")
    for key in ("#key-m-100", "#key-m-50", "#key-h-60", "#key-h-60"):
        hand.touches(key)
    hand.touches("#keep")
    with bench[0].books() as db:
        bag = products(db)[BAG]
    assert (bag.price_cents, bag.materials_cents, bag.work_minutes, hand.count) == (815, 150, 120, 5)


def test_a_new_product_is_five_touches_beside_its_name(hand: Hand, bench: tuple[Bench, str], tmp_path: Path) -> None:
    """The card, the camera, a five-dollar note, a spiral chosen beforehand, and "offer it"; the name ends with Enter."""
    (tmp_path / "foto.jpg").write_bytes(taken())
    hand.touches("a[href='/prenda/nueva']")
    with hand.page.expect_file_chooser() as chooser:
        hand.touches("#photo", answered=False)
    chooser.value.set_files(tmp_path / "foto.jpg")
    hand.page.fill("#name", "Gorro de lana")
    hand.page.press("#name", "Enter")
    hand.page.wait_for_url("**/prenda/precio?*", timeout=60_000)
    hand.touches("#key-c-500")
    hand.touches("#keep")
    assert hand.count == 4
    with bench[0].books() as db:
        assert products(db)[ProductId("gorro-de-lana")].photo
    assert bench[0].shop.slots[SlotId("A4")].product == "gorro-de-lana"


# How it looks


@pytest.mark.parametrize(("width", "language"), once_of((360, "es-EC"), (320, "en-US"), (820, "es-EC")))
def test_every_page_fits_and_can_be_read(bench: tuple[Bench, str], browser: Browser, width: int, language: str) -> None:
    """Nothing sticks out, photos load, targets are 56 px and more, axe finds nothing, no other computer is asked."""
    bench[0].write(f.SlotCounted(A2, 4, 1, "rosa", f.Why.TOOK))
    assert faulty(browser, bench[1], bench[0].keys("rosa"), PAGES, width, language) == {}


def test_twice_as_large_on_a_narrow_screen(bench: tuple[Bench, str], browser: Browser) -> None:
    """200 % on 320 px: what is left is 160 px, and everything can still be reached by scrolling down alone."""
    pages = ("/", f"/precio/{BAG}", "/contar")
    assert too_wide_when_large(browser, bench[1], bench[0].keys("rosa"), pages) == []


def test_the_pages_are_light(bench: tuple[Bench, str]) -> None:
    """Each page with its sheets and scripts under 60 KB compressed, photos apart; no inline style or script in any."""
    assert heavy(bench[0].phone("rosa"), PAGES) == []
