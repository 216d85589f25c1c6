"""A host and a simulated reader beyond the rules: a controller's restart, levels, revaluing, cash sales, sessions."""

import pytest
from mdb_line import Line
from mdb_peers import ReaderPeer
from mdb_visit import CHUMPI_ROJO, COMPLETE, FAILURE, PRICE_CENTS, REQUEST, RESET, SUCCESS, Visit

from controller.protocols import mdb
from controller.protocols.mdb import (
    Approved,
    CashlessHost,
    Charged,
    Denied,
    Gone,
    LocalProtocolError,
    Noted,
    ReaderSetup,
    Ready,
    Refunded,
    Revalued,
    RevalueLimit,
    Scale,
    SessionBegan,
    SessionEnded,
    State,
    Unfinished,
    Unsettled,
    Vend,
)


def restarted(visit: Visit, amount_cents: int | None) -> Line:
    """The controller was killed; the next one knows from its journal that vend 1 is open."""
    setup = ReaderSetup(2, "1840", Scale(1, 2), 5, 1)
    host = CashlessHost(
        unfinished=Unfinished(Vend(1, PRICE_CENTS, CHUMPI_ROJO, amount_cents), setup),
        mark=visit.line.number,
        first_id=10_000,
    )
    line = Line(host, visit.peer, visit.line.now_ms)
    line.number = visit.line.number
    host.accept(True)
    return line


@pytest.mark.parametrize("fell", [True, False])
def test_a_vend_approved_before_a_restart_is_ended_without_a_reset(fell: bool) -> None:
    """The motors are asked what happened; the reader hears it from the next controller, and only then is reset."""
    visit = Visit()
    visit.approved()
    line = restarted(visit, PRICE_CENTS)
    line.run(2_000)
    assert RESET not in line.sent
    assert isinstance(line.host, CashlessHost)
    (line.host.delivered if fell else line.host.failed)(1)
    line.run_until(Ready)
    assert (visit.peer.paid, visit.peer.refunds) == ((PRICE_CENTS, 0) if fell else (0, PRICE_CENTS))
    assert line.sent.index(SUCCESS + b"\0\x07" if fell else FAILURE) < line.sent.index(RESET)


def test_a_vend_asked_before_a_restart_is_cancelled_or_given_back() -> None:
    """An approval that the dead controller never read is failed by the next one, so nobody pays for nothing."""
    visit = Visit()
    visit.asked()
    while not visit.line.sent[-1].startswith(REQUEST):
        visit.line.step(visit.line.now_ms + 50)
    line = restarted(visit, None)
    line.run_until(Ready)
    assert line.of(Approved) == []
    assert len(line.of(Refunded)) == 1
    assert (visit.peer.paid, visit.peer.refunds) == (0, PRICE_CENTS)


def test_an_approval_that_waited_on_the_board_is_heard_after_the_restart() -> None:
    """The board hands over what the dead controller did not take: the approval is known before anything is sent."""
    visit = Visit()
    visit.asked()
    visit.line.run_until(Approved)
    line = restarted(visit, None)
    line.number += 1
    late = mdb.Block(line.number, mdb.Command(77, b"\x12"), mdb.seal(b"\x05\x04\xe2"))
    line.host.hear(late, line.now_ms)
    line.run_until(Ready)
    assert len(line.of(Refunded)) == 1
    assert (visit.peer.paid, visit.peer.refunds) == (0, PRICE_CENTS)


def test_a_reader_that_lost_power_with_the_controller_has_been_paid() -> None:
    """After a power cut of all the approved vend is unsettled, once, and booked before the reader is reset."""
    visit = Visit()
    visit.approved()
    visit.peer.power_cut()
    line = restarted(visit, PRICE_CENTS)
    line.run_until(Unsettled)
    line.run(30_000)
    assert RESET not in line.sent
    assert isinstance(line.host, CashlessHost)
    line.host.booked(1)
    line.run_until(Ready)
    assert visit.peer.paid == PRICE_CENTS


@pytest.mark.parametrize("level", [1, 2, 3])
def test_readers_of_every_level_sell(level: int) -> None:
    """Begin session has 3 or 10 bytes; with 2 or 3 the media is told."""
    visit = Visit(ReaderPeer(level=level))
    visit.approved()
    visit.host.delivered(1)
    visit.line.run_until(SessionEnded)
    (began,) = visit.line.of(SessionBegan)
    assert isinstance(began, SessionBegan)
    assert (began.funds_cents, began.media) == (3_400, b"" if level == 1 else b"CARD")


def test_extra_bytes_after_begin_session_do_not_end_it() -> None:
    """Some readers append what nobody knows: it is noted, and the vend goes on."""
    visit = Visit()
    visit.peer.state = "idle"
    visit.peer.waiting.append(b"\x03\xff\xffCARD\x00\x00\x00" + b"\xee\x01\x02")
    began = visit.line.run_until(SessionBegan)
    assert isinstance(began, SessionBegan)
    assert began.funds_cents is None
    visit.approved()
    assert Noted("cannot read EE 01 02") in visit.line.events


def test_no_session_begins_before_somebody_wants_it() -> None:
    """The reader is enabled by the wish and disabled by it."""
    visit = Visit()
    visit.host.accept(False)
    visit.line.run(500)
    assert (visit.peer.state, visit.host.state) == ("disabled", State.DISABLED)
    visit.host.accept(True)
    visit.line.run(500)
    assert visit.peer.state == "enabled"


@pytest.mark.parametrize("wanted_again", [False, True])
def test_a_card_that_crosses_our_disable_has_its_session(wanted_again: bool) -> None:
    """It ends in order, or serves who came to pay meanwhile; and after it the reader is as it was told."""
    visit = Visit()
    visit.host.accept(False)
    while visit.peer.state != "disabled":
        visit.line.step(visit.line.now_ms + 10)
    visit.peer.state = "idle"  # she held it just before it heard that
    visit.peer.waiting.append(b"\x03\xff\xffCARD\x00\x00\x00")
    visit.host.accept(wanted_again)
    visit.line.run_until(SessionBegan)
    if wanted_again:
        visit.approved()
        visit.host.delivered(1)
    visit.line.run_until(SessionEnded)
    visit.line.run(500)
    assert visit.peer.paid == (PRICE_CENTS if wanted_again else 0)
    assert visit.peer.state == ("enabled" if wanted_again else "disabled") == visit.host.state


@pytest.mark.parametrize("who", ["visitor", "reader", "nobody"])
def test_a_session_without_a_choice_ends(who: str) -> None:
    """By the return lever, by the reader's wish, or after a minute: SESSION COMPLETE, once."""
    visit = Visit()
    visit.session()
    if who == "visitor":
        visit.host.end_session()
    elif who == "reader":
        visit.peer.waiting.append(b"\x04")
    visit.line.run_until(SessionEnded)
    assert visit.sent(COMPLETE) == 1
    assert visit.host.state is State.ENABLED


def test_a_reader_that_does_not_end_its_session_is_reset() -> None:
    """After its response time there is nothing left but RESET."""
    visit = Visit()
    visit.session()
    visit.peer._obey = lambda low, command: None  # type: ignore[method-assign]
    visit.host.end_session()
    visit.line.run(7_000)
    assert visit.sent(RESET) >= 2
    assert visit.line.of(SessionEnded)


def test_a_denied_vend_costs_nothing() -> None:
    """The reader says no: nothing is paid, and the session ends."""
    visit = Visit()
    visit.peer.approves = False
    visit.asked()
    assert visit.line.run_until(Denied) == Denied(1)
    visit.line.run_until(SessionEnded)
    assert visit.peer.paid == 0


def test_a_vend_number_is_never_used_twice() -> None:
    """The same number again, after its end, is a mistake of ours."""
    visit = Visit()
    visit.approved()
    visit.host.delivered(1)
    visit.line.run_until(SessionEnded)
    visit.session()
    with pytest.raises(LocalProtocolError):
        visit.host.request(1, PRICE_CENTS, CHUMPI_ROJO)


def test_an_end_before_the_approval_is_a_mistake_and_one_too_late_is_harmless() -> None:
    """Nothing can have fallen before the approval; after the end nothing changes any more."""
    visit = Visit()
    visit.peer.approves = None
    visit.asked()
    visit.line.run(300)
    with pytest.raises(LocalProtocolError):
        visit.host.delivered(1)
    visit.peer._verdict(True)
    visit.line.run_until(Approved)
    visit.host.delivered(1)
    visit.line.run_until(Charged)
    visit.host.failed(1)
    visit.line.run(1_000)
    assert visit.sent(FAILURE) == 0


def test_a_card_is_revalued_once() -> None:
    """The limit is asked, the amount is said once, and the reader's word is told."""
    visit = Visit()
    visit.session()
    visit.host.revalue(500)
    revalued = visit.line.run_until(Revalued)
    assert isinstance(revalued, Revalued)
    assert (revalued.amount_cents, revalued.approved, visit.peer.funds) == (500, True, 3_900)
    assert visit.line.of(RevalueLimit) == [RevalueLimit(4_000)]
    assert visit.sent(b"\x15\x00") == 1


def test_an_amount_for_one_card_is_never_put_on_the_next() -> None:
    """The visitor leaves while the wish is still waiting: it is dropped, and said."""
    visit = Visit()
    visit.session()
    visit.peer.waiting.append(b"\x07")
    visit.peer.state = "enabled"
    visit.host.revalue(500)
    visit.line.run_until(SessionEnded)
    visit.session()
    visit.line.run(2_000)
    assert (visit.sent(b"\x15\x00"), visit.peer.funds) == (0, 3_400)
    assert Noted("the session ended before its card was revalued") in visit.line.events


def test_cash_sales_are_told_only_to_a_reader_that_wants_them() -> None:
    """Option b3 asks for them."""
    with pytest.raises(LocalProtocolError):
        Visit().host.cash_sale(PRICE_CENTS, CHUMPI_ROJO)
    visit = Visit(ReaderPeer(options=9))
    visit.host.cash_sale(PRICE_CENTS, CHUMPI_ROJO)
    visit.line.run(300)
    assert visit.sent(b"\x13\x05\x04\xe2\x00\x07") == 1


def test_a_silent_reader_is_gone_and_found_again() -> None:
    """Its own response time is how long it may be silent; each time it goes it is told, and once."""
    visit = Visit()
    for times in (1, 2):
        visit.peer.away = True
        before_ms = visit.line.now_ms
        visit.line.run_until(Gone)
        assert visit.line.now_ms - before_ms >= 5_000
        visit.line.run(60_000)
        assert len(visit.line.of(Gone)) == times
        visit.peer.away = False
        visit.line.run_until(Ready)


def test_options_of_a_version_nobody_has_verified_are_never_enabled() -> None:
    """Bits above 5, and those this host does not speak, are a mistake of ours."""
    for features in (1 << 6, 1 << 3, 1):
        with pytest.raises(LocalProtocolError):
            CashlessHost(features=features)
