"""Serial QR and barcode scanners: bytes in, codes out, and the few commands that they take. No port, no clock.

A code is the line it stands on, ended by CR, LF or both, and nothing of it is changed: Base45 has spaces and signs of its
own. A code may be money, so a part of one is never told as a code, and neither are two run together:

    silence inside a line     the line is dropped, and with it what follows up to its ending
    a second of silence       what comes next is a new line (`feed` must be called with nothing while nothing comes)
    the port was just opened  somebody may be in mid-line: as after a dropped one
    a control byte, no UTF-8, too long    refused whole

A scanner says a code as long as it sees it. Seen again within `same_code_ms` of the last time, it is not told again.

Commands are those of GM65-like modules (zone bits; manual of the Waveshare barcode scanner module, page 47) and Honeywell
imagers (user guides, serial trigger). A module's answers come among its codes, and are looked for only after a command.
That their CRC is CCITT from 0 is not in the manual; every printed frame agrees. Simulated only: no scanner was tried.
"""

import binascii
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

LINE_BYTES_MAX = 4_096
GAP_MS = 100
"""A longer silence between two bytes of one line is not the scanner's: at 9,600 baud they come a millisecond apart."""
NEW_LINE_MS = 1_000
SAME_CODE_MS = 3_000
REMEMBERED_MAX = 8
"""So many codes may lie before the window at once and still be told once each."""
ANSWER_MS = 500
"""How long an answer to a command is waited for; a guess, and a late one is only a line that is refused."""
ANSWER_BYTES_MIN = 6
_ENDING = re.compile(rb"[\r\n]")


class LocalProtocolError(Exception):
    """We asked for a command that does not exist. A programmer's mistake: nothing was sent."""


class Kind(StrEnum):
    """What a scanner takes."""

    PLAIN = "plain"
    """No commands: it scans by itself."""
    GM65 = "gm65"
    HONEYWELL = "honeywell"


class Why(StrEnum):
    """Why a line is no code."""

    HALF = "a half line"
    TOO_LONG = "too long"
    CONTROL = "a control byte"
    NOT_TEXT = "no UTF-8"


@dataclass(frozen=True, slots=True)
class Code:
    """A code, whole. Its text may be money, so its name in logs and errors does not show it."""

    text: str

    def __repr__(self) -> str:
        return f"Code({len(self.text)} characters)"


@dataclass(frozen=True, slots=True)
class Refused:
    """A line of so many bytes that is no code."""

    why: Why
    size: int


@dataclass(frozen=True, slots=True)
class Answered:
    """What a module answers to a command; status 0 is well."""

    status: int
    data: bytes


Event = Code | Refused | Answered


class Scanner:
    """What one scanner says. Keeps at most one unfinished line and REMEMBERED_MAX codes."""

    def __init__(self, same_code_ms: int = SAME_CODE_MS, line_bytes_max: int = LINE_BYTES_MAX) -> None:
        self._same_code_ms, self._line_bytes_max = same_code_ms, line_bytes_max
        self._kept = b""
        self._heard_ms = 0
        self._skipping = False
        """What comes belongs to a line that is dropped already."""
        self._answer_until_ms: int | None = None
        self._seen_ms: dict[str, int] = {}
        self.counts: Counter[str] = Counter()
        """How many codes, repeats, answers, and refusals by their reason."""

    @property
    def kept(self) -> int:
        """How many bytes of an unfinished line wait for the rest."""
        return len(self._kept)

    def begin(self, now_ms: int) -> None:
        """The port was opened: what comes may be the end of a line whose beginning nobody heard."""
        self._kept, self._skipping, self._heard_ms = b"", True, now_ms
        self._answer_until_ms = None

    def commanded(self, now_ms: int) -> None:
        """A command was sent that a module answers; one answer may come."""
        self._answer_until_ms = now_ms + ANSWER_MS

    def forget(self) -> None:
        """Nobody could take the last code: seen again, it is told again."""
        self._seen_ms.clear()

    def feed(self, data: bytes, now_ms: int) -> list[Event]:
        """What `data`, heard at `now_ms` on any steady clock, completes; to be called with nothing when nothing came."""
        events = self._pass(bool(data), now_ms)
        if data:
            self._heard_ms = now_ms
            self._kept += data
            while (found := self._next(now_ms)) is not None:
                events += found
            events += self._cap()
        self.counts.update(_counted(event) for event in events)
        return events

    def _pass(self, heard: bool, now_ms: int) -> list[Event]:
        """The silence before this moment. When bytes have come, it may have been our own absence and proves nothing."""
        silent_ms = now_ms - self._heard_ms
        if self._answer_until_ms is not None and now_ms > self._answer_until_ms:
            self._answer_until_ms = None
        dropped: list[Event] = []
        if self._kept and silent_ms > GAP_MS:
            dropped = [Refused(Why.HALF, len(self._kept))]
            self._kept, self._skipping = b"", True
        if not heard and silent_ms > NEW_LINE_MS:
            self._skipping = False
        return dropped

    def _next(self, now_ms: int) -> list[Event] | None:
        """Take the next answer or line from what is kept; None when there is no whole one."""
        if self._may_be_answer:
            return self._answer()
        ending = _ENDING.search(self._kept)
        if ending is None:
            return None
        line, self._kept = self._kept[: ending.start()], self._kept[ending.end() :]
        skipped, self._skipping = self._skipping, False
        return [] if skipped or not line else self._judge(line, now_ms)

    @property
    def _may_be_answer(self) -> bool:
        return self._answer_until_ms is not None and b"\x02\x00".startswith(self._kept[:2])

    def _answer(self) -> list[Event] | None:
        """`02 00 status size data CRC`; what only begins like one is a line. No module answers in the middle of a code."""
        size = ANSWER_BYTES_MIN + (self._kept[3] if len(self._kept) > 3 else 0)
        if len(self._kept) < size:
            return None
        self._answer_until_ms = None
        answer = self._kept[:size]
        if binascii.crc_hqx(answer[2:-2], 0) != int.from_bytes(answer[-2:], "big"):
            return []
        self._kept, self._skipping = self._kept[size:], False
        return [Answered(answer[2], answer[4:-2])]

    def _judge(self, line: bytes, now_ms: int) -> list[Event]:
        if len(line) > self._line_bytes_max:
            return [Refused(Why.TOO_LONG, len(line))]
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            return [Refused(Why.NOT_TEXT, len(line))]
        if any(unicodedata.category(sign) == "Cc" for sign in text):
            return [Refused(Why.CONTROL, len(line))]
        return [] if self._is_repeat(text, now_ms) else [Code(text)]

    def _is_repeat(self, text: str, now_ms: int) -> bool:
        seen_ms = self._seen_ms.pop(text, None)
        self._seen_ms[text] = now_ms
        if len(self._seen_ms) > REMEMBERED_MAX:
            del self._seen_ms[next(iter(self._seen_ms))]
        repeat = seen_ms is not None and now_ms - seen_ms < self._same_code_ms
        self.counts["repeat"] += repeat
        return repeat

    def _cap(self) -> list[Event]:
        """An unfinished line that is too long already is dropped, and the rest of it."""
        if self._skipping and not self._may_be_answer:
            self._kept = b""
        if len(self._kept) <= self._line_bytes_max:
            return []
        size, self._kept, self._skipping = len(self._kept), b"", True
        return [Refused(Why.TOO_LONG, size)]


def _counted(event: Event) -> str:
    return str(event.why) if isinstance(event, Refused) else type(event).__name__.lower()


def zone_bit(address: int, data: bytes, kind: int = 0x08) -> bytes:
    """A GM65 command: 07 reads, 08 sets, 09 saves. `AB CD` in place of the CRC means that nobody checks it.

    Raises LocalProtocolError for what does not fit one.
    """
    if kind not in (0x07, 0x08, 0x09) or not 0 <= address <= 0xFFFF or not 0 < len(data) <= 255:
        raise LocalProtocolError(f"no command of kind {kind} sets {len(data)} bytes at {address}")
    body = bytes((0x00, kind, len(data))) + address.to_bytes(2, "big") + data
    return b"\x7e" + body + b"\xab\xcd"


def sealed(command: bytes) -> bytes:
    """The same command with its true CRC, for those that are checked."""
    return command[:-2] + binascii.crc_hqx(command[1:-2], 0).to_bytes(2, "big")


GM65_LOOK = zone_bit(0x0002, b"\x01")
GM65_SAVE = sealed(zone_bit(0x0000, b"\x00", kind=0x09))
"""Keep all settings without power; flash wears, so never as a matter of course."""
HONEYWELL_LOOK, HONEYWELL_REST = b"\x16T\r", b"\x16U\r"

LOOK = {Kind.GM65: GM65_LOOK, Kind.HONEYWELL: HONEYWELL_LOOK}
"""Look for a code now, for scanners that do not do so by themselves."""
REST = {Kind.HONEYWELL: HONEYWELL_REST}
"""Look no more. A GM65 ends by itself."""
