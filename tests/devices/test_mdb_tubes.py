"""Change from a changer's tubes: paid once, by the changer's own counts, whoever dies in the middle."""

import pytest
from inbox import wait_for
from mdb_bench import Bench, BoardBench
from test_mdb_coins import bench, credit, on_adapter, on_board  # noqa: F401 - the fixtures

from controller.devices.mdbtubes import SOURCE, TubesBefore, counts_in
from controller.domain.cycle import Phase
from controller.domain.effects import PayCoins
from controller.domain.events import CoinsPaid, DeadlinePassed, HoppersAnswered, ReturnPressed
from controller.domain.facts import ClaimOwed, HopperClosed, PayoutInDoubt, Refunded

PAYS, REPORT = (b"\x0d", b"\x0f\x02"), b"\x0f\x03"


@pytest.fixture
def till(bench: Bench) -> Bench:  # noqa: F811
    """A visitor has put in three quarters and a dime, which lie in their tubes; the coins that were there are not ours."""
    bench.controller()
    bench.insert(25, 25, 25, 10)
    credit(bench, 85)
    return bench


def over(bench: Bench) -> None:  # noqa: F811
    """Wait until the payout has ended, whichever way."""
    bench.machine.until(lambda: bench.machine.till.cycle.phase is Phase.IDLE, 30)


def refunded_cents(bench: Bench) -> int:  # noqa: F811
    return sum(fact.cents for fact in bench.machine.till.written(Refunded) if isinstance(fact, Refunded))


def test_change_is_paid_from_the_tubes(till: Bench) -> None:
    """The return button gives the coins back, and the books of each tube say so."""
    till.machine.tell(ReturnPressed())
    over(till)

    assert till.changer.left_cents == refunded_cents(till) == 85
    assert (till.machine.balances["tube:25"], till.machine.balances["tube:10"]) == (0, 0)
    assert not till.machine.till.written(ClaimOwed)


def test_coins_come_in_again_after_a_payout(till: Bench) -> None:
    """The changer is shut from the question about its tubes until the money is out, and no longer."""
    till.machine.tell(ReturnPressed())
    over(till)
    till.insert(5)

    credit(till, 5)


def test_coins_come_in_again_where_nothing_could_be_paid(bench: Bench) -> None:  # noqa: F811
    """A dollar is in the coinbox and the books know of no coin in the tubes: it is owed, and the changer opens again."""
    bench.controller()
    bench.insert(100)
    credit(bench, 100)
    bench.machine.tell(ReturnPressed())
    over(bench)
    bench.insert(5)

    credit(bench, 5)
    assert [fact.cents for fact in bench.machine.till.written(ClaimOwed) if isinstance(fact, ClaimOwed)] == [100]
    assert bench.changer.left_cents == 0


def test_an_order_that_was_never_told_is_not_told_later(till: Bench) -> None:
    """Killed between the books and the changer: the next controller looks, nothing left, and all of it is owed."""
    till.machine.undone = PayCoins
    till.machine.tell(ReturnPressed())
    till.machine.until(lambda: till.machine.undone is None)
    till.kill()
    till.controller()
    over(till)

    assert [fact.cents for fact in till.machine.till.written(ClaimOwed) if isinstance(fact, ClaimOwed)] == [85]
    assert till.changer.left_cents == 0


def test_an_order_asked_again_pays_nothing_more(till: Bench) -> None:
    """The end of the payout is lost: the deadline asks again, and the counts tell what left."""
    till.machine.deaf_to = CoinsPaid
    till.machine.tell(ReturnPressed())
    wait_for(lambda: till.machine.deaf_to is None)
    till.machine.tell(DeadlinePassed())
    over(till)

    assert till.changer.left_cents == refunded_cents(till) == 85


@pytest.mark.parametrize("moment", [b"\x0f\x02", b"\x0f\x03", b"\x0a"])
def test_a_controller_killed_in_a_payout_pays_nothing_twice(till: Bench, moment: bytes) -> None:
    """Killed when it orders, reads the report, or counts: the next one only looks, and what left is what is booked."""
    till.dies_saying(moment)
    till.machine.tell(ReturnPressed())
    till.wait_dead()
    left_cents = till.changer.left_cents
    till.controller()
    over(till)

    doubts = sum(fact.cents for fact in till.machine.till.written(PayoutInDoubt) if isinstance(fact, PayoutInDoubt))
    owed = sum(fact.cents for fact in till.machine.till.written(ClaimOwed) if isinstance(fact, ClaimOwed))
    assert refunded_cents(till) + doubts + owed == 85
    assert left_cents <= till.changer.left_cents <= 85
    assert refunded_cents(till) == till.changer.left_cents or doubts


def test_a_jam_leaves_a_claim_and_closes_the_tube(till: Bench) -> None:
    """Two coins leave, then nothing: the rest is owed by a code, and the tube counts on a person."""
    till.changer.stops_after = 2
    till.machine.tell(ReturnPressed())
    over(till)

    owed = sum(fact.cents for fact in till.machine.till.written(ClaimOwed) if isinstance(fact, ClaimOwed))
    assert till.changer.left_cents == refunded_cents(till) == 50
    assert owed == 35
    assert till.machine.till.written(HopperClosed)


def test_a_changer_that_loses_power_in_a_payout_is_believed_by_its_tubes(till: Bench) -> None:
    """It forgets the payout, but not its coins: two left, and the counts prove them."""
    till.changer.dies_after = 2
    till.machine.tell(ReturnPressed())
    over(till)

    assert till.changer.left_cents == refunded_cents(till) == 50


def test_a_changer_that_is_away_answers_for_nothing(till: Bench) -> None:
    """Its plug is out when the money is asked back: nobody waits for ever, the visitor gets a code for all of it."""
    till.changer.set_power(False)
    wait_for(lambda: bool(till.machine.money and till.machine.money.status()[0]["reason"]), 10)
    till.machine.tell(ReturnPressed())
    over(till)

    assert [fact.cents for fact in till.machine.till.written(ClaimOwed) if isinstance(fact, ClaimOwed)] == [85]
    assert till.changer.left_cents == 0


def test_another_changer_in_its_place_is_a_doubt(till: Bench) -> None:
    """The controller dies with an order out, and somebody swaps the changer: its counts prove nothing about the order."""
    till.dies_saying(*PAYS)
    till.machine.tell(ReturnPressed())
    till.wait_dead()
    till.changer.serial = "000000000043"
    till.controller()
    over(till)

    doubts = [fact.cents for fact in till.machine.till.written(PayoutInDoubt) if isinstance(fact, PayoutInDoubt)]
    assert sum(doubts) == 85


def test_a_board_reset_in_a_payout_pays_nothing_twice(on_board: BoardBench) -> None:  # noqa: F811
    """The order's end dies with the board's life: nobody repeats it, the counts tell."""
    bench = on_board  # noqa: F811
    bench.changer.coin_ms = 100
    bench.controller()
    bench.insert(25, 25, 25, 10)
    credit(bench, 85)
    bench.machine.tell(ReturnPressed())
    wait_for(lambda: bench.changer.left_cents > 0)
    bench.board.reset()
    over(bench)

    assert bench.changer.left_cents == 85
    assert refunded_cents(bench) == 85 or bench.machine.till.written(PayoutInDoubt)


def test_the_tubes_are_hoppers_of_their_value(till: Bench) -> None:
    """Asked, the changer answers for each tube that can be counted; the dollar has none."""
    till.machine.tell(ReturnPressed())
    answer = till.machine.wait(HoppersAnswered)

    assert isinstance(answer, HoppersAnswered)
    assert [hopper.place for hopper in answer.hoppers] == ["tube:5", "tube:10", "tube:25"]
    assert len({hopper.serial for hopper in answer.hoppers} - {None}) == 1


def test_the_counts_of_an_older_payout_are_no_news() -> None:
    """What the tubes held is remembered for the newest payout only, and once."""
    counts = (20, 20, 23) + (0,) * 13
    told = TubesBefore(7, counts)
    news = told.since({})
    assert news is not None

    assert counts_in(news.marks, 7) == counts
    assert counts_in(news.marks, 6) is None
    assert told.since(news.marks) is None
    assert told.since({SOURCE: 8}) is None
