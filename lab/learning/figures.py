"""The numbers behind the indicators, added up from the read model for some machines and days, at one moment.

No indicator tells of a group smaller than `SMALL`: who asks for a machine of three makers is told nothing of their income.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from fractions import Fraction

from lab.learning import indicators
from lab.learning.indicators import Share
from lab.opendata.around import grouped
from lab.opendata.assembly import DECIDED
from lab.opendata.form import Source
from lab.opendata.stretches import CLOSED
from lab.opendata.veil import SMALL

_OWED = ("claims", "unclaimed")
"""Money of visitors that waits for them; `doubt` is money of which nobody knows whose it is."""


@dataclass(slots=True)
class Figures:
    """What was found. Cents are net of what was taken back; `doubt_cents` and `owed_cents` are of now, not of the days."""

    machines: int = 0
    sold: int = 0
    sold_cents: int = 0
    vends: int = 0
    there: int = 0
    brought: int = 0
    waited: tuple[int, int] = (0, 0)
    """Cents times days, and cents that were paid after they had been earned."""
    incomes: dict[tuple[str, str], int] = field(default_factory=dict)
    """Each maker's earnings by machine and id, also of those who earned nothing."""
    members: set[tuple[str, str]] = field(default_factory=set)
    took_turn: set[tuple[str, str]] = field(default_factory=set)
    votes: list[tuple[int, int]] = field(default_factory=list)
    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By question and answer."""
    empty_ms: int = 0
    stopped_ms: int = 0
    counted_cents: int = 0
    """What counts of cash found too much or, below zero, missing."""
    doubt_cents: int = 0
    owed_cents: int = 0

    # The indicators

    @property
    def sell_through(self) -> Share | None:
        return indicators.sell_through(self.sold, self.there, self.brought)

    @property
    def days_to_payout(self) -> Fraction | None:
        return indicators.days_to_payout(*self.waited)

    @property
    def gini(self) -> Fraction | None:
        return indicators.gini(self.incomes.values()) if len(self.incomes) >= SMALL else None

    @property
    def makers_part(self) -> Share | None:
        return indicators.share(sum(self.incomes.values()), self.sold_cents)

    @property
    def turns(self) -> Share | None:
        """Of the members, how many took a turn."""
        return indicators.share(len(self.took_turn), len(self.members)) if len(self.members) >= SMALL else None

    @property
    def decisions(self) -> int:
        return len(self.votes)

    @property
    def participation(self) -> Share | None:
        return indicators.participation(self.votes) if len(self.members) >= SMALL else None

    @property
    def answered(self) -> list[tuple[str, str, int]]:
        """Question, answer and how often, the most given first; those that few gave are together."""
        found = []
        for question in {question for question, _ in self.answers}:
            counts = {answer: count for (asked, answer), count in self.answers.items() if asked == question}
            found += [(question, answer, count) for answer, count in grouped(counts) if count is not None]
        return sorted(found, key=lambda row: (-row[2], row[:2]))


def figures(source: Source, now_ms: int) -> Figures:
    """Everything of these machines and days. Raises StoreError."""
    found = Figures(machines=len(source.machines()))
    _trade(source, found)
    _pay(source, found)
    for machine in source.machines():
        begin_ms, end_ms = between(source, machine, now_ms)
        _people(source, machine, begin_ms, end_ms, found)
        _time_and_cash(source, machine, begin_ms, end_ms, found)
    return found


def between(source: Source, machine: str, now_ms: int) -> tuple[int, int]:
    """The first and the last moment of the wanted days where this machine stands; no later than now."""
    zone, wanted = source.zone(machine), source.wanted

    def midnight(day: date) -> int:
        return int(datetime.combine(day, time(), zone).timestamp()) * 1_000

    begin_ms = midnight(wanted.since) if wanted.since > date.min else 0
    end_ms = midnight(wanted.until + timedelta(days=1)) if wanted.until < date.max else now_ms
    return begin_ms, min(end_ms, now_ms)


def _one(source: Source, sql: str, *params: str | int) -> Iterator[int]:
    """The sums of a query, 0 where there was nothing to add."""
    ((*numbers,),) = source.reading.rows(sql, *params)
    return (int(number or 0) for number in numbers)


def _trade(source: Source, found: Figures) -> None:
    wanted = source.wanted
    net = "sum(sold) - sum(taken_back), sum(sold_cents) - sum(taken_back_cents), sum(sold) + sum(failed) + sum(doubts)"
    numbers = _one(source, f"SELECT {net} FROM machine_days WHERE {wanted.where}", *wanted.params)
    found.sold, found.sold_cents, found.vends = numbers
    put = f"SELECT sum(put) - sum(spoiled) FROM piece_days WHERE {wanted.where}"
    (found.brought,) = _one(source, put, *wanted.params)
    before = f"SELECT sum(put) + sum(found) - sum(spoiled) - sum(sold) FROM piece_days WHERE {wanted.some} AND day < ?"
    found.there = max(0, *_one(source, before, *wanted.machines, wanted.first_day), 0)
    answers = f"SELECT question, answer, sum(answers) FROM answer_days WHERE {wanted.where} GROUP BY question, answer"
    found.answers.update({(q, a): count for q, a, count in source.reading.rows(answers, *wanted.params)})


def _pay(source: Source, found: Figures) -> None:
    wanted = source.wanted
    waited = f"SELECT sum(cent_days), sum(cents - advance_cents) FROM payouts WHERE {wanted.where}"
    cent_days, cents = _one(source, waited, *wanted.params)
    found.waited = cent_days, cents
    earned = (
        f"SELECT machine, substr(account, 7), sum(earned_cents) FROM account_days WHERE {wanted.where}"
        " AND substr(account, 1, 6) = 'maker:' GROUP BY machine, account"
    )
    found.incomes |= {(machine, maker): cents for machine, maker, cents in source.reading.rows(earned, *wanted.params)}


def _people(source: Source, machine: str, begin_ms: int, end_ms: int, found: Figures) -> None:
    """Whoever was a member at any moment of it. A maker who earned nothing has an income of nothing."""
    reading = source.reading
    stays = "SELECT member, roles FROM members WHERE machine = ? AND from_ms < ? AND (to_ms IS NULL OR to_ms >= ?)"
    for member, roles in reading.rows(stays, machine, end_ms, begin_ms):
        found.members.add((machine, member))
        if "maker" in roles.split():
            found.incomes.setdefault((machine, member), 0)
    took = "SELECT DISTINCT member FROM turns WHERE machine = ? AND passed = 0 AND at_ms >= ? AND at_ms < ?"
    here = {(machine, member) for (member,) in reading.rows(took, machine, begin_ms, end_ms)}
    found.took_turn |= here & found.members
    marks = ", ".join("?" * len(DECIDED))
    votes = (
        f"SELECT voted, voters FROM proposals WHERE machine = ? AND to_ms >= ? AND to_ms < ? AND outcome IN ({marks})"
    )
    found.votes += [(voted, voters) for voted, voters in reading.rows(votes, machine, begin_ms, end_ms, *DECIDED)]


def _time_and_cash(source: Source, machine: str, begin_ms: int, end_ms: int, found: Figures) -> None:
    spans = "SELECT from_ms, to_ms FROM spans WHERE machine = ? AND from_ms < ? AND (to_ms IS NULL OR to_ms >= ?) AND"
    bounds = machine, end_ms, begin_ms
    empty = source.reading.rows(f"{spans} what = 'empty'", *bounds)
    stopped = source.reading.rows(f"{spans} what = 'trouble' AND stops = 1 AND name <> ?", *bounds, CLOSED)
    found.empty_ms += indicators.overlap_ms(((since, to) for since, to in empty), begin_ms, end_ms)
    found.stopped_ms += indicators.overlap_ms(((since, to) for since, to in stopped), begin_ms, end_ms)
    cash = "SELECT sum(counted_cents - expected_cents) FROM cash WHERE machine = ? AND at_ms >= ? AND at_ms < ?"
    found.counted_cents += next(_one(source, cash, machine, begin_ms, end_ms))
    waits = "SELECT what, sum(cents) FROM claims WHERE machine = ? AND to_ms IS NULL GROUP BY what"
    for what, cents in source.reading.rows(waits, machine):
        found.owed_cents += cents if what in _OWED else 0
        found.doubt_cents += cents if what == "doubt" else 0
