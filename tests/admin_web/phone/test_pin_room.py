"""The PIN of a paired phone, and a phone that is lost: what is shut at once, and what somebody at the machine can undo."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from phone_bench import PIN, Bench, opened

from admin_web.phone.door import KEY, OPENING
from admin_web.phone.porter import Porter
from controller.domain import facts as f
from controller.domain.membership import PutMember, RevokePhone
from controller.ledger.backup import back_up
from controller.ledger.connection import open_readonly

WRONG = {"pin": "000007", "next": "/"}


def name_of(bench: Bench, member: str) -> str:
    """Her only phone, as the books call it."""
    (name,) = [phone for phone, hers in bench.shop.assembly.phones.items() if hers == member]
    return name


# The PIN


def test_the_right_pin_leads_on_and_holds_for_a_short_while(bench: Bench) -> None:
    """By a cookie that no script reads, no other site sends, and that ends in ten minutes."""
    carmen = bench.phone("carmen")
    sent = carmen.post("/clave", data={"pin": PIN, "next": "/clave"})
    assert sent.headers["location"] == "/clave"
    cookie = sent.headers["set-cookie"]
    assert cookie.startswith(f"{OPENING}=")
    assert "HttpOnly; Max-Age=600; Path=/; SameSite=strict" in cookie
    assert bench.phonebook.is_open(name_of(bench, "carmen"), carmen.cookies[OPENING])


def test_a_wrong_pin_is_told_and_the_fifth_says_how_long_to_wait(bench: Bench) -> None:
    """In words, and that the machine goes on selling; the right one has to wait too, and other phones do not."""
    carmen, rosa = bench.phone("carmen"), bench.phone("rosa")
    for _ in range(4):
        sent = carmen.post("/clave", data=WRONG)
        assert "Esa no es la clave" in carmen.get(sent.headers["location"]).text
    waits = carmen.get(carmen.post("/clave", data=WRONG).headers["location"]).text
    assert "Demasiados intentos. Espere 1 min" in waits.replace("\xa0", " ")
    assert "wait=" in carmen.post("/clave", data={"pin": PIN}).headers["location"]
    assert rosa.post("/clave", data={"pin": PIN}).headers["location"] == "/"


@pytest.mark.parametrize(
    "next_", ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "", "/ñ", "\t//x"]
)
def test_a_pin_leads_to_a_page_of_ours_and_nowhere_else(bench: Bench, next_: str) -> None:
    """Whatever stands in the link that somebody sent her."""
    rosa = bench.phone("rosa")
    assert rosa.post("/clave", data={"pin": PIN, "next": next_}).headers["location"] == "/"
    assert 'name="next" value="/"' in rosa.get("/clave", params={"next": next_}).text


def test_nonsense_in_the_address_is_no_page(bench: Bench) -> None:
    """Neither an English error in JSON nor a fault of ours."""
    rosa = bench.phone("rosa")
    assert rosa.get("/clave?wait=9999999999999999999999").status_code == 200
    for nonsense in ("wait=soon", "wrong=perhaps"):
        answer = rosa.get(f"/clave?{nonsense}")
        assert (answer.status_code, "Esta página no existe" in answer.text) == (404, True)


def test_a_phone_may_be_opened_only_by_its_own_opening(bench: Bench) -> None:
    """Carmen's fresh PIN is worth nothing on Rosa's phone."""
    carmen = bench.phone("carmen", opened=True)
    bench.phone("rosa")
    assert bench.phonebook.is_open(name_of(bench, "carmen"), carmen.cookies[OPENING])
    assert not bench.phonebook.is_open(name_of(bench, "rosa"), carmen.cookies[OPENING])


def test_hundreds_of_guesses_from_strange_phones_keep_nobody_out(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """With keys of nobody, from one address: none gets in; Rosa and Carmen, at the same address, are not slowed down."""
    monkeypatch.setattr(bench.here.pace, "_now_s", lambda: 0.0)
    carmen, stranger = bench.phone("carmen"), bench.visitor()
    answers: set[tuple[int, str]] = set()
    for guess in range(300):
        stranger.cookies.set(KEY, f"key-{guess}", "minga.local")
        sent = stranger.post("/clave", data={"pin": f"{guess:06d}"})
        answers.add((sent.status_code, sent.headers.get("location", "")))
    assert answers == {(303, "/entrar"), (429, "")}
    assert carmen.post("/clave", data={"pin": PIN}).headers["location"] == "/"
    code, hers = bench.gateway.press_service(), bench.visitor()
    assert hers.get(f"/e/{code}").status_code == 200
    assert bench.visitor().get("/entrar").status_code == 429
    assert "Muy seguido" in bench.visitor().get("/entrar").text


# A phone that is lost


def test_a_revoked_phone_is_out_at_once_with_all_it_had(bench: Bench) -> None:
    """Its key and its fresh PIN: the next page already is not hers."""
    rosa, carmen = bench.phone("rosa", opened=True), bench.phone("carmen")
    assert rosa.get("/").status_code == 200
    assert bench.gateway.decide(RevokePhone(name_of(bench, "rosa"), "carmen")).ok
    for path in ("/", "/clave"):
        assert rosa.get(path).headers["location"] == "/entrar"
    assert rosa.post("/clave", data={"pin": PIN}).headers["location"] == "/entrar"
    assert carmen.get("/").status_code == 200


def test_whoever_has_no_role_any_more_is_out_at_once(bench: Bench) -> None:
    """Her phone is still hers in the books, and opens nothing."""
    rosa = bench.phone("rosa")
    assert bench.gateway.decide(PutMember("rosa", (), "asamblea")).ok
    assert rosa.get("/").headers["location"] == "/entrar"


def test_books_that_cannot_be_read_let_nobody_in_and_forget_nobody(bench: Bench) -> None:
    """While the database is away a key opens nothing; when it is back, all is as before."""
    rosa, books = bench.phone("rosa"), bench.folder / "minga.db"
    books.rename(bench.folder / "away.db")
    assert rosa.get("/").headers["location"] == "/entrar"
    Porter(bench.here).sweep()
    (bench.folder / "away.db").rename(books)
    assert rosa.get("/").status_code == 200


def test_older_books_put_back_let_no_lost_phone_in_again(bench: Bench, tmp_path: Path) -> None:
    """Rosa's phone was lost after the backup: the books that come back call it hers, but its key is gone for good."""
    rosa, luz = bench.phone("rosa"), bench.phone("luz")
    older = tmp_path / "older.db"
    with bench.books() as db, closing(sqlite3.connect(older)) as copy:
        db.backup(copy)
    bench.gateway.decide(RevokePhone(name_of(bench, "rosa"), "carmen"))
    Porter(bench.here).sweep()
    with closing(sqlite3.connect(older)) as copy, closing(sqlite3.connect(bench.folder / "minga.db")) as db:
        copy.backup(db)
    assert "rosa" in bench.shop.assembly.phones.values()
    assert rosa.get("/").headers["location"] == "/entrar"
    assert luz.get("/").status_code == 200


def test_books_from_before_a_phone_was_bound_do_not_let_it_in(bench: Bench, tmp_path: Path) -> None:
    """It has a key, but the books do not know whose it is."""
    older = tmp_path / "older.db"
    with bench.books() as db, closing(sqlite3.connect(older)) as copy:
        db.backup(copy)
    rosa = bench.phone("rosa")
    assert rosa.get("/").status_code == 200
    with closing(sqlite3.connect(older)) as copy, closing(sqlite3.connect(bench.folder / "minga.db")) as db:
        copy.backup(db)
    assert rosa.get("/").headers["location"] == "/entrar"


def test_no_secret_of_a_phone_is_in_a_backup(bench: Bench, tmp_path: Path) -> None:
    """Neither the pepper, nor any PIN's hash, nor the book of phones: whoever finds the stick has none of it."""
    bench.phone("rosa", opened=True)
    stick = tmp_path / "stick"
    stick.mkdir()
    back_up(bench.folder / "minga.db", stick, "museo-quito", 0)
    kept = b"".join(file.read_bytes() for file in stick.iterdir())
    assert b"PhonePaired" in kept
    assert (bench.folder / "phones.key").read_bytes() not in kept
    assert b"argon2" not in kept
    assert {file.suffix for file in stick.iterdir()} == {".db", ".json"}
    with closing(open_readonly(next(stick.glob("*.db")))) as db:
        assert not {"openings", "phones"} & {name for (name,) in db.execute("SELECT name FROM sqlite_schema")}


# At the machine


def test_the_service_button_ends_every_wait(bench: Bench) -> None:
    """Once a press: the code that stays on the screen clears nothing a second time."""
    carmen, porter = bench.phone("carmen"), Porter(bench.here)
    for _ in range(5):
        carmen.post("/clave", data=WRONG)
    porter.look()
    assert "wait=" in carmen.post("/clave", data={"pin": PIN}).headers["location"]
    bench.gateway.press_service()
    porter.look()
    assert carmen.post("/clave", data={"pin": PIN}).headers["location"] == "/"
    for _ in range(5):
        carmen.post("/clave", data=WRONG)
    porter.look()
    assert "wait=" in carmen.post("/clave", data={"pin": PIN}).headers["location"]


def test_the_porter_looks_at_every_picture_and_ends_with_the_process(bench: Bench) -> None:
    """A press while nobody asks for a page; then the gateway closes, and he goes."""

    async def shift() -> None:
        watching = asyncio.create_task(Porter(bench.here).watch())
        await asyncio.sleep(0)
        bench.gateway.press_service()
        bench.gateway._wake()
        while bench.phonebook.open(name, WRONG["pin"]).wait_s:  # type: ignore[union-attr]
            await asyncio.sleep(0.01)
        bench.gateway.close()
        await asyncio.wait_for(watching, 10)

    bench.write(f.PhonePaired(1, "carmen", name := "carmen0001"))
    bench.phonebook.bind(name, bench.phonebook.hashed(name, PIN))
    while not bench.phonebook.open(name, WRONG["pin"]).wait_s:  # type: ignore[union-attr]
        pass
    asyncio.run(shift())


def test_an_https_address_keeps_the_cookies_for_it(tmp_path: Path) -> None:
    """Secure, so that no plain request ever brings them along; forms of that origin are ours though TLS ends before us."""
    with opened(tmp_path, address="https://minga.local") as bench:
        carmen = bench.phone("carmen")
        sent = carmen.post("/clave", data={"pin": PIN}, headers={"origin": "https://minga.local"})
        assert "; Secure" in sent.headers["set-cookie"]
        assert "; Secure" in carmen.get("/").headers["set-cookie"]
