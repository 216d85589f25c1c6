"""A card reader on an MDB line: paid to the cent and delivered, or given back with proof, or owed by a code."""

import pytest
from builders import A1, B1
from inbox import wait_for
from mdb_bench import TARJETA, Bench, BoardBench
from test_mdb_coins import bench, on_adapter, on_board  # noqa: F401 - the fixtures

from controller.devices.mdbasked import CardAsked, packed, unfinished
from controller.domain.catalog import Closed, SlotId
from controller.domain.cycle import Phase
from controller.domain.events import (
    DeadlinePassed,
    DeviceReturned,
    Event,
    ItemDropped,
    PayBy,
    PaymentApproved,
    PaymentDeclined,
    PaymentOffered,
    PaymentUnpaid,
    ReturnPressed,
    ReversalProven,
    ReversalRefused,
    SlotChosen,
    VendRefused,
)
from controller.domain.facts import PaymentOver, ReversalFailed, Sold, VendStarted
from controller.domain.wallet import Payment, Stage
from controller.protocols.mdb import ReaderSetup, Scale, Vend
from hw_mocks.mdb.reader import State

PANUELO_CENTS = 225
REQUEST, SUCCESS, FAILURE = b"\x13\x00", b"\x13\x02", b"\x13\x03"
REFUSED = VendRefused(1, Closed.STUCK_HOME)


def asked(bench: Bench) -> None:  # noqa: F811
    """A visitor has chosen the scarf and wants to pay by card."""
    bench.controller()
    bench.machine.until(lambda: TARJETA in {event.device for event in bench.machine.all(DeviceReturned)})  # type: ignore[attr-defined]
    bench.machine.tell(SlotChosen(B1), PayBy(TARJETA))
    bench.machine.wait(PaymentOffered)


def dispensing(bench: Bench) -> None:  # noqa: F811
    """Her card has paid, and the motor turns."""
    asked(bench)
    bench.show_card()
    bench.machine.until(lambda: bench.machine.till.cycle.phase is Phase.DISPENSING)
    wait_for(lambda: bench.reader.state is State.APPROVED)


def settled(bench: Bench) -> None:  # noqa: F811
    """Wait until no payment is open, and the reader holds nothing."""
    bench.machine.until(lambda: not bench.machine.till.shop.payments, 30)
    wait_for(lambda: not bench.reader.account.held_cents, 15)


def outcome(bench: Bench) -> tuple[int, int, int, int]:  # noqa: F811
    """What the visitor has paid and how often she got it back; how many vends were started, and how many claims she has."""
    account, till = bench.reader.account, bench.machine.till
    return account.paid_cents, account.refunds, len(till.written(VendStarted)), len(till.written(ReversalFailed))


def doubtful(bench: Bench) -> list[str]:  # noqa: F811
    """Where money lies that was given back, for all anybody knows; of the claims about payments."""
    return [fact.place for fact in bench.machine.till.written(ReversalFailed) if isinstance(fact, ReversalFailed)]


def test_a_card_buys_a_piece(bench: Bench) -> None:  # noqa: F811
    """Asked, approved to the cent, delivered: the reader is told, and the visitor has paid once."""
    dispensing(bench)
    bench.machine.tell(ItemDropped(1))
    settled(bench)

    assert outcome(bench) == (PANUELO_CENTS, 0, 1, 0)
    assert bench.machine.till.written(Sold)
    assert bench.bus.count(REQUEST) == bench.bus.count(SUCCESS) == 1


def test_a_failed_vend_is_given_back(bench: Bench) -> None:  # noqa: F811
    """The motor is stuck: the reader gives the price back and its number for that is the proof."""
    dispensing(bench)
    bench.machine.tell(REFUSED)
    settled(bench)

    assert outcome(bench) == (0, 1, 1, 0)
    assert isinstance(proof := bench.machine.wait(ReversalProven), ReversalProven)
    assert proof.proof == "000000000099 vend 1"


def test_a_denied_card_turns_nothing(bench: Bench) -> None:  # noqa: F811
    """The bank says no: nobody waits any more, and nothing is expected of the payment."""
    bench.reader.approves = False
    asked(bench)
    bench.show_card()
    settled(bench)

    assert outcome(bench) == (0, 0, 0, 0)
    assert bench.machine.all(PaymentDeclined)
    assert bench.machine.all(PaymentUnpaid)


def test_a_wish_is_taken_back_before_the_card(bench: Bench) -> None:  # noqa: F811
    """The return button, no card having been shown: the reader was asked for nothing and takes no card any more."""
    asked(bench)
    wait_for(lambda: bench.reader.state is State.ENABLED)
    bench.machine.tell(ReturnPressed())
    settled(bench)

    wait_for(lambda: bench.reader.state is State.DISABLED)
    assert bench.bus.count(REQUEST) == 0


def test_a_wish_is_taken_back_after_the_card(bench: Bench) -> None:  # noqa: F811
    """The bank is slow and the visitor impatient: the request is cancelled, and nothing is paid."""
    bench.reader.approves = None
    asked(bench)
    bench.show_card()
    wait_for(lambda: bench.reader.state is State.VEND)
    bench.machine.tell(ReturnPressed())
    settled(bench)

    assert outcome(bench) == (0, 0, 0, 0)


def test_another_amount_than_the_price_is_no_vend(bench: Bench) -> None:  # noqa: F811
    """A reader that approves less: nothing turns, and all of it goes back."""
    bench.reader.approves = 100
    asked(bench)
    bench.show_card()
    settled(bench)

    assert outcome(bench) == (0, 1, 0, 0)


def test_a_reader_that_keeps_the_money_makes_a_claim(bench: Bench) -> None:  # noqa: F811
    """The vend fails and so does the refund: the visitor is owed it, by a code."""
    bench.reader.refund_fails = True
    dispensing(bench)
    bench.machine.tell(REFUSED)
    settled(bench)

    assert outcome(bench) == (PANUELO_CENTS, 0, 1, 1)
    assert bench.machine.all(ReversalRefused)


def test_a_reader_lost_as_it_gave_the_money_back_leaves_a_doubt(bench: Bench) -> None:  # noqa: F811
    """It was told, and reset before it could say what it did: for all the machine can see the money is back already."""
    give_back = bench.reader._give_back
    bench.reader._give_back = lambda: (give_back(), bench.reader.power_up())  # type: ignore[method-assign,assign,func-returns-value]
    dispensing(bench)
    bench.machine.tell(REFUSED)
    settled(bench)

    assert outcome(bench) == (0, 1, 1, 1)
    assert doubtful(bench) == ["wallet:tarjeta"]


def test_a_reader_lost_with_its_approval_leaves_a_doubt(bench: Bench) -> None:  # noqa: F811
    """It approved and was reset before anybody heard it, which makes it paid: nothing turns, and she has a code."""
    verdict = bench.reader._verdict
    bench.reader._verdict = lambda amount: (verdict(amount), bench.reader.power_up())  # type: ignore[method-assign,assign,func-returns-value]
    asked(bench)
    bench.show_card()
    bench.machine.wait(ReversalRefused)
    settled(bench)

    assert outcome(bench) == (PANUELO_CENTS, 0, 0, 1)
    assert doubtful(bench) == ["wallet:tarjeta"]


@pytest.mark.parametrize(
    ("end", "expected"), [(ItemDropped(1), (PANUELO_CENTS, 0, 1, 0)), (REFUSED, (PANUELO_CENTS, 0, 1, 1))]
)
def test_a_reader_that_loses_power_in_a_vend_has_been_paid(
    bench: Bench,  # noqa: F811
    end: Event,
    expected: tuple[int, int, int, int],
) -> None:
    """By the standard it is paid: the piece that falls is sold, for the one that does not there is a code."""
    dispensing(bench)
    with bench.bus.lock:
        bench.reader.cut_power()
    bench.machine.tell(end)
    settled(bench)

    assert outcome(bench) == expected


@pytest.mark.parametrize(("end", "expected"), [(ItemDropped(1), (PANUELO_CENTS, 0, 1, 0)), (REFUSED, (0, 1, 1, 0))])
def test_a_controller_killed_in_a_vend_takes_it_up(
    bench: Bench,  # noqa: F811
    end: Event,
    expected: tuple[int, int, int, int],
) -> None:
    """The next one sends no RESET, which would make it paid, but waits for what became of the piece."""
    dispensing(bench)
    bench.kill()
    resets = bench.bus.count(b"\x10")
    bench.controller()
    wait_for(lambda: bench.bus.said[-1][:1] in (b"\x12", b"\x0b"))
    bench.machine.tell(end)
    settled(bench)

    assert outcome(bench) == expected
    said = [command for command in bench.bus.said if command[:1] == b"\x10" or command[:2] in (SUCCESS, FAILURE)]
    assert said[resets][:2] == (SUCCESS if isinstance(end, ItemDropped) else FAILURE)


def test_an_approval_that_no_books_know_is_given_back(on_board: BoardBench) -> None:  # noqa: F811
    """Killed with the approval in its inbox: the board tells it again, it comes too late for a vend, and goes back."""
    bench = on_board  # noqa: F811
    asked(bench)
    bench.machine.deaf_to = PaymentApproved
    bench.show_card()
    wait_for(lambda: bench.machine.deaf_to is None)
    polls = bench.bus.count(b"\x12")
    wait_for(lambda: bench.bus.count(b"\x12") > polls + 5)
    bench.kill()
    assert bench.reader.account.held_cents == PANUELO_CENTS

    bench.controller()
    settled(bench)
    assert outcome(bench) == (0, 1, 0, 0)


def test_a_controller_killed_before_the_card_asks_for_nothing(bench: Bench) -> None:  # noqa: F811
    """The reader was never asked: the visitor may choose again."""
    asked(bench)
    bench.kill()
    bench.controller()
    settled(bench)

    assert outcome(bench) == (0, 0, 0, 0)
    assert bench.bus.count(REQUEST) == 0


@pytest.mark.parametrize("moment", [REQUEST, FAILURE])
def test_a_controller_killed_at_its_word_to_the_reader_loses_nothing(bench: Bench, moment: bytes) -> None:  # noqa: F811
    """Whatever the reader made of it, the visitor has her money back, or a code."""
    if moment == FAILURE:
        dispensing(bench)
        bench.dies_saying(moment)
        bench.machine.tell(REFUSED)
    else:
        asked(bench)
        bench.dies_saying(moment)
        bench.show_card()
    bench.wait_dead()
    bench.controller()
    settled(bench)

    paid_cents, refunds, vends, claims = outcome(bench)
    assert vends == (moment == FAILURE)
    assert refunds or claims or not paid_cents
    assert refunds <= 1


def test_a_board_reset_in_a_vend_changes_nothing_for_the_reader(on_board: BoardBench) -> None:  # noqa: F811
    """The reader waits for the machine's word however the board fares; the word comes when the board is back."""
    bench = on_board  # noqa: F811
    dispensing(bench)
    bench.board.reset()
    bench.machine.tell(REFUSED)
    settled(bench)

    assert outcome(bench) == (0, 1, 1, 0)


def test_the_next_visitor_pays_as_ever(bench: Bench) -> None:  # noqa: F811
    """After a sale and a refund the reader takes the next card."""
    dispensing(bench)
    bench.machine.tell(REFUSED)
    settled(bench)
    bench.machine.tell(DeadlinePassed(), SlotChosen(A1), PayBy(TARJETA))
    bench.show_card()
    bench.machine.until(lambda: len(bench.machine.till.written(VendStarted)) == 2)
    bench.machine.tell(ItemDropped(2))
    settled(bench)

    assert outcome(bench) == (350, 1, 2, 0)
    assert [fact.outcome for fact in bench.machine.till.written(PaymentOver) if isinstance(fact, PaymentOver)] == [
        "sold"
    ]


SETUP = ReaderSetup(2, "1840", Scale(1, 2), 5, 1)


@pytest.mark.parametrize(("stage", "paid_cents"), [(Stage.ASKED, None), (Stage.DROPPED, None), (Stage.TAKEN, 225)])
def test_an_open_vend_is_known_from_the_books(stage: Stage, paid_cents: int | None) -> None:
    """What was asked of the reader last, of which reader, and whether it is known to be paid."""
    marks = CardAsked(6, SETUP).since({}).marks  # type: ignore[union-attr]
    left = unfinished(marks, {6: Payment(6, TARJETA, "MCB3T6KQ2WZ7XH5L", 225, SlotId("B1"), stage)})

    assert left is not None
    assert left.vend == Vend(6, 225, 0x4231, paid_cents)
    assert left.setup == SETUP
    assert packed(SETUP) < 1 << 63
    assert unfinished(marks, {}) is None
