"""A museum's bill validator on the table: what the tests of bills start from, and what they look at."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from inbox import wait_for
from mdb_bench import TARJETA, Bench

from controller.devices.mdbbills import NAME
from controller.devices.mdbmoney import MdbMoney
from controller.domain.events import DeviceGone, DeviceReturned
from controller.domain.facts import CoinsUnknown
from controller.protocols.mdb import bill, host

STACK, GIVE_BACK = b"\x35\x01", b"\x35\x00"


def fitted(line: type[Bench], folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """For a fixture: a bench with a validator. What takes half a minute takes a second."""
    for module, name, ms in ((bill, "ESCROW_MS", 3_000), (bill, "SILENT_MS", 1_500), (host, "RESET_EVERY_MS", 300)):
        monkeypatch.setattr(module, name, ms)
    bench = line(folder)
    bench.has_bills = True
    yield bench
    bench.close()


def credit(bench: Bench, cents: int) -> None:
    """Wait until the visitor has this much."""
    bench.machine.until(lambda: bench.machine.till.cycle.credit_cents == cents)


def is_true(bench: Bench) -> bool:
    """Whether the books say what truly lies in the stacker."""
    return bench.machine.balances["stacker"] == 100 * bench.bills.stacked_dollars


def alarms(bench: Bench) -> list[CoinsUnknown]:
    return [fact for fact in bench.machine.till.written(CoinsUnknown) if isinstance(fact, CoinsUnknown)]


def is_open(bench: Bench) -> bool:
    with bench.bus.lock:
        return bench.bills.open_for(5)


def told(bench: Bench, kind: type[DeviceGone] | type[DeviceReturned]) -> list[str]:
    """Why the validator went, or that it came back."""
    return [getattr(e, "reason", "") for e in bench.machine.all(kind) if getattr(e, "device", "") == NAME]


def when_told(bench: Bench, byte: int, act: Callable[[], None]) -> None:
    """Do this once, in the moment the validator tells that byte in a poll."""
    tell = bench.bills.poll

    def poll() -> bytes:
        data = tell()
        if byte in data:
            bench.bills.poll = tell  # type: ignore[method-assign]
            act()
        return data

    bench.bills.poll = poll  # type: ignore[method-assign]


def opened(bench: Bench) -> MdbMoney:
    """A controller whose devices have all come, and that lets fives in; whatever it told before is forgotten."""
    money = bench.controller()
    wait_for(lambda: is_open(bench))
    bench.machine.until(lambda: {"coins", NAME, TARJETA} <= {e.device for e in bench.machine.all(DeviceReturned)})
    bench.machine.told.clear()
    return money


def escrowed(bench: Bench) -> None:
    """Five dollars wait in the escrow, and the word that they are being stacked waits in the sleeping brain's inbox."""
    bench.machine.asleep = True
    bench.insert_bill(5)
    polls = bench.bus.count(b"\x33")
    wait_for(lambda: bench.bus.count(b"\x33") > polls + 5)


def insist(bench: Bench, dollars: int) -> None:
    """A visitor puts her bill in again for as long as it comes back."""
    kind = bench.bills.dollars.index(dollars)
    before = bench.bills.stacked.count(kind)

    def is_in() -> bool:
        with bench.bus.lock:
            stacked = bench.bills.stacked.count(kind) > before
            if not stacked:
                bench.bills.insert(dollars)
            return stacked

    wait_for(is_in)
