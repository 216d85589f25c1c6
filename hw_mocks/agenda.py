"""What will happen by itself, in order of time; and the contacts that use it to bounce."""

import heapq
from collections.abc import Callable
from functools import partial
from itertools import count

BOUNCE_MS = (0.4, 0.9, 1.5, 3.0)
"""When after a change a contact lets go and closes once more; an even number, so that it rests where it should."""


class Agenda:
    """Happenings by their moment; those of one moment happen in the order in which they were written down."""

    def __init__(self) -> None:
        self.now_ms = 0.0
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()

    @property
    def due_ms(self) -> float | None:
        """The moment of the next happening, or None."""
        return self._heap[0][0] if self._heap else None

    def after(self, ms: float, happen: Callable[[], None]) -> None:
        heapq.heappush(self._heap, (self.now_ms + ms, next(self._order), happen))

    def reach(self, now_ms: float) -> None:
        """Time is `now_ms`: let happen what is due."""
        self.now_ms = now_ms
        while self._heap and self._heap[0][0] <= now_ms:
            heapq.heappop(self._heap)[2]()


class Contact:
    """A switch whose metal bounces before it rests; a new change ends the bounces of an older one."""

    def __init__(self, agenda: Agenda, closed: bool = False, bounce_ms: tuple[float, ...] = BOUNCE_MS) -> None:
        assert len(bounce_ms) % 2 == 0, "a contact that bounces an odd number of times rests in the wrong state"
        self.closed = self._wanted = closed
        self._agenda, self._bounce_ms = agenda, bounce_ms
        self._changes = 0

    def set(self, closed: bool) -> None:
        """Close or open the switch now; setting what it already is (or is becoming) changes nothing."""
        if closed == self._wanted:
            return
        self._wanted = self.closed = closed
        self._changes += 1
        for place, ms in enumerate(self._bounce_ms):
            touching = closed if place % 2 else not closed
            self._agenda.after(ms, partial(self._touch, touching, self._changes))

    def _touch(self, closed: bool, change: int) -> None:
        if change == self._changes:
            self.closed = closed
