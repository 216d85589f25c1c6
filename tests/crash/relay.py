"""A relay of lives: at every step of a story the process that lives it is killed, and its twin runs on from there.

Before a step the runner forks. Then it gets SIGKILL, with its books open and half a transaction in them; the twin, who knows
all that it knew, waits until the keeper has looked at what the dead one left on the disk. So a story with 200 steps is killed
200 times for the price of one life and 200 forks, and every kill is a real one of the process that did the writing.

A step is the end of a statement of SQL, or the beginning or end of a deed in the world.
"""

import ctypes
import os
import pickle
import signal
import socket
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from lives import DEED_BYTES_MAX, child
from outside import World
from scripted import Ask

PR_SET_CHILD_SUBREAPER = 36


def relay(path: Path, world: World) -> Iterator[int]:
    """Live the story in this world; yields at each step, with its runner dead and its twin waiting.

    Raises AssertionError when a runner ends otherwise than it should.
    """
    adopt_orphans(True)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    runner = os.fork()
    if not runner:
        ours.close()
        os._exit(child(path, theirs, lambda ask: _passing_on(ask, theirs)))
    theirs.close()
    step = 0
    with ours:
        try:
            ours.send(pickle.dumps(world))
            while message := ours.recv(DEED_BYTES_MAX):
                what, *rest = pickle.loads(message)
                if what != "baton":
                    world.answer((what, *rest))
                    continue
                end, (runner,), step = _end_of(runner), rest, step + 1
                assert end == -signal.SIGKILL, f"the runner of step {step} ended with {end}"
                yield step
                ours.send(b"go")
        except BaseException:
            os.kill(runner, signal.SIGKILL)
            raise
        finally:
            end = _end_of(runner)
            adopt_orphans(False)
    assert end == 0, f"the life ended with {end} after step {step}"


def _end_of(runner: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(runner, 0)[1])


def adopt_orphans(yes: bool) -> None:
    """A twin's parent is killed at once; from then on it is this process's child. Linux only (prctl(2))."""
    assert ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, int(yes), 0, 0, 0) == 0


def _passing_on(ask: Ask, line: socket.socket) -> Ask:
    """Devices and books that hand the baton on before and after everything they do."""

    def strike() -> None:
        twin = os.fork()
        if twin:
            line.send(pickle.dumps(("baton", twin)))
            os.kill(os.getpid(), signal.SIGKILL)
        if not line.recv(8):
            os._exit(0)  # the keeper has seen enough

    def stepping(*deed: Any) -> Any:
        strike()
        answer = ask(*deed)
        strike()
        return answer

    Books.strike = staticmethod(strike)
    sqlite3.connect = partial(sqlite3.connect, factory=Books)  # in the child only: it is a fork
    return stepping


class Books(sqlite3.Connection):
    """The standard library's connection, and a step after each statement (a fork in SQLite's own callbacks would hang)."""

    strike: Callable[[], None]

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        done = super().execute(*arguments)
        self.strike()
        return done

    def executemany(self, sql: str, rows: Iterable[Any]) -> sqlite3.Cursor:
        cursor = self.cursor()
        for row in rows:
            cursor = self.execute(sql, row)
        return cursor
