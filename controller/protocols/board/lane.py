"""One open command and how it is said: ordered for a moment, then only asked about.

A command that the board has not begun within two seconds is late: whoever waited for it may be gone. From then on, and
after every silence and every restart of ours, the host only asks. The board answers what became of it, or crosses it out.
"""

from dataclasses import dataclass

from firmware import messages

from .errors import RemoteProtocolError
from .events import Answered, NotBegun, Unknown
from .orders import read_answer

BEGIN_MS = 2_000
AGAIN_MS = 100
RUNNING_AGAIN_MS = 500
"""How often a command is repeated: until the board has it, and while it runs (its answer comes by itself, if not lost)."""


@dataclass(slots=True)
class Pending:
    """A command whose end is not known. `boot_id` is the life it belongs to, None when nobody remembers."""

    kind: int
    number: int
    body: bytes
    boot_id: int | None
    asking: bool
    late_ms: int | None = None
    due_ms: int | None = None

    def is_this(self, kind: object, number: object) -> bool:
        return (kind, number) == (self.kind, self.number)

    def say(self, boot_id: int, now_ms: int) -> bytes:
        """The message for now."""
        if self.late_ms is None:
            self.late_ms = now_ms + BEGIN_MS
        if now_ms >= self.late_ms:
            self.asking = True
        self.due_ms = now_ms + AGAIN_MS
        if self.asking:
            return messages.message(messages.ASK, boot_id, self.kind, self.number)
        return messages.message(messages.COMMAND, boot_id, self.kind, self.number, self.body)

    def runs(self, now_ms: int) -> None:
        """The board has it: no hurry any more."""
        self.due_ms = now_ms + RUNNING_AGAIN_MS

    def ended(self, outcome: int, body: bytes) -> Answered | NotBegun | Unknown:
        """What the board's answer means."""
        if outcome == messages.DONE:
            try:
                return Answered(self.kind, self.number, read_answer(self.kind, body))
            except RemoteProtocolError as error:
                return self.unknown(str(error))
        if outcome == messages.CROSSED_OUT and self.boot_id is None:
            return self.unknown("never seen in this life of the board")
        words = messages.WORDS["outcome"]
        return NotBegun(self.kind, self.number, words[outcome] if outcome < len(words) else f"outcome {outcome}")

    def unknown(self, reason: str) -> Unknown:
        return Unknown(self.kind, self.number, reason)
