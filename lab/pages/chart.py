"""Charts as plain geometry: bars, lines, heat and strips in whole units of an SVG's own box. Pure.

A template draws them with attributes and classes alone, because the pages allow no style inside, and sets the numbers
themselves beside them as a table. Every function takes what it draws and the box; none knows what the numbers mean.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LEVELS = 5
"""Shades of heat: 0 for nothing, then four."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle: `x` and `y` of its upper left corner."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across the chart at `y`, and the value it stands for."""

    y: int
    value: int


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars of one chart in their order, its box and the lines across it."""

    width: int
    height: int
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]


def bars(values: Sequence[int], width: int = 400, height: int = 120) -> Bars:
    """Upright bars from a common ground. What is below zero has none: the table tells it. Nothing at all has no ticks."""
    top = ceiling(max(values, default=0))
    found = []
    for place, value in enumerate(values):
        left, right = place * width // len(values), (place + 1) * width // len(values)
        tall = max(0, value) * height // top if top else 0
        if value > 0:
            found.append(Bar(left, height - max(1, tall), max(1, right - left - _seam(right - left)), max(1, tall)))
    ticks = tuple(Tick(height - part * height // 2, part * top // 2) for part in (1, 2)) if top else ()
    return Bars(width, height, tuple(found), ticks)


def lines(values: Sequence[int], width: int = 140, height: int = 28) -> str:
    """The points of a line that begins at the left edge and ends at the right: `0,28 10,4 …`; empty for nothing."""
    if not values:
        return ""
    top, steps = max(1, *values), max(1, len(values) - 1)
    return " ".join(
        f"{place * width // steps},{height - max(0, value) * height // top}" for place, value in enumerate(values)
    )


def level(value: int, most: int) -> int:
    """Which shade of heat a value has: 0 only for nothing, the last only near the most."""
    if value <= 0 or most <= 0:
        return 0
    return min(LEVELS - 1, 1 + value * (LEVELS - 1) // (most + 1))


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a strip from `x` on, in thousandths of its whole."""

    x: int
    width: int


def strip(spans: Iterable[tuple[int, int]], begin: int, end: int, width: int = 1_000) -> tuple[Stretch, ...]:
    """Spans of time as parts of a strip that goes from `begin` to `end`; what lies outside is cut off, none is too thin."""
    whole = max(1, end - begin)
    found = []
    for since, until in spans:
        if until <= begin or since >= end:
            continue
        left = (max(since, begin) - begin) * width // whole
        right = (min(until, end) - begin) * width // whole
        thin = max(3, right - left)
        found.append(Stretch(min(left, width - thin), thin))
    return tuple(found)


def ceiling(most: int) -> int:
    """The next round number that is not less: 2, 4, 10, 20, 40, 100 … so that half of it is round too. 0 for nothing."""
    if most <= 0:
        return 0
    unit = 1
    while True:
        for step in (2, 4, 6, 10):
            if step * unit >= most:
                return step * unit
        unit *= 10


def _seam(width: int) -> int:
    """What stays free between two bars."""
    return 0 if width < 3 else 1 if width < 8 else width // 5
