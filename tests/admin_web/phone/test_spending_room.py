"""What the assembly decided, in the coordinator's office: money of a fund paid by one touch, once; the hours in force."""

import re
from html import unescape

import pytest
from builders import stamp
from fastapi.testclient import TestClient
from phone_bench import Bench

from controller.domain import facts as f
from controller.domain.catalog import Account
from controller.domain.deciding import DAY_MS, Propose, Vote, due
from controller.ledger.reports import balances
from controller.ledger.verify import verify

SATURDAY_MS = stamp().wall_ms
YARN = f.FundTerms("fund:comun", 4_000, "by-hand")


@pytest.fixture
def carmen(bench: Bench) -> TestClient:
    return bench.phone("carmen", opened=True)


def agreed(bench: Bench, terms: f.Terms = YARN, fund_cents: int = 6_000) -> None:
    """Three of four say yes to proposal 1; the fund lies in the safe."""
    bench.write(f.CashMoved(fund_cents, Account("safe"), Account("fund:comun"), "carmen", "antes"))
    asks = (
        Propose(terms, "luz", "Hilo para todas", "v1"),
        *(Vote(1, who, f.Choice.YES) for who in ("rosa", "luz", "inti")),
    )
    for wish in asks:
        assert bench.gateway.decide(wish).ok


def money(bench: Bench) -> dict[str, int]:
    with bench.books() as db:
        return balances(db)


def told(phone: TestClient, path: str) -> str:
    return unescape(phone.get(path).text)


def test_what_was_decided_stands_in_the_office_until_it_is_paid(bench: Bench, carmen: TestClient) -> None:
    """Two touches from there: the preview says what the fund has before and after."""
    assert "Por pagar" not in told(carmen, "/caja")
    agreed(bench)
    office = told(carmen, "/caja")
    assert "Por pagar: lo decidió la asamblea" in office
    assert 'href="/asamblea/1/pagar"' in office
    page = told(carmen, "/asamblea/1/pagar")
    for words in ("$40,00", "Hilo para todas", "$60,00", "$20,00", "Pagar $40,00"):
        assert words in page
    answer = carmen.post("/asamblea/1/pagar", data={"place": "safe"})
    assert answer.headers["location"] == "/asamblea/1/pagar?told=done"
    assert "Ya se pagó. Lo pagó carmen" in told(carmen, "/asamblea/1/pagar")
    (book,) = re.findall(r'href="(/libros/\d+)"', told(carmen, "/asamblea/1/pagar"))
    assert "$40,00" in told(carmen, book), "the open books tell of the very fact"
    assert "Por pagar" not in told(carmen, "/caja")
    assert "Ya se cumplió" in told(carmen, "/asamblea/1")


def test_two_taps_and_two_coordinators_pay_once(bench: Bench, carmen: TestClient) -> None:
    """The fund has $20 left, whoever tapped; the fact has the decision's number, and the books hold."""
    agreed(bench)
    bench.write(f.RolesSet("luz", ("coordinator", "maker"), "asamblea"))
    for phone in (carmen, carmen, bench.phone("luz", opened=True)):
        assert phone.post("/asamblea/1/pagar", data={"place": "safe"}).headers["location"].endswith("told=done")
    assert (money(bench)["fund:comun"], money(bench)["safe"]) == (2_000, 2_000)
    with bench.books() as db:
        assert db.execute("SELECT count(*) FROM wishes WHERE wish_id = 'decision-1'").fetchone()[0] == 1
        assert verify(db) == []


def test_a_fund_that_has_less_cannot_pay(bench: Bench, carmen: TestClient) -> None:
    """The page has no button, and a form that was sent all the same is refused."""
    agreed(bench, fund_cents=3_999)
    assert "El fondo todavía no tiene tanto" in told(carmen, "/asamblea/1/pagar")
    assert "<button" not in told(carmen, "/asamblea/1/pagar")
    answer = carmen.post("/asamblea/1/pagar", data={"place": "safe"})
    assert "El fondo no tiene tanto" in told(carmen, answer.headers["location"])
    assert money(bench)["fund:comun"] == 3_999


def test_a_place_that_has_less_says_so(bench: Bench, carmen: TestClient) -> None:
    """Only after the touch: what lies in a place nobody has counted is not told beforehand."""
    agreed(bench)
    assert carmen.post("/asamblea/1/pagar", data={"place": "bank"}).headers["location"].endswith("told=not-enough")
    assert carmen.post("/asamblea/1/pagar", data={"place": "luna"}).headers["location"].endswith("told=unknown-place")


def test_the_old_way_leads_to_the_payment(bench: Bench, carmen: TestClient) -> None:
    """A decision about a fund is not carried out by saying so."""
    agreed(bench)
    assert carmen.get("/asamblea/1/cumplir").headers["location"] == "/asamblea/1/pagar"
    assert "Se cumple pagándolo" in told(carmen, carmen.post("/asamblea/1/cumplir").headers["location"])


def test_money_that_goes_to_the_bank_stays_the_funds(bench: Bench, carmen: TestClient) -> None:
    """The page says so; the bank has it afterwards."""
    agreed(bench, f.FundTerms("fund:comun", 4_000, "bank"))
    assert "A otro lugar: el banco. Sigue siendo de: fondo común" in told(carmen, "/asamblea/1/pagar")
    carmen.post("/asamblea/1/pagar", data={"place": "safe"})
    assert [money(bench)[name] for name in ("fund:comun", "safe", "bank")] == [6_000, 2_000, 4_000]


def test_there_is_nothing_to_pay_of_anything_else(bench: Bench, carmen: TestClient) -> None:
    """An open vote, another kind of decision, a number nobody knows."""
    bench.gateway.decide(Propose(YARN, "luz", "", "v1"))
    bench.gateway.decide(Propose(f.OtherTerms("fiesta"), "luz", "", "v2"))
    assert [carmen.get(f"/asamblea/{number}/pagar").status_code for number in (1, 2, 3)] == [404] * 3


# The hours


def test_until_the_assembly_decides_the_configured_hours_are_shown(carmen: TestClient) -> None:
    """Without any the machine is always open, and the page says whose word that is."""
    page = told(carmen, "/gente")
    assert "Todo el día, todos los días" in page
    assert "la asamblea no ha decidido otro" in page


def test_the_hours_in_force_are_those_that_were_decided(bench: Bench, carmen: TestClient) -> None:
    """Not yet while their notice runs; then with the decision and the fact they hold from."""
    agreed(bench, f.HoursTerms(("tue-sun 09:00-17:30",)))
    bench.write(*due(bench.shop, SATURDAY_MS))
    assert "martes a domingo" not in told(carmen, "/gente")
    bench.write(*due(bench.shop, SATURDAY_MS + 7 * DAY_MS))
    page = told(carmen, "/gente")
    assert "martes a domingo, 09:00 a 17:30" in page
    assert "Lo decidió la asamblea (decisión 1)." in page
    with bench.books() as db:
        seq = db.execute("SELECT max(seq) FROM facts WHERE type = 'DecisionCarriedOut'").fetchone()[0]
    assert f"Vale desde el sábado, 21 de noviembre de 2026, hecho {seq} del libro." in page


def test_a_decision_to_be_always_open_is_one_too(bench: Bench, carmen: TestClient) -> None:
    """No lines are hours as well: the configuration does not come back through them."""
    agreed(bench, f.HoursTerms(("tue-sun 09:00-17:30",)))
    bench.write(*due(bench.shop, SATURDAY_MS))
    bench.write(*due(bench.shop, SATURDAY_MS + 7 * DAY_MS))
    bench.write(f.ProposalOpened(2, f.HoursTerms(()), "luz", "", ("luz",), 1, "1/2", 7, 0, "v2"))
    bench.write(f.ProposalDecided(2, f.Outcome.PASSED, 1, 0, 0), f.DecisionCarriedOut(2))
    page = told(carmen, "/gente")
    assert "(decisión 2)" in page
    assert "Todo el día" in page
