"""Sales added up over some machines and days: by day, by hour of the week, by product, by maker, by means of payment.

Every sum is net of what was taken back. Products and makers are a machine's own, so they are told apart by machine, and only
for some machines at a time: of two hundred nobody reads such a list, and it would be the slowest part of all.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from lab.pages import chart
from lab.store.base import Reading

RANGES = (7, 30, 90, 365)
"""Days that a page can show."""
USUAL = 30
APART_MAX = 12
"""So many machines' products and makers are told apart; of more, each machine's sum."""
HOURLY_MAX = 6_000
"""So many machine-days are looked at hour by hour, the newest: two hundred machines of a month."""
HOURS = range(24)
_NET, _NET_CENTS = "sum(sold) - sum(taken_back)", "sum(sold_cents) - sum(taken_back_cents)"


@dataclass(frozen=True, slots=True)
class Scope:
    """What is added up: these machines, or all when there are none, from day `since` to day `until`, both included.

    `count` says how many machines that are.
    """

    machines: tuple[str, ...]
    since: int
    until: int
    count: int = 1

    @property
    def where(self) -> str:
        """Names the machines in any case, so that each is looked up by its key."""
        which = ", ".join("?" * len(self.machines)) if self.machines else "SELECT machine FROM machines"
        return f"machine IN ({which}) AND day >= ? AND day <= ?"

    @property
    def params(self) -> tuple[str | int, ...]:
        return *self.machines, self.since, self.until

    @property
    def days(self) -> range:
        return range(self.since, self.until + 1)

    @property
    def is_apart(self) -> bool:
        """Whether products and makers are told."""
        return self.count <= APART_MAX

    @property
    def hourly(self) -> "Scope":
        """The newest days of it that are looked at hour by hour."""
        days = max(RANGES[0], HOURLY_MAX // max(1, self.count))
        return replace(self, since=max(self.since, self.until - days + 1))


class Day(NamedTuple):
    day: int
    pieces: int
    cents: int


class Made(NamedTuple):
    """A product or a maker of one machine. `maker_cents` is what her account got of it."""

    machine: str
    what: str
    maker: str
    pieces: int
    cents: int
    maker_cents: int = 0


@dataclass(frozen=True, slots=True)
class Sums:
    """Everything of one scope. `week` holds the pieces of each hour of the week, Monday first, of its `hourly` days."""

    scope: Scope
    days: list[Day]
    week: list[list[int]]
    products: list[Made]
    makers: list[Made]
    means: list[tuple[str, int, int]]
    machines: list[Made]

    @property
    def pieces(self) -> int:
        return sum(day.pieces for day in self.days)

    @property
    def cents(self) -> int:
        return sum(day.cents for day in self.days)

    @property
    def bars(self) -> chart.Bars:
        return chart.bars([day.cents for day in self.days])

    @property
    def busiest(self) -> int:
        return max((max(hours) for hours in self.week), default=0)

    @property
    def hours(self) -> range:
        """From the first hour with a sale to the last; a museum's day when there was none."""
        busy = [hour for hour in HOURS if any(day[hour] for day in self.week)]
        return range(min(busy, default=9), max(busy, default=17) + 1)


def sums(reading: Reading, scope: Scope) -> Sums:
    """Add it all up. Raises StoreError."""
    week = _week(reading, scope.hourly)
    products, makers = _made(reading, scope) if scope.is_apart else ([], [])
    machines = _machines(reading, scope) if scope.count > 1 else []
    return Sums(scope, _days(reading, scope), week, products, makers, _means(reading, scope), machines)


def _days(reading: Reading, scope: Scope) -> list[Day]:
    """Every day of the scope, also those on which nothing was sold."""
    query = f"SELECT day, {_NET}, {_NET_CENTS} FROM machine_days WHERE {scope.where} GROUP BY day"
    found = {row[0]: Day(*row) for row in reading.rows(query, *scope.params)}
    return [found.get(day, Day(day, 0, 0)) for day in scope.days]


def _week(reading: Reading, scope: Scope) -> list[list[int]]:
    """1 January 1970 was a Thursday."""
    week = [[0] * len(HOURS) for _ in range(7)]
    query = f"SELECT (day + 3) % 7, hour, sum(sold) FROM hour_days WHERE {scope.where} GROUP BY (day + 3) % 7, hour"
    for weekday, hour, pieces in reading.rows(query, *scope.params):
        week[weekday][hour] = pieces
    return week


def _made(reading: Reading, scope: Scope) -> tuple[list[Made], list[Made]]:
    """Products and makers, those with the most money first."""
    query = f"SELECT machine, product, maker, {_NET}, {_NET_CENTS} FROM piece_days WHERE {scope.where}"
    products = [Made(*row) for row in reading.rows(f"{query} GROUP BY machine, product, maker", *scope.params)]
    hers = _earned(reading, scope)
    makers: dict[tuple[str, str], Made] = {}
    for made in products:
        one = makers.get((made.machine, made.maker), Made(made.machine, made.maker, made.maker, 0, 0))
        makers[made.machine, made.maker] = one._replace(pieces=one.pieces + made.pieces, cents=one.cents + made.cents)
    known = [maker._replace(maker_cents=hers[maker.machine, maker.maker]) for maker in makers.values()]
    return _most(products), _most(known)


def _earned(reading: Reading, scope: Scope) -> dict[tuple[str, str], int]:
    """What each maker's account got in these days."""
    query = (
        f"SELECT machine, substr(account, 7), sum(earned_cents) FROM account_days WHERE {scope.where}"
        " AND substr(account, 1, 6) = 'maker:' GROUP BY machine, account"
    )
    found: dict[tuple[str, str], int] = defaultdict(int)
    found.update({(machine, maker): cents for machine, maker, cents in reading.rows(query, *scope.params)})
    return found


def _machines(reading: Reading, scope: Scope) -> list[Made]:
    query = f"SELECT machine, machine, '', {_NET}, {_NET_CENTS} FROM machine_days WHERE {scope.where} GROUP BY machine"
    return _most([Made(*row) for row in reading.rows(query, *scope.params)])


def _means(reading: Reading, scope: Scope) -> list[tuple[str, int, int]]:
    """What pieces were paid with, pieces and cents; the most used first."""
    query = f"SELECT means, sum(sold), sum(sold_cents) FROM means_days WHERE {scope.where} GROUP BY means"
    return sorted(
        ((str(means), n, cents) for means, n, cents in reading.rows(query, *scope.params)), key=lambda row: -row[1]
    )


def _most(made: Sequence[Made]) -> list[Made]:
    """Whatever was sold at all, or taken back."""
    sold = [one for one in made if one.pieces or one.cents]
    return sorted(sold, key=lambda one: (-one.cents, one.machine, one.what))
