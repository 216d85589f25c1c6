"""The drop curtain: an infrared lamp, an eye, and the PIO program that remembers each shadow between them.

It can fail in two ways, blind (light whatever passes) and dark, and either would make a sale a matter of belief. So it
proves itself before each vend: the lamp goes out and a shadow must be remembered, the lamp comes on and the eye must see it.
"""

from link import elapsed_ms

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class Fifo(Protocol):
        """What is used of `rp2.StateMachine`."""

        def get(self) -> int: ...
        def rx_fifo(self) -> int: ...

    class Pin(Protocol):
        """What is used of `machine.Pin`."""

        def value(self, level: int | None = None) -> int | None: ...


ANSWER_MS = 50
"""So soon the eye must have followed the lamp. The latch needs 1 ms; the rest is patience with receivers that filter."""
ONE_PIECE_MS = 150
"""Shadows nearer than this are one piece: a sleeve, a hem and a label fall through together."""

_WATCHING, _DARKENING, _LIGHTING = range(3)


class Curtain:
    """`drops` counts pieces since the reset. `works` and `answer_ms` are what the last `test` found."""

    def __init__(self, latch: "Fifo", eye: "Pin", lamp: "Pin") -> None:
        self._latch, self._eye, self._lamp = latch, eye, lamp
        self._state = _WATCHING
        self._began_ms = self._shadow_ms = 0
        self.fitted = self.works = self._proving = False
        self.drops = self.answer_ms = 0
        lamp.value(0)

    @property
    def testing(self) -> bool:
        return self._state != _WATCHING

    def fit(self, fitted: bool) -> None:
        """Whether there is one. Its lamp burns from now on; what falls until the eye has seen it is not counted."""
        self.fitted = fitted
        self._lamp.value(1 if fitted else 0)
        self._state, self._proving = _LIGHTING if fitted else _WATCHING, False

    def test(self, now_ms: int) -> None:
        """Begin to prove it; the result is there when `testing` has ended, after 100 ms at most."""
        self.works, self.answer_ms, self._began_ms = False, 0, now_ms
        self._take_shadows()
        if self.fitted and self._eye.value():
            self._lamp.value(0)
            self._state, self._proving = _DARKENING, True

    def tick(self, now_ms: int) -> bool:
        """Take what was remembered. True when a piece fell."""
        shadows = self._take_shadows()
        if self._state == _DARKENING:
            self._darken(shadows, now_ms)
        elif self._state == _LIGHTING:
            self._lighten(now_ms)
        elif shadows and self.fitted:
            new = not self.drops or elapsed_ms(now_ms, self._shadow_ms) >= ONE_PIECE_MS
            self._shadow_ms = now_ms
            self.drops += new
            return new
        return False

    def _take_shadows(self) -> int:
        count = self._latch.rx_fifo()
        for _ in range(count):
            self._latch.get()
        return count

    def _darken(self, shadows: int, now_ms: int) -> None:
        late = elapsed_ms(now_ms, self._began_ms) >= ANSWER_MS
        if shadows or late:
            self._proving = shadows > 0
            self._lamp.value(1)
            self._state, self._began_ms, self.answer_ms = _LIGHTING, now_ms, elapsed_ms(now_ms, self._began_ms)

    def _lighten(self, now_ms: int) -> None:
        if self._eye.value():
            self.works, self._state = self._proving, _WATCHING
        elif self._proving and elapsed_ms(now_ms, self._began_ms) >= ANSWER_MS:
            self._state = _WATCHING
