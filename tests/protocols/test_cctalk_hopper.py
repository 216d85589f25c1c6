"""A hopper's host and a simulated hopper joined in memory: what left is what is said, and never more than was ordered."""

import random

import pytest
from hopper_line import Line, garble, lose, once
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.protocols.cctalk import (
    COUNTS,
    Frame,
    Header,
    HopperFlag,
    HopperHost,
    LocalProtocolError,
    Lost,
    Outcome,
    Security,
    Stopped,
)
from controller.protocols.cctalk.hopper import STOPS_MAX
from hw_mocks.hopper import damaged
from hw_mocks.hopper_firmware import HopperFirmware
from hw_mocks.joined import clean

DISPENSE = Header.DISPENSE_HOPPER_COINS


def ready(hopper: HopperFirmware | None = None, host: HopperHost | None = None, **line: object) -> Line:
    """A line on which the hopper was found and no question is open."""
    both = Line(hopper, host, **line)
    assert both.start() == Stopped()
    return both


# The start


def test_the_start_goes_in_the_order_of_the_standard() -> None:
    """Contact, identity, flags, coin, and then status and lifetime count as they are; nothing is enabled."""
    assert ready().headers() == [254, 245, 246, 244, 192, 242, 241, 4, 163, 171, 166, 168]


def test_the_host_finds_out_who_is_there_and_what_it_holds() -> None:
    """Maker, serial number, coin and flags are known before anything is paid."""
    host = HopperHost()
    ready(host=host)
    assert host.identity
    assert (host.identity.manufacturer, host.identity.serial) == ("Minga Simulators", 345_678)
    assert host.coin
    assert host.coin.text == "US025A"
    assert host.flags.words == "power up seen, payout disabled"


def test_the_older_coin_header_is_asked_when_the_newer_is_unknown() -> None:
    """A hopper that knows only header 131 tells its coin by that, one that knows neither tells none."""
    hopper, host = HopperFirmware(5), HopperHost()
    del hopper._answers[Header.REQUEST_HOPPER_COIN]
    line = ready(hopper, host)
    assert host.coin is None
    hopper._answers[Header.REQUEST_HOPPER_COIN_VALUE] = lambda data: b"US010A\x0a\x00" if data == b"\x01" else None
    line.start()
    assert host.coin
    assert host.coin.text == "US010A"


@pytest.mark.parametrize(
    ("change", "security", "reason"),
    [
        ({"category": "Coin Acceptor"}, Security.NONE, "'Coin Acceptor', not a payout hopper"),
        ({"security": "cipher"}, Security.NONE, "switch its encryption off"),
        ({"pin": b"1234"}, Security.NONE, "wants a PIN"),
        ({"no_serial": True}, Security.SERIAL, "tells no serial number"),
    ],
)
def test_a_hopper_that_cannot_be_used_says_why(change: dict[str, object], security: Security, reason: str) -> None:
    """Another device, a cipher nobody may know, a PIN, a missing serial number: each is refused in words."""
    hopper = HopperFirmware(5)
    for name, value in change.items():
        setattr(hopper, name, value)
    if "no_serial" in change:
        del hopper._answers[Header.REQUEST_SERIAL_NUMBER]
    lost = Line(hopper, HopperHost(security=security)).start()
    assert isinstance(lost, Lost)
    assert reason in lost.reason


# The bytes, as the maker's manual prints them (vectors CCTALK-23 to 26)


def test_the_bytes_of_a_dispense_are_those_of_the_manual() -> None:
    """Enabling with 165, then the serial number 710623 lowest byte first and one coin."""
    line = ready(HopperFirmware(9, serial=710_623, security="serial"), HopperHost(security=Security.SERIAL))
    assert line.settle(1, 0) == Outcome(1)
    assert bytes.fromhex("03 01 01 A4 A5 B2") in line.asked
    assert bytes.fromhex("03 04 01 A7 DF D7 0A 01 90") in line.asked


def test_without_security_eight_zero_bytes_stand_before_the_number() -> None:
    """Header 167 carries nine bytes, the last of which is the number of coins."""
    line = ready()
    line.settle(7, 0)
    (dispense,) = [request for request in line.asked if request[3] == DISPENSE]
    assert dispense[4:-1] == bytes(8) + b"\x07"


def test_the_flags_of_the_manual_are_read() -> None:
    """80 80 is a payout disabled and a PIN enabled."""
    answer = Frame.read(bytes.fromhex("01 02 03 00 80 80 FA")).data
    assert HopperFlag(int.from_bytes(answer, "little")) == HopperFlag.PAYOUT_DISABLED | HopperFlag.PIN_ENABLED


# Orders


@pytest.mark.parametrize("plain_ack", [False, True])
@pytest.mark.parametrize("echo", [True, False])
def test_an_order_is_paid_once_however_often_it_is_given(plain_ack: bool, echo: bool) -> None:
    """Seven coins leave; the order repeated, by the same host and by another, lets no more out."""
    hopper = HopperFirmware(50)
    hopper.plain_ack = plain_ack
    line = ready(hopper, echo=echo)
    for _ in range(3):
        assert line.settle(7, 0) == Outcome(7)
        line.restart(HopperHost())
        assert line.settle(7, 0, pay=False) == Outcome(7)
    assert (line.left, hopper.dispenses) == (7, [7])


@pytest.mark.parametrize(("coins", "dispenses"), [(300, [255, 45]), (256, [255, 1]), (255, [255])])
def test_a_long_order_is_paid_in_several_dispenses(coins: int, dispenses: list[int]) -> None:
    """A dispense has one byte for its number; the count across the wrap of its 24 bits is still a difference."""
    hopper = HopperFirmware(400)
    hopper.lifetime = COUNTS - 20
    line = ready(hopper)
    assert line.settle(coins, COUNTS - 20) == Outcome(coins)
    assert hopper.dispenses == dispenses


def test_in_single_coin_mode_coins_are_ordered_one_by_one() -> None:
    """A hopper that refuses more than one coin at a time pays four all the same."""
    hopper = HopperFirmware(9)
    hopper.single_coin = True
    assert ready(hopper).settle(4, 0) == Outcome(4)
    assert hopper.dispenses == [1, 1, 1, 1]


def test_what_an_order_paid_before_is_not_paid_again() -> None:
    """Three of five left before the controller died: the next one pays two."""
    line = ready()
    line.settle(3, 0)
    line.restart(HopperHost())
    assert line.settle(5, 0) == Outcome(5)
    assert line.hopper.dispenses == [3, 2]


@pytest.mark.parametrize("coins", [0, -1])
def test_an_order_of_nothing_is_a_mistake_of_ours(coins: int) -> None:
    """Nobody orders less than one coin."""
    with pytest.raises(LocalProtocolError):
        HopperHost().pay(coins, 0)


@pytest.mark.parametrize("gives_up_ms", [5_000, None])
@pytest.mark.parametrize("forgets_unpaid", [False, True])
def test_an_empty_hopper_ends_the_order_where_it_stands(gives_up_ms: float | None, forgets_unpaid: bool) -> None:
    """Two of five coins are in it: it gives up by itself, or is stopped after ten seconds, and two are paid."""
    hopper = HopperFirmware(2)
    hopper.gives_up_ms, hopper.forgets_unpaid = gives_up_ms, forgets_unpaid
    line = ready(hopper)
    assert line.settle(5, 0) == Outcome(2)
    assert (Header.EMERGENCY_STOP in line.headers()) == (gives_up_ms is None)
    hopper.coins = 50
    line.run(20_000)
    assert (line.left, hopper.remaining) == (2, 0)


def test_a_host_that_comes_in_the_middle_waits_for_the_end() -> None:
    """The controller died while coins fell: the next one only looks, and tells how many fell in the end."""
    line = ready()
    host: HopperHost = line.host  # type: ignore[assignment]
    host.pay(9, 0)
    line.run(1_000)
    assert 0 < line.left < 9
    line.restart(HopperHost())
    assert line.settle(9, 0, pay=False) == Outcome(9)
    assert line.hopper.dispenses == [9]


@pytest.mark.parametrize("what", [lose, garble])
@pytest.mark.parametrize("refusal_counts", [False, True])
def test_a_lost_answer_is_no_reason_to_dispense_again(what: object, refusal_counts: bool) -> None:
    """The dispense was heard and its answer was not: status and count tell, and one dispense was sent."""
    hopper = HopperFirmware(50)
    hopper.refusal_counts = refusal_counts
    line = ready(hopper)
    line.spoil = once(DISPENSE, what)  # type: ignore[arg-type]
    assert line.settle(1, 0) == Outcome(1)
    assert [request[3] for request in line.asked].count(DISPENSE) == 1


def test_a_dispense_that_was_not_heard_is_sent_again_after_proof() -> None:
    """The request is damaged on its way: status and count stand as before, so a second one is safe."""
    line = ready()
    deaf = iter([b"\x00"])
    line.spoil = lambda data: next(deaf, data) if data[3:4] == bytes((DISPENSE,)) else data
    assert line.settle(2, 0) == Outcome(2)
    asked = [request[3] for request in line.asked]
    first = asked.index(DISPENSE)
    again = asked.index(DISPENSE, first + 1)
    assert {Header.REQUEST_HOPPER_STATUS, Header.REQUEST_HOPPER_DISPENSE_COUNT} <= set(asked[first:again])
    assert line.hopper.dispenses == [2]


@pytest.mark.parametrize("refusal_counts", [False, True])
def test_a_hopper_that_always_says_no_pays_nothing(refusal_counts: bool) -> None:
    """Its switch stands on serial numbers and the configuration says otherwise: three tries, no coin, no doubt."""
    hopper = HopperFirmware(50, security="serial")
    hopper.refusal_counts = refusal_counts
    line = ready(hopper)
    assert line.settle(2, 0) == Outcome(0)
    assert [request[3] for request in line.asked].count(DISPENSE) == 3


# Numbers that disagree


def test_a_coin_too_many_locks_the_hopper() -> None:
    """Four left where three were ordered: it says four, names the numbers, and pays nothing any more."""
    line = ready()
    line.hopper.extra_coins = 1
    assert line.settle(3, 0) == Outcome(4, "its count went from 0 to 4 where 3 coins were ordered")
    assert line.settle(5, 4) == Outcome(0, "its count went from 0 to 4 where 3 coins were ordered")
    assert line.left == 4


def test_a_count_that_went_back_is_no_count() -> None:
    """Another hopper stands there, or its memory is broken: nobody can say what was paid, and somebody must look."""
    line = ready(HopperFirmware(50))
    outcome = line.settle(3, 1_000)
    assert outcome
    assert outcome.paid is None
    assert "from 1000 to 0" in outcome.doubt
    assert line.left == 0


def test_a_broken_memory_locks_the_hopper() -> None:
    """With a wrong checksum over its numbers they prove nothing, not even that no coin left."""
    hopper = HopperFirmware(50)
    hopper.flags |= HopperFlag.NV_CHECKSUM
    assert ready(hopper).settle(3, 0) == Outcome(None, "the checksum of its memory is wrong")


@pytest.mark.parametrize(("paid", "unpaid"), [(2, 1), (3, 1), (0, 3)])
def test_a_status_that_contradicts_the_count_is_a_doubt(paid: int, unpaid: int) -> None:
    """The count says three, status something else: three are said to be paid, with a doubt."""
    line = ready()
    honest = line.hopper._answers[Header.REQUEST_HOPPER_STATUS]

    def lying(data: bytes) -> bytes | None:
        told = honest(data)
        return told if not told or told[1] or not told[2] else bytes((*told[:2], paid, unpaid))

    line.hopper._answers[Header.REQUEST_HOPPER_STATUS] = lying
    outcome = line.settle(3, 0)
    assert outcome
    assert outcome.paid == 3
    assert outcome.doubt


def test_a_dispense_heard_wrongly_is_stopped_at_once() -> None:
    """Two bytes change and the sum stays right: two coins were ordered, twenty are heard, and few get out."""
    line = ready()
    order = Frame.build(3, DISPENSE, bytes(8) + b"\x14")
    line.spoil = lambda data: order if data[3:4] == bytes((DISPENSE,)) else data
    outcome = line.settle(2, 0)
    assert line.hopper.dispenses == [20]
    assert outcome
    assert outcome.paid == line.left <= 4
    assert outcome.doubt or line.left <= 2


def test_a_hopper_that_cannot_be_stopped_is_lost() -> None:
    """It says that coins are to come for ever: after three stops the host gives up."""
    hopper = HopperFirmware(50)
    hopper._answers[Header.REQUEST_HOPPER_STATUS] = lambda data: bytes((1, 9, 0, 0))
    line = Line(hopper)
    line.start()
    assert isinstance(line.do(lambda: line.host.look(9, 0)), Lost)  # type: ignore[attr-defined]
    assert [request[3] for request in line.asked].count(Header.EMERGENCY_STOP) == STOPS_MAX


# Resets and power


def test_before_a_reset_status_and_count_are_read() -> None:
    """A blocked path ends with a software reset; the proof of what was paid is read first, and then it pays."""
    line = ready()
    line.hopper.flags |= HopperFlag.BLOCKED_DURING_PAYOUT
    assert line.settle(3, 0) == Outcome(3)
    headers = line.headers()
    reset = headers.index(Header.RESET_DEVICE)
    assert headers[reset - 2 : reset] == [Header.REQUEST_HOPPER_STATUS, Header.REQUEST_HOPPER_DISPENSE_COUNT]
    host: HopperHost = line.host  # type: ignore[assignment]
    assert (host.locked, host.blocked) == ("", "")


def test_a_block_that_a_reset_does_not_end_pays_nothing() -> None:
    """A coil is broken: the flags come back after the reset, nothing is dispensed, and it says why."""
    line = ready()
    honest = line.hopper._all_flags
    line.hopper._all_flags = lambda: honest() | HopperFlag.COIL_FAULT  # type: ignore[method-assign]
    assert line.settle(3, 0) == Outcome(0)
    assert line.host.blocked == "coil fault"  # type: ignore[attr-defined]
    assert line.hopper.dispenses == []


@pytest.mark.parametrize("forgets_payout", [False, True])
def test_power_cut_before_every_exchange(forgets_payout: bool) -> None:
    """Wherever the supply drops, for a moment or for two seconds: what is said is what left, at most what was ordered."""
    whole = ready()
    whole.settle(4, 0)
    for cut_at in range(1, whole.exchanges + 1):
        for off_ms in (0, 2_000):
            hopper = HopperFirmware(50)
            hopper.forgets_payout = forgets_payout
            line = Line(hopper)
            line.at_exchange = lambda n, line=line, at=cut_at, off=off_ms: (  # type: ignore[misc]
                line.hopper.cut_power(line.now_ms, off) if n == at else None
            )
            outcome = line.settle(4, 0)
            line.now_ms += 3_000
            line.restart(HopperHost())
            after = line.settle(4, 0, pay=False)
            assert after == Outcome(line.left), (cut_at, off_ms, outcome, after)
            assert outcome in (None, after), (cut_at, off_ms, outcome, after)
            assert line.left <= 4


@pytest.mark.parametrize("after", [0, 1, 2, 3, 4])
def test_power_cut_after_every_coin(after: int) -> None:
    """The supply drops with the first, second, third or last coin: the order ends there, and looking says the same."""
    hopper = HopperFirmware(50)
    line = ready(hopper)
    hopper.cut_after = after or None
    assert line.settle(4, 0) == Outcome(after or 4)
    line.restart(HopperHost())
    assert line.settle(4, 0, pay=False) == Outcome(line.left)


@settings(max_examples=40)
@given(st.integers(0, 2**32), st.floats(0, 0.25), st.booleans(), st.booleans(), st.integers(1, 6), st.integers(0, 9))
def test_on_a_bad_line_what_is_said_is_what_left(
    seed: int, likely: float, echo: bool, plain_ack: bool, coins: int, stock: int
) -> None:
    """Bytes change, answers break off, power fails, controllers die and repeat themselves: every coin is told once."""
    chance = random.Random(seed)
    hopper = HopperFirmware(stock)
    hopper.plain_ack, hopper.forgets_payout = plain_ack, chance.random() < 0.5
    hopper.refusal_counts = chance.random() < 0.5
    line = Line(hopper, HopperHost(no_progress_ms=3_000), echo=echo)
    line.at_exchange = lambda n: hopper.cut_power(line.now_ms, 1_000) if chance.random() < likely / 50 else None
    line.spoil = lambda data: damaged(data, chance, likely)
    for _ in range(4):
        outcome = line.settle(coins, 0, pay=chance.random() < 0.7)
        assert outcome is None or outcome.doubt or outcome.paid == line.left
        assert line.left <= coins
        if chance.random() < 0.5:
            line.restart(HopperHost(no_progress_ms=3_000))
    line.spoil, line.at_exchange = clean, lambda n: None
    line.now_ms += 3_000  # its supply may have dropped just now
    line.restart(HopperHost(no_progress_ms=3_000))
    assert line.settle(coins, 0, pay=False) == Outcome(line.left)
