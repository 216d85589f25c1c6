"""What the machine costs while nobody is there: memory (G8), wake-ups and processor time (G9) of both processes.

Coins are asked for every 150 ms, as the configuration has it by default, and no page is open. The coins' thread is the
one that wakes most. Uvicorn's own ticks are not Minga's: an empty FastAPI idles beside, and its wake-ups are taken off.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench import process
from bench.b_start import empty_web, fetch
from bench.effort import Effort
from bench.machine import ENVIRONMENT, Machine
from bench.table import CheckFailed, Row

POLL_MS = 150
SETTLE_S = 3.0
PSS_MB_MAX, RSS_MB_MAX = 60, 30
WAKEUPS_MAX, WAKEUPS_WITH_COINS_MAX = 5, 25


@dataclass(frozen=True, slots=True)
class Idle:
    """What one process did in a second of idleness; the busiest thread's share beside it."""

    wakeups: float
    busiest: float
    cpu_percent: float


def measure(effort: Effort) -> list[Row]:
    with Machine(POLL_MS) as machine, empty_web() as empty, _bare_python() as bare:
        controller, web = machine.start("controller").pid, machine.start("web").pid
        machine.sells()
        machine.stock()
        machine.until(lambda: fetch(machine.port), "the page comes")
        time.sleep(min(SETTLE_S, 5 * effort.idle_s))
        asked, began_s = machine.firmware.asked, time.monotonic()
        idle = _idle([controller, web, empty], effort.idle_s)
        polls = (machine.firmware.asked - asked) / (time.monotonic() - began_s)
        if machine.answers().troubles or not 0.3 < polls * POLL_MS / 1_000 < 2:
            raise CheckFailed(f"the machine did not idle as it should: {polls:.1f} coin polls a second")
        checked = (
            f"idle for {effort.idle_s:g} s: {polls:.1f} coin polls a second, no trouble, 8 slots sell; "
            + machine.judge([])
        )
        return [*_memory_rows(controller, web, empty, bare, checked), *_idle_rows(idle, checked)]


@contextmanager
def _bare_python() -> Iterator[int]:
    bare = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, env=ENVIRONMENT)
    try:
        yield bare.pid
    finally:
        bare.kill()
        bare.wait()


def _memory_rows(controller: int, web: int, empty: int, bare: int, checked: str) -> list[Row]:
    both_mb, empty_mb = process.pss_mb(controller) + process.pss_mb(web), process.pss_mb(empty)
    rss_mb, bare_mb, web_mb = process.rss_mb(controller), process.rss_mb(bare), process.pss_mb(web)
    return [
        _megabytes("G8", "both processes, PSS", both_mb, "empty FastAPI", empty_mb, PSS_MB_MAX, checked),
        _megabytes("G8", "controller, RSS", rss_mb, "bare Python", bare_mb, RSS_MB_MAX, checked),
        _megabytes("", "pages, PSS", web_mb, "empty FastAPI", empty_mb, None, checked),
    ]


def _megabytes(
    goal: str, metric: str, mb: float, floor: str, floor_mb: float, most_mb: int | None, checked: str
) -> Row:
    limit, ok = ("", None) if most_mb is None else (f"≤ {most_mb} MB", mb <= most_mb)
    return Row(goal, metric, f"{mb:.1f} MB", f"{floor} {floor_mb:.1f} MB", mb / floor_mb, "", limit, ok, checked)


def _idle(pids: list[int], seconds: float) -> list[Idle]:
    """All processes over the same seconds."""
    before, began_s = [process.threads(pid) for pid in pids], time.monotonic()
    time.sleep(seconds)
    after, took_s = [process.threads(pid) for pid in pids], time.monotonic() - began_s
    return [_between(*pair, took_s) for pair in zip(before, after, strict=True)]


def _between(before: dict[int, process.Thread], after: dict[int, process.Thread], took_s: float) -> Idle:
    """A thread that was not there before began at nothing; one that is gone took its count along."""
    nothing = process.Thread(0, 0.0)
    woken = [now.wakeups - before.get(task, nothing).wakeups for task, now in after.items()]
    cpu_s = sum(now.cpu_s - before.get(task, nothing).cpu_s for task, now in after.items())
    return Idle(sum(woken) / took_s, max(woken) / took_s, 100 * cpu_s / took_s)


def _idle_rows(idle: list[Idle], checked: str) -> list[Row]:
    controller, web, empty = idle
    beyond = web.wakeups - empty.wakeups
    with_coins, without = controller.wakeups + beyond, controller.wakeups - controller.busiest + beyond
    ticks = f"uvicorn's own ticks {empty.wakeups:.0f}/s, taken off"
    cpu = f"controller {controller.cpu_percent:.2f} %, pages {web.cpu_percent:.2f} %"
    return [
        _wakeups("G9", "wake-ups, both processes, coins polled", with_coins, ticks, WAKEUPS_WITH_COINS_MAX, checked),
        _wakeups("G9", "wake-ups, both processes, without the coins' thread", without, ticks, WAKEUPS_MAX, checked),
        _wakeups("", "  … of these the pages, beyond an empty FastAPI", beyond, ticks, None, checked),
        Row("", "processor time while idle", cpu, f"empty FastAPI {empty.cpu_percent:.2f} %", checked=checked),
    ]


def _wakeups(goal: str, metric: str, per_s: float, floor: str, most: int | None, checked: str) -> Row:
    limit, ok = ("", None) if most is None else (f"≤ {most}/s", per_s <= most)
    return Row(goal, metric, f"{per_s:.1f}/s", floor, limit=limit, ok=ok, checked=checked)
