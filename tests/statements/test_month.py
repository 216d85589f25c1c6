"""A month of a simulated co-op, held against an accountant's program that has never heard of ours."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from accountant import Accountant, reads
from beancount.core import data
from coop import DAYS, MAKERS, MISSING_CENTS, SALES_A_DAY

from controller.ledger.export.names import names
from controller.ledger.reports import balances
from controller.ledger.statement import Statement, What, figures, statement
from controller.ledger.verify import verify

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
STRETCHES = (
    (FIRST, LAST),
    (FIRST, date(2026, 11, 10)),
    (date(2026, 11, 11), LAST),
    (date(2026, 11, 12), date(2026, 11, 16)),
)
BEAN_CHECK = Path(sys.executable).with_name("bean-check")


@pytest.fixture(scope="module")
def accountant(november: Path, tmp_path_factory: pytest.TempPathFactory) -> Accountant:
    return reads(november, tmp_path_factory.mktemp("export") / "minga.beancount")


def drawn(db: sqlite3.Connection) -> Iterator[Statement]:
    for maker in MAKERS:
        for days in STRETCHES:
            yield statement(db, maker, *days)


def test_the_month_is_what_it_says(db: sqlite3.Connection) -> None:
    """Six hundred sales, six doubts, three sales taken back, two rules, a quarter missing twice: the auditor agrees."""
    count = dict(db.execute("SELECT type, count(*) FROM facts GROUP BY type").fetchall())

    assert verify(db) == []
    assert (count["Sold"], count["VendInDoubt"], count["SaleRefunded"]) == (SALES_A_DAY * DAYS, 6, 3)
    assert (count["RuleApproved"], count["CashCounted"], count["MakerPaid"]) == (2, 4, 2 * len(MAKERS))
    assert balances(db)["over_short"] == 2 * MISSING_CENTS
    assert 150 < count["PaymentTaken"] < 250


def test_the_accountants_program_accepts_the_books(accountant: Accountant) -> None:
    """bean-check finds nothing to complain of, with every running balance asserted and nothing padded."""
    done = subprocess.run([BEAN_CHECK, "--no-cache", accountant.file], capture_output=True, text=True)

    assert (done.returncode, done.stderr, accountant.errors) == (0, "", [])
    kinds = {type(entry) for entry in accountant.entries}
    assert kinds == {data.Open, data.Transaction, data.Balance}


def test_a_wrong_balance_would_be_found(accountant: Accountant, tmp_path: Path) -> None:
    """One cent more in one assertion, and bean-check refuses: the check above can fail."""
    text = accountant.file.read_text()
    wrong = text.replace("balance Expenses:OverShort  0.50", "balance Expenses:OverShort  0.51")
    (tmp_path / "wrong.beancount").write_text(wrong)
    done = subprocess.run([BEAN_CHECK, "--no-cache", tmp_path / "wrong.beancount"], capture_output=True, text=True)

    assert wrong != text
    assert done.returncode == 1
    assert "Expenses:OverShort" in done.stderr


def test_every_statement_is_what_the_accountant_finds(db: sqlite3.Connection, accountant: Accountant) -> None:
    """Twelve makers, four stretches: opening, every line and closing are those of the exported journal, to the cent."""
    called = names(f"maker:{maker}" for maker in MAKERS)
    for one in drawn(db):
        account = called[f"maker:{one.maker}"]
        assert one.first_day is not None
        assert one.last_day is not None
        opening = sum(accountant.cents(account, date.min, one.first_day - timedelta(1)).values())
        within = accountant.cents(account, one.first_day, one.last_day)

        assert {line.seq: line.cents for line in one.lines if line.cents} == within
        assert (one.opening_cents, one.closing_cents) == (opening, opening + sum(within.values()))


def test_parts_are_the_price(db: sqlite3.Connection) -> None:
    """Hers, the funds' and the provider's add up to every price, also of one taken back and of one in doubt."""
    lines = [line for one in drawn(db) for line in one.lines if line.what not in (What.PAID, What.MOVED)]

    assert len(lines) > 1_000
    assert all(line.price_cents == line.cents + line.fund_cents + line.fee_cents for line in lines)
    assert all(line.price_cents == line.cents + sum(part.cents for part in line.parts) for line in lines)
    assert {line.rule_id for line in lines} == {1, 2}
    assert {line.fees_of for line in lines} == {(), ("deuna",)}


def test_all_statements_together_are_all_that_was_sold(db: sqlite3.Connection) -> None:
    """The prices of all makers' lines are what visitors paid for pieces, less what they got back."""
    prices_cents = sum(line.price_cents for maker in MAKERS for line in statement(db, maker, FIRST, LAST).lines)
    earned = {name: cents for name, cents in balances(db).items() if name.startswith(("fund:", "fee:"))}
    paid_cents = sum(-statement(db, maker, FIRST, LAST).cents(What.PAID) for maker in MAKERS)

    assert prices_cents == sum(earned.values()) + paid_cents


def test_every_balance_was_paid_to_the_cent(db: sqlite3.Connection) -> None:
    """On the last evening everybody was paid what her statement said, and nothing is left over."""
    for maker, one in figures(db, FIRST, LAST).items():
        closed = statement(db, maker, FIRST, LAST)
        assert (one.closing_cents, closed.closing_cents, closed.opening_cents) == (0, 0, 0)
        assert -closed.cents(What.PAID) == one.paid_cents == closed.cents(What.SOLD, What.SETTLED, What.TAKEN_BACK)


def test_the_two_halves_close_and_open_with_the_same_sum(db: sqlite3.Connection) -> None:
    """What the first ten days end with, the rest of the month begins with."""
    for maker in MAKERS:
        first, second = (statement(db, maker, *days) for days in STRETCHES[1:3])
        assert first.closing_cents == second.opening_cents


def test_a_refund_after_payday_lowers_the_next_pay(db: sqlite3.Connection) -> None:
    """Two sales of before payday were taken back two days later: those makers begin the new stretch below, or with less."""
    backs = [line for maker in MAKERS for line in statement(db, maker, date(2026, 11, 11), LAST).of(What.TAKEN_BACK)]

    assert len(backs) == 2
    assert all(
        line.sold_at and line.at and line.sold_at.date() <= date(2026, 11, 10) < line.at.date() for line in backs
    )


def test_each_fact_that_posts_is_one_transaction(db: sqlite3.Connection, accountant: Accountant) -> None:
    """Number and hash of each stand in the export, and its lines are the postings; amounts are exact decimals."""
    found = {int(entry.meta["seq"]): entry for entry in accountant.entries if isinstance(entry, data.Transaction)}
    rows = db.execute(
        "SELECT seq, hex(hash), count(*), max(cents) FROM postings JOIN facts USING (seq) GROUP BY seq"
    ).fetchall()

    assert set(found) == {row[0] for row in rows}
    for seq, link, lines, largest in rows:
        entry = found[seq]
        assert (entry.meta["hash"], len(entry.postings)) == (link.lower(), lines)
        assert max(line.units.number for line in entry.postings) == Decimal(largest) / 100
