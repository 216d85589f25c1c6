"""The map as a drawing: points on a plain grid of degrees, without a map server and so without a request to anybody. Pure."""

import math
from dataclasses import dataclass
from typing import NamedTuple

WIDTH, HEIGHT, EDGE, NEAR, APART = 800, 500, 40, 30, 90
"""Of the drawing, in its own units."""
KM_PER_DEGREE = 111.32
"""Of latitude, and of longitude at the equator: near enough for a scale."""
STEPS_KM = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000)
GRID = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 90)


class Dot(NamedTuple):
    """A machine at `x`, `y` of the drawing, or several that stand too near to be told apart: their numbers in the list."""

    x: int
    y: int
    numbers: tuple[int, ...]


class Line(NamedTuple):
    """A line of the grid at `at`, and the degrees it stands for."""

    at: int
    degrees: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """Points on a plain grid of degrees, equirectangular around their middle; `scale_km` is `scale` wide."""

    dots: tuple[Dot, ...]
    east: tuple[Line, ...]
    north: tuple[Line, ...]
    scale: int
    scale_km: float
    width: int = WIDTH
    height: int = HEIGHT


def drawing(points: dict[int, tuple[float, float]]) -> Drawing | None:
    """Points by their number, as longitude and latitude; None when there are none. The whole fits, as near as it can be."""
    if not points:
        return None
    lons, lats = [lon for lon, _ in points.values()], [lat for _, lat in points.values()]
    middle = ((min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2)
    narrow = max(0.05, math.cos(math.radians(middle[1])))
    wide, tall = (max(lons) - min(lons)) * narrow, max(lats) - min(lats)
    unit = min((WIDTH - 2 * EDGE) / max(wide, 0.01), (HEIGHT - 2 * EDGE) / max(tall, 0.01))

    def x(lon: float) -> int:
        return round(WIDTH / 2 + (lon - middle[0]) * narrow * unit)

    def y(lat: float) -> int:
        return round(HEIGHT / 2 - (lat - middle[1]) * unit)

    km = max((km for km in STEPS_KM if km / KM_PER_DEGREE * unit <= 200), default=STEPS_KM[0])
    return Drawing(
        _dots({number: (x(lon), y(lat)) for number, (lon, lat) in points.items()}),
        tuple(Line(x(at), _degrees(at, "E", "O")) for at in _steps(WIDTH / 2, middle[0], narrow * unit, 180)),
        tuple(Line(y(at), _degrees(at, "N", "S")) for at in _steps(HEIGHT / 2, middle[1], unit, 90)),
        round(km / KM_PER_DEGREE * unit),
        km,
    )


def _dots(spots: dict[int, tuple[int, int]]) -> tuple[Dot, ...]:
    """Machines nearer than `NEAR` to one that was drawn before share its dot."""
    found: list[Dot] = []
    for number, (x, y) in spots.items():
        near = next((i for i, dot in enumerate(found) if abs(dot.x - x) < NEAR and abs(dot.y - y) < NEAR), None)
        if near is None:
            found.append(Dot(x, y, (number,)))
        else:
            found[near] = found[near]._replace(numbers=(*found[near].numbers, number))
    return tuple(found)


def _steps(half: float, middle: float, unit: float, most: int) -> list[float]:
    """Round degrees around the middle, up to `most`, that lie within `half` of the drawing and not too near to each other."""
    step = next((step for step in GRID if step * unit >= APART), GRID[-1])
    first = math.ceil(max(-most, middle - half / unit) / step)
    last = math.floor(min(most, middle + half / unit) / step)
    return [number * step for number in range(first, last + 1)]


def _degrees(at: float, above: str, below: str) -> str:
    return f"{abs(round(at, 3)):g}° {above if at > 0 else below if at < 0 else ''}".strip()
