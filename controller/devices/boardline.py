"""The serial side of the board's link: its port in words, and one wait for whatever comes first.

What comes first may be bytes, the time at which the host has something to say, or somebody with an order (`poke`). So an
order leaves at once, and a line on which nothing happens costs a few wake-ups a second.
"""

import os
import select
from types import TracebackType
from typing import Self

import serial

from controller.devices.cctalkline import WHY, mono_ms
from controller.devices.worker import DeviceTrouble
from controller.protocols.board import Host, HostEvent

BAUD = 115_200
"""As the board's UART is set (firmware/hardware.py); a USB port does not mind."""
WRITE_TIMEOUT_S = 0.5
READ_BYTES_MAX = 4_096


class Poke:
    """Wakes a wait from any thread; a poke before the wait is not forgotten."""

    def __init__(self) -> None:
        self.fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def __call__(self) -> None:
        os.eventfd_write(self.fd, 1)

    def heard(self) -> None:
        """Forget the pokes so far."""
        try:
            os.eventfd_read(self.fd)
        except BlockingIOError:
            return

    def wait(self, seconds: float) -> None:
        """Until a poke, at most this long."""
        select.select([self.fd], [], [], max(0.0, seconds))
        self.heard()

    def close(self) -> None:
        """Harmless when it is closed already."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def __del__(self) -> None:
        self.close()


class BoardLine:
    """The open port, ours alone. Raises DeviceTrouble in words when it cannot be opened, and what pyserial raises later."""

    def __init__(self, path: str, poke: Poke) -> None:
        self._poke = poke
        try:
            self._port = serial.Serial(path, BAUD, timeout=0, write_timeout=WRITE_TIMEOUT_S, exclusive=True)
        except serial.SerialException as error:
            why = WHY.get(error.errno, f"cannot be opened: {error}")
            raise DeviceTrouble(f"port {path} {why}; look at the board's cable and at `board.port`") from error

    def round(self, host: Host, patience_ms: int) -> list[HostEvent]:
        """Say what the host has to say, wait for what comes first, at most `patience_ms`; what it tells then."""
        said = host.to_send(mono_ms())
        if said:
            self._port.write(said)
        wait_ms = max(0, min(patience_ms, host.wake_ms - mono_ms()))
        ready, _, _ = select.select([self._port.fileno(), self._poke.fd], [], [], wait_ms / 1_000)
        self._poke.heard()
        heard = bytes(self._port.read(READ_BYTES_MAX)) if self._port.fileno() in ready else b""
        return host.turn(heard, mono_ms())

    def say(self, host: Host) -> None:
        """Only say what is due now."""
        self._port.write(host.to_send(mono_ms()))

    def close(self) -> None:
        self._port.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
