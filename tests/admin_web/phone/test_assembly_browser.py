"""Deciding together in a real Chromium: what each job costs in touches, with scripts and without; how pages look."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import IN_A_BROWSER
from builders import stamp
from hand_held import Hand, faulty, heavy, held, too_wide_when_large
from phone_bench import Bench, opened, served
from playwright.sync_api import Browser
from wide import once

from controller.domain import facts as f
from controller.domain.catalog import Account
from controller.domain.deciding import Propose, Vote, due
from controller.domain.turns import TakeTurn

pytestmark = IN_A_BROWSER
SPLIT = f.SplitTerms((("maker", 75), ("fund:comun", 20), ("fund:maquina", 5)))
PAGES = (
    "/",
    "/asamblea",
    "/asamblea/1",
    "/asamblea/2",
    "/asamblea/3",
    "/asamblea/proponer",
    "/asamblea/proponer/reparto?c=850,150,0",
    "/asamblea/proponer/precio",
    "/asamblea/proponer/fondo",
    "/asamblea/proponer/persona",
    "/asamblea/proponer/horario",
    "/asamblea/proponer/otra",
    "/turnos",
    "/turnos/count/pasar",
)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[tuple[Bench, str]]:
    """Two votes are open, one is over; the count is Rosa's turn, and she has every right that her PIN gives."""
    with opened(tmp_path) as bench, served(bench.app) as url:
        bench.write(f.CashMoved(6_050, Account("safe"), Account("fund:comun"), "carmen"))
        bench.write(f.RolesSet("rosa", ("coordinator", "maker"), "asamblea"))
        for wish in (
            Propose(f.FundTerms("fund:comun", 4_000, "by-hand"), "luz", "Hilo y agujas para todas", "v1"),
            *(Vote(1, member, f.Choice.YES) for member in ("luz", "inti", "rosa")),
            Propose(SPLIT, "luz", "El hilo subió y a nosotras no nos alcanza", "v2"),
            Vote(2, "inti", f.Choice.NO),
            Propose(f.MemberTerms("nina-ushina", ("maker",)), "rosa", "", "v3", "Nina Ushiña"),
            *(TakeTurn(f.Work.COUNT, number, who) for number, who in ((1, "carmen"), (2, "inti"), (3, "luz"))),
        ):
            assert bench.gateway.decide(wish).ok, wish
        bench.write(*due(bench.shop, stamp().wall_ms))
        yield bench, url


@pytest.fixture(params=once(True, False), ids=["scripts", "no scripts"])
def hand(request: pytest.FixtureRequest, bench: tuple[Bench, str], browser: Browser) -> Iterator[Hand]:
    """Rosa's, with her PIN just given."""
    with held(browser, bench[1], bench[0].keys("rosa", opened=True), java_script_enabled=request.param) as hand:
        yield hand


def test_a_vote_is_one_touch(hand: Hand, bench: tuple[Bench, str]) -> None:
    """On the page that shows what would change; a second one changes it."""
    hand.goes("/asamblea")
    hand.touches("[aria-labelledby=vote-2] button[value=yes]")
    assert (bench[0].shop.governance.proposals[2].votes["rosa"], hand.count) == (f.Choice.YES, 1)
    hand.goes("/asamblea/2")
    hand.touches("button[value=no]")
    assert bench[0].shop.governance.proposals[2].votes["rosa"] is f.Choice.NO


def test_a_ready_made_proposal_is_two_touches(hand: Hand, bench: tuple[Bench, str]) -> None:
    """Touch it, see it whole, send it."""
    hand.goes("/asamblea/proponer")
    hand.touches(".door")
    assert hand.page.inner_text(".would .hers b") == "$8,50"
    hand.touches(".card > .button")
    assert "ya todas pueden votar" in hand.page.inner_text(".said")
    assert (len(bench[0].shop.governance.proposals), hand.count) == (4, 2)


def test_turns_cost_one_touch_and_two(hand: Hand, bench: tuple[Bench, str]) -> None:
    """Done is one; passed on is the button and a face."""
    hand.goes("/turnos")
    hand.touches("[aria-labelledby=turn-count] .yes")
    assert (bench[0].shop.governance.rota(f.Work.COUNT).turns, hand.count) == (4, 1)
    assert bench[0].gateway.decide(TakeTurn(f.Work.RESTOCK, 1, "carmen")).ok
    for who in ("inti", "luz"):
        assert (
            bench[0]
            .gateway.decide(TakeTurn(f.Work.RESTOCK, bench[0].shop.governance.rota(f.Work.RESTOCK).turns + 1, who))
            .ok
        )
    hand.goes("/turnos")
    hand.touches("[aria-labelledby=turn-restock] .quiet")
    hand.touches("button[value=luz]")
    assert (bench[0].shop.governance.rota(f.Work.RESTOCK).passed_to, hand.count) == ("luz", 2)


@pytest.mark.wide
@pytest.mark.parametrize(("width", "language"), [(360, "es-EC"), (320, "en-US")])
def test_every_page_fits_and_can_be_read(bench: tuple[Bench, str], browser: Browser, width: int, language: str) -> None:
    """Nothing sticks out, targets are 56 px and more, axe finds nothing, no other computer is asked."""
    pages = (*PAGES, "/asamblea/1/pagar")
    assert faulty(browser, bench[1], bench[0].keys("rosa", opened=True), pages, width, language) == {}


@pytest.mark.wide
def test_twice_as_large_on_a_narrow_screen(bench: tuple[Bench, str], browser: Browser) -> None:
    """200 % on 320 px leaves 160 px: everything is reached by scrolling down alone."""
    assert too_wide_when_large(browser, bench[1], bench[0].keys("rosa", opened=True), PAGES[1:]) == []


def test_the_pages_are_light(bench: tuple[Bench, str]) -> None:
    """Each page with its sheets and scripts under 60 KB compressed; no inline style or script in any."""
    assert heavy(bench[0].phone("rosa", opened=True), PAGES) == []
