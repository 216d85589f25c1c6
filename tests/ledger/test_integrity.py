"""The books read whole, and the glance at their end: what a broken card, or somebody with the file in hand, leaves behind."""

import shutil
import sqlite3
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from builders import a_busy_day, books, stamp

from controller.domain import facts as f
from controller.ledger.connection import DatabaseError
from controller.ledger.integrity import tail, whole
from controller.ledger.journal import Journal, chain
from controller.ledger.schema import create

GUARDS = ("facts_stay", "facts_remain", "postings_stay", "postings_remain")
QUARTERS = 600


def pocketful(number: int, first: int = 1) -> list[f.Fact]:
    """So many quarters, one after another."""
    return [f.CreditTaken(25, "coins", "nri-1234", mark) for mark in range(first, first + number)]


@pytest.fixture(scope="module")
def long_books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A busy day and then 600 quarters, closed and folded into one file."""
    journal = books(tmp_path_factory.mktemp("long"))
    a_busy_day(journal)
    journal.append(stamp(), journal.cycle, pocketful(QUARTERS))
    journal.rest(idle=True)
    journal.close()
    return journal.path


@pytest.fixture
def path(long_books: Path, tmp_path: Path) -> Path:
    """A copy of them that may be broken."""
    return Path(shutil.copy(long_books, tmp_path / "minga.db"))


@pytest.fixture
def db(path: Path) -> Iterator[sqlite3.Connection]:
    """That copy in the hands of somebody who knows SQLite."""
    with closing(sqlite3.connect(path, isolation_level=None)) as thief:
        for trigger in GUARDS:
            thief.execute(f"DROP TRIGGER {trigger}")
        yield thief


def flip(path: Path, old: bytes, new: bytes) -> None:
    """A few bytes rot in the file, and SQLite is not asked."""
    content = path.read_bytes()
    assert len(old) == len(new)
    assert old in content
    path.write_bytes(content.replace(old, new, 1))


def test_whole_books_have_nothing_wrong(path: Path, db: sqlite3.Connection) -> None:
    """After a busy day and a pocketful of quarters both checks are content."""
    assert tail(db) is None
    assert whole(path, rest=lambda: None) == []


def test_a_new_machine_has_nothing_wrong(tmp_path: Path) -> None:
    """Books without a fact are whole."""
    create(tmp_path / "minga.db")
    with closing(sqlite3.connect(tmp_path / "minga.db")) as db:
        assert tail(db) is None
    assert whole(tmp_path / "minga.db", rest=lambda: None) == []


def test_the_glance_works_on_the_connection_it_is_given(tmp_path: Path) -> None:
    """The brain's own open journal can be looked at, and reads its words as before."""
    journal = books(tmp_path)
    a_busy_day(journal)

    assert tail(journal.db) is None
    assert journal.db.text_factory is str


END = "(SELECT max(seq) FROM facts)"
AT_THE_END = {
    "a word is changed": (
        f"UPDATE facts SET body = replace(body, '25', '26') WHERE seq = {END}",
        "hash does not follow",
    ),
    "a fact is gone": (f"DELETE FROM facts WHERE seq = {END} - 7", "comes fact"),
    "a link is cut": (f"UPDATE facts SET prev = zeroblob(32) WHERE seq = {END} - 3", "hash does not follow"),
    "a line is gone": (f"DELETE FROM postings WHERE seq = {END} AND line = 0", "add up to -25 cents"),
    "a line is elsewhere": (
        f"UPDATE postings SET account = 'maker:rosa' WHERE seq = {END} AND account = 'credit'",
        "should post",
    ),
    "all lines are gone": (f"DELETE FROM postings WHERE seq = {END}", "should post"),
    "lines before the newest fact are gone": (f"DELETE FROM postings WHERE seq = {END} - 9", "should post"),
}


@pytest.mark.parametrize("harm", AT_THE_END)
def test_the_glance_sees_what_happened_to_the_newest_facts(db: sqlite3.Connection, harm: str) -> None:
    """Whatever is changed at the end of the books is told, with the number of the fact."""
    statement, words = AT_THE_END[harm]
    db.execute(statement)

    told = tail(db)

    assert told is not None
    assert words in told
    assert "fact 6" in told


def test_a_newest_fact_of_a_stranger_is_told(tmp_path: Path) -> None:
    """Books that end with a fact nobody here knows are not sold on."""
    journal = books(tmp_path)
    journal.append(stamp(), journal.cycle, [f.Booted(2, "0.1.0")])
    journal.db.execute("DROP TRIGGER facts_stay")
    *row, prev = journal.db.execute(
        "SELECT epoch, seq, boot_id, mono_ms, wall_ms, trusted, 'Teleported', body, prev FROM facts ORDER BY seq DESC"
    ).fetchone()
    journal.db.execute(
        "UPDATE facts SET type = 'Teleported', hash = ? WHERE seq = ?", (chain(prev, tuple(row)), row[1])
    )

    assert "Teleported" in str(tail(journal.db))


def test_the_glance_is_only_a_glance(path: Path, db: sqlite3.Connection) -> None:
    """An old fact that was changed is not seen on the way to a start, but when all of them are read."""
    db.execute("UPDATE facts SET body = replace(body, '350', '351') WHERE type = 'ProductSet' AND body LIKE '%350%'")

    assert tail(db) is None
    assert ["hash does not follow" in words for words in whole(path, rest=lambda: None)] == [True]


ANYWHERE = {
    "a word is changed": ("UPDATE facts SET wall_ms = wall_ms + 1 WHERE seq = 9", "fact 9: its hash"),
    "a fact is gone": ("DELETE FROM facts WHERE seq = 77", "after fact 76 comes fact 78"),
    "the first fact is gone": ("DELETE FROM facts WHERE seq = 1", "after fact 0 comes fact 2"),
    "a line lost a cent": ("UPDATE postings SET cents = cents - 1 WHERE account = 'maker:rosa'", "add up to -1 cents"),
    "a line is elsewhere": (
        "UPDATE postings SET account = 'maker:luz' WHERE account = 'maker:rosa'",
        "the balance of maker:luz is",
    ),
    "a balance is changed": (
        "UPDATE balances SET cents = cents - 100 WHERE account = 'maker:rosa'",
        "the balance of maker:rosa is",
    ),
    "a balance is gone": ("DELETE FROM balances WHERE account = 'coinbox'", "the balance of coinbox is 0"),
    "a balance has no lines": (
        "INSERT INTO balances VALUES ('maker:eva', -5)",
        "maker:eva is -5, its lines add up to 0",
    ),
    "lines belong to no fact": (
        "INSERT INTO postings VALUES (9999, 0, 'credit', -5), (9999, 1, 'coinbox', 5)",
        "postings speaks of facts that are not there",
    ),
    "a slot holds nothing known": ("UPDATE slots SET product = 'humo' WHERE slot = 'A1'", "slots speaks of products"),
}


@pytest.mark.parametrize("harm", ANYWHERE)
def test_reading_everything_finds_what_is_wrong_anywhere(path: Path, db: sqlite3.Connection, harm: str) -> None:
    """However old it is: a changed fact, a missing one, a line or a balance that does not add up, a loose reference."""
    statement, words = ANYWHERE[harm]
    db.execute(statement)

    found = whole(path, rest=lambda: None)

    assert any(words in told for told in found), found


def test_a_flipped_byte_in_an_old_page_is_found(path: Path) -> None:
    """Rosa's old price rots on the card: SQLite notices nothing, the chain of hashes does."""
    flip(path, b'"rosa","price_cents":350', b'"rosa","price_cents":250')

    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA quick_check").fetchone()[0] == "ok"
        assert tail(db) is None
    assert "hash does not follow" in whole(path, rest=lambda: None)[0]


def test_a_byte_that_is_no_letter_any_more_is_damage_and_no_crash(path: Path) -> None:
    """Rotten text cannot be decoded; that is told like every other damage."""
    flip(path, b'"maker":"rosa","price', b'"maker":"r\xffsa","price')

    assert "hash does not follow" in whole(path, rest=lambda: None)[0]


def test_a_page_that_is_none_any_more_is_found(path: Path) -> None:
    """A page in the middle of the file that reads as zeros is told, whatever was in it."""
    with path.open("r+b") as file:
        page_bytes = int.from_bytes(file.read(18)[16:], "big")
        file.seek(path.stat().st_size // page_bytes // 2 * page_bytes)
        file.write(bytes(page_bytes))

    assert any("damaged" in words for words in whole(path, rest=lambda: None))


def test_the_machine_sells_on_between_any_two_pieces(path: Path) -> None:
    """At every rest a coin is committed and the log folded in: nobody waits, and the books are found whole."""
    journal = Journal(path)
    logs: set[int] = set()

    def sell() -> None:
        journal.append(stamp(), journal.cycle, pocketful(1, journal.seq))
        journal.rest(idle=True)
        logs.add(path.with_name("minga.db-wal").stat().st_size)

    before = journal.seq
    assert whole(path, rest=sell) == []
    assert journal.seq > before + QUARTERS // 50
    assert 0 in logs


def test_a_long_history_takes_no_more_memory(tmp_path: Path) -> None:
    """Books five times as long are read with less than twice the memory; both files are far larger than that."""
    peaks = []
    for number in (10, 1_000, 5_000):  # the first is not compared: what is made once is made for it
        journal = books(tmp_path, f"{number}.db")
        journal.append(stamp(), journal.cycle, pocketful(number))
        journal.close()
        tracemalloc.start()
        assert whole(journal.path, rest=lambda: None) == []
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert max(peaks[1:]) < min(200_000, 2 * peaks[1])
    assert (tmp_path / "5000.db").stat().st_size > 1_000_000


def test_reading_can_be_ended_at_a_rest(path: Path) -> None:
    """What `rest` raises between two pieces of the chain ends the reading."""
    rests = 0

    def enough() -> None:
        nonlocal rests
        rests += 1
        if rests == 3:
            raise InterruptedError("the machine stops")

    with pytest.raises((InterruptedError, sqlite3.OperationalError), match=r"stops|interrupted"):
        whole(path, rest=enough)
    assert rests == 3


def test_books_that_are_not_there_are_no_damage(tmp_path: Path) -> None:
    """A missing file is said to be missing; nothing is said about books nobody could read."""
    with pytest.raises(DatabaseError, match="there is no database"):
        whole(tmp_path / "minga.db")
