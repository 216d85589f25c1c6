"""A maker's home: what she is owed, what was sold, what lies in her spirals; and doors for whatever else somebody does."""

import re
from datetime import date, datetime

import pytest
from builders import A1, A2, A3, BAG, BELT, ROSA
from fastapi.testclient import TestClient
from jinja2 import ChoiceLoader, DictLoader
from phone_bench import Bench

from admin_web.phone import home
from admin_web.phone.drawn import _pages
from admin_web.phone.home import Notice, open_to
from admin_web.phone.moments import told
from admin_web.words import words
from controller.domain import facts as f
from controller.domain.assembly import Role
from controller.domain.catalog import Account, Closed, ProductId, Share
from controller.domain.stocking import PutProduct

SHARED = (Share(Account("maker:rosa"), 280), Share(Account("fund:comun"), 53), Share(Account("fund:maquina"), 17))


def text(page: str) -> str:
    """What a person reads of it, in one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def seen(phone: TestClient, path: str = "/") -> str:
    answer = phone.get(path)
    assert answer.status_code == 200, answer.text
    return text(answer.text)


def test_what_she_is_owed_stands_there_at_once(bench: Bench) -> None:
    """Two bags at $2.80 for her: $5,60, as a five, a fifty, a ten; nobody else's money."""
    bench.sell(A1)
    bench.sell(A2)
    bench.sell(A3)
    page = bench.phone("rosa").get("/").text
    assert "Le debemos $5,60" in text(page)
    table = page[page.index("owed") : page.index('aria-labelledby="news"')]
    assert re.findall(r"<text[^>]*>([^<]+)</text>", table) == ["$5", "50¢", "10¢"]
    assert "$4,00" not in page


def test_the_newest_comes_first_with_her_part_of_it(bench: Bench) -> None:
    """What was sold, when, and what she got of it; a refund and a payment are called so, and taken off."""
    bench.sell(A1)
    paid = f.MakerPaid(ROSA, 100, "coinbox", "carmen", "luz", "p-1")
    bench.write(f.SaleRefunded(1, 350, SHARED, "coinbox", "carmen", "rota"), paid)
    page = seen(bench.phone("rosa"))
    assert re.search(
        r"Se le pagó hoy 10:30 −\s*\$1,00 .*Se devolvió: Bolso de retazos hoy 10:30 −\s*\$2,80 .*"
        r"Bolso de retazos hoy 10:30 \$2,80",
        page,
    ), page
    assert "Se descontará de sus próximas ventas $1,00" in page


@pytest.mark.parametrize(
    ("at", "told_es", "told_en"),
    [
        ("2026-11-21 11:20", "hoy 11:20", "today 11:20"),
        ("2026-11-20 16:05", "ayer 16:05", "yesterday 16:05"),
        ("2026-11-13 09:00", "vie 13 nov 09:00", "Fri, Nov 13 09:00"),
        ("2025-12-31 09:00", "31 dic 2025 09:00", "Dec 31, 2025 09:00"),
        ("", "", ""),
    ],
)
def test_a_moment_is_told_as_people_tell_it(at: str, told_es: str, told_en: str) -> None:
    """On 21 November 2026, in her language."""
    day, moment = date(2026, 11, 21), datetime.fromisoformat(at) if at else None
    assert told(moment, day, words("es")).replace(",", "") == told_es
    assert told(moment, day, words("en")) == told_en


def test_only_her_own_spirals_stand_there(bench: Bench) -> None:
    """Rosa's A1 and A2, as the books have them; Luz's belt is not on the page."""
    page = bench.phone("rosa").get("/").text
    assert re.findall(r'id="slot-(\w+)"', page) == ["A1", "A2"]
    assert text(page).count("5 de 8") == 2
    assert "Chumpi" not in page


def test_what_is_low_sold_out_or_jammed_is_said_and_led_to(bench: Bench) -> None:
    """Two of eight are few, none is sold out, a jam needs a person; five of eight need nobody."""
    phone = bench.phone("rosa")
    assert "Espirales que necesitan" not in phone.get("/").text
    bench.write(f.SlotCounted(A1, 5, 2, "rosa"), f.SlotCounted(A2, 5, 0, "rosa"))
    page = phone.get("/").text
    assert re.findall(r'class="chip ([\w-]+)" href="#slot-(\w+)"', page) == [("low", "A1"), ("sold-out", "A2")]
    assert "A1 Quedan pocas A2 Agotado" in text(page)
    bench.write(f.SlotClosed(A1, Closed.JAMMED))
    assert "A1 En pausa: hay que revisarlo" in seen(phone)


def test_a_piece_that_lies_nowhere_asks_for_a_place(bench: Bench) -> None:
    """It stands on her home with the way to a spiral."""
    purse = ProductId("monedero")
    bench.write(f.ProductSet(purse, ROSA, 150), keeps=[PutProduct(purse, ROSA, "Monedero", 150)])
    page = bench.phone("rosa").get("/").text
    assert "Monedero No está en la máquina" in text(page)
    assert 'href="/puesto/monedero"' in page
    assert "monedero" not in bench.phone("luz").get("/").text


def test_everybody_finds_the_doors_of_what_she_does(bench: Bench) -> None:
    """The room's own door says to whom its card is shown, so a card never leads to a closed door."""
    bench.write(f.RolesSet("luz", ("coordinator", "maker"), "asamblea"))
    for member in ("rosa", "luz", "carmen", "diego", "ines"):
        phone = bench.phone(member, opened=True)
        cards = re.findall(r'class="card door" href="([^"]+)"', phone.get("/").text)
        answers = {path: phone.get(path) for path in cards}
        assert all(answer.status_code in (200, 303) for answer in answers.values()), member
        assert "/entrar" not in {answer.headers.get("location") for answer in answers.values()}
        assert ("/prenda/nueva" in cards) == (member in ("rosa", "luz"))
    assert open_to(bench.app, frozenset({Role.COORDINATOR})) != open_to(bench.app, frozenset({Role.MAKER}))


def test_another_room_can_say_something_on_a_home(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above everything else, by its own template and values; a room with nothing to say leaves nothing."""
    fragment = DictLoader({"turn.html": "<p>{{ notice.values.whose }} abre el domingo</p>"})
    monkeypatch.setattr(_pages, "loader", ChoiceLoader([fragment, _pages.loader]))
    monkeypatch.setattr(home, "NOTICES", [lambda _: None, lambda _: Notice("turn.html", {"whose": "<Rosa>"})])
    page = bench.phone("rosa").get("/").text
    assert page.index("&lt;Rosa&gt; abre el domingo") < page.index("Le debemos")


def test_a_home_says_when_the_machine_is_silent(bench: Bench) -> None:
    """What the books say stays readable; its age stands above it."""
    phone = bench.phone("rosa")
    bench.gateway.now_s += 12
    page = seen(phone)
    assert "desde hace 12 s" in page
    assert "5 de 8" in page


def test_words_of_makers_cannot_become_code(bench: Bench) -> None:
    """A product's name with a tag in it is text in every room of hers."""
    hostile = PutProduct(BAG, ROSA, "Bolso <script>alert(1)</script>", 350)
    bench.write(keeps=[hostile])
    phone = bench.phone("rosa")
    for path in (
        "/",
        "/espiral/A1",
        "/contar",
        f"/precio/{BAG}",
        f"/justo/{BAG}",
        f"/puesto/{BAG}",
        f"/prenda/{BAG}/foto",
    ):
        page = phone.get(path).text
        assert "<script>alert" not in page, path
    assert "&lt;script&gt;alert(1)" in phone.get("/").text


# Whose what is


OTHERS = (
    ("GET", f"/precio/{BELT}", {}),
    ("POST", f"/precio/{BELT}", {"cents": "5"}),
    ("GET", f"/justo/{BELT}", {}),
    ("POST", f"/justo/{BELT}", {"cents": "5", "materials": "1", "minutes": "1"}),
    ("GET", f"/prenda/{BELT}/foto", {}),
    ("POST", f"/prenda/{BELT}/foto", {}),
    ("GET", "/espiral/A3", {}),
    ("POST", "/surtir", {"slot": "A3", "before": "5", "after": "0"}),
    ("POST", "/deshacer", {"slot": "A3", "seq": "1"}),
    ("GET", f"/puesto/{BELT}", {}),
    ("POST", f"/puesto/{BELT}", {"slot": "B4", "capacity": "6"}),
)


@pytest.mark.parametrize(("method", "path", "said"), OTHERS, ids=[f"{how} {path}" for how, path, _ in OTHERS])
def test_what_is_anothers_cannot_be_touched(bench: Bench, method: str, path: str, said: dict[str, str]) -> None:
    """Rosa's phone finds every door to what is Luz's shut, and the machine is asked for nothing."""
    answer = bench.phone("rosa").request(method, path, data=said)
    assert answer.status_code == 403
    assert bench.gateway.asked == []


@pytest.mark.parametrize("path", ["/precio/nada", "/justo/nada", "/espiral/B4", "/puesto/nada", "/prenda/nada/foto"])
def test_what_is_not_there_is_not_there(bench: Bench, path: str) -> None:
    """404, and no traceback."""
    assert bench.phone("rosa").get(path).status_code == 404
