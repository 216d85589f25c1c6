"""Where SVG puts things: the six numbers of a place, and what `translate`, `scale` and `rotate` make of them."""

import math

from hw_mocks.outlines import Point

Matrix = tuple[float, float, float, float, float, float]
"""As SVG's matrix(a b c d e f)."""


def transform(text: str) -> Matrix:
    """What a `transform` attribute says, its steps from left to right; nothing leaves things where they are."""
    place: Matrix = (1, 0, 0, 1, 0, 0)
    for part in text.split(")")[:-1]:
        name, _, inside = part.strip().partition("(")
        place = times(place, _step(name, [float(number) for number in inside.replace(",", " ").split()]))
    return place


def _step(name: str, numbers: list[float]) -> Matrix:
    if name == "translate":
        return 1, 0, 0, 1, numbers[0], numbers[1]
    if name == "scale":
        return numbers[0], 0, 0, numbers[0], 0, 0
    turn, (x, y) = math.radians(numbers[0]), (numbers[1:] or [0.0, 0.0])
    cos, sin = math.cos(turn), math.sin(turn)
    return cos, sin, -sin, cos, x - cos * x + sin * y, y - sin * x - cos * y


def times(m: Matrix, n: Matrix) -> Matrix:
    """The place of what stands at `n` within `m`."""
    a, b, c, d, e, f = m
    return (
        a * n[0] + c * n[1],
        b * n[0] + d * n[1],
        a * n[2] + c * n[3],
        b * n[2] + d * n[3],
        a * n[4] + c * n[5] + e,
        b * n[4] + d * n[5] + f,
    )


def inverse(m: Matrix) -> Matrix:
    """The way back; nothing may be flat."""
    a, b, c, d, e, f = m
    size = a * d - b * c
    return d / size, -b / size, -c / size, a / size, (c * f - d * e) / size, (b * e - a * f) / size


def applied(m: Matrix, point: Point) -> Point:
    """Where a point of a drawing comes to lie."""
    x, y = point
    return m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]
