"""Money drawn: an amount as the coins that make it, big ones first."""

from dataclasses import dataclass

COINS_CENTS = (100, 50, 25, 10, 5, 1)
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


def piles(cents: int, ghost: bool = False) -> tuple[Pile, ...]:
    """The fewest coins that make this amount. The pictures are an example: the machine counts cents, not coins."""
    found = []
    for coin in COINS_CENTS:
        if coin <= cents:
            found.append(Pile(coin, cents // coin, ghost))
            cents %= coin
    return tuple(found)
