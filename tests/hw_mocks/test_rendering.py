"""Drawings as pixels: the part of SVG that the museum's drawings use, painted where a browser would paint it."""

import pytest
from PIL import Image

from hw_mocks.garments import KINDS, draw
from hw_mocks.outlines import dashed, subpaths
from hw_mocks.rendering import render

RED, GREEN, WHITE = (255, 0, 0), (0, 128, 0), (255, 255, 255)


def painted(body: str, defs: str = "") -> Image.Image:
    """A white drawing with this in it; one pixel for each unit."""
    ground = '<rect width="600" height="400" fill="#fff"/>'
    return render(f'<svg xmlns="http://www.w3.org/2000/svg"><defs>{defs}</defs>{ground}{body}</svg>', 600)


@pytest.mark.parametrize(
    "body",
    [
        '<rect x="100" y="100" width="80" height="60" fill="#f00"/>',
        '<path d="M100 100H180V160H100z" fill="#f00"/>',
        '<path d="M100 100h80v60h-80z" fill="#f00"/>',
        '<ellipse cx="140" cy="130" rx="40" ry="30" fill="#f00"/>',
        '<path d="M100 130H180" stroke="#f00" stroke-width="60" fill="none"/>',
        '<g transform="translate(100 100) scale(2)"><rect width="40" height="30" fill="#f00"/></g>',
        '<rect x="110" y="90" width="60" height="80" fill="#f00" transform="rotate(90 140 130)"/>',
    ],
)
def test_a_shape_is_where_it_belongs(body: str) -> None:
    """Red around (140, 130) and white outside, however the shape is written."""
    image = painted(body)
    assert image.getpixel((140, 130)) == RED
    assert image.getpixel((140, 105)) == RED
    for outside in ((90, 130), (190, 130), (140, 90), (140, 172)):
        assert image.getpixel(outside) == WHITE


def test_what_is_half_transparent_lets_the_ground_through() -> None:
    """By the shape's own opacity."""
    image = painted('<circle cx="140" cy="130" r="30" fill="#000" opacity=".5"/>')
    assert image.getpixel((140, 130)) in ((127,) * 3, (128,) * 3)


def test_a_collar_has_a_hole() -> None:
    """An outline within an outline is cut out."""
    image = painted('<path d="M100 100H200V200H100zM130 130H170V170H130z" fill="#f00"/>')
    assert (image.getpixel((115, 150)), image.getpixel((150, 150))) == (RED, WHITE)


def test_a_gradient_lies_in_its_shapes_own_box() -> None:
    """From the left edge of the shape to its right, wherever it is."""
    defs = '<linearGradient id="g" x1="0" x2="1"><stop offset="0" stop-color="#000"/>'
    defs += '<stop offset="1" stop-color="#fff"/></linearGradient>'
    image = painted('<rect x="300" y="50" width="200" height="60" fill="url(#g)"/>', defs)
    row = [image.getpixel((x, 80))[0] for x in (310, 400, 490)]  # type: ignore[index]
    assert row[0] < 30 < 110 < row[1] < 145 < 225 < row[2]


def test_cloth_repeats_from_its_own_start() -> None:
    """Stripes of 10 units, red and green, from y = 20 on."""
    stripes = '<rect y="0" width="2" height="1" fill="#f00"/><rect y="1" width="2" height="1" fill="#008000"/>'
    defs = '<pattern id="p" width="2" height="2" patternTransform="translate(0 20) rotate(0) scale(10)">'
    image = painted('<rect width="600" height="400" fill="url(#p)"/>', f"{defs}{stripes}</pattern>")
    assert [image.getpixel((300, y)) for y in (25, 35, 45, 355, 15)] == [RED, GREEN, RED, GREEN, GREEN]


def test_dashes_leave_every_other_stretch() -> None:
    """Four drawn, three left out, around a corner too."""
    lines = list(subpaths("M0 0H10V10"))
    assert list(dashed(lines, [4, 3])) == [
        [(0, 0), (4, 0)],
        [(7, 0), (10, 0), (10, 1)],
        [(10, 4), (10, 8)],
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_piece_stands_before_its_wall(kind: str) -> None:
    """Light at the corners, a piece with its own dyes in the middle, and the same pixels every time."""
    image = render(draw(f"pieza-{kind}", kind), 300)
    assert image.size == (300, 200)
    assert all(min(image.getpixel(corner)) > 120 for corner in ((2, 2), (297, 2), (2, 197)))  # type: ignore[type-var]
    colours = image.crop((100, 60, 200, 140)).getcolors(100_000)
    assert colours is not None
    assert len(colours) > 50
    assert image.tobytes() == render(draw(f"pieza-{kind}", kind), 300).tobytes()
