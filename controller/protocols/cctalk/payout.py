"""A hopper's own numbers, and whether they agree: the only proof of what left the machine.

The lifetime count (header 168) is kept without power and decides. Status (166) says how far the last payout came; it is
the witness. Where the two contradict each other, nobody can say how many coins fell, and a person has to look.
"""

from dataclasses import dataclass
from typing import Self

from .counters import gained

STATUS_BYTES = 4
EXTRA_MAX = 10
"""A hopper may let some coins too many out; a difference beyond that is no count of coins."""


@dataclass(frozen=True, slots=True)
class Status:
    """What header 166 says: the event counter, coins still to pay, and how far the last payout came.

    The counter is 0 after a power-up, goes up with each dispense, and from 255 to 1. Some hoppers count refusals too.
    """

    counter: int
    remaining: int
    paid: int
    unpaid: int

    @classmethod
    def read(cls, data: bytes) -> Self:
        """Raises ValueError unless there are four bytes."""
        counter, remaining, paid, unpaid = data
        return cls(counter, remaining, paid, unpaid)

    @property
    def last(self) -> tuple[int, int]:
        return self.paid, self.unpaid


@dataclass(frozen=True, slots=True)
class Still:
    """A hopper at rest: status, lifetime count, and what an emergency stop said was not paid, if there was one."""

    status: Status
    lifetime: int
    stopped: int | None = None

    def since(self, before: int) -> int:
        """Coins paid since the lifetime count was `before`; near 2^24 when the count went back."""
        return gained(self.lifetime, before)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Coins of an order that left, by the hopper's own count; and why that is not sure, empty when it is.

    `paid` is None where that count cannot be the order's, so that nobody can say what left.
    """

    paid: int | None
    doubt: str = ""


def executed(was: Still, now: Still, coins: int) -> bool:
    """Has the hopper begun a dispense of `coins` between these two rests? Then it must not be repeated as it was.

    False is a proof that no coin moved: the count stands, and status tells of the payout before.
    """
    if now.since(was.lifetime) or now.status.last != was.status.last:
        return True
    return now.status.last == (0, coins) and now.status.counter != was.status.counter


def doubt_of_dispense(was: Still, now: Still, coins: int) -> str:
    """How the numbers after one dispense of `coins` disagree; empty when they agree.

    A hopper that lost power in between may have forgotten how far it came: then the lifetime count alone decides.
    """
    more, status = now.since(was.lifetime), now.status
    if more > coins:
        return f"its count went from {was.lifetime} to {now.lifetime} where {coins} coins were ordered"
    if not executed(was, now, coins) or (status.counter == 0 and status.last == (0, 0)):
        return ""
    if status.paid != more:
        return f"it says {status.paid} coins were paid, its count says {more}"
    if coins - more not in (status.unpaid, now.stopped):
        return f"{status.paid} paid and {status.unpaid} unpaid are not the {coins} coins ordered"
    return ""


def outcome_of(now: Still, coins: int, before: int, witness: Status | None = None) -> Outcome:
    """What an order of `coins`, written at lifetime count `before`, has come to.

    `witness` is the status of before a software reset, which may have made the hopper forget it. Once a coin of this
    order was paid, the last payout belongs to it and cannot be larger than all of it.
    """
    paid, last = now.since(before), (witness or now.status).paid
    if paid > coins:
        doubt = f"its count went from {before} to {now.lifetime} where {coins} coins were ordered"
        return Outcome(paid if paid <= coins + EXTRA_MAX else None, doubt)
    if paid and last > paid:
        return Outcome(paid, f"it says {last} coins were paid last, its count says {paid} in all")
    return Outcome(paid)
