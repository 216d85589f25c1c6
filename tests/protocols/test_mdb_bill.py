"""A host and a simulated bill validator: escrow, credit only when stacked, the stacker, resets."""

import pytest
from mdb_line import Line
from mdb_peers import BillPeer

from controller.protocols import mdb
from controller.protocols.mdb import Bill, BillHost, LocalProtocolError, Ready, Routing, Told

ONE, FIVE, TEN = range(3)


def ready(host: BillHost | None = None) -> tuple[Line, BillHost, BillPeer]:
    """A validator that takes ones and fives."""
    host, peer = host or BillHost(), BillPeer()
    line = Line(host, peer)
    host.accept(frozenset({100, 500}))
    line.run_until(Ready)
    return line, host, peer


def test_the_start_goes_in_the_order_of_the_standard() -> None:
    """It is heard out, then comes reset, set-up, identity, security, stacker, and the bills last."""
    line, _, peer = ready()
    assert [command.hex() for at, command in enumerate(line.sent) if command not in line.sent[:at]] == [
        *("33", "30", "31", "3700", "320000", "36"),
        "3400030003",
    ]
    assert not peer.insert(TEN)


def test_a_bill_in_escrow_is_money_only_when_it_is_stacked() -> None:
    """Five dollars wait; kept, they are 500 cents, and not before."""
    line, host, peer = ready()
    assert peer.insert(FIVE)
    line.run(5_000)
    assert (line.booked_cents(), host.in_escrow, peer.stacked) == (0, FIVE, 0)
    host.keep(True)
    line.run(500)
    assert (line.booked_cents(), host.in_escrow, peer.stacked) == (500, None, 1)


def test_a_bill_that_is_given_back_is_no_money() -> None:
    """The visitor gets it back, and the next one may come."""
    line, host, peer = ready()
    peer.insert(FIVE)
    line.run(300)
    host.keep(False)
    line.run(500)
    assert (line.booked_cents(), peer.stacked, peer.escrow) == (0, 0, None)
    assert line.of(Told)[-1].items == (Bill(FIVE, Routing.RETURNED),)  # type: ignore[attr-defined]


def test_nobody_decides_and_the_bill_goes_back() -> None:
    """After half a minute it is the visitor's again."""
    line, _, peer = ready()
    peer.insert(ONE)
    line.run(32_000)
    assert (peer.escrow, peer.stacked, line.booked_cents()) == (None, 0, 0)


def test_a_decision_without_a_bill_is_a_mistake() -> None:
    """There is nothing to keep."""
    with pytest.raises(LocalProtocolError):
        ready()[1].keep(True)


def test_without_escrow_a_bill_is_stacked_at_once() -> None:
    """By the owner's choice the escrow mask stays empty."""
    line, _, peer = ready(BillHost(escrow=False))
    peer.insert(ONE)
    line.run(300)
    assert (peer.escrow_mask, line.booked_cents()) == (0, 100)


@pytest.mark.parametrize("twice", [True, False])
def test_a_bill_is_told_once_though_its_block_comes_again(twice: bool) -> None:
    """Handed over twice, or repeated by a validator that did not hear the ACK: one bill."""
    line, _, peer = ready(BillHost(escrow=False))
    line.hands_twice = twice
    line.lose_acks = int(not twice)
    peer.insert(FIVE)
    line.run(600)
    credits = [bill for event in line.of(Told) for bill in event.credits]  # type: ignore[attr-defined]
    assert credits == [Bill(FIVE, Routing.STACKED)]


def test_a_full_stacker_takes_no_bill() -> None:
    """It is asked every ten seconds, because it can be emptied at any time."""
    line, host, peer = ready()
    peer.full = True
    line.run(11_000)
    assert host.stacker_full
    assert not peer.insert(ONE)
    peer.full = False
    line.run(11_000)
    assert peer.insert(ONE)


def test_a_reset_in_the_middle_is_started_again() -> None:
    """What was in escrow is forgotten, and the wish is not."""
    line, host, peer = ready()
    peer.insert(ONE)
    line.run(300)
    peer.answer(b"\x30")
    peer.escrow = None
    line.run_until(mdb.WasReset)
    line.run_until(Ready)
    assert host.in_escrow is None
    assert peer.insert(FIVE)


def test_a_stacked_bill_nobody_heard_of_is_heard_before_a_reset() -> None:
    """The host before this one told it to stack a five and died: a RESET would wipe what became of it."""
    line, _, peer = ready()
    peer.insert(FIVE)
    line.run(300)
    peer.answer(b"\x35\x01")
    again = Line(BillHost(unfinished=True), peer, line.now_ms)
    again.run_until(Ready)

    told = [bill for event in again.events if isinstance(event, Told) for bill in event.credits]
    assert told == [Bill(FIVE, Routing.STACKED)]
    assert again.of(mdb.Noted) == []


def test_a_bill_that_was_to_be_stacked_and_was_not_is_asked_back() -> None:
    """It still is in the escrow: the visitor gets it, and the host says so before it is ready."""
    line, _, peer = ready()
    peer.insert(FIVE)
    line.run(300)
    again = Line(BillHost(unfinished=True), peer, line.now_ms)
    again.run_until(Ready)

    told = [item for event in again.events if isinstance(event, Told) for item in event.items]
    assert Bill(FIVE, Routing.RETURNED) in told
    assert (peer.escrow, peer.stacked) == (None, 0)


def test_what_became_of_a_bill_may_never_be_known() -> None:
    """After half a minute the host goes on, and says that nobody knows."""
    line = Line(BillHost(unfinished=True), BillPeer())
    line.peer.waiting.clear()
    line.run_until(Ready)

    assert line.now_ms > 30_000
    assert len(line.of(mdb.Noted)) == 1


def test_a_new_bill_in_the_block_of_the_one_before() -> None:
    """A five is stacked and the next is in the escrow, both told at once: each gets its own decision."""
    line, host, peer = ready()
    peer.insert(FIVE)
    line.run(300)
    host.keep(True)
    while line.sent[-1] != b"\x35\x01":
        line.step(line.now_ms + 100)
    assert peer.insert(FIVE)
    line.run(300)
    assert (line.booked_cents(), host.in_escrow) == (500, FIVE)

    host.keep(True)
    line.run(500)
    assert (line.booked_cents(), peer.stacked) == (1_000, 2)


def test_a_bill_told_again_is_told_once_where_the_line_does_not_say_so() -> None:
    """No bill is stacked twice without standing in the escrow between; so an adapter's lost ACK doubles nothing."""
    line, host, peer = ready()
    line.flags_repeats = False
    peer.insert(FIVE)
    line.run(300)
    line.lose_acks = 1
    host.keep(True)
    line.run(600)

    assert (line.booked_cents(), peer.stacked, line.lose_acks) == (500, 1, 0)


@pytest.mark.parametrize("always", [True, False])
def test_a_cash_box_that_is_out_lets_nothing_in(always: bool) -> None:
    """Told in every poll or only once, it closes the validator, with a word; ten seconds without it open it again."""
    line, host, peer = ready()
    poll = peer.poll
    peer.waiting.append(b"\x08")
    if always:
        peer.poll = lambda: poll() + b"\x08"  # type: ignore[method-assign]
    line.run(3_000)
    assert host.shut_by == "cash box out"
    assert not peer.insert(ONE)

    peer.poll = poll  # type: ignore[method-assign]
    line.run(11_000)
    assert host.shut_by == ""
    assert peer.insert(ONE)


def test_a_validator_that_does_not_say_what_became_of_a_bill_is_gone() -> None:
    """Told to give a bill back it says nothing for half a minute: a person has to look, and it is started anew."""
    line, host, peer = ready()
    peer.insert(ONE)
    line.run(300)
    peer._decide = lambda stack: None  # type: ignore[method-assign]
    host.keep(False)

    assert "what became of the bill" in line.run_until(mdb.Gone).reason  # type: ignore[attr-defined]
