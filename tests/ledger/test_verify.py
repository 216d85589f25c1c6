"""The auditor finds every way in which somebody with the file in hand could have changed the books.

Each test takes the books of a busy day, drops the triggers that guard them, and changes one thing. The harder ones also
make the chain of hashes fit again, so that only the meaning of the facts can tell.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import KEY, a_busy_day, books
from thief import found, opened, rehash, repeat, rewrite, seq_of

from controller.domain.claims import code
from controller.ledger.connection import open_readonly
from controller.ledger.verify import Complaint, verify


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The books of a busy day, closed."""
    journal = books(tmp_path_factory.mktemp("day"))
    a_busy_day(journal)
    journal.close()
    return journal.path


@pytest.fixture
def db(day: Path, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A copy of them in the hands of somebody who knows SQLite."""
    thief = opened(Path(shutil.copy(day, tmp_path / "copy.db")))
    yield thief
    thief.close()


def test_honest_books_are_whole(db: sqlite3.Connection) -> None:
    """After a busy day there is nothing to complain about, whoever reads."""
    assert verify(db) == []


def test_empty_books_are_whole(tmp_path: Path) -> None:
    """A machine that has sold nothing yet owes nothing."""
    assert verify(books(tmp_path).db) == []


@pytest.mark.parametrize(
    ("statement", "invariant"),
    [
        ("UPDATE facts SET body = replace(body, '350', '351') WHERE type = 'Sold'", "chain"),
        ("UPDATE facts SET hash = zeroblob(32) WHERE seq = 20", "chain"),
        ("UPDATE facts SET prev = zeroblob(32) WHERE seq = 20", "chain"),
        ("UPDATE facts SET wall_ms = wall_ms + 1 WHERE seq = 20", "chain"),
        ("UPDATE facts SET trusted = 0 WHERE seq = 20", "chain"),
        ("DELETE FROM facts WHERE seq = 20", "chain"),
        ("DELETE FROM facts WHERE seq = (SELECT max(seq) FROM facts)", "postings"),
        ("DELETE FROM facts WHERE seq = 1", "chain"),
        ("UPDATE facts SET seq = 900 WHERE seq = 20", "chain"),
        ("UPDATE postings SET cents = cents * 2 WHERE account = 'maker:rosa'", "postings"),
        ("UPDATE postings SET account = 'maker:inti' WHERE account = 'maker:rosa'", "postings"),
        ("DELETE FROM postings WHERE account = 'coinbox'", "postings"),
        ("INSERT INTO postings VALUES (1, 7, 'safe', 5)", "postings"),
        ("INSERT INTO postings VALUES (900, 0, 'safe', 5)", "postings"),
        ("UPDATE balances SET cents = cents - 100 WHERE account = 'maker:rosa'", "balances"),
        ("DELETE FROM balances WHERE account = 'fund:comun'", "balances"),
        ("INSERT INTO balances VALUES ('maker:luz', -100)", "balances"),
        ("UPDATE slots SET quantity = quantity + 1 WHERE slot = 'A1'", "stock"),
        ("UPDATE slots SET capacity = 50 WHERE slot = 'A1'", "stock"),
        ("UPDATE slots SET closed = NULL WHERE slot = 'B1'", "stock"),
        ("DELETE FROM slots WHERE slot = 'A3'", "stock"),
        ("UPDATE products SET price_cents = 5 WHERE product = 'chumpi-rojo'", "stock"),
        ("DELETE FROM joined WHERE maker = 'luz'", "stock"),
        ("UPDATE rules SET weights = '[[\"maker\", 1]]'", "stock"),
        ("UPDATE claims SET code = 'AAA-AAA' WHERE account = 'doubt'", "claims"),
        ("UPDATE claims SET cents = 9900 WHERE account = 'claims'", "claims"),
        ("DELETE FROM claims WHERE account = 'unclaimed'", "claims"),
        ("UPDATE cycle SET body = json_set(body, '$.credit_cents', 500)", "cycle"),
        ("UPDATE cycle SET body = json_set(body, '$.payout', json('{\"payout_id\":9,\"cents\":0}'))", "cycle"),
        ("DELETE FROM cycle", "cycle"),
        ("UPDATE cycle SET body = json_set(body, '$.last_vend_id', 0)", "cycle"),
        ("UPDATE cycle SET body = json_set(body, '$.last_claim_id', 0)", "cycle"),
        ("UPDATE cycle SET body = json_set(body, '$.last_payout_id', 0)", "cycle"),
        ("UPDATE machine SET value = '00' WHERE key = 'claim_key'", "claims"),
    ],
)
def test_a_changed_row_is_found(db: sqlite3.Connection, statement: str, invariant: str) -> None:
    """One changed row, wherever it is, is complained about under its own name."""
    assert db.execute(statement).rowcount > 0
    assert invariant in found(db)


def test_swapped_rows_are_found(db: sqlite3.Connection) -> None:
    """Two coins that change places break the chain, though every sum is right."""
    first, second = (row[0] for row in db.execute("SELECT seq FROM facts WHERE type = 'CreditTaken' LIMIT 2"))
    for old, new in ((first, -1), (second, first), (-1, second)):
        db.execute("UPDATE facts SET seq = ? WHERE seq = ?", (new, old))
    assert "chain" in found(db)


@pytest.mark.parametrize(
    ("kind", "change", "invariant"),
    [
        ("VendStarted", {"shares": [{"account": "maker:inti", "cents": 350}]}, "shares"),
        ("VendStarted", {"shares": [{"account": "maker:rosa", "cents": 349}]}, "shares"),
        ("VendStarted", {"vend_id": 4}, "vends"),
        ("Sold", {"shares": [{"account": "maker:inti", "cents": 350}]}, "vends"),
        ("Sold", {"maker": "inti"}, "vends"),
        ("Sold", {"vend_id": 7}, "vends"),
        ("VendFailed", {"vend_id": 1}, "vends"),
        ("VendInDoubt", {"claim": code(KEY, 1)}, "claims"),
        ("CreditTaken", {"cents": 500}, "money"),
        ("PayoutStarted", {"payout_id": 0}, "payouts"),
        ("Refunded", {"payout_id": 2}, "payouts"),
        ("RuleApproved", {"weights": [["maker", 1], ["fund:comun", 1]]}, "shares"),
        ("SlotCounted", {"slot": "Z9"}, "facts"),
        ("MakerJoined", {"maker": "nadie"}, "stock"),
    ],
)
def test_a_forged_fact_is_found_though_the_chain_fits(
    db: sqlite3.Connection, kind: str, change: dict[str, object], invariant: str
) -> None:
    """Whoever computes the hashes anew still cannot make the facts agree with each other and with the results."""
    rewrite(db, kind, **change)
    complaints = found(db)
    assert "chain" not in complaints
    assert invariant in complaints or (invariant == "money" and complaints)


@pytest.mark.parametrize("kind", ["Sold", "VendInDoubt", "Refunded", "ClaimOwed", "VendFailed"])
def test_a_second_ending_is_found(db: sqlite3.Connection, kind: str) -> None:
    """A copy of an ending at the end of the books, with a fitting hash, is one ending too many."""
    repeat(db, kind)
    assert {"vends", "payouts"} & found(db)


def test_a_fact_of_an_unknown_type_is_found(db: sqlite3.Connection) -> None:
    """A type this Minga does not know is complained about, and the rest is still checked."""
    db.execute("UPDATE facts SET type = 'Gifted' WHERE type = 'Refunded'")
    rehash(db)
    assert {"facts", "balances"} <= found(db)


def test_a_vend_that_never_ended_is_found(db: sqlite3.Connection) -> None:
    """Drop the end of the last vend and its results: the cycle does not know of a vend under way."""
    seq = seq_of(db, "VendInDoubt")
    db.execute("DELETE FROM facts WHERE seq >= ?", [seq])
    db.execute("DELETE FROM postings WHERE seq >= ?", [seq])
    assert {"cycle", "balances"} <= found(db)


def test_a_sale_at_another_price_is_found(db: sqlite3.Connection) -> None:
    """A bag of 3.50 sold for 3.00 in facts, postings, balances and hashes alike is not the price that Rosa set."""
    cheap = {"maker:rosa": 240, "fund:comun": 45, "fund:maquina": 15}
    shares = [{"account": account, "cents": cents} for account, cents in cheap.items()]
    for kind in ("VendStarted", "Sold"):
        rewrite(db, kind, price_cents=300, shares=shares)
        db.execute(
            "UPDATE postings SET cents = sign(cents) * 300 WHERE abs(cents) = 350 AND seq = ?", [seq_of(db, kind)]
        )
    for account, cents in cheap.items():
        sold = (seq_of(db, "Sold"), account)
        before = db.execute("SELECT cents FROM postings WHERE seq = ? AND account = ?", sold).fetchone()[0]
        db.execute("UPDATE postings SET cents = ? WHERE seq = ? AND account = ?", (-cents, *sold))
        db.execute("UPDATE balances SET cents = cents - ? - ? WHERE account = ?", (before, cents, account))
    db.execute("UPDATE balances SET cents = cents - 50 WHERE account = 'credit'")
    db.execute("UPDATE cycle SET body = json_set(body, '$.credit_cents', 50, '$.phase', 'credit')")

    assert seq_of(db, "VendStarted") in {complaint.seq for complaint in verify(db)}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE slots SET closed = 'rubbish' WHERE slot = 'A1'",
        "UPDATE cycle SET body = '{'",
        "UPDATE rules SET weights = 'half'",
        "DELETE FROM products WHERE product = 'chumpi-rojo'",
        "DELETE FROM machine WHERE key = 'claim_key'",
        "DELETE FROM rules",
        "UPDATE facts SET body = replace(body, 'hopper:25', 'pocket') WHERE type = 'Refunded'",
        "UPDATE facts SET body = 'null'",
    ],
)
def test_rubbish_is_a_complaint_and_no_traceback(db: sqlite3.Connection, statement: str) -> None:
    """An auditor who falls over a broken row tells nobody which one it was."""
    db.execute("PRAGMA foreign_keys=OFF")
    assert db.execute(statement).rowcount > 0
    assert verify(db)


def test_the_first_complaint_is_enough_when_asked(db: sqlite3.Connection) -> None:
    """Two broken facts: one is told when only the first is wanted, both otherwise, each with its number."""
    db.execute("UPDATE facts SET wall_ms = 0 WHERE seq IN (5, 20)")
    first = verify(db, stop_at_first=True)

    assert first == [Complaint("chain", "its hash does not follow from the fact before it", 5)]
    assert [complaint.seq for complaint in verify(db)] == [5, 20]
    assert str(first[0]) == "chain at fact 5: its hash does not follow from the fact before it"


def test_the_audit_reads_one_moment_of_a_running_machine(tmp_path: Path) -> None:
    """While the auditor reads, the machine sells on; the audit speaks of the moment it began."""
    journal = books(tmp_path)
    reader = open_readonly(journal.path)
    a_busy_day(journal)
    assert verify(reader) == []
    a_busy_day_again = journal.seq
    assert reader.execute("SELECT max(seq) FROM facts").fetchone()[0] == a_busy_day_again
