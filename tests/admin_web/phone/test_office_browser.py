"""The coordinator's rooms in a real Chromium: what counting, closing and sending cost in touches, and how they look."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import IN_A_BROWSER
from builders import A1, A3, Till, coins
from hand_held import Hand, faulty, heavy, held, too_wide_when_large
from phone_bench import Bench, opened, served
from playwright.sync_api import Browser
from wide import once

from controller.domain import facts as f
from controller.domain.catalog import Account
from controller.domain.events import DeadlinePassed, SlotChosen, VendUnknown

pytestmark = IN_A_BROWSER
PAGES = (
    "/caja",
    "/sueltos/hopper:25",
    "/sueltos/hopper:25?n=20&source=safe",
    "/reclamos",
    "/cierre",
    "/cierre/2026-10",
    "/pagos",
    "/pagos/rosa",
    "/liquidaciones",
    "/liquidacion/rosa",
    "/liquidacion/rosa?periodo=2026-10",
    "/gente",
    "/gente/rosa",
    "/gente/rosa/vende",
    "/asamblea/1/pagar",
    "/reparto",
)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[tuple[Bench, str]]:
    """The co-op after a sale of each, with a closed October, a doubt, a quarter that was left, and change in a hopper."""
    with opened(tmp_path) as bench, served(bench.app) as url:
        lent = [f.CashMoved(1_000, Account(place), Account("float:museo"), "carmen") for place in ("hopper:25", "safe")]
        bench.write(*lent)
        bench.sell(A1)
        bench.write(f.CashCounted("coinbox", 350, 325, "carmen", "luz", "conteo-1"))
        with bench.journal() as journal:
            closed = f.PeriodClosed(
                "2026-10", journal.seq, journal.head.hex(), "carmen", "luz", "una prueba", "cierre-10"
            )
        bench.write(closed)
        bench.sell(A3)
        with bench.journal() as journal:
            till = Till(shop=journal.shop, journal=journal, cycle=journal.cycle)
            till.tell_all(coins(350, mark=8), SlotChosen(A1))
            till.tell(VendUnknown(till.cycle.last_vend_id, "no-drop"))
            till.tell_all(coins(25, mark=9), DeadlinePassed())
        yarn = f.FundTerms("fund:comun", 40, "by-hand")
        opened_vote = f.ProposalOpened(1, yarn, "luz", "Hilo y agujas", ("luz",), 1, "1/2", 7, 0, "v1")
        bench.write(opened_vote, f.ProposalDecided(1, f.Outcome.PASSED, 1, 0, 0))
        yield bench, url


@pytest.fixture(params=once(True, False), ids=["scripts", "no scripts"])
def hands(request: pytest.FixtureRequest, bench: tuple[Bench, str], browser: Browser) -> Iterator[tuple[Hand, Hand]]:
    """Carmen's and Rosa's, each with her own phone and a fresh PIN."""
    here, scripts = bench[0], {"java_script_enabled": request.param}
    with (
        held(browser, bench[1], here.keys("carmen", True), **scripts) as carmen,
        held(browser, bench[1], here.keys("rosa", True), **scripts) as rosa,
    ):
        carmen.goes()
        rosa.goes()
        yield carmen, rosa


def test_emptying_the_box_is_three_touches_and_what_is_counted(
    hands: tuple[Hand, Hand], bench: tuple[Bench, str]
) -> None:
    """Carmen: the money, count, this is what there is. Rosa: the card on her home, yes, this is what there is."""
    carmen, rosa = hands
    carmen.touches("a[href='/caja']")
    carmen.touches("button[value=coinbox]")
    rosa.goes()
    rosa.touches(".card.calls a.button")
    rosa.touches("form button.yes")
    for hand in hands:
        hand.page.fill("#n100", "8")
        hand.page.fill("#n50", "1")
        hand.touches("form button.yes")
        assert hand.count == 3
    assert "Cuadra" in rosa.page.content() or "Faltan" in rosa.page.content() or "Sobran" in rosa.page.content()
    with bench[0].books() as db:
        (counts,) = db.execute(
            "SELECT count(*) FROM facts WHERE type = 'CashCounted' AND body LIKE '%conteo-%'"
        ).fetchone()
    assert counts == 2


def test_coins_are_counted_with_the_thumb(bench: tuple[Bench, str], browser: Browser) -> None:
    """− and + beside each coin, and the sum so far below; nothing goes under nothing."""
    with held(browser, bench[1], bench[0].keys("carmen", True)) as carmen:
        carmen.goes("/caja")
        carmen.touches("button[value=coinbox]")
        for _ in range(3):
            carmen.touches("[data-for=n25][data-step='1']", answered=False)
        carmen.touches("[data-for=n5][data-step='-1']", answered=False)
        assert carmen.page.input_value("#n25") == "3"
        assert carmen.page.input_value("#n5") == "0"
        assert "0,75" in carmen.page.inner_text("[data-sum]")


def test_a_month_is_closed_in_three_touches(hands: tuple[Hand, Hand], bench: tuple[Bench, str]) -> None:
    """The close, who looks at it too, and the lock; everything to be looked at stands between the first two."""
    carmen, _ = hands
    carmen.touches("a[href='/cierre']")
    assert "Lo que queda esperando" in carmen.page.content()
    carmen.touches("label:has(input[value=luz])", answered=False)
    carmen.page.fill("#despite", "la visitante vuelve el lunes")
    carmen.touches("form button.yes")
    assert carmen.count == 3
    assert len(bench[0].shop.assembly.periods) == 2


def test_a_statement_goes_to_whatsapp_in_two_touches(hands: tuple[Hand, Hand]) -> None:
    """Her row, and the button that opens WhatsApp; the page itself asks no other computer."""
    carmen, _ = hands
    carmen.touches("a[href='/liquidaciones']")
    link = carmen.page.locator("a.button[href^='https://wa.me/']").first
    assert link.is_visible()
    assert carmen.count == 1


def test_an_envelope_is_handed_over_in_three_touches(hands: tuple[Hand, Hand], bench: tuple[Bench, str]) -> None:
    """Hers, who watches, and done."""
    carmen, _ = hands
    carmen.goes("/pagos")
    carmen.touches("a[href='/pagos/rosa']")
    carmen.touches("label:has(input[value=luz])", answered=False)
    carmen.touches("form button.yes")
    assert carmen.count == 3
    assert "Entregado" in carmen.page.content()


def test_a_decision_is_paid_in_two_touches(hands: tuple[Hand, Hand], bench: tuple[Bench, str]) -> None:
    """The card in the office, and the button with the sum on it; where the money lies is chosen already."""
    carmen, _ = hands
    carmen.goes("/caja")
    carmen.touches("a[href='/asamblea/1/pagar']")
    carmen.touches("form button.yes")
    assert carmen.count == 2
    assert "Ya se pagó" in carmen.page.content()
    assert bench[0].shop.governance.proposals[1].done


@pytest.mark.wide
@pytest.mark.parametrize(("width", "language"), [(360, "es-EC"), (320, "en-US"), (820, "es-EC")])
def test_every_page_fits_and_can_be_read(bench: tuple[Bench, str], browser: Browser, width: int, language: str) -> None:
    """Nothing sticks out, targets are 56 px and more, axe finds nothing, no other computer is asked."""
    here, url = bench
    count = here.phone("carmen", opened=True).post("/caja/contar", data={"place": "coinbox"}).headers["location"]
    pages = (*PAGES, f"/reclamos/{next(iter(here.shop.claims))}", count)
    assert faulty(browser, url, here.keys("carmen", True), pages, width, language) == {}


@pytest.mark.wide
def test_twice_as_large_on_a_narrow_screen(bench: tuple[Bench, str], browser: Browser) -> None:
    """200 % on 320 px: what is left is 160 px, and everything can still be reached by scrolling down alone."""
    pages = ("/caja", "/cierre", "/pagos/rosa", "/liquidacion/rosa", "/gente/rosa/vende", "/asamblea/1/pagar")
    assert too_wide_when_large(browser, bench[1], bench[0].keys("carmen", True), pages) == []


def test_the_pages_are_light(bench: tuple[Bench, str]) -> None:
    """Each page with its sheets and scripts under 60 KB compressed; no inline style or script in any."""
    assert heavy(bench[0].phone("carmen", opened=True), PAGES) == []
