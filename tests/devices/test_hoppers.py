"""The hoppers' worker on a real pseudo-terminal: coins that leave are coins that are told, whatever breaks meanwhile."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hopper_bench import DIMES, DIMES_SERIAL, QUARTERS, QUARTERS_SERIAL, Bench, Brain, dimes, quarters
from inbox import wait_for

from controller.devices import hopperbus
from controller.devices.hoppers import Hoppers
from controller.domain.change import Hopper, HopperOrder, Paid
from controller.domain.effects import AskHoppers, AskPaid, PayCoins
from controller.domain.events import CoinsPaid, DeviceGone, DeviceReturned, HoppersAnswered, Trouble
from controller.protocols.cctalk import Header, HopperFlag
from hw_mocks.hopper import SimulatedBus
from hw_mocks.ptys import Pty


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    for hoppers in bench.controllers:
        hoppers.stop()
    bench.bus.close()


def test_two_hoppers_on_one_bus_answer_and_pay(bench: Bench) -> None:
    """Both tell their counts; five quarters and three dimes leave, and are told in the order they were ordered."""
    hoppers = bench.controller()
    bench.quarters.firmware.lifetime = 1_000
    hoppers.ask(AskHoppers(7))
    answer = bench.brain.wait(HoppersAnswered)
    found = (Hopper(QUARTERS, 25, 0, 1_000, QUARTERS_SERIAL), Hopper(DIMES, 10, 0, 0, DIMES_SERIAL))
    assert answer == HoppersAnswered(7, found)

    paid = bench.pay(hoppers, 7, dimes(3), quarters(5, 1_000))
    assert paid == CoinsPaid(7, (Paid(DIMES, 30), Paid(QUARTERS, 125)))
    assert sorted(bench.cents) == [10] * 3 + [25] * 5


def test_a_repeated_order_lets_no_coin_out(bench: Bench) -> None:
    """The same order three times, by two controllers, and a question after each: four quarters in all."""
    for _ in range(2):
        hoppers = bench.controller()
        for _ in range(2):
            assert bench.pay(hoppers, 1, quarters(4)) == CoinsPaid(1, (Paid(QUARTERS, 100),))
            assert bench.look(hoppers, 1, quarters(4)) == CoinsPaid(1, (Paid(QUARTERS, 100),))
        hoppers.stop()
    assert bench.cents == [25] * 4


def test_an_order_that_ended_short_is_not_taken_up_by_a_repetition(bench: Bench) -> None:
    """What was missing is owed by a claim by then: coins put in afterwards stay in."""
    bench.quarters.firmware.coins = 2
    hoppers = bench.controller()
    assert bench.pay(hoppers, 1, quarters(5)) == CoinsPaid(1, (Paid(QUARTERS, 50),))
    bench.quarters.fill(40)
    assert bench.pay(hoppers, 1, quarters(5)) == CoinsPaid(1, (Paid(QUARTERS, 50),))
    assert bench.pay(hoppers, 2, quarters(3, 2)) == CoinsPaid(2, (Paid(QUARTERS, 75),))


def test_a_jam_ends_in_an_emergency_stop(bench: Bench) -> None:
    """The motor turns, nothing comes, the hopper never gives up: after a second it is stopped, and stays so."""
    bench.quarters.firmware.gives_up_ms = None
    bench.quarters.firmware.jammed = True
    hoppers = bench.controller()
    assert bench.pay(hoppers, 1, quarters(3)) == CoinsPaid(1, (Paid(QUARTERS, 0),))
    bench.quarters.firmware.jammed = False
    hoppers.ask(AskHoppers(2))
    bench.brain.wait(HoppersAnswered)
    assert bench.cents == []


def test_a_missing_port_is_told_for_each_hopper(bench: Bench) -> None:
    """No adapter: both places are gone, nobody is offered; plugged in, both come back."""
    hoppers = bench.controller(plugged=False)
    bench.brain.wait(DeviceGone, 2)
    reason = f"port {bench.link} is not there"
    assert bench.brain.all(DeviceGone) == [DeviceGone(place, reason, Trouble.NO_COINS) for place in (QUARTERS, DIMES)]
    hoppers.ask(AskHoppers(1))
    assert bench.brain.wait(HoppersAnswered, within_s=2) == HoppersAnswered(1, ())
    bench.bus.open(bench.link)
    bench.brain.wait(DeviceReturned, 2)


def test_a_pulled_cable_in_mid_payout_costs_no_coin(bench: Bench) -> None:
    """The hopper pays on unseen; when the cable is back, its count tells that all eight left."""
    hoppers = bench.controller()
    hoppers.pay(PayCoins(1, (quarters(8),)))
    wait_for(lambda: len(bench.cents) >= 2)
    bench.bus.close()
    bench.brain.wait(DeviceGone, 2)
    bench.bus.open(bench.link)
    assert bench.brain.wait(CoinsPaid) == CoinsPaid(1, (Paid(QUARTERS, 200),))
    assert bench.cents == [25] * 8


def test_about_a_hopper_that_is_away_nothing_is_told(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its plug is pulled in mid-payout and stays out: its loss is told, no sum; back again and asked, it tells the truth."""
    monkeypatch.setattr(hopperbus, "PATIENCE_S", 0.5)
    hoppers = bench.controller()
    hoppers.pay(PayCoins(1, (quarters(8), dimes(2))))
    wait_for(lambda: len(bench.cents) >= 2)
    bench.quarters.set_power(False)
    gone = bench.brain.wait(DeviceGone)
    assert isinstance(gone, DeviceGone)
    assert gone.device == QUARTERS
    wait_for(lambda: hoppers._buses[0]._job is None)
    assert bench.brain.all(CoinsPaid) == []

    bench.quarters.set_power(True)
    bench.brain.wait(DeviceReturned, 3)
    left = bench.quarters.left
    assert 2 <= left < 8
    assert bench.look(hoppers, 1, quarters(8), dimes(2)) == CoinsPaid(1, (Paid(QUARTERS, 25 * left), Paid(DIMES, 20)))


@pytest.mark.parametrize("forgets_payout", [False, True])
def test_a_power_cut_in_mid_payout_and_a_new_process(bench: Bench, forgets_payout: bool) -> None:
    """Everything loses its supply after three of nine coins: the next controller asks, and three is the truth."""
    bench.quarters.firmware.forgets_payout = forgets_payout
    bench.quarters.firmware.cut_after = 3
    bench.quarters.firmware.cut_ms = 10_000
    first = bench.controller()
    first.pay(PayCoins(1, (quarters(9),)))
    wait_for(lambda: len(bench.cents) == 3)
    bench.bus.close()
    bench.controllers.remove(first)
    first.stop()
    bench.quarters.firmware.power_up(time.monotonic_ns() // 1_000_000)

    second = bench.controller()
    assert bench.look(second, 1, quarters(9)) == CoinsPaid(1, (Paid(QUARTERS, 75),))
    assert bench.cents == [25] * 3


def test_a_short_loss_of_power_ends_the_order_where_it_stands(bench: Bench) -> None:
    """The motor's own start lets the supply drop: four of nine are paid, and the hopper serves the next order."""
    bench.quarters.firmware.cut_after = 4
    hoppers = bench.controller()
    assert bench.pay(hoppers, 1, quarters(9)) == CoinsPaid(1, (Paid(QUARTERS, 100),))
    assert bench.pay(hoppers, 2, quarters(2, 4)) == CoinsPaid(2, (Paid(QUARTERS, 50),))


def test_a_lost_answer_is_resolved_by_the_numbers(bench: Bench) -> None:
    """The hopper's answer to the dispense never arrives: two coins leave, not four."""
    bench.quarters.lost_replies[Header.DISPENSE_HOPPER_COINS] = 1
    assert bench.pay(bench.controller(), 1, quarters(2)) == CoinsPaid(1, (Paid(QUARTERS, 50),))
    assert bench.cents == [25] * 2


def test_noise_on_the_line_changes_no_coin(bench: Bench) -> None:
    """Every twentieth frame is damaged, six orders are given: what is told is what left."""
    hoppers = bench.controller()
    bench.bus.noise = 0.03
    for payout_id in range(1, 7):
        before = bench.quarters.firmware.lifetime, bench.dimes.firmware.lifetime
        paid = bench.pay(hoppers, payout_id, quarters(2, before[0]), dimes(1, before[1]))
        assert paid == CoinsPaid(payout_id, (Paid(QUARTERS, 50), Paid(DIMES, 10)))
    assert sum(bench.cents) == 6 * 60


def test_a_coin_too_many_takes_the_hopper_out_of_use(bench: Bench) -> None:
    """Three left where two were ordered: told as paid and as unsure, and nobody orders from it again."""
    bench.quarters.firmware.extra_coins = 1
    hoppers = bench.controller()
    assert bench.pay(hoppers, 1, quarters(2)) == CoinsPaid(1, (Paid(QUARTERS, 75),), (QUARTERS,))
    gone = bench.brain.wait(DeviceGone)
    assert isinstance(gone, DeviceGone)
    assert gone.device == QUARTERS
    assert "look at it by hand, count its coins, then restart: its count went from 0 to 3" in gone.reason
    hoppers.ask(AskHoppers(2))
    assert bench.brain.wait(HoppersAnswered) == HoppersAnswered(2, (Hopper(DIMES, 10, 0, 0, DIMES_SERIAL),))
    assert bench.pay(hoppers, 2, quarters(2, 3)) == CoinsPaid(2, (Paid(QUARTERS, 0),), (QUARTERS,))
    assert bench.cents == [25] * 3


def test_a_hopper_blocked_also_after_a_reset_is_not_offered(bench: Bench) -> None:
    """Its path stays blocked: it is told with the flag's name, and comes back when somebody has cleared it."""
    honest = bench.quarters.firmware._all_flags
    bench.quarters.firmware._all_flags = lambda: honest() | HopperFlag.PATH_BLOCKED_WHILE_IDLE  # type: ignore[method-assign]
    hoppers = bench.controller(working=1)
    gone = bench.brain.wait(DeviceGone)
    assert gone == DeviceGone(QUARTERS, "blocked also after a reset: path blocked while idle", Trouble.NO_COINS)
    bench.quarters.firmware._all_flags = honest  # type: ignore[method-assign]
    hoppers.ask(AskHoppers(1))
    answer = bench.brain.wait(HoppersAnswered)
    assert isinstance(answer, HoppersAnswered)
    assert [hopper.place for hopper in answer.hoppers] == [QUARTERS, DIMES]


def test_another_coin_than_configured_is_refused(bench: Bench) -> None:
    """The configuration says dimes, the hopper says nickels: it is told, and lets nothing out."""
    bench.dimes.firmware.coin_id = "US005A"
    hoppers = bench.controller(working=1)
    assert bench.pay(hoppers, 1, dimes(2)) == CoinsPaid(1, (Paid(DIMES, 0),))
    assert {row["place"]: row["reason"] for row in hoppers.status()} == {
        QUARTERS: "",
        DIMES: "it says its coin is US005A, the configuration says 10 cents",
    }
    assert bench.cents == []


def test_serial_number_security_is_a_choice_of_the_owner(bench: Bench) -> None:
    """A hopper switched to its serial number pays with `serial`."""
    bench.dimes.firmware.security = "serial"
    assert bench.pay(bench.controller(security="serial"), 1, dimes(2)) == CoinsPaid(1, (Paid(DIMES, 20),))


def test_another_hopper_in_its_place_is_unsure(bench: Bench) -> None:
    """The count was that of serial number 345678; a hopper with another number knows nothing of the order."""
    hoppers = bench.controller()
    bench.bus.close()
    bench.brain.wait(DeviceGone, 2)
    bench.quarters.firmware.serial = 999
    bench.bus.open(bench.link)
    bench.brain.wait(DeviceReturned, 4)
    assert bench.pay(hoppers, 1, quarters(2)) == CoinsPaid(1, (), (QUARTERS,))
    assert bench.cents == []


def test_another_hopper_is_noticed_also_after_a_restart(bench: Bench) -> None:
    """The controller died after the order, somebody changed the hopper: its fitting count proves nothing."""
    first = bench.controller()
    assert bench.pay(first, 1, quarters(2)) == CoinsPaid(1, (Paid(QUARTERS, 50),))
    first.stop()
    bench.quarters.firmware.serial = 999
    second = bench.controller(working=0)
    assert bench.look(second, 1, quarters(2), dimes(1)) == CoinsPaid(1, (Paid(DIMES, 0),), (QUARTERS,))
    second.ask(AskHoppers(2))
    answer = bench.brain.wait(HoppersAnswered)
    assert isinstance(answer, HoppersAnswered)
    assert [(hopper.place, hopper.serial) for hopper in answer.hoppers] == [(QUARTERS, 999), (DIMES, DIMES_SERIAL)]


def test_a_hopper_without_a_serial_number_is_known_by_its_count(bench: Bench) -> None:
    """It tells none when it is asked, so its order holds none, and is paid all the same."""
    del bench.quarters.firmware._answers[Header.REQUEST_SERIAL_NUMBER]
    hoppers = bench.controller()
    hoppers.ask(AskHoppers(1))
    answer = bench.brain.wait(HoppersAnswered)
    assert isinstance(answer, HoppersAnswered)
    assert answer.hoppers[0].serial is None
    assert bench.pay(hoppers, 1, quarters(2, serial=None)) == CoinsPaid(1, (Paid(QUARTERS, 50),))


def test_a_count_that_cannot_be_the_orders_says_nothing(bench: Bench) -> None:
    """Its memory was lost and counts from 0 again: what the order paid is not told as nothing, but as unsure."""
    hoppers = bench.controller()
    assert bench.look(hoppers, 1, quarters(2, 5_000)) == CoinsPaid(1, (), (QUARTERS,))


def test_a_hopper_that_is_away_for_good_is_unsure(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked again and again, it never answers: in the end nobody can say, so that the next visitor can be served."""
    monkeypatch.setattr(hopperbus, "PATIENCE_S", 0.2)
    hoppers = bench.controller()
    hoppers.pay(PayCoins(1, (quarters(8), dimes(2))))
    wait_for(lambda: len(bench.cents) >= 2)
    bench.quarters.set_power(False)
    wait_for(lambda: hoppers._buses[0]._job is None)
    assert bench.brain.all(CoinsPaid) == []
    monkeypatch.setattr(hopperbus, "GIVE_UP_S", 0.2)  # a minute is over
    assert bench.look(hoppers, 1, quarters(8), dimes(2)) == CoinsPaid(1, (Paid(DIMES, 20),), (QUARTERS,))
    hoppers.ask_paid(AskPaid(1, (quarters(8), dimes(2))))
    assert bench.brain.wait(CoinsPaid, 2) == bench.brain.wait(CoinsPaid, 1)
    assert bench.cents.count(10) == 2


def test_a_port_that_is_gone_for_good_makes_its_orders_unsure(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The adapter died with the controller; the next one finds no port, and says so in the end."""
    monkeypatch.setattr(hopperbus, "GIVE_UP_S", 0.5)
    hoppers = bench.controller(plugged=False)
    assert bench.look(hoppers, 1, quarters(2), dimes(2)) == CoinsPaid(1, (), (QUARTERS, DIMES))


def test_a_place_nobody_has_is_unsure(bench: Bench) -> None:
    """The configuration lost a hopper while its order was open: there is nobody to ask."""
    hoppers = bench.controller()
    assert bench.look(hoppers, 1, HopperOrder("hopper:100", 100, 1, 5), quarters(1)) == CoinsPaid(
        1, (Paid(QUARTERS, 0),), ("hopper:100",)
    )


def test_a_machine_without_hoppers_answers_at_once() -> None:
    """Nobody is offered, and nobody has to be waited for."""
    brain = Brain()
    Hoppers([], brain.put, Trouble.NO_COINS).ask(AskHoppers(3))
    assert brain.told == [HoppersAnswered(3, ())]


def test_two_ports_give_one_answer(bench: Bench, tmp_path: Path) -> None:
    """With each hopper on a cable of its own, the brain hears one sum."""
    bench.bus = SimulatedBus(bench.quarters)
    with_dimes, link = SimulatedBus(bench.dimes), tmp_path / "dimes"
    with_dimes.open(link)
    hoppers = bench.controller(port=str(link))
    hoppers.ask(AskHoppers(1))
    answer = bench.brain.wait(HoppersAnswered)
    assert isinstance(answer, HoppersAnswered)
    assert {hopper.place for hopper in answer.hoppers} == {QUARTERS, DIMES}
    assert bench.pay(hoppers, 1, quarters(1), dimes(1)) == CoinsPaid(1, (Paid(QUARTERS, 25), Paid(DIMES, 10)))
    hoppers.stop()
    with_dimes.close()


def test_a_full_inbox_loses_no_answer(bench: Bench) -> None:
    """The brain refuses for a while: what was paid is told as soon as it listens."""
    hoppers = bench.controller()
    bench.brain.full = True
    hoppers.pay(PayCoins(1, (quarters(2),)))
    wait_for(lambda: bench.quarters.firmware.lifetime == 2)
    bench.brain.full = False
    hoppers.ask(AskHoppers(2))
    bench.brain.wait(HoppersAnswered)
    assert bench.brain.all(CoinsPaid) == [CoinsPaid(1, (Paid(QUARTERS, 50),))]


def test_too_many_questions_are_dropped_and_counted(bench: Bench) -> None:
    """The queue has an end: calls return at once, and what does not fit is asked again by the brain."""
    hoppers = bench.controller()
    hoppers.pay(PayCoins(1, (quarters(8),)))
    begun_s = time.monotonic()
    for number in range(hopperbus.JOBS_MAX + 20):
        hoppers.ask(AskHoppers(number))
    assert time.monotonic() - begun_s < 0.2
    assert hoppers._buses[0].overflows >= 4
    bench.brain.wait(CoinsPaid)


def test_a_stop_lets_a_short_payout_end(bench: Bench) -> None:
    """The controller is told to stop while coins fall: the order ends, its answer is told, the thread ends."""
    hoppers = bench.controller()
    hoppers.pay(PayCoins(1, (quarters(6),)))
    wait_for(lambda: len(bench.cents) >= 1)
    hoppers.stop()
    assert bench.brain.all(CoinsPaid) == [CoinsPaid(1, (Paid(QUARTERS, 150),))]
    assert not hoppers._buses[0]._thread.is_alive()


def test_garbage_instead_of_hoppers_is_a_loss_and_not_a_crash(bench: Bench) -> None:
    """Anything but ccTalk is spoken on the line: both are told, and found when they come."""
    babble, over = Pty(bench.link), threading.Event()
    babble.plug()

    def talk() -> None:
        while not over.wait(0.005):
            babble.write(b"\x55\x00\xff\x01garbage")

    talker = threading.Thread(target=talk)
    talker.start()
    bench.controller(plugged=False)
    bench.brain.wait(DeviceGone, 2)
    over.set()
    talker.join()
    babble.unplug()
    bench.bus.open(bench.link)
    bench.brain.wait(DeviceReturned, 2)


def test_a_technician_sees_the_whole_state(bench: Bench) -> None:
    """Who it is, what it holds, its flags, its count, how the line is."""
    rows = {row["place"]: row for row in bench.controller().status()}
    quarters_row = rows[QUARTERS]
    assert (quarters_row["works"], quarters_row["coin"], quarters_row["lifetime_coins"]) == (True, "US025A", 0)
    assert quarters_row["identity"]["serial"] == 345_678
    assert quarters_row["flags"] == "power up seen, payout disabled"
    assert quarters_row["echo"] is True
    assert quarters_row["line"]["answered"] > 10
