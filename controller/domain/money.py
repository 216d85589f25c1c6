"""Money as whole cents, and the one way it is divided.

Every amount in Minga is an `int` of US cents whose name ends in `_cents`. There are no fractions of a cent to lose:
whatever is divided here adds up to what it was.
"""

import re
from collections.abc import Hashable, Mapping
from typing import TypeVar

COINS_CENTS = (1, 5, 10, 25, 50, 100)
"""The coins that circulate in Ecuador: US ones and the country's own side by side."""

Name = TypeVar("Name", bound=Hashable)


def split(total_cents: int, weights: Mapping[Name, int], turn: int = 0) -> dict[Name, int]:
    """Divide `total_cents` in proportion to `weights`, to the cent: the parts always add up to the total.

    Largest remainder. Cents that are left over when remainders tie go first to the `turn`-th of those who tie,
    counted around in the order of `weights`, so that over many sales the odd cent is shared equally too.
    Raises ValueError for a negative total, a negative weight or no weight at all.
    """
    whole = sum(weights.values())
    if total_cents < 0 or whole <= 0 or min(weights.values()) < 0:
        raise ValueError(f"cannot split {total_cents} cents by {dict(weights)}")
    parts = {name: total_cents * weight // whole for name, weight in weights.items()}
    left_cents = total_cents - sum(parts.values())
    if not left_cents:
        return parts
    remainders = {name: total_cents * weight % whole for name, weight in weights.items()}

    def first_in_line(name: Name) -> tuple[int, int]:
        tied = [other for other in weights if remainders[other] == remainders[name]]
        return -remainders[name], (tied.index(name) - turn) % len(tied)

    for name in sorted(weights, key=first_in_line)[:left_cents]:
        parts[name] += 1
    return parts


def cents_from(text: str) -> int:
    """Cents from dollars as people type them: `12.50`, `12,5`, `$3`. Raises ValueError for anything else."""
    match = re.fullmatch(r"\$?(\d{1,7})(?:[.,](\d{1,2}))?", text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no amount: write dollars, such as 12.50")
    whole, part = match.groups()
    return int(whole) * 100 + int((part or "").ljust(2, "0"))


def dollars(cents: int) -> str:
    """Cents as technicians and logs write them: `$1.05`. Pages for people use Babel and their own language."""
    sign = "-" if cents < 0 else ""
    return f"{sign}${abs(cents) // 100}.{abs(cents) % 100:02d}"
