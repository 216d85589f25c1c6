"""A phone comes in: who may read the code, what it says, who confirms, and everything that is not enough to get a key."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient
from phone_bench import ADDRESS, HERS, Bench

from admin_web.mark import mark
from admin_web.phone.door import KEY
from admin_web.phone.entering import COOKIE, Threshold, is_weak
from admin_web.phone.phonebook import Wrong
from controller.domain.assembly import PHONE
from controller.domain.pairing import OPEN_MS, PhoneClaims, PhoneConfirmed


def claims(bench: Bench) -> list[PhoneClaims]:
    return [ask for ask in bench.gateway.asked if isinstance(ask, PhoneClaims)]


def chooses(phone: TestClient, code: str, member: str = "rosa", pin: str = "739164") -> None:
    """She scans, touches her picture and writes her PIN; now the page waits for the machine."""
    assert phone.get(f"/e/{code}").status_code == 200
    assert phone.post(f"/e/{code}/quien", data={"member": member}).headers["location"] == f"/e/{code}/clave"
    assert phone.post(f"/e/{code}/clave", data={"pin": pin}).headers["location"] == f"/e/{code}/mire"


def strange(bench: Bench, cookie: str) -> TestClient:
    """A phone that sends this cookie, which nobody gave it."""
    headers = {**HERS, "cookie": cookie.encode()}
    return TestClient(bench.app, ADDRESS, headers=headers, follow_redirects=False)  # type: ignore[arg-type]


def touches(bench: Bench, yes: bool) -> None:
    """Somebody at the machine's own screen touches yes or no."""
    pairing = bench.gateway.cycle.pairing
    assert pairing is not None
    bench.gateway.decide(PhoneConfirmed(pairing.phone, yes))


# As it should be


def test_a_scan_a_picture_a_pin_and_a_touch_on_the_screen_bind_a_phone(bench: Bench) -> None:
    """Then her home opens, and the PIN she chose opens what is about money."""
    code, phone = bench.gateway.press_service(), bench.visitor()
    chooses(phone, code)
    assert "Esperando" in phone.get(f"/e/{code}/mire").text
    touches(bench, yes=True)
    assert phone.get(f"/e/{code}/mire").headers["location"] == "/"
    assert "Rosa Quishpe" in phone.get("/").text
    assert list(bench.shop.assembly.phones.values()) == ["rosa"]
    (name,) = bench.phonebook.phones()
    assert not isinstance(bench.phonebook.open(name, "739164"), Wrong)


def test_both_screens_show_the_same_mark(bench: Bench) -> None:
    """The phone's name gives it; the machine has learned the name from nobody else."""
    code, phone = bench.gateway.press_service(), bench.visitor()
    chooses(phone, code)
    (claim,) = claims(bench)
    assert PHONE.fullmatch(claim.phone)
    told = {"sun": "sol", "moon": "luna", "star": "estrella", "leaf": "hoja"}
    told |= {"drop": "gota", "bird": "pájaro", "hill": "cerro", "seed": "semilla"}
    assert told[mark(claim.phone).shape] in phone.get(f"/e/{code}/mire").text


def test_its_key_cannot_be_read_by_scripts_or_sent_by_other_sites(bench: Bench) -> None:
    """HttpOnly, SameSite=Strict, for as long as browsers keep a cookie; and the entering cookie is gone."""
    code, phone = bench.gateway.press_service(), bench.visitor()
    chooses(phone, code)
    touches(bench, yes=True)
    given = phone.get(f"/e/{code}/mire").headers.get_list("set-cookie")
    (key,) = [cookie for cookie in given if cookie.startswith(f"{KEY}=")]
    assert "HttpOnly" in key
    assert "SameSite=strict" in key
    assert "Max-Age=34560000" in key
    assert "Secure" not in key  # plain HTTP in the machine's own Wi-Fi; https in `phones.address` makes it so
    assert [cookie for cookie in given if cookie.startswith(f'{COOKIE}=""')]


def test_every_page_renews_the_key(bench: Bench) -> None:
    """So that a phone in use is never forgotten by its browser; it stays the same key."""
    rosa = bench.phone("rosa")
    before = rosa.cookies[KEY]
    assert f"{KEY}={before}; HttpOnly; Max-Age=34560000" in rosa.get("/").headers["set-cookie"]


# What is not enough


@pytest.mark.parametrize("path", ["", "/clave", "/mire"])
def test_a_code_that_is_not_on_the_screen_opens_nothing(bench: Bench, path: str) -> None:
    """None at all, another one, and the right one when its time is over, the door shut, or the machine silent."""
    phone = bench.visitor()
    assert phone.get(f"/e/aaaaaaaaaaaaaaaaaaaaaaaaaa{path}").status_code == 404
    code = bench.gateway.press_service()
    chooses(phone, code)
    for wrong in (code[:-1], code.upper(), code + "a", "ñ", "%F0%9F%98%80"):
        assert phone.get(f"/e/{wrong}{path}").status_code == 404, wrong
    assert phone.get(f"/e/{code}{path}").status_code == 200
    bench.gateway.now_s += OPEN_MS / 1_000
    for silent in (True, False):
        assert phone.get(f"/e/{code}{path}").status_code == 404, silent
        bench.gateway.look()
    bench.gateway.now_s -= OPEN_MS / 1_000
    bench.gateway.troubles = frozenset()
    bench.gateway.look()
    assert phone.get(f"/e/{code}{path}").status_code == 404


def test_a_code_ends_even_if_the_picture_does_not_change(bench: Bench) -> None:
    """The last picture before the controller fell silent said half a second more."""
    code = bench.gateway.press_service()
    bench.gateway.now_s += OPEN_MS / 1_000 - 0.5
    bench.gateway.look()
    assert bench.visitor().get(f"/e/{code}").status_code == 200
    bench.gateway.now_s += 0.5
    assert bench.visitor().get(f"/e/{code}").status_code == 404


def test_a_second_phone_that_scans_is_told_so_and_changes_nothing(bench: Bench) -> None:
    """Nor does it get further by asking for the later pages, with a cookie of its own making, or when the first is bound."""
    code, rosas = bench.gateway.press_service(), bench.visitor()
    chooses(rosas, code)
    heard = len(bench.gateway.asked)
    for cookie in ("", "x", "ñandú", "x" * 3_000):
        other = strange(bench, f"{COOKIE}={cookie}")
        assert other.get(f"/e/{code}").status_code == 409
        assert "Otro teléfono" in other.get(f"/e/{code}").text
        assert other.post(f"/e/{code}/quien", data={"member": "carmen"}).status_code == 409
        assert other.post(f"/e/{code}/clave", data={"pin": "739164"}).status_code == 409
        assert other.get(f"/e/{code}/mire").status_code == 409
    assert len(bench.gateway.asked) == heard
    touches(bench, yes=True)
    assert bench.visitor().get(f"/e/{code}/mire").status_code == 409
    assert rosas.get(f"/e/{code}/mire").headers["location"] == "/"
    assert bench.visitor().get(f"/e/{code}/mire").status_code == 404


def test_of_many_phones_that_scan_at_the_same_moment_one_is_first() -> None:
    """Nobody ever gets another phone's token."""
    for _ in range(200):
        threshold, together = Threshold(), threading.Barrier(4)

        def scans(_: int, threshold: Threshold = threshold, together: threading.Barrier = together) -> object:
            together.wait(10)
            return threshold.step("code", "", may_begin=True)

        with ThreadPoolExecutor(4) as phones:
            found = list(phones.map(scans, range(4)))
        assert found.count(None) == 3


def test_no_on_the_screen_binds_nobody(bench: Bench) -> None:
    """Whoever was quicker than Rosa has nothing, and the next press shows another code."""
    code, quicker = bench.gateway.press_service(), bench.visitor()
    chooses(quicker, code)
    touches(bench, yes=False)
    assert quicker.get(f"/e/{code}/mire").status_code == 404
    assert quicker.get("/").headers["location"] == "/entrar"
    assert dict(bench.shop.assembly.phones) == {}
    again = bench.gateway.press_service()
    assert again != code
    assert bench.visitor().get(f"/e/{again}").status_code == 200


def test_a_code_is_good_for_one_key(bench: Bench) -> None:
    """A page that asks twice at once gets one key, not two of which one is dead."""
    code, phone = bench.gateway.press_service(), bench.visitor()
    chooses(phone, code)
    touches(bench, yes=True)
    with ThreadPoolExecutor(4) as taps:
        answers = list(taps.map(lambda _: phone.get(f"/e/{code}/mire").status_code, range(4)))
    assert sorted(answers) == [303, 404, 404, 404]
    assert len(bench.phonebook.phones()) == 1


def test_a_phone_that_skips_a_page_is_sent_back(bench: Bench) -> None:
    """No PIN before a picture, no key before both; and nobody is bound as a stranger."""
    code, phone = bench.gateway.press_service(), bench.visitor()
    assert phone.get(f"/e/{code}/clave").status_code == 404
    phone.get(f"/e/{code}")
    assert phone.get(f"/e/{code}/clave").headers["location"] == f"/e/{code}"
    assert phone.post(f"/e/{code}/clave", data={"pin": "739164"}).headers["location"] == f"/e/{code}"
    for stranger in ("nadie", "", "../rosa", "rosa'--"):
        sent = phone.post(f"/e/{code}/quien", data={"member": stranger})
        assert sent.headers["location"] == f"/e/{code}"
    assert claims(bench) == []


@pytest.mark.parametrize(
    "pin",
    [
        *("123456", "654321", "012345", "000000", "777777", "121212", "515155", "123123", "112233", "12345", "1234567"),
        *("", "abcdef", "12 456", "１２３４５６", "73916４", "-73916", "739164\n1"),
    ],
    ids=repr,
)
def test_a_weak_pin_is_refused(bench: Bench, pin: str) -> None:
    """Counting, repeating, too short, or digits that her keyboard does not have: asked again, and the machine is not told."""
    assert is_weak(pin)
    code, phone = bench.gateway.press_service(), bench.visitor()
    phone.get(f"/e/{code}")
    phone.post(f"/e/{code}/quien", data={"member": "rosa"})
    sent = phone.post(f"/e/{code}/clave", data={"pin": pin})
    assert sent.headers["location"] == f"/e/{code}/clave?weak=1"
    assert 'role="alert"' in phone.get(sent.headers["location"]).text
    assert claims(bench) == []


def test_few_pins_are_weak() -> None:
    """Of a million: too few to help whoever guesses the others."""
    assert not is_weak("739164")
    assert sum(is_weak(f"{number:06d}") for number in range(0, 1_000_000, 97)) < 1_000_000 / 97 / 50


def test_no_page_for_a_strange_phone_asks_for_a_pin(bench: Bench) -> None:
    """How one comes in is told in words; there is no form at all, and a PIN that is sent anyway is not looked at."""
    for cookie in ("", "a-key-of-nobody", "ñ" * 50):
        visitor = strange(bench, f"{KEY}={cookie}")
        page = visitor.get("/entrar").text
        assert not re.search(r"<form|<input|<button", page)
        for sent in (visitor.get("/clave"), visitor.post("/clave", data={"pin": "739164", "next": "/"})):
            assert sent.headers["location"] == "/entrar"
            assert "set-cookie" not in sent.headers
