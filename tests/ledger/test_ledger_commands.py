"""`minga ledger`: what the books say, in words and in JSON, and an exit status that a script can trust."""

import json
import sqlite3
from pathlib import Path

import pytest
from builders import a_busy_day, books, minga


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """The books of a busy day; the machine that wrote them is still running."""
    journal = books(tmp_path)
    a_busy_day(journal)
    return journal.path


def tamper(database: Path, statement: str) -> None:
    """Change a row that triggers guard."""
    db = sqlite3.connect(database)
    db.executescript(f"DROP TRIGGER facts_stay; {statement};")
    db.close()


def test_show_prints_the_books_in_words(database: Path) -> None:
    """People read pieces, dollars and names."""
    shown = minga("ledger", "show", "--db", database)

    assert (shown.status, shown.err) == (0, "")
    assert shown.out.startswith("2 pieces sold")
    assert "rosa" in shown.out
    assert "$5.60" in shown.out


def test_show_prints_the_books_as_json(database: Path) -> None:
    """Programs read one object in whole cents."""
    shown = json.loads(minga("ledger", "show", "--db", database, "--json").out)

    assert (shown["sales"], shown["sold_cents"], shown["makers"]) == (2, 700, {"rosa": 560})
    assert all(isinstance(value, int) for name, value in shown.items() if name.endswith("_cents"))


def test_verify_of_whole_books_ends_with_0(database: Path) -> None:
    """Nothing is wrong: one sentence, or `"invariants": "ok"`."""
    said, told = minga("ledger", "verify", "--db", database), minga("ledger", "verify", "--db", database, "--json")

    assert (said.status, told.status) == (0, 0)
    assert said.out.startswith("The books are whole: ")
    assert json.loads(told.out)["invariants"] == "ok"


def test_verify_of_changed_books_ends_with_1(database: Path) -> None:
    """One changed fact: status 1, and its number and invariant in words and in JSON."""
    tamper(database, "UPDATE facts SET wall_ms = 0 WHERE seq = 20")
    said, told = minga("ledger", "verify", "--db", database), minga("ledger", "verify", "--db", database, "--json")

    assert (said.status, told.status) == (1, 1)
    assert "chain at fact 20" in said.err
    assert "whole" not in said.out
    assert json.loads(told.out)["invariants"] == ["chain at fact 20: its hash does not follow from the fact before it"]


@pytest.mark.parametrize("how", [[], ["--json"]], ids=["words", "json"])
def test_verify_of_rubbish_still_says_what_is_wrong(database: Path, how: list[str]) -> None:
    """A balance of an account that is not in the chart is told like any other complaint, without a traceback."""
    tamper(database, "INSERT INTO balances VALUES ('pocket', 100)")
    said = minga("ledger", "verify", "--db", database, *how)

    assert said.status == 1
    assert "pocket" in said.err + said.out


@pytest.mark.parametrize("command", ["show", "verify"])
@pytest.mark.parametrize("rubbish", [None, b"", b"Querida Rosa: " * 99], ids=["missing", "empty", "a letter"])
def test_a_file_without_books_is_one_clear_sentence(tmp_path: Path, command: str, rubbish: bytes | None) -> None:
    """No traceback for a wrong path: a sentence that names the file, and status 1."""
    path = tmp_path / "minga.db"
    if rubbish is not None:
        path.write_bytes(rubbish)
    said = minga("ledger", command, "--db", path)

    assert (said.status, said.out) == (1, "")
    assert said.err.startswith(f"minga: {path}: ")
    assert len(said.err.splitlines()) == 1


def test_a_reader_leaves_the_books_alone(database: Path) -> None:
    """Showing and verifying write nothing: the file's bytes are the same afterwards."""
    before = database.read_bytes()
    for command in ("show", "verify"):
        assert minga("ledger", command, "--db", database).status == 0
    assert database.read_bytes() == before
