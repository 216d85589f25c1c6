"""A day on a bad cable: both real ends, chance, and an oracle that knows what truly happened.

Frames are lost, doubled, held back and damaged on their way in both directions; hosts die between any two steps and only
their books survive; boards are reset and remember nothing. The oracle looks at the motors and at the coins, not at words.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from joined import SETTINGS, TICKS

from controller.protocols.board import Answered, Happened, Host, HostEvent, NotBegun, Pulses, Scan, Turn, Unknown
from firmware import messages
from firmware.link import Link

COMMANDS = 60
LOST, DOUBLED, DAMAGED, HELD = 0.15, 0.10, 0.05, 0.02
"""Chances for each frame; DAMAGED is one bit turned, and again one byte gone."""
KINDS = (messages.TURN, messages.SCAN)
Key = tuple[int, int]


class Violation(AssertionError):
    """The link broke its promise; says in which seed."""


class Cable:
    """One direction. Order is kept but for a copy that was held back somewhere and comes late."""

    def __init__(self, chance: random.Random) -> None:
        self.chance, self.bytes, self.quiet = chance, bytearray(), False
        self._held = b""
        self.frames = 0

    def send(self, data: bytes) -> None:
        for frame in bytes(data).split(b"\0")[:-1]:
            self.frames += 1
            self._frame(frame + b"\0")

    def _frame(self, frame: bytes) -> None:
        if self.quiet:
            self.bytes += frame
            return
        spoilt, chance = bytearray(frame), self.chance.random
        if chance() < LOST:
            return
        if chance() < DAMAGED:
            spoilt[self.chance.randrange(len(spoilt))] ^= 1 << self.chance.randrange(8)
        if chance() < DAMAGED:
            del spoilt[self.chance.randrange(len(spoilt))]
        self.bytes += spoilt * (2 if chance() < DOUBLED else 1)
        if chance() < HELD:
            self._held, late = frame, self._held
            self.bytes += late

    def take(self) -> bytes:
        taken = bytes(self.bytes[:64])
        del self.bytes[:64]
        return taken

    def cut(self) -> None:
        """Half of what is under way is gone."""
        del self.bytes[self.chance.randrange(len(self.bytes) + 1) :]


@dataclass
class Books:
    """What is on disk, and so outlives every host."""

    open: dict[int, Key] = field(default_factory=dict)
    """Kind to (boot_id, number), written before the command is ordered."""
    next: Counter[int] = field(default_factory=lambda: Counter(dict.fromkeys(KINDS, 1)))
    ends: dict[Key, HostEvent] = field(default_factory=dict)
    booked: list[Happened] = field(default_factory=list)
    mark: Key | None = None


class Day:
    """One seed's story. `play` it, then `judge` it."""

    def __init__(self, seed: int, link: type[Link] = Link, host: type[Host] = Host) -> None:
        self.seed, self.chance = seed, random.Random(seed)
        self.link, self.host_kind = link, host
        self.up, self.down = Cable(self.chance), Cable(self.chance)
        self.books = Books()
        self.now_ms, self.boot = 0, 0
        self.ran: Counter[tuple[int, int, int]] = Counter()
        self.happened: dict[int, list[int]] = {}
        self.ops: list[tuple[int, int, int]] = []
        self.resets = self.restarts = self.pulses = self.lost_events = 0
        self._power_on()
        self._start_host()

    def play(self, commands: int = COMMANDS) -> "Day":
        while len(self.books.ends) < commands:
            self._pass_time()
            self._board()
            self._host()
            self._fate()
            if self.now_ms > 3_600_000:
                raise Violation(f"seed {self.seed}: stuck with {self.books}")
        self.up.quiet = self.down.quiet = True
        end_ms = self.now_ms + 20_000
        while self.now_ms < end_ms:
            self._pass_time()
            self._board()
            self._host(orders=False)
        return self

    # The board

    def _power_on(self) -> None:
        self.boot = self.chance.randrange(1, 1 << 32)
        self.ops.clear()
        board = self.board = self.link(self.boot, self.up.send, messages.WATCHDOG, 0)
        board.performs(messages.TURN, lambda number, *_: self._runs(messages.TURN, number))
        board.performs(messages.SCAN, lambda number, *_: self._runs(messages.SCAN, number))
        board.takes(messages.MOTORS, lambda *_: True)
        board.takes(messages.COINS, lambda *_: True)
        self.happened[self.boot] = []
        self.pulses = 0

    def _runs(self, kind: int, number: int) -> None:
        self.ran[self.boot, kind, number] += 1
        self.ops.append((self.now_ms + self.chance.randrange(3, 900), kind, number))

    def _board(self) -> None:
        self.board.feed(self.down.take(), self.now_ms & TICKS)
        for op in [op for op in self.ops if op[0] <= self.now_ms]:
            self.ops.remove(op)
            fields = (0, 1, 3, 0, 0, 0, op[2] & 0xFFFF, 0) if op[1] == messages.TURN else (op[2] & 0xFFFF, 0)
            if self.ran[self.boot, op[1], op[2]] == 1:
                self.board.finish(op[1], op[2], *fields)
        if not self.up.quiet and self.chance.random() < 0.1:
            self._coin()
        self.board.tick(self.now_ms & TICKS)

    def _coin(self) -> None:
        if self.board.event(messages.PULSES, self.pulses + 1, 1, 50_000, 50_000):
            self.pulses += 1
            self.happened[self.boot].append(self.pulses)

    # The host

    def _start_host(self) -> None:
        self.host = self.host_kind(self.chance.randrange(1 << 32), SETTINGS, self.books.mark)
        for kind, (boot, number) in self.books.open.items():
            self.host.recall(number, kind, boot)

    def _host(self, orders: bool = True) -> None:
        for event in self.host.turn(self.up.take(), self.now_ms):
            if isinstance(event, Happened):
                self._book(event)
            elif isinstance(event, Answered | NotBegun | Unknown):
                self.books.ends[event.kind, event.number] = event
                del self.books.open[event.kind]
        if self.books.mark and self.chance.random() < 0.5:  # else it is slow, and may die before it says so
            self.host.acknowledge(*self.books.mark)
        for kind in KINDS if orders else ():
            if self.host.ready and kind not in self.books.open and self.chance.random() < 0.3:
                self._order(kind)
        self.down.send(self.host.to_send(self.now_ms))

    def _book(self, event: Happened) -> None:
        self.books.booked.append(event)
        self.books.mark = (event.boot_id, event.counter)

    def _order(self, kind: int) -> None:
        number = self.books.next[kind]
        assert self.host.boot_id is not None
        self.books.next[kind] += 1
        self.books.open[kind] = (self.host.boot_id, number)
        if self.chance.random() < 0.02:
            self._restart_host()
        else:
            self.host.order(number, Turn(0, 2) if kind == messages.TURN else Scan(1))

    # What the world does

    def _pass_time(self) -> None:
        busy = self.up.bytes or self.down.bytes
        due = [self.host.wake_ms, self.now_ms + (3 if busy else 60), *(op[0] for op in self.ops)]
        self.now_ms = max(self.now_ms + 1, min(due))

    def _fate(self) -> None:
        fate = self.chance.random()
        if fate < 0.003:
            self._restart_host()
        elif fate < 0.005:
            self.resets += 1
            self.lost_events += self.board.unacknowledged
            self.up.cut()
            self.down.cut()
            self._power_on()
        elif fate < 0.0055:
            self.now_ms += self.chance.randrange(1_000, 6_000)  # the Pi does something else

    def _restart_host(self) -> None:
        self.restarts += 1
        self.down.cut()
        self._start_host()

    # The oracle

    def judge(self) -> "Day":
        """Raises Violation."""
        per_number = Counter((kind, number) for _, kind, number in self.ran.elements())
        self._none(f"ran {n} times: {key}" for key, n in per_number.items() if n > 1)
        for (kind, number), end in self.books.ends.items():
            times = per_number[kind, number]
            if isinstance(end, Answered):
                said: Any = end.answer
                proof = said.peak_ma if kind == messages.TURN else said.present
                self._none([f"{end}, but it never ran"] if times == 0 or proof != number & 0xFFFF else [])
            elif isinstance(end, NotBegun):
                self._none([f"{end}, but it ran"] if times else [])
        self._judge_events()
        return self

    def _judge_events(self) -> None:
        for boot, pulses in self.happened.items():
            booked = [event for event in self.books.booked if event.boot_id == boot]
            counters = [event.counter for event in booked]
            told = [event.happening.pulses for event in booked if isinstance(event.happening, Pulses)]
            self._none([f"events {counters}"] if counters != list(range(1, len(counters) + 1)) else [])
            self._none([f"pulses {told} of {pulses}"] if told != pulses[: len(told)] else [])
            last = boot == self.boot
            self._none([f"{len(pulses) - len(told)} pulses never told"] if last and told != pulses else [])

    def _none(self, complaints: Any) -> None:
        for complaint in complaints:
            raise Violation(f"seed {self.seed}: {complaint}")
