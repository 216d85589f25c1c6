"""Who sells in the eyes of the tax office, on the coordinator's phone and on a visitor's receipt."""

import re

import pytest
from builders import A1, ROSA
from fastapi.testclient import TestClient
from phone_bench import Bench

from controller.domain import facts as f
from controller.domain.stocking import PutMaker
from controller.ledger.receipt import token
from controller.ledger.sellers import tax_id

GENERAL = {"seller": "maker", "regime": "general", "rate": "15", "tax_id": "171234567-8001"}


@pytest.fixture
def carmen(bench: Bench) -> TestClient:
    return bench.phone("carmen", opened=True)


def receipt(bench: Bench) -> str:
    """The receipt of the newest sale, as any visitor reads it."""
    with bench.books() as db:
        row = db.execute("SELECT seq, hash FROM facts WHERE type = 'Sold' ORDER BY seq DESC").fetchone()
    return bench.visitor().get(f"/r/{token(*row)}").text


def test_the_coordinator_says_who_sells_from_now_on(bench: Bench, carmen: TestClient) -> None:
    """With the dashes people write in a RUC; the member's page says it, and the page itself since when."""
    assert "Todavía nadie ha dicho quién vende" in carmen.get("/gente/rosa").text
    answer = carmen.post("/gente/rosa/vende", data=GENERAL)
    assert answer.headers["location"] == "/gente/rosa?told=done"
    assert bench.shop.assembly.sellers[ROSA] == f.SellerSet(ROSA, f.Seller.MAKER, f.Regime.GENERAL, 150, "carmen")
    assert "Vende Rosa Quishpe, régimen general" in carmen.get("/gente/rosa").text
    page = carmen.get("/gente/rosa/vende").text
    assert re.search(r"Desde el sábado, 21 de noviembre de 2026, hecho \d+ del libro", page)
    with bench.books() as db:
        assert tax_id(db, "rosa") == "1712345678001"
    assert 'value="1712345678001"' in page


def test_the_page_reckons_an_example_by_the_configured_rate(carmen: TestClient) -> None:
    """Ten dollars at 15: $1.30 and $8.70; and it lists what an accountant has to say."""
    page = carmen.get("/gente/luz/vende").text
    assert "de un precio de $10,00, $1,30 son IVA y $8,70 es lo demás" in page
    assert page.count("<li>") == 4
    assert "%" not in re.sub(r"<[^>]*>", "", page)


def test_a_regime_without_vat_needs_no_rate(bench: Bench, carmen: TestClient) -> None:
    """The number that stands in the field counts for nothing then."""
    carmen.post("/gente/luz/vende", data={"seller": "maker", "regime": "rimpe-popular", "rate": "15"})
    assert bench.shop.assembly.sellers["luz"].vat_permille == 0


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"regime": "rimpe"}, "no-seller"),
        ({"seller": ""}, "no-seller"),
        ({"rate": "mucho"}, "bad-vat"),
        ({"rate": "99"}, "bad-vat"),
        ({"tax_id": "17"}, "bad-tax-id"),
    ],
)
def test_what_cannot_be_is_told_in_words(bench: Bench, carmen: TestClient, change: dict[str, str], told: str) -> None:
    """The page comes back with a sentence, and nothing is written."""
    answer = carmen.post("/gente/rosa/vende", data=GENERAL | change)
    assert answer.headers["location"] == f"/gente/rosa/vende?told={told}"
    assert "told" not in carmen.get(answer.headers["location"]).text.partition('class="said')[2][:200]
    assert not bench.shop.assembly.sellers


def test_nobody_sells_for_somebody_who_sews_nothing(carmen: TestClient) -> None:
    """Carmen coordinates; she has no page of a seller."""
    assert carmen.get("/gente/carmen/vende").status_code == 404


def test_a_receipt_says_who_sold_and_names_her_only_with_her_consent(bench: Bench, carmen: TestClient) -> None:
    """Rosa agreed to be shown; when she takes it back the same receipt says who sewed, and never her RUC."""
    bench.sell(A1)
    assert "Vende:" not in receipt(bench), "nobody had said it when this was sold"
    carmen.post("/gente/rosa/vende", data=GENERAL | {"regime": "rimpe-popular"})
    bench.sell(A1)
    page = receipt(bench)
    assert "Vende: Rosa Quishpe, RIMPE negocio popular" in page
    assert "no es una factura ni una nota de venta" in page
    bench.write(keeps=[PutMaker(ROSA, "Rosa Quishpe", "Taller La Floresta", consent=False)])
    page = receipt(bench)
    assert "Vende: quien la cosió, RIMPE negocio popular" in page
    assert "Quishpe" not in page
    assert "1712345678" not in page


def test_the_group_can_be_the_seller(bench: Bench, carmen: TestClient) -> None:
    """Then its name stands there, whoever sewed."""
    carmen.post("/gente/rosa/vende", data=GENERAL | {"seller": "coop"})
    bench.sell(A1)
    assert "Vende: el grupo, régimen general" in receipt(bench)


def test_her_statement_says_net_and_vat(bench: Bench, carmen: TestClient) -> None:
    """On the page and in the sheet; her own phone sees the same."""
    carmen.post("/gente/rosa/vende", data=GENERAL)
    bench.sell(A1)
    rosa = bench.phone("rosa")
    assert "con IVA de 15 por ciento incluido: $0,46; sin IVA $3,04" in rosa.get("/liquidacion/rosa").text
    assert ";15;0,46;3,04" in rosa.get("/liquidacion/rosa/csv").text
