"""The museum's drawings as pixels: as much of SVG as `hw_mocks.canvas` writes, painted with Pillow.

Rectangles, ellipses and paths with one fill or one stroke; translate, rotate and scale; gradients in a shape's own box and
patterns in the drawing's. A shape becomes a mask, a paint becomes pixels under the inverse of its place, and both meet.
"""

import math
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import pairwise

from PIL import Image, ImageChops, ImageColor, ImageDraw

from hw_mocks.outlines import Point, dashed, subpaths
from hw_mocks.transforms import Matrix, applied, inverse, times, transform

Box = tuple[int, int, int, int]
Colour = tuple[int, ...]
Coat = tuple[Image.Image | Colour, Image.Image | None]
"""Pixels, or the one colour of them all; and how much of each is laid on, None for all."""
Paint = Callable[[Box], Coat]
"""What it lays on a box of the picture."""
Stops = tuple[tuple[float, Colour], ...]
"""Where along a gradient which red, green, blue and alpha is reached."""

GRID = 48
"""A gradient is worked out for so many points each way and smoothed between them."""
STITCH = 6
"""Pixels each way for one unit of a pattern."""
OPAQUE = (255, 255)
"""The least and the most alpha of what hides all behind it."""
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
        self._tiles: dict[str, Image.Image] = {}

    def group(self, parent: ET.Element, at: Matrix) -> None:
        """Everything in a group, in order."""
        for element in parent:
            if element.tag == "defs":
                continue
            place = times(at, transform(element.get("transform", "")))
            if element.tag == "g":
                self.group(element, place)
            else:
                self._shape(element, place)

    def _shape(self, element: ET.Element, at: Matrix) -> None:
        lines = list(_outline(element))
        opacity = float(element.get("opacity", 1))
        fill, stroke = element.get("fill", "#000"), element.get("stroke")
        if fill != "none":
            shapes = [[applied(at, point) for point in line] for line, _ in lines]
            self._lay(_filled(shapes), self._paint(fill, at, [point for line, _ in lines for point in line]), opacity)
        if stroke:
            size = math.sqrt(abs(at[0] * at[3] - at[1] * at[2]))
            pieces = dashed(lines, [float(part) for part in element.get("stroke-dasharray", "").split()])
            width_px = float(element.get("stroke-width", 1)) * size
            strokes = [[applied(at, point) for point in piece] for piece in pieces]
            mask = _stroked(strokes, width_px, element.get("stroke-linecap") == "round")
            self._lay(mask, self._paint(stroke, at, []), opacity * float(element.get("stroke-opacity", 1)))

    def _lay(self, shape: tuple[Image.Image, Box] | None, paint: Paint, opacity: float) -> None:
        if shape is None:
            return
        mask, box = shape
        pixels, alpha = paint(box)
        if alpha is not None:
            mask = ImageChops.multiply(mask, alpha)
        if opacity < 1:
            mask = mask.point(lambda value: round(value * opacity))
        self.image.paste(pixels, box, mask)

    # Paints

    def _paint(self, name: str, at: Matrix, points: list[Point]) -> Paint:
        if not name.startswith("url("):
            colour = ImageColor.getrgb(name)
            return lambda _: (colour, None)
        element = self._defs[name[5:-1]]
        if element.tag == "pattern":
            return self._pattern(name, element, at)
        colours, alpha = _gradient(element)
        left, right = min(x for x, _ in points), max(x for x, _ in points)
        top, bottom = min(y for _, y in points), max(y for _, y in points)
        place = times(at, ((right - left) / GRID, 0.0, 0.0, (bottom - top) / GRID, left, top))
        return lambda box: (
            _stretched(colours, place, box) if isinstance(colours, Image.Image) else colours,
            alpha and _stretched(alpha, place, box),
        )

    def _pattern(self, name: str, element: ET.Element, at: Matrix) -> Paint:
        source = self._tiles.get(name) or self._tiles.setdefault(name, _tiles(element))
        place = times(at, transform(element.get("patternTransform", "")))
        place = times(place, (1 / STITCH, 0, 0, 1 / STITCH, 0, 0))

        def paint(box: Box) -> Coat:
            pixels = _placed(*_spread(source, place, box), box)
            if pixels.mode == "RGB":
                return pixels, None
            pixels = pixels.convert("RGBA")
            return pixels, pixels.getchannel("A")

        return paint


def _stretched(gradient: Image.Image, at: Matrix, box: Box) -> Image.Image:
    """What a gradient shows in a box of the picture, no more than its margin larger than itself."""
    a, b, c, d, e, f = inverse(at)
    if b or c or a < 0 or d < 0:
        return _placed(gradient, at, box)
    left, top, right, bottom = box  # upright, as nearly all light and shadow falls: three times as fast
    part = (max(0, a * left + e), max(0, d * top + f), min(GRID, a * right + e), min(GRID, d * bottom + f))
    return gradient.resize((right - left, bottom - top), Image.Resampling.BILINEAR, part)


def _placed(source: Image.Image, at: Matrix, box: Box) -> Image.Image:
    """What a box of the picture shows of a source that lies there."""
    a, b, c, d, e, f = inverse(at)
    left, top, right, bottom = box
    where = (a, c, a * left + c * top + e, b, d, b * left + d * top + f)
    return source.transform((right - left, bottom - top), Image.Transform.AFFINE, where, Image.Resampling.BILINEAR)


def _spread(source: Image.Image, at: Matrix, box: Box) -> tuple[Image.Image, Matrix]:
    """A pattern repeated as far as the box reaches, and the place of that."""
    corners = [applied(inverse(at), (x, y)) for x in box[::2] for y in box[1::2]]
    columns = range(*_reach([x for x, _ in corners], source.width))
    rows = range(*_reach([y for _, y in corners], source.height))
    start = (1, 0, 0, 1, columns.start * source.width, rows.start * source.height)
    return _repeated(source, len(columns), len(rows)), times(at, start)


def _reach(places: list[float], length: int) -> tuple[int, int]:
    return math.floor(min(places) / length) - 1, math.ceil(max(places) / length) + 1


def _tiles(pattern: ET.Element) -> Image.Image:
    """One repeat of a pattern, or as many as make it worth laying: RGB, or RGBa where something shines through."""
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
    whole = tile.convert("RGB" if tile.getchannel("A").getextrema() == OPAQUE else "RGBa")
    return _repeated(whole, math.ceil(REPEAT_PX / tile.width), math.ceil(REPEAT_PX / tile.height))


def _repeated(tile: Image.Image, columns: int, rows: int) -> Image.Image:
    cloth = Image.new(tile.mode, (columns * tile.width, rows * tile.height))
    for number in range(columns * rows):
        cloth.paste(tile, (number % columns * tile.width, number // columns * tile.height))
    return cloth


def _gradient(element: ET.Element) -> Coat:
    """Its colours over a box of one by one."""
    stops = tuple(
        (float(stop.get("offset", 0)), _colour(stop.get("stop-color", "#000"), float(stop.get("stop-opacity", 1))))
        for stop in element
    )
    return _shaded(element.tag, tuple((name, float(value)) for name, value in element.items() if name != "id"), stops)


@lru_cache(maxsize=16)
def _shaded(kind: str, numbers: tuple[tuple[str, float], ...], stops: Stops) -> Coat:
    """Drawn once for all drawings, since light and shadow fall on all of them alike: how far along is each point, then
    each channel's value there."""
    number, middles = dict(numbers), [(step + 0.5) / GRID for step in range(GRID)]
    along = [min(1.0, max(0.0, _along(kind, number, x, y))) for y in middles for x in middles]
    where = Image.frombytes("L", (GRID, GRID), bytes(round(255 * part) for part in along))
    channels = zip(*(_between(stops, part / 255) for part in range(256)), strict=True)
    *colours, alpha = (where.point(values) for values in channels)
    one = stops[0][1][:3] if len({colour[:3] for _, colour in stops}) == 1 else None
    return one or Image.merge("RGB", colours), None if alpha.getextrema() == OPAQUE else alpha


def _along(kind: str, number: dict[str, float], x: float, y: float) -> float:
    if kind == "radialGradient":
        return math.hypot(x - number.get("cx", 0.5), y - number.get("cy", 0.5)) / number.get("r", 0.5)
    dx, dy = number.get("x2", 1) - number.get("x1", 0), number.get("y2", 0) - number.get("y1", 0)
    return ((x - number.get("x1", 0)) * dx + (y - number.get("y1", 0)) * dy) / (dx * dx + dy * dy)


def _between(stops: Stops, where: float) -> Colour:
    for (start, first), (end, second) in pairwise(stops):
        if where <= end:
            part = min(1.0, max(0.0, (where - start) / (end - start)))
            return tuple(round(a + (b - a) * part) for a, b in zip(first, second, strict=True))
    return stops[-1][1]


def _colour(name: str, opacity: float) -> Colour:
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
    mask = Image.new("L", size)
    for shape in shapes:
        one = Image.new("L", size) if 1 < len(shapes) < 4 else mask
        ImageDraw.Draw(one).polygon([(x - box[0], y - box[1]) for x, y in shape], 255)
        mask = one if one is mask else ImageChops.difference(mask, one)
    return mask, box


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
