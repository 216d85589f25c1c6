"""The parts of a circuit as symbols (IEC 60617, as in school books), drawn on a `Sheet`.

A part with two ends lies in the middle of a straight wire from one point to the other, so a drawing is a list of ends. Its
label stands above a lying wire and to the right of a standing one; `below` puts it on the other side.
"""

from sheet import INK, Sheet

from firmware.pins import PINS

Point = tuple[float, float]
FLAG_WIDTH = 156


class Lying:
    """Turns a symbol drawn around (0, 0), lying from left to right, into its place on the wire from `a` to `b`."""

    def __init__(self, a: Point, b: Point) -> None:
        length = abs(b[0] - a[0]) + abs(b[1] - a[1])
        assert a[0] == b[0] or a[1] == b[1], "wires with a part in them run straight"
        self.x, self.y = (a[0] + b[0]) / 2, (a[1] + b[1]) / 2
        self._dx, self._dy = (b[0] - a[0]) / length, (b[1] - a[1]) / length

    def at(self, along: float, across: float) -> Point:
        return self.x + along * self._dx - across * self._dy, self.y + along * self._dy + across * self._dx

    @property
    def standing(self) -> bool:
        return self._dx == 0


def _leads(sheet: Sheet, kind: str, a: Point, b: Point, half: float) -> Lying:
    place = Lying(a, b)
    sheet.wire(kind, a, place.at(-half, 0))
    sheet.wire(kind, place.at(half, 0), b)
    return place


def _label(sheet: Sheet, place: Lying, words: str, below: bool, reach: float = 13) -> None:
    lines = words.split("\n")
    if place.standing:
        x = place.x - reach - 4 if below else place.x + reach + 4
        y = place.y + 5 - 8 * (len(lines) - 1)
        sheet.words(x, y, *lines, size=12, anchor="end" if below else "start")
    else:
        y = place.y + reach + 13 if below else place.y - reach - 3 - 16.5 * (len(lines) - 1)
        sheet.words(place.x, y, *lines, size=12, anchor="middle")


def resistor(sheet: Sheet, kind: str, a: Point, b: Point, words: str, below: bool = False) -> None:
    place = _leads(sheet, kind, a, b, 17)
    corners = [place.at(x, y) for x, y in ((-17, -7), (17, -7), (17, 7), (-17, 7))]
    sheet.shape(*corners, fill="#ffffff")
    _label(sheet, place, words, below)


def fuse(sheet: Sheet, kind: str, a: Point, b: Point, words: str, below: bool = False) -> None:
    place = _leads(sheet, kind, a, b, 20)
    sheet.shape(*(place.at(x, y) for x, y in ((-20, -8), (20, -8), (20, 8), (-20, 8))), fill="#ffffff")
    sheet.line(place.at(-20, 0), place.at(20, 0), width=2)
    _label(sheet, place, words, below)


def diode(sheet: Sheet, kind: str, a: Point, b: Point, words: str = "", below: bool = False, fill: str = INK) -> None:
    """Lets current through from `a` to `b`."""
    place = _leads(sheet, kind, a, b, 9)
    sheet.shape(place.at(-9, -9), place.at(9, 0), place.at(-9, 9), fill=fill)
    sheet.line(place.at(9, -10), place.at(9, 10), width=2.4)
    _label(sheet, place, words, below)


def zener(sheet: Sheet, kind: str, a: Point, b: Point, words: str, below: bool = False) -> None:
    """`b` is the cathode."""
    diode(sheet, kind, a, b, words, below)
    place = Lying(a, b)
    sheet.line(place.at(9, -10), place.at(4, -10), width=2.4)
    sheet.line(place.at(9, 10), place.at(14, 10), width=2.4)


def led(sheet: Sheet, kind: str, a: Point, b: Point, words: str = "", below: bool = False) -> None:
    diode(sheet, kind, a, b, words, below, fill="#ffffff")
    place = Lying(a, b)
    for along in (-4, 6):
        _arrow(sheet, place.at(along, -13), place.at(along + 7, -22))


def switch(sheet: Sheet, kind: str, a: Point, b: Point, words: str, below: bool = False, closed: bool = False) -> None:
    """Drawn as it stands at rest."""
    place = _leads(sheet, kind, a, b, 16)
    sheet.circle(*place.at(-16, 0), 3)
    sheet.circle(*place.at(16, 0), 3)
    sheet.line(place.at(-16, 0), place.at(17, -3 if closed else -13), width=2.2)
    _label(sheet, place, words, below, 17)


def motor(sheet: Sheet, kind: str, a: Point, b: Point, words: str) -> None:
    place = _leads(sheet, kind, a, b, 20)
    sheet.circle(place.x, place.y, 20)
    sheet.text(place.x, place.y + 6, words, 14, "middle", bold=True)


def ground(sheet: Sheet, x: float, y: float, words: str = "0 V") -> None:
    """The end of a wire that goes to 0 V; it hangs below the point."""
    sheet.wire("0", (x, y), (x, y + 10))
    for half, lower in ((13, 10), (8, 15), (3, 20)):
        sheet.line((x - half, y + lower), (x + half, y + lower), width=2.2)
    sheet.text(x + 17, y + 19, words, 11.5)


def rail(sheet: Sheet, kind: str, x: float, y: float, words: str) -> None:
    """The end of a wire that comes from a supply; it stands above the point."""
    sheet.wire(kind, (x, y), (x, y - 14))
    sheet.line((x - 13, y - 14), (x + 13, y - 14), width=2.6)
    if words:
        sheet.text(x, y - 20, words, 12, "middle", bold=True)


def flag(sheet: Sheet, x: float, y: float, name: str, left: bool = True) -> None:
    """A pin of the Pico by its name in `firmware/pins.py`. Its wire begins at (x, y): the flag lies to the `left` of it."""
    side = -1 if left else 1
    tip, back = x + side * 14, x + side * FLAG_WIDTH
    sheet.shape((x, y), (tip, y - 13), (back, y - 13), (back, y + 13), (tip, y + 13), fill="#e7eefb")
    middle = (tip + back) / 2
    sheet.text(middle, y + 5, f"GP{PINS[name]} {name}", 12.5, "middle", mono=True)


def terminal(sheet: Sheet, x: float, y: float, words: str, left: bool = False) -> None:
    """A screw or a plug's contact."""
    sheet.circle(x, y, 5)
    sheet.text(x - 11 if left else x + 11, y + 4.5, words, 12.5, "end" if left else "start")


def nmos(sheet: Sheet, x: float, y: float, words: str = "") -> dict[str, Point]:
    """Gate to the left at (x - 34, y), drain above at (x, y - 30), source below at (x, y + 30)."""
    return _mos(sheet, x, y, words, arrow_in=True)


def pmos(sheet: Sheet, x: float, y: float, words: str = "") -> dict[str, Point]:
    """Gate to the left, source above, drain below."""
    ends = _mos(sheet, x, y, words, arrow_in=False)
    return {"g": ends["g"], "s": ends["d"], "d": ends["s"]}


def _mos(sheet: Sheet, x: float, y: float, words: str, arrow_in: bool) -> dict[str, Point]:
    sheet.circle(x - 6, y, 24)
    sheet.line((x - 34, y), (x - 20, y))
    sheet.line((x - 20, y - 13), (x - 20, y + 13), width=2.4)
    for lower in (-13, 0, 13):
        sheet.line((x - 14, y + lower - 4.5), (x - 14, y + lower + 4.5), width=2.4)
    sheet.line((x - 14, y - 13), (x, y - 13), (x, y - 30))
    sheet.line((x - 14, y + 13), (x, y + 13), (x, y + 30))
    sheet.line((x - 14, y), (x, y), (x, y + 13 if arrow_in else y - 13))
    tip, back = (x - 13, x - 5) if arrow_in else (x - 1, x - 9)
    sheet.shape((tip, y), (back, y - 4.5), (back, y + 4.5))
    sheet.words(x + 24, y + 5 - 8 * words.count("\n"), *words.split("\n"), size=12)
    return {"g": (x - 34, y), "d": (x, y - 30), "s": (x, y + 30)}


def npn(sheet: Sheet, x: float, y: float, words: str = "", pnp: bool = False) -> dict[str, Point]:
    """Base to the left at (x - 34, y); collector above, emitter below; a PNP stands the other way round."""
    sheet.circle(x - 6, y, 24)
    sheet.line((x - 34, y), (x - 16, y))
    sheet.line((x - 16, y - 13), (x - 16, y + 13), width=2.8)
    sheet.line((x - 16, y - 5), (x, y - 17), (x, y - 30))
    sheet.line((x - 16, y + 5), (x, y + 17), (x, y + 30))
    tail, tip = ((x - 2, y - 15.5), (x - 12, y - 8)) if pnp else ((x - 12, y + 8), (x - 2, y + 15.5))
    _arrow(sheet, tail, tip)
    sheet.words(x + 24, y + 5 - 8 * words.count("\n"), *words.split("\n"), size=12)
    upper, lower = ("e", "c") if pnp else ("c", "e")
    return {"b": (x - 34, y), upper: (x, y - 30), lower: (x, y + 30)}


def opto(sheet: Sheet, x: float, y: float, words: str, mirrored: bool = False, chip: bool = False) -> dict[str, Point]:
    """An optocoupler around (x, y): its lamp to the left (to the right when `mirrored`), what sees it on the other side.

    `a`, `k` are the lamp's ends, `c`, `e` the transistor's; of a `chip` with a switching output `c` is out, `e` 0 V.
    """
    side = -1 if mirrored else 1
    sheet.box(x - 62, y - 40, 124, 80)
    sheet.line((x, y - 40), (x, y + 40), dash="4 3", width=1.2)
    lamp, sees = x - side * 32, x + side * 32
    sheet.line((x - side * 62, y - 24), (lamp, y - 24), (lamp, y + 24), (x - side * 62, y + 24))
    sheet.shape((lamp - 9, y - 8), (lamp + 9, y - 8), (lamp, y + 8), fill="#ffffff")
    sheet.line((lamp - 10, y + 8), (lamp + 10, y + 8), width=2.2)
    _arrow(sheet, (lamp + side * 12, y - 4), (lamp + side * 22, y - 4))
    _arrow(sheet, (lamp + side * 12, y + 5), (lamp + side * 22, y + 5))
    if chip:
        sheet.line((x + side * 62, y - 24), (sees, y - 24), (sees, y + 24), (x + side * 62, y + 24), width=1.2)
        sheet.add(f'<rect x="{sees - 13:g}" y="{y - 13:g}" width="26" height="26" fill="#ffffff" stroke="{INK}"/>')
        sheet.line((sees - 7, y + 5), (sees + 2, y + 5), (sees + 2, y - 5), (sees + 8, y - 5), width=1.4)
        sheet.line((sees - 3, y + 5), (sees - 3, y - 5), (sees + 4, y - 5), width=1.4)
    else:
        sheet.line((sees - side * 8, y - 13), (sees - side * 8, y + 13), width=2.8)
        sheet.line(
            (sees - side * 8, y - 5), (sees + side * 6, y - 16), (sees + side * 6, y - 24), (x + side * 62, y - 24)
        )
        sheet.line(
            (sees - side * 8, y + 5), (sees + side * 6, y + 16), (sees + side * 6, y + 24), (x + side * 62, y + 24)
        )
        _arrow(sheet, (sees - side * 5, y + 7), (sees + side * 4, y + 14.5))
    sheet.text(x, y - 47, words, 12.5, "middle", bold=True, halo=True)
    left, right = x - side * 62, x + side * 62
    return {"a": (left, y - 24), "k": (left, y + 24), "c": (right, y - 24), "e": (right, y + 24)}


def _arrow(sheet: Sheet, tail: Point, tip: Point) -> None:
    (x0, y0), (x1, y1) = tail, tip
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    dx, dy = (x1 - x0) / length, (y1 - y0) / length
    sheet.line(tail, tip, width=1.3)
    back = x1 - 6 * dx, y1 - 6 * dy
    sheet.shape((x1, y1), (back[0] - 3 * dy, back[1] + 3 * dx), (back[0] + 3 * dy, back[1] - 3 * dx))
