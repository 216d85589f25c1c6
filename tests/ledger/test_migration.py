"""Books of form 1, as the first Minga wrote them, become books of this Minga's form with everything in them.

`books_form_1.sql` is what that Minga left on disk after two starts: the first woke in 1970 and had the right time only
after its busy day; on the next day people settled claims, took a sale back, counted, paid and moved cash.
"""

import shutil
import sqlite3
from datetime import date
from pathlib import Path

import pytest
from builders import A1, books, minga, stamp

from controller.domain import facts as f
from controller.domain.cycle import Cycle
from controller.domain.times import BootClock
from controller.domain.wallet import Payment, Stage
from controller.ledger import reports, schema
from controller.ledger.backup import back_up
from controller.ledger.connection import VERSION, DatabaseError, open_readonly
from controller.ledger.journal import Journal
from controller.ledger.reports import DayTotals, Totals
from controller.ledger.restore import restore
from controller.ledger.standing import Standing
from controller.ledger.verify import verify

QUITO = "quito-museo-1"
NIGHT_MS = 1_795_420_800_000
WRITTEN = Path(__file__).with_name("books_form_1.sql")
MEANT = Totals(
    sales=3,
    inserted_cents=1_575,
    sold_cents=1_075,
    returned_cents=475,
    credit_cents=0,
    hold_cents=0,
    doubt_cents=0,
    claims_cents=0,
    unclaimed_cents=25,
    facts=60,
    makers={"inti": 180, "luz": 100, "rosa": 280},
    funds={"comun": 1_161, "maquina": 54},
    cash={"coinbox": 0, "hopper:25": 1_100, "safe": 690},
)
"""What the first Minga said of these books, by reading every fact."""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """The file as the first Minga closed it."""
    path = tmp_path / "machine" / "minga.db"
    path.parent.mkdir()
    db = sqlite3.connect(path)
    db.executescript("PRAGMA page_size=1024; PRAGMA journal_mode=WAL;" + WRITTEN.read_text())
    db.close()
    return path


def test_old_books_are_brought_up_whole(database: Path) -> None:
    """Opened by this Minga they have every running result, agree with themselves, and say what they said before."""
    Journal(database).close()
    db = open_readonly(database)

    assert db.execute("PRAGMA user_version").fetchone()[0] == VERSION
    assert verify(db) == []
    assert reports.totals(db) == MEANT


def test_old_days_and_times_are_derived(database: Path) -> None:
    """The sales of 1970 stand on the Saturday they were made on, for the clock was set right in the same start."""
    journal = Journal(database)
    clocks = dict(journal.db.execute("SELECT boot_id, offset_ms FROM clocks WHERE trusted").fetchall())

    assert BootClock(clocks[1], True).at(0).wall_ms == 1_795_275_000_000
    assert clocks[2] - clocks[1] == 86_400_000
    saturday, sunday = date(2026, 11, 21), date(2026, 11, 22)
    assert reports.day_totals(journal.db, "maker:rosa", date.min, date.max) == [
        DayTotals(saturday, 2, 560, 0, True),
        DayTotals(sunday, -1, -280, 0, True),
    ]
    assert reports.day_totals(journal.db, "maker:luz", sunday, sunday) == [DayTotals(sunday, 0, 0, 300, True)]


def test_brought_up_books_go_on(database: Path) -> None:
    """The next facts follow the old ones; opening again migrates nothing."""
    journal = Journal(database)
    journal.append(stamp(3_000, boot_id=2), journal.cycle, [])
    tables = journal.db.execute("SELECT sql FROM sqlite_master").fetchall()
    again = Journal(database)

    assert (again.seq, again.boots()) == (60, 2)
    assert again.db.execute("SELECT sql FROM sqlite_master").fetchall() == tables


@pytest.mark.parametrize("statement", range(8))
def test_a_power_cut_while_they_are_brought_up_changes_nothing(
    database: Path, monkeypatch: pytest.MonkeyPatch, statement: int
) -> None:
    """Whichever statement it stops at: the file is still of form 1, and the next opening brings it up whole."""
    whole = schema._statements(schema.RESULTS)
    with monkeypatch.context() as cut:
        cut.setattr(schema, "_statements", lambda script: [*whole[:statement], "no more power"])
        with pytest.raises(sqlite3.OperationalError):
            Journal(database)
    db = sqlite3.connect(database)
    assert db.execute("PRAGMA user_version").fetchone()[0] == 1
    assert not db.execute("SELECT count(*) FROM sqlite_master WHERE name IN ('clocks', 'wishes')").fetchone()[0]
    db.close()

    assert verify(Journal(database).db) == []


def test_a_payment_on_its_way_back_is_brought_up(tmp_path: Path) -> None:
    """Books of form 2 knew no number of an accepted refund: the payment has none yet, and the next number is kept."""
    new, asked = books(tmp_path), f.PaymentAsked(1, "deuna", "MCB3T6KQ2WZ7XH5L", 350, A1)
    new.append(stamp(2_000), Cycle(last_payment_id=1), [asked, f.PaymentLate(1, "deuna", 350)])
    new.db.executescript(
        "ALTER TABLE payments DROP COLUMN proof; DELETE FROM _sqlite_migrations WHERE name = 'proofs';"
        " PRAGMA user_version=2;"
    )
    new.close()
    old = Journal(tmp_path / "minga.db")
    assert old.shop.payments[1] == Payment(1, "deuna", asked.reference, 350, A1, Stage.REVERSING)
    old.append(stamp(3_000), old.cycle, [f.ReversalAccepted(1, "rev-0041")])
    old.close()

    again = Journal(tmp_path / "minga.db")
    assert again.shop.payments[1].proof == "rev-0041"
    assert verify(again.db) == []


def test_an_old_fact_that_cannot_be_understood_stops_nobody(database: Path) -> None:
    """The machine starts on books with a broken row; what it says is the auditor's to tell."""
    db = sqlite3.connect(database)
    db.executescript("DROP TRIGGER facts_stay; UPDATE facts SET body = '{' WHERE type = 'MakerPaid';")
    db.close()

    assert {complaint.invariant for complaint in verify(Journal(database).db)} == {"chain", "facts", "balances"}


def test_old_books_are_not_read_half(database: Path) -> None:
    """Before the controller has brought them up, pages and commands get one sentence, and not a table that is missing."""
    with pytest.raises(DatabaseError, match=rf"has form 1, .* `minga controller` brings it to form {VERSION}"):
        open_readonly(database)
    said = minga("ledger", "show", "--db", database)
    assert (said.status, said.out) == (1, "")
    assert "`minga controller` brings it" in said.err


def test_old_books_are_backed_up_and_restored(database: Path, tmp_path: Path) -> None:
    """A copy made right after the update is of form 1, and can be restored over books of either form."""
    stick = tmp_path / "stick"
    stick.mkdir()
    backup = back_up(database, stick, QUITO, NIGHT_MS)
    sooner = shutil.copy(backup.file, tmp_path / "sooner.db")
    over_old = restore(backup, database, QUITO, stamp())
    Journal(database).close()
    Path(sooner).replace(database)
    Journal(database).close()
    over_new = restore(back_up(database, stick, QUITO, NIGHT_MS), database, QUITO, stamp())

    assert (over_old.standing, over_new.standing) == (Standing.SAME, Standing.SAME)
    db = open_readonly(database)
    assert verify(db) == []
    assert reports.totals(db).makers == MEANT.makers
