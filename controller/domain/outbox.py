"""The outbox: up to which fact the lab holds everything, what is on its way there, and when to begin again.

The books are the outbox; this is only a place in them. It decides what the next message holds, and what an answer of the lab
means, and keeps no fact, so that months without a network cost nothing here. Whoever calls it has looked up in the books
that an answer is about these facts and no others.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

WINDOW = 20
"""So many messages may be under way beyond what the lab has answered."""
BATCH_FACTS = 100
ALONE_MAX = 8
"""While so few wait, each goes by itself, for whoever reads along."""
PATIENCE_MS, PATIENCE_MS_MAX = 5_000, 300_000
"""How long silence is borne before everything after the last answer is sent again, at first and at most."""
ASIDE_MAX = 500
"""So many refusals are remembered, the newest; more is no accident any more, and a person looks at the lab's own list."""


@dataclass(frozen=True, slots=True)
class Aside:
    """Facts of these books that the lab has refused: from `first` to `last`, whose hash (hex) the books have, and why."""

    first: int
    last: int
    epoch: int
    hash: str
    why: str

    @property
    def facts(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Outbox:
    """`end` is the newest fact of the books, `acked` the newest one the lab holds with all before it, `sent` the newest
    one sent since it was begun. `flying` are the last facts of the messages that nobody has answered yet, oldest first."""

    end: int = 0
    acked: int = 0
    sent: int = 0
    flying: tuple[int, ...] = ()
    asides: tuple[Aside, ...] = ()
    """What was refused and is passed over, in the order of the books."""
    patience_ms: int = PATIENCE_MS
    due_ms: int | None = None
    """When silence has lasted long enough; None while nothing is unanswered."""
    replayed: int = 0
    """The number it was set back to last, until there is news: whoever repeats herself is not obeyed again."""

    @property
    def waits(self) -> int:
        """How many facts the lab neither holds nor has refused."""
        reached, passed = self.acked, 0
        for aside in self.asides:
            passed += max(0, aside.last - max(reached, aside.first - 1))
            reached = max(reached, aside.last)
        return self.end - self.acked - passed

    @property
    def first_waiting(self) -> int | None:
        """The oldest of them."""
        first = self._past(self.acked + 1)
        return first if first <= self.end else None

    @property
    def quarantined(self) -> int:
        """How many facts were refused."""
        return sum(aside.facts for aside in self.asides)

    def grown(self, end: int) -> "Outbox":
        """The books have come to this fact."""
        return replace(self, end=end)

    def following(self) -> range:
        """The facts of the next message: one, or up to a hundred when many wait; none while the window is full."""
        first = self._past(self.sent + 1)
        stop = min((aside.first for aside in self.asides if aside.first > first), default=self.end + 1)
        if len(self.flying) >= WINDOW or first >= stop:
            return range(0)
        many = BATCH_FACTS if self.end - first >= ALONE_MAX else 1
        return range(first, min(stop, first + many))

    def posted(self, last: int, now_ms: int, chance: float = 1.0) -> "Outbox":
        """A message that ends with fact `last` was given to the broker. `chance`, about 1, keeps machines out of step."""
        due_ms = self.due_ms if self.due_ms is not None else now_ms + int(self.patience_ms * chance)
        return replace(self, sent=last, flying=(*self.flying, last), due_ms=due_ms)

    def answered(self, seq: int, refused: Iterable[Aside], now_ms: int, chance: float = 1.0) -> "Outbox":
        """The lab holds everything up to `seq`, and keeps these aside; what it kept aside beyond that it has forgotten.

        Less than before may be an old answer that comes late, or a lab that has lost something: what it lacks is sent again,
        but only when nothing better is heard for a while.
        """
        told = frozenset(refused)
        new = told.difference(self.asides)
        after = replace(
            self,
            acked=seq,
            sent=max(self.sent, seq),
            flying=tuple(
                last for last in self.flying if last > seq and not any(a.first <= last <= a.last for a in new)
            ),
            asides=_in_order({*(aside for aside in self.asides if aside.last <= seq), *told}),
        )
        if new or seq > self.acked:
            after = replace(after, patience_ms=PATIENCE_MS, due_ms=None, replayed=0)
        waits_for = after._past(seq + 1) <= after.sent
        due_ms = after.due_ms if after.due_ms is not None else now_ms + int(after.patience_ms * chance)
        return replace(after, due_ms=due_ms if waits_for else None)

    def asked_again(self, first: int) -> "Outbox":
        """The lab misses facts from `first` on. What it asks for by number it has not refused, whatever it once said."""
        asides = tuple(aside for aside in self.asides if not aside.first <= first <= aside.last)
        if not 1 <= first <= self.sent or (first == self.replayed and asides == self.asides):
            return self
        acked = min(self.acked, first - 1)
        return replace(self, acked=acked, sent=first - 1, flying=(), asides=asides, due_ms=None, replayed=first)

    def begun_again(self) -> "Outbox":
        """A new connection: nothing of the old one counts, and whatever the lab is not known to hold goes at once."""
        return replace(self, sent=self.acked, flying=(), patience_ms=PATIENCE_MS, due_ms=None, replayed=0)

    def after_silence(self, now_ms: int) -> "Outbox":
        """It begins again after the last answer once patience is over, and is more patient then."""
        if self.due_ms is None or now_ms < self.due_ms:
            return self
        return replace(self.begun_again(), patience_ms=min(PATIENCE_MS_MAX, 2 * self.patience_ms))

    def _past(self, seq: int) -> int:
        """The first fact from `seq` on that was not refused."""
        for aside in self.asides:
            if aside.first <= seq <= aside.last:
                seq = aside.last + 1
        return seq


def _in_order(asides: Iterable[Aside]) -> tuple[Aside, ...]:
    newest = sorted(asides, key=lambda aside: aside.last)[-ASIDE_MAX:]
    return tuple(sorted(newest, key=lambda aside: (aside.first, aside.last)))
