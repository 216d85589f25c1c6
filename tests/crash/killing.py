"""Ways to strike one life at one exact place: after the N-th step of it, or in the N-th system call of a kind.

A step is a statement of SQL or the beginning or end of a deed in the world; the process strikes itself with SIGKILL. System
calls are strace's: it kills the process in the call, or lets the call fail as a broken disk would.
"""

import itertools
import os
import shutil
import signal
import sqlite3
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lives import Prepare, judge, live
from outside import World
from scripted import Ask, Machine

from controller.ledger import journal as journals

FILES = ("", "-wal", "-shm", "-journal")
WRITING_CALLS = ("pwrite64", "write", "fdatasync", "fsync", "ftruncate", "unlink", "unlinkat", "rename", "openat")
"""Every system call by which SQLite changes a disk. A kind that a story, or this processor, does not use costs one run."""


def killed_at(step: int) -> Prepare:
    """Kill this life at its N-th step. A life with fewer steps comes to its end."""

    def prepare(ask: Ask) -> Ask:
        numbers = itertools.count(1)

        def strike(*_: Any) -> None:
            if next(numbers) == step:
                os.kill(os.getpid(), signal.SIGKILL)

        def stepping(*deed: Any) -> Any:
            strike()
            answer = ask(*deed)
            strike()
            return answer

        open_writer = journals.open_writer

        def watched(path: Path) -> sqlite3.Connection:
            db = open_writer(path)
            db.set_trace_callback(strike)
            return db

        journals.open_writer = watched  # in the child only: it is a fork
        return stepping

    return prepare


@dataclass
class Strike:
    """strace's injection into the N-th call of one kind on the books' files, such as `signal=KILL` or `error=EIO`."""

    call: str
    what: str
    nth: int
    path: Path
    for_ever: bool = False
    _strace: "subprocess.Popen[str] | None" = field(default=None, repr=False)

    def attach(self, pid: int) -> None:
        """Begin to follow this process; returns when strace has it."""
        when = f"{self.nth}+" if self.for_ever else str(self.nth)
        command = ["strace", "-p", str(pid), "-o", str(self._log), "-e", f"trace=?{self.call}"]
        command += ["-e", f"inject=?{self.call}:{self.what}:when={when}"]
        for name in (*(str(self.path) + ending for ending in FILES), str(self.path.parent)):
            command += ["-P", name]
        self._strace = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert self._strace.stderr
        first = self._strace.stderr.readline()
        assert "attached" in first, f"strace cannot follow process {pid}: {first}"

    def happened(self) -> bool:
        """Whether the call was there to be struck."""
        assert self._strace
        self._strace.communicate()
        return "INJECTED" in self._log.read_text() or "SIGKILL" in self._log.read_text()

    @property
    def _log(self) -> Path:
        return self.path.with_name("strace.log")


def fresh(template: Path, path: Path) -> None:
    """New books on `path`; nothing of the last run stays."""
    for ending in FILES:
        path.with_name(path.name + ending).unlink(missing_ok=True)
    shutil.copy(template, path)


def recover(path: Path, world: World, power_cut: bool = False) -> list[str]:
    """The next controller finds what the struck one left, finishes the story (after a power cut: its end), and is judged.

    Whatever it raises is a violation too: what is broken once must not stay broken.
    """
    world.restart(power_cut, hurry=power_cut)
    try:
        machine = Machine(path, lambda *deed: world.answer(deed))
        try:
            machine.live()
        finally:
            machine.brain.journal.close()
        return judge(path, world)
    except Exception as error:  # noqa: BLE001
        return [repr(error)]


def strike(template: Path, path: Path, seed: int, blow: Strike | None = None, step: int = 0) -> tuple[bool, list[str]]:
    """One run: a life that is struck, one that recovers. Whether the blow fell, and what is wrong in the end.

    Every fourth recovery from a kill at a step is killed at a step of its own, and a third life recovers.
    """
    fresh(template, path)
    world = World(seed)
    if blow:
        end = live(path, world, attach=blow.attach)
        fell = blow.happened()
    else:
        end = live(path, world, killed_at(step))
        fell = end == -signal.SIGKILL
        if step % 4 == 0:
            world.restart()
            live(path, world, killed_at(step // 4))
    wrongs = [] if end in (0, 1, -signal.SIGKILL) else [f"the life ended with {end}"]
    return fell, recover(path, world) + wrongs
