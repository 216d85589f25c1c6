"""A photo in the making: a plaster wall, daylight from the left, and cloth, cords and fringes to lay on it."""

import hashlib
from random import Random

from hw_mocks.motifs import DYES, PALETTES, pattern, weave

WALLS = (("#f1e6d2", "#cfbb9a"), ("#e9dfcf", "#c2b197"), ("#ecdfd0", "#ccb29c"), ("#e6e2d3", "#bcb69b"))
OUTLINE = 'stroke="#1b1410" stroke-opacity=".3" stroke-width="1.6"'
FRAME = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 400" preserveAspectRatio="xMidYMid slice">
<defs>
<radialGradient id="wall" cx=".36" cy=".28" r=".95">
<stop offset="0" stop-color="{light}"/><stop offset="1" stop-color="{dark}"/></radialGradient>
<radialGradient id="shadow"><stop offset="0" stop-color="#2a1c0f" stop-opacity=".5"/>
<stop offset="1" stop-color="#2a1c0f" stop-opacity="0"/></radialGradient>
<linearGradient id="light" x1="0" y1="0" x2="1" y2=".55"><stop offset="0" stop-color="#fff" stop-opacity=".28"/>
<stop offset=".45" stop-color="#fff" stop-opacity="0"/><stop offset="1" stop-color="#1b0f05" stop-opacity=".38"/>
</linearGradient>
<linearGradient id="fold" x1="0" x2="1"><stop offset="0" stop-color="#1b0f05" stop-opacity="0"/>
<stop offset=".5" stop-color="#1b0f05" stop-opacity=".3"/><stop offset="1" stop-color="#1b0f05" stop-opacity="0"/>
</linearGradient>
<pattern id="threads" width="4" height="4" patternUnits="userSpaceOnUse">
<path d="M0 .5h4M0 2.5h4" stroke="#000" stroke-opacity=".1"/><path d="M.5 0v4M2.5 0v4" stroke="#fff" stroke-opacity=".09"/>
</pattern>{defs}</defs>
<rect width="600" height="400" fill="url(#wall)"/><g transform="translate(63 40) scale(.79)">{body}</g></svg>
"""


class Canvas:
    """600 by 400, and one product's own cloth, dyes and chance: the same product always gets the same."""

    def __init__(self, product: str) -> None:
        self.random = Random(hashlib.sha256(product.encode()).digest())
        self.palette = self.random.choice(PALETTES)
        self.dyes = [DYES[name] for name in self.palette]
        self.stripes = weave(self.random, self.palette)
        self._defs: list[str] = []
        self._parts: list[str] = []

    def add(self, *parts: str) -> None:
        self._parts += parts

    def cloth(self, stitch: float, turn_deg: int = 0, x: float = 0, y: float = 0) -> str:
        """A fill of the product's woven cloth; `stitch` is a thread's width, (x, y) where its repeat starts."""
        name = f"cloth{len(self._defs)}"
        self._defs.append(pattern(name, self.stripes, stitch, turn_deg, x, y))
        return f"url(#{name})"

    def piece(self, path: str, fill: str, turn: str = "") -> None:
        """A piece of cloth: its colour, its threads, light from the left, an edge."""
        layers = "".join(f'<path d="{path}" fill="{paint}"/>' for paint in (fill, "url(#threads)", "url(#light)"))
        place = f' transform="{turn}"' if turn else ""
        self.add(f'<g{place}>{layers}<path d="{path}" fill="none" {OUTLINE}/></g>')

    def shadow(self, x: float, y: float, rx: float, ry: float) -> None:
        self.add(f'<ellipse cx="{x:g}" cy="{y:g}" rx="{rx:g}" ry="{ry:g}" fill="url(#shadow)"/>')

    def fold(self, x: float, y: float, width: float, height: float, turn_deg: float = 0) -> None:
        """A soft dark fold."""
        turn = f' transform="rotate({turn_deg:g} {x:g} {y:g})"' if turn_deg else ""
        self.add(f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="url(#fold)"{turn}/>')

    def line(self, path: str, width: float, dye: str, dash: str = "", cap: str = "round") -> None:
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        self.add(
            f'<path d="{path}" fill="none" stroke="{dye}" stroke-width="{width:g}" stroke-linecap="{cap}"{dashes}/>'
        )

    def cord(self, path: str, width: float, dye: str, twist: str) -> None:
        """A braided cord: a dark edge, the yarn, and the turns of a second yarn."""
        self.line(path, width + 2.4, "#3a2a1c")
        self.line(path, width, dye)
        self.line(path, width * 0.7, twist, f"{width * 0.8:g} {width * 1.1:g}", "butt")

    def fringe(self, x: float, y: float, width: float, length: float, step: float = 7) -> None:
        """Loose threads, none quite as long as the next."""
        first, second = self.dyes[1], self.dyes[0]
        for number in range(int(width / step) + 1):
            left, sway = x + number * step, self.random.uniform(-3, 3)
            drop = length * self.random.uniform(0.82, 1.0)
            path = f"M{left:.1f} {y:g}q{sway:.1f} {drop / 2:.1f} {sway / 2:.1f} {drop:.1f}"
            self.line(path, 2.6, first if number % 2 else second)

    def tassel(self, x: float, y: float, size: float, dye: str) -> None:
        skirt = f"M{x - size * 0.5:g} {y + size * 0.7:g}L{x - size * 0.75:g} {y + size * 2.2:g}"
        skirt += (
            f"Q{x:g} {y + size * 2.5:g} {x + size * 0.75:g} {y + size * 2.2:g}L{x + size * 0.5:g} {y + size * 0.7:g}z"
        )
        self.add(f'<path d="{skirt}" fill="{dye}" {OUTLINE}/>')
        self.add(f'<circle cx="{x:g}" cy="{y + size * 0.4:g}" r="{size * 0.55:g}" fill="{dye}" {OUTLINE}/>')
        self.line(f"M{x - size * 0.5:g} {y + size * 0.85:g}h{size:g}", 2.2, self.dyes[1])

    def svg(self) -> str:
        light, dark = self.random.choice(WALLS)
        return FRAME.format(defs="".join(self._defs), light=light, dark=dark, body="".join(self._parts))
