"""The chain as phones get it: every fact's own bytes, covered where a code is still worth money, and a head to compare."""

import gzip
import hashlib
import os
import re

import pytest
from builders import A1, CLAIM, EVERY_FACT, stamp
from hypothesis import given
from hypothesis import strategies as st
from phone_bench import Bench

from admin_web.phone.chainmark import WORDS, grouped, seal
from controller.domain import facts as f
from controller.domain.chain import GENESIS, chain
from controller.domain.events import Trouble
from controller.domain.facts import Verdict
from controller.domain.treasury import SettleClaim
from controller.ledger.chainlines import LINES_MAX, hash_of, lines, listed, open_codes
from controller.ledger.forms import plain
from controller.ledger.openbooks import newest


def reckoned(told: list[str], before: bytes = GENESIS) -> bytes:
    """The hash that these lines lead to, reckoned as a phone does."""
    for line in told[:-1]:
        assert line[0] != "#" or line[1:65] == before.hex()
        before = bytes.fromhex(line[65:]) if line[0] == "#" else hashlib.sha256(before + line.encode()).digest()
    return before


def test_the_bytes_of_all_facts_lead_to_the_head(day: Bench) -> None:
    """From nothing before the first fact to the hash of the last one; the last line says it too."""
    with day.books() as db:
        told = lines(db, 1, newest(db))
        head = hash_of(db, newest(db))
    assert reckoned(told) == head
    assert told[-1] == f"={head.hex()}"


@pytest.mark.parametrize("fact", EVERY_FACT, ids=lambda fact: type(fact).__name__)
def test_a_line_is_what_the_books_hash(fact: f.Fact) -> None:
    """Whatever letters stand in a fact: these bytes and the hash before it give its hash."""
    row = (1, 7, 2, 1_000, stamp().wall_ms, 1, type(fact).__name__, plain(fact))
    assert hashlib.sha256(GENESIS + listed(row).encode()).digest() == chain(GENESIS, row)


@given(st.text())
def test_any_words_in_a_fact_stay_on_one_line(text: str) -> None:
    """Line breaks, quotes and letters of every script are bytes like any other."""
    row = (1, 7, 2, 1_000, 2_000, 1, "PeriodClosed", plain(f.PeriodClosed("2026-11", 1, "", "a", "b", text)))
    try:
        expected = chain(GENESIS, row)
    except UnicodeEncodeError:
        return
    assert hashlib.sha256(GENESIS + listed(row).encode()).digest() == expected
    assert "\n" not in listed(row)


def test_no_open_code_leaves_the_machine(day: Bench) -> None:
    """Three facts come as their hashes alone; no page of the books and no file has their codes, for anybody."""
    with day.books() as db:
        codes, last = open_codes(db), newest(db)
    pages = ["/libros/cadena/1", "/libros/bajar/beancount", "/libros/bajar/hledger", "/libros", "/libros/saldos"]
    pages += [f"/libros/{seq}" for seq in range(1, last + 1)] + [f"/libros/venta/{number}" for number in (1, 2, 3, 4)]
    assert len(codes) == 3
    for who in ("rosa", "carmen", "diego", "ines"):
        phone = day.phone(who)
        for path in pages[:5] if who != "rosa" else pages:
            day.here.pace._buckets.clear()
            assert not [code for code in codes if code in phone.get(path).text], path
    assert [line[0] for line in day.phone("rosa").get("/libros/cadena/1").text.splitlines()].count("#") == 3


def test_a_decided_claim_is_uncovered(day: Bench) -> None:
    """Then its bytes are there, and fit between the hash before and the hash that stood in their place."""
    with day.books() as db:
        seq, code = db.execute("SELECT seq, code FROM claims WHERE account = 'doubt'").fetchone()
        covered, before = lines(db, seq, seq), hash_of(db, seq - 1)
    assert day.gateway.decide(SettleClaim(code, Verdict.BY_HAND, "carmen", "")).ok
    with day.books() as db:
        told = lines(db, seq, seq)
    assert covered[0].startswith("#")
    assert code in told[0]
    assert "#" + before.hex() + hashlib.sha256(before + told[0].encode()).hexdigest() == covered[0]
    assert CLAIM not in covered[0]


def test_a_page_of_bytes_is_bounded_and_small_on_the_air(day: Bench) -> None:
    """At most a thousand facts whatever is asked for, as many as are asked for, squeezed for whoever can read that."""
    phone = day.phone("rosa")
    assert len(phone.get("/libros/cadena/3?n=2").text.splitlines()) == 3
    for nonsense in (
        "/libros/cadena/0",
        "/libros/cadena/1?n=0",
        "/libros/cadena/1?n=-4",
        "/libros/cadena/99999999999999999999",
    ):
        assert phone.get(nonsense).status_code == 404
    with day.journal() as journal:
        journal.append(stamp(), journal.cycle, [f.SlotOpened(A1, "luz")] * (LINES_MAX + 200))
    answer = phone.get("/libros/cadena/1?n=5000", headers={"accept-encoding": "gzip"})
    assert len(answer.text.splitlines()) == LINES_MAX + 1
    assert answer.headers["cache-control"] == "no-store"
    assert int(answer.headers["content-length"]) < len(answer.content) / 4
    plainly = phone.get("/libros/cadena/1?n=5000", headers={"accept-encoding": "identity"})
    assert plainly.text == answer.text
    assert len(gzip.compress(plainly.content, 1)) == int(answer.headers["content-length"])


def test_a_head_is_said_the_same_on_every_phone(day: Bench) -> None:
    """Number, words and hash are the books' own; after one more fact they are others."""
    rosa, luz = day.phone("rosa"), day.phone("luz")
    pages = [phone.get("/libros/cadena").text for phone in (rosa, luz)]
    with day.books() as db:
        told, last = seal(hash_of(db, newest(db))), newest(db)
    for page in pages:
        assert f"n.º {last}" in page
        assert " · ".join(told.words) in page
        assert told.whole in page
    day.write(f.SlotOpened(A1, "luz"))
    assert " · ".join(told.words) not in luz.get("/libros/cadena").text


def test_words_are_made_of_the_first_thirty_bits() -> None:
    """Sixty-four words, none twice; a hash of zeros says the first one five times, one of ones the last."""
    assert len(set(WORDS)) == 64
    assert seal(bytes(32)).words == ("aguja",) * 5
    assert seal(b"\xff" * 32).words == ("zapato",) * 5
    assert seal(b"\x04" + bytes(31)).words == ("ajo", "aguja", "aguja", "aguja", "aguja")
    assert len({seal(os.urandom(32)).words for _ in range(200)}) > 190
    assert re.fullmatch(r"([0-9a-f]{4} ){15}[0-9a-f]{4}", seal(os.urandom(32)).whole)
    assert grouped("00112") == "0011 2"


def test_the_machine_says_what_it_has_found_itself(day: Bench) -> None:
    """Its newest facts just now, and whether its auditor complains: damage in either is told."""
    assert "se siguen una de otra" in day.phone("rosa").get("/libros/cadena").text
    day.gateway.troubles = frozenset({Trouble.BOOKS})
    day.gateway.look()
    assert "encontró una falla" in day.phone("rosa").get("/libros/cadena").text
