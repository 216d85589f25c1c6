"""A maker's woven band (chumpi): her mark on the glass, the tiles and the statements.

The pattern follows from her id alone, so it is the same everywhere and for ever. A repeat is two motifs in mirror
symmetry between borders, nine stitches high. Motifs are our own drawings after the figures of Andean belts: diamond,
steps, hook, eye, zigzag, seed, star, bird's foot. Pages and papers draw the stitches, each in its own way.
"""

import hashlib
from dataclasses import dataclass

ROWS = 9
MOTIFS = {
    "diamond": ("......", ".....a", "....ab", "...ab.", "..ab.a", "...ab.", "....ab", ".....a", "......"),
    "steps": ("aa....", "aa....", "aaaa..", "bbaa..", "bbaaaa", "bbaa..", "aaaa..", "aa....", "aa...."),
    "hook": ("aaaaa.", "a...a.", "a.b.a.", "a.b...", "a.bbbb", "a.b...", "a.b.a.", "a...a.", "aaaaa."),
    "eye": ("......", "..aaaa", ".a....", "a..bbb", "a.bb.b", "a..bbb", ".a....", "..aaaa", "......"),
    "zigzag": ("a....b", "aa..b.", ".aab..", "..ba..", ".b.aa.", "..ba..", ".aab..", "aa..b.", "a....b"),
    "seed": ("..a...", ".aba..", "..a...", "....a.", "...aba", "....a.", "..a...", ".aba..", "..a..."),
    "star": ("a....a", ".a...a", "..a.aa", "...abb", "aaabb.", "...abb", "..a.aa", ".a...a", "a....a"),
    "foot": ("a..a..", ".a.a..", "..aa..", "aaaa.b", ".....b", "aaaa.b", "..aa..", ".a.a..", "a..a.."),
}
YARNS = (
    ("nogal", "wool", "ink"),
    ("indigo", "wool", "dusk"),
    ("ink", "wool", "nogal"),
    ("wool", "nogal", "indigo"),
    ("dusk", "ink", "wool"),
    ("wool", "indigo", "nogal"),
    ("nogal", "dusk", "wool"),
    ("ink", "dusk", "wool"),
)
"""Ground and two figures. Marigold, cochineal and moss are left out: they mean money, attention, yours."""


@dataclass(frozen=True, slots=True)
class Weave:
    """One repeat: `ROWS` strings of stitches, `a` and `b` for the figures and `.` for the ground, and each one's yarn."""

    rows: tuple[str, ...]
    ground: str
    yarn_a: str
    yarn_b: str

    @property
    def width(self) -> int:
        return len(self.rows[0])

    def runs(self, stitch: str) -> list[tuple[int, int, int]]:
        """Where this stitch lies, as runs from left to right and down: (x, y, how many)."""
        found = []
        for y, row in enumerate(self.rows):
            x = 0
            while x < len(row):
                run = len(row[x:]) - len(row[x:].lstrip(stitch))
                if run:
                    found.append((x, y, run))
                x += run or 1
        return found


def weave(maker: str) -> Weave:
    """The band of a maker. The same id gives the same band."""
    seed = hashlib.sha256(maker.encode()).digest()
    first, second = _two(sorted(MOTIFS), seed[0], seed[1])
    ground, yarn_a, yarn_b = YARNS[seed[2] % len(YARNS)]
    gap = ("." if seed[3] & 1 else "b") * ROWS
    columns = [*_mirrored(MOTIFS[first]), gap, *_mirrored(MOTIFS[second]), gap]
    rows = tuple("".join(column[row] for column in columns) for row in range(ROWS))
    return Weave(rows, ground, yarn_a, yarn_b)


def _two(names: list[str], first: int, second: int) -> tuple[str, str]:
    """Two different names chosen by two bytes."""
    one = first % len(names)
    return names[one], names[(one + 1 + second % (len(names) - 1)) % len(names)]


def _mirrored(motif: tuple[str, ...]) -> list[str]:
    """A half motif's columns, then back again."""
    half = ["".join(row[column] for row in motif) for column in range(len(motif[0]))]
    return [*half, *half[-2::-1]]
