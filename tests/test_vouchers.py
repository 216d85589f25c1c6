"""Vouchers from the paper to the books: each way to cheat is refused in words, and each voucher is money once.

Real key files, a real revocation list, books on disk that are closed and opened again, and the screen's own words.
"""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from builders import books, stamp
from voucher_bench import ISSUED_MIN, NOON_MS, OTAVALO, STRANGER, TODAY, Files, Kiosk, code, ticket

from controller.domain import facts as f
from controller.domain.events import ReturnPressed
from controller.domain.stocking import AcceptVouchers, Granted, grant
from controller.ledger import reports
from controller.ledger.backup import back_up
from controller.ledger.connection import open_readonly
from controller.ledger.restore import restore
from controller.ledger.verify import verify


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


@pytest.fixture
def kiosk(files: Files, tmp_path: Path) -> Kiosk:
    books(tmp_path).close()
    return Kiosk(files, tmp_path / "minga.db")


TICKET = ticket()


def test_a_ticket_is_money_at_the_machine(kiosk: Kiosk) -> None:
    """Five dollars stand on the screen and in the books: `vouchers` owes them, the visitor has them."""
    kiosk.shows(code(TICKET))
    assert kiosk.cycle.credit_cents == 500
    assert (kiosk.journal.balances["vouchers"], kiosk.journal.balances["credit"]) == (500, -500)
    assert verify(kiosk.journal.db) == []


@pytest.mark.parametrize(
    ("shown", "title"),
    [
        (code(TICKET, key=STRANGER), "Ese vale no es bueno"),
        (code(TICKET, machine=OTAVALO), "Ese vale es de otra máquina"),
        (code(ticket(last_day=TODAY - 1)), "Ese vale ya venció"),
        ("7861001234567", "Esta máquina no conoce ese código"),
    ],
    ids=["forged", "wrong machine", "expired", "a chocolate"],
)
def test_what_is_wrong_with_the_paper_is_said(kiosk: Kiosk, shown: str, title: str) -> None:
    """What happened, what about the money, who to ask; and the books have not moved."""
    before = kiosk.journal.seq
    told = kiosk.shows(shown)
    assert told.title == title
    assert told.money
    assert told.who
    assert (kiosk.journal.seq, kiosk.cycle.credit_cents) == (before, 0)


def test_a_voucher_photographed_twice_is_taken_once(kiosk: Kiosk) -> None:
    """The second photograph is told that the first one was there; the first one's credit stays."""
    photographs = [code(TICKET), code(TICKET)]
    kiosk.shows(photographs[0])
    assert kiosk.shows(photographs[1]).title == "Ese vale ya se usó"
    assert kiosk.cycle.credit_cents == 500


def test_a_replay_after_a_power_cut_is_refused(kiosk: Kiosk, files: Files) -> None:
    """The spent voucher is on the disk with its credit: another start knows it, and the credit is there once."""
    kiosk.shows(code(TICKET))
    kiosk.dies()
    again = Kiosk(files, kiosk.database)
    assert again.cycle.credit_cents == 500
    assert again.shows(code(TICKET)).title == "Ese vale ya se usó"
    assert again.journal.db.execute("SELECT voucher_id FROM vouchers_spent").fetchall() == [(TICKET.voucher_id,)]
    assert verify(again.journal.db) == []


def test_a_power_cut_before_the_commit_spends_nothing(kiosk: Kiosk, files: Files) -> None:
    """No credit and no spent voucher: shown again after the start, it is good."""
    seen: list[object] = []
    files.desk(seen.append).take(code(TICKET))
    kiosk.dies_before_the_commit(seen[0])  # type: ignore[arg-type]
    again = Kiosk(files, kiosk.database)
    assert again.cycle.credit_cents == 0
    again.shows(code(TICKET))
    assert again.cycle.credit_cents == 500


def test_a_restored_disk_lets_older_vouchers_wait(kiosk: Kiosk, files: Files, tmp_path: Path) -> None:
    """The backup has never seen the ticket that was spent since; a person decides, and a newer one is good at once."""
    stick = tmp_path / "stick"
    stick.mkdir()
    backup = back_up(kiosk.database, stick, "quito-museo-1", NOON_MS)
    kiosk.shows(code(TICKET))
    kiosk.till.tell(ReturnPressed())
    kiosk.dies()
    restore(backup, kiosk.database, "quito-museo-1", stamp(), anyway=True)
    back = Kiosk(files, kiosk.database)
    assert back.shows(code(TICKET)).title == "Ese vale tiene que revisarse"
    assert back.cycle.credit_cents == 0
    back.shows(code(ticket(2, issued_min=ISSUED_MIN + 10_000)))
    assert back.cycle.credit_cents == 500

    granted = grant(AcceptVouchers("carmen"), back.journal.shop, frozenset())
    assert isinstance(granted, Granted)
    back.journal.append(stamp(), back.cycle, granted.facts)
    back.dies()
    accepted = Kiosk(files, kiosk.database)
    accepted.shows(code(TICKET))
    assert accepted.cycle.credit_cents == 1_000
    assert verify(accepted.journal.db) == []


def test_a_restore_without_a_trusted_clock_lets_all_vouchers_wait(kiosk: Kiosk, files: Files, tmp_path: Path) -> None:
    """Who cannot say when it is cannot say which vouchers are older."""
    stick = tmp_path / "stick"
    stick.mkdir()
    backup = back_up(kiosk.database, stick, "quito-museo-1", NOON_MS)
    kiosk.dies()
    now = stamp()
    restore(backup, kiosk.database, "quito-museo-1", type(now)(now.boot_id, now.mono_ms, 0, trusted=False))
    back = Kiosk(files, kiosk.database)
    assert back.shows(code(ticket(2, issued_min=ISSUED_MIN + 10_000))).title == "Ese vale tiene que revisarse"


def test_a_voucher_counts_as_money_put_in(kiosk: Kiosk) -> None:
    """The report of the whole life says so; it is no cash that somebody could count."""
    kiosk.shows(code(TICKET))
    db = open_readonly(kiosk.database)
    totals = reports.totals(db)
    assert (totals.inserted_cents, totals.credit_cents) == (500, 500)
    assert "vouchers" not in totals.cash
    assert reports.balances(db)["vouchers"] == 500


# The books against whoever touches them


def test_the_books_take_no_voucher_twice(kiosk: Kiosk) -> None:
    """Even a program that has forgotten the spent ones cannot write one again: the whole transaction is refused."""
    kiosk.shows(code(TICKET))
    kiosk.journal.shop = replace(kiosk.journal.shop, vouchers=frozenset())
    before = kiosk.journal.seq
    with pytest.raises(sqlite3.IntegrityError):
        kiosk.journal.append(stamp(), kiosk.cycle, [f.VoucherTaken(TICKET.voucher_id, 1, 500)])
    assert (kiosk.journal.seq, kiosk.journal.balances["credit"]) == (before, -500)


def test_a_voucher_spent_twice_is_found(kiosk: Kiosk) -> None:
    """With the table of spent ones emptied in between, the facts still say it."""
    kiosk.shows(code(TICKET))
    kiosk.journal.db.execute("DELETE FROM vouchers_spent")
    kiosk.journal.shop = replace(kiosk.journal.shop, vouchers=frozenset())
    kiosk.journal.append(stamp(), kiosk.cycle, [f.VoucherTaken(TICKET.voucher_id, 1, 500)])
    assert f"voucher {TICKET.voucher_id} is spent again" in {complaint.words for complaint in verify(kiosk.journal.db)}


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM vouchers_spent",
        "UPDATE vouchers_spent SET seq = seq - 1",
        "INSERT INTO vouchers_spent VALUES ('000726f05adfaded', 5)",
        "INSERT INTO machine VALUES ('vouchers_wait_min', '9')",
    ],
)
def test_a_changed_list_of_spent_vouchers_is_found(kiosk: Kiosk, statement: str) -> None:
    """Whoever frees a voucher, or forbids one, by hand is found by the auditor."""
    kiosk.shows(code(TICKET))
    assert verify(kiosk.journal.db) == []
    kiosk.journal.db.execute(statement)
    assert "vouchers" in {complaint.invariant for complaint in verify(kiosk.journal.db)}
