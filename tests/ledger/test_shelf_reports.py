"""What a maker's phone reads of the books: her newest lines, the newest counts of slots, which places have sold."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from sqlite3 import Connection

import pytest
from builders import A1, A2, A3, B1, BAG, LUZ, ROSA, Till, a_busy_day, books, coins, stamp

from controller.domain import facts as f
from controller.domain.catalog import Account, Closed, Share, SlotId, SplitRule
from controller.domain.cycle import Cycle
from controller.domain.events import ItemDropped, SlotChosen
from controller.domain.stocking import PutProduct
from controller.ledger import lately, places, shelf
from controller.ledger.connection import open_readonly
from controller.ledger.journal import Journal, Stamp
from controller.ledger.reports import products
from controller.ledger.statement import What, statement

THE_DAY = date(2026, 11, 21)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with closing(books(tmp_path)) as journal:
        yield journal


@contextmanager
def read(journal: Journal) -> Iterator[Connection]:
    with closing(open_readonly(journal.path)) as db:
        yield db


def sell(journal: Journal, slot: SlotId, times: int = 1) -> None:
    """So many visitors with the exact price."""
    till = Till(shop=journal.shop, journal=journal, cycle=journal.cycle)
    for _ in range(times):
        mark = journal.marks.get("coins", 0) + 1
        till.tell_all(coins(till.shop.slots[slot].price_cents, mark=mark), SlotChosen(slot))
        till.tell(ItemDropped(till.cycle.last_vend_id))


def test_the_shelf_reads_as_the_shop_has_it(journal: Journal) -> None:
    """Slot by slot, jam and all, and the rule in force is the newest one."""
    a_busy_day(journal)
    journal.append(stamp(), journal.cycle, [f.RuleApproved(2, (("maker", 3), ("fund:comun", 1)), "fund:comun")])
    with read(journal) as db:
        assert shelf.slots(db) == tuple(journal.shop)
        assert any(slot.closed is Closed.JAMMED for slot in shelf.slots(db))
        assert shelf.rule(db) == journal.shop.rule == SplitRule(2, (("maker", 3), ("fund:comun", 1)), "fund:comun")


def test_her_newest_lines_are_the_end_of_her_statement(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """However few facts the first look reads: the same lines, newest first; a payment and a refund among them."""
    a_busy_day(journal)
    sell(journal, A2, 3)
    sold = (Share(Account("maker:rosa"), 280), Share(Account("fund:comun"), 53), Share(Account("fund:maquina"), 17))
    told = [
        f.MakerPaid(ROSA, 500, "coinbox", "carmen", "luz", "p-1"),
        f.SaleRefunded(1, 350, sold, "coinbox", "carmen", "x"),
    ]
    journal.append(stamp(), journal.cycle, told)
    with read(journal) as db:
        whole = statement(db, ROSA, THE_DAY, THE_DAY).lines[::-1]
        assert [line.what for line in whole[:2]] == [What.TAKEN_BACK, What.PAID]
        for facts in (1, 7, 250):
            monkeypatch.setattr(lately, "FIRST_LOOK", facts)
            assert lately.newest(db, ROSA, 4) == whole[:4]
            assert lately.newest(db, ROSA, 99) == whole
        assert lately.newest(db, "nadie", 4) == ()


def test_the_newest_count_of_a_slot_is_found_with_its_time(journal: Journal) -> None:
    """Luz counted A1 after Rosa had filled it; a count of another slot is another's."""
    journal.append(stamp(5_000), Cycle(), [f.SlotCounted(A1, 5, 8, "rosa", f.Why.PUT)])
    journal.append(
        stamp(9_000), Cycle(), [f.SlotCounted(A1, 8, 8, "luz", f.Why.COUNTED), f.SlotCounted(A2, 5, 6, "rosa")]
    )
    with read(journal) as db:
        found = shelf.last_count(db, A1)
        assert found is not None
        assert found.fact == f.SlotCounted(A1, 8, 8, "luz", f.Why.COUNTED)
        assert found.wall_ms == stamp(9_000).wall_ms
        assert shelf.last_count(db, "B4") is None


def test_filling_a_slot_is_not_looking_at_it(journal: Journal) -> None:
    """Only a count says that somebody has looked; the newest one tells when."""
    counted = [f.SlotCounted(A3, 5, 5, "luz", f.Why.COUNTED), f.SlotCounted(A1, 5, 8, "rosa", f.Why.PUT)]
    journal.append(stamp(2_000), Cycle(), counted)
    journal.append(stamp(4_000), Cycle(), [f.SlotCounted(A3, 5, 4, "luz", f.Why.COUNTED)])
    with read(journal) as db:
        assert shelf.looked_at(db) == {"A3": stamp(4_000).wall_ms}


def test_a_place_is_as_good_as_what_fell_from_it(journal: Journal) -> None:
    """Three bags from A1, one belt from A3, nothing from B1 or from B4, which holds nothing."""
    sell(journal, A1, 3)
    sell(journal, A3)
    with read(journal) as db:
        found = places.places(db, THE_DAY, ("A1", "A2", "A3", "B1", "B4"))
    assert [(each.slot, each.pieces, each.holder) for each in found] == [
        ("A1", 3, "rosa"),
        ("A3", 1, "luz"),
        ("A2", 0, "rosa"),
        ("B1", 0, "inti"),
        ("B4", 0, ""),
    ]


def test_whose_pieces_made_a_place_good_stays_known(journal: Journal) -> None:
    """Rosa sold two from A1, then Luz got it and sold three: both stand there, most first, and Luz holds it."""
    sell(journal, A1, 2)
    moved = [
        f.SlotCounted(A1, 3, 0, "rosa"),
        f.SlotAssigned(A1, journal.shop.slots[A3].product, 8),
        f.SlotCounted(A1, 0, 8, "luz"),
    ]
    journal.append(stamp(), journal.cycle, moved)
    sell(journal, A1, 3)
    with read(journal) as db:
        best = places.places(db, THE_DAY, ("A1",))[0]
    assert (best.makers, best.holder) == (((LUZ, 3), (ROSA, 2)), "luz")


def test_what_sold_before_the_four_weeks_makes_no_place_good(journal: Journal) -> None:
    """Sold today, looked at on the last day that still counts it and on the day after."""
    sell(journal, B1)
    month_ms = 40 * 86_400_000
    later = Stamp(1, month_ms, stamp(month_ms).wall_ms, True)
    journal.append(later, journal.cycle, [f.SlotCounted(A1, 5, 6, "rosa")])
    with read(journal) as db:
        seen = [places.places(db, date(2026, 12, day), ("B1",))[0].pieces for day in (18, 19)]
    assert seen == [1, 0]


def test_what_her_materials_cost_is_kept_beside_the_books(journal: Journal) -> None:
    """It can change and be forgotten like her words; a product of before says 0."""
    bag = PutProduct(BAG, ROSA, "Bolso de retazos", 350, "algodón", 45, "bolso.jpg", 120)
    journal.append(stamp(), Cycle(), [], keeps=[bag])
    with read(journal) as db:
        assert products(db)[BAG] == bag
