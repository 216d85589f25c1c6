"""What people read from the books: every cent that came in, and whose it is now."""

import itertools
from pathlib import Path

import pytest
from builders import BAG, CLAIM, LUZ, ROSA, a_busy_day, books, coins, pays, stamp

from controller.domain import facts as f
from controller.domain.cycle import Cycle
from controller.domain.events import ReturnPressed
from controller.domain.stocking import PutMaker, PutProduct
from controller.domain.times import Moment
from controller.ledger import reports, words
from controller.ledger.connection import open_readonly
from controller.ledger.journal import Journal, Stamp
from controller.ledger.reports import Totals
from controller.ledger.schema import create


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """Books with the full shelf in them."""
    return books(tmp_path)


def test_after_a_busy_day_every_cent_has_a_place(journal: Journal) -> None:
    """Four dollars, 3.50, three dollars and a quarter came in; two bags were sold, the rest waits or went back."""
    a_busy_day(journal)
    totals = reports.totals(open_readonly(journal.path))

    assert (totals.sales, totals.sold_cents, totals.inserted_cents, totals.returned_cents) == (2, 700, 1_075, 100)
    assert (totals.doubt_cents, totals.claims_cents, totals.unclaimed_cents) == (225, 25, 25)
    assert (totals.credit_cents, totals.hold_cents) == (0, 0)
    assert totals.makers == {"rosa": 560}
    assert sum(totals.funds.values()) == 1_000 + 140  # the float for the hopper, and their shares
    assert totals.cash == {"coinbox": 1_075, "hopper:25": 1_000 - 100}
    assert totals.adds_up
    assert totals.facts == journal.seq


def test_totals_add_up_after_every_single_fact(journal: Journal) -> None:
    """The first invariant holds at each commit of the day, not only at its end."""
    reader = open_readonly(journal.path)
    append, seen = journal.append, []

    def watched(*what: object) -> None:
        append(*what)  # type: ignore[arg-type]
        seen.append(reports.totals(reader).adds_up)

    journal.append = watched  # type: ignore[assignment, method-assign]
    a_busy_day(journal)

    assert len(seen) > 10
    assert all(seen)


def test_a_missing_cent_shows() -> None:
    """Totals that do not add up say so."""
    whole = Totals(1, 400, 350, 0, 50, 0, 0, 0, 0, 9)
    assert whole.adds_up
    for field, wrong in itertools.product(["inserted_cents", "sold_cents", "credit_cents", "doubt_cents"], [1]):
        assert not type(whole)(**{**{name: getattr(whole, name) for name in whole.__slots__}, field: wrong}).adds_up


def test_open_claims_say_what_about_and_since_when(journal: Journal) -> None:
    """A slot for a piece in doubt, a hopper for coins in doubt, and local time as far as it is known."""
    till = a_busy_day(journal)
    till.tell_all(coins(100, mark=40), ReturnPressed())
    pays(till, 0, unsure=True)
    doubt, owed, unclaimed, coins_in_doubt = reports.claims(open_readonly(journal.path))

    assert (doubt.account, doubt.cents, doubt.about) == ("doubt", 225, "slot B1")
    assert (owed.account, unclaimed.account, owed.about) == ("claims", "unclaimed", "")
    assert (coins_in_doubt.account, coins_in_doubt.cents, coins_in_doubt.about) == ("doubt", 100, "hopper:25")
    assert (doubt.since, doubt.certain) == ("2026-11-21 10:30", True)


def test_a_time_that_is_not_certain_says_so(tmp_path: Path) -> None:
    """A claim of a start whose clock nobody set is shown with its time and a word of doubt, until the clock is set."""
    create(tmp_path / "new.db")
    journal = Journal(tmp_path / "new.db")
    abandoned = f.CreditAbandoned(25, CLAIM)
    journal.append(Stamp(1, 5_000, 60_000, False), Cycle(), [f.CreditTaken(25, "coins", "nri-1234", 1), abandoned])
    reader = open_readonly(journal.path)
    (claim,) = reports.claims(reader)
    assert (claim.since, claim.certain) == ("1969-12-31 19:01 (the clock was not set)", False)
    journal.append(stamp(6_000), journal.cycle, [f.ClockSet(10**18, True)])
    assert reports.claims(reader)[0].since == "a time no calendar reaches"
    journal.append(stamp(7_000), journal.cycle, [f.ClockSet(1_795_275_000_000, True)])

    assert reports.claims(reader)[0].since == "2026-11-21 10:30"
    assert (reports.when(reader, 99), reports.when(reader, 2)) == (None, Moment(1_795_275_005_000, True))


def test_totals_read_no_fact(journal: Journal) -> None:
    """After ten years they are as quick as on the first day: SQLite looks at the tables of results and the last number."""
    seen: list[str] = []
    journal.db.set_trace_callback(seen.append)
    reports.totals(journal.db)
    journal.db.set_trace_callback(None)
    plans = [
        row[3]
        for query in seen
        if query.startswith("SELECT")
        for row in journal.db.execute(f"EXPLAIN QUERY PLAN {query}")
    ]

    assert plans
    assert not [plan for plan in plans if plan.startswith("SCAN facts")]


def test_balances_read_without_a_minus(journal: Journal) -> None:
    """What a maker is owed and what lies in the box are both plain amounts."""
    a_busy_day(journal)
    balances = reports.balances(open_readonly(journal.path))

    assert balances["coinbox"] == 1_075
    assert balances["maker:rosa"] == 560
    assert "maker:luz" not in balances


def test_words_about_people_are_beside_the_books(journal: Journal) -> None:
    """The newest words win, the price comes from the facts, and no word ever was in a fact."""
    rosa = PutMaker(ROSA, "Rosa Quishpe", "Taller La Tola", "Coso bolsos.", "rosa.jpg", True)
    luz = PutMaker(LUZ, "Luz")
    bag = PutProduct(BAG, ROSA, "Bolso de retazos", 999, "algodón", 45, "bolso.jpg")
    journal.append(stamp(), Cycle(), [], keeps=[PutMaker(ROSA, "R."), rosa, luz, bag])
    db = open_readonly(journal.path)

    assert reports.makers(db) == {"rosa": rosa, "luz": luz}
    assert reports.products(db) == {BAG: PutProduct(BAG, ROSA, "Bolso de retazos", 350, "algodón", 45, "bolso.jpg")}
    assert db.execute("SELECT count(*) FROM facts WHERE body LIKE '%Quishpe%'").fetchone()[0] == 0


def test_the_books_on_a_terminal(journal: Journal) -> None:
    """Dollars, one account a line, and a bar as long as the share."""
    a_busy_day(journal)
    said = words.books(reports.totals(open_readonly(journal.path))).splitlines()

    assert said[0] == f"2 pieces sold, {journal.seq} facts"
    assert f"{'Put in by visitors':<30}{'$10.75':>12}" in said
    assert f"{'  in doubt, a person decides':<30}{'$2.25':>12}" in said
    assert f"{'  rosa':<30}{'$5.60':>12}  {'█' * 19}" in said


def test_a_new_machine_says_none_yet(journal: Journal) -> None:
    """No sale yet: no division by nothing, and no empty heading."""
    said = words.books(reports.totals(open_readonly(journal.path)))
    assert said.count("none yet") == 3
