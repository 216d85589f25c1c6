"""The simulated board as a device: its processor is a process that runs the real firmware, on MicroPython where there is one.

Here is what a processor cannot do to itself: lose its power, be reset by its watchdog, and find again what the watchdog's
scratch registers kept. Everything but `__init__` runs in the world's thread (`WorldServer.call` brings you there).
"""

import os
import select
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import firmware
from controller.config import Cabinet, Motors
from hw_mocks.board.chip import Chip
from hw_mocks.host import WorldServer
from hw_mocks.mdb import SimulatedMdbBus
from hw_mocks.priority import go_first
from hw_mocks.ptys import Pty
from hw_mocks.world import World

FIRMWARE = Path(firmware.__file__).parent
RUN = Path(__file__).parent / "cpu" / "run.py"
MICROPYTHON = Path(sys.executable).parent / "micropython"
HEAP = "400k"
BOOT_MS = 50.0
WINDOW_MS = 2_000
POWER_ON, BY_WATCHDOG = 1, 3
"""`machine.reset_cause()`. The chip resets itself through its watchdog, too."""


def interpreter() -> list[str]:
    """MicroPython's own where there is one: it has wheels for few machines."""
    return [str(MICROPYTHON), "-X", f"heapsize={HEAP}"] if MICROPYTHON.exists() else [sys.executable]


class Cable(Pty):
    """The serial line; its board's end goes to the processor."""

    @property
    def board_end(self) -> int:
        return self._ours()

    def flush(self) -> None:
        """What was sent to a board that was dead is lost."""
        with suppress(BlockingIOError):
            while os.read(self.board_end, 4096):
                pass


class SimulatedBoard:
    """One board, in the time of the world that `server` hosts; its serial port is `link`.

    `lives` counts how often its processor came out of reset. `window_ms` is how long it waits for a person after each.
    On `bus` are the devices of its MDB line; without one there are none.
    """

    def __init__(
        self,
        world: World,
        motors: Motors,
        cabinet: Cabinet,
        link: Path,
        run_by: list[str] | None = None,
        window_ms: int = WINDOW_MS,
        bus: SimulatedMdbBus | None = None,
    ) -> None:
        self.chip = Chip(world, motors, cabinet, self._tell, bus or SimulatedMdbBus())
        self.lives = 0
        self._world, self._cable = world, Cable(link)
        self._run_by, self._window_ms = run_by or interpreter(), window_ms
        self._server: WorldServer | None = None
        self._processor: subprocess.Popen[bytes] | None = None
        self._wires: socket.socket | None = None
        self._rest = b""
        self._registers: dict[int, int] = {}
        self._start_ms: float | None = 0.0
        self._cause = POWER_ON
        self._watchdog_ms, self._bites_ms = 0, float("inf")

    def join(self, server: WorldServer) -> None:
        """The server begins to serve."""
        self._server = server
        self._cable.plug()

    def close(self) -> None:
        """Pull the cable and the plug."""
        self._kill()
        self._cable.unplug()

    # Time

    @property
    def due_ms(self) -> float | None:
        waiting = [self.chip.due_ms, self._start_ms, self._bites_ms if self._watchdog_ms else None]
        return min((ms for ms in waiting if ms is not None), default=None)

    def advance(self, now_ms: float) -> None:
        due_ms = self.due_ms
        if self._wires is not None and due_ms is not None and now_ms >= due_ms:
            self._receive()  # what was fed in time counts, however late this thread comes to read it
        self.chip.advance(now_ms)
        if not (self._world.powered and self._world.board_supply):
            if self._processor:
                self._end(POWER_ON)
                self._registers.clear()
            self._start_ms = None
        elif self._watchdog_ms and now_ms >= self._bites_ms:
            self._end(BY_WATCHDOG)
        elif self._processor is None and self._start_ms is None:
            self._start_ms = now_ms + BOOT_MS
        elif self._start_ms is not None and now_ms >= self._start_ms:
            self._start()

    def edge(self, pin: int, high: bool) -> None:
        self.chip.edge(pin, high)

    # Life and death

    def reset(self) -> None:
        """Kill the processor as its watchdog does: in the middle of whatever it was doing."""
        self._end(BY_WATCHDOG)

    def hang(self) -> None:
        """The processor stops, as if in an endless loop with interrupts off. Its watchdog will notice."""
        if self._processor:
            self._processor.send_signal(signal.SIGSTOP)

    def _start(self) -> None:
        assert self._server is not None
        self._start_ms = None
        go_first()  # this thread is the wires, and what it starts the processor
        self._cable.flush()
        self._wires, theirs = socket.socketpair()
        theirs.setblocking(False)
        fds = self._cable.board_end, theirs.fileno()
        registers = [f"{register}={value}" for register, value in self._registers.items()]
        numbers = [str(number) for number in (*fds, self._window_ms, self._cause)]
        self._processor = subprocess.Popen(
            [*self._run_by, str(RUN), str(FIRMWARE), *numbers, *registers],
            env=os.environ | {"MICROPYPATH": f"{RUN.parent}:{FIRMWARE}:.frozen"},
            cwd=FIRMWARE,
            pass_fds=fds,
            stdin=subprocess.DEVNULL,
        )
        theirs.close()
        self._wires.setblocking(False)
        self._server.watch(self._wires, self._receive)
        self.lives += 1
        self._rest = b""
        self.chip.greet()

    def _end(self, cause: int) -> None:
        self._kill()
        self._cause = cause
        self._start_ms = self._world.now_ms + BOOT_MS

    def _kill(self) -> None:
        self._watchdog_ms = 0
        if self._processor is not None:
            self._processor.kill()
            self._processor.wait()
            self._processor = None
        if self._wires is not None and self._server is not None:
            self._server.forget(self._wires)
            self._wires.close()
            self._wires = None
        self.chip.off()

    # Wires

    def _receive(self) -> None:
        assert self._wires is not None
        try:
            data = self._wires.recv(65_536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._take(line.decode())
        if not data and self._wires is not None:
            self._end(BY_WATCHDOG)

    def _take(self, line: str) -> None:
        match line.split():
            case ["wdt", timeout_ms]:
                self._watchdog_ms = int(timeout_ms)
                self._bites_ms = self._world.now_ms + self._watchdog_ms
            case ["feed"]:
                self._bites_ms = self._world.now_ms + self._watchdog_ms
            case ["mem", register, value]:
                self._registers[int(register)] = int(value)
            case _:
                self.chip.take(line)

    def _tell(self, line: str) -> None:
        """A processor that hangs may let its wires fill up; what does not fit then is lost with it."""
        if self._wires is None:
            return
        with suppress(OSError):
            if select.select([], [self._wires], [], 0)[1]:
                self._wires.send(line.encode() + b"\n")
