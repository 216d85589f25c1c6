"""The auditor knows every running result: each row of each of them, changed by one, is found under its own name."""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import A3, ROSA, Till, a_busy_day, books, coins, pays, stamp
from thief import found, opened, rehash, repeat, rewrite

from controller.domain import facts as f
from controller.domain.catalog import Account
from controller.domain.events import ItemDropped, ReturnPressed, SlotChosen
from controller.ledger.verify import verify


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A busy day, then an evening with a new rule, coins in doubt, a count, a payment and a sale taken back; closed."""
    journal = books(tmp_path_factory.mktemp("day"))
    till = a_busy_day(journal)
    sold = journal.sale(1)[0]
    assert sold is not None
    evening = [
        f.RuleApproved(2, (("maker", 9), ("fund:comun", 1))),
        f.CashCounted("coinbox", 1_075, 1_075, "carmen", "luz", "conteo-1"),
        f.CashMoved(25, Account("hopper:25"), Account("safe"), "carmen", "sueltos-1"),
        f.MakerPaid(ROSA, 200, "safe", "carmen", "luz", "pago-1"),
        f.SaleRefunded(1, 350, sold.shares, "safe", "carmen", "torn"),
        f.ClockSet(stamp(0).wall_ms + 500, True),
    ]
    journal.append(stamp(9_000, boot_id=2), journal.cycle, evening)
    till.shop = journal.shop
    till.tell_all(coins(100, mark=40), ReturnPressed())
    pays(till, 0, unsure=True)
    journal.close()
    return journal.path


@pytest.fixture
def db(day: Path, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A copy of them in the hands of somebody who knows SQLite."""
    thief = opened(Path(shutil.copy(day, tmp_path / "copy.db")))
    yield thief
    thief.close()


def test_honest_books_are_whole(db: sqlite3.Connection) -> None:
    """With a bit of everything in them there is nothing to complain about."""
    assert verify(db) == []
    for table in ("wishes", "tallies", "days", "clocks", "closed_hoppers"):
        assert db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] > 0, f"{table} is not tried here"


@pytest.mark.parametrize(
    ("statement", "invariant"),
    [
        ("UPDATE wishes SET seq = seq - 1 WHERE wish_id = 'pago-1'", "wishes"),
        ("DELETE FROM wishes WHERE wish_id = 'conteo-1'", "wishes"),
        ("INSERT INTO wishes VALUES ('pago-2', 7)", "wishes"),
        ("UPDATE tallies SET cents = cents + 1 WHERE kind = 'inserted'", "tallies"),
        ("UPDATE tallies SET facts = facts + 1 WHERE kind = 'sold'", "tallies"),
        ("DELETE FROM tallies WHERE kind = 'taken-back'", "tallies"),
        ("INSERT INTO tallies VALUES ('given', 1, 5)", "tallies"),
        ("UPDATE days SET pieces = pieces + 1 WHERE account = 'maker:rosa'", "days"),
        ("UPDATE days SET earned_cents = earned_cents + 1 WHERE account = 'fund:comun'", "days"),
        ("UPDATE days SET paid_cents = 0 WHERE account = 'maker:rosa'", "days"),
        ("UPDATE days SET day = day + 1", "days"),
        ("DELETE FROM days WHERE account = 'fund:maquina'", "days"),
        ("INSERT INTO days VALUES (20000, 'maker:luz', 1, 400, 0)", "days"),
        ("UPDATE machine SET value = 'Asia/Tokyo' WHERE key = 'zone'", "days"),
        ("UPDATE machine SET value = 'Asia/Quito' WHERE key = 'zone'", "rubbish"),
        ("DELETE FROM machine WHERE key = 'zone'", "rubbish"),
        ("UPDATE clocks SET offset_ms = offset_ms + 1 WHERE boot_id = 2", "clocks"),
        ("UPDATE clocks SET first_seq = 2 WHERE boot_id = 1", "clocks"),
        ("UPDATE clocks SET trusted = 0", "clocks"),
        ("DELETE FROM clocks WHERE boot_id = 2", "clocks"),
        ("INSERT INTO clocks VALUES (9, 30, 0, 1)", "clocks"),
        ("DELETE FROM closed_hoppers", "stock"),
        ("UPDATE closed_hoppers SET reason = 'short'", "stock"),
        ("INSERT INTO closed_hoppers VALUES ('hopper:50', 'unsure')", "stock"),
        ("UPDATE joined SET seq = seq + 1 WHERE maker = 'luz'", "stock"),
        ("UPDATE rules SET weights = '[[\"maker\", 1]]' WHERE rule_id = 1", "stock"),
        ("UPDATE rules SET from_seq = from_seq + 1 WHERE rule_id = 1", "stock"),
        ("DELETE FROM rules WHERE rule_id = 1", "stock"),
        ("UPDATE claims SET place = '' WHERE place = 'hopper:25'", "claims"),
        ("UPDATE claims SET seq = seq + 1 WHERE account = 'unclaimed'", "claims"),
    ],
)
def test_a_changed_result_is_found(db: sqlite3.Connection, statement: str, invariant: str) -> None:
    """Whatever row it is, and also when only the zone changes under the days."""
    assert db.execute(statement).rowcount > 0
    assert invariant in found(db)


@pytest.mark.parametrize(
    ("kind", "change", "invariant"),
    [
        ("ClockSet", {"offset_ms": 0}, "clocks"),
        ("ClockSet", {"trusted": "maybe"}, "facts"),
        ("CashCounted", {"wish_id": "pago-1"}, "wishes"),
        ("CashMoved", {"wish_id": "sueltos-2"}, "wishes"),
        ("MakerPaid", {"wish_id": ""}, "wishes"),
        ("HopperClosed", {"place": "hopper:50"}, "stock"),
        ("PayoutInDoubt", {"place": "coinbox"}, "payouts"),
        ("SaleRefunded", {"vend_id": 4}, "refunds"),
        ("SaleRefunded", {"shares": []}, "postings"),
        ("Sold", {"price_cents": 351}, "tallies"),
    ],
)
def test_a_forged_fact_is_found_though_the_chain_fits(
    db: sqlite3.Connection, kind: str, change: dict[str, object], invariant: str
) -> None:
    """The facts do not agree with the results any more, or with each other."""
    rewrite(db, kind, **change)
    complaints = found(db)
    assert "chain" not in complaints
    assert invariant in complaints


@pytest.mark.parametrize(
    ("kind", "invariant"),
    [("MakerPaid", "wishes"), ("PayoutInDoubt", "payouts"), ("SaleRefunded", "refunds"), ("PayoutOrdered", "payouts")],
)
def test_once_more_is_once_too_often(db: sqlite3.Connection, kind: str, invariant: str) -> None:
    """A wish is fulfilled once, coins are ordered once and in doubt once, a sale is taken back once."""
    repeat(db, kind)
    assert invariant in found(db)


def test_a_clock_that_was_wound_up_moves_no_sale_unseen(db: sqlite3.Connection) -> None:
    """Whoever forges a stamp, hashes included, forges the day of a sale or the clock of a start: they do not fit."""
    for forged, invariant in (("type = 'Sold'", "days"), ("seq = 1", "clocks")):
        db.execute(f"UPDATE facts SET wall_ms = wall_ms + 86400000 WHERE {forged}")
        rehash(db)
        assert invariant in found(db)


def test_a_complaint_about_a_table_names_the_rows(db: sqlite3.Connection) -> None:
    """Ten years of days are not read out when one of them is wrong."""
    db.execute("UPDATE days SET pieces = 7 WHERE account = 'maker:rosa'")
    (complaint,) = verify(db)

    assert str(complaint).startswith("days: days (1 differ): the books have {(20778, 'maker:rosa'): [7, ")
    assert "fund:comun" not in str(complaint)


def test_an_honest_evening_goes_on(tmp_path: Path) -> None:
    """Coins in doubt whose fate is decided, either way, leave whole books, and their money counts as returned."""
    for verdict, place in ((f.Verdict.DELIVERED, "hopper:25"), (f.Verdict.REFUNDED, "coinbox")):
        journal = books(tmp_path, f"{verdict.value}.db")
        till = Till(journal.shop, journal)
        journal.append(stamp(), till.cycle, [f.CashMoved(500, Account("hopper:25"), Account("fund:comun"), "carmen")])
        till.tell_all(coins(100, 100, 100, 100, 100, mark=5), SlotChosen(A3), ItemDropped(1))
        till.tell_all(coins(100, mark=6), ReturnPressed())
        pays(till, 0, unsure=True)
        (claim,) = journal.shop.claims.values()
        assert verify(journal.db) == []
        settled = f.ClaimSettled(claim.code, claim.account, 100, verdict, place, (), "carmen")
        journal.append(stamp(), journal.cycle, [settled])
        assert verify(journal.db) == []
