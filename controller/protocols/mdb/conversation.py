"""Runs a script of commands and pauses with one device, through a board that numbers each block it hears.

A script is a generator: it yields an `Ask` and gets the answer's data, which is empty for a bare ACK, or `NoAnswer`
raised where it asked; it yields a `Pause` and goes on after it. No port, no clock: the caller carries `to_send` to the
board, hands in `hear` each block the board hands over, and calls `tick` by `wake_ms`.

The board answers the device within 5 ms and repeats every block to us until we have it. So a block may come twice, or
after a restart of ours; its number tells. The command it answers comes with it, so that an answer can never be taken for
that of another command: read as a poll, the counts of a tube status would be coins.
"""

from collections import Counter
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from .errors import NoAnswer, RemoteProtocolError
from .events import Event
from .frame import ACK, NAK, unseal

Result = TypeVar("Result")
ADDRESS_BITS = 0xF8
RETRY_MS = 25
"""How soon a command that was not heard is repeated; the standard's shortest time between two polls."""
BOARD_MS = 1_000
"""A board that says nothing about a command for this long, not even that the device was silent, counts as silence."""


class Command(NamedTuple):
    """What goes out: a number that is never used twice, and address, command and data, without the check byte."""

    id: int
    data: bytes


class Block(NamedTuple):
    """What came in: the board's number for it, the command it answers, and the bytes, with their check byte.

    One byte is ACK or NAK, none is silence. `repeat` says that the board has cause to think that the device did not hear
    the ACK for its block before this one, and so may be repeating it.
    """

    number: int
    command: Command
    raw: bytes
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """A command, repeated while the device is silent for at most `patience_ms` (None: what the device is due).

    `once` is for commands that move coins: any answer but a good one ends it, and the script must find out what happened.
    """

    data: bytes
    patience_ms: int | None = None
    once: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """Ask nothing before `until_ms`; an idle pause ends when there is something new to do."""

    until_ms: int
    idle: bool = False


Script = Generator[Ask | Pause, bytes, Result]


class Conversation:
    """One endless script. `mark` is the number of the last block that is already in the books."""

    def __init__(self, address: int, script: Script[None], patience_ms: int, mark: int = 0, first_id: int = 1) -> None:
        self._address, self._script = address, script
        self._patience_ms, self._next_id = patience_ms, first_id
        self._ask: Ask | None = None
        self._command: Command | None = None  # what is open on the board
        self._pause_ms = self._now_ms = self._silent_since_ms = self._sent_ms = self._send_ms = self._asked_ms = 0
        self._heard_anything, self._idle = True, False
        self._events: list[Event] = []
        self.mark = mark
        """The number of the newest block that was taken in; those up to it are repeats."""
        self.block = Block(mark, Command(0, b""), b"")
        """The block the script is at work on."""
        self.counts: Counter[str] = Counter()
        """How often: `asked`, `answered`, `silent`, `refused`, `damaged`, `repeated`, and `stray` blocks nobody asked for."""

    @property
    def wake_ms(self) -> int:
        """When `tick` or `to_send` has something to do, whatever is heard."""
        if self._ask is None:
            return self._pause_ms
        return self._sent_ms + BOARD_MS if self._command else self._send_ms

    def to_send(self, now_ms: int) -> Command | None:
        """The command to carry out now, and once; None when there is none."""
        if self._ask is None or self._command or now_ms < self._send_ms:
            return None
        self._command = Command(self._next_id, self._ask.data)
        self._next_id += 1
        self._sent_ms = now_ms
        self.counts["asked"] += 1
        return self._command

    def hear(self, block: Block, now_ms: int) -> list[Event]:
        """Take in one block. Raises nothing for anything the device does; a block that was taken in before is harmless."""
        self._now_ms = now_ms
        if block.number <= self.mark:
            self.counts["repeated"] += 1
        else:
            self.mark = block.number
            self._take(block)
        return self._told()

    def tick(self, now_ms: int) -> list[Event]:
        """Time passes."""
        self._now_ms = now_ms
        if self._command and now_ms - self._sent_ms >= BOARD_MS:
            self._unheard("silent")
        elif self._ask is None and now_ms >= self._pause_ms:
            self._advance(lambda: next(self._script))
        return self._told()

    def board_was_reset(self, now_ms: int) -> list[Event]:
        """The board starts to number again, and nobody will ever say what became of the open command."""
        self._now_ms, self.mark = now_ms, 0
        if self._command:
            self._unheard("silent")
        return self._told()

    # What the board said

    def _take(self, block: Block) -> None:
        if not block.command.data or block.command.data[0] & ADDRESS_BITS != self._address:
            self.counts["stray"] += 1
            return
        mine = block.command == self._command
        try:
            data = _data_of(block.raw)
        except RemoteProtocolError:
            self._not_ours_or("damaged", mine)
            return
        if data is None:
            self._not_ours_or("refused" if block.raw else "silent", mine)
            return
        self._answered(block, data, mine)

    def _not_ours_or(self, what: str, mine: bool) -> None:
        if mine:
            self._unheard(what)
        else:
            self.counts["stray"] += 1

    def _answered(self, block: Block, data: bytes, mine: bool) -> None:
        self._heard_anything = True
        self.block = block
        if mine:
            self.counts["answered"] += 1
            self._command = None
            self._advance(lambda: self._script.send(data))
        else:
            self.counts["stray"] += 1
            self._overheard(block.command.data, data)

    def _overheard(self, asked: bytes, data: bytes) -> None:
        """A whole answer to a command that is not open: of a time before a restart, or too late. It may be money."""

    def _unheard(self, what: str) -> None:
        """The open command got no good answer: repeat it, or give up."""
        assert self._ask
        self.counts[what] += 1
        self._command = None
        self._send_ms = self._now_ms + RETRY_MS
        if what != "silent":
            self._heard_anything = True
            self._silent_since_ms = self._now_ms  # whoever sends rubbish is there
        elif self._heard_anything:
            self._heard_anything, self._silent_since_ms = False, self._sent_ms
        patience_ms = self._patience_ms if self._ask.patience_ms is None else self._ask.patience_ms
        rubbish = what != "silent" and self._now_ms - self._asked_ms >= 2 * patience_ms
        if self._ask.once or rubbish or self._now_ms - self._silent_since_ms >= patience_ms:
            why = NoAnswer(f"no answer to {self._ask.data.hex(' ').upper()}: {what}")
            self._heard_anything = True
            self._advance(lambda: self._script.throw(why))

    # The script

    def _advance(self, step: Callable[[], Ask | Pause]) -> None:
        """Run the script up to its next command or pause."""
        self._ask, self._idle = None, False
        wish = step()
        if isinstance(wish, Pause):
            self._pause_ms, self._idle = wish.until_ms, wish.idle
        else:
            self._ask, self._send_ms, self._asked_ms = wish, self._now_ms, self._now_ms

    def _wake(self) -> None:
        """There is something new to do: do not wait for the next poll."""
        if self._ask is None and self._idle:
            self._pause_ms = min(self._pause_ms, self._now_ms)

    def _tell(self, event: Event) -> None:
        self._events.append(event)

    def _told(self) -> list[Event]:
        events, self._events = self._events, []
        return events


def _data_of(raw: bytes) -> bytes | None:
    """Empty for ACK, None for silence and NAK. Raises RemoteProtocolError for damage."""
    if raw in (b"", bytes((NAK,))):
        return None
    return b"" if raw == bytes((ACK,)) else unseal(raw)
