"""A sheet of a wiring drawing: wires, boxes and words as SVG, with a stamp that says what the drawing is worth.

Every kind of wire has a colour and a dash of its own, and the legend below names those that were used: so a drawing can be
followed on a black-and-white print too. Words are real text. Lengths are pixels of a sheet that is 1,200 wide.
"""

from dataclasses import dataclass
from html import escape
from textwrap import wrap

WIDTH, MARGIN = 1_200, 24
INK, GREY, PAPER = "#1b1b1b", "#555555", "#fffefa"
FONT = "'DejaVu Sans', Verdana, Arial, sans-serif"
MONO = "'DejaVu Sans Mono', Consolas, monospace"
NOTE_LETTERS = 166
STAMP = "simulated, not yet tried on hardware"


@dataclass(frozen=True, slots=True)
class Wire:
    """How one kind of wire is drawn, and what it is called in the legend."""

    name: str
    colour: str
    width: float
    dash: str = ""


WIRES = {
    "0": Wire("0 V", "#1b1b1b", 3),
    "3": Wire("3.3 V", "#8a5a00", 2, "2 3"),
    "5": Wire("5 V", "#9c1f6b", 3, "6 3"),
    "12": Wire("12 V", "#b35300", 3.4, "14 4"),
    "24": Wire("24 V motors", "#b3261e", 4),
    "34": Wire("34 V of the MDB bus", "#5b2a9b", 4, "18 4 4 4"),
    "s": Wire("signal, 3.3 V", "#1f4e9c", 1.6),
    "c": Wire("signal of the acceptor, up to 12 V", "#7a3d00", 1.8, "8 2"),
    "b": Wire("bus side, isolated", "#0b6b4f", 2.2, "9 3 2 3"),
    "h": Wire("home line, 24 V level", "#0b6b4f", 1.8, "6 2 1 2"),
    "r": Wire("motors' return before the shunt", "#1b1b1b", 3, "9 3"),
    "m": Wire("mains", "#1b1b1b", 5, "3 3"),
    "usb": Wire("USB cable", "#555555", 6, "1 0"),
}


class Sheet:
    """`svg()` gives the file. Coordinates grow to the right and downwards."""

    def __init__(self, title: str, height: int) -> None:
        self.title, self.height = title, height
        self._parts: list[str] = []
        self._used: list[str] = []

    # Strokes

    def add(self, element: str) -> None:
        self._parts.append(element)

    def wire(self, kind: str, *points: tuple[float, float]) -> None:
        """A line of this kind of wire through all points."""
        if kind not in self._used:
            self._used.append(kind)
        path = " ".join(f"{x:g},{y:g}" for x, y in points)
        self.add(f'<polyline points="{path}" {_stroke(WIRES[kind])}/>')

    def dot(self, x: float, y: float) -> None:
        """Two wires are joined here; wires that only cross have no dot."""
        self.add(f'<circle cx="{x:g}" cy="{y:g}" r="4.2" fill="{INK}"/>')

    def line(self, *points: tuple[float, float], width: float = 1.6, dash: str = "", colour: str = INK) -> None:
        """A stroke that is no wire: part of a symbol, a frame, a barrier."""
        path = " ".join(f"{x:g},{y:g}" for x, y in points)
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self.add(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width:g}"{dashed}/>')

    def shape(self, *points: tuple[float, float], fill: str = INK) -> None:
        """A filled polygon."""
        path = " ".join(f"{x:g},{y:g}" for x, y in points)
        self.add(f'<polygon points="{path}" fill="{fill}" stroke="{INK}" stroke-width="1.4"/>')

    def circle(self, x: float, y: float, radius: float, fill: str = "#ffffff") -> None:
        self.add(f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}" fill="{fill}" stroke="{INK}" stroke-width="1.6"/>')

    # Words

    def text(
        self,
        x: float,
        y: float,
        words: str,
        size: float = 13,
        anchor: str = "start",
        bold: bool = False,
        mono: bool = False,
        colour: str = INK,
        halo: bool = False,
    ) -> None:
        """One line of words; `y` is its base line. A `halo` parts it from a line behind it."""
        looks = (' font-weight="700"' if bold else "") + (f' font-family="{MONO}"' if mono else "")
        looks += f' fill="{colour}"' if colour != INK else ""
        looks += f' stroke="{PAPER}" stroke-width="6" paint-order="stroke"' if halo else ""
        where = f' text-anchor="{anchor}"' if anchor != "start" else ""
        self.add(f'<text x="{x:g}" y="{y:g}" font-size="{size:g}"{where}{looks}>{escape(words)}</text>')

    def words(self, x: float, y: float, *lines: str, size: float = 12.5, anchor: str = "start") -> None:
        """Several lines, the first on base line `y`."""
        for number, line in enumerate(lines):
            self.text(x, y + number * (size + 4.5), line, size, anchor)

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *lines: str,
        fill: str = "#ffffff",
        dash: str = "",
        size: float = 12.5,
    ) -> None:
        """A part: its name in bold, then what else is to be said, in the middle of the box."""
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self.add(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="4" fill="{fill}" stroke="{INK}" '
            f'stroke-width="1.6"{dashed}/>'
        )
        top = y + height / 2 - (len(lines) - 1) * (size + 4) / 2 + size * 0.36
        for number, line in enumerate(lines):
            self.text(x + width / 2, top + number * (size + 4), line, size, "middle", bold=number == 0)

    def zone(self, x: float, y: float, width: float, height: float, name: str) -> None:
        """A dashed frame around what belongs together, its name at the upper left."""
        self.add(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="8" fill="none" stroke="{GREY}" '
            f'stroke-width="1.2" stroke-dasharray="5 4"/>'
        )
        self.text(x + 10, y + 19, name, 13, bold=True, colour=GREY)

    def note(self, y: float, sentences: str) -> None:
        """What one should know while wiring, on a tinted slip across the sheet; `y` is its upper edge."""
        lines = wrap(sentences.strip(), NOTE_LETTERS)
        self.add(
            f'<rect x="{MARGIN}" y="{y:g}" width="{WIDTH - 2 * MARGIN}" height="{14 + 17 * len(lines)}" fill="#f4efdd" '
            f'stroke="{GREY}" stroke-width="0.8"/>'
        )
        self.words(MARGIN + 12, y + 20, *lines)

    # The file

    def svg(self) -> str:
        """The whole drawing."""
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {self.height}" width="{WIDTH}" '
            f'height="{self.height}" font-family="{FONT}" fill="{INK}" role="img">'
        )
        words = f"<title>{escape(self.title)} ({STAMP})</title>"
        paper = f'<rect width="{WIDTH}" height="{self.height}" fill="{PAPER}"/>'
        body, self._parts = self._parts, []
        self._header()
        self._legend()
        frame, self._parts = self._parts, body
        return "\n".join([head, words, paper, *frame, *body, "</svg>", ""])

    def _header(self) -> None:
        self.text(MARGIN, 42, self.title, 22, bold=True)
        self.add(
            f'<rect x="{WIDTH - 352}" y="18" width="328" height="32" fill="none" stroke="{INK}" stroke-width="2"/>'
        )
        self.text(WIDTH - 188, 39, STAMP, 14, "middle", bold=True)
        self.line((MARGIN, 60), (WIDTH - MARGIN, 60), width=1.2)

    def _legend(self) -> None:
        """The kinds of wire that were used, in as many lines as they need."""
        if not self._used:
            return
        entries = [(WIRES[kind], 68 + 7.6 * len(WIRES[kind].name)) for kind in WIRES if kind in self._used]
        lines: list[list[tuple[Wire, float]]] = [[]]
        for entry in entries:
            if sum(width for _, width in lines[-1]) + entry[1] > WIDTH - 2 * MARGIN:
                lines.append([])
            lines[-1].append(entry)
        y = self.height - 18 - 24 * len(lines)
        self.line((MARGIN, y - 24), (WIDTH - MARGIN, y - 24), width=1.2)
        for number, line in enumerate(lines):
            x: float = MARGIN
            for wire, width in line:
                self._sample(x, y + 24 * number, wire)
                x += width
        self.dot(MARGIN + 6, self.height - 22)
        self.text(MARGIN + 18, self.height - 18, "joined; wires that cross without a dot are not", 12.5)

    def _sample(self, x: float, y: float, wire: Wire) -> None:
        self.add(f'<line x1="{x:g}" y1="{y - 4:g}" x2="{x + 42:g}" y2="{y - 4:g}" {_stroke(wire)}/>')
        self.text(x + 50, y, wire.name, 12.5)


def _stroke(wire: Wire) -> str:
    dashed = f' stroke-dasharray="{wire.dash}"' if wire.dash else ""
    return f'fill="none" stroke="{wire.colour}" stroke-width="{wire.width:g}"{dashed}'
