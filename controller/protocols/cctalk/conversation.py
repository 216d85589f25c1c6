"""Runs a script of questions and pauses over one line, so that an order of start can be written down as it is read.

A script is a generator: it yields a `Question` and gets the answer's data, or `NoAnswer` raised where it asked; it
yields a `Pause` and goes on after it. Bytes in, events out, no clock: the caller writes `to_send`, hands what it hears
and the time to `turn`, and calls that again by `wake_ms`.
"""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from .errors import RemoteProtocolError
from .events import HostEvent, Lost, Stopped
from .exchange import Exchange, NoAnswer, Question, Silence

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Pause:
    """Ask nothing before `until_ms`."""

    until_ms: int


Script = Generator[Question | Pause, bytes, Result]


class Conversation:
    """One script, from its first question to `Lost` or `Stopped`."""

    def __init__(self, line: Exchange, script: Script[None]) -> None:
        self._line, self._script = line, script
        self._pause: Pause | None = Pause(0)
        self._events: list[HostEvent] = []
        self._now_ms = 0
        self.ended = False

    @property
    def counts(self) -> Mapping[str, int]:
        """What happened on the line; see `Exchange.counts`."""
        return self._line.counts

    @property
    def echo(self) -> bool | None:
        """Whether the adapter gives our own bytes back; None until that is known."""
        return self._line.echo

    @property
    def listening(self) -> bool:
        """True while an answer is awaited; in a pause nothing is expected from the line."""
        return self._line.listening

    @property
    def wake_ms(self) -> int:
        """When `turn` must be called at the latest."""
        at_ms = self._pause.until_ms if self._pause else self._line.wake_ms
        return self._now_ms if at_ms is None else at_ms

    def to_send(self, now_ms: int) -> bytes | None:
        """The frame to write now, in one write and after throwing away unread input; None when there is none."""
        return None if self.ended else self._line.to_send(now_ms)

    def turn(self, heard: bytes, now_ms: int) -> list[HostEvent]:
        """Take in what was heard up to `now_ms` and go on. Raises nothing for anything the other end does."""
        self._now_ms = now_ms
        if not self.ended:
            try:
                self._go_on(heard)
            except NoAnswer as silence:
                told = silence
                self._advance(lambda: self._script.throw(told))
        events, self._events = self._events, []
        return events

    def _go_on(self, heard: bytes) -> None:
        """Raises NoAnswer when the open question is given up."""
        answer = self._line.hear(heard, self._now_ms) if heard else None
        if answer is not None:
            self._advance(lambda: self._script.send(answer))
        elif self._pause and self._now_ms >= self._pause.until_ms:
            self._advance(lambda: next(self._script))
        else:
            self._line.tick(self._now_ms)

    def _advance(self, step: Callable[[], Question | Pause]) -> None:
        """Run the script up to its next question or pause, or to its end."""
        self._pause = None
        try:
            wish = step()
        except StopIteration:
            self._end(Stopped())
        except RemoteProtocolError as error:
            self._end(Lost(str(error)))
        else:
            if isinstance(wish, Pause):
                self._pause = wish
            else:
                self._line.ask(wish, self._now_ms)

    def _end(self, event: HostEvent) -> None:
        self.ended = True
        self._events.append(event)

    def _tell(self, event: HostEvent) -> None:
        self._events.append(event)

    def _change_to(self, script: Script[None]) -> None:
        """Leave the script where it stands, with its question open or not, and begin another at the next turn."""
        self._line.abandon()
        self._script, self._pause = script, Pause(self._now_ms)

    def _cut_pause_short(self) -> None:
        if self._pause:
            self._pause = Pause(self._now_ms)


def optional(question: Question) -> Script[bytes | None]:
    """The answer, or None after silence: not every device knows every header."""
    try:
        return (yield question)
    except Silence:
        return None


def twice_alike(question: Question, reads_max: int = 8) -> Script[bytes]:
    """The answer that came twice in a row. Raises RemoteProtocolError when no two agree."""
    before = yield question
    for _ in range(reads_max - 1):
        again = yield question
        if again == before:
            return again
        before = again
    raise RemoteProtocolError(f"header {question.header}: no two answers in a row agree")
