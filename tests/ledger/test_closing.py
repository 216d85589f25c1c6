"""What a period answers for, read from real books: counts, payments, sales taken back, and statements that never change."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from builders import A1, BAG, ROSA, SHELF, a_busy_day, books, stamp

from controller.domain import facts as f
from controller.domain.catalog import Account, Share
from controller.domain.periods import ClosePeriod
from controller.domain.stocking import Granted, Refusal
from controller.ledger.closing import counted, happened, head_of, owed_at, still_open
from controller.ledger.journal import Journal
from controller.ledger.statement import statement_of_facts
from controller.wishes import weighed

SHARES = (Share(Account("maker:rosa"), 280), Share(Account("fund:comun"), 70))
COUNT = f.CashCounted("coinbox", 500, 475, "carmen", "luz", "conteo-3")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Books after a busy day: a sale, a twin's, a doubt, a payout, a claim, an abandoned credit."""
    with closing(books(tmp_path)) as journal:
        a_busy_day(journal)
        yield journal


def write(journal: Journal, *facts: f.Fact) -> None:
    journal.append(stamp(), journal.cycle, facts)


def close(journal: Journal, label: str, to_seq: int, despite: str = "") -> Granted | Refusal:
    """Weigh the wish as the brain does, and write it when it is granted."""
    wish = ClosePeriod(label, to_seq, "carmen", "luz", f"cierre-{label}", despite)
    answer = weighed(wish, journal, journal.shop, frozenset())
    if isinstance(answer, Granted):
        write(journal, *answer.facts)
    return answer


def test_a_count_of_this_period_counts_and_an_older_one_does_not(journal: Journal) -> None:
    """Only the cash box has to be counted, and only since the last close."""
    assert not counted(journal.db, 1, journal.seq)
    write(journal, f.CashCounted("stacker", 0, 0, "carmen", "luz", "conteo-2"))
    assert not counted(journal.db, 1, journal.seq)
    write(journal, COUNT)
    assert counted(journal.db, 1, journal.seq)
    assert not counted(journal.db, journal.seq + 1, journal.seq + 9)


def test_a_box_with_nothing_in_it_needs_no_count(tmp_path: Path) -> None:
    """A machine that only takes wallets closes without one."""
    with closing(books(tmp_path)) as fresh:
        assert counted(fresh.db, 1, fresh.seq)


def test_the_brain_weighs_a_close_against_the_books(journal: Journal) -> None:
    """The hash in the fact is that of the fact it goes to; what is not counted or in doubt has to be explained."""
    assert getattr(close(journal, "2026-11", journal.seq), "code", "") == "not-counted"
    to_seq = journal.seq
    assert isinstance(close(journal, "2026-11", to_seq, "es una prueba"), Granted)
    (period,) = journal.shop.assembly.periods
    assert period.head == head_of(journal.db, to_seq)
    assert len(period.head) == 64
    assert close(journal, "2026-11", to_seq, "es una prueba") == Granted(())


def test_periods_are_read_again_from_the_facts(journal: Journal) -> None:
    """A restart knows what is closed."""
    close(journal, "2026-11", journal.seq, "es una prueba")
    with closing(Journal(journal.path)) as again:
        assert again.shop.assembly.periods == journal.shop.assembly.periods


def test_a_statement_of_a_closed_period_never_changes(journal: Journal) -> None:
    """A sale taken back afterwards, and a payment, are lines of the next period; together they are all of her account."""
    to_seq = journal.seq
    close(journal, "2026-10", to_seq, "es una prueba")
    before = statement_of_facts(journal.db, ROSA, 1, to_seq)
    write(journal, f.SaleRefunded(1, 350, SHARES, "coinbox", "carmen", "se abrió la costura"))
    write(journal, f.MakerPaid(ROSA, 280, "safe", "carmen", "luz", "pago-1"))
    after = statement_of_facts(journal.db, ROSA, 1, to_seq)
    assert (after.lines, after.opening_cents, after.closing_cents) == (before.lines, 0, before.closing_cents)
    following = statement_of_facts(journal.db, ROSA, to_seq + 1, journal.seq)
    assert following.opening_cents == before.closing_cents
    assert [line.cents for line in following.lines] == [-280, -280]


def test_a_refund_of_an_earlier_period_is_told_as_such(journal: Journal) -> None:
    """In the period of its sale it is none."""
    to_seq = journal.seq
    write(journal, f.SaleRefunded(1, 350, SHARES, "coinbox", "carmen", "se abrió la costura"))
    write(journal, f.CreditTaken(350, "coins", "nri-1234", 12), f.VendStarted(30, A1, BAG, ROSA, 350, 1, SHARES))
    write(journal, f.Sold(30, A1, BAG, ROSA, 350, SHARES))
    write(journal, f.SaleRefunded(30, 350, SHARES, "coinbox", "carmen", "una prueba"))
    assert [one.earlier for one in happened(journal.db, to_seq + 1, journal.seq).taken_back] == [True, False]
    assert [one.earlier for one in happened(journal.db, 1, journal.seq).taken_back] == [False, False]


def test_a_period_tells_what_was_sold_counted_and_paid(journal: Journal) -> None:
    """The difference of a count is what was counted less what was expected."""
    write(journal, COUNT, f.MakerPaid(ROSA, 280, "safe", "carmen", "luz", "pago-1"))
    told = happened(journal.db, 1, journal.seq)
    assert (told.pieces, told.sold_cents) == (2, 700)
    assert (told.over_short_cents, told.paid_cents) == (-25, 280)
    assert sorted(told.opened.values()) == [25, 25, 225]
    assert happened(journal.db, 1, len(SHELF)).pieces == 0


def test_what_waits_is_told_as_it_is_now(journal: Journal) -> None:
    """A doubt about Inti's scarf, and a quarter that somebody left."""
    waits = still_open(journal.db)
    assert (waits.doubt_cents, waits.unclaimed_cents, waits.doubts) == (225, 25, 1)


def test_what_she_was_owed_then_is_known_after_she_was_paid(journal: Journal) -> None:
    """An envelope is made for what she was owed at the close, and for no more than she is owed now."""
    to_seq = journal.seq
    write(journal, f.MakerPaid(ROSA, 280, "safe", "carmen", "luz", "pago-1"))
    assert owed_at(journal.db, to_seq)["rosa"] == (560, 280)
