"""Giving coins back: which coins from which hopper, and how an order is remembered so that it is never paid twice.

A hopper counts every coin it ever paid and keeps that number through power cuts. An order holds the number from before;
so what an order has paid is a difference that can be asked for at any time, however often.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hopper:
    """A hopper that answers: its account (`hopper:25`), the coin it holds, how many the books say are in it, and how many
    coins it has ever paid."""

    place: str
    coin_cents: int
    coins: int
    lifetime_coins: int
    serial: int | None = None


@dataclass(frozen=True, slots=True)
class HopperOrder:
    """Pay this many coins. `lifetime_before` is the hopper's own count of coins ever paid when the order was written.

    `serial` is the hopper's own number then, None when it has none: the count of another hopper would mean nothing.
    """

    place: str
    coin_cents: int
    coins: int
    lifetime_before: int
    serial: int | None = None

    @property
    def cents(self) -> int:
        return self.coin_cents * self.coins


@dataclass(frozen=True, slots=True)
class Paid:
    """What truly left one hopper."""

    place: str
    cents: int


def orders(cents: int, hoppers: Iterable[Hopper]) -> tuple[HopperOrder, ...]:
    """As much of `cents` as these hoppers can pay, in as few coins as that takes; never more than `cents`."""
    best: dict[int, tuple[int, tuple[HopperOrder, ...]]] = {0: (0, ())}
    for hopper in sorted(hoppers, key=lambda hopper: -hopper.coin_cents):
        for reached, (coins, chosen) in list(best.items()):
            for count in range(1, min(hopper.coins, (cents - reached) // hopper.coin_cents) + 1):
                total, many = reached + count * hopper.coin_cents, coins + count
                if total not in best or many < best[total][0]:
                    order = HopperOrder(hopper.place, hopper.coin_cents, count, hopper.lifetime_coins, hopper.serial)
                    best[total] = (many, (*chosen, order))
    return best[max(best)][1]


def payable(coins: Mapping[int, int]) -> int:
    """Every amount that can be paid out exactly of so many coins (cents to how many), as a set of bits: bit n is n cents.

    Bits make it cheap: the screen and the acceptor ask after every coin.
    """
    reached = 1
    for coin_cents, many in coins.items():
        left, step = many, 1
        while left:
            taken = min(step, left)
            reached |= reached << coin_cents * taken
            left, step = left - taken, step * 2
    return reached
