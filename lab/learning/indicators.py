"""The indicators, as pure functions of numbers: no store, no clock, no rounding before the end.

Each is None where it would mean nothing: a share of nothing, the equality of nobody's income.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple


class Share(NamedTuple):
    """A part of a whole. The whole is above 0."""

    part: int
    whole: int

    @property
    def percent(self) -> int:
        """The nearest whole percent; a half goes up. It can be above 100 where more was sold than was known to be there."""
        return (200 * self.part + self.whole) // (2 * self.whole)


def share(part: int, whole: int) -> Share | None:
    """None of nothing."""
    return Share(part, whole) if whole > 0 else None


def sell_through(sold: int, there: int, brought: int) -> Share | None:
    """Of the pieces that were there at the beginning or brought since, how many were sold."""
    return share(sold, there + brought)


def days_to_payout(cent_days: int, cents: int) -> Fraction | None:
    """The mean number of days that a cent had waited when it was paid, each cent counting alike."""
    return Fraction(cent_days, cents) if cents > 0 else None


def gini(incomes: Iterable[int]) -> Fraction | None:
    """How unequal incomes are: 0 when all are equal, near 1 when one has everything.

    Half the mean difference between two people drawn at random, over the mean income (Gini 1912; the form here is that of
    Sen, On Economic Inequality, 1973, 2.8): exact, whatever their order. An income below zero counts as zero. None when
    there is nobody, or nobody has anything.
    """
    rising = sorted(max(0, income) for income in incomes)
    total = sum(rising)
    if not total:
        return None
    weighted = sum(place * income for place, income in enumerate(rising, start=1))
    return Fraction(2 * weighted, len(rising) * total) - Fraction(len(rising) + 1, len(rising))


def overlap_ms(spans: Iterable[tuple[int, int | None]], begin_ms: int, end_ms: int) -> int:
    """How long these spans lasted between two moments, added up; one without an end still goes on."""
    parts = (min(end_ms, end_ms if to is None else to) - max(begin_ms, since) for since, to in spans)
    return sum(part for part in parts if part > 0)


def participation(votes: Sequence[tuple[int, int]]) -> Share | None:
    """Of all who could have voted in these decisions, added up, how many did: pairs of votes and voters."""
    return share(sum(voted for voted, _ in votes), sum(voters for _, voters in votes))
