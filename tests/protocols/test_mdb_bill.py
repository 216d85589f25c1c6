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
    """Reset, set-up, identity, security, stacker, and the bills last."""
    line, _, peer = ready()
    assert [command.hex() for at, command in enumerate(line.sent) if command not in line.sent[:at]] == [
        *("30", "33", "31", "3700", "320000", "36"),
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
