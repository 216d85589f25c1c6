"""A maker's statement: opening, every line, closing, and the parts of every price; whatever the clock has done meanwhile."""

import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from builders import A1, A2, A3, B1, BAG, BELT, LUZ, ROSA, Till, a_busy_day, books, coins

from controller.domain import facts as f
from controller.domain.accounts import natural
from controller.domain.catalog import Account, MakerId, Share
from controller.domain.chain import Stamp
from controller.domain.cycle import Cycle
from controller.domain.events import ItemDropped, SlotChosen, VendUnknown
from controller.domain.stocking import PutMaker, PutProduct
from controller.ledger.connection import DatabaseError, open_readonly
from controller.ledger.journal import Journal
from controller.ledger.statement import Figures, Statement, What, figures, figures_of, statement, statement_of_facts
from controller.ledger.verify import verify

SATURDAY, DAY_MS = date(2026, 11, 21), 86_400_000
HALF_PAST_TEN_MS = 1_795_275_000_000
MAKERS = ("rosa", "luz", "inti")
LUZ_ANA = MakerId("luz-ana")


class Workshop(Till):
    """A machine whose clock can be set to anything; every sale is a real one, step by step."""

    def __init__(self, folder: Path) -> None:
        self.journal: Journal = books(folder)
        super().__init__(self.journal.shop, self.journal)
        self.day, self.certain, self.boot_id = 0, True, 1
        self.reader = open_readonly(self.journal.path)

    def writes(self, *facts: f.Fact) -> None:
        self.now_ms += 60_000
        wall_ms = HALF_PAST_TEN_MS + self.now_ms + self.day * DAY_MS
        self.journal.append(Stamp(self.boot_id, self.now_ms, wall_ms, self.certain), self.cycle, facts)
        self.shop = self.journal.shop

    def tell(self, *args: object) -> object:  # type: ignore[override]
        journal, self.journal = self.journal, None  # type: ignore[assignment]
        decision = super().tell(*args)  # type: ignore[arg-type]
        self.journal = journal
        self.writes(*decision.facts)
        return decision

    def sells(self, slot: str = A1, cents: int = 350) -> int:
        """A visitor pays to the cent; the vend's number."""
        self.tell_all(coins(cents, mark=self.cycle.last_vend_id + 1), SlotChosen(slot))
        number = self.cycle.last_vend_id
        self.tell(ItemDropped(number))
        return number

    def of(self, maker: str, first: int = 0, last: int | None = None) -> Statement:
        """The statement from one day to another, counted from the Saturday."""
        days = (SATURDAY + timedelta(first), SATURDAY + timedelta(first if last is None else last))
        return statement(self.reader, maker, *days)


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    workshop = Workshop(tmp_path)
    yield workshop
    workshop.reader.close()


def owed(db: sqlite3.Connection, maker: str) -> int:
    """By the postings alone."""
    account = f"maker:{maker}"
    row = db.execute("SELECT coalesce(sum(cents), 0) FROM postings WHERE account = ?", [account]).fetchone()
    return natural(account, row[0])


# To the cent


def test_a_statement_is_the_postings(tmp_path: Path) -> None:
    """After a busy day each maker's lines are her postings, one by one, and the closing is what the machine owes her."""
    journal = books(tmp_path)
    a_busy_day(journal)
    db = open_readonly(journal.path)

    for maker in MAKERS:
        drawn = statement(db, maker, SATURDAY, SATURDAY)
        posted = db.execute("SELECT seq, -cents FROM postings WHERE account = ? ORDER BY seq", [f"maker:{maker}"])
        assert [(line.seq, line.cents) for line in drawn.lines] == [tuple(row) for row in posted]
        assert (drawn.opening_cents, drawn.closing_cents) == (0, owed(db, maker))


def test_a_sale_says_everything_about_its_price(workshop: Workshop) -> None:
    """Vend, minute, piece, slot, price, rule; 80 parts hers, 15 and 5 the funds'."""
    workshop.journal.append(
        Stamp(1, 0, HALF_PAST_TEN_MS, True),
        Cycle(),
        (),
        None,
        [PutMaker(ROSA, "Rosa Caiza"), PutProduct(BAG, ROSA, "Bolso", 350)],
    )
    workshop.sells(A1)
    drawn = workshop.of("rosa")
    (line,) = drawn.lines

    assert (line.what, line.vend_id, line.piece, line.slot, line.rule_id) == (What.SOLD, 1, "Bolso", A1, 1)
    assert (line.price_cents, line.cents, line.fee_cents, line.fund_cents) == (350, 280, 0, 70)
    assert line.parts == (Share(Account("fund:comun"), 52), Share(Account("fund:maquina"), 18))
    assert line.at is not None
    assert line.at.isoformat(timespec="minutes") == "2026-11-21T10:33"
    assert (drawn.name, [rule.rule_id for rule in drawn.rules]) == ("Rosa Caiza", [1])


def test_a_fee_is_nobody_elses_part(workshop: Workshop) -> None:
    """What the provider takes stands by itself, with its name; the price is whole."""
    shares = (Share(Account("maker:rosa"), 274), Share(Account("fund:comun"), 68), Share(Account("fee:deuna"), 8))
    workshop.sells(A3, 500)
    workshop.writes(f.CreditTaken(350, "coins", "nri-1234", 90), f.VendStarted(2, A1, BAG, ROSA, 350, 1, shares))
    workshop.writes(f.Sold(2, A1, BAG, ROSA, 350, shares))
    (line,) = workshop.of("rosa").lines

    assert (line.fee_cents, line.fees_of, line.fund_cents, line.cents) == (8, ("deuna",), 68, 274)


def test_a_piece_that_brings_her_nothing_is_listed_too(workshop: Workshop) -> None:
    """A fee may eat a whole small price: no posting, and still a sale of hers."""
    shares = (Share(Account("maker:rosa"), 0), Share(Account("fee:deuna"), 5))
    workshop.writes(f.CreditTaken(5, "coins", "nri-1234", 90), f.VendStarted(1, A1, BAG, ROSA, 5, 1, shares))
    workshop.writes(f.Sold(1, A1, BAG, ROSA, 5, shares))
    drawn = workshop.of("rosa")

    assert [(line.cents, line.price_cents, line.fee_cents) for line in drawn.lines] == [(0, 5, 5)]
    assert drawn.pieces == 1


# What people decide


def test_a_sale_taken_back_after_she_was_paid_is_told_with_its_day(workshop: Workshop) -> None:
    """She was paid on Saturday; on Monday the piece comes back: a negative balance, and the line names the sale."""
    vend_id = workshop.sells(A1)
    workshop.writes(f.CashMoved(350, Account("safe"), Account("coinbox"), "carmen", "m-1"))
    workshop.writes(f.MakerPaid(ROSA, 280, "safe", "carmen", "luz", "pago-1"))
    sold = workshop.journal.sale(vend_id)[0]
    assert sold is not None
    workshop.day = 2
    workshop.writes(f.CashMoved(350, Account("safe"), Account("fund:comun"), "carmen", "m-2"))
    workshop.writes(f.SaleRefunded(vend_id, 350, sold.shares, "safe", "carmen", "se descosió"))

    saturday, monday = workshop.of("rosa"), workshop.of("rosa", 2)
    paid, back = saturday.lines[-1], monday.lines[0]
    assert (paid.what, paid.cents, paid.by, paid.witness, paid.place) == (What.PAID, -280, "carmen", "luz", "safe")
    assert (saturday.closing_cents, monday.opening_cents, monday.closing_cents) == (0, 0, -280)
    assert (back.what, back.vend_id, back.cents, back.price_cents, back.fund_cents) == (
        What.TAKEN_BACK,
        1,
        -280,
        -350,
        -70,
    )
    assert (back.product, back.slot, back.why, back.sold_at) == (BAG, A1, "se descosió", saturday.lines[0].at)


def test_the_sale_that_is_taken_back_is_found_among_many(workshop: Workshop) -> None:
    """Halving by vend numbers finds the first, the last and every other sale."""
    numbers = [workshop.sells(A3, 500) for _ in range(4)]
    workshop.writes(f.CashMoved(2_000, Account("safe"), Account("coinbox"), "carmen", "m-1"))
    for number in numbers:
        sold, _ = workshop.journal.sale(number)
        assert sold is not None
        workshop.writes(f.SaleRefunded(number, 500, sold.shares, "safe", "carmen", "torn"))
    drawn = workshop.of("luz")
    backs, sales = drawn.of(What.TAKEN_BACK), drawn.of(What.SOLD)

    assert [(line.vend_id, line.sold_at) for line in backs] == [(line.vend_id, line.at) for line in sales]
    assert (drawn.closing_cents, drawn.pieces) == (0, 0)


def test_a_doubt_that_is_decided_as_sold_names_its_piece(workshop: Workshop) -> None:
    """The piece hung in the light; days later somebody says that it fell, and she gets her part."""
    workshop.tell_all(coins(100, 100, 100, 50), SlotChosen(A1), VendUnknown(1, "no-drop"))
    (code,) = workshop.shop.claims
    claim, workshop.day = workshop.shop.claims[code], 3
    workshop.writes(f.ClaimSettled(code, claim.account, 350, f.Verdict.BY_HAND, "", claim.shares, "carmen"))
    (line,) = workshop.of("rosa", 3).lines

    assert (line.what, line.vend_id, line.slot, line.product, line.claim) == (What.SETTLED, 1, A1, BAG, code)
    assert (line.cents, line.price_cents, line.why, line.by, line.rule_id) == (280, 350, "by-hand", "carmen", 1)
    assert not workshop.of("rosa").lines


def test_a_correction_is_a_line_of_its_own(workshop: Workshop) -> None:
    """Money that somebody moved to her account from a fund is told, with who did it."""
    workshop.writes(f.CashMoved(125, Account("fund:comun"), Account("maker:rosa"), "carmen", "m-1"))
    (line,) = workshop.of("rosa").lines
    assert (line.what, line.cents, line.place, line.by) == (What.MOVED, 125, "fund:comun", "carmen")


# Stretches


def test_statements_follow_on_from_each_other(workshop: Workshop) -> None:
    """Day by day each opens with what the one before closed with; together they are the whole."""
    for day in range(5):
        workshop.day = day
        workshop.sells(A1)
        if day % 2:
            workshop.sells(B1, 225)
    for maker in MAKERS:
        daily = [workshop.of(maker, day) for day in range(5)]
        assert all(one.closing_cents == other.opening_cents for one, other in pairwise(daily))
        assert [line for one in daily for line in one.lines] == list(workshop.of(maker, 0, 4).lines)
        assert daily[-1].closing_cents == owed(workshop.reader, maker)


def test_a_stretch_of_facts_is_cut_anywhere(workshop: Workshop) -> None:
    """Cut between any two facts, the first part closes with what the second opens with."""
    for _ in range(3):
        workshop.sells(A1)
    last = workshop.journal.seq
    for cut in range(1, last):
        before, after = (statement_of_facts(workshop.reader, "rosa", *ends) for ends in ((1, cut), (cut + 1, last)))
        assert (before.opening_cents, before.closing_cents) == (0, after.opening_cents)
        assert after.closing_cents == owed(workshop.reader, "rosa") == 840
    assert (before.seqs, before.first_day) == (range(1, last), None)


def test_figures_are_the_same_from_both_ends_of_the_books(workshop: Workshop) -> None:
    """Any stretch, whether its opening is counted from the first day or from today, has the figures of its lines."""
    for day in range(7):
        workshop.day = day
        workshop.sells((A1, A3, B1)[day % 3], (350, 500, 225)[day % 3])
    for first in range(-1, 8):
        for last in range(first, 8):
            days = (SATURDAY + timedelta(first), SATURDAY + timedelta(last))
            known = figures(workshop.reader, *days)
            assert set(known) == set(MAKERS)
            for maker in MAKERS:
                drawn = workshop.of(maker, first, last)
                told = Figures(drawn.opening_cents, drawn.pieces, drawn.cents(What.SOLD), 0)
                assert known[maker] == figures_of(workshop.reader, maker, *days) == told


def test_a_maker_without_a_sale_has_an_empty_statement(workshop: Workshop) -> None:
    """On the first morning, and for the days no calendar has."""
    for day in (SATURDAY, date.min, date.max):
        drawn = statement(workshop.reader, "inti", day, day)
        assert (drawn.opening_cents, drawn.lines, drawn.closing_cents) == (0, (), 0)
    assert statement_of_facts(workshop.reader, "inti", 1, 10**9).lines == ()
    assert figures_of(workshop.reader, "nobody", SATURDAY, SATURDAY) == Figures(0)


def test_a_name_inside_another_name_is_another_maker(workshop: Workshop) -> None:
    """`ana` sells nothing when `luz-ana` does."""
    workshop.writes(f.MakerJoined(MakerId("ana")), f.MakerJoined(LUZ_ANA))
    shares = (Share(Account("maker:luz-ana"), 400), Share(Account("fund:comun"), 100))
    workshop.writes(f.CreditTaken(500, "coins", "nri-1234", 90), f.VendStarted(1, A3, BELT, LUZ_ANA, 500, 1, shares))
    workshop.writes(f.Sold(1, A3, BELT, LUZ_ANA, 500, shares))

    assert workshop.of("ana").lines == ()
    assert workshop.of("luz-ana").closing_cents == 400


# Clocks


def test_a_clock_that_jumped_hides_no_sale(workshop: Workshop) -> None:
    """A trusted clock goes to spring and comes back: halving misses its facts, the sums of the days tell, all is read."""
    for day in (0, 1, -200, 2, 90, 3, 4):
        workshop.day = day
        workshop.sells(A2 if day in (3, 4) else A1)

    for day in (-200, 0, 1, 2, 3, 4, 90):
        assert [line.price_cents for line in workshop.of("rosa", day).lines] == [350], day
    assert workshop.of("rosa", -300, 100).closing_cents == owed(workshop.reader, "rosa") == 7 * 280


def test_a_sale_of_an_unset_clock_is_where_the_days_have_it_and_is_pointed_out(workshop: Workshop) -> None:
    """Between two sales of the Saturday the machine wakes in 1972 and sells: that line is not of the Saturday, but told."""
    workshop.sells(A1)
    workshop.boot_id, workshop.certain, workshop.day = 2, False, -20_000
    workshop.sells(A1)
    stray = workshop.journal.seq
    workshop.boot_id, workshop.certain, workshop.day = 3, True, 0
    workshop.sells(A1)
    drawn = workshop.of("rosa")

    assert ([line.cents for line in drawn.lines], [line.seq for line in drawn.undated]) == ([280, 280], [stray])
    assert (drawn.opening_cents, drawn.closing_cents) == (280, 840)
    assert (verify(workshop.reader), workshop.of("rosa", -20_000).certain) == ([], False)


def test_a_sale_moves_to_its_true_day_when_the_clock_is_set(workshop: Workshop) -> None:
    """The same start finds a time server: the statement of the Saturday has the sale from now on."""
    workshop.boot_id, workshop.certain, workshop.day = 2, False, -20_000
    workshop.sells(A1)
    assert workshop.of("rosa").lines == ()
    workshop.certain, workshop.day = True, 0
    workshop.writes(f.ClockSet(HALF_PAST_TEN_MS, True))
    drawn = workshop.of("rosa")

    assert ([line.certain for line in drawn.lines], drawn.certain, drawn.undated) == ([True], True, ())


# Proof


@pytest.mark.parametrize("harm", ["earned_cents = earned_cents + 1", "pieces = pieces + 1", "paid_cents = 5"])
def test_days_that_do_not_agree_give_no_statement(workshop: Workshop, harm: str) -> None:
    """A running total that somebody changed is found out by the facts themselves; nobody gets a wrong paper."""
    workshop.sells(A1)
    workshop.journal.db.execute(f"UPDATE days SET {harm} WHERE account = 'maker:rosa'")
    with pytest.raises(DatabaseError, match="ledger verify"):
        workshop.of("rosa")
    assert workshop.of("luz").lines == ()


def test_a_statement_names_the_end_of_the_books(workshop: Workshop) -> None:
    """Number and hash of the newest fact stand in it: whoever has the same has the same books."""
    workshop.sells(A1)
    drawn = workshop.of("rosa")
    assert (drawn.head_seq, drawn.head) == (workshop.journal.seq, workshop.journal.head.hex())


def test_a_forgotten_name_leaves_the_sums(workshop: Workshop) -> None:
    """Without words about maker and product the ids stand in their place."""
    workshop.sells(A3, 500)
    drawn = workshop.of(LUZ)
    assert (drawn.name, drawn.lines[0].piece, drawn.closing_cents) == ("luz", BELT, 400)
