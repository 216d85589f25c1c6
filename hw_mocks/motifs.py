"""Woven cloth as SVG: the dyes, the figures and the stripes that the simulated museum's pieces are made of.

The figures are our own drawings after Andean weaving: llama, bird, mountain, chakana, diamond, flower, hook, seed. Cloth is
a repeat of stripes and figure bands, symmetric around its middle, drawn with one path per yarn, so a photo stays small.
"""

from dataclasses import dataclass
from itertools import accumulate
from random import Random

DYES = {
    "wool": "#f4e8cf",
    "ink": "#2b2420",
    "indigo": "#22306b",
    "cochineal": "#b0203e",
    "marigold": "#f0a400",
    "moss": "#2f6b46",
    "nogal": "#8c4a2f",
    "rose": "#d8607c",
    "sky": "#5b8fc0",
    "clay": "#cf6a35",
    "leaf": "#8aa84b",
    "plum": "#63285c",
}
PALETTES = (
    ("cochineal", "marigold", "wool", "indigo", "leaf"),
    ("indigo", "wool", "marigold", "cochineal", "sky"),
    ("moss", "wool", "marigold", "cochineal", "leaf"),
    ("plum", "rose", "wool", "marigold", "sky"),
    ("nogal", "wool", "clay", "marigold", "indigo"),
    ("clay", "wool", "indigo", "marigold", "cochineal"),
    ("ink", "marigold", "rose", "wool", "sky"),
    ("wool", "cochineal", "indigo", "marigold", "moss"),
)
FIGURES = {
    "llama": (".#.#.......", ".###.......", "..##.......", "..##.....#.", "..########.", "..#######..", "..#.##.##.."),
    "bird": ("..##.....", ".#.##...#", "#.####.##", "..#######", "...#####.", "....#.#..", "...##.##."),
    "mountain": ("....#....", "...#.#...", "..#.#.#..", ".#.#.#.#.", "#.#.#.#.#", ".#.....#.", "#.......#"),
    "chakana": ("...###...", "...#.#...", ".###.###.", ".#..#..#.", ".###.###.", "...#.#...", "...###..."),
    "diamond": ("....#....", "...###...", "..##.##..", ".##.#.##.", "..##.##..", "...###...", "....#...."),
    "flower": ("..#...#..", ".###.###.", "..##.##..", "....#....", "..##.##..", ".###.###.", "..#...#.."),
    "hook": ("######...", "#....#.#.", "#.##.#.#.", "#.#..#.#.", "#.####.#.", "#......#.", "########."),
    "seed": ("..#......", ".#.#...#.", "#...#.###", ".#.#...#.", "..#......", "......#..", "..#..###."),
}


@dataclass(frozen=True, slots=True)
class Stripe:
    """`height` stitches of one dye, or of figures on a ground."""

    height: int
    ground: str
    figure: str = ""
    dye: str = ""


def weave(random: Random, palette: tuple[str, ...], figures: int = 2) -> tuple[Stripe, ...]:
    """The stripes of one cloth: narrow ones around each figure band, the whole mirrored around its middle."""
    ground, *yarns = palette
    names = random.sample(sorted(FIGURES), figures)
    half: list[Stripe] = [Stripe(random.randint(2, 5), ground)]
    for name in names:
        edge, field, dye = random.sample(yarns, 3)
        half += [Stripe(1, edge), Stripe(1, ground), Stripe(1, field), Stripe(9, ground, name, dye)]
        half += [Stripe(1, field), Stripe(1, ground), Stripe(2, edge), Stripe(random.randint(1, 4), ground)]
    middle = Stripe(9, random.choice(yarns[:2]), random.choice(names), ground)
    return (*half, middle, *reversed(half))


def pattern(
    name: str, stripes: tuple[Stripe, ...], stitch: float, turn_deg: int = 0, x: float = 0, y: float = 0
) -> str:
    """The cloth as an SVG pattern with this id; `stitch` is its size in the drawing, `turn_deg` 90 makes stripes upright."""
    width = 1
    for stripe in stripes:
        if stripe.figure:
            width = max(width, len(FIGURES[stripe.figure][0]) + 1)
    height = sum(stripe.height for stripe in stripes)
    tops = accumulate((stripe.height for stripe in stripes), initial=0)
    body = "".join(_stripe(stripe, top, width) for stripe, top in zip(stripes, tops, strict=False))
    place = f"translate({x} {y}) rotate({turn_deg}) scale({stitch})"
    return (
        f'<pattern id="{name}" width="{width}" height="{height}" patternUnits="userSpaceOnUse" '
        f'patternTransform="{place}">{body}</pattern>'
    )


def _stripe(stripe: Stripe, top: int, width: int) -> str:
    plain = f'<rect y="{top}" width="{width}" height="{stripe.height + 0.06}" fill="{DYES[stripe.ground]}"/>'
    if not stripe.figure:
        return plain
    rows = FIGURES[stripe.figure]
    above = top + (stripe.height - len(rows)) / 2
    left = (width - len(rows[0])) / 2
    return plain + f'<path fill="{DYES[stripe.dye]}" d="{stitches(rows, left, above)}"/>'


def stitches(rows: tuple[str, ...], left: float, top: float) -> str:
    """A figure as runs of stitches."""
    parts = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            run = len(row[x:]) - len(row[x:].lstrip("#"))
            if run:
                parts.append(f"M{left + x:g} {top + y:g}h{run}v1.04h-{run}z")
            x += run or 1
    return "".join(parts)
