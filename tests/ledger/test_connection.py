"""The one place where the database is opened: safe settings or a refusal in words."""

import ast
import sqlite3
from functools import partial
from pathlib import Path

import pytest

import controller
from controller.ledger import connection
from controller.ledger.connection import DatabaseError, open_readonly, open_writer, transaction
from controller.ledger.schema import create


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Empty books in a folder whose name a URI must escape."""
    path = tmp_path / "año 100% #1?" / "minga.db"
    create(path)
    return path


def test_the_writer_is_durable_after_every_commit(database: Path) -> None:
    """What SQLite itself reports: EXTRA sync, a write-ahead log, foreign keys, no checkpoint by itself."""
    db = open_writer(database)
    settings = {name: db.execute(f"PRAGMA {name}").fetchone()[0] for name in connection.WANTED}

    assert settings == {"synchronous": 3, "journal_mode": "wal", "foreign_keys": 1, "wal_autocheckpoint": 0}


def test_the_sync_is_safe_before_the_journal_changes(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """EXTRA comes first, so that the removal of the old journal is on the disk too."""
    said: list[str] = []
    real = connection._connect

    def listening(path: Path, mode: str) -> sqlite3.Connection:
        db = real(path, mode)
        db.set_trace_callback(said.append)
        return db

    monkeypatch.setattr(connection, "_connect", listening)
    open_writer(database)

    order = [said.index(f"PRAGMA {each}") for each in ("synchronous=EXTRA", "journal_mode=WAL", "foreign_keys=ON")]
    assert order == sorted(order)


def test_a_disk_that_cannot_keep_a_log_is_refused(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a file system without shared memory SQLite quietly keeps its old journal; we do not sell on that."""
    sqlite3.connect(database).execute("PRAGMA journal_mode=DELETE")
    real = sqlite3.connect
    monkeypatch.setattr(connection.sqlite3, "connect", lambda name, **how: real(f"{name}&vfs=unix-none", **how))

    with pytest.raises(DatabaseError, match=r"refuses safe settings: wanted .*wal.* got .*delete"):
        open_writer(database)


def test_a_database_somebody_holds_is_refused_in_words(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy program has locked the file: the message names the file instead of a traceback."""
    monkeypatch.setattr(connection, "BUSY_MS", 50)
    holder = sqlite3.connect(database, isolation_level=None)
    holder.execute("PRAGMA journal_mode=DELETE")
    holder.execute("BEGIN EXCLUSIVE")

    with pytest.raises(DatabaseError, match=r"minga\.db.*locked"):
        open_writer(database)


@pytest.mark.parametrize("opens", [open_writer, open_readonly])
def test_a_database_that_is_not_there_says_how_to_make_one(opens: type[object], tmp_path: Path) -> None:
    """No empty file appears in its place; the way out stands in the message."""
    with pytest.raises(DatabaseError, match=r"there is no database; `minga init"):
        opens(tmp_path / "minga.db")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("opens", [open_writer, open_readonly])
def test_a_file_that_is_no_database_says_so(opens: type[object], tmp_path: Path) -> None:
    """Somebody's letter is not the books."""
    letter = tmp_path / "minga.db"
    letter.write_text("Querida Rosa: " * 100)
    with pytest.raises(DatabaseError, match="this is no usable database"):
        opens(letter)


def test_a_reader_can_write_nothing(database: Path) -> None:
    """Pages and reports cannot change the books, not even by mistake."""
    db = open_readonly(database)
    for wish in ("DELETE FROM machine", "CREATE TABLE mine (x)", "PRAGMA user_version=9"):
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            db.execute(wish)


def test_a_reader_sees_every_commit_and_waits_for_none(database: Path) -> None:
    """While the brain is in the middle of a transaction a page still reads, and sees what was committed."""
    writer, reader = open_writer(database), open_readonly(database)
    count = partial(reader.execute, "SELECT count(*) FROM marks")
    with transaction(writer):
        writer.execute("INSERT INTO marks VALUES ('nri-1234', 7)")
        assert count().fetchone()[0] == 0
    assert count().fetchone()[0] == 1


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_transaction_is_all_or_nothing(database: Path, error: type[BaseException]) -> None:
    """Any error, even an interrupt, leaves nothing behind and no transaction open."""
    db = open_writer(database)

    def half() -> None:
        with transaction(db):
            db.execute("INSERT INTO marks VALUES ('nri-1234', 7)")
            raise error

    with pytest.raises(error):
        half()
    assert db.execute("SELECT count(*) FROM marks").fetchone()[0] == 0
    assert not db.in_transaction


def test_nobody_else_opens_a_database() -> None:
    """In the whole controller only `connection` calls `sqlite3.connect`; nothing gives sqlite-utils a path."""
    openers = {
        (file.name, call)
        for file in Path(controller.__file__).parent.rglob("*.py")
        for call in _opening_calls(ast.parse(file.read_text()))
    }
    assert openers == {("connection.py", "sqlite3.connect"), ("schema.py", "Database(db)")}


def _opening_calls(module: ast.Module) -> list[str]:
    """Calls that open a database, as they are written: `sqlite3.connect`, or `Database(…)` with its arguments."""
    found = []
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name in ("sqlite3.connect", "connect", "sqlite3.Connection", "sqlite3.dbapi2.connect"):
                found.append(name)
            if name.split(".")[-1] == "Database":
                found.append(ast.unparse(node))
    return found
