"""An MDB line on the I/O board: its bus lanes, between the thread that owns the board and the one that handles the money.

The board says each command once on the bus and answers how that went; a block that came in reply is an event, which it
keeps until it is acknowledged. Here both become one answer. A command is ordered for a moment only; one whose end is not
told soon is recalled, and nothing else is said before its end is known: so no payout can begin after it was looked for.
"""

import threading
from collections import deque
from contextlib import suppress
from dataclasses import dataclass

from controller.devices.boardline import Poke
from controller.devices.cctalkline import mono_ms
from controller.devices.mdbline import Heard, Life
from controller.devices.worker import DeviceTrouble
from controller.protocols import board, mdb
from firmware import messages

RECALL_MS = 700
"""A command is on the bus within milliseconds; its end may be told again and again for some more."""
QUIET_MS = 500
"""After the board was found, what it has kept for us is heard before anything is asked."""
AWAY_MS = 2_500
"""A board that cannot be used for so long is away; its own restart takes some three seconds."""
LOST_UNKNOWN = 255
REPEAT = 1
"""Bit of a block's flags."""
DAMAGED = b"\x01\x00"
"""Stands for what came damaged: its check byte is wrong."""
RAW = {messages.ACKED: b"\x00", messages.NAKED: b"\xff", messages.SILENT: b"", messages.GARBLED: DAMAGED}

End = board.Answered | board.NotBegun | board.Unknown


@dataclass(slots=True)
class _Open:
    """The command in hand. `number` is the board's for it, None before it was ordered of `host`."""

    command: mdb.Command
    pays: bool
    number: int | None = None
    boot_id: int | None = None
    host: board.Host | None = None
    ordered_ms: int = 0
    awaits_block: bool = False

    @property
    def kind(self) -> int:
        return messages.BUS_PAY if self.pays else messages.BUS_SEND


class BoardLane:
    """Satisfies `controller.devices.mdbline.Line`; its other half is for the board's thread. `poke` wakes that thread."""

    def __init__(self, poke: Poke) -> None:
        self._poke_board = poke
        self._moved = threading.Condition()
        self._news: deque[Life | Heard] = deque()
        self._open: _Open | None = None
        self._woken = self._here = False
        self._away_since_ms = mono_ms()
        self._quiet_until_ms = 0
        self._life = 0
        self._count = 0
        self._kept: dict[tuple[int, int], tuple[int, int]] = {}
        """Blocks that are not forgotten, by life and number: the event the board tells them in."""
        self.money = False
        """Whether the board should let money in."""

    # For the thread that handles the money

    @property
    def free(self) -> bool:
        return self._open is None

    def open(self) -> None:
        with self._moved:
            if not self._here:
                raise DeviceTrouble("the I/O board that the MDB bus is on does not answer")

    def send(self, command: mdb.Command, pays: bool) -> None:
        with self._moved:
            assert self._open is None
            self._open = _Open(command, pays)
        self._poke_board()

    def hear(self, wait_ms: int) -> list[Life | Heard]:
        with self._moved:
            self._moved.wait_for(lambda: self._news or self._woken, wait_ms / 1_000)
            self._woken = False
            news = list(self._news)
            self._news.clear()
            if not news and not self._here and mono_ms() - self._away_since_ms >= AWAY_MS:
                raise DeviceTrouble("the I/O board that the MDB bus is on is away")
            return news

    def forget(self, heard: Heard) -> None:
        with self._moved:
            self._kept.pop((heard.life, heard.number), None)
        self._poke_board()

    def let_in(self, money: bool) -> None:
        if money != self.money:
            self.money = money
            self._poke_board()

    def wake(self) -> None:
        with self._moved:
            self._woken = True
            self._moved.notify_all()

    def close(self) -> None:
        """The board goes on keeping what it hears."""

    # For the thread that owns the board

    def found(self, boot_id: int) -> None:
        """The board answers, in this life."""
        with self._moved:
            self._quiet_until_ms = mono_ms() + QUIET_MS
            if boot_id != self._life:
                self._begin(Life(boot_id))

    def step(self, host: board.Host | None, now_ms: int) -> None:
        """Order what is to be ordered; None while there is no board to be used."""
        with self._moved:
            here = host is not None and host.ready
            if self._here and not here:
                self._away_since_ms = now_ms
            self._here = here
            if host and here and self._open:
                with suppress(board.LocalProtocolError):  # the lane's last answer is still on its way
                    self._step(host, self._open, now_ms)

    def ended(self, end: End) -> None:
        """A command's end; of any lane."""
        with self._moved:
            waiting = self._open
            if waiting is None or (end.kind, end.number) != (waiting.kind, waiting.number):
                return
            answer = end.answer if isinstance(end, board.Answered) else None
            result = answer.bus_result if isinstance(answer, board.BusAnswered) else messages.SILENT
            if result == messages.BLOCK_CAME:
                waiting.awaits_block = True
            else:
                self._answer(waiting.command, RAW.get(result, b""))

    def happened(self, event: board.Happened) -> None:
        """An event that is about the bus, or a new life of the board; any other is passed over."""
        with self._moved:
            match event.happening:
                case board.Block() as block:
                    self._take(event, block)
                case board.Reset(lost=lost) if lost:
                    self._tell(Life(event.boot_id, None if lost == LOST_UNKNOWN else lost))

    def is_forgotten(self, boot_id: int, counter: int) -> bool:
        """Whether the board may forget this event."""
        with self._moved:
            return (boot_id, counter) not in self._kept.values()

    # With the lock

    def _begin(self, life: Life) -> None:
        self._life = life.life
        self._kept.clear()
        self._tell(life)
        if self._open and self._open.awaits_block:
            self._answer(self._open.command, b"")

    def _step(self, host: board.Host, waiting: _Open, now_ms: int) -> None:
        """Raises LocalProtocolError when the board takes no order of this lane now."""
        if waiting.number is None:
            if now_ms >= self._quiet_until_ms:
                number = host.highest[messages.lane_of(waiting.kind)] + 1
                order = board.BusPay if waiting.pays else board.BusSend
                host.order(number, order(1, waiting.command.data))
                waiting.number, waiting.boot_id = number, host.boot_id
                waiting.host, waiting.ordered_ms = host, now_ms
        elif waiting.host is not host or now_ms - waiting.ordered_ms >= RECALL_MS:
            host.recall(waiting.number, waiting.kind, waiting.boot_id)
            waiting.host, waiting.ordered_ms = host, now_ms

    def _take(self, event: board.Happened, block: board.Block) -> None:
        waiting = self._open
        raw, repeat = mdb.seal(block.block), bool(block.flags & REPEAT)
        life = event.boot_id
        self._kept[life, block.block_number] = event.boot_id, event.counter
        if waiting and (block.kind, block.number) == (waiting.kind, waiting.number):
            self._answer(waiting.command, raw, repeat, block.block_number)
        else:  # of a poll by the board, or of a command of the controller before us
            self._quiet_until_ms = mono_ms() + QUIET_MS
            self._hear(mdb.Command(0, bytes((block.asked,))), raw, repeat, block.block_number)

    def _answer(self, command: mdb.Command, raw: bytes, repeat: bool = False, number: int = 0) -> None:
        self._open = None
        self._hear(command, raw, repeat, number)

    def _hear(self, command: mdb.Command, raw: bytes, repeat: bool, number: int) -> None:
        self._count += 1
        self._tell(Heard(mdb.Block(self._count, command, raw, repeat), self._life, number))

    def _tell(self, news: Life | Heard) -> None:
        self._news.append(news)
        self._moved.notify_all()
