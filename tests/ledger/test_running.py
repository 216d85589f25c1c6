"""Running results: kept with each fact, right whatever the clock did, and the same as if derived again."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from builders import A3, BELT, LUZ, ROSA, books

from controller.domain import facts as f
from controller.domain.catalog import Account
from controller.domain.cycle import Cycle
from controller.domain.shop import Shop
from controller.ledger import reports
from controller.ledger.connection import DatabaseError
from controller.ledger.journal import Journal, Stamp
from controller.ledger.verify import verify

QUITO, GALAPAGOS = "America/Guayaquil", "Pacific/Galapagos"
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
YEARS_MS = 3_652 * DAY_MS
TRUE_MS = int(datetime(2026, 11, 21, 9, tzinfo=ZoneInfo(QUITO)).timestamp() * 1_000)
"""When the second start of the machine began."""


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Books with the full shelf in them, and nothing sold."""
    made = books(tmp_path)
    yield made
    made.close()


class Stall:
    """A machine that sells Luz's belts by a clock that shows `wrong_ms` more than the time, and knows the true days."""

    def __init__(self, journal: Journal) -> None:
        self.journal, self.boot_id, self.began_ms = journal, 2, TRUE_MS
        self.wrong_ms, self.trusted = 0, True
        self.true_days: Counter[date] = Counter()

    def writes(self, at_ms: int, *facts: f.Fact) -> None:
        """These facts, `at_ms` after the start."""
        stamp = Stamp(self.boot_id, at_ms, self.began_ms + self.wrong_ms + at_ms, self.trusted)
        self.journal.append(stamp, self.journal.cycle, facts)

    def shows(self, at_ms: int, wrong_ms: int, trusted: bool) -> None:
        """The wall clock steps, and the machine notices it."""
        self.wrong_ms, self.trusted = wrong_ms, trusted
        self.writes(at_ms, f.ClockSet(self.began_ms + wrong_ms, trusted))

    def sells(self, at_ms: int) -> None:
        shop, vend_id = self.journal.shop, self.journal.cycle.last_vend_id + 1
        facts = sale(shop, vend_id)
        self.journal.append(
            Stamp(self.boot_id, at_ms, self.began_ms + self.wrong_ms + at_ms, self.trusted),
            Cycle(last_vend_id=vend_id),
            [f.SlotCounted(A3, shop.slots[A3].quantity, 8, "luz"), *facts],
        )
        self.true_days[datetime.fromtimestamp((self.began_ms + at_ms) / 1_000, ZoneInfo(QUITO)).date()] += 1

    def days(self) -> Counter[date]:
        """The days the books know of, and how many belts each sold."""
        told = reports.day_totals(self.journal.db, "maker:luz", date.min, date.max)
        assert all(day.earned_cents == 400 * day.pieces for day in told)
        return Counter({day.day: day.pieces for day in told})


def sale(shop: Shop, vend_id: int) -> list[f.Fact]:
    assert shop.rule is not None
    shares = shop.rule.shares(500, LUZ, vend_id)
    return [
        f.CreditTaken(500, "coins", "nri-1234", vend_id),
        f.VendStarted(vend_id, A3, BELT, LUZ, 500, 1, shares),
        f.Sold(vend_id, A3, BELT, LUZ, 500, shares),
    ]


# Wishes


def test_a_wish_leads_to_what_it_became(journal: Journal) -> None:
    """By the id its asker chose, also after the books were opened again; an unknown id leads nowhere."""
    float_given = f.CashMoved(1_000, Account("hopper:25"), Account("fund:comun"), "carmen", "sueltos-1")
    counted = f.CashCounted("hopper:25", 1_000, 975, "carmen", "luz", "conteo-1")
    journal.append(Stamp(1, 2_000, TRUE_MS, True), journal.cycle, [float_given, counted])
    again = Journal(journal.path)

    assert [journal.wish("sueltos-1"), again.wish("conteo-1")] == [float_given, counted]
    assert (journal.wish("sueltos-2"), journal.wish("")) == (None, None)
    assert verify(again.db) == []


def test_an_id_is_a_wishs_own(journal: Journal) -> None:
    """A second fact with the same id is a mistake in the program: nothing of its decision is written."""
    given = f.CashMoved(1_000, Account("safe"), Account("fund:comun"), "carmen", "sueltos-1")
    journal.append(Stamp(1, 2_000, TRUE_MS, True), journal.cycle, [given])
    seq = journal.seq
    with pytest.raises(sqlite3.IntegrityError):
        journal.append(Stamp(1, 3_000, TRUE_MS, True), journal.cycle, [f.MakerJoined(ROSA), given])

    assert (journal.seq, reports.balances(journal.db)["safe"]) == (seq, 1_000)
    assert verify(journal.db) == []


# Clocks


AT_MS = (0, 5 * HOUR_MS, 30 * HOUR_MS, 31 * HOUR_MS, 55 * HOUR_MS)
"""Sales on a Saturday, on Sunday and on Monday."""
Step = tuple[int, int, bool]


@pytest.mark.parametrize(
    ("first", "steps"),
    [
        ((0, True), []),
        ((-TRUE_MS, False), [(1, 0, True)]),
        ((-TRUE_MS, False), [(4, 0, True)]),
        ((-TRUE_MS, False), [(1, -DAY_MS, False), (3, 0, True)]),
        ((0, True), [(1, YEARS_MS, False), (2, -YEARS_MS, False), (3, 0, True)]),
        ((0, True), [(2, YEARS_MS, False), (4, -YEARS_MS, False)]),
        ((0, True), [(3, -HOUR_MS, False)]),
        ((10**15, False), [(4, 0, True)]),
    ],
    ids=["right", "1970", "1970 till the end", "fumbled", "±10 years", "mad", "an hour back", "beyond"],
)
def test_order_sums_and_days_are_right_at_the_end(journal: Journal, first: tuple[int, bool], steps: list[Step]) -> None:
    """Whatever the clock showed meanwhile, once it is right each sale stands on its true day, and nothing is lost."""
    stall = Stall(journal)
    stall.wrong_ms, stall.trusted = first
    for number, at_ms in enumerate(AT_MS):
        for turn, wrong_ms, trusted in steps:
            if turn == number:
                stall.shows(at_ms - 1, wrong_ms, trusted)
        stall.sells(at_ms)
        assert verify(journal.db) == []
        assert stall.days().total() == number + 1
    rows = journal.db.execute("SELECT seq, body ->> '$.vend_id' FROM facts WHERE type = 'Sold' ORDER BY seq").fetchall()
    moments = [reports.when(journal.db, seq) for seq, _ in rows]

    assert stall.days() == stall.true_days
    assert [vend_id for _, vend_id in rows] == [1, 2, 3, 4, 5]
    assert [moment.wall_ms for moment in moments] == [TRUE_MS + at_ms for at_ms in AT_MS]
    assert all(moment.certain for moment in moments)
    assert reports.totals(journal.db).sold_cents == 2_500


def test_a_stamp_that_can_be_trusted_is_enough(journal: Journal) -> None:
    """If the first fact after the network came back is a sale, the sales before it are moved all the same."""
    stall = Stall(journal)
    stall.wrong_ms, stall.trusted = -TRUE_MS, False
    stall.sells(AT_MS[0])
    stall.wrong_ms, stall.trusted = 0, True
    stall.sells(AT_MS[2])

    assert stall.days() == stall.true_days
    assert verify(journal.db) == []


def test_a_clock_that_can_be_trusted_may_be_moved(journal: Journal) -> None:
    """A museum's day is played in a minute: each sale stands on the day that its own clock showed."""
    stall = Stall(journal)
    for days in range(3):
        stall.wrong_ms = days * DAY_MS
        stall.sells(1_000 + days)

    assert sorted(day.isoformat() for day in stall.days()) == ["2026-11-21", "2026-11-22", "2026-11-23"]
    assert verify(journal.db) == []


def test_each_start_has_its_own_clock(journal: Journal) -> None:
    """A clock that is set in one start says nothing about another: its sales stay where they were, and are not certain."""
    stall = Stall(journal)
    stall.wrong_ms, stall.trusted = -TRUE_MS, False
    stall.sells(AT_MS[1])
    stall.boot_id, stall.began_ms = 3, TRUE_MS + DAY_MS
    stall.sells(AT_MS[1])
    stall.shows(AT_MS[2], 0, True)
    told = reports.sales_by_day(journal.db, date(1970, 1, 1), date(2027, 1, 1))

    assert [(day.day.isoformat(), day.pieces, day.sold_cents, day.certain) for day in told] == [
        ("1970-01-01", 1, 500, False),
        ("2026-11-22", 1, 500, True),
    ]
    assert verify(journal.db) == []


def test_a_clock_that_could_not_be_written_is_not_believed(journal: Journal) -> None:
    """The disk refuses the commit that sets the clock: the next one starts from what is on the disk."""
    stall = Stall(journal)
    stall.wrong_ms, stall.trusted = -TRUE_MS, False
    stall.sells(AT_MS[0])
    with pytest.raises(KeyError):
        stall.writes(1, f.ClockSet(TRUE_MS, True), f.SlotOpened("Z9", "luz"))
    assert stall.days() != stall.true_days
    stall.shows(2, 0, True)

    assert stall.days() == stall.true_days
    assert verify(journal.db) == []


# Zones


def test_days_follow_the_zone(journal: Journal) -> None:
    """Taken to the islands, the machine keeps its days by their clock, those of the past too; opened again, it still does."""
    stall = Stall(journal)
    half_past_midnight_ms = 15 * HOUR_MS + HOUR_MS // 2
    stall.sells(half_past_midnight_ms)
    assert [day.isoformat() for day in stall.days()] == ["2026-11-22"]
    on_the_islands = Journal(journal.path, zone=GALAPAGOS)
    stall.journal = Journal(journal.path)

    assert on_the_islands.zone == stall.journal.zone == ZoneInfo(GALAPAGOS)
    assert [day.isoformat() for day in stall.days()] == ["2026-11-21"]
    assert verify(stall.journal.db) == []
    assert Journal(journal.path, zone=QUITO).zone == ZoneInfo(QUITO)
    assert stall.days() == stall.true_days


@pytest.mark.parametrize("name", ["America/Quito", "../etc/passwd", ""])
def test_a_zone_that_nobody_keeps_is_refused(journal: Journal, name: str) -> None:
    """Quito has no zone of its own name; the sentence says how one is written."""
    with pytest.raises(DatabaseError, match="is no time zone: write one like America/Guayaquil"):
        Journal(journal.path, zone=name)
    assert Journal(journal.path).zone == ZoneInfo(QUITO)
