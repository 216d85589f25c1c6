"""What left a changer's tubes is what the host says, whatever goes wrong; and nothing leaves twice."""

import pytest
from mdb_line import Line
from mdb_peers import SILENCE, ChangerPeer
from mdb_trouble import COINS, DOLLAR, NICKEL, PAYOUT_COMMANDS, QUARTER, complaints, looked, ordered, paid, ready

from controller.protocols import mdb
from controller.protocols.mdb import ChangerHost, Gone, LocalProtocolError, Order, Outcome, PaidOut, Tubes, outcome_of

CREDITS = bytes((1, 2, 5, 20)).ljust(16, b"\0")


@pytest.mark.parametrize("level", [2, 3])
def test_what_left_is_what_is_told_whatever_goes_wrong(level: int) -> None:
    """Lost orders, lost answers, jams and power cuts: no coin is booked that stayed, and none leaves twice."""
    assert complaints(ChangerHost, level) == []


def test_the_order_goes_by_type_where_the_changer_cannot_choose() -> None:
    """Level 2: the most valuable type first, at most fifteen coins at once, coins shut out before."""
    line = ready(peer=ChangerPeer(level=2))
    paid(line, ordered(line, coins={NICKEL: 17, DOLLAR: 1}))
    line.run(300)
    assert [sent.hex() for sent in line.sent if sent[0] == 0x0D] == ["0d13", "0df0", "0d20"]
    assert [sent.hex() for sent in line.sent if sent[0] == 0x0C][1:] == ["0c00000000", "0c000f0000"]


def test_the_changer_chooses_where_it_can() -> None:
    """Level 3 with alternative payout: a value in units of its scale, then its report, at most 255 units at once."""
    line = ready(peer=ChangerPeer(tubes=(20, 20, 20, 30)))
    outcome = paid(line, ordered(line, coins={DOLLAR: 14, QUARTER: 1}))
    assert [sent.hex() for sent in line.sent if sent.startswith(b"\x0f\x02")] == ["0f02f0", "0f022d"]
    assert (dict(outcome.coins), outcome.doubt) == ({DOLLAR: 14, QUARTER: 1}, "")


def test_coins_that_fall_in_on_the_way_do_not_hide_what_left() -> None:
    """A quarter that was under way when coins were shut out raises its tube; the outcome knows."""
    line = ready(peer=ChangerPeer(level=2))
    order = ordered(line)
    line.peer.mask = 0xF  # type: ignore[attr-defined]
    assert line.peer.insert(QUARTER)  # type: ignore[attr-defined]
    assert dict(paid(line, order).coins) == COINS


def test_after_a_restart_an_order_is_looked_at_and_moves_no_coin() -> None:
    """A new host that knows only what is on disk finds out by the tubes what left, twice the same."""
    line = ready()
    order = ordered(line)
    line.host.pay(order)  # type: ignore[attr-defined]
    line.run(450)
    after = Line(ChangerHost(mark=line.number), line.peer, line.now_ms)
    after.number = line.number
    after.run_until(mdb.Ready)
    left = dict(line.peer.left)  # type: ignore[attr-defined]
    assert sum(left.values()) > 0
    assert [dict(looked(after, order).coins) for _ in range(2)] == [left, left]
    assert dict(paid(after, order).coins) == left
    assert not [sent for sent in after.sent if sent.startswith(PAYOUT_COMMANDS)]


def test_an_order_never_carried_out_has_paid_nothing() -> None:
    """A look at an order that was only written down proves that no coin left."""
    line = ready()
    order = ordered(line)
    assert looked(line, order) == PaidOut(1, {})
    assert dict(paid(line, order).coins) == COINS


def test_a_changer_that_goes_away_answers_no_order() -> None:
    """Nobody knows what it paid: nothing is told, and when it is back a look finds out."""
    line = ready()
    order = ordered(line)
    line.host.pay(order)  # type: ignore[attr-defined]
    line.run(800)
    line.peer.away = True
    line.run_until(Gone)
    assert line.of(PaidOut) == []
    line.peer.away = False
    line.run_until(mdb.Ready)
    assert dict(looked(line, order).coins) == dict(line.peer.left)  # type: ignore[attr-defined]


def test_a_report_that_tells_less_than_the_tubes_is_a_doubt() -> None:
    """Only what both witnesses prove is booked, and a person has to look."""
    peer = ChangerPeer()
    peer.reports_less = 1
    outcome = paid((line := ready(peer=peer)), ordered(line))
    assert dict(outcome.coins) == {QUARTER: 2, NICKEL: 1}
    assert "tube 2 lost 3 coins, 2 were reported" in outcome.doubt


def test_a_changer_that_never_says_that_it_is_done_is_given_up() -> None:
    """After half a minute and a second a coin the tubes are read as they are, and the end is a doubt."""
    peer = ChangerPeer(level=2)
    line = ready(peer=peer)
    order = ordered(line)
    peer.coin_ms = 100_000
    outcome = paid(line, order)
    assert (dict(outcome.coins), "never said" in outcome.doubt) == ({}, True)
    assert line.peer.count(b"\x0d") == 1


@pytest.mark.parametrize("which", ["255 coins", "a defective sensor"])
def test_where_no_count_proves_anything_nothing_is_repeated(which: str) -> None:
    """A tube that says 255 or more, or full and empty at once, proves no coin: one command, and a doubt."""
    peer = ChangerPeer(level=2, tubes=(20, 20, 255 if which == "255 coins" else 0, 20))
    peer.full = 0 if which == "255 coins" else 1 << QUARTER
    line = ready(peer=peer)
    order = ordered(line, coins={QUARTER: 2})
    peer.deaf_to_payouts = 9
    assert "no count tells what tube 2 paid" in paid(line, order).doubt
    assert sum(sent[0] == 0x0D for sent in line.sent) == 1


def test_the_tubes_and_the_report_must_agree() -> None:
    """Pure arithmetic of the two witnesses, coins that came and a tube that gained."""
    order = Order(7, {QUARTER: 2}, (9, 9, 9, 9, *[0] * 12))

    def tubes(quarters: int) -> Tubes:
        return Tubes((9, 9, quarters, 9, *[0] * 12), frozenset())

    assert outcome_of(order, tubes(7), {}, CREDITS) == Outcome({QUARTER: 2})
    assert outcome_of(order, tubes(8), {QUARTER: 1}, CREDITS, {QUARTER: 2}) == Outcome({QUARTER: 2})
    assert outcome_of(order, tubes(9), {}, CREDITS, {QUARTER: 2}).coins == {}
    assert "gained" in outcome_of(order, tubes(10), {}, CREDITS).doubt
    assert "more left" in outcome_of(order, tubes(5), {}, CREDITS).doubt
    assert outcome_of(order, tubes(5), {}, CREDITS).coins == {QUARTER: 4}


@pytest.mark.parametrize(
    "order",
    [Order(1, {}, [0] * 16), Order(1, {9: 1}, [0] * 16), Order(1, {QUARTER: 0}, [0] * 16), Order(1, {QUARTER: 1}, [0])],
)
def test_an_order_no_changer_can_have_been_given_is_refused(order: Order) -> None:
    """No coins, a type without value, no number, too few tube counts: nothing is sent."""
    line = ready()
    with pytest.raises(LocalProtocolError):
        line.host.pay(order)  # type: ignore[attr-defined]


def test_a_board_reset_in_the_middle_of_an_order_repeats_nothing() -> None:
    """What became of the open command nobody will say: tubes and report tell it."""
    line = ready()
    order = ordered(line)
    line.host.pay(order)  # type: ignore[attr-defined]
    while not line.sent[-1].startswith(b"\x0f\x02"):
        line.spoil = lambda command, raw: raw
        command = line.host.to_send(line.now_ms)
        if command and command.data.startswith(b"\x0f\x02"):
            line.sent.append(command.data)
            line.peer.carry(command.data, line.now_ms)
            line.number = 0
            line._told(line.host.board_was_reset(line.now_ms))
        elif command:
            line.sent.append(command.data)
            line._told(line.host.hear(line.carry(command), line.now_ms + 5))
        else:
            line.step(line.now_ms + 50)
    line.run_until(PaidOut)
    assert dict(line.of(PaidOut)[-1].coins) == COINS == dict(line.peer.left)  # type: ignore[attr-defined]
    assert sum(sent.startswith(b"\x0f\x02") for sent in line.sent) == 1
    assert SILENCE == b""
