"""Money drawn: an amount as coins that make it, big ones first; and the coins that the slot takes right now."""

from dataclasses import dataclass
from functools import lru_cache
from math import gcd

from controller.domain.money import COINS_CENTS

DRAWN_MAX = 4
"""More coins of a kind than this are one coin and `×n`."""


@dataclass(frozen=True, slots=True)
class Pile:
    """Coins of one kind: `drawn` of them are to be seen, `count` there are. A ghost is a coin still to come."""

    cents: int
    count: int
    ghost: bool = False

    @property
    def drawn(self) -> int:
        return self.count if self.count <= DRAWN_MAX else 1


@dataclass(frozen=True, slots=True)
class Coin:
    """A coin people carry here, and whether it may come in right now."""

    cents: int
    welcome: bool


def piles(cents: int, ghost: bool = False, coins_cents: tuple[int, ...] = COINS_CENTS) -> tuple[Pile, ...]:
    """A few of these coins that make this amount to the cent; none when they cannot.

    The pictures are an example: the machine counts cents, not coins.
    """
    found = _exactly(cents, tuple(sorted(coins_cents, reverse=True)))
    return tuple(Pile(coin, count, ghost) for coin, count in found or ())


def purse(welcome_cents: tuple[int, ...]) -> tuple[Coin, ...]:
    """Every coin of the country, and any other that the machine knows, smallest first."""
    known_cents = sorted({*COINS_CENTS, *welcome_cents})
    return tuple(Coin(cents, cents in welcome_cents) for cents in known_cents)


def all_welcome(welcome_cents: tuple[int, ...]) -> bool:
    """Whether no coin that people carry has to wait."""
    return all(coin.welcome for coin in purse(welcome_cents))


@lru_cache(maxsize=256)
def _exactly(cents: int, coins: tuple[int, ...]) -> tuple[tuple[int, int], ...] | None:
    """Coins and how many of each, biggest first; None when there is no way. The common divisor ends hopeless searches."""
    if not cents:
        return ()
    if not coins or cents % gcd(*coins):
        return None
    coin, smaller = coins[0], coins[1:]
    for count in range(cents // coin, -1, -1):
        rest = _exactly(cents - count * coin, smaller)
        if rest is not None:
            return ((coin, count), *rest) if count else rest
    return None
