"""All that the rules ask about a machine, gathered at one moment: its line and notes, vends, empty slots and counts.

Times are those of the hub's clock where only it can be believed (silence, a clock that is not trusted, facts that wait), else
those of the facts. A time that hangs on an untrusted clock counts from when the lab first heard of the machine.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from controller.domain.hours import Hours, hours
from lab.model.calendar import zone_called
from lab.pages.fleet import Seen, fleet
from lab.store.base import Reading

HOUR_MS = 3_600_000
STEP_MS = 15 * 60_000
"""Museums open and close on quarters of an hour."""
LONGEST_MS = 60 * 24 * HOUR_MS
"""Opening hours are counted back to here; a machine that rests for longer is told by other rules, or by nobody."""


@dataclass(frozen=True, slots=True)
class Sight:
    """One machine as the rules see it."""

    seen: Seen
    idle_since_ms: int = 0
    """Its last sale, or later the end of what has stopped it or of an empty slot; without any, when it was first heard."""
    vends: int = 0
    """So many of the newest vends are looked at, of which these failed at:"""
    failed_ms: tuple[int, ...] = ()
    empty_since_ms: dict[str, int] = field(default_factory=dict)
    """Empty slots."""
    counts: dict[str, tuple[int, int]] = field(default_factory=dict)
    """The newest count of each place: when, and how many cents there were too much (below zero: too few)."""
    started_ms: int = 0
    """When the lab got the newest start of the controller, if that start's clock is not trusted; else 0."""
    waiting_ms: int = 0
    """Since when facts wait for those before them; 0: none do."""
    refused_ms: int = 0
    """The oldest refusal at which nobody has looked; 0: there is none."""

    def open_enough(self, wanted_h: int, now_ms: int) -> bool:
        """Whether it was open for so many hours since it is idle. Hours that nobody can read are never enough."""
        try:
            kept = hours(tuple(str(line) for line in self.seen.meta.get("hours") or ()))
        except ValueError:
            return False
        left_ms = wanted_h * HOUR_MS
        if now_ms - self.idle_since_ms < left_ms:
            return False
        for at_ms in range(max(self.idle_since_ms, now_ms - LONGEST_MS), now_ms, STEP_MS):
            left_ms -= min(STEP_MS, now_ms - at_ms) if _is_open(kept, self.seen.zone, at_ms) else 0
            if left_ms <= 0:
                return True
        return False


def sights(reading: Reading, vends: int, now_ms: int) -> Iterator[Sight]:
    """Every machine; of each the newest `vends`. Raises StoreError."""
    for seen in fleet(reading, now_ms):
        name, first_ms = seen.name, seen.line.first_heard_ms
        newest = reading.rows(
            "SELECT outcome, at_ms, at_loose FROM sales WHERE machine = ? ORDER BY seq DESC LIMIT ?", name, vends
        )
        yield Sight(
            seen,
            idle_since_ms=_idle_since(reading, name, first_ms),
            vends=len(newest),
            failed_ms=tuple(_sure(at, loose, first_ms) for what, at, loose in newest if what == "failed"),
            empty_since_ms=_empty(reading, name, first_ms),
            counts=_counts(reading, name, first_ms),
            started_ms=_untrusted_start(reading, name),
            waiting_ms=_oldest(reading, "waiting WHERE machine = ?", name) if seen.line.waiting else 0,
            refused_ms=_oldest(reading, "strays WHERE machine = ? AND seen = 0", name) if seen.refused else 0,
        )


def _is_open(kept: Hours, zone: str, at_ms: int) -> bool:
    local = datetime.fromtimestamp(at_ms / 1_000, UTC).astimezone(zone_called(zone))
    return kept.open_at((local.weekday() * 24 + local.hour) * 60 + local.minute)


def _sure(at_ms: int, loose: int, first_ms: int) -> int:
    return first_ms if loose else at_ms


def _idle_since(reading: Reading, name: str, first_ms: int) -> int:
    sale = reading.rows(
        "SELECT at_ms, at_loose FROM sales WHERE machine = ? AND outcome = 'sold' ORDER BY seq DESC LIMIT 1", name
    )
    stop = reading.rows(
        "SELECT to_ms, to_loose FROM spans WHERE machine = ? AND to_ms IS NOT NULL"
        " AND (what = 'empty' OR what = 'trouble' AND stops = 1 AND name <> 'closed') ORDER BY seq DESC LIMIT 1",
        name,
    )
    return max([_sure(at_ms, loose, first_ms) for at_ms, loose in (*sale, *stop)], default=first_ms)


def _empty(reading: Reading, name: str, first_ms: int) -> dict[str, int]:
    query = "SELECT name, from_ms, from_loose FROM spans WHERE machine = ? AND what = 'empty' AND to_ms IS NULL"
    return {slot: _sure(at, loose, first_ms) for slot, at, loose in reading.rows(f"{query} ORDER BY name", name)}


def _counts(reading: Reading, name: str, first_ms: int) -> dict[str, tuple[int, int]]:
    """Only the newest of each place: the next count that is right ends the alert."""
    query = (
        "SELECT place, at_ms, at_loose, counted_cents - expected_cents FROM cash"
        " WHERE machine = ? AND what = 'count' ORDER BY seq"
    )
    return {place: (_sure(at, loose, first_ms), cents) for place, at, loose, cents in reading.rows(query, name)}


def _untrusted_start(reading: Reading, name: str) -> int:
    query = (
        "SELECT s.trusted, f.received_ms FROM starts s JOIN facts f ON f.machine = s.machine AND f.seq = s.seq"
        " WHERE s.machine = ? AND f.lost = 0 ORDER BY s.seq DESC LIMIT 1"
    )
    return next((received for trusted, received in reading.rows(query, name) if not trusted), 0)


def _oldest(reading: Reading, where: str, name: str) -> int:
    ((heard_ms,),) = reading.rows(f"SELECT min(heard_ms) FROM {where}", name)
    return int(heard_ms or 0)
