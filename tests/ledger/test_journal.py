"""The journal: when `append` returns the facts are on the disk; when it raises, nothing happened."""

import hashlib
import itertools
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import A1, BAG, EVERY_FACT, ROSA, Till, a_busy_day, books, coins, stamp

from controller.domain import facts as f
from controller.domain.catalog import SlotId
from controller.domain.chain import chain
from controller.domain.cycle import Cycle, Phase
from controller.domain.events import Restarted, SlotChosen
from controller.domain.stocking import PutMaker
from controller.ledger import forms
from controller.ledger import journal as journals
from controller.ledger.connection import open_readonly
from controller.ledger.journal import Journal, read_fact
from controller.ledger.verify import verify

ROWS = "SELECT (SELECT count(*) FROM facts), (SELECT count(*) FROM postings), (SELECT group_concat(body) FROM cycle)"


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Books with the full shelf in them."""
    made = books(tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize("fact", EVERY_FACT, ids=lambda fact: type(fact).__name__)
def test_every_fact_can_be_read_back(fact: f.Fact) -> None:
    """What is written is what is read, for each type, tuples and words included."""
    assert read_fact(type(fact).__name__, forms.plain(fact)) == fact


@pytest.mark.parametrize(("kind", "body"), [("Sold", "{}"), ("Fact", "{}"), ("Stolen", "{}"), ("MakerJoined", "rosa")])
def test_what_is_no_fact_is_refused(kind: str, body: str) -> None:
    """An unknown type or a body that does not fit is an error, never a guess."""
    with pytest.raises(ValueError):  # noqa: PT011 (pydantic's own words)
        read_fact(kind, body)


@pytest.mark.parametrize("body", ['{"by":"Inés"}', '\\ " / \n \t \x1f \x7f \u2028 \U0001f9f5', ""])
def test_the_chain_is_of_the_row_as_json(body: str) -> None:
    """Anybody can compute it: SHA-256 over the hash before and the row as a JSON list without spaces, whatever is in it."""
    row = (2, 41, 7, -5, 1_795_275_000_000, 1, "Sold", body)
    listed = json.dumps(row, separators=(",", ":"), ensure_ascii=False)

    assert chain(bytes(32), row) == hashlib.sha256(bytes(32) + listed.encode()).digest()


def test_reopening_finds_everything_as_it_was(journal: Journal) -> None:
    """Cycle, shelf, marks, balances and the head of the chain are the same after the file was opened again."""
    a_busy_day(journal)
    again = Journal(journal.path)

    assert (again.seq, again.head, again.cycle) == (journal.seq, journal.head, journal.cycle)
    assert (again.shop, list(again.shop.slots)) == (journal.shop, list(journal.shop.slots))
    assert (again.marks, again.balances) == ({"nri-1234": 12}, journal.balances)
    assert verify(again.db) == []


def test_a_vend_under_way_survives_a_restart(journal: Journal) -> None:
    """The held price and the vend's own shares are found again in the middle of a dispense."""
    Till(journal.shop, journal).tell_all(coins(100, 100, 100, 50, mark=4), SlotChosen(A1))
    again = Journal(journal.path)
    decision = Till(again.shop, again, again.cycle).tell(Restarted())

    assert (again.cycle, again.cycle.phase) == (journal.cycle, Phase.DISPENSING)
    assert [type(effect).__name__ for effect in decision.effects] == ["QueryVend"]


def test_facts_are_numbered_without_a_gap_and_chained(journal: Journal) -> None:
    """Each fact carries its number and the hash of the one before it."""
    a_busy_day(journal)
    rows = journal.db.execute("SELECT seq, prev, hash FROM facts ORDER BY seq").fetchall()

    assert [seq for seq, _, _ in rows] == list(range(1, journal.seq + 1))
    assert all(before[2] == after[1] for before, after in itertools.pairwise(rows))
    assert rows[0][1] == journals.GENESIS
    assert rows[-1][2] == journal.head


def test_nothing_but_a_mark_is_a_commit_too(journal: Journal) -> None:
    """A coin device's mark is kept even when it brought no coin, without making a fact."""
    seq = journal.seq
    journal.append(stamp(), Cycle(), [], {"nri-1234": 9})

    assert Journal(journal.path).marks == {"nri-1234": 9}
    assert journal.seq == seq


# When something goes wrong in the middle


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (f.SlotCounted(SlotId("Z9"), 0, 3, "rosa"), KeyError),
        (f.PayoutStarted(1, 999), AssertionError),
        (f.CreditTaken(0, "coins", "nri-1234", 1), sqlite3.IntegrityError),
        (f.SlotAssigned(A1, "nada", 3), KeyError),  # type: ignore[arg-type]
        (f.Refunded(1, 10, "pocket"), (AssertionError, ValueError)),
    ],
    ids=["a slot that is not there", "credit that is not there", "a coin of 0", "no such product", "no such place"],
)
def test_an_error_in_mid_append_leaves_nothing_behind(
    journal: Journal, wrong: f.Fact, error: type[Exception] | tuple[type[Exception], ...]
) -> None:
    """The good fact before the wrong one is not written either, in the file or in memory."""
    journal.append(stamp(), Cycle(), [f.CreditTaken(100, "coins", "nri-1234", 1), f.PayoutStarted(1, 100)])
    before = (journal.seq, journal.head, journal.shop, dict(journal.balances), journal.cycle, dict(journal.marks))
    rows = journal.db.execute(ROWS).fetchone()
    good = f.CreditTaken(25, "coins", "nri-1234", 2)
    with pytest.raises(error):
        journal.append(stamp(), Cycle(credit_cents=25), [good, wrong], {"nri-1234": 2})

    after = (journal.seq, journal.head, journal.shop, dict(journal.balances), journal.cycle, dict(journal.marks))
    assert after == before
    assert journal.db.execute(ROWS).fetchone() == rows
    journal.append(stamp(), Cycle(credit_cents=25), [good], {"nri-1234": 2})


class Failing:
    """A connection whose `at`-th statement the disk refuses."""

    def __init__(self, db: sqlite3.Connection, at: int) -> None:
        self._db, self._left = db, at

    def __getattr__(self, name: str) -> object:
        found = getattr(self._db, name)
        if name not in ("execute", "executemany"):
            return found
        self._left -= 1
        if self._left == 0:
            raise sqlite3.OperationalError("disk I/O error")
        return found


def test_a_disk_error_at_any_statement_leaves_nothing_behind(journal: Journal) -> None:
    """The disk refuses the first, the second, … the last statement of a decision: never is half of it written."""
    db, facts = (
        journal.db,
        [f.CreditTaken(100, "coins", "nri-1234", 1), f.ProductSet(BAG, ROSA, 400), f.ClockSet(0, True)],
    )
    rows = db.execute(ROWS).fetchone()
    for at in itertools.count(1):
        journal.db = Failing(db, at)  # type: ignore[assignment]
        try:
            journal.append(stamp(), Cycle(Phase.CREDIT, 100), facts, {"nri-1234": 1}, [PutMaker(ROSA, "Rosa")])
            break
        except sqlite3.OperationalError:
            assert db.execute(ROWS).fetchone() == rows
            assert not db.in_transaction

    assert at > 10
    assert verify(db) == []


def test_a_full_disk_refuses_and_later_goes_on(journal: Journal) -> None:
    """SQLite says full: the append raises and the books are as they were; with room again they go on, still whole."""
    pages = journal.db.execute("PRAGMA page_count").fetchone()[0]
    journal.db.execute(f"PRAGMA max_page_count={pages}")
    lost = f.CoinsUnknown("coins", "nri-1234", "lost " * 50, 1)

    def write_on() -> None:
        for _ in range(500):
            journal.append(stamp(), journal.cycle, [lost])

    with pytest.raises(sqlite3.OperationalError, match="full"):
        write_on()
    assert Journal(journal.path).seq == journal.seq

    journal.db.execute("PRAGMA max_page_count=100000")
    journal.append(stamp(), journal.cycle, [lost])
    assert verify(journal.db) == []


WRITER = """
import sys
from pathlib import Path
from builders import Till
from builders import coins
from controller.ledger.journal import Journal
journal = Journal(Path(sys.argv[1]))
till = Till(journal.shop, journal, journal.cycle)
mark = journal.marks.get("nri-1234", 0)
while True:
    mark += 1
    till.tell(coins(1, mark=mark))
    print(journal.seq, mark, till.cycle.credit_cents, flush=True)
"""


def test_a_kill_keeps_every_acknowledged_append(journal: Journal) -> None:
    """A real process is killed with SIGKILL in the middle of its commits, three times: what it told us of is there."""
    for told_before_the_kill in (1, 7, 40):
        child = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(journal.path)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert child.stdout is not None
        told = [child.stdout.readline() for _ in range(told_before_the_kill)]
        child.send_signal(signal.SIGKILL)
        told += child.stdout.readlines()
        child.stdout.close()
        assert child.wait() == -signal.SIGKILL
        seq, mark, credit_cents = map(int, [line for line in told if line.endswith("\n")][-1].split())

        again = Journal(journal.path)
        assert again.seq - seq in (0, 1)
        assert again.marks["nri-1234"] - mark == again.cycle.credit_cents - credit_cents == again.seq - seq
        assert verify(again.db) == []
        again.close()


# Resting


def test_resting_folds_the_log_into_the_database(journal: Journal) -> None:
    """When the machine is idle the log is emptied; while a visitor is there it may grow to its limit."""
    log = journal.path.with_name("minga.db-wal")
    a_busy_day(journal)
    journal.rest(idle=False)
    assert log.stat().st_size > 0
    journal.rest(idle=True)
    assert log.stat().st_size == 0


def test_resting_waits_for_no_reader(journal: Journal) -> None:
    """A long report has the books open: resting gives up at once, because a coin may come the next moment."""
    a_busy_day(journal)
    reader = open_readonly(journal.path)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM facts").fetchone()
    journal.append(stamp(), journal.cycle, [f.TroubleOver("disk", "disk")])
    began_s = time.monotonic()
    journal.rest(idle=True)

    assert time.monotonic() - began_s < 1.0
