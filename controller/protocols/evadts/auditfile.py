"""An audit file as it was read: its segments, whether its check holds, its products, and what is odd about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from .errors import RemoteProtocolError
from .segment import Segment

DECIMALS = 2
"""Where ID401 says nothing (2.3.2.1)."""
DECIMALS_MAX = 9
"""ID401 is one digit."""


class Money(NamedTuple):
    """So many of the smallest unit that the file counts in, of which 10 to the power of `decimals` make a whole one."""

    units: int
    decimals: int = DECIMALS

    def __str__(self) -> str:
        """`12.50`: exactly, with all its decimals."""
        whole, part = divmod(abs(self.units), 10**self.decimals)
        return f"{'-' if self.units < 0 else ''}{whole}" + (f".{part:0{self.decimals}d}" if self.decimals else "")


class Product(NamedTuple):
    """A selection: its PA1, and whatever of the PA blocks follows it until the next one."""

    id: str
    segments: tuple[Segment, ...]

    def first(self, name: str) -> Segment:
        """The first segment of that name; an empty one when there is none."""
        return next((each for each in self.segments if each.name == name), Segment(name))


@dataclass(frozen=True, slots=True)
class AuditFile:
    """`segments` are all of them, the envelope's too, in the order of the file; unknown blocks are kept.

    `g85_said` is the check that stands in the file, `g85_found` the one its data have. `g85_ok` is None when the file has
    no check: then nothing proves that it is whole. No warning says that the file cannot be used.
    """

    segments: tuple[Segment, ...]
    g85_said: str | None
    g85_found: str | None
    g85_ok: bool | None
    warnings: tuple[str, ...]

    def all(self, name: str) -> Iterator[Segment]:
        """The segments of that name."""
        return (each for each in self.segments if each.name == name)

    def first(self, name: str) -> Segment:
        """The first segment of that name; an empty one when there is none."""
        return next(self.all(name), Segment(name))

    @property
    def decimals(self) -> int:
        """How many digits of an amount stand behind the point (ID401). Raises RemoteProtocolError."""
        said = self.first("ID4").number(1)
        if said is not None and not 0 <= said <= DECIMALS_MAX:
            raise RemoteProtocolError(f"ID401 is {said}: an amount has 0 to {DECIMALS_MAX} decimals")
        return DECIMALS if said is None else said

    def money(self, of: Segment, n: int) -> Money | None:
        """Element `n` of this segment as an amount; None when it is empty. Raises RemoteProtocolError."""
        units = of.number(n)
        return None if units is None else Money(units, self.decimals)

    @property
    def products(self) -> tuple[Product, ...]:
        """The selections in the order of the file. PA blocks before the first PA1 belong to none of them."""
        groups: list[list[Segment]] = []
        for each in self.segments:
            if each.name == "PA1":
                groups.append([each])
            elif each.name.startswith("PA") and groups:
                groups[-1].append(each)
        return tuple(Product(group[0].element(1), tuple(group)) for group in groups)
