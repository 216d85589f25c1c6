"""Ways to strike one life at one exact place: at the N-th step of it, or in the N-th system call of a kind.

At a step the process kills itself (`relay` does that at every step of one life). In a system call strace strikes: it kills
the process there, or lets the call fail as a broken disk would.
"""

import hashlib
import itertools
import os
import pickle
import shutil
import signal
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lives import Prepare, judge, live
from outside import World
from relay import relay
from scripted import Ask, Machine
from share import Tally

from controller.ledger import journal as journals

AGAIN = 50
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


def fresh(template: Path, path: Path, with_log: bool = False) -> None:
    """New books on `path`, as the template's file or, `with_log`, all of its files are; nothing of the last run stays."""
    for ending in FILES:
        path.with_name(path.name + ending).unlink(missing_ok=True)
        source = template.with_name(template.name + ending)
        if source.exists() and (with_log or not ending):
            shutil.copy(source, path.with_name(path.name + ending))


def recover(path: Path, world: World, power_cut: bool = False, hurry: bool = False) -> list[str]:
    """The next controller finds what the struck one left, finishes the story (in a hurry or after a power cut: its end), and
    is judged.

    Whatever it raises is a violation too: what is broken once must not stay broken.
    """
    world.restart(power_cut, hurry=hurry or power_cut)
    try:
        machine = Machine(path, lambda *deed: world.answer(deed))
        try:
            machine.live()
        finally:
            machine.brain.journal.close()
        return judge(path, world)
    except Exception as error:  # noqa: BLE001
        return [repr(error)]


def strike(template: Path, path: Path, seed: int, blow: Strike) -> tuple[bool, list[str]]:
    """One life that is struck in a system call, one that recovers. Whether the blow fell, and what is wrong in the end."""
    fresh(template, path)
    world = World(seed)
    end = live(path, world, attach=blow.attach)
    fell = blow.happened()
    wrongs = [] if end in (0, 1, -signal.SIGKILL) else [f"the life ended with {end}"]
    return fell, recover(path, world) + wrongs


def kill_at_every_step(template: Path, path: Path, seed: int) -> Iterator[tuple[int, list[str] | None]]:
    """Kill a story at its 1st, 2nd, 3rd … step; of each what is wrong in the end, None where equal states were judged.

    Equal files in an equal world recover equally: that is done once, and every 50th time again. Two recoveries of three
    skip the rest of the story; every fourth is killed at a step of its own, and a third life recovers.
    """
    fresh(template, path)
    world, left = World(seed), path.with_name("left-" + path.name)
    seen = Counter[bytes]()
    try:
        for step in relay(path, world):
            state = state_of(path, world)
            seen[state] += 1
            first = seen[state] % AGAIN == 1
            yield step, _recover_copy(path, left, world, step) if first else None
    except AssertionError as error:
        yield 0, [str(error)]


def in_every_call(shop: Path, folder: Path, seed: int) -> Tally:
    """Kill this seed's story in the 1st, 2nd, 3rd … call of each kind, until a kind has no more."""
    tally, path = Tally(), folder / f"calls-{seed}" / "minga.db"
    path.parent.mkdir()
    for call in WRITING_CALLS:
        nth, fell = 1, True
        while fell:
            fell, wrongs = strike(shop, path, seed, Strike(call, "signal=KILL", nth, path))
            tally.runs[call if fell else "left alone"] += 1
            tally.wrongs += [f"seed {seed}, killed in {call} {nth}: {wrong}" for wrong in wrongs]
            nth += 1
    return tally


def at_every_step(shop: Path, folder: Path, seed: int) -> Tally:
    """Kill this seed's story at its 1st, 2nd, 3rd … step, until it has no more."""
    tally, path = Tally(), folder / f"steps-{seed}.db"
    for step, wrongs in kill_at_every_step(shop, path, seed):
        tally.runs["steps"] += 1
        tally.lived += wrongs is not None
        tally.wrongs += [f"seed {seed}, killed at step {step}: {wrong}" for wrong in wrongs or ()]
    return tally


def _recover_copy(path: Path, left: Path, world: World, step: int) -> list[str]:
    """What is wrong once a copy of what the dead one left has been recovered, in a copy of its world."""
    fresh(path, left, with_log=True)
    after = pickle.loads(pickle.dumps(world))
    if step % 4 == 0:
        after.restart()
        live(left, after, killed_at(1 + step // 4 % 40))
    return recover(left, after, hurry=step % 3 != 0)


def state_of(path: Path, world: World) -> bytes:
    """What is on the disk and what has happened in the world, as a hash."""
    state = hashlib.blake2b(pickle.dumps(world))
    for ending in FILES:
        file = path.with_name(path.name + ending)
        state.update(file.read_bytes() if file.exists() else b"-")
    return state.digest()
