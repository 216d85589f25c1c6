"""The reading room of the open books: pages both ways, by kind and by day; one sale to its last cent; sums; files."""

import re
from html import unescape
from pathlib import Path
from subprocess import run
from sys import executable
from urllib.parse import urlencode

import pytest
from builders import A1, A3, B1, BAG, ROSA, Till, coins, minga, pays, stamp
from phone_bench import Bench

from admin_web.phone.booksgroups import kinds_of
from controller.domain import facts as f
from controller.domain.catalog import Account
from controller.domain.events import ItemDropped, ReturnPressed, SlotChosen
from controller.domain.facts import Verdict
from controller.domain.stocking import PutMaker
from controller.domain.treasury import PayMaker, RefundSale, SettleClaim
from controller.ledger import openbooks
from controller.ledger.chainlines import open_codes
from controller.ledger.openbooks import newest
from controller.ledger.reports import balances


def read(bench: Bench, path: str, who: str = "rosa", **asked: object) -> str:
    """What stands on her page, in one line."""
    answer = bench.phone(who).get(f"{path}?{urlencode(asked)}" if asked else path)
    assert answer.status_code == 200, path
    main = answer.text.split("<main>")[1].split("</main>")[0]
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)))


def numbers(bench: Bench, path: str, **asked: object) -> list[int]:
    """The facts that a page tells, in its order."""
    page = bench.phone("rosa").get(f"{path}?{urlencode(asked)}").text
    return [int(number) for number in re.findall(r'class="where-it-is" href="/libros/(\d+)"', page)]


def link(bench: Bench, path: str, which: str) -> str:
    """Where the page's link `older` or `newer` leads; empty when it has none."""
    found = re.search(rf'id="{which}" href="([^"]+)"', bench.phone("rosa").get(path).text)
    return unescape(found[1]) if found else ""


def test_every_fact_is_reached_by_turning_pages(day: Bench) -> None:
    """From the newest to the first and back, each exactly once, and by links alone."""
    day.phone("rosa")
    with day.books() as db:
        last = newest(db)
    seen, path = [], f"/libros?antes={last + 1}"
    while path:
        found = numbers(day, path.split("?")[0], **dict(pair.split("=") for pair in path.split("?")[1].split("&")))
        seen += found
        path = link(day, path, "older")
    assert seen == list(range(last, 0, -1))
    back, path = list[int](), "/libros?despues=1"
    while path:
        asked = dict(pair.split("=") for pair in path.split("?")[1].split("&"))
        back = numbers(day, "/libros", **asked) + back
        path = link(day, path, "newer") if back[0] < last else ""
    assert back[back.index(last) :] == list(range(last, 1, -1))


@pytest.mark.parametrize(
    ("group", "kinds"),
    [
        ("ventas", {"Sold", "VendStarted"}),
        ("maquina", {"Booted"}),
        ("prendas", {"MakerJoined"}),
        ("acuerdos", {"RolesSet"}),
    ],
)
def test_a_group_shows_its_own_kinds_alone(day: Bench, group: str, kinds: set[str]) -> None:
    """Sales, money, the shelf, decisions, the machine."""
    found, path = set[int](), f"/libros?que={group}"
    while path:
        asked = dict(pair.split("=") for pair in path.split("?")[1].split("&"))
        found |= set(numbers(day, "/libros", **asked))
        path = link(day, path, "older")
    with day.books() as db:
        there = {seq for seq, kind in db.execute("SELECT seq, type FROM facts") if kind in kinds_of(group)}
        of_them = {seq for seq, kind in db.execute("SELECT seq, type FROM facts") if kind in kinds}
    assert of_them <= found <= there


def test_what_is_rare_is_found_by_looking_on(day: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page looks at so many facts and no more; where it found nothing it still says from where to look on."""
    monkeypatch.setattr(openbooks, "LOOKED_AT_MAX", 7)
    found, looks, path = list[int](), 0, "/libros?que=maquina"
    while path:
        asked = dict(pair.split("=") for pair in path.split("?")[1].split("&"))
        found, looks, path = found + numbers(day, "/libros", **asked), looks + 1, link(day, path, "older")
        assert looks < 40
    with day.books() as db:
        rows = db.execute("SELECT seq FROM facts WHERE type IN ('Booted', 'PhonePaired') ORDER BY seq DESC").fetchall()
    assert found[-1] == 1
    assert set(found) <= {seq for (seq,) in rows}
    assert looks > 5


def test_a_day_shows_what_happened_on_it(bench: Bench) -> None:
    """And not what happened on the next; a day on which nothing was says so."""
    with bench.journal() as journal:
        late = stamp(24 * 3_600_000)
        journal.append(late, journal.cycle, [f.SlotOpened(A1, "luz")])
    assert "revisó el espiral A1" in read(bench, "/libros", dia="2026-11-22")
    assert "revisó el espiral A1" not in read(bench, "/libros", dia="2026-11-21")
    assert "Aquí no hay anotaciones" in read(bench, "/libros", dia="2026-11-20")
    assert bench.phone("rosa").get("/libros?dia=0001-01-01&que=nada&antes=99999999999999999999").status_code == 200


def test_one_fact_has_its_accounts_and_its_place_in_the_chain(day: Bench) -> None:
    """Words first, the accounts' own names small, both hashes; and a number opens its page."""
    with day.books() as db:
        seq, link_ = db.execute("SELECT seq, hex(hash) FROM facts WHERE type = 'Sold'").fetchone()
    page = read(day, f"/libros/{seq}")
    assert "$2,80 para Rosa Quishpe" in page
    assert "hold ← maker:rosa" in page
    assert link_.lower() in page.replace(" ", "")
    assert day.phone("rosa").get(f"/libros?n={seq}").headers["location"] == f"/libros/{seq}"
    assert day.phone("rosa").get("/libros/99999").status_code == 404


def test_a_sale_is_followed_from_its_coins_to_its_last_cent(day: Bench) -> None:
    """Four dollars came in, three fifty was the price, fifty went back; three parts are the price; nobody was paid yet."""
    page = read(day, "/libros/venta/1")
    assert "4 × $1 $4,00 Suma $4,00" in page
    assert "esta prenda $3,50 vuelto $0,50 Suma $4,00" in page
    assert "Rosa Quishpe $2,80 el fondo común $0,52 el fondo de la máquina $0,18 Suma $3,50" in page
    assert "Todavía se le debe." in page
    assert page.count("La suma de las partes es el precio") == 1


def test_a_jam_a_twin_and_a_doubt_say_how_they_ended(day: Bench) -> None:
    """What did not fall costs nothing; what may have fallen waits."""
    assert "No salió: no se vendió" in read(day, "/libros/venta/2")
    assert "Vendida" in read(day, "/libros/venta/3")
    doubt = read(day, "/libros/venta/4")
    assert "No se sabe si salió" in doubt
    assert "esta prenda $2,25 vuelto $0,50 por devolver, con código $0,25 Suma $3,00" in doubt
    assert day.phone("rosa").get("/libros/venta/5").status_code == 404


def test_two_pieces_of_one_visit_are_told_apart(bench: Bench) -> None:
    """Ten dollars, a belt and a scarf, the rest back: either sale adds up, and knows of the other."""
    with bench.journal() as journal:
        journal.append(stamp(), journal.cycle, [f.CashMoved(1_000, Account("hopper:25"), Account("safe"), "carmen")])
        till = Till(shop=journal.shop, journal=journal)
        till.tell_all(
            coins(*[100] * 10, mark=10), SlotChosen(A3), ItemDropped(1), SlotChosen(B1), ItemDropped(2), ReturnPressed()
        )
        pays(till, 275)
    bench.sell(A1)
    for number, this, other in ((1, "$5,00", "$2,25"), (2, "$2,25", "$5,00")):
        assert f"esta prenda {this} otra prenda {other} vuelto $2,75 Suma $10,00" in read(
            bench, f"/libros/venta/{number}"
        )


def test_a_part_that_was_paid_names_its_payment(bench: Bench) -> None:
    """Of three sales the first two were paid by two payments, oldest first; the third one is still owed."""
    for _ in range(3):
        bench.sell(A1)
    bench.write(f.CashMoved(2_000, Account("safe"), Account("float:museo"), "carmen"))
    for wish, cents in (("p1", 300), ("p2", 260)):
        assert bench.gateway.decide(PayMaker(ROSA, cents, "carmen", "luz", wish, "safe")).ok
    with bench.books() as db:
        first, second = (seq for (seq,) in db.execute("SELECT seq FROM facts WHERE type = 'MakerPaid' ORDER BY seq"))
    told = [read(bench, f"/libros/venta/{number}") for number in (1, 2, 3)]
    assert [f"Ya se le pagó, en la anotación n.º {seq}." in told[at] for at, seq in ((0, first), (1, second))] == [
        True,
        True,
    ]
    assert "Todavía se le debe." in told[2]


def test_a_sale_that_was_taken_back_says_so(bench: Bench) -> None:
    """And everybody's part was taken off."""
    bench.sell(A1)
    assert bench.gateway.decide(RefundSale(1, "carmen", "se abrió la costura", "coinbox")).ok
    page = read(bench, "/libros/venta/1")
    assert "Vendida y después devuelta" in page
    assert page.count("Se le descontó cuando la venta se devolvió") == 3
    assert "se abrió la costura" in page


def test_a_doubt_that_was_decided_is_shared_like_a_sale(day: Bench) -> None:
    """The coordinator says that it fell: the parts add up to its price."""
    with day.books() as db:
        code = db.execute("SELECT code FROM claims WHERE account = 'doubt'").fetchone()[0]
    assert day.gateway.decide(SettleClaim(code, Verdict.DELIVERED, "carmen", "")).ok
    page = read(day, "/libros/venta/4")
    assert "Vendida" in page
    assert "Suma $2,25 La suma de las partes es el precio" in page


def test_both_sides_of_the_books_have_the_same_sum(day: Bench) -> None:
    """Whose it is and where it lies, as the ledger's own balances have it."""
    page = read(day, "/libros/saldos")
    sums = re.findall(r"Suma (\$[\d.,]+)", page)
    assert len(sums) == 2
    assert sums[0] == sums[1]
    assert "Las dos sumas son iguales" in page
    with day.books() as db:
        coinbox = balances(db)["coinbox"]
    assert f"la caja de monedas ${coinbox // 100},{coinbox % 100:02d}" in page


def test_the_file_is_accepted_by_an_accountants_program(day: Bench, tmp_path: Path) -> None:
    """bean-check finds nothing to complain of, and no code of an open claim is in the file."""
    answer = day.phone("luz").get("/libros/bajar/beancount")
    file = tmp_path / "libros.beancount"
    file.write_text(answer.text)
    checked = run([Path(executable).with_name("bean-check"), file], capture_output=True, text=True)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
    assert "museo-quito.beancount" in answer.headers["content-disposition"]
    with day.books() as db:
        codes = open_codes(db)
    assert len(codes) == 3
    assert not [
        code
        for code in codes
        for form in ("beancount", "hledger")
        if code in day.phone("luz").get(f"/libros/bajar/{form}").text
    ]


def test_the_hledger_file_has_the_same_lines(day: Bench) -> None:
    """Each transaction adds up to nothing, and at the end each account is asserted to hold what the books say."""
    journal = day.phone("luz").get("/libros/bajar/hledger").text
    *posted, asserted = [block for block in journal.split("\n\n") if re.match(r"\d{4}-", block)]
    held: dict[str, int] = {}
    for block in posted:
        lines = re.findall(r"^    (\S+)  (-?)(\d+)\.(\d\d) USD$", block, re.MULTILINE)
        cents = [int(f"{sign}{whole}{part}") for _, sign, whole, part in lines]
        assert len(lines) > 1
        assert sum(cents) == 0
        for (account, *_), each in zip(lines, cents, strict=True):
            held[account] = held.get(account, 0) + each
    claimed = re.findall(r"^    (\S+)  0\.00 USD = (-?)(\d+)\.(\d\d) USD$", asserted, re.MULTILINE)
    assert {account: int(f"{sign}{whole}{part}") for account, sign, whole, part in claimed} == held
    done = minga("export", "hledger", day.folder / "m.journal", "--config", day.folder / "minga.toml")
    assert (done.status, done.err) == (0, "")
    assert (day.folder / "m.journal").read_text().count("\n") == journal.count("\n")


def test_the_lab_knows_people_as_visitors_do(bench: Bench) -> None:
    """By name with a maker's consent, by her workshop without; and members as somebody of the group."""
    bench.sell(B1)
    bench.write(f.SlotOpened(A1, "carmen"))
    bench.write(keeps=[PutMaker(ROSA, "Rosa Quishpe", "", consent=False)])
    page = read(bench, "/libros", "ines")
    assert "para una costurera de Taller Páramo" in page
    assert "Alguien del grupo revisó el espiral A1" in page
    assert "Inti" not in page
    assert "Inti Chimbo" in read(bench, "/libros", "diego")
    assert "Rosa" not in read(bench, "/libros", "ines", que="prendas")
    assert BAG not in page
