"""The code scanner: a worker that hands each code shown to it to whoever takes codes, and knows nothing of what it means.

A code may be money (a voucher), so its text goes to the callback and nowhere else: logs, events and the status tell its
length only. The machine sells on without a scanner; its absence is a harmless trouble. Simulated only: no scanner was tried.
"""

import logging
import queue
import threading
from collections.abc import Callable
from traceback import format_tb
from typing import Any

import serial

from controller.devices.cctalkline import WHY, mono_ms
from controller.devices.worker import PORT_ERRORS, Backoff, DeviceTrouble, Put, Worker
from controller.domain.events import Trouble
from controller.protocols.scanner import LOOK, REST, SAME_CODE_MS, Answered, Code, Event, Kind, Refused, Scanner

log = logging.getLogger(__name__)

BAUD = 9_600
"""A GM65's, and an older Honeywell's; newer ones come with 115,200. A USB port does not mind."""
READ_TIMEOUT_S = 0.05
WRITE_TIMEOUT_S = 0.5
READ_BYTES_MAX = 4_096

TakeCode = Callable[[str], None]
"""Takes one code, from the worker's thread, and does not wait. With queue.Full it is told again when it is seen again."""


class CodeScanner(Worker):
    """Owns the serial port and the `Scanner` on it. `look` and `rest` may be called from any thread."""

    def __init__(
        self,
        port: str,
        put: Put,
        take: TakeCode,
        *,
        kind: Kind = Kind.PLAIN,
        baud: int = BAUD,
        same_code_ms: int = SAME_CODE_MS,
        backoff: Backoff | None = None,
    ) -> None:
        super().__init__("scanner", Trouble.NO_WALLET, put, backoff)
        self._path, self._take, self._kind, self._baud = port, take, kind, baud
        self._scanner = Scanner(same_code_ms)
        self._orders: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._counting = threading.Lock()
        self._told_ms: int | None = None
        self._untaken = 0
        self._last_refusal = ""

    def look(self) -> None:
        """Look for a code now; does nothing for a scanner that always does. Forgotten when the scanner is away."""
        self._order(LOOK.get(self._kind))

    def rest(self) -> None:
        """Look no more, where a scanner can be told so."""
        self._order(REST.get(self._kind))

    def work(self) -> None:
        with self._open() as port:
            self._scanner.begin(mono_ms())
            while not self._orders.empty():
                self._orders.get_nowait()
            self.came()
            try:
                while not self.stopping:
                    self._round(port)
            except PORT_ERRORS as error:
                raise DeviceTrouble(f"port {self._path} failed: {error}; look at the scanner's cable") from error

    def status(self) -> dict[str, Any]:
        """What a technician wants to see, and no code; safe to call at any time."""
        with self._counting:
            counts, told_ms = dict(self._scanner.counts), self._told_ms
        return {
            "port": self._path,
            "kind": str(self._kind),
            "works": not self.reason,
            "reason": self.reason,
            "seen": counts,
            "untaken": self._untaken,
            "code_age_ms": None if told_ms is None else mono_ms() - told_ms,
            "losses": self.losses,
            "inbox_refusals": self.refusals,
        }

    def _open(self) -> serial.Serial:
        try:
            return serial.Serial(
                self._path, self._baud, timeout=READ_TIMEOUT_S, write_timeout=WRITE_TIMEOUT_S, exclusive=True
            )
        except serial.SerialException as error:
            why = WHY.get(error.errno, f"cannot be opened: {error}")
            raise DeviceTrouble(f"port {self._path} {why}; plug it in, or look at `scanner.port`") from error

    def _round(self, port: serial.Serial) -> None:
        """Say what is to be said, and listen for a moment. Nothing heard is told to the protocol too: it is silence."""
        self.deliver()
        if not self._orders.empty():
            port.write(self._orders.get_nowait())
            if self._kind is Kind.GM65:
                self._scanner.commanded(mono_ms())
        heard = bytes(port.read(min(READ_BYTES_MAX, max(1, port.in_waiting))))
        with self._counting:
            events = self._scanner.feed(heard, mono_ms())
        for event in events:
            self._act(event)

    def _act(self, event: Event) -> None:
        match event:
            case Code(text):
                self._hand_over(text)
            case Refused(why, size):
                if (
                    why != self._last_refusal
                ):  # a noisy line refuses without end; once a kind is enough to look after it
                    log.warning("%s: a line of %d bytes is no code: %s", self.name, size, why)
                self._last_refusal = why
            case Answered(status) if status:
                log.warning("%s: the scanner answers a command with status %d", self.name, status)

    def _hand_over(self, text: str) -> None:
        self._last_refusal = ""
        self._told_ms = mono_ms()
        log.info("%s: a code of %d characters", self.name, len(text))
        try:
            self._take(text)
        except queue.Full:
            self._untaken += 1
            self._scanner.forget()
            log.warning("%s: nobody has room for a code of %d characters", self.name, len(text))
        except Exception as defect:  # noqa: BLE001 - raised again, without its own words: they may hold the code
            log.error("%s: whoever takes codes failed at\n%s", self.name, "".join(format_tb(defect.__traceback__)))
            raise RuntimeError(f"whoever takes codes failed with {type(defect).__name__}") from None

    def _order(self, command: bytes | None) -> None:
        if command is not None and not self.reason:
            self._orders.put(command)
