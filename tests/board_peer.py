"""A board at the far end of a real pseudo-terminal, made of the firmware's own link.

What motors and coins do is in the test's hand; the link between is the real one, `firmware/link.py`.
"""

import time
from collections.abc import Callable
from typing import Any

from firmware import messages
from firmware.link import Link
from hw_mocks.ptys import SerialDevice, mono_ms

HOME = (messages.HOME, 1, 3, 0, 2_901, 3_120, 310, 190)
TICKS = 0x3FFFFFFF


class PeerBoard(SerialDevice):
    """One board: `turns` and `trials` are what its motors did, `ending` is how the next turn ends, None for not yet."""

    def __init__(self) -> None:
        super().__init__("board", 0.002)
        self.turns: list[tuple[int, ...]] = []
        self.trials: list[tuple[int, ...]] = []
        self.ending: tuple[int, ...] | None = HOME
        self.refuse: int | None = None
        self.sections: dict[int, tuple[Any, ...]] = {}
        self.mute = False
        self.version = (0, 1, 0)
        self.boots = 0
        self.reset(messages.POWER_ON)

    def reset(self, cause: int = messages.WATCHDOG, lost: int = 0) -> None:
        """A new life: everything before is forgotten."""
        with self._lock:
            self.boots += 1
            self.boot = 0x5C0FFEE0 + self.boots
            self._said = bytearray()
            self.pulses = self.drops = 0
            self.link = link = Link(self.boot, self._said.extend, cause, lost, self.version)
            link.performs(messages.TURN, self._turn)
            link.performs(messages.TRIAL, self._trial)
            link.performs(messages.CURTAIN, lambda number: link.finish(messages.CURTAIN, number, 1, 4))
            for code in (messages.MOTORS, messages.COINS, messages.PANEL, messages.BUS):
                link.takes(code, self._taker(code))

    def answer(self, data: bytes) -> bytes:
        with self._lock:
            now_ms = mono_ms() & TICKS
            self.link.feed(data, now_ms)
            self.link.tick(now_ms)
            if self.link.restart_asked:
                self.reset(messages.ASKED)
            said, self._said[:] = bytes(self._said), b""
            return b"" if self.mute else said

    def _taker(self, code: int) -> Callable[..., bool]:
        return lambda *fields: bool(self.sections.update({code: fields})) or True

    def _turn(self, number: int, *order: int) -> int | None:
        return self._move(self.turns, messages.TURN, number, *order)

    def _trial(self, number: int, *order: int) -> int | None:
        return self._move(self.trials, messages.TRIAL, number, *order)

    def _move(self, moved: list[tuple[int, ...]], kind: int, number: int, *order: int) -> int | None:
        if self.refuse is not None:
            return self.refuse
        moved.append((number, *order))
        if self.ending is not None:
            self.link.finish(kind, number, *self.ending)
        return None

    # In the test's hand

    def end(self, number: int, *fields: int, kind: int = messages.TURN) -> None:
        """The act that runs ends."""
        with self._lock:
            self.link.finish(kind, number, *(fields or HOME))

    def coin(self, pulses: int) -> None:
        """A coin of so many pulses went through."""
        with self._lock:
            self.pulses += pulses
            self.event(messages.PULSES, self.pulses, pulses, 48_000, 52_000)

    def event(self, kind: int, *fields: int) -> None:
        with self._lock:
            assert self.link.event(kind, *fields)

    @property
    def lets_money_in(self) -> bool:
        return bool(self.link.wishes & messages.MONEY)

    def wait_for_money(self, within_s: float = 8.0) -> None:
        """Wait until money is let in."""
        end_s = time.monotonic() + within_s
        while not self.lets_money_in:
            assert time.monotonic() < end_s, "no money is let in"
            time.sleep(0.002)

    @property
    def waiting(self) -> int:
        """Events nobody has acknowledged."""
        return self.link.unacknowledged
