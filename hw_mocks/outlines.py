"""Paths of SVG as points: the commands that the museum's drawings use, and what dashes leave of a line."""

import math
import re
from collections.abc import Iterator
from itertools import pairwise

Point = tuple[float, float]
Line = tuple[list[Point], bool]
"""Points, and whether the last joins the first."""

WORD = re.compile(r"[A-Za-z]|-?(?:\d+\.?\d*|\.\d+)")
TAKES = {"M": 2, "L": 2, "H": 1, "V": 1, "Q": 4, "C": 6, "Z": 0}
BEND_STEPS = 16


def subpaths(path: str) -> Iterator[Line]:
    """Each line of a path. Curves become short straight steps."""
    line: list[Point] = [(0.0, 0.0)]
    for command, numbers in _commands(path):
        if command == "M":
            if len(line) > 1:
                yield line, False
            line = [(numbers[0], numbers[1])]
        elif command == "Z":
            yield line, True
            line = [line[0]]
        else:
            line += _bend(line[-1], list(zip(numbers[::2], numbers[1::2], strict=True)))
    if len(line) > 1:
        yield line, False


def _commands(path: str) -> Iterator[tuple[str, list[float]]]:
    """Every step with absolute numbers; H and V as lines, a further pair after M as a line too."""
    words = WORD.findall(path)
    x = y = start_x = start_y = 0.0
    name, at = "", 0
    while at < len(words):
        if words[at].isalpha():
            name, at = words[at], at + 1
        kind = name.upper()
        numbers = [float(word) for word in words[at : at + TAKES[kind]]]
        at += TAKES[kind]
        base = (x, y) if name.islower() else (0.0, 0.0)
        if kind in "HV":
            moved = (base[0] + numbers[0], y) if kind == "H" else (x, base[1] + numbers[0])
            kind, numbers = "L", [*moved]
        else:
            numbers = [number + base[place % 2] for place, number in enumerate(numbers)]
        x, y = (start_x, start_y) if kind == "Z" else (numbers[-2], numbers[-1])
        if kind == "M":
            start_x, start_y = x, y
            name = "l" if name == "m" else "L"
        yield kind, numbers


def _bend(start: Point, points: list[Point]) -> Iterator[Point]:
    """A Bézier curve of any degree by de Casteljau; of degree one it is its end."""
    steps = 1 if len(points) == 1 else BEND_STEPS
    for step in range(1, steps + 1):
        part, left = step / steps, [start, *points]
        while len(left) > 1:
            left = [(ax + (bx - ax) * part, ay + (by - ay) * part) for (ax, ay), (bx, by) in pairwise(left)]
        yield left[0]


def dashed(lines: list[Line], dashes: list[float]) -> Iterator[list[Point]]:
    """What is drawn of the lines: all of them, or every other stretch."""
    for points, is_closed in lines:
        whole = [*points, points[0]] if is_closed else points
        if dashes:
            yield from _stretches(whole, dashes)
        else:
            yield whole


def _stretches(points: list[Point], dashes: list[float]) -> Iterator[list[Point]]:
    number, left, drawn = 0, dashes[0], [points[0]]
    for (ax, ay), (bx, by) in pairwise(points):
        length, done = math.hypot(bx - ax, by - ay), 0.0
        while length - done > left:
            done += left
            here = (ax + (bx - ax) * done / length, ay + (by - ay) * done / length)
            if number % 2 == 0:
                yield [*drawn, here]
            number += 1
            left, drawn = dashes[number % len(dashes)], [here]
        left -= length - done
        drawn.append((bx, by))
    if number % 2 == 0:
        yield drawn
