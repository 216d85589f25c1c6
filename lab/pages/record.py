"""What a machine's facts tell besides sales: what stood still and when, what failed, what was counted, what waits."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from lab.pages import chart
from lab.store.base import Reading

ROWS_MAX = 40
"""The newest rows of a list; a machine in trouble all day would fill any page."""
DAY_MS = 86_400_000


class Span(NamedTuple):
    """A stretch of a trouble; `to_ms` is None while it lasts."""

    name: str
    about: str
    stops: int
    from_ms: int
    to_ms: int | None


class Held(NamedTuple):
    """A slot by its facts; `empty_ms` and `closed_ms` say since when it is so."""

    slot: str
    product: str
    maker: str
    price_cents: int
    quantity: int
    capacity: int
    closed: str
    empty_ms: int | None
    closed_ms: int | None


class Counted(NamedTuple):
    at_ms: int
    what: str
    place: str
    expected_cents: int
    counted_cents: int


class Owed(NamedTuple):
    """Money that waits, or waited, for a person's decision."""

    what: str
    place: str
    cents: int
    from_ms: int
    verdict: str
    to_ms: int | None


@dataclass(frozen=True, slots=True)
class Record:
    """All of it for one machine, newest first."""

    shelf: list[Held]
    spans: list[Span]
    failed: list[tuple[str, str, str, int]]
    """Slot, outcome (`failed` or `doubt`), reason, and how often."""
    counts: list[Counted]
    owed: list[Owed]
    begin_ms: int
    end_ms: int

    @property
    def strip(self) -> tuple[chart.Stretch, ...]:
        """When nothing was sold because something was wrong."""
        stops = ((span.from_ms, span.to_ms or self.end_ms) for span in self.spans if span.stops)
        return chart.strip(stops, self.begin_ms, self.end_ms)

    @property
    def stopped_ms(self) -> int:
        """How long altogether; two troubles at once count once."""
        total, until = 0, self.begin_ms
        spans = sorted((span.from_ms, span.to_ms or self.end_ms) for span in self.spans if span.stops)
        for begin, end in spans:
            begin, end = max(begin, until), min(end, self.end_ms)
            total, until = total + max(0, end - begin), max(until, end)
        return total

    @property
    def open_cents(self) -> int:
        """Money that waits for a decision now."""
        return sum(owed.cents for owed in self.owed if owed.to_ms is None)


def record(reading: Reading, machine: str, days: tuple[int, int], now_ms: int) -> Record:
    """The record of these days, the last of which is today. Raises StoreError."""
    begin_ms = now_ms - (days[1] - days[0] + 1) * DAY_MS
    return Record(
        _shelf(reading, machine),
        _spans(reading, machine, begin_ms),
        _failed(reading, machine, days),
        _counts(reading, machine, begin_ms),
        _owed(reading, machine, begin_ms),
        begin_ms,
        now_ms,
    )


def _shelf(reading: Reading, machine: str) -> list[Held]:
    query = "SELECT slot, product, maker, price_cents, quantity, capacity, closed FROM shelf WHERE machine = ? ORDER BY slot"
    since = _since(reading, machine)
    return [
        Held._make((*row, since.get(("empty", row[0])), since.get(("closed", row[0]))))
        for row in reading.rows(query, machine)
    ]


def _since(reading: Reading, machine: str) -> dict[tuple[str, str], int]:
    query = "SELECT what, name, from_ms FROM spans WHERE machine = ? AND to_ms IS NULL AND what <> 'trouble'"
    return {(what, name): from_ms for what, name, from_ms in reading.rows(query, machine)}


def _spans(reading: Reading, machine: str, begin_ms: int) -> list[Span]:
    """Those of the opening hours are no trouble."""
    query = (
        "SELECT name, about, stops, from_ms, to_ms FROM spans WHERE machine = ? AND what = 'trouble' AND name <> 'closed'"
        " AND (to_ms IS NULL OR to_ms > ?) ORDER BY seq DESC"
    )
    return [Span(*row) for row in reading.rows(query, machine, begin_ms)]


def _failed(reading: Reading, machine: str, days: tuple[int, int]) -> list[tuple[str, str, str, int]]:
    query = (
        "SELECT slot, outcome, reason, count(*) FROM sales WHERE machine = ? AND day >= ? AND day <= ? AND outcome <> 'sold'"
        " GROUP BY slot, outcome, reason ORDER BY count(*) DESC, slot"
    )
    found: list[Any] = reading.rows(query, machine, *days)
    return found


def _counts(reading: Reading, machine: str, begin_ms: int) -> list[Counted]:
    query = (
        "SELECT at_ms, what, place, expected_cents, counted_cents FROM cash WHERE machine = ? AND at_ms >= ?"
        " ORDER BY seq DESC LIMIT ?"
    )
    return [Counted(*row) for row in reading.rows(query, machine, begin_ms, ROWS_MAX)]


def _owed(reading: Reading, machine: str, begin_ms: int) -> list[Owed]:
    """All that is open, however old; of the rest what is of these days."""
    query = (
        "SELECT what, place, cents, from_ms, verdict, to_ms FROM claims WHERE machine = ?"
        " AND (to_ms IS NULL OR to_ms >= ?) ORDER BY seq DESC"
    )
    return [Owed(*row) for row in reading.rows(query, machine, begin_ms)]
