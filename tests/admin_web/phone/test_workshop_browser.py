"""The technician's room in a real Chromium: a lost device without a touch, a motor in two, live and without scripts."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from browsing import IN_A_BROWSER
from builders import stamp
from hand_held import Hand, faulty, heavy, held, too_wide_when_large
from phone_bench import Bench, opened, served
from playwright.sync_api import Browser, expect
from wide import once

from controller.domain import facts as f
from controller.domain import trials
from controller.domain.catalog import Closed, SlotId
from controller.domain.events import ItemDropped, Trouble
from controller.domain.trials import TryPart

pytestmark = IN_A_BROWSER
PAGES = ("/", "/taller", "/taller/A3", "/taller/B1", "/taller/registro", "/taller?told=door-shut")
LOST = f.TroubleSeen("no-coins", "coins", "no answer to 'simple poll': silent, on port /dev/serial/by-id/usb-ccTalk")
PATIENCE_MS = 30_000


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[tuple[Bench, str]]:
    """The co-op with its door open, a lost acceptor and a jammed spiral."""
    with opened(tmp_path) as bench, served(bench.app) as url:
        bench.gateway.troubles = frozenset({Trouble.DOOR_OPEN, Trouble.NO_COINS})
        bench.gateway.status = {"backup": {"state": "copying", "bytes": 3_100_000, "bytes_max": 12_400_000}}
        bench.write(LOST, f.SlotClosed(SlotId("B1"), Closed.JAMMED))
        yield bench, url


@pytest.fixture(params=once(True, False), ids=["scripts", "no scripts"])
def hand(request: pytest.FixtureRequest, bench: tuple[Bench, str], browser: Browser) -> Iterator[Hand]:
    """Diego's."""
    with held(browser, bench[1], bench[0].keys("diego"), java_script_enabled=request.param) as hand:
        hand.goes()
        yield hand


def ends(bench: Bench) -> None:
    """The motor has turned, and the sensor saw something fall."""
    with bench.journal() as journal:
        assert journal.cycle.trial is not None
        decision = trials.step(journal.cycle, ItemDropped(journal.cycle.trial.trial_id), 1_000, journal.shop)
        journal.append(stamp(), decision.cycle, decision.facts)
    bench.gateway.look()


def test_what_is_lost_and_why_costs_no_touch(hand: Hand) -> None:
    """On his home and in his room, without scrolling."""
    for path in ("/", "/taller"):
        hand.goes(path)
        box = hand.page.get_by_text("no entran monedas").first.bounding_box()
        assert box
        assert box["y"] + box["height"] <= 740
    assert hand.count == 0


def test_one_motor_is_tried_in_two_touches(hand: Hand, bench: tuple[Bench, str]) -> None:
    """The spiral, and one turn; one more touch counts the piece that fell."""
    hand.goes("/taller")
    hand.touches("#motor-A3")
    hand.touches("#turn")
    assert hand.count == 2
    assert [ask.slot for ask in bench[0].gateway.asked if isinstance(ask, TryPart)] == ["A3"]
    expect(hand.page.locator(".outcome")).to_contain_text("El motor está girando")
    ends(bench[0])
    expect(hand.page.locator(".outcome")).to_contain_text("Dio una vuelta", timeout=PATIENCE_MS)
    hand.touches("#fell")
    assert bench[0].shop.slots[SlotId("A3")].quantity == 4


def test_a_jammed_spiral_is_opened_in_two_touches(hand: Hand, bench: tuple[Bench, str]) -> None:
    """The spiral says why it is closed, and what opening it does."""
    hand.goes("/taller")
    hand.touches("#motor-B1")
    assert "Se trabó" in hand.page.inner_text("main")
    hand.touches("#open")
    assert bench[0].shop.slots[SlotId("B1")].closed is None


@pytest.mark.wide
@pytest.mark.parametrize(("width", "language"), [(360, "es-EC"), (320, "en")])
def test_every_page_is_whole(bench: tuple[Bench, str], browser: Browser, width: int, language: str) -> None:
    """Nothing too wide or too small, nothing that axe complains of; in Spanish and in English."""
    assert not faulty(browser, bench[1], bench[0].keys("diego"), PAGES, width, language)


@pytest.mark.wide
def test_every_page_can_be_read_at_twice_the_size(bench: tuple[Bench, str], browser: Browser) -> None:
    """200 % on 320 px: down alone, never to the side."""
    assert too_wide_when_large(browser, bench[1], bench[0].keys("diego"), PAGES) == []


def test_every_page_is_light(bench: tuple[Bench, str]) -> None:
    """Each with its sheet and script under 60 KB compressed; no inline style or script in any."""
    assert heavy(bench[0].phone("diego"), PAGES) == []


def test_a_reversal_is_closed_in_four_touches_and_a_number(bench: tuple[Bench, str], browser: Browser) -> None:
    """Which payment, who has looked too, what will be written, written; each page whole, without scripts too."""
    with bench[0].journal() as journal:
        asked = f.PaymentAsked(7, "deuna", "MCB3T6KQ2WZ7XH5L", 350, SlotId("A1"))
        facts = [asked, f.PaymentDropped(7, "too-late"), f.PaymentLate(7, "deuna", 350)]
        journal.append(stamp(), replace(journal.cycle, last_payment_id=7), facts)
    keys = bench[0].keys("carmen", opened=True)
    with held(browser, bench[1], keys, java_script_enabled=False) as hand:
        hand.goes("/reclamos")
        hand.touches("#back-7")
        hand.page.fill("#number", "rev-0042")
        hand.touches(".pick.who", answered=False)
        hand.touches("#went")
        assert "Así quedará escrito" in hand.page.inner_text("main")
        hand.touches("#write")
        assert hand.count == 4
        assert "Listo" in hand.page.inner_text("main") or "/reclamos?told=done" in hand.page.url
    assert not bench[0].shop.payments


@pytest.mark.wide
def test_the_pages_of_a_reversal_are_whole(bench: tuple[Bench, str], browser: Browser) -> None:
    """The form and what would be written, at phone width and narrower."""
    with bench[0].journal() as journal:
        asked = f.PaymentAsked(7, "deuna", "MCB3T6KQ2WZ7XH5L", 350, SlotId("A1"))
        journal.append(stamp(), replace(journal.cycle, last_payment_id=7), [asked, f.PaymentLate(7, "deuna", 350)])
    way = "/reclamos/volver/7"
    paths = (
        "/reclamos",
        way,
        f"{way}?ending=went-back&number=rev-0042&witness=luz",
        f"{way}?ending=owed&why=No+vuelve",
    )
    keys = bench[0].keys("carmen", opened=True)
    assert not faulty(browser, bench[1], keys, paths, 360, "es-EC")
    assert too_wide_when_large(browser, bench[1], keys, paths) == []
