"""An MDB line behind a Qibixx adapter: its serial port, and the blocks it says in text, numbered here.

The weaker guarantee: the adapter keeps nothing and numbers nothing. What it has acknowledged on the bus and this process
has not booked when it ends is lost: such a coin is found at the cash count, such an approval counts as paid. Nobody shuts
the coins out when this process dies. Simulated only: no adapter was tried.
"""

import random
import select

import serial

from controller.devices.boardline import Poke
from controller.devices.cctalkline import WHY, mono_ms
from controller.devices.mdbline import Heard, Life
from controller.devices.worker import PORT_ERRORS, DeviceTrouble
from controller.protocols.mdb import BECOME_MASTER, Command, QibixxLine

BAUD = 115_200
WRITE_TIMEOUT_S = 0.5
READ_BYTES_MAX = 4_096
MASTER_MS = 2_000
"""How long the adapter may take to say that it is the master."""
LIFE_BITS = 48
"""So that a life that is over does not come back by chance."""
ANSWER_MS = 800
"""Longer than any device is waited for on the bus; a longer silence is the adapter's own."""


class AdapterLine:
    """Satisfies `controller.devices.mdbline.Line`. Each opening of the port is a life of its own."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._poke = Poke()
        self._port: serial.Serial | None = None
        self._text = QibixxLine()
        self._open_since_ms: int | None = None
        self._life = 0
        self._number = 0
        self._born: list[Life | Heard] = []

    @property
    def free(self) -> bool:
        return self._open_since_ms is None

    def open(self) -> None:
        """Also makes the adapter the master, and throws away what it had to say to somebody before us."""
        try:
            self._port = serial.Serial(self._path, BAUD, timeout=0, write_timeout=WRITE_TIMEOUT_S, exclusive=True)
        except serial.SerialException as error:
            why = WHY.get(error.errno, f"cannot be opened: {error}")
            raise DeviceTrouble(f"port {self._path} {why}; look at the MDB adapter and at `mdb.port`") from error
        self._text, self._open_since_ms = QibixxLine(self._text.mark), None
        self._life, self._number = random.getrandbits(LIFE_BITS), 0
        try:
            self._become_master(self._port)
        except (DeviceTrouble, *PORT_ERRORS):
            self.close()
            raise
        self._born = [Life(self._life)]

    def send(self, command: Command, pays: bool) -> None:  # noqa: ARG002 - an adapter says everything once
        assert self._port
        self._port.write(self._text.carry(command))
        self._open_since_ms = mono_ms()

    def hear(self, wait_ms: int) -> list[Life | Heard]:
        if self._born:
            born, self._born = self._born, []
            return born
        if self._open_since_ms is not None:
            wait_ms = min(wait_ms, max(0, self._open_since_ms + ANSWER_MS - mono_ms()))
        blocks = self._text.hear(self._read(wait_ms))
        if blocks:
            self._open_since_ms = None
        elif self._open_since_ms is not None and mono_ms() - self._open_since_ms >= ANSWER_MS:
            raise DeviceTrouble(f"the MDB adapter at {self._path} does not answer: look at its power")
        heard: list[Life | Heard] = []
        for block in blocks:
            self._number += 1
            heard.append(Heard(block, self._life, self._number if len(block.raw) > 1 else 0))
        return heard

    def forget(self, heard: Heard) -> None:
        """The adapter has kept nothing."""

    def let_in(self, money: bool) -> None:
        """The adapter shuts nothing out by itself; the devices are told one by one."""

    def wake(self) -> None:
        self._poke()

    def close(self) -> None:
        if self._port:
            self._port.close()
            self._port = None
        self._text.abandon()
        self._open_since_ms = None

    def _become_master(self, port: serial.Serial) -> None:
        port.reset_input_buffer()
        port.write(b"\n" + BECOME_MASTER)
        late_ms = mono_ms() + MASTER_MS
        while self._text.master is not True:
            if self._text.master is False or mono_ms() >= late_ms:
                raise DeviceTrouble(f"no MDB adapter at {self._path} becomes the master; look at `mdb.port`")
            self._text.hear(self._read(max(0, late_ms - mono_ms())))

    def _read(self, wait_ms: int) -> bytes:
        assert self._port
        ready, _, _ = select.select([self._port.fileno(), self._poke.fd], [], [], wait_ms / 1_000)
        self._poke.heard()
        return bytes(self._port.read(READ_BYTES_MAX)) if self._port.fileno() in ready else b""
