"""The nine money-safety rules of the cashless reader, each a test, on a host joined with a simulated reader."""

import pytest
from mdb_peers import ReaderPeer
from mdb_visit import CANCEL, CHUMPI_ROJO, COMPLETE, FAILURE, POLL, PRICE_CENTS, REQUEST, RESET, SUCCESS, Visit

from controller.protocols.mdb import (
    ALWAYS_IDLE,
    Approved,
    CashlessHost,
    Charged,
    Denied,
    LocalProtocolError,
    NotRefunded,
    Ready,
    Refunded,
    SessionBegan,
    SessionEnded,
    State,
    Unsettled,
)


def test_the_start_goes_in_the_order_of_the_standard() -> None:
    """Reset, poll, set-up, prices, identity, and the reader is enabled last."""
    visit = Visit()
    heads = [sent[:2] if sent[0] != 0x12 else sent for sent in visit.line.sent]
    assert [head.hex() for at, head in enumerate(heads) if head not in heads[:at]] == [
        *("10", "12", "1100", "1101", "1700", "1401")
    ]
    assert visit.host.state is State.ENABLED


def test_a_whole_sale() -> None:
    """Card, request, approval, delivery: the reader keeps the price, and the session ends."""
    visit = Visit()
    visit.approved()
    visit.host.delivered(1)
    visit.line.run_until(SessionEnded)
    assert visit.ends() == [Charged]
    assert (visit.peer.paid, visit.peer.held, visit.peer.vends) == (PRICE_CENTS, 0, 1)
    assert visit.host.state is State.ENABLED


def test_rule_1_nothing_turns_before_the_approval_and_its_amount_counts() -> None:
    """No success is said before the delivery, however long it takes, and the amount is what the reader approved."""
    visit = Visit()
    visit.peer.approves = 1_000
    assert visit.approved().amount_cents == 1_000
    visit.line.run(90_000)
    assert visit.sent(SUCCESS) == 0
    assert visit.peer.paid == 0
    visit.host.delivered(1)
    visit.line.run_until(Charged)
    assert visit.peer.paid == 1_000


@pytest.mark.parametrize("how", ["the reader is reset", "the reader is away", "out of sequence"])
def test_rule_2_a_reset_after_the_approval_is_a_success_and_is_booked_before(how: str) -> None:
    """Whatever ends it, the vend is told as unsettled, and no RESET goes out before it is written down."""
    visit = Visit()
    visit.approved()
    if how == "the reader is reset":
        visit.peer.power_cut()
    elif how == "out of sequence":
        visit.peer.waiting.append(b"\x0b\x05")
    else:
        visit.peer.away = True
    unsettled = visit.line.run_until(Unsettled)
    assert isinstance(unsettled, Unsettled)
    assert (unsettled.vend_id, unsettled.amount_cents) == (1, PRICE_CENTS)
    visit.peer.away = False
    visit.line.run(60_000)
    assert visit.sent(RESET) == 1
    visit.host.delivered(1)
    visit.host.failed(1)
    visit.host.booked(1)
    visit.line.run_until(Ready)
    assert visit.ends() == [Unsettled]
    assert visit.peer.paid == PRICE_CENTS


@pytest.mark.parametrize("silent", [0, 12])
def test_rule_3_a_refund_is_known_by_the_next_ack_and_not_before(silent: int) -> None:
    """After VEND FAILURE silence is a reader at work; SESSION COMPLETE comes only after its answer."""
    visit = Visit()
    visit.approved()
    visit.peer.silent_polls_after_failure = 0
    visit.host.failed(1)
    visit.peer.silent_polls_after_failure = silent
    visit.line.run_until(SessionEnded)
    failure = visit.line.sent.index(FAILURE)
    complete = visit.line.sent.index(COMPLETE)
    assert visit.line.sent[failure:complete].count(POLL) > silent
    assert visit.ends() == [Refunded]
    assert (visit.peer.refunds, visit.peer.paid) == (PRICE_CENTS, 0)


def test_rule_3_a_refund_that_failed_is_owed() -> None:
    """The reader says that it lost the money: the visitor is owed the amount by other means."""
    visit = Visit()
    visit.peer.refund_fails = True
    visit.approved()
    visit.host.failed(1)
    owed = visit.line.run_until(NotRefunded)
    assert owed == NotRefunded(1, PRICE_CENTS, "refund failed")


def test_rule_3_a_reader_that_dies_over_a_refund_leaves_it_unsettled() -> None:
    """Nobody knows whether the money went back."""
    visit = Visit()
    visit.approved()
    visit.host.failed(1)
    while visit.line.sent[-1] != FAILURE:
        visit.line.step(visit.line.now_ms + 100)
    visit.peer.away = True
    visit.line.run_until(Unsettled)
    assert visit.ends() == [Unsettled]


def test_rule_4_a_reader_that_cannot_refund_leaves_a_debt() -> None:
    """Without option b0 a failed vend is told to the reader all the same, and its amount is owed."""
    visit = Visit(ReaderPeer(options=0))
    visit.approved()
    visit.host.failed(1)
    owed = visit.line.run_until(NotRefunded)
    assert owed == NotRefunded(1, PRICE_CENTS, "this reader gives nothing back")
    assert visit.sent(FAILURE) == 1


@pytest.mark.parametrize("command", [REQUEST, SUCCESS, FAILURE])
def test_rule_5_a_command_is_repeated_until_its_ack_and_never_after(command: bytes) -> None:
    """One that was not heard is said again; one that was ACKed is said once, and the vend is one vend."""
    for deaf, times in ((False, 1), (True, 2)):
        visit = Visit()
        visit.session()
        visit.peer.deaf_to = bytes((3, command[1])) if deaf else None
        visit.approved()
        visit.line.run(2_000)
        (visit.host.failed if command == FAILURE else visit.host.delivered)(1)
        visit.line.run_until(SessionEnded)
        assert visit.sent(command) == times
        assert visit.peer.vends == 1
        assert visit.ends() == [Refunded if command == FAILURE else Charged]


def test_rule_6_no_answer_in_time_is_cancelled() -> None:
    """The reader has its own response time from the ACK on; then VEND CANCEL, and its denial ends it."""
    visit = Visit()
    visit.peer.approves = None
    visit.asked()
    visit.line.run(4_500)
    assert visit.sent(CANCEL) == 0
    visit.line.run_until(Denied)
    assert visit.sent(CANCEL) == 1
    assert visit.peer.paid == 0


def test_rule_6_a_slow_reader_is_given_the_time_it_asks_for() -> None:
    """A reader with 90 seconds to answer is not cancelled after 80, and its approval is one."""
    peer = ReaderPeer()
    peer.response_s = 90
    visit = Visit(peer)
    peer.approves = None
    visit.asked()
    visit.line.run(80_000)
    assert visit.sent(CANCEL) == 0
    peer._verdict(True)
    visit.line.run_until(Approved)


def test_rule_6_a_late_approval_is_failed_and_the_money_goes_back() -> None:
    """The approval crosses our cancellation: it is an approval, and the vend has failed."""
    visit = Visit()
    visit.peer.approves = None
    visit.asked()
    visit.line.run(1_000)
    visit.host.cancel()
    visit.peer._verdict(True)
    visit.peer.waiting.clear()
    visit.peer.deaf_to = b"\x03\x01"
    visit.line.run(20)
    visit.peer.waiting.append(b"\x05" + PRICE_CENTS.to_bytes(2, "big"))
    visit.peer.state = "approved"
    spoiled = visit.peer._obey
    visit.peer._obey = lambda low, command: None if low == b"\x03\x01" else spoiled(low, command)  # type: ignore[method-assign]
    visit.line.run_until(Refunded)
    assert visit.line.of(Approved) == []
    assert visit.sent(FAILURE) == 1
    assert (visit.peer.refunds, visit.peer.paid) == (PRICE_CENTS, 0)


def test_rule_7_an_answer_may_come_at_once() -> None:
    """A reader that answers in the command's own reply is understood like one that waits for a poll."""
    peer = ReaderPeer()
    peer.at_once = True
    visit = Visit(peer)
    visit.approved()
    visit.host.delivered(1)
    visit.line.run_until(SessionEnded)
    assert visit.ends() == [Charged]
    assert peer.paid == PRICE_CENTS


def test_rule_8_a_session_may_begin_although_always_idle_is_agreed() -> None:
    """A reader with b5 sells without a session, and with one when it begins one."""
    peer = ReaderPeer(level=3, features=ALWAYS_IDLE)
    visit = Visit(peer, CashlessHost(features=ALWAYS_IDLE))
    assert visit.host.features == ALWAYS_IDLE
    visit.host.request(1, PRICE_CENTS, CHUMPI_ROJO)
    visit.line.run_until(Approved)
    assert visit.line.of(SessionBegan) == []
    visit.host.delivered(1)
    visit.line.run_until(SessionEnded)
    visit.approved(2)
    assert len(visit.line.of(SessionBegan)) == 1


@pytest.mark.parametrize("state", ["enabled", "session idle"])
def test_rule_9_an_approval_nobody_asked_for_is_failed(state: str) -> None:
    """Outside of a waiting vend an approval turns nothing: the reader is told of a failure."""
    visit = Visit()
    if state == "session idle":
        visit.session()
    visit.peer.waiting.append(b"\x05\x04\xe2")
    visit.line.run(1_000)
    assert visit.line.of(Approved) == []
    assert visit.sent(FAILURE) == 1
    assert visit.sent(SUCCESS) == 0


def test_rule_9_the_approval_of_a_vend_that_comes_again_is_not_another() -> None:
    """A repeated approval while the motor turns does not fail the vend it belongs to."""
    visit = Visit()
    visit.approved()
    visit.peer.waiting.append(b"\x05\x04\xe2")
    visit.line.run(2_000)
    visit.host.delivered(1)
    visit.line.run_until(SessionEnded)
    assert (visit.sent(FAILURE), visit.ends()) == (0, [Charged])


def test_out_of_sequence_is_answered_by_a_reset_at_once() -> None:
    """The standard demands it; a vend that was only asked is denied."""
    visit = Visit()
    visit.peer.approves = None
    visit.asked()
    visit.line.run(500)
    visit.peer.waiting.append(b"\x0b\x05")
    visit.line.run_until(Denied)
    visit.line.run_until(Ready)
    assert (visit.sent(RESET), visit.sent(CANCEL)) == (2, 0)


def test_an_approval_and_the_end_of_it_all_in_one_block_is_a_payment() -> None:
    """The reader approves and is out of sequence in one breath: after the RESET it has the money, so it is unsettled."""
    visit = Visit()
    visit.peer.approves = None
    visit.asked()
    visit.line.run(500)
    visit.peer.waiting += [b"\x05\x04\xe2", b"\x0b\x05"]
    unsettled = visit.line.run_until(Unsettled)
    assert isinstance(unsettled, Unsettled)
    assert unsettled.amount_cents == PRICE_CENTS
    assert visit.sent(RESET) == 1


def test_one_vend_a_session_unless_the_reader_sells_many() -> None:
    """A second request before the session's end is a mistake of ours; with option b1 it is right."""
    visit = Visit()
    visit.asked(1)
    with pytest.raises(LocalProtocolError):
        visit.host.request(2, PRICE_CENTS, CHUMPI_ROJO)
    visit.line.run_until(Approved)
    visit.host.delivered(1)
    visit.line.run_until(Charged)
    with pytest.raises(LocalProtocolError):
        visit.host.request(2, PRICE_CENTS, CHUMPI_ROJO)
    many = Visit(ReaderPeer(options=3))
    for vend_id in (1, 2):
        many.approved(vend_id)
        many.host.delivered(vend_id)
        many.line.run_until(Charged)
    assert many.peer.paid == 2 * PRICE_CENTS
    assert many.line.of(SessionEnded) == []


@pytest.mark.parametrize("cents", [1_251, 330_000_000, -5])
def test_a_price_the_reader_cannot_express_is_refused(cents: int) -> None:
    """Amounts are in units of its scale, and never rounded."""
    peer = ReaderPeer()
    peer._obey, obey = (  # type: ignore[method-assign]
        lambda low, command: (
            peer.waiting.append(b"\x01\x02\x18\x40\x05\x02\x05\x01") if low == b"\x01\x00" else obey(low, command)
        ),
        peer._obey,
    )
    visit = Visit(peer)
    peer.state = "enabled"
    visit.session()
    with pytest.raises(LocalProtocolError):
        visit.host.request(1, cents, CHUMPI_ROJO)
    visit.host.request(1, PRICE_CENTS, CHUMPI_ROJO)
    visit.line.run(300)
    assert visit.sent(REQUEST + b"\x00\xfa\x00\x07") == 1
