"""What the whole controller asks of its disk, a visit and an idle day (G1, G4), on a disk 0, 5 and 20 ms slower a sync.

A sale is two commits, of which one stands between the press and the motor. The coin before it is a third; SQLite waits
once more for the header of a new log. When the visitor has gone the log is folded in, which is counted apart: a lone
visitor pays for all of it. Syncs are counted in the controller's own process; the bytes are the kernel's account of it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from bench.board import Turn
from bench.effort import Effort
from bench.floor import Disk
from bench.machine import BUTTONS, PRICE_CENTS, Machine
from bench.process import written_bytes
from bench.sales import COMMITS
from bench.slowdisk import SlowDisk, library
from bench.table import CheckFailed, Rounds, Row, at_most, duration
from bench.visitor import Pictures

SLOWER_MS = (0, 5, 20)
DAY_S = 86_400
SALE_KB_MAX, KB_MAX, IDLE_MB_MAX = 13, 41, 5.0
"""G4's own; 40 KiB a sale and 5 MB an idle day: what was set for the wear of a card."""
FOLDED_S = 10.0
"""Far longer than the brain takes to fold the log in when nobody is there: its tick is a second."""
FLOOR_SYNCS = 20


@dataclass(frozen=True, slots=True)
class Price:
    """Syncs, and bytes written."""

    syncs: int
    written: int

    def __sub__(self, before: "Price") -> "Price":
        return Price(self.syncs - before.syncs, self.written - before.written)


@dataclass(frozen=True, slots=True)
class Visit:
    """Syncs from the press to the motor; the price of the sale, of coin and sale, and of all with the log folded in.

    `motor_s` is from the press to the motor, `sync_s` what one bare sync took just before.
    """

    before_motor: int
    sale: Price
    visit: Price
    folded: Price
    motor_s: float
    sync_s: float


def measure(effort: Effort) -> list[Row]:
    slow = library()
    if slow is None:
        return [Row("G4", "disk syncs of a visit and an idle day", "not counted: no C compiler")]
    return [row for slower_ms in SLOWER_MS for row in _on(slow, slower_ms, effort)]


def _on(slow: Path, slower_ms: int, effort: Effort) -> list[Row]:
    turns: list[Turn] = []
    with Machine() as machine:
        disk = SlowDisk(slow, machine.folder, slower_ms)
        pid = machine.start("controller", more=disk.environment).pid
        machine.sells()
        machine.stock()
        _until_folded(machine)
        pictures, paid = Pictures(machine.folder / "minga.sock"), partial(_paid, disk, pid)
        visits = [_visit(machine, pictures, paid, slower_ms, turns) for _ in range(effort.disk_visits + 1)]
        pictures.close()
        before, began_s = paid(), time.monotonic()
        time.sleep(effort.disk_idle_s)
        idle, idle_s = paid() - before, time.monotonic() - began_s
        checked = f"a sync {slower_ms} ms slower: " + machine.judge(turns)
    where = f", a sync {slower_ms} ms slower"
    return [*_visit_rows(visits[1:] or visits, where, checked), _idle_row(idle, idle_s, where, checked)]


def _paid(disk: SlowDisk, pid: int) -> Price:
    return Price(disk.syncs, written_bytes(pid))


def _visit(machine: Machine, pictures: Pictures, paid: Callable[[], Price], slower_ms: int, turns: list[Turn]) -> Visit:
    at_motor: list[Price] = []
    machine.board.at_motor = lambda: at_motor.append(paid())
    floor = Disk(machine.folder / "floor")
    sync_s = median(floor.sync() for _ in range(FLOOR_SYNCS)) + slower_ms / 1_000
    floor.close()
    before = paid()
    machine.insert()
    pictures.until(lambda p: p["credit_cents"] == PRICE_CENTS, "the credit")
    credited = paid()
    turn = machine.board.press(list(BUTTONS)[len(turns) % len(BUTTONS)])
    if not machine.board.ended():
        raise CheckFailed("a button was pressed and no motor turned")
    turns.append(turn)
    pictures.until(lambda p: p["phase"] == "idle" and not p["credit_cents"], "the sale")
    sold = paid()
    _until_folded(machine)
    before_motor = (at_motor[0] - credited).syncs
    return Visit(before_motor, sold - credited, sold - before, paid() - before, turn.motor_s - turn.pressed_s, sync_s)


def _until_folded(machine: Machine) -> None:
    """Nobody is there, and the log is in the database."""
    log, late_s = machine.database.with_name(machine.database.name + "-wal"), time.monotonic() + FOLDED_S
    while log.stat().st_size:
        if time.monotonic() > late_s:
            raise CheckFailed(f"the log is not folded in: {log.stat().st_size} bytes")
        time.sleep(0.01)


def _visit_rows(visits: list[Visit], where: str, checked: str) -> list[Row]:
    before = {visit.before_motor for visit in visits}
    rounds = Rounds()
    for visit in (visits[0], *visits):  # the first round of all was thrown away before
        rounds.add([visit.motor_s], [visit.sync_s])
    sale_syncs, sale_kb = _mean([visit.sale for visit in visits])
    page_kb, told = COMMITS * 4.096, " or ".join(map(str, sorted(before)))
    page, kb_most, few = f"a page a commit {page_kb:.1f} kB", f"≤ {SALE_KB_MAX} kB", f"≤ {COMMITS}"
    few_syncs, few_kb = sale_syncs <= COMMITS, sale_kb <= SALE_KB_MAX
    syncs, written = f"disk syncs a sale{where}", f"written a sale{where}"
    return [
        Row("G1", f"disk syncs, press → motor{where}", told, "the intent 1", None, "", "= 1", before == {1}, checked),
        at_most("", f"  … and the time{where}", rounds, "1 sync", None, checked),
        Row("G4", syncs, f"{sale_syncs:.2f}", "one a commit 2", sale_syncs / COMMITS, "", few, few_syncs, checked),
        Row("G4", written, f"{sale_kb:.1f} kB", page, sale_kb / page_kb, "", kb_most, few_kb, checked),
        _both(f"  … with its coin and a new log{where}", [visit.visit for visit in visits], checked),
        _both(f"  … and the log folded in, as for a lone visitor{where}", [v.folded for v in visits], checked),
    ]


def _both(metric: str, prices: list[Price], checked: str) -> Row:
    syncs, kb = _mean(prices)
    return Row("", metric, f"{syncs:.2f}, {kb:.1f} kB", limit=f"≤ {KB_MAX} kB", ok=kb <= KB_MAX, checked=checked)


def _idle_row(idle: Price, seconds: float, where: str, checked: str) -> Row:
    """An idle day is what was counted, as often as it fits into a day."""
    times = DAY_S / seconds
    mb, most = idle.written * times / 1e6, f"≤ {IDLE_MB_MAX:g} MB"
    counted = f"{idle.syncs}, {idle.written} B in {duration(seconds)}; × {times:,.0f}"
    day = f"{idle.syncs * times:,.0f}, {mb:.2f} MB"
    return Row("", f"disk syncs and bytes an idle day{where}", day, counted, None, "", most, mb <= IDLE_MB_MAX, checked)


def _mean(prices: list[Price]) -> tuple[float, float]:
    """Syncs and kilobytes."""
    number = len(prices)
    return sum(price.syncs for price in prices) / number, sum(price.written for price in prices) / number / 1_000
