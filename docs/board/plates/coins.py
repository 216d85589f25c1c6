"""The pulse coin acceptor: its 12 V stay on their side of two optocouplers, and a dead board keeps coins out."""

from sheet import GREY, Sheet
from symbols import Point, flag, ground, npn, opto, rail, resistor, terminal

PLUG_X = 1_010
MIDDLE = 500
NOTE = """
A pulse pulls COIN to 0 V, lights the lamp and makes GP4 low: set the acceptor's switch to NO (rests high). On NC:
pulses.idles = "low". GP5 low, a board in reset, a cable out: Q2 conducts, SET is at 0 V, coins fall through. GP5
high: SET is open, coins come in: pulses.inhibited_by = "low". Which level refuses differs from acceptor to
acceptor: read its sheet, then measure.
"""


def draw() -> Sheet:
    sheet = Sheet("Pulse coin acceptor", 700)
    sheet.line((MIDDLE, 84), (MIDDLE, 520), width=1.4, dash="10 6", colour=GREY)
    sheet.text(MIDDLE - 12, 98, "3.3 V side", 12.5, "end", colour=GREY, bold=True)
    sheet.text(MIDDLE + 12, 98, "12 V side", 12.5, colour=GREY, bold=True)
    _plug(sheet)
    _coin(sheet)
    _inhibit(sheet)
    sheet.note(540, NOTE)
    return sheet


def _plug(sheet: Sheet) -> None:
    sheet.box(PLUG_X, 120, 166, 390, "")
    sheet.text(PLUG_X + 83, 146, "coin acceptor", 13.5, "middle", bold=True)
    for y, words in ((190, "+12 V"), (238, "COIN"), (366, "SET (inhibit)"), (470, "0 V")):
        terminal(sheet, PLUG_X, y, words)


def _coin(sheet: Sheet) -> None:
    ends = opto(sheet, MIDDLE, 214, "coin", mirrored=True)
    rail(sheet, "12", 900, 140, "12 V (F2)")
    sheet.wire("12", (900, 140), (900, 190))
    sheet.dot(900, 190)
    sheet.wire("12", (900, 190), (PLUG_X - 5, 190))
    resistor(sheet, "12", (820, 190), (640, 190), "2.2 k")
    sheet.wire("12", (900, 190), (820, 190))
    sheet.wire("12", (640, 190), ends["a"])
    sheet.wire("c", ends["k"], (PLUG_X - 5, 238))
    sheet.text(760, 258, "open collector, N pulses a coin", 12, "middle")
    sheet.wire("s", ends["c"], (200, 190))
    flag(sheet, 200, 190, "coin")
    sheet.dot(330, 190)
    resistor(sheet, "3", (330, 138), (330, 190), "4.7 k", below=True)
    rail(sheet, "3", 330, 138, "3.3 V")
    _to_ground(sheet, ends["e"])


def _inhibit(sheet: Sheet) -> None:
    ends = opto(sheet, MIDDLE, 396, "inhibit")
    flag(sheet, 200, 372, "coin_inhibit")
    sheet.wire("s", (200, 372), (260, 372))
    resistor(sheet, "s", (260, 372), ends["a"], "680 ohm")
    sheet.dot(240, 372)
    resistor(sheet, "s", (240, 372), (240, 424), "10 k", below=True)
    ground(sheet, 240, 424)
    _to_ground(sheet, ends["k"])
    q2 = npn(sheet, 760, 396, "Q2")
    sheet.wire("c", ends["c"], (640, 372), (640, 396), q2["b"])
    sheet.dot(640, 372)
    resistor(sheet, "12", (640, 310), (640, 372), "10 k")
    rail(sheet, "12", 640, 310, "12 V")
    sheet.wire("c", q2["c"], (PLUG_X - 5, 366))
    sheet.wire("0", q2["e"], (760, 470))
    sheet.wire("0", ends["e"], (562, 470), (PLUG_X - 5, 470))
    sheet.dot(760, 470)
    sheet.dot(800, 470)
    ground(sheet, 800, 470, "own wire to the star point")


def _to_ground(sheet: Sheet, end: Point) -> None:
    sheet.wire("0", end, (end[0] - 44, end[1]))
    ground(sheet, end[0] - 44, end[1])
