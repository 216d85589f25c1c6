"""`kill -9` everywhere: in each system call that writes, and at each step of the program between disk and hardware.

Real processes, the standard library's SQLite on real files. After each kill a second controller recovers, finishes the
story and is judged against what physically happened.
"""

import shutil
import signal
from functools import partial
from pathlib import Path

import pytest
from killing import at_every_step, fresh, in_every_call, recover
from lives import live_alone
from outside import World
from share import PATIENCE_S, play, runs

needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")


@pytest.mark.wide
@needs_strace
@pytest.mark.timeout(PATIENCE_S)
def test_a_kill_in_any_writing_call_costs_nobody_a_cent(shop: Path, memory: Path) -> None:
    """Killed in whichever write, sync, truncate, unlink or open of the books, the machine recovers and sells again."""
    tally = play("kill -9 in system calls", partial(in_every_call, shop, memory), runs(100, part=5))
    assert tally.runs["pwrite64"] > 100
    assert tally.runs["fdatasync"] > 10


@pytest.mark.wide
@pytest.mark.timeout(PATIENCE_S)
def test_a_kill_at_any_step_costs_nobody_a_cent(shop: Path, memory: Path) -> None:
    """Killed at whichever statement or deed, also with a motor turning or coins leaving, the machine recovers."""
    tally = play("kill -9 at steps", partial(at_every_step, shop, memory), runs(500))
    assert tally.runs["steps"] >= 500
    assert tally.lived > 100


@pytest.mark.parametrize("deeds", [1, 5, 11, 18, 26, 31])
def test_a_kill_from_outside_costs_nobody_a_cent(deeds: int, shop: Path, memory: Path) -> None:
    """An interpreter of its own, killed at whatever it is doing when the world hears of its N-th deed, is survived."""
    fresh(shop, memory / "minga.db")
    world = World(2)
    assert live_alone(memory / "minga.db", world, deeds) == -signal.SIGKILL
    assert recover(memory / "minga.db", world) == []
