"""Times: which wall time a fact has when the wall clock was wrong, and whether that is certain.

A stamp that could be trusted is right by itself. Any other is worth only its monotonic time, which never jumps within one
start of the controller: there wall time is monotonic time plus an offset, whatever the wall clock showed. The offset that
counts is the newest trusted one that was told in that start, and before there is any the newest. So what a machine wrote
in 1970 is shown in its right place as soon as the clock is set, and no row is ever written anew. Nothing here orders
facts: their order is their number.
"""

from dataclasses import dataclass

from controller.domain.facts import ClockSet


@dataclass(frozen=True, slots=True)
class Moment:
    """A wall time in milliseconds since 1970, UTC; `certain` when somebody kept the clock it comes from right."""

    wall_ms: int
    certain: bool


@dataclass(frozen=True, slots=True)
class BootClock:
    """The clock of one start of the controller: wall time is monotonic time + `offset_ms`."""

    offset_ms: int
    trusted: bool

    def at(self, mono_ms: int) -> Moment:
        """When it was `mono_ms` in this start."""
        return Moment(mono_ms + self.offset_ms, self.trusted)

    def shows(self, mono_ms: int, wall_ms: int, trusted: bool) -> Moment:
        """When a fact with this stamp was written."""
        return Moment(wall_ms, True) if trusted else self.at(mono_ms)

    def told(self, offset_ms: int, trusted: bool) -> "BootClock":
        """After a newer offset: what can be trusted gives way only to what can be trusted too."""
        return BootClock(offset_ms, trusted) if trusted or not self.trusted else self


def heard(clock: BootClock | None, stamped: BootClock, fact: object = None) -> BootClock:
    """The clock of a start after one more fact; `stamped` is what the fact's own stamp says, `clock` None before the first.

    A stamp counts when it is the first, or the first that can be trusted; every later change is a ClockSet of its own.
    """
    if clock is None or (stamped.trusted and not clock.trusted):
        clock = stamped
    return clock.told(fact.offset_ms, fact.trusted) if isinstance(fact, ClockSet) else clock
