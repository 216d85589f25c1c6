"""The statutes: how many must take part in a vote, how many must agree, and how long everything takes.

They come from the configuration. A proposal takes along those of the day it was opened on.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType

_FORM = re.compile(r"([1-9][0-9]?)/([1-9][0-9]?)")
MAJORITY = MappingProxyType(
    {"split": "2/3", "price": "1/2", "fund": "1/2", "member": "1/2", "hours": "1/2", "other": "1/2"}
)
TURN_DAYS = MappingProxyType({"restock": 3, "count": 7, "repair": 30})


def fraction(text: str) -> Fraction:
    """A part of people or votes, written `1/2`. Raises ValueError for anything else, and for more than the whole."""
    found = _FORM.fullmatch(text.strip())
    if found is None or int(found[1]) > int(found[2]):
        raise ValueError(f"{text!r} is no part of a whole: write it like 1/2 or 2/3")
    return Fraction(int(found[1]), int(found[2]))


@dataclass(frozen=True, slots=True)
class Statutes:
    """`quorum` is a part of those who may vote, `majority` by kind of proposal a part of the votes for yes and no."""

    quorum: str = "1/2"
    majority: Mapping[str, str] = field(default_factory=lambda: MAJORITY)
    open_days: int = 7
    notice_days: int = 7
    """After a decision, before a rule of the split, of prices or of opening hours takes effect."""
    turn_days: Mapping[str, int] = field(default_factory=lambda: TURN_DAYS)
    """By shared work: it is due so many days after it was last done; 0: nobody is reminded."""

    def quorum_of(self, voters: int) -> int:
        """How many of so many people must vote: the part rounded up, and never nobody."""
        part = fraction(self.quorum) * voters
        return max(1, -(-part.numerator // part.denominator))
