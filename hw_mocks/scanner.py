"""A simulated code scanner on a serial line: a window before which a code may be held, and a line that may be noisy.

By itself it tells a code again and again while it sees it, as scanners in continuous mode do. `kind` says whose commands it
takes: a GM65 answers each of them, and both kinds look only when told to once `waits` is set.
"""

from collections import deque
from pathlib import Path

from controller.protocols.scanner import GM65_LOOK, HONEYWELL_LOOK, HONEYWELL_REST, Kind
from hw_mocks.ptys import SerialDevice, mono_ms

TICK_S = 0.005
AGAIN_MS = 100
TAKEN = bytes.fromhex("02 00 00 01 00 33 31")
ZONE_BIT_BYTES = 9


class SimulatedScanner(SerialDevice):
    """`suffix` ends each code. `told` counts the codes it has said, half ones not among them."""

    def __init__(self, kind: Kind = Kind.PLAIN, suffix: bytes = b"\r", *, waits: bool = False) -> None:
        super().__init__("sim-scanner", TICK_S)
        self.kind, self.suffix, self.waits = kind, suffix, waits
        self.told = 0
        self.heard: list[bytes] = []
        """The commands it took."""
        self._looks = False
        self._held: bytes | None = None
        self._again_ms = 0
        self._kept = b""
        self._leaving: deque[tuple[int, bytes]] = deque()

    # What people do

    def show(self, code: str | bytes) -> bool:
        """Hold a code before the window for one reading. False when the scanner does not look now."""
        with self._lock:
            if self.waits and not self._looks:
                return False
            self._tell(_raw(code))
            return True

    def hold(self, code: str | bytes) -> None:
        """Hold a code before the window until `take_away`."""
        with self._lock:
            self._held, self._again_ms = _raw(code), mono_ms()

    def take_away(self) -> None:
        with self._lock:
            self._held = None

    # What goes wrong

    def noise(self, data: bytes) -> None:
        """Bytes on the line that are no code of anybody's."""
        self._say(data)

    def half(self, code: str | bytes) -> None:
        """The scanner loses its breath in the middle of a code, and says no more of it."""
        raw = _raw(code)
        self._say(raw[: len(raw) // 2])

    def stall(self, code: str | bytes, stall_ms: int) -> None:
        """A code with a long silence in its middle."""
        with self._lock:
            raw = _raw(code)
            half = len(raw) // 2
            self._say(raw[:half])
            self._say(raw[half:] + self.suffix, stall_ms)

    def open(self, link: Path) -> None:
        """Plugged in: what it had to say to somebody before is gone."""
        with self._lock:
            self._leaving.clear()
            self._looks, self._kept = False, b""
            super().open(link)

    def answer(self, data: bytes) -> bytes:
        with self._lock:
            self._obey(data)
            now_ms = mono_ms()
            if self._held is not None and now_ms >= self._again_ms and (self._looks or not self.waits):
                self._again_ms = now_ms + AGAIN_MS
                self._tell(self._held)
            said = b""
            while self._leaving and self._leaving[0][0] <= now_ms:
                said += self._leaving.popleft()[1]
            return said

    def _tell(self, raw: bytes) -> None:
        self._looks = False
        self.told += 1
        self._say(raw + self.suffix)

    def _say(self, data: bytes, after_ms: int = 0) -> None:
        with self._lock:
            self._leaving.append((mono_ms() + after_ms, data))

    def _obey(self, data: bytes) -> None:
        self._kept += data
        while command := self._next_command():
            self.heard.append(command)
            if command in (GM65_LOOK, HONEYWELL_LOOK):
                self._looks = True
            elif command == HONEYWELL_REST:
                self._looks = False
            if self.kind is Kind.GM65:
                self._say(TAKEN)

    def _next_command(self) -> bytes:
        """The next whole command of this kind; what cannot begin one is thrown away."""
        start, size = (b"\x7e", ZONE_BIT_BYTES) if self.kind is Kind.GM65 else (b"\x16", len(HONEYWELL_LOOK))
        begins = self._kept.find(start)
        self._kept = b"" if begins < 0 or self.kind is Kind.PLAIN else self._kept[begins:]
        if len(self._kept) < size:
            return b""
        command, self._kept = self._kept[:size], self._kept[size:]
        return command


def _raw(code: str | bytes) -> bytes:
    return code.encode() if isinstance(code, str) else code
