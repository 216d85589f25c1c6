"""`minga statement`: one maker's account on the terminal and in files, everybody's in a folder, and what it refuses."""

import json
from datetime import date
from pathlib import Path

import pytest
from builders import A1, A3, LUZ, ROSA, SHELF, Outcome, Till, coins, minga, stamp

from controller.config import load
from controller.domain import facts as f
from controller.domain.catalog import Account
from controller.domain.cycle import Cycle
from controller.domain.events import ItemDropped, SlotChosen
from controller.domain.stocking import PutMaker
from controller.ledger.journal import Journal
from controller.ledger.schema import create

DAYS = ("--from", "2026-11-01", "--to", "2026-11-30")
SIGNS = {"pdf": b"%PDF-", "xlsx": b"PK\x03\x04", "csv": b"\xef\xbb\xbf", "png": b"\x89PNG"}


class Museum:
    """A machine's folder whose books have two sales and a payment on 21 November 2026."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "minga.toml"
        self.file.write_text('[machine]\nname = "quito-museo-1"\n')
        database = load(self.file).machine.database
        create(database)
        journal = Journal(database)
        words = [PutMaker(ROSA, "Rosa Caiza"), PutMaker(LUZ, "Luz Guamán")]
        journal.append(stamp(), Cycle(), [f.Booted(1, "0.1.0"), *SHELF], None, words)
        till = Till(shop=journal.shop, journal=journal)
        till.tell_all(coins(100, 100, 100, 50, mark=4), SlotChosen(A1), ItemDropped(1))
        till.tell_all(coins(100, 100, 100, 100, 100, mark=9), SlotChosen(A3), ItemDropped(2))
        journal.append(
            stamp(),
            journal.cycle,
            [
                f.CashMoved(350, Account("safe"), Account("coinbox"), "carmen", "m-1"),
                f.MakerPaid(ROSA, 200, "safe", "carmen", "luz", "pago-1"),
            ],
        )
        journal.close()

    def asks(self, *words: object) -> Outcome:
        return minga("statement", *words, "--config", self.file)


@pytest.fixture
def museum(tmp_path: Path) -> Museum:
    return Museum(tmp_path)


def test_a_maker_reads_her_account_on_the_terminal(museum: Museum) -> None:
    """Her name, the days, what she is owed, and the two lines that led there."""
    told = museum.asks("rosa", *DAYS)

    assert (told.status, told.err) == (0, "")
    for words in ("LIQUIDACIÓN DE ROSA CAIZA", "del 1 al 30 de noviembre de 2026", "entregó carmen, vio luz", "$0,80"):
        assert words in told.out


def test_everybody_is_listed_when_nobody_is_named(museum: Museum) -> None:
    """One row each, and all of them together; Inti has sold nothing and is there."""
    told = museum.asks(*DAYS).out.splitlines()
    found = {line.split()[0]: line.split()[-4:] for line in told[3:]}

    assert found["Rosa"] == ["1", "$2,80", "$2,00", "$0,80"]
    assert found["Luz"] == ["1", "$4,00", "$0,00", "$4,00"]
    assert found["inti"] == ["0", "$0,00", "$0,00", "$0,00"]
    assert found["Todas"] == ["2", "$6,80", "$2,00", "$4,80"]


@pytest.mark.parametrize("form", SIGNS)
def test_a_statement_becomes_a_file(museum: Museum, tmp_path: Path, form: str) -> None:
    """Each form is written where it was asked for, and nothing but its name is said."""
    file = tmp_path / f"rosa.{form}"
    told = museum.asks("rosa", *DAYS, f"--{form}", file)

    assert (told.status, told.out, told.err) == (0, f"{file}\n", "")
    assert file.read_bytes().startswith(SIGNS[form])


def test_every_maker_gets_a_file_of_her_own(museum: Museum, tmp_path: Path) -> None:
    """Without a name the path is a folder, made when it is not there; two forms at once are two files each."""
    folder = tmp_path / "noviembre"
    told = museum.asks(*DAYS, "--csv", folder, "--png", folder)
    names = {f"{maker}-2026-11-01-2026-11-30.{form}" for maker in ("rosa", "luz", "inti") for form in ("csv", "png")}

    assert told.status == 0
    assert {file.name for file in folder.iterdir()} == names


def test_programs_read_json(museum: Museum) -> None:
    """One object for one maker, a list for all; the sums are cents."""
    one, everybody = (json.loads(museum.asks(*words, *DAYS, "--json").out) for words in (["rosa"], []))

    assert (one["maker"], one["opening_cents"], one["closing_cents"], one["pieces"]) == ("rosa", 0, 80, 1)
    assert [line["what"] for line in one["lines"]] == ["sold", "paid"]
    assert [other["closing_cents"] for other in everybody] == [0, 400, 80]


def test_a_month_begins_on_its_first_day_unless_told_otherwise(museum: Museum) -> None:
    """With only a last day the statement is of that day's month; the day after, nothing has happened yet."""
    until = json.loads(museum.asks("rosa", "--to", "2026-11-22", "--json").out)
    december = json.loads(museum.asks("rosa", "--to", "2026-12-01", "--json").out)

    assert (until["first_day"], until["closing_cents"]) == ("2026-11-01", 80)
    assert (december["opening_cents"], december["lines"]) == (80, [])


def test_without_days_it_is_this_month_so_far(museum: Museum) -> None:
    """From the first of the month to today, by the museum's own calendar."""
    told = json.loads(museum.asks("rosa", "--json").out)
    first, last = date.fromisoformat(told["first_day"]), date.fromisoformat(told["last_day"])
    assert first == last.replace(day=1)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["roza", *DAYS], "no maker is called 'roza': did you mean rosa?"),
        (["xyz", *DAYS], "there are inti, luz, rosa"),
        (["rosa", "--from", "ayer"], "'ayer' is no day"),
        (["rosa", "--from", "2026-11-30", "--to", "2026-11-01"], "2026-11-01 is before 2026-11-30"),
        (["rosa", *DAYS, "--json", "--csv", "x.csv"], "leave it out"),
        (["rosa", *DAYS, "--pdf", "/nowhere/at/all/rosa.pdf"], "it cannot be written: No such file"),
        ([*DAYS, "--pdf", "/dev/null"], "/dev/null is no folder"),
    ],
)
def test_what_cannot_be_is_one_sentence(museum: Museum, words: list[str], why: str) -> None:
    """Each ends with status 1 and says what to change."""
    told = museum.asks(*words)
    assert (told.status, told.out) == (1, "")
    assert why in told.err
    assert len(told.err.splitlines()) == 1


def test_reading_changes_nothing(museum: Museum, tmp_path: Path) -> None:
    """The books have the same bytes after every form was drawn."""
    database = load(museum.file).machine.database
    before = database.read_bytes()
    museum.asks("rosa", *DAYS, "--pdf", tmp_path / "rosa.pdf")
    museum.asks(*DAYS)
    assert database.read_bytes() == before
