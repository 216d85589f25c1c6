"""The starts of the controller and their clocks: at which moment each fact was written, as well as one knows by now.

The rules are the machine's own (`controller.domain.times`): a trusted stamp is right by itself; any other is worth its
monotonic time plus the newest trusted offset of its start. When that offset changes, everything that hangs on it moves.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from controller.domain.chain import Row
from controller.domain.facts import ClockSet
from controller.domain.times import BootClock, heard
from lab.model.calendar import Calendar
from lab.model.draft import Columns, at
from lab.model.told import Moment, Told, Unread, told


class Move(NamedTuple):
    """What hangs on the clock of this start is `by_ms` later than was thought; `certain` is 1 when that is trusted."""

    boot: int
    by_ms: int
    certain: int


@dataclass(slots=True)
class Start:
    """One start: its first fact, when that was and when its last, and its clock."""

    boot: int
    seq: int
    clock: BootClock
    first: Moment
    last: Moment
    facts: int = 0
    version: str = ""

    def row(self) -> Columns:
        """Its columns in `starts`."""
        clock = {"offset_ms": self.clock.offset_ms, "trusted": int(self.clock.trusted)}
        times = {**at("from", self.first), **at("last", self.last)}
        return {"seq": self.seq, "version": self.version, "facts": self.facts, **clock, **times}


@dataclass(slots=True)
class Starts:
    """The starts that the facts to come are of, as far as they are known, and the machine's calendar."""

    calendar: Calendar
    known: dict[int, Start] = field(default_factory=dict)
    touched: set[int] = field(default_factory=set)
    """Those with facts since `rows` was asked last."""

    def moves(self, row: Row) -> Move | None:
        """Hear what this fact says of its start's clock: what moves by it, before the fact itself is counted."""
        start = self.known.get(row.boot_id)
        if start is not None and row.type != "ClockSet" and (start.clock.trusted or not row.trusted):
            return None
        stamped = BootClock(row.wall_ms - row.mono_ms, bool(row.trusted))
        clock = heard(start.clock if start else None, stamped, _clock_set(row))
        if start is None:
            first = self._moment(row, clock)
            self.known[row.boot_id] = Start(row.boot_id, row.seq, clock, first, first)
            return None
        before, start.clock = start.clock, clock
        if clock == before:
            return None
        move = Move(start.boot, clock.offset_ms - before.offset_ms, int(clock.trusted))
        start.first, start.last = self.moved(start.first, move), self.moved(start.last, move)
        return move

    def place(self, row: Row) -> Moment:
        """When this fact was written. Its start's clock has been heard before."""
        start = self.known[row.boot_id]
        start.facts += 1
        start.last = self._moment(row, start.clock)
        self.touched.add(start.boot)
        return start.last

    def moved(self, when: Moment, move: Move) -> Moment:
        """The same moment after a clock was set."""
        if when.loose != move.boot:
            return when
        at_ms = when.at_ms + move.by_ms
        return Moment(at_ms, *self.calendar(at_ms), when.loose, move.certain)

    def rows(self) -> Iterator[tuple[int, Columns]]:
        """The starts with new facts."""
        for boot in sorted(self.touched):
            yield boot, self.known[boot].row()
        self.touched.clear()

    def _moment(self, row: Row, clock: BootClock) -> Moment:
        if row.trusted:
            day, hour = self.calendar(row.wall_ms)
            return Moment(row.wall_ms, day, hour, 0, 1)
        at_ms = row.mono_ms + clock.offset_ms
        day, hour = self.calendar(at_ms)
        return Moment(at_ms, day, hour, row.boot_id, int(clock.trusted))


NEVER = Moment(0, 0, 0, 0, 0)


def _clock_set(row: Row) -> ClockSet | None:
    """The fact as `heard` takes it; one that cannot be read sets no clock."""
    if row.type != "ClockSet":
        return None
    try:
        fact: Told = told(row, NEVER)
        trusted = fact.body.get("trusted")
        return ClockSet(fact.whole("offset_ms"), trusted) if type(trusted) is bool else None
    except Unread:
        return None
