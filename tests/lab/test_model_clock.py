"""Times in the read model: what a machine wrote in 1970 stands on its true day once its clock is set, in every table."""

from pathlib import Path

import pytest
from bookread import NAME, asked, everything, fold, lab, send, tell_zone
from booksums import agrees_with_itself
from bookwrite import DAY_MS, HOUR_MS, MINUTE_MS, NOON_MS, Pen

from lab.model import forget

DAY = NOON_MS // DAY_MS
TIMES = "SELECT at_ms, certain, day, hour FROM sales ORDER BY seq"
DAYS = "SELECT day, sold, sold_cents FROM machine_days WHERE sold > 0 ORDER BY day"


def late() -> Pen:
    """Woken in 1970, with two sales, a trouble, a slot that ran empty and pay; an hour later a time server is heard."""
    pen = (
        Pen().starts(1).fills(pieces=2).write(1_000, "TroubleSeen", trouble="no-coins", device="coins", reason="cable")
    )
    pen.write(5 * MINUTE_MS, "TroubleOver", trouble="no-coins", device="coins")
    pen.sells(10 * MINUTE_MS, 1).sells(20 * MINUTE_MS, 2)
    pen.write(25 * MINUTE_MS, "MakerPaid", maker="rosa", cents=280, place="safe", by="carmen", witness="luz")
    pen.write(
        30 * MINUTE_MS, "VisitorAnswered", vend_id=2, slot="A1", product="bolso-retazos", question="why", answer="gift"
    )
    return pen


def test_until_the_clock_is_set_sales_stand_in_1970_and_say_so(tmp_path: Path) -> None:
    """Nobody knows better: the first evening of 1970 in Quito is the last of 1969, and the time is not certain."""
    store = lab(tmp_path)
    send(store, late().facts)
    fold(store)
    assert asked(store, TIMES) == [(603_000, 0, -1, 19), (1_203_000, 0, -1, 19)]
    assert asked(store, DAYS) == [(-1, 2, 700)]


@pytest.mark.parametrize("most", [1, 3, 5_000])
def test_when_the_clock_is_set_everything_moves_to_its_true_day(tmp_path: Path, most: int) -> None:
    """Rows, spans and sums stand where they belong, whether the clock was set in the same piece or long after."""
    pen = late()
    store = lab(tmp_path)
    send(store, pen.facts)
    fold(store, most)
    send(store, pen.sets_clock(HOUR_MS, NOON_MS).sells(2 * HOUR_MS, 3).facts)
    fold(store, most)
    minutes = [NOON_MS + minute * MINUTE_MS + 3_000 for minute in (10, 20, 120)]
    assert asked(store, TIMES) == [(minutes[0], 1, DAY, 12), (minutes[1], 1, DAY, 12), (minutes[2], 1, DAY, 14)]
    assert asked(store, DAYS) == [(DAY, 3, 1_050)]
    assert asked(store, "SELECT hour, sold FROM hour_days ORDER BY hour") == [(12, 2), (14, 1)]
    assert asked(store, "SELECT from_ms, to_ms FROM spans WHERE what = 'trouble'") == [
        (NOON_MS + 1_000, NOON_MS + 300_000)
    ]
    assert asked(store, "SELECT from_ms, to_ms FROM spans WHERE what = 'empty' AND to_ms IS NULL") == [
        (minutes[1], None)
    ]
    assert asked(store, "SELECT day, cents, cent_days FROM payouts") == [(DAY, 280, 0)]
    assert asked(store, "SELECT day, answer, answers FROM answer_days") == [(DAY, "gift", 1)]
    assert asked(store, "SELECT from_ms, last_ms, trusted FROM starts") == [(NOON_MS, minutes[2], 1)]
    agrees_with_itself(store, NAME)


def test_a_trusted_time_stays_when_the_clock_is_set_again(tmp_path: Path) -> None:
    """Yesterday's certain sale stays yesterday's; only what hung on the clock moves."""
    pen = Pen().starts(1, NOON_MS, trusted=True).fills().sells(0, 1)
    pen.trusted = False
    pen.sells(HOUR_MS, 2).sets_clock(2 * HOUR_MS, NOON_MS + 3 * DAY_MS)
    store = lab(tmp_path)
    send(store, pen.facts)
    fold(store)
    assert asked(store, DAYS) == [(DAY, 1, 350), (DAY + 3, 1, 350)]


def test_the_newest_trusted_clock_counts(tmp_path: Path) -> None:
    """A time server was a day off and is right an hour later: what hangs on the clock moves twice, rows and sums."""
    store = lab(tmp_path)
    send(store, late().sets_clock(HOUR_MS, NOON_MS + DAY_MS).sets_clock(2 * HOUR_MS, NOON_MS).facts)
    fold(store)
    assert asked(store, DAYS) == [(DAY, 2, 700)]
    assert asked(store, "SELECT at_ms, day FROM sales ORDER BY seq") == [
        (NOON_MS + 603_000, DAY),
        (NOON_MS + 1_203_000, DAY),
    ]


def test_pay_is_reckoned_anew_when_what_it_paid_for_moves(tmp_path: Path) -> None:
    """Sold in 1970 and paid with a clock that was right: what looked like 56 years of waiting was five days."""
    pen = Pen().starts(1).fills().sells(0, 1)
    pen.offset_ms, pen.trusted = NOON_MS, True
    store = lab(tmp_path)
    pen.write(5 * DAY_MS, "MakerPaid", maker="rosa", cents=280, place="safe", by="carmen", witness="luz")
    send(store, pen.facts)
    fold(store)
    assert asked(store, "SELECT day, cents, cent_days FROM payouts") == [(DAY + 5, 280, 5 * 280)]


def test_another_zone_means_other_days(tmp_path: Path) -> None:
    """A machine that says where it stands has its days counted anew: an evening in Quito is the next day in Madrid."""
    store = lab(tmp_path)
    send(store, Pen().starts(1, NOON_MS, trusted=True).fills().sells(0, 1).sells(7 * HOUR_MS, 2).facts)
    fold(store)
    assert asked(store, DAYS) == [(DAY, 2, 700)]
    tell_zone(store, "Europe/Madrid")
    fold(store)
    assert asked(store, DAYS) == [(DAY, 1, 350), (DAY + 1, 1, 350)]
    assert asked(store, "SELECT zone FROM modelled") == [("Europe/Madrid",)]


def test_a_zone_that_no_clock_keeps_is_the_countrys(tmp_path: Path) -> None:
    """Whatever a machine calls its zone, its days are counted."""
    store = lab(tmp_path)
    tell_zone(store, "Quitu/Wasi")
    send(store, Pen().starts(1, NOON_MS, trusted=True).fills().sells(0, 1).facts)
    fold(store)
    assert asked(store, DAYS) == [(DAY, 1, 350)]


def test_folded_anew_nothing_is_different(tmp_path: Path) -> None:
    """Thrown away and made again out of the facts, every row of every table is as it came to be."""
    pen = late()
    store = lab(tmp_path)
    send(store, pen.facts)
    fold(store, most=2)
    send(store, pen.sets_clock(HOUR_MS, NOON_MS).sells(2 * HOUR_MS, 3).starts(2).sells(0, 4).facts)
    fold(store, most=2)
    as_it_came = everything(store)
    with store.changing(NAME) as tables:
        forget(tables, NAME)
    assert not any(everything(store).values())
    fold(store)
    assert everything(store) == as_it_came
