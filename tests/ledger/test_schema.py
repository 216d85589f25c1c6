"""The tables: made once, guarded by triggers, and never opened by an older Minga."""

import sqlite3
import stat
from pathlib import Path

import pytest
from builders import books

from controller.ledger import schema
from controller.ledger.connection import DatabaseError, open_writer
from controller.ledger.journal import Journal
from controller.ledger.schema import VERSION, create


def test_new_books_are_empty_and_have_their_own_secret(tmp_path: Path) -> None:
    """Two machines never share the key of their claim codes, and strangers cannot read it."""
    keys = set()
    for name in ("uno.db", "dos.db"):
        create(tmp_path / name)
        journal = Journal(tmp_path / name)
        keys.add(journal.shop.claim_key)
        assert (journal.seq, journal.epoch, journal.boots()) == (0, 1, 0)

    assert len(keys) == 2
    assert all(len(key) == 16 for key in keys)
    assert not stat.S_IMODE((tmp_path / "uno.db").stat().st_mode) & 0o007


def test_books_are_never_overwritten(tmp_path: Path) -> None:
    """Making books where books are is refused, and the old ones stay whole."""
    books(tmp_path).close()
    with pytest.raises(DatabaseError, match="never overwritten"):
        create(tmp_path / "minga.db")
    assert Journal(tmp_path / "minga.db").seq > 0


@pytest.mark.parametrize("table", ["facts", "postings"])
@pytest.mark.parametrize(
    "act", ["UPDATE {} SET seq = seq", "DELETE FROM {}", "DELETE FROM {} WHERE seq = 8"], ids=["update", "clear", "row"]
)
def test_the_books_refuse_to_be_changed(tmp_path: Path, table: str, act: str) -> None:
    """Triggers refuse every UPDATE and DELETE of facts and postings, and say so."""
    journal = books(tmp_path)
    journal.db.execute("INSERT INTO postings VALUES (8, 0, 'coinbox', 25), (8, 1, 'credit', -25)")
    with pytest.raises(sqlite3.IntegrityError, match=f"{table} are never"):
        journal.db.execute(act.format(table))


@pytest.mark.parametrize(
    "row",
    [
        "postings VALUES (9999, 0, 'coinbox', 25)",
        "postings VALUES (8, 0, 'coinbox', 0)",
        "postings VALUES (8, 0, 'coinbox', 2.5)",
        "slots VALUES ('Z9', 'nada', 1, 8, NULL)",
        "slots VALUES ('Z9', 'bolso-retazos', -1, 8, NULL)",
        "cycle VALUES (2, '{}')",
        "facts SELECT 99, 1, 1, 1, 1, 7, type, body, prev, hash FROM facts LIMIT 1",
    ],
    ids=["no fact", "no cents", "half a cent", "no product", "less than none", "a second cycle", "half a trust"],
)
def test_a_row_that_makes_no_sense_is_refused(tmp_path: Path, row: str) -> None:
    """The tables themselves refuse fractions of a cent, lines of no fact and the like."""
    journal = books(tmp_path)
    with pytest.raises(sqlite3.IntegrityError):
        journal.db.execute(f"INSERT INTO {row}")


def test_books_of_a_newer_minga_are_refused_in_words(tmp_path: Path) -> None:
    """After a downgrade nothing is touched; the message says which forms and what to do."""
    journal = books(tmp_path)
    journal.db.execute(f"PRAGMA user_version={VERSION + 1}")
    journal.close()

    with pytest.raises(DatabaseError, match=rf"form {VERSION + 1} .* up to {VERSION}: install the newer Minga"):
        Journal(tmp_path / "minga.db")


def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    """Migrations run once: the second opening finds the same tables and the same key."""
    first = books(tmp_path)
    tables = first.db.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall()
    key = first.shop.claim_key
    first.close()
    again = Journal(tmp_path / "minga.db")

    assert again.db.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall() == tables
    assert again.shop.claim_key == key


@pytest.mark.parametrize("statement", range(1, 18, 4))
def test_a_power_cut_while_the_books_are_made_leaves_a_new_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statement: int
) -> None:
    """Whichever table the making stops at, opening the file again makes the whole set of tables."""
    path = tmp_path / "minga.db"
    whole = schema._statements(schema.BOOKS)
    with monkeypatch.context() as cut:
        cut.setattr(schema, "_statements", lambda script: [*whole[:statement], "no more power"])
        with pytest.raises(sqlite3.OperationalError):
            create(path)

    assert Journal(path).seq == 0


def test_somebody_elses_database_is_left_alone(tmp_path: Path) -> None:
    """A mistyped path to another program's database gets a refusal, not our tables."""
    path = tmp_path / "fotos.db"
    db = sqlite3.connect(path)
    db.executescript("CREATE TABLE photos (id, name); INSERT INTO photos VALUES (1, 'inti.jpg')")
    db.close()

    with pytest.raises(DatabaseError):
        Journal(path)
    names = open_writer(path).execute("SELECT name FROM sqlite_master").fetchall()
    assert names == [("photos",)]
