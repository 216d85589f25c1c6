"""A conversation with the board while no controller runs: for the workshop, one question at a time.

`find` only greets, so that looking changes nothing on the board. `prepare` gives it the machine's configuration, which it
wants before it moves or lets coins in. What happens meanwhile comes from `listen`.
"""

from collections.abc import Iterator
from types import TracebackType
from typing import Self

from controller.config import Config
from controller.devices.boardline import BoardLine, Poke
from controller.devices.boardsettings import sections
from controller.devices.cctalkline import mono_ms
from controller.devices.worker import PORT_ERRORS, DeviceTrouble
from controller.protocols import board
from firmware import messages

FIND_MS = 3_000
"""A board that was just reset waits two seconds for an update before it answers."""
ANSWER_MS = 40_000
"""Longer than any act of the board takes."""
ROUND_MS = 100


class Session:
    """Owns the port while it is open. Everything raises DeviceTrouble in words when the board cannot be used."""

    def __init__(self, config: Config) -> None:
        self._port = config.board.port
        self._poke = Poke()
        self._line = BoardLine(self._port, self._poke)
        self.host = board.Host(mono_ms(), sections(config))
        self.unread: list[board.Happened] = []
        """What happened while something else was waited for."""

    def find(self, within_ms: int | None = None) -> board.Found:
        """Who is there, within `FIND_MS` if nothing else is said."""
        for event in self._until(within_ms or FIND_MS):
            if isinstance(event, board.Found):
                return event
        raise DeviceTrouble(f"no board answers at port {self._port}: look at its cable and power, and at `board.port`")

    def prepare(self) -> None:
        """Let it have the configuration, so that it takes orders."""
        for _ in self._until(FIND_MS):
            if self.host.ready:
                return
        raise DeviceTrouble(f"the board at {self._port} does not take the configuration")

    def ask(self, order: board.Order) -> board.Answer:
        """Let it do this in the workshop's lane, and wait for the answer."""
        self.host.order(self.host.highest[messages.WORKSHOP] + 1, order)
        for event in self._until(ANSWER_MS):
            match event:
                case board.Answered(answer=answer):
                    return answer
                case board.NotBegun(reason=reason) | board.Unknown(reason=reason):
                    raise DeviceTrouble(f"the board did not do it: {reason}")
        raise DeviceTrouble("the board does not come to an end")

    def listen(self, within_ms: int) -> Iterator[board.Happened]:
        """What happens within this time. Each has to be acknowledged before the board tells the next."""
        yield from self._drain()
        for _ in self._until(within_ms):
            yield from self._drain()

    def reset(self) -> None:
        """Ask the board to begin a new life, and wait until it falls silent or has begun it."""
        before, self.host.wishes = self.host.boot_id, 0
        self.host.restart()
        for event in self._until(FIND_MS):
            if isinstance(event, board.Lost) or self.host.boot_id != before:
                return

    def _drain(self) -> Iterator[board.Happened]:
        while self.unread:
            yield self.unread.pop(0)

    def _until(self, within_ms: int) -> Iterator[board.HostEvent | None]:
        """Each event of the host until then, and None now and again."""
        late_ms = mono_ms() + within_ms
        while (left_ms := late_ms - mono_ms()) > 0:
            yield None
            events = self._round(min(left_ms, ROUND_MS))
            self.unread += [event for event in events if isinstance(event, board.Happened)]
            for event in events:
                if isinstance(event, board.Unfit):
                    raise DeviceTrouble(f"the board at {self._port} cannot be used: {event.reason}")
                yield event

    def _round(self, patience_ms: int) -> list[board.HostEvent]:
        try:
            return self._line.round(self.host, patience_ms)
        except PORT_ERRORS as error:
            raise DeviceTrouble(f"port {self._port} failed: {error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._line.close()
        self._poke.close()
