"""The day's sweep: payments with no drop, drops with no payment, and what is owed, taken from the facts one by one."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from builders import A1, A3, B1, BAG, ROSA, Till, a_busy_day, books, coins, pays, stamp

from controller.domain import facts as f
from controller.domain.accounts import postings
from controller.domain.catalog import Closed
from controller.domain.chain import Stamp
from controller.domain.events import (
    DeadlinePassed,
    Event,
    ItemDropped,
    PayBy,
    PaymentApproved,
    PaymentUnpaid,
    ReturnPressed,
    ReversalAccepted,
    ReversalBounced,
    ReversalProven,
    ReversalRefused,
    SlotChosen,
    VendRefused,
    VendUnknown,
    VoucherShown,
)
from controller.domain.shop import Policy
from controller.ledger.connection import open_readonly
from controller.ledger.forms import plain
from controller.ledger.sweep import Line, Sweep, What, sweep
from controller.ledger.sweep.line import line

SATURDAY, DAY_MS = date(2026, 11, 21), 86_400_000
NOW_MS = stamp().wall_ms + 3_600_000
VOUCHER = VoucherShown("000726f05ad1c0de", 500, 1, 468_720)


class Museum(Till):
    """A machine with a wallet and its books; the next morning is a word away."""

    def __init__(self, folder: Path) -> None:
        journal = books(folder)
        super().__init__(replace(journal.shop, policy=Policy(wallets=("deuna",))), journal)
        self.reader = open_readonly(journal.path)

    def asks(self, *events: Event) -> int:
        """A visitor is shown the wallet's code for the bag; then this happens. The payment's number."""
        self.tell(PayBy("deuna", A1))
        self.tell_all(*events) if events else None
        return self.cycle.last_payment_id

    def jams(self) -> int:
        """She pays for the bag, and both twins jam: it goes back. Somebody opens the slots again."""
        number = self.asks(PaymentApproved(self.cycle.last_payment_id + 1, 350))
        while self.cycle.vend:
            self.tell(VendRefused(self.cycle.vend.vend_id, Closed.JAMMED))
        self.writes(f.SlotOpened(A1, "nina"), f.SlotOpened("A2", "nina"))
        return number

    def writes(self, *facts: f.Fact) -> None:
        """What people decide, as the brain would write it."""
        assert self.journal
        self.journal.append(stamp(self.now_ms), self.cycle, facts)
        self.shop = replace(self.journal.shop, policy=self.shop.policy)

    def days_pass(self, days: int) -> None:
        self.now_ms += days * DAY_MS

    def sweep(self, day: date = SATURDAY, until: date | None = None, now_ms: int = NOW_MS) -> Sweep:
        return sweep(self.reader, day, until or day, now_ms)


@pytest.fixture
def museum(tmp_path: Path) -> Iterator[Museum]:
    museum = Museum(tmp_path)
    yield museum
    museum.reader.close()


def whats(lines: tuple[Line, ...]) -> list[What]:
    return [line.what for line in lines]


# Quiet days


def test_a_day_of_sales_leaves_nothing_to_look_at(museum: Museum) -> None:
    """Coins, a wallet and a voucher each bought a piece to the cent: every list is empty."""
    museum.tell_all(coins(100, 100, 100, 50, mark=4), SlotChosen(A1), ItemDropped(1))
    museum.asks(PaymentApproved(1, 350), ItemDropped(2))
    museum.tell_all(VOUCHER, SlotChosen(A3), ItemDropped(3))
    assert museum.sweep() == Sweep(SATURDAY, SATURDAY, (), (), (), (), (), ())


def test_books_without_any_visit_can_be_swept(museum: Museum) -> None:
    """On the first morning, for a day before the machine was there, and for one that nobody will live to see."""
    for day in (SATURDAY, date(1970, 1, 1), date.min, date.max):
        assert museum.sweep(day) == Sweep(day, day, (), (), (), (), (), ())


def test_a_busy_day_with_coins_alone_has_doubts_and_debts(tmp_path: Path) -> None:
    """A piece in doubt, change that no hopper had, a quarter left behind; each with its code, and nothing unpaid."""
    journal = books(tmp_path)
    a_busy_day(journal)
    swept = sweep(open_readonly(journal.path), SATURDAY, SATURDAY, NOW_MS)

    assert (swept.payments, swept.drops) == ((), ())
    ((doubt,), debts) = swept.doubts, swept.debts
    assert (doubt.what, doubt.cents, doubt.slot, doubt.vend_id, doubt.why) == (What.DOUBT, 225, B1, 4, "no-drop")
    assert [(debt.what, debt.cents) for debt in debts] == [(What.HOPPERS_SHORT, 25), (What.LEFT_BEHIND, 25)]
    assert {doubt.claim, *(debt.claim for debt in debts)} == set(journal.shop.claims)


# Payments with no drop


def test_a_payment_whose_piece_jams_is_on_its_way_back_until_its_number_is_known(museum: Museum) -> None:
    """It tells the sum, the provider, our reference and the slot; then the provider's number."""
    number = museum.jams()
    (one,) = museum.sweep().payments
    assert (one.what, one.cents, one.provider, one.slot, one.late) == (What.ON_ITS_WAY, 350, "deuna", A1, False)
    assert one.reference == museum.shop.payments[number].reference
    assert one.at == "2026-11-21 10:30"

    museum.tell(ReversalProven(number, "rev-0042"))
    (one,) = museum.sweep().payments
    assert (one.what, one.number, one.by) == (What.WENT_BACK, "rev-0042", "")


def test_a_late_payment_of_another_sum_is_told_by_what_was_paid(museum: Museum) -> None:
    """Five dollars came for the bag of $3.50 when she had gone: five dollars are on their way."""
    museum.asks(DeadlinePassed(), PaymentApproved(1, 500))
    (one,) = museum.sweep().payments
    assert (one.what, one.cents, one.late) == (What.ON_ITS_WAY, 500, True)


def test_a_refund_the_provider_has_accepted_is_told_with_its_number(museum: Museum) -> None:
    """Until it fails: then there is no number any more, and it still counts from the day it began."""
    number = museum.jams()
    museum.days_pass(1)
    for event, told in ((ReversalAccepted(number, "rev-0042"), "rev-0042"), (ReversalBounced(number, "rev-0042"), "")):
        museum.tell(event)
        (one,) = museum.sweep().payments
        assert (one.what, one.number, one.at) == (What.ON_ITS_WAY, told, "2026-11-21 10:30")


def test_money_that_may_have_gone_back_is_a_doubt_with_a_claim(museum: Museum) -> None:
    """The provider says it went back and never gave a number: it stands with its payment, and among the codes."""
    number = museum.jams()
    museum.tell(ReversalRefused(number, "no number", doubt=True))
    swept = museum.sweep()
    assert whats(swept.payments) == whats(swept.debts) == [What.BACK_IN_DOUBT]
    assert swept.doubts == ()
    assert swept.payments[0].claim == swept.debts[0].claim


def test_what_could_not_go_back_is_owed_until_its_claim_is_settled(museum: Museum) -> None:
    """It stands with its claim and the provider's reason, and among the debts; settled, only that it was."""
    number = museum.jams()
    museum.tell(ReversalRefused(number, "HTTP 400"))
    swept = museum.sweep()
    ((one,), (debt,)) = swept.payments, swept.debts
    assert (one.what, one.why, one.claim) == (What.OWED, "HTTP 400", debt.claim)
    assert (debt.what, debt.cents, debt.provider, debt.why) == (What.NOT_RETURNED, 350, "deuna", "HTTP 400")

    museum.writes(f.ClaimSettled(debt.claim, "claims", 350, f.Verdict.REFUNDED, "coinbox", (), "carmen"))
    swept = museum.sweep()
    assert (whats(swept.payments), swept.debts) == ([What.SETTLED], ())


def test_codes_that_nobody_paid_are_watched_and_then_forgotten(museum: Museum) -> None:
    """They are no payments: they stand apart, and after their week nowhere."""
    museum.asks(DeadlinePassed())
    museum.asks()
    assert whats(museum.sweep().watched) == [What.WATCHED, What.ASKED]
    museum.tell_all(DeadlinePassed(), PaymentUnpaid(1), PaymentUnpaid(2))
    swept = museum.sweep()
    assert (swept.watched, swept.payments) == ((), ())


def test_a_payment_in_the_machine_right_now_is_told(museum: Museum) -> None:
    """The sweep runs while her piece is falling."""
    museum.asks(PaymentApproved(1, 350))
    assert whats(museum.sweep().payments) == [What.CREDIT]


def test_what_went_back_is_of_its_day_and_what_is_open_of_every_day(museum: Museum) -> None:
    """Ten days later Saturday's finished reversal is Saturday's; the open one still opens each day."""
    museum.tell(ReversalProven(museum.jams(), "rev-0042"))
    museum.jams()
    museum.days_pass(10)
    museum.tell_all(coins(100, 100, 100, 50, mark=4), SlotChosen(A1))
    museum.tell(ItemDropped(museum.cycle.last_vend_id))
    later = SATURDAY + timedelta(days=10)

    assert whats(museum.sweep(later).payments) == [What.ON_ITS_WAY]
    assert whats(museum.sweep().payments) == [What.WENT_BACK, What.ON_ITS_WAY]
    assert whats(museum.sweep(SATURDAY, later).payments) == [What.WENT_BACK, What.ON_ITS_WAY]


@pytest.mark.parametrize(("days", "is_stuck"), [(1, False), (3, True)])
def test_a_sum_on_its_way_for_days_is_stuck(museum: Museum, days: int, is_stuck: bool) -> None:
    """It leaves the list of payments for that of sums a person must look at."""
    museum.jams()
    swept = museum.sweep(now_ms=NOW_MS + days * DAY_MS)
    assert (whats(swept.payments), whats(swept.stuck)) == (
        ([], [What.ON_ITS_WAY]) if is_stuck else ([What.ON_ITS_WAY], [])
    )


def test_a_voucher_that_bought_nothing_is_told(museum: Museum) -> None:
    """She showed it and asked for the money: no piece fell, and what it paid is owed."""
    museum.tell_all(VOUCHER, ReturnPressed())
    pays(museum, 0)
    swept = museum.sweep()
    ((one,), (debt,)) = swept.payments, swept.debts
    assert (one.what, one.cents, one.voucher) == (What.VOUCHER, 500, VOUCHER.voucher_id)
    assert (debt.what, debt.cents) == (What.HOPPERS_SHORT, 500)


def test_a_voucher_is_judged_when_its_visit_is_over(museum: Museum) -> None:
    """While she chooses nobody knows; shown before midnight it may buy a piece after it."""
    museum.tell(VOUCHER)
    museum.writes(f.SlotCounted(B1, 5, 4, "luz"))
    assert museum.sweep().payments == ()
    museum.days_pass(1)
    museum.tell_all(SlotChosen(A3), ItemDropped(1))
    assert museum.sweep(SATURDAY, SATURDAY + timedelta(days=1)).payments == ()
    sunday = museum.sweep(SATURDAY + timedelta(days=1))
    assert (sunday.payments, sunday.drops) == ((), ())


# Drops with no payment


def forged(museum: Museum, *facts: f.Fact) -> None:
    """Facts and lines that no brain would write, slipped into the books by somebody with a database tool."""
    db = sqlite3.connect(museum.journal.path)  # type: ignore[union-attr]
    (seq,) = db.execute("SELECT max(seq) FROM facts").fetchone()
    for number, fact in enumerate(facts, seq + 1):
        museum.writes(f.Booted(1, "0"))
        db.execute("DROP TRIGGER IF EXISTS facts_stay")
        body = plain(fact)
        db.execute("UPDATE facts SET type = ?, body = ? WHERE seq = ?", (type(fact).__name__, body, number))
        rows = [(number, at, row.account, row.cents) for at, row in enumerate(postings(fact))]
        db.executemany("INSERT INTO postings VALUES (?, ?, ?, ?)", rows)
        db.commit()
    db.close()


STARTED = f.VendStarted(9, A1, BAG, ROSA, 350, 1, ())
PAID = f.CreditTaken(350, "coins", "nri-1234", 9)
SOLD = f.Sold(9, A1, BAG, ROSA, 350, ())


@pytest.mark.parametrize(
    "facts",
    [
        (SOLD,),
        (STARTED, SOLD),
        (PAID, STARTED, replace(SOLD, price_cents=300)),
        (PAID, STARTED, replace(SOLD, vend_id=8)),
    ],
    ids=["never started", "no money in", "another price", "another vend"],
)
def test_a_sale_that_no_money_covers_is_found(museum: Museum, facts: tuple[f.Fact, ...]) -> None:
    """Whatever the balances say; and the honest sale after it is not blamed."""
    forged(museum, *facts)
    museum.tell_all(coins(100, 100, 100, 50, mark=4), SlotChosen(A1), ItemDropped(1))
    (one,) = museum.sweep().drops
    assert (one.what, one.slot, one.vend_id) == (What.UNPAID, A1, facts[-1].vend_id)  # type: ignore[attr-defined]


def test_a_count_that_misses_pieces_is_told(museum: Museum) -> None:
    """Two belts fewer than the books had; a slot that is filled, or counted right, is nothing."""
    museum.writes(f.SlotCounted(A3, 5, 3, "luz"), f.SlotCounted(A3, 3, 8, "luz"), f.SlotCounted(B1, 5, 5, "luz"))
    (one,) = museum.sweep().drops
    assert (one.what, one.slot, one.pieces, one.by) == (What.MISSING, A3, 2, "luz")


def test_a_sale_taken_back_and_a_doubt_given_back_are_pieces_nobody_paid(museum: Museum) -> None:
    """The first surely fell, the second perhaps: each with who decided it; a doubt that became a sale is neither."""
    museum.tell_all(coins(100, 100, 100, 50, mark=4), SlotChosen(A1), ItemDropped(1))
    (sold,) = museum.written(f.Sold)
    assert isinstance(sold, f.Sold)
    museum.writes(f.SaleRefunded(1, 350, sold.shares, "coinbox", "carmen", "la costura se abrió"))
    for verdict in (f.Verdict.REFUNDED, f.Verdict.DELIVERED):
        slot = B1 if verdict is f.Verdict.REFUNDED else A3
        museum.tell_all(coins(100, 100, 25, mark=20) if slot == B1 else coins(*[100] * 5, mark=40), SlotChosen(slot))
        museum.tell(VendUnknown(museum.cycle.last_vend_id, "no-drop"))
        (claim,) = museum.shop.claims.values()
        place = "coinbox" if verdict is f.Verdict.REFUNDED else ""
        museum.writes(f.ClaimSettled(claim.code, "doubt", claim.cents, verdict, place, claim.shares, "carmen"))
    swept = museum.sweep()

    ((back,), (doubt,)) = swept.drops, swept.doubts
    assert (back.what, back.vend_id, back.why, back.by) == (What.TAKEN_BACK, 1, "la costura se abrió", "carmen")
    assert (doubt.what, doubt.slot, doubt.cents, doubt.place) == (What.DOUBT_REFUNDED, B1, 225, "coinbox")


def test_a_piece_in_doubt_that_a_wallet_paid_for_names_its_payment(museum: Museum) -> None:
    """The money stays with us: it is no payment on its way, and the doubt leads to the provider's panel."""
    museum.asks(PaymentApproved(1, 350), VendUnknown(1, "no-drop"))
    swept = museum.sweep()
    assert swept.payments == ()
    assert [(one.what, one.payment_id) for one in swept.doubts] == [(What.DOUBT, 1)]


# Time


def test_facts_of_an_untrusted_clock_belong_to_both_days(museum: Museum) -> None:
    """The machine woke in 1970 between Saturday and Monday: its count is in Saturday's sweep and in Monday's."""
    museum.writes(f.SlotCounted(A1, 5, 4, "luz"))
    assert museum.journal
    lost = Stamp(2, 5_000, 60_000, False)
    museum.journal.append(lost, museum.cycle, [f.Booted(2, "0.1.0"), f.SlotCounted(A3, 5, 3, "inti")])
    museum.days_pass(2)
    museum.journal.append(replace(stamp(museum.now_ms), boot_id=3), museum.cycle, [f.SlotCounted(B1, 5, 4, "rosa")])
    monday = SATURDAY + timedelta(days=2)

    assert [one.by for one in museum.sweep().drops] == ["luz", "inti"]
    assert [one.by for one in museum.sweep(monday).drops] == ["inti", "rosa"]
    assert [one.certain for one in museum.sweep().drops] == [True, False]


def test_a_sum_that_nobody_can_date_is_looked_at(museum: Museum) -> None:
    """Written while nobody trusted the clock: it may be old."""
    assert museum.journal
    back = f.PaymentAsked(1, "deuna", "MCB3T6KQ2WZ7XH5L", 350, A1), f.PaymentLate(1, "deuna", 350)
    museum.journal.append(Stamp(2, 5_000, NOW_MS, False), museum.cycle, back)
    assert whats(museum.sweep().stuck) == [What.ON_ITS_WAY]


def test_a_clock_that_was_set_back_an_hour_over_midnight_loses_nothing(museum: Museum) -> None:
    """Sunday's first fact, then one of Saturday again: each day has both of its own."""
    museum.now_ms = 13 * 3_600_000 + 1_800_000 + 60_000  # a minute past midnight
    museum.writes(f.SlotCounted(A1, 5, 4, "luz"))
    museum.now_ms -= 3_600_000
    museum.writes(f.SlotCounted(A3, 5, 4, "inti"))
    sunday = SATURDAY + timedelta(days=1)
    assert "inti" in [one.by for one in museum.sweep().drops]
    assert "luz" in [one.by for one in museum.sweep(sunday).drops]


def test_the_sweep_writes_nothing_and_reads_no_further_than_it_must(museum: Museum) -> None:
    """On books whose oldest facts are rubbish it still tells today: it never got there."""
    museum.jams()
    museum.days_pass(30)
    museum.tell_all(coins(100, mark=9), ReturnPressed())
    pays(museum, 0)
    db = sqlite3.connect(museum.journal.path)  # type: ignore[union-attr]
    db.executescript("DROP TRIGGER facts_stay; UPDATE facts SET body = '{' WHERE seq < 5 AND type <> 'Booted'")
    db.close()
    assert museum.reader.execute("PRAGMA query_only").fetchone()[0] == 1
    later = SATURDAY + timedelta(days=30)
    assert whats(museum.sweep(later).debts) == [What.HOPPERS_SHORT]


def test_a_line_of_a_fact_that_is_not_there_is_a_mistake_of_ours(museum: Museum) -> None:
    """It is not shown with a made-up time."""
    with pytest.raises(AssertionError, match="9999"):
        line(museum.reader, What.DOUBT, 9_999)
