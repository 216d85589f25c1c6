"""A keyboard of coins and notes: each touch lays one down, one lying there is taken back by touching it, and the number
stands beside it.

It is a row of ordinary links. What was touched so far stands in the page's address, so nothing is kept anywhere, "back" is
back, and it all works without JavaScript. The same keyboard counts minutes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from admin_web.money import Pile, piles
from controller.domain.money import COINS_CENTS, cents_from

COINS = (5, 10, 25, 50, 100)
NOTES = (500, 1_000, 2_000)
MONEY_CENTS = (*COINS_CENTS, *NOTES)
"""What people carry here. Notes above $20 are refused almost everywhere."""
HOURS = (15, 30, 60)
"""A quarter, a half, an hour; in minutes."""
TOUCHES_MAX = 30
"""More of them are counted together: an address must not grow for ever."""


@dataclass(frozen=True, slots=True)
class Keyed:
    """What one keyboard has counted: `base`, and what was laid down (or taken back, below zero) since, newest last.

    `name` tells this keyboard's part of the address from another's on the same page; `most` is what it stops at.
    """

    name: str
    base: int = 0
    touches: tuple[int, ...] = ()
    most: int = 100_000

    @property
    def amount(self) -> int:
        return min(self.most, max(0, self.base + sum(self.touches)))

    @property
    def piles(self) -> tuple[Pile, ...]:
        """The amount as coins and notes that lie on the table."""
        return piles(self.amount, coins_cents=MONEY_CENTS)

    @property
    def params(self) -> dict[str, str]:
        """Its part of the address."""
        touched = {f"{self.name}t": ".".join(map(str, self.touches))} if self.touches else {}
        return {self.name: str(self.base), **touched}

    def after(self, more: int) -> "Keyed":
        """With one more laid down, or with one taken back when `more` is below zero. What cannot be changes nothing."""
        if not 0 <= self.amount + more <= self.most:
            return self
        if len(self.touches) < TOUCHES_MAX:
            return Keyed(self.name, self.base, (*self.touches, more), self.most)
        return Keyed(self.name, self.amount, (more,), self.most)

    @property
    def back(self) -> "Keyed":
        """Without the last touch; with none, nothing is left to take back."""
        return Keyed(self.name, self.base, self.touches[:-1], self.most)

    @property
    def empty(self) -> "Keyed":
        """An empty table."""
        return Keyed(self.name, 0, (), self.most)


def keyed(said: Mapping[str, str], name: str, base: int, most: int) -> Keyed:
    """What this keyboard has counted, by the page's address; whatever makes no sense there is as if it were not."""
    told = said.get(name, "")
    start = int(told) if told.isascii() and told.isdecimal() and len(told) < 9 else base
    touches = []
    for text in said.get(f"{name}t", "").split(".")[:TOUCHES_MAX]:
        digits = text.removeprefix("-")
        if digits.isascii() and digits.isdecimal() and len(digits) < 6:
            touches.append(int(text))
    return Keyed(name, min(start, most), tuple(touches), most)


def typed(said: Mapping[str, str], name: str, most: int) -> Keyed | None:
    """What was typed on the number pad, as on a keyboard that begins there; None for what is no amount."""
    try:
        return Keyed(name, min(most, cents_from(said.get(f"{name}p", ""))), (), most)
    except ValueError:
        return None


def address(path: str, *params: Mapping[str, str], at: str = "") -> str:
    """A page's address with everything that is kept in it, at the place called `at`."""
    merged = {key: value for part in params for key, value in part.items() if value}
    return f"{path}?{urlencode(merged)}{'#' + at if at else ''}"
