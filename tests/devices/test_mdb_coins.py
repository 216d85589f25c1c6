"""A changer on an MDB line as the machine's acceptor: no coin is lost or doubled where the line remembers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from inbox import wait_for
from mdb_bench import AdapterBench, Bench, BoardBench

from controller.devices.mdbcoins import LIFE, SOURCE, ChangerReading, CoinValues, LostLife
from controller.domain.events import CoinsSeen, DeviceGone, DeviceReturned, ReturnPressed
from controller.domain.facts import CreditTaken

COIN_TYPE = b"\x0c"


@pytest.fixture(params=[AdapterBench, BoardBench])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    """Each line in turn."""
    bench: Bench = request.param(tmp_path)
    yield bench
    bench.close()


@pytest.fixture
def on_board(tmp_path: Path) -> Iterator[BoardBench]:
    bench = BoardBench(tmp_path)
    yield bench
    bench.close()


@pytest.fixture
def on_adapter(tmp_path: Path) -> Iterator[AdapterBench]:
    bench = AdapterBench(tmp_path)
    yield bench
    bench.close()


def credit(bench: Bench, cents: int) -> None:
    """Wait until the visitor has this much."""
    bench.machine.until(lambda: bench.machine.till.cycle.credit_cents == cents)


def test_a_coin_is_booked_where_it_fell(bench: Bench) -> None:
    """A quarter is in its tube and can be paid out again, a dollar has no tube and lies in the coinbox."""
    bench.controller()
    bench.insert(25, 100)

    credit(bench, 125)
    assert (bench.machine.balances["tube:25"], bench.machine.balances["coinbox"]) == (25, 100)


def test_only_welcome_coins_come_in(bench: Bench) -> None:
    """The set-point reaches the changer coin by coin, and holds through a power cut of the changer."""
    bench.controller()
    wait_for(lambda: bench.changer.open_for(100))
    bench.machine.refuse(1, 5, 10, 50, 100)
    wait_for(lambda: bench.changer.open_for(25) and not bench.changer.open_for(100))

    with bench.bus.lock:
        bench.changer.cut_power()
    wait_for(lambda: bench.changer.open_for(25))
    assert not bench.changer.open_for(100)


def test_the_return_lever_is_the_return_button(bench: Bench) -> None:
    """The changer's own escrow lever asks for the money back."""
    bench.controller()
    wait_for(lambda: bench.changer.open_for(25))
    with bench.bus.lock:
        bench.changer.press_lever()

    assert bench.machine.wait(ReturnPressed)


def test_a_changer_that_falls_silent_is_told_once_and_so_is_its_return(on_adapter: AdapterBench) -> None:
    """Its plug is pulled and put in again: one DeviceGone, one DeviceReturned, and coins come in as before."""
    bench = on_adapter
    bench.controller()
    wait_for(lambda: bench.changer.open_for(25))
    bench.changer.set_power(False)
    gone = bench.machine.wait(DeviceGone)
    bench.changer.set_power(True)

    bench.machine.until(lambda: [e.device for e in bench.machine.all(DeviceReturned)].count("coins") == 2)
    assert isinstance(gone, DeviceGone)
    assert gone.device == "coins"
    bench.insert(10)
    credit(bench, 10)


def test_a_coin_whose_telling_is_lost_is_told_again(bench: Bench) -> None:
    """Three answers in a row reach nobody; the changer keeps the coin in mind until somebody acknowledges it."""
    bench.controller()
    wait_for(lambda: bench.changer.open_for(25))
    with bench.bus.lock:
        bench.bus.lose_answers = 3
        bench.changer.insert(25)

    credit(bench, 25)
    bench.insert(5)
    credit(bench, 30)


def test_a_coin_told_twice_on_the_bus_is_one_coin(on_board: BoardBench) -> None:
    """The changer hears no ACK and tells its quarter again: the board says so, and the tube's count has not gone up."""
    bench = on_board
    bench.controller()
    wait_for(lambda: bench.changer.open_for(25))
    with bench.bus.lock:
        bench.bus.lose_acks = 1
        bench.changer.insert(25)

    credit(bench, 25)
    wait_for(lambda: not bench.bus.ack_in_doubt)
    bench.insert(5)
    credit(bench, 30)


def test_a_board_that_falls_silent_takes_the_changer_with_it(on_board: BoardBench) -> None:
    """Whoever is behind the board is away with it, and back with it; a coin that fell meanwhile is booked then."""
    bench = on_board
    bench.controller()
    wait_for(lambda: bench.changer.open_for(25))
    bench.board.mute = True
    with bench.bus.lock:
        bench.changer.insert(25)
    bench.machine.until(lambda: "coins" in {event.device for event in bench.machine.all(DeviceGone)})
    bench.board.mute = False

    credit(bench, 25)
    bench.insert(10)
    credit(bench, 35)


def test_no_coin_is_let_in_while_the_brain_stands_still(bench: Bench) -> None:
    """A stuck brain could not book a coin, so the changer shuts them out until it moves again."""
    bench.controller()
    wait_for(lambda: bench.changer.open_for(25))
    bench.stuck = True
    wait_for(lambda: not bench.changer.open_for(25))

    bench.stuck = False
    wait_for(lambda: bench.changer.open_for(25))


def test_an_orderly_end_shuts_the_coins_out(bench: Bench) -> None:
    """A controller that stops tells the changer to take none."""
    money = bench.controller()
    wait_for(lambda: bench.changer.open_for(25))
    money.stop()

    assert not bench.changer.open_for(25)


def test_a_coin_in_the_inbox_of_a_killed_controller_is_credited_by_the_next(on_board: BoardBench) -> None:
    """The board keeps the block until it is booked: the next controller hears it again, before anything else."""
    bench = on_board
    bench.controller()
    wait_for(lambda: bench.changer.open_for(25))
    bench.machine.deaf_to = CoinsSeen
    bench.insert(25)
    wait_for(lambda: bench.machine.deaf_to is None)
    bench.kill()
    assert bench.machine.till.cycle.credit_cents == 0

    bench.controller()
    credit(bench, 25)
    bench.insert(10)
    credit(bench, 35)
    assert bench.machine.balances["tube:25"] == 25


def test_coins_over_many_kills_are_all_booked_once(on_board: BoardBench) -> None:
    """Six controllers die one after another, each with coins on their way: what fell is what is booked."""
    for _ in range(6):
        on_board.controller()
        on_board.insert(25, 5)
        on_board.kill()
    on_board.controller()

    credit(on_board, 6 * 30)
    assert sum(on_board.changer.fallen.values()) == 12


def test_a_board_that_resets_between_two_coins_loses_none(on_board: BoardBench) -> None:
    """Numbers begin anew with the board's new life, and the books know which life a number is of."""
    bench = on_board
    bench.controller()
    bench.insert(25)
    credit(bench, 25)
    life = bench.machine.marks[LIFE]
    bench.board.reset()

    bench.insert(100)
    credit(bench, 125)
    assert bench.machine.marks[LIFE] == bench.board.boot != life


def test_a_board_that_lost_events_says_how_many(on_board: BoardBench) -> None:
    """What died untold with the board's life is an alarm in the books: coins may be among it."""
    bench = on_board
    bench.controller()
    bench.insert(25)
    credit(bench, 25)
    bench.board.reset(lost=3)

    bench.machine.until(lambda: any(e.alarm == "reset" and e.lost == 3 for e in bench.machine.all(CoinsSeen)))


def test_an_adapter_whose_cable_is_pulled_comes_back(on_adapter: AdapterBench) -> None:
    """The port is lost and found again: the changer goes, returns, and the next coin is booked."""
    bench = on_adapter
    bench.controller()
    bench.insert(25)
    credit(bench, 25)
    bench.adapter.close()
    bench.machine.until(lambda: "coins" in {e.device for e in bench.machine.all(DeviceGone)})

    bench.adapter.open(bench.link)
    bench.insert(10)
    credit(bench, 35)


def test_noise_on_the_adapters_line_makes_no_money(on_adapter: AdapterBench) -> None:
    """With every fiftieth answer damaged coins may be missing, as the weaker line says, but none is doubled."""
    bench = on_adapter
    bench.controller()
    bench.insert(25)
    credit(bench, 25)
    bench.adapter.noise = 0.02
    bench.insert(25, 10, 5, 25, 100, 25)
    bench.adapter.noise = 0.0
    before = bench.machine.till.cycle.credit_cents
    bench.insert(5)

    bench.machine.until(lambda: bench.machine.till.cycle.credit_cents >= before + 5)
    taken = [fact.cents for fact in bench.machine.till.written(CreditTaken) if isinstance(fact, CreditTaken)]
    fallen = [bench.changer.coins_cents[kind] for kind, n in bench.changer.fallen.items() for _ in range(n)]
    assert not [cents for cents in set(taken) if taken.count(cents) > fallen.count(cents)]


QUARTER = ChangerReading(7, 12, (25,), ("tube:25",))


@pytest.mark.parametrize(
    ("marks", "is_news"),
    [
        ({}, True),
        ({LIFE: 7, SOURCE: 11}, True),
        ({LIFE: 7, SOURCE: 12}, False),
        ({LIFE: 7, SOURCE: 13}, False),
        ({LIFE: 6, SOURCE: 900}, True),
    ],
)
def test_a_block_is_news_once(marks: dict[str, int], is_news: bool) -> None:
    """A block up to the booked one of the same life is none; any block of another life is."""
    news = QUARTER.since(marks)

    assert (news is not None) == is_news
    assert news is None or QUARTER.since(marks | news.marks) is None


def test_a_coin_of_unknown_value_is_an_alarm() -> None:
    """It gives no credit, and the books say that one coin is in the machine that nobody was credited for."""
    news = ChangerReading(7, 12, (), (), unknown=1).since({})

    assert news is not None
    assert (news.coins_cents, news.alarm, news.lost) == ((), "unknown-coin", 1)


def test_the_first_life_of_all_has_lost_nothing() -> None:
    """New books know of no life before; books that do are told once."""
    told = LostLife(8, None)
    news = told.since({LIFE: 7, SOURCE: 12})

    assert told.since({}) is None
    assert news is not None
    assert (news.alarm, news.lost, told.since({LIFE: 7} | news.marks)) == ("reset", 0, None)


def test_what_types_are_worth_is_remembered() -> None:
    """The values are marks; another changer's replace them, also where it has fewer types."""
    first, second = CoinValues({0: 5, 2: 25}), CoinValues({0: 10})
    marks = first.since({}).marks  # type: ignore[union-attr]

    assert first.since(marks) is None
    assert second.are_in(marks | second.since(marks).marks)  # type: ignore[union-attr]
