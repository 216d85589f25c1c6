"""The museum's drawings as pixels: as much of SVG as `hw_mocks.canvas` writes, painted with Pillow.

Rectangles, ellipses and paths with one fill or one stroke; translate, rotate and scale; gradients in a shape's own box and
patterns in the drawing's. A shape becomes a mask, a paint becomes pixels under the inverse of its place, and both meet.
"""

import math
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from itertools import pairwise

from PIL import Image, ImageChops, ImageColor, ImageDraw

from hw_mocks.outlines import Point, dashed, subpaths

Matrix = tuple[float, float, float, float, float, float]
"""As SVG's matrix(a b c d e f)."""
Box = tuple[int, int, int, int]
Paint = Callable[[Box], Image.Image]
"""The pixels of a box of the picture."""

GRID = 48
"""A gradient is worked out for so many points each way and smoothed between them."""
STITCH = 6
"""Pixels each way for one unit of a pattern."""
REPEAT_PX = 300
"""Small repeats are laid together to this size first: thousands of threads would take longer than the rest of a drawing."""


def render(svg: str, width: int) -> Image.Image:
    """The drawing at this width, 3:2."""
    root = ET.fromstring(svg)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    painter = _Painter(root, width / 600)
    painter.group(root, painter.to_pixels)
    return painter.image


class _Painter:
    def __init__(self, root: ET.Element, scale: float) -> None:
        self.image = Image.new("RGB", (round(600 * scale), round(400 * scale)))
        self.to_pixels: Matrix = (scale, 0, 0, scale, 0, 0)
        self._defs = {each.get("id", ""): each for each in root.findall("./defs/*")}
        self._made: dict[str, Image.Image] = {}

    def group(self, parent: ET.Element, at: Matrix) -> None:
        """Everything in a group, in order."""
        for element in parent:
            if element.tag == "defs":
                continue
            place = _times(at, _transform(element.get("transform", "")))
            if element.tag == "g":
                self.group(element, place)
            else:
                self._shape(element, place)

    def _shape(self, element: ET.Element, at: Matrix) -> None:
        lines = list(_outline(element))
        opacity = float(element.get("opacity", 1))
        fill, stroke = element.get("fill", "#000"), element.get("stroke")
        if fill != "none":
            shapes = [[_apply(at, point) for point in line] for line, _ in lines]
            self._lay(_filled(shapes), self._paint(fill, at, [point for line, _ in lines for point in line]), opacity)
        if stroke:
            size = math.sqrt(abs(at[0] * at[3] - at[1] * at[2]))
            pieces = dashed(lines, [float(part) for part in element.get("stroke-dasharray", "").split()])
            width_px = float(element.get("stroke-width", 1)) * size
            strokes = [[_apply(at, point) for point in piece] for piece in pieces]
            mask = _stroked(strokes, width_px, element.get("stroke-linecap") == "round")
            self._lay(mask, self._paint(stroke, at, []), opacity * float(element.get("stroke-opacity", 1)))

    def _lay(self, shape: tuple[Image.Image, Box] | None, paint: Paint, opacity: float) -> None:
        if shape is None:
            return
        mask, box = shape
        pixels = paint(box)
        if pixels.mode == "RGBA":
            mask = ImageChops.multiply(mask, pixels.getchannel("A"))
        if opacity < 1:
            mask = mask.point(lambda value: round(value * opacity))
        self.image.paste(pixels.convert("RGB"), box[:2], mask)

    # Paints

    def _paint(self, name: str, at: Matrix, points: list[Point]) -> Paint:
        if not name.startswith("url("):
            colour = ImageColor.getrgb(name)
            return lambda box: Image.new("RGB", (box[2] - box[0], box[3] - box[1]), colour)
        element = self._defs[name[5:-1]]
        if element.tag == "pattern":
            source = self._once(name, _tiles, element)
            place = _times(at, _transform(element.get("patternTransform", "")))
            return lambda box: _placed(source, _times(place, (1 / STITCH, 0, 0, 1 / STITCH, 0, 0)), box, element)
        source = self._once(name, _gradient, element)
        left, right = min(x for x, _ in points), max(x for x, _ in points)
        top, bottom = min(y for _, y in points), max(y for _, y in points)
        stretch = ((right - left) / GRID, 0.0, 0.0, (bottom - top) / GRID, left, top)
        return lambda box: _placed(source, _times(at, stretch), box, None)

    def _once(self, name: str, make: Callable[[ET.Element], Image.Image], element: ET.Element) -> Image.Image:
        if name not in self._made:
            self._made[name] = make(element)
        return self._made[name]


def _placed(source: Image.Image, at: Matrix, box: Box, pattern: ET.Element | None) -> Image.Image:
    """What a paint shows in a box of the picture; a pattern is repeated as far as the box reaches."""
    a, b, c, d, e, f = _inverse(at)
    left, top, right, bottom = box
    e, f = a * left + c * top + e, b * left + d * top + f
    size = (right - left, bottom - top)
    if pattern is not None:
        corners = [(a * x + c * y + e, b * x + d * y + f) for x in (0, size[0]) for y in (0, size[1])]
        columns = range(*_reach([x for x, _ in corners], source.width))
        rows = range(*_reach([y for _, y in corners], source.height))
        cloth = _repeated(source, len(columns), len(rows))
        source, e, f = cloth, e - columns.start * source.width, f - rows.start * source.height
    return source.transform(size, Image.Transform.AFFINE, (a, c, e, b, d, f), Image.Resampling.BILINEAR)


def _reach(places: list[float], length: int) -> tuple[int, int]:
    return math.floor(min(places) / length) - 1, math.ceil(max(places) / length) + 1


def _tiles(pattern: ET.Element) -> Image.Image:
    """One repeat of a pattern, or as many as make it worth laying."""
    size = (round(float(pattern.get("width", 0)) * STITCH), round(float(pattern.get("height", 0)) * STITCH))
    tile = Image.new("RGBA", size)
    for element in pattern:
        layer = Image.new("RGBA", size)
        pen = ImageDraw.Draw(layer)
        for line, _ in _outline(element):
            scaled = [(x * STITCH, y * STITCH) for x, y in line]
            if stroke := element.get("stroke"):
                alpha = round(255 * float(element.get("stroke-opacity", 1)))
                pen.line([(round(x), round(y)) for x, y in scaled], (*ImageColor.getrgb(stroke)[:3], alpha), STITCH)
            else:
                (x0, y0), (x1, y1) = min(scaled), max(scaled)
                pen.rectangle((round(x0), round(y0), round(x1) - 1, round(y1) - 1), element.get("fill"))
        tile = Image.alpha_composite(tile, layer)
    return _repeated(tile, math.ceil(REPEAT_PX / tile.width), math.ceil(REPEAT_PX / tile.height))


def _repeated(tile: Image.Image, columns: int, rows: int) -> Image.Image:
    cloth = Image.new(tile.mode, (columns * tile.width, rows * tile.height))
    for number in range(columns * rows):
        cloth.paste(tile, (number % columns * tile.width, number // columns * tile.height))
    return cloth


def _gradient(element: ET.Element) -> Image.Image:
    """Its colours over a box of one by one."""
    stops = [
        (float(stop.get("offset", 0)), _colour(stop.get("stop-color", "#000"), float(stop.get("stop-opacity", 1))))
        for stop in element
    ]
    number = {name: float(value) for name, value in element.items() if name != "id"}
    image = Image.new("RGBA", (GRID, GRID))
    for y in range(GRID):
        for x in range(GRID):
            where = _along(element.tag, number, (x + 0.5) / GRID, (y + 0.5) / GRID)
            image.putpixel((x, y), _between(stops, where))
    return image


def _along(kind: str, number: dict[str, float], x: float, y: float) -> float:
    if kind == "radialGradient":
        return math.hypot(x - number.get("cx", 0.5), y - number.get("cy", 0.5)) / number.get("r", 0.5)
    dx, dy = number.get("x2", 1) - number.get("x1", 0), number.get("y2", 0) - number.get("y1", 0)
    return ((x - number.get("x1", 0)) * dx + (y - number.get("y1", 0)) * dy) / (dx * dx + dy * dy)


def _between(stops: list[tuple[float, tuple[int, int, int, int]]], where: float) -> tuple[int, int, int, int]:
    for (start, first), (end, second) in pairwise(stops):
        if where <= end:
            part = min(1.0, max(0.0, (where - start) / (end - start)))
            red, green, blue, alpha = (round(a + (b - a) * part) for a, b in zip(first, second, strict=True))
            return red, green, blue, alpha
    return stops[-1][1]


def _colour(name: str, opacity: float) -> tuple[int, int, int, int]:
    red, green, blue = ImageColor.getrgb(name)[:3]
    return red, green, blue, round(255 * opacity)


# Shapes


def _outline(element: ET.Element) -> Iterator[tuple[list[Point], bool]]:
    number = {name: float(element.get(name, 0)) for name in ("x", "y", "width", "height", "cx", "cy", "rx", "ry", "r")}
    if element.tag == "rect":
        x, y, width, height = (number[name] for name in ("x", "y", "width", "height"))
        yield [(x, y), (x + width, y), (x + width, y + height), (x, y + height)], True
    elif element.tag in ("circle", "ellipse"):
        rx, ry = number["r"] or number["rx"], number["r"] or number["ry"]
        turns = [math.tau * step / 48 for step in range(48)]
        yield [(number["cx"] + rx * math.cos(turn), number["cy"] + ry * math.sin(turn)) for turn in turns], True
    else:
        yield from subpaths(element.get("d", ""))


def _box(shapes: list[list[Point]], margin: float = 1) -> Box | None:
    points = [point for shape in shapes for point in shape]
    if not points:
        return None
    xs, ys = [x for x, _ in points], [y for _, y in points]
    left, top = math.floor(min(xs) - margin), math.floor(min(ys) - margin)
    return left, top, math.ceil(max(xs) + margin), math.ceil(max(ys) + margin)


def _filled(shapes: list[list[Point]]) -> tuple[Image.Image, Box] | None:
    """Where an odd number of outlines lie around a point."""
    box = _box(shapes)
    if box is None:
        return None
    size = (box[2] - box[0], box[3] - box[1])
    mask = Image.new("1", size)
    for shape in shapes:
        one = Image.new("1", size)
        ImageDraw.Draw(one).polygon([(x - box[0], y - box[1]) for x, y in shape], 1)
        mask = ImageChops.logical_xor(mask, one) if len(shapes) < 4 else ImageChops.logical_or(mask, one)
    return mask.convert("L"), box


def _stroked(lines: list[list[Point]], width_px: float, is_round: bool) -> tuple[Image.Image, Box] | None:
    box = _box(lines, width_px)
    if box is None:
        return None
    mask = Image.new("L", (box[2] - box[0], box[3] - box[1]))
    pen, half = ImageDraw.Draw(mask), width_px / 2
    for line in lines:
        moved = [(x - box[0], y - box[1]) for x, y in line]
        pen.line(moved, 255, max(1, round(width_px)), joint="curve")
        for x, y in (moved[0], moved[-1]) if is_round and width_px > 2 else ():
            pen.ellipse((x - half, y - half, x + half, y + half), 255)
    return mask, box


# Places


def _transform(text: str) -> Matrix:
    place: Matrix = (1, 0, 0, 1, 0, 0)
    for part in text.split(")")[:-1]:
        name, _, inside = part.strip().partition("(")
        place = _times(place, _step(name, [float(number) for number in inside.replace(",", " ").split()]))
    return place


def _step(name: str, numbers: list[float]) -> Matrix:
    if name == "translate":
        return 1, 0, 0, 1, numbers[0], numbers[1]
    if name == "scale":
        return numbers[0], 0, 0, numbers[0], 0, 0
    turn, (x, y) = math.radians(numbers[0]), (numbers[1:] or [0.0, 0.0])
    cos, sin = math.cos(turn), math.sin(turn)
    return cos, sin, -sin, cos, x - cos * x + sin * y, y - sin * x - cos * y


def _times(m: Matrix, n: Matrix) -> Matrix:
    a, b, c, d, e, f = m
    return (
        a * n[0] + c * n[1],
        b * n[0] + d * n[1],
        a * n[2] + c * n[3],
        b * n[2] + d * n[3],
        a * n[4] + c * n[5] + e,
        b * n[4] + d * n[5] + f,
    )


def _inverse(m: Matrix) -> Matrix:
    a, b, c, d, e, f = m
    size = a * d - b * c
    return d / size, -b / size, -c / size, a / size, (c * f - d * e) / size, (b * e - a * f) / size


def _apply(m: Matrix, point: Point) -> Point:
    x, y = point
    return m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]
