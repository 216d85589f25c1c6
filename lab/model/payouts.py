"""How long makers wait for their money: what is paid settles what was earned first, day by day.

A pure function of an account's days, so that a day that moves to its true date later makes the result true as well.
"""

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple


class Day(NamedTuple):
    """An account's day, as in `account_days`."""

    day: int
    earned_cents: int
    paid_cents: int


class Payout(NamedTuple):
    """What was paid on a day: `cent_days` are its cents times the days they had waited; `advance_cents` waited for nothing.

    Divided by `cents`, `cent_days` is how many days the money had waited on average.
    """

    day: int
    cents: int
    cent_days: int
    advance_cents: int


def payouts(days: Iterable[Day]) -> list[Payout]:
    """The payouts of these days, oldest first.

    What was earned on a day comes before what was paid on it. A sale that is taken back takes the oldest money that waits;
    what is paid ahead, or taken back after pay, is made up for by what is earned next.
    """
    waiting: deque[tuple[int, int]] = deque()
    ahead_cents, found = 0, []
    for day, earned_cents, paid_cents in sorted(days):
        if earned_cents < 0:
            ahead_cents += -earned_cents - sum(cents for _, cents in _taken(waiting, -earned_cents))
        elif earned_cents:
            made_up_cents = min(ahead_cents, earned_cents)
            ahead_cents -= made_up_cents
            if earned_cents > made_up_cents:
                waiting.append((day, earned_cents - made_up_cents))
        if paid_cents > 0:
            settled = _taken(waiting, paid_cents)
            advance_cents = paid_cents - sum(cents for _, cents in settled)
            ahead_cents += advance_cents
            cent_days = sum((day - since) * cents for since, cents in settled)
            found.append(Payout(day, paid_cents, cent_days, advance_cents))
        elif paid_cents:  # money was moved back to her account: it is owed again
            waiting.append((day, -paid_cents))
    return found


def _taken(waiting: deque[tuple[int, int]], cents: int) -> list[tuple[int, int]]:
    """So many cents off the front, as far as there are any: since which day each part had waited."""
    parts = []
    while cents and waiting:
        since, there_cents = waiting.popleft()
        part = min(cents, there_cents)
        parts.append((since, part))
        cents -= part
        if there_cents > part:
            waiting.appendleft((since, there_cents - part))
    return parts
