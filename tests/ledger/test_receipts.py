"""Receipts from the books: a token opens its own sale, no other, at any time, and without reading all the books."""

import base64
import re
from pathlib import Path

import pytest
from builders import B1, BAG, ROSA, Till, a_busy_day, books, coins, stamp

from controller.domain import facts as f
from controller.domain.catalog import Account, Share
from controller.domain.cycle import Cycle
from controller.domain.events import ItemDropped, SlotChosen
from controller.ledger.connection import open_readonly
from controller.ledger.journal import Journal, Stamp
from controller.ledger.receipt import LATELY, Receipt, TakenBack, receipt, token, token_of
from controller.ledger.schema import create

BAG_SHARES = (Share(Account("maker:rosa"), 280), Share(Account("fund:comun"), 52), Share(Account("fund:maquina"), 18))
QUARTER = f.CreditTaken(25, "coins", "nri-1234", 900)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """Books with a busy day in them: sales 1 and 3 are bags of Rosa's."""
    journal = books(tmp_path)
    a_busy_day(journal)
    return journal


def opened(journal: Journal, vend_id: int, back: TakenBack | None = None) -> Receipt:
    """The receipt of a sale, by its own token."""
    db = open_readonly(journal.path)
    asked = token_of(db, vend_id)
    assert asked is not None
    found = receipt(db, asked, back or TakenBack())
    assert found is not None
    return found


def take_back(journal: Journal, vend_id: int) -> int:
    """Carmen takes a bag's sale back. The number of the fact that says so."""
    fact = f.SaleRefunded(vend_id, 350, BAG_SHARES, "coinbox", "carmen", "la costura se abrió")
    journal.append(stamp(), journal.cycle, [fact])
    return journal.seq


def test_a_token_opens_its_own_sale(journal: Journal) -> None:
    """The piece, its price and the shares of that day, the number of the entry, and the day in Quito."""
    found = opened(journal, 3)
    sold = found.sold

    assert (sold.vend_id, sold.slot, sold.product, sold.maker, sold.price_cents) == (3, "A2", BAG, ROSA, 350)
    assert sum(share.cents for share in sold.shares) == 350
    assert journal.db.execute("SELECT type FROM facts WHERE seq = ?", [found.entry.seq]).fetchone()[0] == "Sold"
    assert found.entry.at is not None
    assert found.entry.at.isoformat(" ", "minutes") == "2026-11-21 10:30"
    assert found.entry.certain
    assert found.taken_back is None


def test_a_token_is_the_number_of_a_fact_and_eighty_bits_of_its_hash(journal: Journal) -> None:
    """All of its secret comes from the hash, and the proof that people read says less than the token does."""
    found = opened(journal, 1)
    link = journal.db.execute("SELECT hash FROM facts WHERE seq = ?", [found.entry.seq]).fetchone()[0]
    number, secret = token(found.entry.seq, link).split("-")

    assert int(number) == found.entry.seq
    assert base64.b32decode(secret.upper()) == link[:10]
    assert link.hex().startswith(found.entry.proof)
    assert len(found.entry.proof) == 12


def test_no_other_word_opens_a_sale(journal: Journal) -> None:
    """A wrong letter, another sale's secret, a fact that is no sale, the number alone, a zero before it, nothing."""
    db = open_readonly(journal.path)
    first, second = token_of(db, 1), token_of(db, 3)
    assert first
    assert second
    number, secret = first.split("-")
    coin = db.execute("SELECT seq, hash FROM facts WHERE type = 'CreditTaken' LIMIT 1").fetchone()
    wrong = [
        f"{number}-{'a' if secret[0] != 'a' else 'b'}{secret[1:]}",
        f"{number}-{second.split('-')[1]}",
        token(*coin),
        number,
        f"{number}-",
        f"0{first}",
        first.upper(),
        f"{first}\n",
        f"999999-{secret}",
        f"{10**18}-{secret}",
        f"٤-{secret}",
        "",
    ]
    assert [word for word in wrong if receipt(db, word, TakenBack())] == []


def test_a_sale_that_was_taken_back_says_so_from_then_on(journal: Journal) -> None:
    """The same token; the shares stay as they were, and the entry that undid them is beside. Other sales stand."""
    remembered = TakenBack()
    assert opened(journal, 1, remembered).taken_back is None
    undone = take_back(journal, 1)

    for back in (remembered, TakenBack()):
        entry = opened(journal, 1, back).taken_back
        assert entry is not None
        assert entry.seq == undone
        assert opened(journal, 3, back).taken_back is None


def test_refunds_are_found_in_whatever_order_they_are_asked_for(journal: Journal) -> None:
    """New before old, old before new, each with more refunds in between: memory never hides one."""
    back = TakenBack()
    third = take_back(journal, 3)
    assert opened(journal, 3, back).taken_back is not None
    first = take_back(journal, 1)
    for _ in range(2):
        told = [opened(journal, vend_id, back).taken_back for vend_id in (1, 3)]
        assert [entry.seq for entry in told if entry] == [first, third]


def test_no_fact_is_read_twice_for_refunds(journal: Journal) -> None:
    """Without refunds none is looked for; one is found among the facts since the last look, once, and stays known."""
    back, db = TakenBack(), open_readonly(journal.path)
    ranges: list[tuple[int, ...]] = []

    def heard(statement: str) -> None:
        if "'SaleRefunded'" in statement:
            ranges.append(tuple(map(int, re.findall(r"seq <?>?=? ?(\d+)", statement))))

    db.set_trace_callback(heard)
    first, third = (opened(journal, vend_id).entry.seq for vend_id in (1, 3))
    assert back.since(db, 1, first) is None
    assert ranges == []
    undone = take_back(journal, 3)
    assert [back.since(db, 3, third) for _ in range(3)] == [undone] * 3
    assert back.since(db, 1, first) is None
    assert ranges == [(undone - 1, undone)]


def test_a_restart_changes_no_receipt(journal: Journal) -> None:
    """The controller starts again and writes on: the token still opens the same sale, and whoever remembered still knows."""
    back = TakenBack()
    take_back(journal, 1)
    before = opened(journal, 1, back)
    journal.db.close()
    again = Journal(journal.path)
    again.append(Stamp(2, 50, 1_795_300_000_000, True), again.cycle, [f.Booted(2, "0.1.0")])
    assert opened(again, 1, back) == opened(again, 1) == before


def test_after_a_restore_nothing_is_remembered_of_the_lost_books(journal: Journal, tmp_path: Path) -> None:
    """Sale 3 was taken back in books that are gone; in those that came back it was not."""
    back = TakenBack()
    take_back(journal, 3)
    assert opened(journal, 3, back).taken_back is not None
    (tmp_path / "restored").mkdir()
    restored = books(tmp_path / "restored")
    a_busy_day(restored)
    restored.db.execute("UPDATE machine SET value = '2' WHERE key = 'epoch'")
    assert opened(restored, 3, back).taken_back is None


def test_a_clock_that_nobody_set_is_told(tmp_path: Path) -> None:
    """A sale of 1970 has its hour as a guess; as soon as the clock is set the same receipt has the true one."""
    journal = books(tmp_path)
    dark = Stamp(2, 60_000, 60_000, False)
    till = Till(shop=journal.shop)
    till.tell_all(coins(100, 100, 50), SlotChosen(B1), ItemDropped(1))
    journal.append(dark, till.cycle, [f.Booted(2, "0.1.0"), *till.facts])
    guessed = opened(journal, 1).entry
    assert (guessed.at and guessed.at.year, guessed.certain) == (1969, False)  # Quito is five hours behind

    journal.append(Stamp(2, 70_000, 1_795_275_000_000, True), till.cycle, [f.ClockSet(1_795_274_930_000, True)])
    known = opened(journal, 1).entry
    assert (known.at and known.at.isoformat(" ", "minutes"), known.certain) == ("2026-11-21 10:29", True)


def test_the_thanks_find_only_a_sale_just_made(journal: Journal) -> None:
    """A look backwards over the newest facts and no further: what is older was thanked for long ago."""
    assert token_of(open_readonly(journal.path), 3)
    assert token_of(open_readonly(journal.path), 2) is None  # it failed
    journal.append(stamp(), Cycle(), [QUARTER] * LATELY)
    assert token_of(open_readonly(journal.path), 3) is None


def test_empty_books_have_no_receipt(tmp_path: Path) -> None:
    """Nor do they fail before the first fact."""
    create(tmp_path / "minga.db")
    db = open_readonly(tmp_path / "minga.db")
    assert token_of(db, 1) is None
    assert receipt(db, "1-aaaaaaaaaaaaaaaa", TakenBack()) is None
