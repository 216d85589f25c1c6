"""Which machines and which days somebody asks for: the three words of an address, `desde`, `hasta` and `maquina`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

EPOCH = date(1970, 1, 1).toordinal()
MACHINES_MAX = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """These machines, or all when there are none; from day `since` to day `until`, both included, or without an end."""

    machines: tuple[str, ...] = ()
    since: date = date.min
    until: date = date.max

    @property
    def first_day(self) -> int:
        """Counted from 1 January 1970, as the read model counts."""
        return number(self.since)

    @property
    def last_day(self) -> int:
        return number(self.until)

    @property
    def some(self) -> str:
        """SQL that begins a WHERE: these machines."""
        return f"machine IN ({', '.join('?' * len(self.machines))})" if self.machines else "machine <> ''"

    @property
    def where(self) -> str:
        """SQL: these machines, these days; `params` go with it."""
        return f"{self.some} AND day >= ? AND day <= ?"

    @property
    def params(self) -> tuple[str | int, ...]:
        return *self.machines, self.first_day, self.last_day

    def holds(self, day: int) -> bool:
        return self.first_day <= day <= self.last_day

    def starts(self, month: str) -> bool:
        """Whether a month's first day is wanted: a month comes whole or not at all, so nobody can reckon a day out of it."""
        return self.since.isoformat() <= f"{month}-01" <= self.until.isoformat()


def wanted(machines: Iterable[str] = (), since: str = "", until: str = "") -> Wanted:
    """What an address or a command asks for. Raises ValueError for what is no date."""
    chosen = tuple(dict.fromkeys(name for name in machines if name))[:MACHINES_MAX]
    return Wanted(
        chosen,
        date.fromisoformat(since) if since else date.min,
        date.fromisoformat(until) if until else date.max,
    )


def number(day: date) -> int:
    return day.toordinal() - EPOCH


def dated(day: int) -> date:
    return date.fromordinal(day + EPOCH)


def month(day: int) -> str:
    """`2026-11`."""
    return dated(day).isoformat()[:7]
