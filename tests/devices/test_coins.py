"""The coin acceptor's worker on a real pseudo-terminal: losses, resets, noise, restarts, and a full inbox."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from coin_bench import DOLLAR, NICKEL, QUARTER, SOURCE, SUCRE, Bench
from inbox import wait_for

from controller.devices.cctalkline import carry
from controller.domain.events import CoinReturned, DeviceGone, DeviceReturned, Trouble
from controller.protocols import cctalk
from hw_mocks.acceptor import ECUADOR_COINS, SimulatedAcceptor
from hw_mocks.ptys import Pty

NONE: frozenset[int] = frozenset()


class RecordingPort:
    """Writes down what is done to a serial port, in order."""

    in_waiting = 4

    def __init__(self) -> None:
        self.done: list[object] = []

    def reset_input_buffer(self) -> None:
        self.done.append("thrown away")

    def write(self, data: bytes) -> None:
        self.done.append(data)

    def read(self, size: int) -> bytes:
        self.done.append(f"read {size}")
        return b"echo"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.close()


def test_a_coin_goes_from_the_slot_to_the_books(bench: Bench) -> None:
    """A quarter and a sucre are 25 and 50 cents, once each."""
    bench.acceptor.open(bench.link)
    bench.controller()
    bench.wait_open()
    assert bench.acceptor.insert(QUARTER)
    assert bench.acceptor.insert(SUCRE)
    bench.brain.until(lambda: bench.brain.cents == [25, 50])
    assert bench.brain.marks == {SOURCE: 2, f"{SOURCE}/accepted": 2}
    assert bench.brain.told == [DeviceReturned("coins", Trouble.NO_COINS)]


def test_a_missing_port_is_told_in_words_and_found_when_it_comes(bench: Bench) -> None:
    """Without an adapter the brain hears once that the port is not there; plugged in, the acceptor works."""
    bench.controller()
    bench.wait_state(DeviceGone)
    gone = bench.brain.told[0]
    assert gone == DeviceGone(
        "coins", f"port {bench.link} is not there; plug it in, or look at `coins.port`", Trouble.NO_COINS
    )
    bench.acceptor.open(bench.link)
    bench.wait_state(DeviceReturned)
    bench.wait_open()


def test_a_coin_that_fell_through_is_told(bench: Bench) -> None:
    """A dollar that is not welcome right now, and a coin nobody knows: the visitor has them back, and is told so."""
    bench.acceptor.open(bench.link)
    bench.controller(wanted_cents=frozenset({25}))
    bench.wait_open()
    assert not bench.acceptor.insert(DOLLAR)
    bench.wait_state(CoinReturned)
    bench.acceptor.fall_through(QUARTER)
    bench.wait_state(CoinReturned, 2)
    assert bench.brain.cents == []


def test_a_pulled_cable_costs_no_coin(bench: Bench) -> None:
    """The loss is told, the path comes back as another terminal, and a coin of the last moment is booked then."""
    bench.acceptor.open(bench.link)
    bench.controller()
    bench.wait_open()
    bench.acceptor.insert(QUARTER)
    bench.brain.until(lambda: bench.brain.cents == [25])
    bench.acceptor.close()
    last_moment = bench.acceptor.insert(DOLLAR)
    bench.wait_state(DeviceGone)
    bench.acceptor.open(bench.link)
    bench.wait_state(DeviceReturned, times=2)
    assert last_moment
    bench.brain.until(lambda: bench.brain.cents == [25, 100])
    assert bench.brain.alarms == []


def test_wishes_reach_the_acceptor_within_one_poll(bench: Bench) -> None:
    """Closing takes less than a poll of 200 ms; opening again, too."""
    bench.acceptor.open(bench.link)
    worker = bench.controller()
    bench.wait_open()
    worker.accept(NONE)
    bench.wait_closed(within_s=0.2)
    assert not bench.acceptor.insert(QUARTER)
    worker.accept(frozenset({25}))
    wait_for(lambda: bench.acceptor.open_for(QUARTER), 0.2)


def test_only_coins_of_the_wanted_values_come_in(bench: Bench) -> None:
    """Ten and fifty cents of either country, and no dollar; then only dollars: the others are back in the tray."""
    bench.acceptor.open(bench.link)
    worker = bench.controller(frozenset({10, 50}))
    bench.wait_open(SUCRE)
    let_in = {id for position, id in ECUADOR_COINS.items() if bench.acceptor.open_for(position)}
    assert let_in == {"US010A", "EC010A", "EC050A", "US050A"}
    assert bench.acceptor.insert(SUCRE)
    assert not bench.acceptor.insert(DOLLAR)
    worker.accept(frozenset({100}))
    bench.wait_open(DOLLAR)
    assert bench.acceptor.insert(DOLLAR)
    assert not bench.acceptor.insert(SUCRE)
    bench.brain.until(lambda: bench.brain.cents == [50, 100])
    wait_for(lambda: worker.status()["accepting_cents"] == [100])


def test_the_wanted_values_are_kept_through_a_pulled_cable(bench: Bench) -> None:
    """Changed while the acceptor was away, they hold when it is back."""
    bench.acceptor.open(bench.link)
    worker = bench.controller()
    bench.wait_open()
    bench.wait_state(DeviceReturned)
    bench.acceptor.close()
    bench.wait_state(DeviceGone)
    worker.accept(frozenset({50}))
    bench.acceptor.open(bench.link)
    bench.wait_state(DeviceReturned, times=2)
    bench.wait_open(SUCRE)
    assert not bench.acceptor.insert(QUARTER)


def test_no_coin_comes_in_while_the_brain_stands_still(bench: Bench) -> None:
    """The worker closes the acceptor by itself within a second, and opens it again when the brain turns."""
    bench.acceptor.open(bench.link)
    worker = bench.controller()
    bench.wait_open()
    bench.stuck = True
    bench.wait_closed(within_s=1.0)
    assert not bench.acceptor.insert(QUARTER)
    assert worker.status()["held_back"] == "the brain stands still"
    worker.accept(frozenset({25, 100}))
    bench.acceptor.power_cycle()
    wait_for(lambda: worker._resets == 1 or worker.status()["poll_age_ms"] < 50)
    assert not bench.acceptor.open_for(QUARTER)
    bench.stuck = False
    bench.wait_open(DOLLAR)
    assert bench.acceptor.insert(QUARTER)
    bench.brain.until(lambda: bench.brain.cents == [25])


def test_a_brain_that_stands_still_from_the_start_lets_no_coin_in(bench: Bench) -> None:
    """Found, read and ready, and still closed."""
    bench.stuck = True
    bench.acceptor.open(bench.link)
    bench.controller()
    bench.wait_state(DeviceReturned)
    assert not bench.acceptor.insert(QUARTER)
    bench.stuck = False
    bench.wait_open()


def test_coins_that_a_power_cut_hid_are_told_by_number(bench: Bench) -> None:
    """Two coins fall after the controller died, the plug is pulled, and the next controller says how many are hidden."""
    bench.acceptor.open(bench.link)
    first = bench.controller()
    bench.wait_open()
    bench.acceptor.insert(QUARTER)
    bench.brain.until(lambda: bench.brain.cents == [25])
    bench.workers.remove(first)
    bench.brain.full = True
    assert bench.acceptor.insert(DOLLAR)
    assert bench.acceptor.insert(NICKEL)
    first.stop()
    bench.acceptor.power_cycle()
    bench.brain.full = False
    bench.controller()
    bench.brain.until(lambda: bench.brain.alarms == [("reset", 2)])
    assert bench.brain.cents == [25]
    assert bench.brain.marks == {SOURCE: 0, f"{SOURCE}/accepted": 3}


def test_an_acceptor_that_wants_to_be_polled_more_often_is(bench: Bench) -> None:
    """It asks for 10 ms, the configuration says 150: it is polled every 10 ms, and says so."""
    bench.acceptor.firmware.poll_units, bench.acceptor.firmware.poll_value = 1, 10
    bench.acceptor.open(bench.link)
    worker = bench.controller(poll_ms=150)
    bench.wait_state(DeviceReturned)
    assert worker.status()["poll_ms"] == 10


def test_no_coin_is_let_in_until_somebody_says_so(bench: Bench) -> None:
    """A worker that was told nothing keeps the acceptor closed."""
    bench.acceptor.open(bench.link)
    bench.controller(NONE)
    bench.wait_state(DeviceReturned)
    assert not bench.acceptor.insert(QUARTER)


def test_a_reset_raises_an_alarm_and_the_acceptor_is_opened_again(bench: Bench) -> None:
    """Its power fails for a moment: nothing is booked twice, coins may be missing, and the next one counts."""
    bench.acceptor.open(bench.link)
    bench.controller()
    bench.wait_open()
    bench.acceptor.insert(QUARTER)
    bench.brain.until(lambda: bench.brain.cents == [25])
    bench.acceptor.power_cycle()
    bench.brain.until(lambda: bench.brain.alarms == [("reset", 0)])
    bench.wait_open()
    bench.acceptor.insert(SUCRE)
    bench.brain.until(lambda: bench.brain.cents == [25, 50])
    assert bench.brain.alarms == [("reset", 0)]


def test_a_restarted_controller_goes_on_from_its_mark(bench: Bench) -> None:
    """Coins taken between two controllers are booked by the second one, and no other."""
    bench.acceptor.open(bench.link)
    first = bench.controller()
    bench.wait_open()
    bench.acceptor.insert(NICKEL)
    bench.brain.until(lambda: bench.brain.cents == [5])
    first.stop()
    bench.acceptor.firmware.accepted += 1
    bench.acceptor.firmware._remember(DOLLAR, 1)
    bench.controller()
    bench.brain.until(lambda: bench.brain.cents == [5, 100])
    assert bench.brain.alarms == []


def test_an_acceptor_nobody_knows_brings_no_money_of_its_own(bench: Bench) -> None:
    """What it took before its first contact with these books is not ours."""
    bench.acceptor.firmware._remember(DOLLAR, 1)
    bench.acceptor.open(bench.link)
    bench.controller()
    bench.wait_open()
    assert bench.acceptor.insert(NICKEL)
    bench.brain.until(lambda: bench.brain.cents == [5])


def test_noise_on_the_line_invents_and_loses_no_coin(bench: Bench) -> None:
    """With three bytes in a hundred changed, twelve coins are twelve coins, in their order."""
    bench.acceptor.open(bench.link)
    bench.controller()
    bench.wait_open()
    bench.acceptor.noise = 0.03
    for count, position in enumerate([QUARTER, SUCRE, NICKEL] * 4, start=1):
        bench.wait_open(position)
        assert bench.acceptor.insert(position)
        bench.brain.until(lambda count=count: len(bench.brain.cents) == count)  # type: ignore[misc]
    assert bench.brain.cents == [25, 50, 5] * 4
    assert bench.brain.alarms == []


def test_garbage_instead_of_an_acceptor_is_a_loss_and_not_a_crash(bench: Bench) -> None:
    """A line on which anything but ccTalk is spoken is told, and left when the real acceptor comes."""
    babble = Pty(bench.link)
    babble.plug()
    over = threading.Event()

    def talk() -> None:
        while not over.wait(0.005):
            babble.write(b"\x55\x00\xff\x01garbage")

    talker = threading.Thread(target=talk)
    talker.start()
    bench.controller()
    bench.wait_state(DeviceGone)
    over.set()
    talker.join()
    babble.unplug()
    bench.acceptor.open(bench.link)
    bench.wait_state(DeviceReturned)


def test_a_silent_acceptor_is_told_within_two_seconds(bench: Bench) -> None:
    """The adapter still echoes, nobody answers: no coins, and the reason says what was asked last."""
    bench.acceptor.open(bench.link)
    bench.controller()
    bench.wait_open()
    bench.wait_state(DeviceReturned)
    bench.acceptor.silent = True
    begun_s = time.monotonic()
    bench.wait_state(DeviceGone)
    assert time.monotonic() - begun_s < 2
    assert bench.brain.told[-1].reason.startswith("no answer to 'read buffered credit or error codes': silent, on port")  # type: ignore[attr-defined]
    bench.acceptor.silent = False
    bench.wait_state(DeviceReturned, times=2)


def test_an_adapter_that_begins_to_swallow_the_echo_is_understood(bench: Bench) -> None:
    """The line is lost, found again as one without an echo, and coins count on."""
    bench.acceptor.open(bench.link)
    worker = bench.controller()
    bench.wait_open()
    bench.wait_state(DeviceReturned)
    assert worker.status()["echo"] is True
    bench.acceptor.drop_echo = True
    bench.wait_state(DeviceReturned, times=2)
    bench.wait_open()
    assert bench.acceptor.insert(QUARTER)
    bench.brain.until(lambda: bench.brain.cents == [25])
    assert worker.status()["echo"] is False


def test_a_frame_is_one_write_after_the_old_input_is_thrown_away() -> None:
    """Acceptors give up on a frame with a gap of 10 ms, and what is unread belongs to no answer to come."""
    port, host = RecordingPort(), cctalk.Host()
    host.turn(b"", 0)
    assert carry(port, host, time.sleep) == b"echo"  # type: ignore[arg-type]
    assert port.done == ["thrown away", bytes.fromhex("02 00 01 FE FF"), "read 4"]


def test_a_full_inbox_closes_the_acceptor_and_forgets_nothing(bench: Bench) -> None:
    """The reading is offered again until it is taken, the refusals are counted, and no more coins are let in."""
    bench.acceptor.open(bench.link)
    worker = bench.controller()
    bench.wait_open()
    bench.brain.full = True
    assert bench.acceptor.insert(QUARTER)
    bench.wait_closed()
    wait_for(lambda: worker.status()["inbox_refusals"] >= 3)
    bench.brain.full = False
    bench.brain.until(lambda: bench.brain.cents == [25])
    bench.wait_open()


def test_an_acceptor_without_one_known_coin_is_refused(bench: Bench) -> None:
    """Pesetas only: the machine stays closed and says which coins it found."""
    bench.acceptor = SimulatedAcceptor({1: "ES025A", 2: "Token "})
    bench.acceptor.open(bench.link)
    bench.controller()
    bench.wait_state(DeviceGone)
    assert "no coin of known value among its coins (ES025A, Token )" in bench.brain.told[0].reason  # type: ignore[attr-defined]


def test_the_owner_can_give_a_coin_its_value(bench: Bench) -> None:
    """With `values_cents` a medal of the museum is 40 cents; coins without a value still fall through."""
    bench.acceptor = SimulatedAcceptor({1: "TK001A", 2: "ES025A"})
    bench.acceptor.open(bench.link)
    bench.controller(frozenset({40}), values_cents={"TK001A": 40})
    bench.wait_open(1)
    assert bench.acceptor.insert(1)
    assert not bench.acceptor.insert(2)
    bench.brain.until(lambda: bench.brain.cents == [40])


def test_stopping_closes_the_acceptor_at_once_and_soon_ends(bench: Bench) -> None:
    """The inhibit goes out first; then the worker waits the settling time, here 100 ms, and its thread ends."""
    bench.acceptor.open(bench.link)
    worker = bench.controller()
    bench.wait_open()
    begun_s = time.monotonic()
    worker.stop()
    assert time.monotonic() - begun_s < 1
    assert not bench.acceptor.firmware._open
    assert not worker._thread.is_alive()


def test_a_technician_sees_the_whole_state(bench: Bench) -> None:
    """Who it is, which coins at what value, how the line is, how old the last answer is."""
    bench.acceptor.open(bench.link)
    worker = bench.controller()
    bench.wait_state(DeviceReturned)
    wait_for(lambda: worker.status()["accepting_cents"])
    status = worker.status()
    assert status["works"]
    assert status["wanted_cents"] == status["accepting_cents"] == [1, 5, 10, 25, 50, 100]
    assert status["source"] == SOURCE
    assert status["identity"]["product"] == "SIM16"
    assert [row["id"] for row in status["coins"]] == list(ECUADOR_COINS.values())
    assert status["coins"][3] == {"position": 4, "id": "EC050A", "value_cents": 50}
    assert status["line"]["answered"] > 40
    assert 0 <= status["poll_age_ms"] < 1_000
