"""A meter: how often something happened and for how many cents, since the first fact and since the last reset."""

from collections.abc import Iterator
from dataclasses import dataclass

Key = tuple[str, ...]
"""What a meter counts, and of what: `("sold",)`, `("sold", "A1")`."""


@dataclass(slots=True)
class Meter:
    """Neither `number` nor `cents` ever falls."""

    number: int = 0
    cents: int = 0
    number_before: int = 0
    """What it stood at when it was reset last."""
    cents_before: int = 0

    @property
    def number_since(self) -> int:
        """How often since the last reset."""
        return self.number - self.number_before

    @property
    def cents_since(self) -> int:
        return self.cents - self.cents_before

    def add(self, cents: int, number: int = 1) -> None:
        assert cents >= 0, f"a meter never runs back: {cents} cents"
        self.number += number
        self.cents += cents


class Meters:
    """All meters by what they count; one that nothing was counted on stands at 0."""

    def __init__(self) -> None:
        self._all: dict[Key, Meter] = {}

    def __getitem__(self, key: Key) -> Meter:
        return self._all.get(key) or Meter()

    def __iter__(self) -> Iterator[Key]:
        return iter(self._all)

    def add(self, *key: str, cents: int = 0) -> None:
        """Count one more, of so many cents."""
        meter = self._all.get(key)
        if meter is None:
            meter = self._all[key] = Meter()
        meter.add(cents)

    def reset(self) -> None:
        """What is counted since the last reset starts at 0 again; nothing else changes."""
        for meter in self._all.values():
            meter.number_before, meter.cents_before = meter.number, meter.cents
