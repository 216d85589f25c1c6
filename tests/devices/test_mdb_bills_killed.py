"""Controllers killed with a bill on its way: what lies in the stacker is what the books say, whoever dies when."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from bill_bench import STACK, alarms, credit, escrowed, fitted, insist, is_open, is_true, opened
from inbox import wait_for
from mdb_bench import AdapterBench, Bench, BoardBench

from controller.devices.mdbbills import KEEPS, NAME


@pytest.fixture(params=[AdapterBench, BoardBench])
def bench(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """Each line in turn."""
    yield from fitted(request.param, tmp_path, monkeypatch)


@pytest.fixture
def on_board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    yield from fitted(BoardBench, tmp_path, monkeypatch)


@pytest.fixture
def on_adapter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    yield from fitted(AdapterBench, tmp_path, monkeypatch)


@pytest.mark.parametrize("moment", [b"\x33", b"\x30", b"\x31", b"\x34", b"\x35", b"\x36"])
def test_a_bill_survives_a_kill_at_any_command(on_board: Bench, moment: bytes) -> None:
    """The first controller is killed with a bill in, the second right after one of its commands, the third counts."""
    bench = on_board
    bench.bills.stack_ms = 100
    bench.controller()
    bench.insert_bill(5)
    bench.dies_saying(b"\x35" if moment == b"\x35" else b"\x33")
    bench.wait_dead()
    bench.controller()
    if moment != b"\x35":
        bench.dies_saying(moment)
        bench.wait_dead()
        bench.controller()
    insist(bench, 1)

    bench.machine.until(lambda: is_true(bench), 20)
    assert len(bench.bills.stacked) - 1 + bench.bills.returned.count(5) == 1
    assert not alarms(bench)


def test_bills_over_many_kills_are_all_booked_once(on_board: Bench) -> None:
    """Six controllers die with a bill on its way: those that were stacked are booked, the others came back."""
    bench = on_board
    for stack_ms in (0, 20, 40, 80, 160, 320):
        bench.bills.stack_ms = stack_ms
        bench.controller()
        bench.insert_bill(5)
        bench.kill()
    bench.controller()
    insist(bench, 1)

    bench.machine.until(lambda: is_true(bench), 20)
    assert len(bench.bills.stacked) - 1 + bench.bills.returned.count(5) == 6
    assert not alarms(bench)


def test_killed_between_the_word_and_the_stacking(bench: Bench) -> None:
    """The books say that it is being stacked, the validator was never told: the next controller has it back, for nothing."""
    opened(bench)
    escrowed(bench)
    bench.kill()
    bench.machine.wake()
    assert bench.machine.marks[KEEPS] == 2
    with bench.bus.lock:
        assert bench.bills.escrow is not None
    bench.controller()
    wait_for(lambda: bench.machine.marks[KEEPS] == 0)

    assert bench.bills.returned == [5]
    assert is_true(bench)
    assert not alarms(bench)


def test_killed_when_it_tells_the_validator_to_stack(bench: Bench) -> None:
    """Nothing forgets the bill while it is on its way: the next controller hears that it is stacked, before any RESET."""
    bench.bills.stack_ms = 2_000
    bench.controller()
    bench.insert_bill(5)
    wait_for(lambda: bool(bench.bus.count(STACK)))
    bench.kill()
    assert not bench.bills.stacked
    bench.controller()

    credit(bench, 500)
    assert is_true(bench)
    assert not alarms(bench)


def test_killed_with_the_stacked_bill_in_its_inbox(on_board: Bench) -> None:
    """The board keeps the block until it is booked: the next controller books the bill."""
    bench = on_board
    bench.controller()
    bench.machine.deaf_to_money = True
    bench.insert_bill(5)
    wait_for(lambda: bool(bench.machine.told_in_vain))
    bench.kill()
    bench.machine.deaf_to_money = False
    assert (bench.bills.stacked_dollars, bench.machine.balances["stacker"]) == (5, 0)

    bench.controller()
    credit(bench, 500)
    assert is_true(bench)
    assert not alarms(bench)


def test_an_adapter_forgets_the_bill_and_the_books_say_so(on_adapter: Bench) -> None:
    """The weaker line: what a dying controller heard is gone, but the books know that a bill was being stacked."""
    bench = on_adapter
    bench.controller()
    bench.machine.deaf_to_money = True
    bench.insert_bill(5)
    wait_for(lambda: bool(bench.machine.told_in_vain))
    bench.kill()
    bench.machine.deaf_to_money = False
    bench.controller()

    bench.machine.until(lambda: bool(alarms(bench)), 20)
    bench.insert_bill(1)
    credit(bench, 100)
    assert [(alarm.device, alarm.reason, alarm.lost) for alarm in alarms(bench)] == [(NAME, "lost", 1)]


def test_an_orderly_end_waits_for_the_bill(bench: Bench) -> None:
    """A controller that is told to stop hears what becomes of a bill on its way, and shuts the others out."""
    bench.bills.stack_ms = 1_000
    money = opened(bench)
    bench.insert_bill(5)
    wait_for(lambda: bool(bench.bus.count(STACK)))
    money.stop()

    assert (bench.machine.balances["stacker"], is_true(bench)) == (500, True)
    assert not is_open(bench)
