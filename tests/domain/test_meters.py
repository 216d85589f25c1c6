"""The meters of a machine's life: what counts, as what, and when, and what never counts back."""

import pytest
from builders import A1, A2, A3, B1, BAG, BELT, EVERY_FACT, LUZ, SHELF, stamp
from hypothesis import given
from hypothesis import strategies as st
from meterstory import SATURDAY_MS, coins, doubt, paid, sold, start, story

from controller.domain import facts as f
from controller.domain.catalog import Account, Closed
from controller.domain.chain import Stamp
from controller.domain.meters import COUNTED, Life, Meter, life_of
from controller.domain.meters.cash import BILLS_IN, FILLED, KEPT, OUT, OUT_BY_HAND, TO_BOX, TO_TUBES
from controller.domain.meters.counting import BY, MIXED, RESET, SOLD, STARTED, TAKEN_BACK, TRIED
from controller.domain.meters.meter import Key
from controller.domain.meters.purse import CASH, VOUCHER, Purse
from controller.domain.meters.troubles import FAILURE, JAM, TROUBLE
from controller.domain.times import Moment


def after(*facts: f.Fact) -> Life:
    return life_of((stamp(1_000 + number), fact) for number, fact in enumerate(facts))


def stands(life: Life, *key: str) -> tuple[int, int, int, int]:
    """Number and cents ever, then since the last reset."""
    meter = life.meters[key]
    return meter.number, meter.cents, meter.number_since, meter.cents_since


@pytest.fixture(scope="module")
def life() -> Life:
    return life_of(story())


SUMS: dict[Key, tuple[int, int, int, int]] = {
    (SOLD,): (7, 2_225, 6, 1_875),
    (SOLD, BY, CASH): (4, 1_025, 3, 675),
    (SOLD, BY, "wallet:deuna"): (2, 475, 2, 475),
    (SOLD, BY, "wallet:pix"): (1, 225, 1, 225),
    (SOLD, BY, VOUCHER): (1, 500, 1, 500),
    (SOLD, A1): (2, 700, 1, 350),
    (SOLD, B1): (3, 675, 3, 675),
    (MIXED, BY, "wallet:deuna"): (1, 250, 1, 250),
    (MIXED, A1): (1, 100, 1, 100),
    (TRIED,): (1, 500, 0, 0),
    (TRIED, A3): (1, 500, 0, 0),
    (TAKEN_BACK,): (1, 350, 1, 350),
    (TO_BOX,): (8, 725, 4, 325),
    (TO_TUBES,): (4, 1_225, 3, 225),
    (BILLS_IN,): (1, 500, 1, 500),
    (FILLED,): (1, 1_000, 0, 0),
    (OUT,): (1, 50, 0, 0),
    (OUT_BY_HAND,): (0, 0, 0, 0),
    (KEPT,): (1, 150, 1, 150),
    (TROUBLE, "door-open"): (2, 0, 1, 0),
    (JAM, A1): (1, 0, 1, 0),
    (FAILURE, A1): (1, 0, 1, 0),
    (FAILURE, B1): (2, 0, 2, 0),
    (STARTED,): (2, 0, 1, 0),
    (RESET,): (1, 0, 0, 0),
}


@pytest.mark.parametrize("key", list(SUMS), ids=" ".join)
def test_three_days_come_to_these_sums(life: Life, key: Key) -> None:
    """Each meter stands where the story's margins put it, ever and since the cash box was emptied on Friday."""
    assert stands(life, *key) == SUMS[key]


# Sales


def test_what_was_sold_is_what_was_paid(life: Life) -> None:
    """Cash, wallets and vouchers add up to the value of all sales."""
    means = [key for key in life.meters if key[:2] == (SOLD, BY)]
    assert sum(life.meters[key].cents for key in means) == life.meters[SOLD,].cents


def test_a_sale_that_is_taken_back_stays_sold() -> None:
    """The piece fell: what was sold stays, and what was taken back is a meter of its own."""
    before = after(*coins(350), *sold(1, A1))
    now = after(*coins(350), *sold(1, A1), f.SaleRefunded(1, 350, (), "coinbox", "carmen", "torn"))
    assert stands(now, SOLD) == stands(before, SOLD) == (1, 350, 1, 350)
    assert stands(now, TAKEN_BACK) == (1, 350, 1, 350)


@pytest.mark.parametrize(("verdict", "number"), [("by-hand", 1), ("delivered", 1), ("refunded", 0)])
def test_a_doubt_is_sold_when_a_person_says_so(verdict: str, number: int) -> None:
    """Until then it is nothing, and given back it never was a sale."""
    facts = [*coins(225), *doubt(1, B1, "AAA-AAA", f.Verdict(verdict))]
    assert stands(after(*facts[:-1]), SOLD) == (0, 0, 0, 0)
    assert stands(after(*facts), SOLD, B1) == (number, 225 * number, number, 225 * number)


def test_a_doubt_keeps_how_it_was_paid() -> None:
    """Somebody paid by wallet, somebody else with coins since: the decision comes late, and the means are the first one's."""
    begun, told, settled = doubt(1, B1, "AAA-AAA", f.Verdict.DELIVERED)
    life = after(*paid(1, "deuna", 225, B1), begun, told, *coins(350), *sold(2, A1), settled)
    assert stands(life, SOLD, BY, "wallet:deuna") == (1, 225, 1, 225)
    assert stands(life, SOLD, BY, CASH) == (1, 350, 1, 350)


def test_a_piece_that_failed_is_paid_once() -> None:
    """The price comes back as what it was, and the twin is paid with it."""
    failed = f.VendFailed(1, A1, 350, Closed.JAMMED)
    life = after(*coins(100), *paid(1, "deuna", 250, A1), start(1, A1), failed, *sold(2, A2))
    assert stands(life, SOLD) == (1, 350, 1, 350)
    assert stands(life, SOLD, A2, "wallet:deuna") == (1, 250, 1, 250)
    assert stands(life, MIXED, A2) == (1, 100, 1, 100)
    assert stands(life, SOLD, A1) == (0, 0, 0, 0)


def test_a_payment_that_went_back_bought_nothing() -> None:
    """The vend failed, the wallet's money goes back, and the coins that are left buy the cheaper piece."""
    failed = f.VendFailed(1, A1, 350, Closed.JAMMED)
    back = f.ReversalDue(1, "deuna", 125)
    life = after(*coins(225), *paid(1, "deuna", 125, A1), start(1, A1), failed, back, *sold(2, B1))
    assert stands(life, SOLD, BY, CASH) == (1, 225, 1, 225)
    assert life.purse == Purse({})


def test_what_is_too_much_is_left_over_in_coins() -> None:
    """A coin fell in while the wallet was asked: the wallet is used whole, and the coin is what remains."""
    asked, taken = paid(1, "deuna", 250, A1)
    life = after(*coins(100), asked, *coins(25), taken, *sold(1, A1))
    assert stands(life, SOLD, BY, "wallet:deuna") == (1, 250, 1, 250)
    assert life.purse == Purse({CASH: 25})


def test_a_voucher_is_used_before_coins() -> None:
    """Both are in the machine, and the coins are what remains."""
    life = after(*coins(100, 100), f.VoucherTaken("000727f05ad1c0de", 1, 300), *sold(1, A1))
    assert stands(life, SOLD, BY, VOUCHER) == (1, 300, 1, 300)
    assert life.purse == Purse({CASH: 150})


def test_a_free_turn_of_a_motor_is_no_sale() -> None:
    """What a technician tries is a test vend when the motor turned from home to home, with the price of what lies there."""
    turns = [f.TrialEnded(n, f.Part.MOTOR, found, A1) for n, found in enumerate(f.Found)]
    life = after(f.ProductSet(BAG, "rosa", 350), f.SlotAssigned(A1, BAG, 8), *turns)  # type: ignore[arg-type]
    assert stands(life, TRIED) == (2, 700, 2, 700)
    assert stands(life, SOLD) == (0, 0, 0, 0)


# Cash


def test_a_coin_in_doubt_counts_when_it_is_found_to_have_left() -> None:
    """The hopper could not say: a person decides that the coins had gone, and only then they are out."""
    lost = f.PayoutInDoubt(1, 50, "hopper:25", "CCC-CCC")
    gone = f.ClaimSettled("CCC-CCC", Account("doubt"), 50, f.Verdict.DELIVERED, "over_short", (), "carmen")
    assert stands(after(lost), OUT) == (0, 0, 0, 0)
    assert stands(after(lost, gone), OUT) == (1, 50, 1, 50)


def test_people_take_from_the_tubes_by_hand() -> None:
    """A count empties a hopper, a claim is paid from one, and neither is change; from the box nothing is taken here."""
    life = after(
        f.CashMoved(2_000, Account("hopper:25"), Account("safe"), "carmen"),
        f.SaleRefunded(1, 350, (), "hopper:25", "carmen", "torn"),
        f.SaleRefunded(2, 350, (), "coinbox", "carmen", "torn"),
        f.CashCounted("hopper:25", 1_650, 1_600, "carmen", "luz"),
    )
    assert stands(life, OUT_BY_HAND) == (2, 1_950, 2, 1_950)
    assert (life.cash.tubes["hopper:25"], stands(life, OUT)) == (0, (0, 0, 0, 0))
    assert stands(life, RESET) == (0, 0, 0, 0)


# Resets, starts, troubles


def test_only_the_cash_box_resets() -> None:
    """Everything since starts at 0, and nothing else changes; a hopper's count resets nothing."""
    before = after(*coins(350), *sold(1, A1), f.CashCounted("hopper:25", 0, 0, "carmen", "luz"))
    now = after(*coins(350), *sold(1, A1), f.CashCounted("coinbox", 350, 300, "carmen", "luz"))
    assert stands(before, SOLD) == (1, 350, 1, 350)
    assert stands(now, SOLD) == stands(now, SOLD, A1) == stands(now, SOLD, BY, CASH) == (1, 350, 0, 0)


def test_a_trouble_ends_with_the_power_and_a_closed_slot_does_not() -> None:
    """Devices tell their troubles anew after a start; a slot waits for a person."""
    seen = (
        f.TroubleSeen("no-coins", "coins", "gone"),
        f.SlotClosed(A1, Closed.JAMMED),
        f.SlotClosed(A2, Closed.BY_HAND),
    )
    assert after(*seen).troubles.holds("no-coins")
    started = after(*seen, f.Booted(2, "0.1.0"))
    assert not started.troubles.holds("no-coins")
    assert started.troubles.closed == {A1}
    assert after(*seen, f.SlotOpened(A1, "luz")).troubles.closed == set()
    assert stands(started, JAM, A2) == (0, 0, 0, 0)


def test_the_last_sale_has_the_best_known_time(life: Life) -> None:
    """It was sold while the clock stood in 1970; the clock was set later, and now the moment is known."""
    sold_last = life.shelf.selections[B1].sold_last
    assert sold_last is not None
    assert sold_last.wall_ms < 1_000_000
    moment = life.when(sold_last)
    assert moment.certain
    assert 0 < moment.wall_ms - SATURDAY_MS < 60_000


def test_a_clock_that_is_set_counts_for_what_came_before() -> None:
    """The fact that sets it is itself stamped by the clock that was wrong."""
    life = Life()
    early, later = Stamp(1, 5_000, 5_000, False), Stamp(1, 9_000, 9_000, False)
    life.count(early, f.Booted(1, "0.1.0"))
    life.count(later, f.ClockSet(SATURDAY_MS, True))
    assert life.when(early) == Moment(SATURDAY_MS + 5_000, True)


def test_a_slot_with_a_new_product_keeps_its_past() -> None:
    """What it sold stays counted, and when it sold last stays known; it is empty until somebody fills it."""
    changed = (f.ProductSet(BELT, LUZ, 500), f.SlotAssigned(A1, BELT, 6))
    life = after(*SHELF, *coins(350), *sold(1, A1), *changed)
    held = life.shelf.selections[A1]
    assert (held.product, held.quantity, held.capacity) == (BELT, 0, 6)
    assert held.sold_last is not None
    assert stands(life, SOLD, A1) == (1, 350, 1, 350)
    assert life.shelf.price_cents(A1) == 500


def test_levels_go_on_through_all_of_it(life: Life) -> None:
    """Five were put into each slot; every piece that fell is gone."""
    assert {slot: held.quantity for slot, held in life.shelf.selections.items()} == {A1: 3, A2: 4, A3: 4, B1: 3}


# Any facts at all


@given(st.lists(st.sampled_from(EVERY_FACT), max_size=40))
def test_no_fact_in_any_order_runs_a_meter_back(facts: list[f.Fact]) -> None:
    """Whatever comes after whatever, as from books that began in the middle: nothing breaks, nothing falls."""
    life, before = Life(), dict[Key, tuple[int, int]]()
    for number, fact in enumerate(facts):
        life.count(Stamp(1 + number % 3, number, number, number % 2 == 0), fact)
        for key, (times, cents) in before.items():
            assert life.meters[key].number >= times
            assert life.meters[key].cents >= cents
        before = {key: (life.meters[key].number, life.meters[key].cents) for key in life.meters}
        means = [key for key in life.meters if key[:2] == (SOLD, BY)]
        assert sum(life.meters[key].cents for key in means) == life.meters[SOLD,].cents


@pytest.mark.parametrize("fact", [fact for fact in EVERY_FACT if type(fact).__name__ not in COUNTED], ids=repr)
def test_what_does_not_count_changes_nothing(fact: f.Fact) -> None:
    """A fact that is not in the list of those that count leaves every meter as it was, so its fields need not be read."""
    plain, more = Life(), Life()
    plain.count(stamp(), None)
    more.count(stamp(), fact)
    assert list(plain.meters) == list(more.meters) == []
    assert (plain.shelf, plain.cash, plain.troubles, plain.purse) == (more.shelf, more.cash, more.troubles, more.purse)


def test_a_meter_cannot_be_run_back() -> None:
    """A negative amount is a bug of ours, and is refused."""
    with pytest.raises(AssertionError, match="never runs back"):
        Meter().add(-5)
