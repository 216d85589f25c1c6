"""The coordinator's rooms, asked in-process: claims with verdicts, a close that holds, envelopes, members, statements."""

import re
from urllib.parse import unquote

import pytest
from builders import A1, A3, ROSA, Till, coins
from fastapi.testclient import TestClient
from phone_bench import Bench

from admin_web.phone.statements import FORMS
from controller.domain import facts as f
from controller.domain.catalog import Account
from controller.domain.events import DeadlinePassed, SlotChosen, VendUnknown
from controller.domain.stocking import PutMaker
from controller.ledger.reports import balances

NOVEMBER = {"label": "2026-11", "witness": "luz"}


@pytest.fixture
def carmen(bench: Bench) -> TestClient:
    """Carmen's phone, after a bag and a belt were sold and the safe was filled; her PIN was given just now."""
    bench.write(f.CashMoved(5_000, Account("safe"), Account("float:museo"), "carmen"))
    bench.sell(A1)
    bench.sell(A3)
    return bench.phone("carmen", opened=True)


def doubt(bench: Bench) -> str:
    """A bag of which nobody knows whether it fell; its claim's code."""
    with bench.journal() as journal:
        till = Till(shop=journal.shop, journal=journal, cycle=journal.cycle)
        till.tell_all(coins(350, mark=journal.marks.get("coins", 0) + 1), SlotChosen(A1))
        till.tell(VendUnknown(till.cycle.last_vend_id, "no-drop"))
    return next(iter(bench.shop.claims))


def money(bench: Bench) -> dict[str, int]:
    with bench.books() as db:
        return balances(db)


def close(bench: Bench, phone: TestClient, **more: str) -> str:
    """Close everything there is; where the phone goes on to."""
    with bench.journal() as journal:
        to_seq = str(journal.seq)
    return str(phone.post("/cierre", data={**NOVEMBER, "to_seq": to_seq, **more}).headers["location"])


# Claims


def test_a_piece_in_doubt_can_be_decided_in_three_ways(bench: Bench, carmen: TestClient) -> None:
    """The domain says which; each stands beside what it does, and one touch writes it with her name."""
    code = doubt(bench)
    assert "No se sabe si la prenda cayó" in carmen.get("/reclamos").text
    page = carmen.get(f"/reclamos/{code}").text
    assert re.findall(r'name="verdict" value="([\w-]+)"', page) == ["refunded", "delivered", "by-hand"]
    answer = carmen.post(f"/reclamos/{code}", data={"verdict": "delivered"})
    assert answer.headers["location"] == "/reclamos?told=done"
    assert money(bench)["maker:rosa"] == 560
    assert carmen.get(f"/reclamos/{code}").headers["location"] == "/reclamos?told=unknown-claim"


def test_what_a_visitor_left_can_only_be_given_back(bench: Bench, carmen: TestClient) -> None:
    """From a place that has it: the bank is empty, the box is not."""
    with bench.journal() as journal:
        till = Till(shop=journal.shop, journal=journal, cycle=journal.cycle)
        till.tell_all(coins(25, mark=journal.marks.get("coins", 0) + 1), DeadlinePassed())
    code = next(iter(bench.shop.claims))
    page = carmen.get(f"/reclamos/{code}").text
    assert re.findall(r'name="verdict" value="([\w-]+)"', page) == ["refunded"]
    refused = carmen.post(f"/reclamos/{code}", data={"verdict": "refunded", "place": "bank"})
    assert refused.headers["location"] == f"/reclamos/{code}?told=not-enough"
    assert carmen.post(f"/reclamos/{code}", data={"verdict": "by-hand"}).headers["location"].endswith("bad-verdict")
    carmen.post(f"/reclamos/{code}", data={"verdict": "refunded", "place": "coinbox"})
    assert (money(bench)["unclaimed"], bench.shop.claims) == (0, {})


# Closing


def test_a_close_asks_for_the_count_first(bench: Bench, carmen: TestClient) -> None:
    """The preview says so with the way there; a reason is written into the books."""
    assert "Nadie ha contado la caja" in carmen.get("/cierre").text
    assert close(bench, carmen) == "/cierre?told=not-counted"
    assert close(bench, carmen, despite="la llave está en Otavalo") == "/cierre/2026-11?told=done"
    (period,) = bench.shop.assembly.periods
    assert (period.by, period.witness, period.despite) == ("carmen", "luz", "la llave está en Otavalo")


def test_the_sheet_explains_the_difference(bench: Bench, carmen: TestClient) -> None:
    """Expected beside counted, and the same words before the lock and after."""
    bench.write(f.CashCounted("coinbox", 850, 825, "carmen", "luz", "conteo-1"))
    preview = carmen.get("/cierre").text
    close(bench, carmen)
    locked = carmen.get("/cierre/2026-11").text
    for told in (preview, locked):
        for words in ("2 prendas vendidas", "$8,50", "$8,25", "Faltan $0,25."):
            assert words in told
    assert "Está igual que ese día" in locked


def test_a_later_refund_is_told_in_the_next_period(bench: Bench, carmen: TestClient) -> None:
    """The closed sheet and the closed statement stay as they were, to the letter."""
    close(bench, carmen, despite="una prueba")
    sheet, statement = carmen.get("/cierre/2026-11").text, carmen.get("/liquidacion/rosa?periodo=2026-11").text
    with bench.journal() as journal:
        sale, _ = journal.sale(1)
    assert sale is not None
    bench.write(f.SaleRefunded(1, 350, sale.shares, "coinbox", "carmen", "se abrió la costura"))
    assert carmen.get("/cierre/2026-11").text == sheet
    assert carmen.get("/liquidacion/rosa?periodo=2026-11").text == statement
    assert "(venta de un período anterior)" in carmen.get("/cierre").text
    assert "se abrió la costura" in carmen.get("/liquidacion/rosa").text


def test_nobody_closes_alone_or_a_stretch_that_is_not_there(bench: Bench, carmen: TestClient) -> None:
    """The page passes on what the machine says."""
    assert close(bench, carmen, witness="carmen") == "/cierre?told=one-person"
    assert close(bench, carmen, to_seq="9999", despite="x") == "/cierre?told=no-fact"
    assert close(bench, carmen, label="noviembre", despite="x") == "/cierre?told=bad-period"
    assert carmen.get("/cierre/2026-12").status_code == 404


# Paying out


def test_envelopes_come_from_a_closed_period(bench: Bench, carmen: TestClient) -> None:
    """Each with what she was owed then; together the notes and coins to prepare."""
    assert "Primero se cierra" in carmen.get("/pagos").text
    close(bench, carmen, despite="una prueba")
    bench.sell(A1)
    page = carmen.get("/pagos").text
    assert re.findall(r'<p class="money">([^<]+)</p>', page) == ["$6,80", "$4,00", "$2,80"]


def test_nobody_is_paid_twice_for_a_period(bench: Bench, carmen: TestClient) -> None:
    """However often the button is touched, also after she has earned more."""
    close(bench, carmen, despite="una prueba")
    bench.sell(A1)
    form = {"period": "2026-11", "cents": "280", "witness": "luz", "place": "safe"}
    for _ in range(3):
        assert carmen.post("/pagos/rosa", data=form).headers["location"] == "/pagos?told=done"
    assert money(bench)["maker:rosa"] == 280
    assert "Entregado: carmen · Luz Toapanta" in carmen.get("/pagos").text
    assert carmen.post("/pagos/rosa", data={**form, "cents": "100"}).headers["location"] == "/pagos/rosa?told=used-id"


def test_an_envelope_never_holds_more_than_she_is_owed_now(bench: Bench, carmen: TestClient) -> None:
    """A sale that was taken back after the close is not paid."""
    close(bench, carmen, despite="una prueba")
    with bench.journal() as journal:
        sale, _ = journal.sale(1)
    assert sale is not None
    bench.write(f.SaleRefunded(1, 350, sale.shares, "coinbox", "carmen", "se abrió la costura"))
    assert "Rosa Quishpe" not in carmen.get("/pagos").text
    assert carmen.get("/pagos/rosa").status_code == 404


def test_the_banks_file_is_harmless_and_has_no_accounts(bench: Bench, carmen: TestClient) -> None:
    """A name that begins like a formula is text; the last column waits for whoever has the numbers."""
    bench.gateway.decide(PutMaker(ROSA, "=cmd|calc"))
    close(bench, carmen, despite="una prueba")
    lines = carmen.get("/pagos.csv").text.lstrip("\ufeff").splitlines()
    assert lines[0] == "costurera;nombre;valor;referencia;cuenta"
    assert sorted(lines[1:]) == [
        "luz;Luz Toapanta;4,00;museo-quito 2026-11;",
        "rosa;'=cmd|calc;2,80;museo-quito 2026-11;",
    ]
    assert carmen.get("/pagos.pdf").content.startswith(b"%PDF-")


# Hoppers, the split, members


def test_coins_for_change_are_previewed_and_booked_once(bench: Bench, carmen: TestClient) -> None:
    """Twenty quarters are five dollars from the safe; a finger that comes down twice moves them once."""
    bench.write(f.CashMoved(1_000, Account("hopper:25"), Account("float:museo"), "carmen"))
    page = carmen.get("/sueltos/hopper:25?n=20&source=safe").text
    assert "$5,00" in page
    found = re.search(r'name="wish" value="(\w+)"', page)
    assert found
    for _ in range(2):
        form = {"n": "20", "source": "safe", "wish": found[1]}
        assert carmen.post("/sueltos/hopper:25", data=form).headers["location"] == "/caja?told=done"
    assert (money(bench)["hopper:25"], money(bench)["safe"]) == (1_500, 4_500)
    assert carmen.get("/sueltos/coinbox").status_code == 404


def test_ten_dollars_are_shared_in_people_and_coins(carmen: TestClient) -> None:
    """By the rule in force, without a percent sign."""
    page = carmen.get("/reparto").text
    assert re.findall(r"<b>(\$[\d,]+)</b>", page) == ["$8,00", "$1,50", "$0,50"]
    assert "%" not in re.sub(r'="[^"]*"', "", page)


def test_a_lost_phone_is_out_at_once(bench: Bench, carmen: TestClient) -> None:
    """In the books and by its key; the others of hers go on."""
    lost, other = bench.phone("rosa"), bench.phone("rosa")
    (first, *_) = (phone for phone, member in bench.shop.assembly.phones.items() if member == "rosa")
    assert carmen.post("/gente/rosa/telefono", data={"phone": first}).headers["location"] == "/gente/rosa?told=done"
    assert lost.get("/").headers["location"] == "/entrar"
    assert other.get("/").status_code == 200


def test_roles_are_given_and_taken(bench: Bench, carmen: TestClient) -> None:
    """What is ticked holds; the last coordinator stays one."""
    carmen.post("/gente/rosa", data={"role": ["maker", "coordinator"]})
    assert sorted(bench.shop.assembly.roles["rosa"]) == ["coordinator", "maker"]
    carmen.post("/gente/rosa", data={"role": ["maker"]})
    refused = carmen.post("/gente/carmen", data={"role": ["technician"]})
    assert refused.headers["location"] == "/gente/carmen?told=last-coordinator"


def test_somebody_new_gets_an_id_of_her_own(bench: Bench, carmen: TestClient) -> None:
    """Two of one name are two; a seamstress joins the shelf."""
    for _ in range(2):
        carmen.post("/gente", data={"name": "María Ñusta", "role": "maker", "workshop": "Taller Sol"})
    assert {"maria-nusta", "maria-nusta-2"} <= bench.shop.makers
    carmen.post("/gente", data={"name": "Nina", "role": "technician"})
    assert "technician" in bench.shop.assembly.roles["nina"]


def test_a_consent_is_taken_back_in_one_touch(bench: Bench, carmen: TestClient) -> None:
    """By herself, on her own phone; only the coordinator, who holds the paper, writes it down again."""
    rosa, visitor = bench.phone("rosa"), bench.visitor()
    assert visitor.get("/de/rosa-quishpe").status_code == 200
    assert rosa.post("/mi-permiso").headers["location"] == "/mi-permiso?told=kept"
    assert visitor.get("/de/rosa-quishpe").status_code == 404
    carmen.post("/gente/rosa/permiso", data={"consent": "yes"})
    assert visitor.get("/de/rosa-quishpe").status_code == 200


# Statements


def test_a_maker_sees_her_own_account_and_nobody_elses(bench: Bench, carmen: TestClient) -> None:
    """Without a PIN; the coordinator sees all."""
    rosa = bench.phone("rosa")
    assert rosa.get("/liquidaciones").headers["location"] == "/liquidacion/rosa"
    assert "$2,80" in rosa.get("/liquidacion/rosa").text
    assert rosa.get("/liquidacion/luz").status_code == 403
    assert rosa.get("/liquidacion/luz/csv").status_code == 403
    assert carmen.get("/liquidacion/luz").status_code == 200
    assert carmen.get("/liquidacion/nadie").status_code == 404


@pytest.mark.parametrize(
    ("form", "begins"), [("pdf", b"%PDF"), ("png", b"\x89PNG"), ("xlsx", b"PK"), ("csv", b"\xef\xbb\xbf")]
)
def test_every_form_can_be_downloaded(bench: Bench, carmen: TestClient, form: str, begins: bytes) -> None:
    """With a name that says whose it is and of when; a closed one is the same file for ever."""
    close(bench, carmen, despite="una prueba")
    answer = carmen.get(f"/liquidacion/rosa/{form}?periodo=2026-11")
    assert answer.content.startswith(begins)
    assert answer.headers["content-disposition"] == f'attachment; filename="liquidacion-rosa-2026-11.{form}"'
    bench.sell(A1)
    if form != "xlsx":  # a workbook's archive has times in it
        assert carmen.get(f"/liquidacion/rosa/{form}?periodo=2026-11").content == answer.content
    assert form in FORMS


def test_whatsapp_gets_a_sentence_and_no_page_of_ours_asks_it(carmen: TestClient) -> None:
    """A link that she may touch, with what she is owed and the mark of the books."""
    page = carmen.get("/liquidaciones").text
    (link,) = [unquote(link) for link in re.findall(r'href="(https://[^"]+)"', page) if "Rosa" in unquote(link)]
    assert link.startswith("https://wa.me/?text=Liquidación de Rosa Quishpe")
    assert "Le debemos $2,80" in link
    assert not re.findall(r'(?:src|action)="http', page)
