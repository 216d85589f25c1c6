"""A host and a simulated changer: the order of the start, coins told once, masks, resets, and who is refused."""

import pytest
from mdb_line import Line
from mdb_peers import NAK, SILENCE, ChangerPeer
from mdb_trouble import ALL_CENTS, DIME, DOLLAR, NICKEL, QUARTER, double_credits, ready

from controller.protocols import mdb
from controller.protocols.mdb import (
    Block,
    ChangerHost,
    Coin,
    Command,
    Found,
    Gone,
    LocalProtocolError,
    Ready,
    Route,
    Told,
)


def test_the_start_goes_in_the_order_of_the_standard() -> None:
    """Hear it out, reset, set-up, identity, features it offers, diagnosis, tubes, and only then the coins."""
    line = ready()
    assert [command.hex() for at, command in enumerate(line.sent) if command not in line.sent[:at]] == [
        *("0b", "08", "09", "0f00", "0f0100000003", "0f05", "0a"),
        "0c000f0000",
    ]
    assert line.now_ms >= 500


def test_level_2_is_asked_for_nothing_it_does_not_know() -> None:
    """No expansion command goes to a changer below level 3."""
    line = ready(peer=ChangerPeer(level=2))
    assert not [sent for sent in line.sent if sent[0] == 0x0F]


@pytest.mark.parametrize("late", ["never", "late"])
def test_a_changer_that_does_not_report_its_reset_is_started_all_the_same(late: str) -> None:
    """After some twenty polls one more RESET, then the start goes on."""
    peer = ChangerPeer()
    cut = peer.power_cut
    resets = []

    def power_cut() -> None:
        cut()
        resets.append(0)
        if late == "never" or len(resets) < 2:
            peer.waiting.clear()

    peer.power_cut = power_cut  # type: ignore[method-assign]
    peer.waiting.clear()
    ready(peer=peer)
    assert len(resets) == 2


def test_coins_are_told_with_their_way_and_their_tube() -> None:
    """A quarter to its tube and a dollar to the cash box are 125 cents; a slug and a rejected coin are none."""
    line = ready()
    assert line.peer.insert(QUARTER)  # type: ignore[attr-defined]
    assert line.peer.insert(DOLLAR, route=0)  # type: ignore[attr-defined]
    line.peer.waiting += [b"\x21", b"\x73\x00", b"\x01", b"\x92\x05"]
    line.run(300)
    told = line.of(Told)[-1]
    assert told.credits == (Coin(QUARTER, Route.TUBE, 21), Coin(DOLLAR, Route.CASH_BOX, 20))  # type: ignore[attr-defined]
    assert line.booked_cents() == 125


@pytest.mark.parametrize("hands_twice", [True, False])
def test_a_coin_is_told_once_though_its_block_comes_again(hands_twice: bool) -> None:
    """Handed over twice by the board, or repeated by a changer that did not hear the ACK: one coin."""
    assert double_credits(ChangerHost, hands_twice) == []


def test_a_repetition_is_kept_for_disputes() -> None:
    """What the board doubts and the tubes do not confirm stands in `again`, and what came after it is news."""
    line = ready()
    line.peer.insert(QUARTER)  # type: ignore[attr-defined]
    line.lose_acks = 1
    line.run_until(Told)
    line.peer.insert(DIME)  # type: ignore[attr-defined]
    line.run(300)
    assert [(event.items, event.again) for event in line.of(Told)[-2:]] == [  # type: ignore[attr-defined]
        ((Coin(QUARTER, Route.TUBE, 21),), ()),
        ((Coin(DIME, Route.TUBE, 21),), (Coin(QUARTER, Route.TUBE, 21),)),
    ]


def test_a_second_coin_like_the_first_is_money_even_when_the_board_doubts() -> None:
    """A genuine second quarter raises the count of its tube, so its block is another one."""
    line = ready()
    line.peer.insert(QUARTER)  # type: ignore[attr-defined]
    line.run(200)
    line._doubted = True
    line.peer.insert(QUARTER)  # type: ignore[attr-defined]
    line.run(200)
    assert line.booked_cents() == 50


def test_what_is_in_the_books_is_not_told_to_the_next_host() -> None:
    """The board hands over blocks that the controller before had booked: the mark knows them, the newer one is money."""
    line = ready()
    poll = Command(9_999, b"\x0b")
    host = ChangerHost(mark=70)
    old, new = (Block(number, poll, mdb.seal(b"\x52\x15")) for number in (70, 71))
    assert host.hear(old, 0) == []
    (told,) = host.hear(new, 0)
    assert isinstance(told, Told)
    assert (told.number, told.credits) == (71, (Coin(QUARTER, Route.TUBE, 21),))
    assert host.hear(new, 0) == []
    assert line.host.counts["repeated"] == 0


def test_the_answer_to_another_command_is_never_coins() -> None:
    """Late tube counts that could be read as coins are nothing but late."""
    host = ChangerHost()
    late = Block(1, Command(5, b"\x0a"), mdb.seal(b"\x00\x00\x52\x15"))
    assert host.hear(late, 0) == []
    assert host.counts["stray"] == 1


def test_coins_that_were_waiting_before_the_reset_are_heard() -> None:
    """What a changer has to tell from before our start would be lost by RESET: it is asked first."""
    peer = ChangerPeer()
    peer.waiting.clear()
    peer.mask = 0xF
    assert peer.insert(DOLLAR)
    assert ready(peer=peer).booked_cents() == 100


def test_only_wanted_values_are_let_in_and_only_known_ones() -> None:
    """The wish is in cents; a vend token, an unused type and a value of no whole cents are never enabled."""
    line = ready(peer=ChangerPeer(credits=(1, 2, 5, 20, 255, 0)))
    line.host.accept(frozenset({25, 100, 1_275}))  # type: ignore[attr-defined]
    line.run(100)
    assert line.peer.mask == 1 << QUARTER | 1 << DOLLAR  # type: ignore[attr-defined]
    line.host.accept(frozenset())  # type: ignore[attr-defined]
    line.run(100)
    assert line.peer.mask == 0  # type: ignore[attr-defined]
    mills = ready(peer=ChangerPeer(credits=(1, 2, 5), scale=5, decimals=3))
    assert mills.host.setup.values_cents == {1: 1}  # type: ignore[attr-defined]
    assert mills.peer.mask == 0  # type: ignore[attr-defined]


def test_the_wish_is_kept_through_a_reset() -> None:
    """A changer that lost power is started again and opened again, and the coin it takes then is money."""
    line = ready()
    line.peer.power_cut()  # type: ignore[attr-defined]
    line.run_until(mdb.WasReset)
    line.run_until(Ready)
    assert line.peer.insert(NICKEL)  # type: ignore[attr-defined]
    line.run(300)
    assert line.booked_cents() == 5


def test_polls_that_the_board_does_by_itself_are_heard() -> None:
    """A coin in one is money, and a reset starts the changer again; before the start it is one of the past."""
    line = ready()
    poll = Command(0, b"\x0b")
    line.number += 2
    told = line.host.hear(Block(line.number - 1, poll, mdb.seal(b"\x52\x15")), line.now_ms)
    assert [event.credits for event in told if isinstance(event, Told)] == [(Coin(QUARTER, Route.TUBE, 21),)]
    line.host.hear(Block(line.number, poll, mdb.seal(b"\x0b")), line.now_ms)
    line.run_until(mdb.WasReset)
    line.run_until(Ready)


def test_coins_stay_out_between_the_question_and_the_order() -> None:
    """The counts that an order is written with must not change; `release` says that there will be no order."""
    line = ready()
    line.host.ask()  # type: ignore[attr-defined]
    line.run_until(mdb.TubesRead)
    line.run(5_000)
    assert not line.peer.insert(QUARTER)  # type: ignore[attr-defined]
    line.host.release()  # type: ignore[attr-defined]
    line.run(200)
    assert line.peer.insert(QUARTER)  # type: ignore[attr-defined]


def test_a_silent_changer_is_reset_every_ten_seconds() -> None:
    """Gone is told once, after the two seconds it may be silent; when it is back it is found again."""
    line = ready()
    line.peer.away = True
    before_ms = line.now_ms
    line.run_until(Gone)
    assert 2_000 <= line.now_ms - before_ms < 3_000
    line.run(60_000)
    assert len(line.of(Gone)) == 1
    line.peer.away = False
    line.run_until(Found)


def test_damage_and_refusal_are_asked_again() -> None:
    """Now and then an answer is NAK, silence or rubbish: the same question is asked again, and no coin is lost."""
    line = ready()
    bad = iter([NAK, SILENCE, b"\x52\x15\x00", b"\x00\x01"] * 3)
    line.spoil = lambda command, raw: next(bad, raw) if raw == b"\x00" else raw
    line.run(2_000)
    line.peer.insert(DOLLAR)  # type: ignore[attr-defined]
    line.run(300)
    assert line.booked_cents() == 100
    assert line.host.counts["damaged"] >= 3


@pytest.mark.parametrize("country", ["1978", "0049", "FFFF"])
def test_a_changer_of_another_currency_is_not_used(country: str) -> None:
    """A euro changer would count a euro as a dollar: it is gone, in words, and no coin is ever let in."""
    line = Line(ChangerHost(), ChangerPeer(country=country))
    line.host.accept(ALL_CENTS)  # type: ignore[attr-defined]
    gone = line.run_until(Gone)
    assert isinstance(gone, Gone)
    assert country in gone.reason
    assert line.peer.mask == 0  # type: ignore[attr-defined]


def test_no_errand_before_the_changer_is_ready_and_none_beside_another() -> None:
    """A mistake of ours is ours, and nothing is sent."""
    with pytest.raises(LocalProtocolError):
        ChangerHost().ask()
    line = ready()
    line.host.ask()  # type: ignore[attr-defined]
    with pytest.raises(LocalProtocolError):
        line.host.ask()  # type: ignore[attr-defined]
