"""The tree of supplies: what each gives, which fuse guards it, what hangs on it. Figures are the tables of `parts.md`."""

from budget import Rail, rails
from sheet import GREY, Sheet
from symbols import diode, fuse, switch

ROWS = {"24 V": 150, "12 V": 300, "5 V": 450, "34 V": 650}
KINDS = {"24 V": "24", "12 V": "12", "5 V": "5", "34 V": "34", "3.3 V": "3"}
FIRST_LOAD_X = 690
NOTE = """
Figures: typical / peak in mA, from the tables under Parts and currents; many are estimates, none was measured. The
emergency stop cuts the motors' 24 V and nothing else: the Pi lives on, sees the supply gone and orders no motor.
The door switch is a signal (GP13), not a cut. 230 V or 120 V work is for somebody who is trained for it; metal
parts of the cabinet are earthed.
"""


def draw() -> Sheet:
    sheet = Sheet("Supplies, fuses and 0 V", 980)
    by_name = {rail.name: rail for rail in rails()}
    _mains(sheet)
    for name, y in ROWS.items():
        _branch(sheet, by_name[name], y)
    _pico(sheet, by_name["3.3 V"])
    _zero(sheet)
    sheet.note(838, NOTE)
    return sheet


def _mains(sheet: Sheet) -> None:
    sheet.box(24, 330, 108, 100, "mains", "inlet, fuse,", "switch, earth")
    sheet.wire("m", (132, 380), (160, 380), (160, ROWS["24 V"]))
    sheet.wire("m", (160, 380), (160, ROWS["34 V"]))
    sheet.dot(160, 380)
    for y in ROWS.values():
        sheet.wire("m", (160, y), (190, y))
        sheet.dot(160, y)


def _branch(sheet: Sheet, rail: Rail, y: float) -> None:
    """A supply, its fuse, and its loads one below the other."""
    kind = KINDS[rail.name]
    sheet.box(190, y - 32, 120, 64, rail.name, f"supply {rail.supply}")
    fuse(sheet, kind, (310, y), (420, y), rail.fuse)
    end = FIRST_LOAD_X - 24
    if rail.name == "24 V":
        sheet.wire(kind, (420, y), (440, y))
        switch(sheet, kind, (440, y), (560, y), "emergency stop", closed=True)
        sheet.wire(kind, (560, y), (end, y))
    else:
        sheet.wire(kind, (420, y), (end, y))
    _loads(sheet, rail, kind, y)


def _loads(sheet: Sheet, rail: Rail, kind: str, y: float) -> None:
    step, count = 26, len(rail.loads)
    top = y - step * (count - 1) / 2
    spine = FIRST_LOAD_X - 24
    sheet.wire(kind, (spine, top), (spine, top + step * (count - 1)))
    for number, load in enumerate(rail.loads):
        here = top + step * number
        sheet.wire(kind, (spine, here), (FIRST_LOAD_X, here))
        sheet.text(FIRST_LOAD_X + 8, here + 4.5, load.name, 12.5)
        sheet.text(1_150, here + 4.5, f"{load.typical_ma} / {load.peak_ma}", 12.5, "end")
    total = top + step * count + 2
    sheet.line((FIRST_LOAD_X + 300, total - 15), (1_150, total - 15), width=1)
    words = f"together {rail.together.typical_ma} / {rail.together.peak_ma}"
    sheet.text(1_150, total + 3, words, 12.5, "end", bold=True)


def _pico(sheet: Sheet, rail: Rail) -> None:
    """The Pico hangs on the 5 V behind a diode, and makes the 3.3 V."""
    y = 530
    sheet.wire("5", (450, 450), (450, y))
    sheet.dot(450, 450)
    diode(sheet, "5", (450, y), (530, y), "Schottky", below=True)
    sheet.box(530, y - 24, 96, 48, "Pico", "VSYS (39)")
    sheet.wire("3", (626, y), (FIRST_LOAD_X, y))
    words = f"3.3 V from 3V3(OUT), {rail.supply} at most: "
    sheet.text(FIRST_LOAD_X + 8, y + 4.5, words + f"{rail.together.typical_ma} / {rail.together.peak_ma}", 12.5)


def _zero(sheet: Sheet) -> None:
    """Where the 0 V wires meet."""
    y = 780
    sheet.wire("0", (250, y), (620, y))
    sheet.circle(420, y, 9, "#1b1b1b")
    sheet.text(420, y + 30, "star point of 0 V: one wire from each, nowhere else joined", 12.5, "middle", bold=True)
    for x, words in ((250, "24 V"), (335, "12 V"), (505, "5 V, Pi"), (620, "Pico, shunt")):
        sheet.wire("0", (x, y), (x, y - 24))
        sheet.text(x, y - 30, words, 12, "middle")
    sheet.text(720, y + 4.5, "0 V of the 34 V is not joined: the MDB bus is isolated", 12.5, colour=GREY, bold=True)
