"""The receipt on a phone: whole without the machine, silent about everybody who did not agree, closed to whoever guesses."""

import gzip
import re
from html import unescape
from pathlib import Path

import pytest
from fake_controller import IDLE
from fastapi.testclient import TestClient
from sale import HER_WORDS, TAKEN_BACK, meet, token, write
from scenes import AFTER
from still import StillGateway

from admin_web.books import read_token
from admin_web.kiosk.after import thanks
from admin_web.kiosk.house import House
from admin_web.phone.place import HERE
from admin_web.serving import SHARED
from admin_web.words import words
from controller.ledger.connection import open_readonly


def text(page: str) -> str:
    """What stands on a page to be read."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page[page.index("<body") :])).split())


def receipt(phone: TestClient, folder: Path) -> str:
    answer = phone.get(f"/r/{token(folder)}")
    assert answer.status_code == 200
    return answer.text


def test_a_receipt_says_what_was_sold_and_who_got_how_much(phone: TestClient, folder: Path) -> None:
    """The piece, its price of that day though it costs more now, and parts that add up to it, drawn as people and coins."""
    meet(folder)
    page = receipt(phone, folder)
    told = text(page)
    assert "Poncho wawa $5,00" in told
    assert re.findall(r"<b>\$(\d),(\d\d)</b>", page) == [("4", "01"), ("0", "74"), ("0", "25")]
    assert "Inti Chimbo recibe $4,01" in told
    assert re.findall(r'class="figure (\w+)"', page) == ["maker", "people", "machine"]
    assert page.count('cx="') > 20  # twenty coins, and the heads
    assert "sábado, 21 de noviembre de 2026 10:30" in told.replace("\u202f", " ")
    assert "museo-quito · A3" in told


def test_a_receipt_proves_that_it_is_written(phone: TestClient, folder: Path) -> None:
    """The number of its fact, and the beginning of that fact's hash; not enough of it to make the address again."""
    page = text(receipt(phone, folder))
    db = open_readonly(folder / "minga.db")
    seq, link = db.execute("SELECT seq, hash FROM facts WHERE type = 'Sold'").fetchone()
    db.close()
    assert f"Anotación n.º {seq} {' '.join(link.hex()[at : at + 4] for at in (0, 4, 8))} Con este" in page


def test_a_maker_who_agreed_is_met_one_touch_away(phone: TestClient, folder: Path) -> None:
    """Her name, her workshop, her words, and a link to her own page."""
    meet(folder)
    page = receipt(phone, folder)
    assert "Hecho a mano por Inti Chimbo Taller Páramo" in text(page)
    assert HER_WORDS in text(page)
    assert 'href="/de/inti-chimbo"' in page
    assert phone.get("/de/inti-chimbo").status_code == 200


@pytest.mark.parametrize(
    ("workshop", "told"),
    [("Taller Páramo", "Hecho a mano en Taller Páramo"), ("", "Hecho a mano por una costurera")],
    ids=["workshop", "nobody"],
)
def test_nothing_of_a_maker_is_told_without_her_consent(
    phone: TestClient, folder: Path, workshop: str, told: str
) -> None:
    """Not her name, her words, her face, her id or a link: only her workshop, or that a seamstress made it."""
    meet(folder, consent=False, workshop=workshop, photo=f"{'cd' * 16}.webp")
    page = receipt(phone, folder)
    assert told in text(page)
    assert not re.search(r"Chimbo|inti|oveja y|cdcd|/de/", page, re.IGNORECASE)


def test_nothing_of_the_visitor_is_told_or_kept(phone: TestClient, folder: Path) -> None:
    """No coin, no wallet, no cookie; and nobody else may keep the page for her."""
    answer = phone.get(f"/r/{token(folder)}")
    assert "nri-1234" not in answer.text
    assert "set-cookie" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"
    assert "De usted no se guarda nada" in answer.text


def test_a_sale_that_was_taken_back_says_so_at_the_same_address(phone: TestClient, folder: Path) -> None:
    """What happened, what happens to the money, who to ask; neither who took it back nor why."""
    before = token(folder)
    assert "se devolvió" not in phone.get(f"/r/{before}").text
    write(folder, TAKEN_BACK)
    page = text(phone.get(f"/r/{before}").text)
    assert "Esta venta se devolvió Los $5,00 se le devolvieron" in page
    assert "muestre este recibo" in page
    assert "carmen" not in page
    assert "costura" not in page


def test_a_receipt_stands_while_the_controller_does_not(phone: TestClient, folder: Path, gateway: StillGateway) -> None:
    """It is drawn from the books alone."""
    meet(folder)
    gateway.see(None)
    assert "Inti Chimbo recibe" in text(receipt(phone, folder))


@pytest.mark.parametrize(
    "asked",
    ["7", "7-", "7-aaaaaaaaaaaaaaaa", "1-aaaaaaaaaaaaaaaa", "17", "..%2f..%2fminga.db", "' OR 1=1 --", "9" * 400],
)
def test_whoever_guesses_learns_nothing(phone: TestClient, folder: Path, asked: str) -> None:
    """Every wrong address is answered alike, whether or not a fact of that number is there."""
    answer = phone.get(f"/r/{asked}")
    assert answer.status_code == 404
    assert answer.text == phone.get("/r/nothing-like-a-token").text
    assert "poncho" not in answer.text.lower()


def test_books_that_cannot_be_read_ask_for_patience(phone: TestClient, folder: Path) -> None:
    """No traceback: a moment, please."""
    asked = token(folder)
    (folder / "minga.db").rename(folder / "elsewhere.db")
    answer = phone.get(f"/r/{asked}")
    assert answer.status_code == 500
    assert "Un momento" in answer.text


def test_a_receipt_speaks_the_phones_language(phone: TestClient, folder: Path) -> None:
    """English for a phone that asks for it, with the amounts of its own country; Kichwa falls back to Spanish dates."""
    asked = f"/r/{token(folder)}"
    english = text(phone.get(asked, headers={"accept-language": "en-GB,en"}).text)
    assert "Where your money went" in english
    assert "$4.01" in english
    assert "Saturday, November 21, 2026" in english
    assert "21 de noviembre" in phone.get(asked, headers={"accept-language": "qu"}).text


def test_words_of_makers_cannot_become_code(phone: TestClient, folder: Path) -> None:
    """A name with a tag in it is shown as text, here and on her own page."""
    meet(folder, name="Inti <script>alert(1)</script>", words="<img src=x>")
    for page in (receipt(phone, folder), phone.get("/de/inti-script-alert-1-script").text):
        assert "&lt;script&gt;alert(1)" in page
        assert not re.search(r"<script>alert|<img src=x", page)


def test_the_pages_are_light_and_need_no_script(phone: TestClient, folder: Path) -> None:
    """Page and style sheets are under 60 KB compressed without photos; no script, no inline style, no other host."""
    meet(folder)
    for path in (f"/r/{token(folder)}", "/de/inti-chimbo"):
        page = phone.get(path).text
        sheets = [re.sub(r"\?.*", "", sheet) for sheet in re.findall(r'rel="stylesheet" href="(/static/[^"]+)"', page)]
        files = [next(f for f in (HERE, SHARED) if (f / sheet[1:]).is_file()) / sheet[1:] for sheet in sheets]
        assert len(files) == 3
        assert sum(len(gzip.compress(body)) for body in (page.encode(), *(f.read_bytes() for f in files))) <= 60_000
        assert not re.search(r"\sstyle=|<style|\son\w+=|<script", page)
        assert all(address.startswith("/") for address in re.findall(r'\s(?:src|href|action)="([^"#]+)"', page))


def test_the_thanks_do_without_a_code_when_the_books_cannot_be_read(folder: Path) -> None:
    """The same token for the screen as in the books; without books, or without such a sale, none and no error."""
    assert read_token(folder / "minga.db", 17) == token(folder)
    assert read_token(folder / "minga.db", 18) == ""
    assert read_token(folder / "nowhere.db", 17) == ""


def test_the_kiosk_shows_a_code_only_where_phones_reach_the_machine(gateway: StillGateway) -> None:
    """No address in the configuration, or no token yet: the thanks are as they were."""
    reached, alone = House(phones="http://minga.local:8081"), House()
    told = [
        thanks(AFTER, gateway.names, words("es"), house, 0, said)
        for house, said in ((reached, "41-abcdefghijklmnop"), (reached, ""), (alone, "41-abcdefghijklmnop"))
    ]
    assert [bool(one and one.receipt) for one in told] == [True, False, False]
    assert IDLE.notice is None
    assert thanks(IDLE, gateway.names, words("es"), reached, 0, "41-abcdefghijklmnop") is None
