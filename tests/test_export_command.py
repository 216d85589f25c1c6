"""`minga export beancount`: every kind of fact in another accountant's program, names it takes, and sums it proves."""

import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from beancount import loader
from beancount.core import account as accounts
from beancount.core import data
from builders import EVERY_FACT, a_busy_day, books, minga

from controller.domain import facts as f
from controller.domain.accounts import EITHER, NAMED, OWNERS, PLACES
from controller.domain.catalog import Account, MakerId
from controller.domain.chain import Stamp
from controller.ledger.export import Entry
from controller.ledger.export.entry import TOLD, amount, narration
from controller.ledger.export.names import names
from controller.ledger.forms import plain
from controller.ledger.journal import Journal
from controller.ledger.reports import balances

BEAN_CHECK = Path(sys.executable).with_name("bean-check")


def exported(folder: Path) -> Path:
    (folder / "minga.toml").write_text('[machine]\nname = "quito-museo-1"\n')
    done = minga("export", "beancount", folder / "minga.beancount", "--config", folder / "minga.toml")
    assert (done.status, done.err) == (0, "")
    assert "bean-check" in done.out
    return folder / "minga.beancount"


def complaints(file: Path) -> str:
    return subprocess.run([BEAN_CHECK, "--no-cache", file], capture_output=True, text=True).stderr


@pytest.fixture
def museum(tmp_path: Path) -> Journal:
    """A busy day, and then a payment to a maker whose id has dashes and digits, by people with odd names."""
    journal = books(tmp_path)
    a_busy_day(journal)
    journal.append(
        Stamp(1, 9_000, 1_795_275_009_000, True),
        journal.cycle,
        [
            f.MakerJoined(MakerId("7-hilos-2")),
            f.CashMoved(100, Account("maker:7-hilos-2"), Account("maker:rosa"), 'car"men\\ \n tab\t', "m-9"),
        ],
    )
    return journal


def test_bean_check_accepts_a_busy_day(museum: Journal, tmp_path: Path) -> None:
    """A sale, a jam, a doubt, a claim, an odd name with quotes and line ends: not one complaint."""
    file = exported(tmp_path)
    assert complaints(file) == ""
    assert "Liabilities:Makers:7-hilos-2  1.00 USD" in file.read_text()


def test_the_other_program_finds_our_balances(museum: Journal, tmp_path: Path) -> None:
    """Added up by itself, each account holds what the machine says; each Open says how we call it."""
    entries, errors, _ = loader.load_file(str(exported(tmp_path)))
    ours = {entry.account: entry.meta["minga"] for entry in entries if isinstance(entry, data.Open)}
    sums: dict[str, int] = dict.fromkeys(ours.values(), 0)
    for entry in entries:
        for line in entry.postings if isinstance(entry, data.Transaction) else ():
            assert line.units is not None
            assert line.units.number is not None
            sums[ours[line.account]] += int(line.units.number * 100)

    assert errors == []
    assert sums == museum.balances
    assert set(sums) == set(balances(museum.db))


@pytest.mark.parametrize("line", [r"balance Assets:Coinbox  \d+", r"  Assets:Coinbox  \d+"])
def test_a_cent_more_anywhere_is_found(museum: Journal, tmp_path: Path, line: str) -> None:
    """One posting or one balance that is wrong by a cent, and bean-check complains."""
    file = exported(tmp_path)
    text = file.read_text()
    wrong = re.sub(rf"({line}\.\d)(\d)", lambda found: found[1] + str((int(found[2]) + 1) % 10), text, count=1)
    assert wrong != text
    file.write_text(wrong)
    assert complaints(file)


def test_mad_clocks_are_no_trouble(museum: Journal, tmp_path: Path) -> None:
    """Facts of 1970, of the year 9999 and of before all calendars have a day that Beancount takes, and say so."""
    for boot_id, wall_ms in ((2, 60_000), (3, 10**15), (4, -(10**15)), (5, 2**60)):
        moved = f.CashMoved(10, Account("safe"), Account("coinbox"), "carmen", f"m-{boot_id}")
        museum.append(Stamp(boot_id, 5_000, wall_ms, False), museum.cycle, [moved])
    file = exported(tmp_path)

    assert complaints(file) == ""
    assert file.read_text().count('clock: "not set"') == 4


def test_empty_books_are_a_file_too(tmp_path: Path) -> None:
    """Nothing posted, nothing opened, nothing to complain of."""
    books(tmp_path).close()
    assert complaints(exported(tmp_path)) == ""


def test_a_file_that_cannot_be_written_leaves_nothing_behind(museum: Journal, tmp_path: Path) -> None:
    """A folder that is not there is told in a sentence; what is there is replaced only by a whole file."""
    (tmp_path / "minga.toml").write_text('[machine]\nname = "quito-museo-1"\n')
    told = minga("export", "beancount", tmp_path / "no" / "x.beancount", "--config", tmp_path / "minga.toml")

    assert told.status == 1
    assert "it cannot be written" in told.err
    assert not list(tmp_path.rglob("*.part"))


# Names


def test_every_account_has_a_legal_name_of_its_own() -> None:
    """Every family of the chart, with names that have digits, dashes, capitals or letters of any script."""
    own = ("rosa", "7-hilos", "-x", "25", "año nuevo", "ñusta", "a_b", "maquina")
    wanted = [
        *(family for family in PLACES + OWNERS + EITHER if family not in NAMED),
        *(f"{family}:{name}" for family in NAMED for name in own),
    ]
    given = names(wanted)

    assert all(accounts.is_valid(name) for name in given.values()), given
    assert len(set(given.values())) == len(wanted)
    assert given["maker:rosa"] == "Liabilities:Makers:Rosa"
    assert given["hopper:25"] == "Assets:Hoppers:25"
    assert given["fund:maquina"] == "Equity:Funds:Maquina"


def test_names_that_would_be_one_are_told_apart() -> None:
    """`a b`, `a-b` and `A-b` are three accounts."""
    given = names(["fund:a b", "fund:a-b", "fund:A-b"])
    assert sorted(given.values()) == ["Equity:Funds:A-b", "Equity:Funds:A-b-2", "Equity:Funds:A-b-3"]


def test_a_name_outside_the_chart_is_refused() -> None:
    """Nothing is exported under a guess."""
    with pytest.raises(ValueError, match="chart of accounts"):
        names(["loot"])


@pytest.mark.parametrize(
    ("cents", "text"), [(0, "0.00 USD"), (-5, "-0.05 USD"), (123_456, "1234.56 USD"), (-100, "-1.00 USD")]
)
def test_an_amount_is_exact(cents: int, text: str) -> None:
    """Two decimals, the sign in front, no rounding."""
    assert amount(cents) == text


def test_every_fact_that_can_post_can_be_told() -> None:
    """No field of any fact breaks the narration's quotes or its line."""
    for fact in EVERY_FACT:
        entry = Entry(1, date(2026, 11, 21), 0, True, type(fact).__name__, plain(fact), "5a", ())
        assert len(narration(entry)) <= TOLD
