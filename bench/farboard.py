"""A board at the far end of a terminal, and the controller's own end of the link: an order, and how long its answer took.

The board is either a process with nothing but the link (`onboard/answering.py`), or the whole program of the firmware with
the simulated chip around it. The near end is `controller.protocols.board.Host` behind pyserial, as in the controller.
"""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, monotonic_ns, perf_counter

import serial

from bench.interpreters import FIRMWARE, Interpreter, environment
from bench.table import CheckFailed
from controller.config import Cabinet
from controller.config import Motors as MotorLines
from controller.protocols.board import Answered, Happened, Host, HostEvent, Motors, NotBegun, Turn
from hw_mocks.acts import Acts
from hw_mocks.board import SimulatedBoard
from hw_mocks.host import WorldServer
from hw_mocks.ptys import Pty
from hw_mocks.world import World

ANSWER_S, READ_S = 10.0, 0.05
BAUD = 115_200
SETTINGS = (Motors(rows=2, columns=4),)
FITTED, NOT_FITTED = Turn(0, 2), Turn(7, 9)
WINDOW_MS = 50


class BoardEnd(Pty):
    """A terminal whose first end is the board's."""

    @property
    def board_end(self) -> int:
        return self._ours()


class Caller:
    """One host at one port, with a board that it has found and configured."""

    def __init__(self, path: Path) -> None:
        self._port = serial.Serial(str(path), BAUD, timeout=READ_S, exclusive=True)
        self._host = Host(1, SETTINGS)
        self.orders = 0
        self._until(lambda _: self._host.ready)

    def close(self) -> None:
        self._port.close()

    def trip(self, order: Turn) -> float:
        """Seconds from the order to its answer in our hands. Raises CheckFailed for an answer to anything else."""
        self.orders += 1
        number = self.orders
        began_s = perf_counter()
        self._host.order(number, order)
        ends = self._until(lambda told: isinstance(told, Answered | NotBegun))
        took_s = perf_counter() - began_s
        if [getattr(end, "number", 0) for end in ends] != [number]:
            raise CheckFailed(f"order {number} was answered by {ends}")
        return took_s

    def checked(self) -> str:
        """What is said below the table. Raises CheckFailed when a frame was damaged or made no sense."""
        if self._host.damaged or self._host.counts["strange"] or self._host.counts["lost"]:
            raise CheckFailed(f"a terminal spoiled frames: {self._host.damaged} damaged, {dict(self._host.counts)}")
        return "every order over the link had its own answer, once; no frame was damaged or strange"

    def _until(self, wanted: Callable[[HostEvent | None], object]) -> list[HostEvent]:
        """Talk until something of this kind was told; what of it was."""
        late_s, heard = monotonic() + ANSWER_S, b""
        while monotonic() < late_s:
            told = self._host.turn(heard, monotonic_ns() // 1_000_000)
            for event in told:
                if isinstance(event, Happened):
                    self._host.acknowledge(event.boot_id, event.counter)
            if found := [event for event in told if wanted(event)]:
                return found
            if said := self._host.to_send(monotonic_ns() // 1_000_000):
                self._port.write(said)
            if wanted(None):
                return []
            heard = self._port.read(max(1, self._port.in_waiting))
        raise CheckFailed("the board did not answer")


@contextmanager
def link_only(interpreter: Interpreter, folder: Path) -> Iterator[Caller]:
    """A board that answers each turn as soon as it is ordered."""
    line = BoardEnd(folder / f"{interpreter.name}.tty")
    line.plug()
    board = subprocess.Popen(
        interpreter.command("answering", line.board_end), env=environment([FIRMWARE]), pass_fds=[line.board_end]
    )
    try:
        caller = Caller(line.link)
        yield caller
        caller.close()
    finally:
        board.kill()
        board.wait()
        line.unplug()


@contextmanager
def whole_board(interpreter: Interpreter, folder: Path) -> Iterator[Caller]:
    """The real `main.py` with all its parts, its loop and its watchdog, in the simulated machine."""
    motors, cabinet = MotorLines(), Cabinet()
    world = World(motors, cabinet, stock={"A3": 3})
    board = SimulatedBoard(world, motors, cabinet, folder / "board", list(interpreter.words), WINDOW_MS)
    server = WorldServer(world, Acts(world, None, {}), folder)
    server.add(board)
    with server:
        caller = Caller(folder / "board")
        yield caller
        caller.close()
