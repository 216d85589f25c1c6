"""What statements are drawn with: two weights of one shipped typeface, the colours of the house, a maker's woven band.

The typeface is a Latin subset of DejaVu Sans Condensed (its licence lies beside it), so a paper looks the same whatever fonts
a machine has. A letter that it does not have is drawn as `?`.
"""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from controller.domain.weave import ROWS, weave

FONTS = Path(__file__).with_name("fonts")
REGULAR, BOLD = FONTS / "DejaVuSansCondensed.ttf", FONTS / "DejaVuSansCondensed-Bold.ttf"

WOOL, FLEECE, INK, ASH, THREAD = (248, 242, 228), (255, 253, 247), (35, 31, 26), (110, 103, 94), (221, 209, 184)
MARIGOLD = (240, 164, 0)
"""Money, and only money."""
YARN = {
    "wool": WOOL,
    "ink": INK,
    "nogal": (140, 74, 47),
    "indigo": (34, 48, 107),
    "dusk": (125, 143, 196),
}
Colour = tuple[int, int, int]
Stitch = tuple[Colour, float, float, float, float]


def band(maker: str, width: float, stitch: float) -> Iterator[Stitch]:
    """Her band as rectangles from left to right over `width`: colour, x, y, width and height, in the paper's own unit.

    It is `ROWS` stitches high and ends where the paper does.
    """
    woven = weave(maker)
    yield YARN[woven.ground], 0, 0, width, ROWS * stitch
    repeats = int(width / (woven.width * stitch)) + 1
    for letter, yarn in (("a", woven.yarn_a), ("b", woven.yarn_b)):
        for repeat in range(repeats):
            for x, y, run in woven.runs(letter):
                left = (repeat * woven.width + x) * stitch
                if left < width:
                    yield YARN[yarn], left, y * stitch, min(run * stitch, width - left), stitch


def drawable(text: str) -> str:
    """The text in letters that the typeface has."""
    return "".join(letter if ord(letter) in _letters() else "?" for letter in text)


@cache
def _letters() -> frozenset[int]:
    from fontTools.ttLib import TTFont

    with TTFont(REGULAR) as font:
        return frozenset(font.getBestCmap())


def wrapped(text: str, width: float, measured: Callable[[str], float]) -> list[str]:
    """The text in lines no wider than `width` as `measured` tells; a word that is wider alone is cut."""
    lines = [""]
    for word in drawable(text).split():
        longer = f"{lines[-1]} {word}".strip()
        if measured(longer) <= width:
            lines[-1] = longer
            continue
        while measured(word) > width:
            fits = next((n for n in range(len(word) - 1, 1, -1) if measured(word[:n]) <= width), 1)
            lines, word = [*lines, word[:fits]], word[fits:]
        lines.append(word)
    return [line for line in lines if line] or [""]
