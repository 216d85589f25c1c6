"""Lives of the controller: each a process of its own, forked warm, whose devices talk to the world in this process.

A life ends when the story is over, when a rig kills it, or when the world loses its patience with a broken disk.
"""

import itertools
import os
import pickle
import signal
import socket
import sqlite3
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import scripted
from judge import complaints
from outside import World
from scripted import Ask, Machine, devices
from stories import STOCK

from controller.errors import MingaError
from controller.ledger.schema import create
from controller.ledger.verify import verify

Prepare = Callable[[Ask], Ask]
ENDED_BY_THE_DISK = 1
BROKEN = 2
DEED_BYTES_MAX = 20_000


def live(path: Path, world: World, prepare: Prepare | None = None, attach: Callable[[int], None] | None = None) -> int:
    """One life on these books; returns how it ended: 0, a status above, or minus the signal that killed it.

    `prepare` may wrap the devices, in the child; `attach` gets the child's number before it does anything.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    pid = os.fork()
    if not pid:
        ours.close()
        os._exit(child(path, theirs, prepare))
    theirs.close()
    with ours:
        if attach:
            attach(pid)
        ours.send(pickle.dumps(world))
        _keep(world, ours, pid)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def child(path: Path, line: socket.socket, prepare: Prepare | None) -> int:
    """The whole life, in a fork; the status to end with. It never returns into the test runner that was forked."""
    try:
        ask = devices(line)
        machine = Machine(path, prepare(ask) if prepare else ask)
        machine.live()
        machine.brain.journal.close()
    except (sqlite3.Error, MingaError, OSError) as error:
        print(f"the disk ended a life: {error!r}", file=sys.stderr)
        return ENDED_BY_THE_DISK
    except BaseException:  # noqa: BLE001
        traceback.print_exc()
        return BROKEN
    return 0


def live_alone(path: Path, world: World, deeds_max: int) -> int:
    """One life in an interpreter of its own, killed from outside when its N-th deed is heard; how it ended."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    command = [sys.executable, scripted.__file__, str(path), str(theirs.fileno())]
    child = subprocess.Popen(command, pass_fds=[theirs.fileno()], env=os.environ | {"PYTHONPATH": ":".join(sys.path)})
    theirs.close()
    with ours:
        ours.send(pickle.dumps(world))
        _keep(world, ours, child.pid, deeds_max)
    return child.wait()


def _keep(world: World, line: socket.socket, pid: int, deeds_max: int = -1) -> None:
    """Keep the world true until the line falls silent; pull the plug when somebody would, or at the N-th deed."""
    for number in itertools.count(1):
        message = line.recv(DEED_BYTES_MAX)
        if not message:
            return
        world.answer(pickle.loads(message))
        if world.patience_is_over or number == deeds_max:
            os.kill(pid, signal.SIGKILL)


def judge(path: Path, world: World) -> list[str]:
    """What the judge says about these books, read by a connection of its own."""
    db = sqlite3.connect(path)
    try:
        return complaints(db, world)
    finally:
        db.close()


def stocked(path: Path) -> Path:
    """New books of a machine that is full and ready to sell, in one file: their log is folded in."""
    create(path)
    world = World(0)
    world.acts = list(STOCK)
    assert live(path, world) == 0
    db = sqlite3.connect(path)
    assert verify(db) == []
    db.close()
    return path
