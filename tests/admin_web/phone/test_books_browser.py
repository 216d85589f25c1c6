"""The open books in a real Chromium: touches, no scripts, how pages look; and a phone that reckons the chain by itself."""

import gzip
import hashlib
import random
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import IN_A_BROWSER
from builders import A1, A3, ROSA, a_busy_day, stamp
from hand_held import Hand, held
from phone_bench import Bench, opened, served
from playwright.sync_api import Browser
from wide import once

from controller.domain import facts as f
from controller.domain.chain import GENESIS, HASHED, chain
from controller.domain.facts import Verdict
from controller.domain.treasury import SettleClaim

pytestmark = IN_A_BROWSER
PAGES = (
    *("/libros", "/libros?que=dinero&dia=2026-11-21", "/libros?despues=1", "/libros/26", "/libros/saldos"),
    *("/libros/venta/1", "/libros/venta/2", "/libros/venta/4", "/libros/cadena"),
)
VECTORS = (b"", b"abc", b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", b"a" * 1_000_000)
"""FIPS 180-4's own examples; what they come to, hashlib says."""
HASHES = """async ([source, messages]) => {
  const { sha256 } = await import(source);
  return messages.map((text) => [...sha256(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)))]);
}"""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[tuple[Bench, str]]:
    """One of everything, two sales since, and Rosa was paid."""
    with opened(tmp_path) as bench, served(bench.app) as url:
        with bench.journal() as journal:
            a_busy_day(journal)
        bench.write(f.MakerPaid(ROSA, 280, "coinbox", "carmen", "luz", "pago-7"))
        bench.sell(A3)
        yield bench, url


@pytest.fixture
def hand(house: tuple[Bench, str], browser: Browser) -> Iterator[Hand]:
    """Rosa's phone."""
    with held(browser, house[1], house[0].keys("rosa")) as hand:
        yield hand


def answered(hand: Hand, button: str) -> str:
    """What the phone says after this button."""
    hand.page.locator("#result").evaluate("element => element.replaceChildren()")
    hand.touches(button, answered=False)
    hand.page.wait_for_selector("#working", state="hidden", timeout=30_000)
    hand.page.wait_for_selector("#result p", timeout=30_000)
    return hand.page.inner_text("#result")


def broken(folder: Path, *statements: str) -> sqlite3.Connection:
    """Somebody with the card in another computer: triggers gone, and these done."""
    db = sqlite3.connect(folder / "minga.db", isolation_level=None)
    for trigger in ("facts_stay", "facts_remain"):
        db.execute(f"DROP TRIGGER IF EXISTS {trigger}")
    for statement in statements:
        db.execute(statement)
    return db


@pytest.mark.parametrize("scripts", once(True, False), ids=["scripts", "no scripts"])
def test_every_fact_is_one_touch_away_and_a_sale_two(house: tuple[Bench, str], browser: Browser, scripts: bool) -> None:
    """From her home: the books are one; the way of the newest sale is one more; its sums stand there."""
    with held(browser, house[1], house[0].keys("rosa"), java_script_enabled=scripts) as hand:
        hand.goes("/")
        hand.touches("a[href='/libros']")
        assert hand.count == 1
        assert hand.page.locator(".fact").count() == 12
        hand.touches("a[href^='/libros/venta/']")
        assert hand.count == 2
        assert "La suma de las partes es el precio" in hand.page.inner_text("main")
        hand.goes("/libros")
        hand.touches("#older")
        hand.touches("#newer")
        hand.touches("summary", answered=False)
        hand.touches("a[href='/libros?que=ventas']")
        assert set(hand.page.locator(".fact").evaluate_all("all => all.map((one) => one.classList[2])")) == {"ventas"}


@pytest.mark.wide
@pytest.mark.parametrize(("width", "language"), [(360, "es-EC"), (320, "en-US")])
def test_every_page_fits_and_can_be_read(house: tuple[Bench, str], browser: Browser, width: int, language: str) -> None:
    """Nothing sticks out, targets are 56 px and more, axe finds nothing, no other computer is asked."""
    keys = house[0].keys("rosa")
    with held(browser, house[1], keys, width, extra_http_headers={"accept-language": language}) as hand:
        for path in PAGES:
            hand.goes(path)
            assert hand.faults() == [], path
        assert answered(hand, "#verify")
        hand.page.click("#more summary")
        assert hand.faults() == []


@pytest.mark.wide
def test_twice_as_large_on_a_narrow_screen(house: tuple[Bench, str], browser: Browser) -> None:
    """200 % on 320 px leaves 160 px: everything is reached by scrolling down alone."""
    with held(browser, house[1], house[0].keys("rosa"), 160, 370, device_scale_factor=2) as hand:
        for path in PAGES:
            hand.goes(path)
            assert hand.page.evaluate("document.documentElement.scrollWidth") <= 160, path


def test_the_pages_are_light(house: tuple[Bench, str]) -> None:
    """Each page with its sheets and scripts under 60 KB compressed; no inline style or script in any."""
    phone = house[0].phone("rosa")
    for path in PAGES:
        page = phone.get(path)
        linked = [part.split('"')[0].split("?")[0] for part in page.text.split('"/static/')[1:]]
        linked += ["sha256.js"] if "chain.js" in linked else []
        files = [phone.get(f"/static/{name}").content for name in linked]
        assert sum(len(gzip.compress(body)) for body in (page.content, *files)) <= 60_000, path
        assert " style=" not in page.text
        assert "<script>" not in page.text


def test_without_scripts_the_head_can_still_be_compared(house: tuple[Bench, str], browser: Browser) -> None:
    """Its number, drawing, words and hash; a word on why there is no button; nothing that does nothing."""
    with held(browser, house[1], house[0].keys("rosa"), java_script_enabled=False) as hand:
        hand.goes("/libros/cadena")
        assert re.search(r"[0-9a-f]{4} [0-9a-f]{4} [0-9a-f]{4}", hand.page.inner_text(".seal"))
        assert "Este navegador no puede hacer la cuenta" in hand.page.inner_text("#check")
        assert hand.page.locator("#check button:visible").count() == 0
        hand.touches("details:not(#more) summary", answered=False)
        assert len(hand.page.inner_text("details .hash").replace(" ", "")) == 64


def test_the_phone_s_own_sha_256_is_sha_256(hand: Hand) -> None:
    """The standard's examples, every length around a block's edges, and random bytes: all as hashlib has them."""
    import base64

    chance = random.Random(20_261_103)
    messages = [*VECTORS, *(bytes([length & 255]) * length for length in range(52, 132))]
    messages += [chance.randbytes(chance.randrange(3_000)) for _ in range(200)]
    hand.goes("/libros/cadena")
    told = [base64.b64encode(message).decode() for message in messages]
    found = hand.page.evaluate(HASHES, [f"{hand.url}/static/sha256.js", told])
    assert [bytes(digest) for digest in found] == [hashlib.sha256(message).digest() for message in messages]


def test_a_phone_checks_remembers_and_checks_again(house: tuple[Bench, str], hand: Hand) -> None:
    """First all facts; after a sale what it knew is found unchanged, or, of long books, inside of what is new."""
    bench, _ = house
    hand.goes("/libros/cadena")
    assert "todavía no comprobó" in hand.page.inner_text("#seen")
    assert "la huella sale igual" in answered(hand, "#verify")
    assert hand.count == 1
    assert "hasta la anotación" in hand.page.inner_text("#seen")
    bench.sell(A3)
    hand.goes("/libros/cadena")
    assert "ha cambiado: lo leyó otra vez" in answered(hand, "#verify")
    bench.sell(A1)
    hand.goes("/libros/cadena")
    hand.page.eval_on_selector("#check", "element => element.dataset.whole = 0")
    assert "sigue dentro del libro" in answered(hand, "#verify")
    hand.page.click("#more summary")
    assert "lo leyó otra vez" in answered(hand, "#first")


def test_a_fact_that_was_changed_is_found_by_its_number(house: tuple[Bench, str], hand: Hand) -> None:
    """One cent more in an old sale, on the card: the phone says which entry does not follow, and what to do."""
    broken(
        house[0].folder,
        "UPDATE facts SET body = replace(body, '\"price_cents\":350', '\"price_cents\":351') WHERE seq = 26",
    ).close()
    hand.goes("/libros/cadena")
    said = answered(hand, "#verify")
    assert "La anotación n.º 26 no se sigue" in said
    assert "llévelo a la asamblea" in said
    assert "bad" in (hand.page.get_attribute("#result", "class") or "")
    assert "todavía no comprobó" in hand.page.inner_text("#seen")


def test_books_that_were_written_anew_are_found_by_what_the_phone_remembers(
    house: tuple[Bench, str], hand: Hand
) -> None:
    """A card whose whole chain was reckoned again after a change fits together; but not with what this phone has seen."""
    hand.goes("/libros/cadena")
    assert "la huella sale igual" in answered(hand, "#verify")
    db = broken(house[0].folder, "UPDATE facts SET body = replace(body, ':280', ':279') WHERE seq = 26")
    head = GENESIS
    for *row, _ in db.execute(f"SELECT {HASHED}, hash FROM facts ORDER BY seq").fetchall():
        link = chain(head, tuple(row))
        db.execute("UPDATE facts SET prev = ?, hash = ? WHERE seq = ?", (head, link, row[1]))
        head = link
    db.close()
    house[0].write(f.SlotOpened(A1, "luz"))
    hand.goes("/libros/cadena")
    assert "ya no está así en el libro" in answered(hand, "#verify")
    hand.page.eval_on_selector("#check", "element => element.dataset.whole = 0")
    assert "No calza" in answered(hand, "#verify")


@pytest.mark.wide
def test_books_that_are_shorter_than_they_were_are_found(house: tuple[Bench, str], hand: Hand) -> None:
    """After a restore of an older card the phone knows more than the machine; it forgets only when it is told to."""
    house[0].write(f.SlotOpened(A1, "luz"))
    hand.goes("/libros/cadena")
    answered(hand, "#verify")
    broken(house[0].folder, "DELETE FROM facts WHERE seq = (SELECT max(seq) FROM facts)").close()
    hand.goes("/libros/cadena")
    assert "El libro es más corto que antes" in answered(hand, "#verify")
    hand.page.click("#more summary")
    hand.touches("#forget", answered=False)
    assert "todavía no comprobó" in hand.page.inner_text("#seen")


@pytest.mark.wide
def test_what_was_covered_is_reckoned_once_it_is_shown(house: tuple[Bench, str], hand: Hand) -> None:
    """A fact with an open code is skipped and remembered; decided, it is checked; changed meanwhile, it is found."""
    bench, _ = house
    hand.goes("/libros/cadena")
    assert "todavía puede cobrar: 3" in answered(hand, "#verify")
    with bench.books() as db:
        seq, code = db.execute("SELECT seq, code FROM claims WHERE account = 'doubt'").fetchone()
    assert bench.gateway.decide(SettleClaim(code, Verdict.BY_HAND, "carmen", "")).ok
    hand.goes("/libros/cadena")
    hand.page.eval_on_selector("#check", "element => element.dataset.whole = 0")
    assert "todavía puede cobrar: 2" in answered(hand, "#verify")
    with bench.books() as db:
        seq, code = db.execute("SELECT seq, code FROM claims WHERE account = 'claims'").fetchone()
    broken(bench.folder, f"UPDATE facts SET body = replace(body, ':25', ':26') WHERE seq = {seq}").close()
    assert bench.gateway.decide(SettleClaim(code, Verdict.REFUNDED, "carmen", "coinbox")).ok
    hand.goes("/libros/cadena")
    hand.page.eval_on_selector("#check", "element => element.dataset.whole = 0")
    assert f"La anotación n.º {seq} no se sigue" in answered(hand, "#verify")


@pytest.mark.wide
def test_a_check_that_is_cut_off_goes_on_where_it_was(house: tuple[Bench, str], hand: Hand) -> None:
    """The machine stops answering in the middle of a long book: nothing is claimed, and nothing is reckoned twice."""
    bench, _ = house
    with bench.journal() as journal:
        journal.append(stamp(), journal.cycle, [f.SlotOpened(A1, "luz")] * 2_500)
    hand.goes("/libros/cadena")
    asked: list[str] = []
    hand.page.on("request", lambda sent: asked.append(sent.url.rpartition("/")[2]) if "/cadena/" in sent.url else None)
    hand.page.route("**/libros/cadena/2001", lambda route: route.abort())
    assert "no contestó" in answered(hand, "#verify")
    assert asked == ["1", "1001", "2001"]
    hand.wrong.clear()
    hand.page.unroute("**/libros/cadena/2001")
    asked.clear()
    said = answered(hand, "#verify")
    assert "la huella sale igual" in said
    assert "todavía puede cobrar: 3" in said
    assert asked == ["2001"]
