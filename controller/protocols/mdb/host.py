"""What the hosts of changer and bill validator share: start, poll, reset, and hearing a repeated poll only once."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

from .coins import Status
from .conversation import Ask, Conversation, Pause, Script
from .errors import NoAnswer, RemoteProtocolError
from .events import Found, Gone, Item, Noted, Ready, Told, WasReset

POLL_MS = 100
"""The standard wants each device polled every 25 to 200 ms."""
RESET_POLLS = 20
"""So often a device is polled for JUST RESET; some tell it late or never, and are taken as they are after one more RESET."""
RESET_EVERY_MS = 10_000
"""How often a device that stays away is reset."""
ALIKE_READS_MAX = 8


class Host(Conversation, ABC):
    """Drives one device for ever: starts it, polls it, and starts it again when it was reset or away."""

    def __init__(
        self,
        address: int,
        items: Callable[[bytes], Sequence[Item]],
        reset_code: int,
        poll: int,
        patience_ms: int,
        mark: int = 0,
        first_id: int = 1,
        poll_ms: int = POLL_MS,
    ) -> None:
        super().__init__(address, self._serve(), patience_ms, mark, first_id)
        self._items, self._reset_code = items, reset_code
        self._reset_command, self._poll_command = bytes((address,)), bytes((address | poll,))
        self._poll_ms = poll_ms
        self._was_reset = False
        self._last_items: tuple[Item, ...] = ()
        self.ready = False
        """True while the device is started and answers."""

    def _serve(self) -> Script[None]:
        gone = False
        while True:
            try:
                found = yield from self._start_up()
                gone = self._was_reset = False
                self._tell(found)
                yield from self._prepare()
                self.ready = True
                self._tell(Ready())
                while not self._was_reset:
                    yield from self._turn()
                self._tell(WasReset())
            except RemoteProtocolError as error:
                if not gone:
                    self._tell(Gone(str(error)))
                gone = True
            finally:
                self.ready = False
            if gone:
                yield Pause(self._now_ms + RESET_EVERY_MS)

    @abstractmethod
    def _start_up(self) -> Script[Found]:
        """From the first contact to who it is. Raises RemoteProtocolError for a device that cannot be used."""

    @abstractmethod
    def _prepare(self) -> Script[None]:
        """What a device that was found must be told before it is ready."""

    @abstractmethod
    def _turn(self) -> Script[None]:
        """Whatever is to do, and one poll."""

    def _poll(self, patience_ms: int | None = None) -> Script[tuple[Item, ...]]:
        """One poll, told if there is anything in it; what is in it and is news."""
        data = yield Ask(self._poll_command, patience_ms)
        items = self._read(data)
        self._was_reset |= self._says_reset(items)
        return items

    def _read(self, data: bytes) -> tuple[Item, ...]:
        """A repetition is set aside: the items of the block before, which the board doubts was heard, stand first in it."""
        try:
            items = tuple(self._items(data))
        except RemoteProtocolError as error:
            self.counts["damaged"] += 1
            self._tell(Noted(str(error)))
            return ()
        if not items:
            return ()
        same = self._last_items and items[: len(self._last_items)] == self._last_items
        again = len(self._last_items) if self.block.repeat and same else 0
        self._last_items = items
        self._tell(Told(self.block.number, items[again:], items[:again]))
        self._happened(items[again:])
        return items[again:]

    def _overheard(self, asked: bytes, data: bytes) -> None:
        """A poll that the board did by itself, or one of the controller before us, whose resets are past."""
        if asked == self._poll_command:
            self._was_reset |= self._says_reset(self._read(data)) and self.ready

    def _happened(self, items: tuple[Item, ...]) -> None:
        """What the host itself must remember of what was told."""

    def _says_reset(self, items: tuple[Item, ...]) -> bool:
        return any(isinstance(item, Status) and item.code == self._reset_code for item in items)

    def _reset(self) -> Script[None]:
        """RESET, and polls until the device says that it was reset."""
        for _ in range(2):
            yield Ask(self._reset_command)
            for _ in range(RESET_POLLS):
                yield Pause(self._now_ms + self._poll_ms)
                if self._says_reset((yield from self._poll())):
                    return

    def _alike(self, command: bytes) -> Script[bytes]:
        """The answer that came twice in a row: an 8-bit sum lets damage through, and this one decides about money."""
        before = yield Ask(command)
        for _ in range(ALIKE_READS_MAX - 1):
            again = yield Ask(command)
            if again == before:
                return again
            before = again
        raise RemoteProtocolError(f"no two answers in a row to {command.hex(' ').upper()} agree")

    def _optional(self, command: bytes, patience_ms: int = 500) -> Script[bytes | None]:
        """The answer, or None: not every device knows every command."""
        try:
            return (yield Ask(command, patience_ms))
        except NoAnswer:
            return None
