"""A bill validator beside the coins: a bill is money once, when it is stacked, and its troubles are its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from bill_bench import GIVE_BACK, STACK, alarms, credit, escrowed, fitted, is_open, is_true, opened, told, when_told
from inbox import wait_for
from mdb_bench import AdapterBench, Bench, BoardBench

from controller.devices.mdbbills import KEEPS, LIFE, NAME, SOURCE, BillReading, BillValues, Forgotten, LostBills
from controller.domain.accounts import Posting, postings
from controller.domain.events import HARMLESS, DeviceGone, DeviceReturned, ReturnPressed
from controller.domain.facts import CashCounted, Refunded
from controller.protocols.mdb import Bill, Routing

ESCROWED_5, STACKED_5 = 0x91, 0x81


@pytest.fixture(params=[AdapterBench, BoardBench])
def bench(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """Each line in turn."""
    yield from fitted(request.param, tmp_path, monkeypatch)


# A bill


def test_a_bill_is_credited_once_and_lies_in_the_stacker(bench: Bench) -> None:
    """Five dollars and a quarter: the bill is in the stacker's account, the coin in its tube's."""
    bench.controller()
    bench.insert_bill(5)
    credit(bench, 500)
    bench.insert(25)

    credit(bench, 525)
    assert (bench.machine.balances["stacker"], bench.machine.balances["tube:25"]) == (500, 25)
    assert is_true(bench)


def test_two_bills_of_the_same_kind_are_two(bench: Bench) -> None:
    """The second five stands in the escrow first, so nobody takes it for the first one told again."""
    bench.controller()
    bench.insert_bill(5)
    bench.insert_bill(5)

    credit(bench, 1_000)
    assert is_true(bench)


def test_a_bill_is_stacked_only_when_the_books_know_of_it(bench: Bench) -> None:
    """While the word that it is being stacked waits to be written, the bill waits in the escrow."""
    opened(bench)
    escrowed(bench)
    assert not bench.bus.count(STACK)
    bench.machine.wake()

    credit(bench, 500)
    assert is_true(bench)


def test_a_bill_goes_back_when_the_brain_takes_too_long(bench: Bench) -> None:
    """The visitor has it again; the word that it is being stacked comes after all, and is taken back. No bill is missed."""
    opened(bench)
    escrowed(bench)
    wait_for(lambda: bench.bills.returned == [5])
    bench.machine.wake()
    bench.insert_bill(1)

    credit(bench, 100)
    assert (is_true(bench), alarms(bench), bench.machine.marks[KEEPS]) == (True, [], -1)


@pytest.mark.parametrize("byte", [ESCROWED_5, STACKED_5])
def test_a_bill_told_again_is_one_bill(bench: Bench, byte: int) -> None:
    """The validator hears no ACK for what it told and tells it again; also where the line does not say so."""
    bench.controller()
    when_told(bench, byte, lambda: setattr(bench.bus, "lose_acks", 1))
    bench.insert_bill(5)
    credit(bench, 500)
    wait_for(lambda: not bench.bus.ack_in_doubt)
    bench.insert_bill(1)

    credit(bench, 600)
    assert is_true(bench)


def test_only_bills_the_owner_allows_are_let_in(bench: Bench) -> None:
    """Ones and fives; a ten is refused by the validator itself."""
    bench.controller()
    wait_for(lambda: is_open(bench))

    assert [dollars for dollars in bench.bills.dollars if bench.bills.open_for(dollars)] == [1, 5]


def test_an_unwelcome_bill_comes_back(bench: Bench) -> None:
    """Fives are not welcome any more when this one is in the escrow: it goes back, and later ones come in again."""
    bench.controller()
    wait_for(lambda: is_open(bench))
    with bench.bus.lock:
        assert bench.bills.insert(5)
        bench.machine.refuse(500)
    wait_for(lambda: bench.bills.returned == [5] and not is_open(bench))
    assert bench.bills.open_for(1)
    assert not bench.bus.count(STACK)

    bench.machine.refuse()
    bench.insert_bill(5)
    credit(bench, 500)
    assert is_true(bench)


def test_a_bill_nobody_could_book_comes_back(bench: Bench) -> None:
    """The inbox is full, so the word that it is being stacked cannot be written: no bill is kept, and none is missed."""
    bench.controller()
    wait_for(lambda: is_open(bench))
    with bench.bus.lock:
        bench.machine.full = True
        assert bench.bills.insert(5)
    wait_for(lambda: bench.bills.returned == [5])
    bench.machine.full = False
    bench.insert_bill(1)

    credit(bench, 100)
    assert (is_true(bench), alarms(bench), bench.machine.marks[KEEPS]) == (True, [], -1)


def test_nothing_is_enabled_while_the_brain_stands_still(bench: Bench) -> None:
    """A stuck brain could not book a bill; one that moves again lets bills in again."""
    bench.controller()
    wait_for(lambda: is_open(bench))
    bench.stuck = True
    wait_for(lambda: not any(bench.bills.open_for(dollars) for dollars in bench.bills.dollars))

    bench.stuck = False
    wait_for(lambda: is_open(bench))


def test_no_coin_is_paid_out_while_a_bill_is_in_the_escrow(bench: Bench) -> None:
    """The visitor asks for her quarter back while her bill waits: first the bill is out, then the coin leaves."""
    bills, bill_inside = bench.bills, list[bool]()
    bills.stack_ms = 400
    bench.changer._on_pay = lambda _: bill_inside.append(bills.escrow is not None or bills._moving is not None)
    opened(bench)
    bench.insert(25)
    credit(bench, 25)
    escrowed(bench)
    bench.machine.tell(ReturnPressed())
    wait_for(lambda: bool(bench.bus.count(GIVE_BACK)))
    bench.machine.wake()

    bench.machine.until(lambda: bool(bench.machine.till.written(Refunded)), 20)
    assert (bill_inside, bills.returned) == ([False], [5])


# The validator's own troubles


def test_power_lost_with_a_bill_in_the_escrow(bench: Bench) -> None:
    """The validator gives it back by itself, nothing is booked, and bills come in again."""
    opened(bench)
    escrowed(bench)
    with bench.bus.lock:
        bench.bills.cut_power()
    wait_for(lambda: is_open(bench))
    bench.machine.wake()
    bench.insert_bill(1)

    credit(bench, 100)
    assert (is_true(bench), bench.bills.returned, alarms(bench)) == (True, [5], [])


def test_power_lost_with_a_bill_on_its_way_is_an_alarm(bench: Bench) -> None:
    """It may be in the stacker, nobody says so: no credit, and the books tell whoever counts that one bill may be more."""
    bench.bills.stack_ms = 60_000
    bench.controller()
    bench.insert_bill(5)
    wait_for(lambda: bench.bills._moving is not None)
    with bench.bus.lock:
        bench.bills.cut_power()
        bench.bills.stack_ms = 20
    bench.insert_bill(1)

    credit(bench, 100)
    assert [(alarm.device, alarm.reason, alarm.lost) for alarm in alarms(bench)] == [(NAME, "lost", 1)]


def test_a_full_stacker_closes_for_bills_and_not_for_coins(bench: Bench) -> None:
    """The word is told once, coins come in as before, and an emptied stacker opens for bills by itself."""
    bench.bills.stacker_bills_max = 1
    opened(bench)
    bench.insert_bill(1)
    bench.machine.until(lambda: "stacker full" in told(bench, DeviceGone))
    wait_for(lambda: not is_open(bench))
    bench.insert(25)
    credit(bench, 125)
    assert {e.trouble for e in bench.machine.all(DeviceGone) if isinstance(e, DeviceGone)} <= HARMLESS

    with bench.bus.lock:
        bench.bills.take_stacker()
        bench.bills.put_stacker()
        bench.bills.stacker_bills_max = 2  # or the next bill would fill it again
    bench.insert_bill(5)
    credit(bench, 625)
    assert told(bench, DeviceGone).count("stacker full") == 1


def test_a_stacker_that_is_taken_out_closes_for_bills(bench: Bench) -> None:
    """Until it is put back no bill is let in, coins are; what was in it is still the stacker's, until two people count."""
    opened(bench)
    bench.insert_bill(5)
    credit(bench, 500)
    with bench.bus.lock:
        assert bench.bills.take_stacker() == 5
    bench.machine.until(lambda: "cash box out" in told(bench, DeviceGone))
    wait_for(lambda: not is_open(bench))
    bench.insert(25)
    credit(bench, 525)
    assert bench.machine.balances["stacker"] == 500

    bench.bills.put_stacker()
    bench.insert_bill(1)
    credit(bench, 625)


def test_a_validator_that_is_away_stops_no_coin(bench: Bench) -> None:
    """Its plug is pulled: told once, as a trouble that stops no sale. Put in again it takes bills as before."""
    opened(bench)
    bench.bills.set_power(False)
    bench.machine.until(lambda: len(told(bench, DeviceGone)) == 1, 20)
    bench.insert(25)
    credit(bench, 25)

    bench.bills.set_power(True)
    bench.insert_bill(5)
    credit(bench, 525)
    assert (len(told(bench, DeviceGone)), len(told(bench, DeviceReturned))) == (1, 1)
    assert {e.trouble for e in bench.machine.all(DeviceGone) if isinstance(e, DeviceGone)} <= HARMLESS


# Readings


FIVE = Bill(1, Routing.STACKED)
WAITS = Bill(1, Routing.ESCROW)
BACK = Bill(1, Routing.RETURNED)


@pytest.mark.parametrize(
    ("keeps", "bills", "cents", "after"),
    [
        (0, [WAITS], (), 2),
        (2, [FIVE], (500,), -2),
        (-2, [FIVE], (), -2),
        (-2, [WAITS], (), 2),
        (2, [BACK], (), 0),
        (0, [FIVE, FIVE], (500, 500), 0),
        (2, [FIVE, WAITS], (500,), 2),
        (-1, [FIVE], (500,), 0),
        (2, [FIVE, FIVE], (500,), -2),
    ],
)
def test_the_word_that_a_bill_is_being_stacked_is_good_for_one_credit(
    keeps: int, bills: list[Bill], cents: tuple[int, ...], after: int
) -> None:
    """What the books say is being stacked, what a block tells, what is credited, and what the books say then."""
    news = BillReading(7, 12, tuple((bill, 500) for bill in bills)).since({LIFE: 7, SOURCE: 11, KEEPS: keeps})

    assert news is not None
    assert (news.coins_cents, news.places, news.marks[KEEPS]) == (cents, ("stacker",) * len(cents), after)


def test_a_block_of_bills_is_news_once() -> None:
    """The board may tell it to the next controller too."""
    told = BillReading(7, 12, ((FIVE, 500),))
    news = told.since({LIFE: 6, SOURCE: 900})

    assert news is not None
    assert told.since(news.marks) is None


def test_a_bill_of_unknown_value_is_an_alarm() -> None:
    """It gives no credit, and the books say that one bill is in the machine that nobody was credited for."""
    news = BillReading(7, 12, ((FIVE, None),)).since({})

    assert news is not None
    assert (news.coins_cents, news.alarm, news.lost) == ((), "unknown-coin", 1)


def test_a_start_of_the_validator_takes_the_word_back() -> None:
    """With an alarm when the bill may be in the stacker, without one when it surely was not."""
    lost, safe = Forgotten().since({KEEPS: 2, SOURCE: 12}), Forgotten(in_escrow=True).since({KEEPS: 2, SOURCE: 12})

    assert lost is not None
    assert safe is not None
    assert [(news.alarm, news.lost, news.marks) for news in (lost, safe)] == [
        ("lost", 1, {SOURCE: 12, KEEPS: 0}),
        (None, 0, {SOURCE: 12, KEEPS: 0}),
    ]
    assert Forgotten().since({KEEPS: -2}) is None


def test_a_life_that_took_blocks_with_it_is_told_once() -> None:
    """Bills may have been among them; new books know of no life before."""
    told = LostBills(8, 3)
    news = told.since({LIFE: 7, SOURCE: 12})

    assert told.since({}) is None
    assert news is not None
    assert (news.alarm, news.lost, told.since({LIFE: 7} | news.marks)) == ("reset", 3, None)


def test_what_bill_types_are_worth_is_remembered() -> None:
    """The values are marks; another validator's replace them, also where it has fewer types."""
    first, second = BillValues({0: 100, 1: 500}), BillValues({0: 500})
    marks = first.since({}).marks  # type: ignore[union-attr]

    assert first.since(marks) is None
    assert second.since(marks | second.since(marks).marks) is None  # type: ignore[union-attr]


def test_two_people_count_the_stacker() -> None:
    """It is a place like the coinbox: what was in it goes to the safe, what is missing is written down."""
    lines = postings(CashCounted("stacker", 2_500, 2_000, "rosa", "luz", "conteo-7"))

    assert lines == (Posting("safe", 2_000), Posting("over_short", 500), Posting("stacker", -2_500))  # type: ignore[arg-type]
