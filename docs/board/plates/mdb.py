"""The MDB bus: the board is its master. Two optocouplers part the Pico from the bus; the bus side lives on 34 V."""

from sheet import GREY, Sheet
from symbols import flag, fuse, ground, npn, opto, rail, resistor, terminal

PLUG_X = 960
MIDDLE = 440
NOTE = """
High is rest on both pins, and rest is no current: a board in reset leaves the bus alone. GP2 low: lamp, transistor,
5 V on pin 5. A peripheral that pulls pin 4 down lights the lower lamp: GP3 low. 9600 baud; nothing in the program
can turn a level round here. MDB/ICP 4.2: the master gives at least 100 mA at 4 V; supply 34 V nominal, 20 to 42.5
V. A bought interface is the safer choice. The plug's pins are a third party's table, not verified against the
standard: measure 34 V before you plug a changer in.
"""


def draw() -> Sheet:
    sheet = Sheet("MDB bus", 860)
    sheet.line((MIDDLE, 84), (MIDDLE, 690), width=1.4, dash="10 6", colour=GREY)
    sheet.text(MIDDLE - 12, 98, "3.3 V side", 12.5, "end", colour=GREY, bold=True)
    sheet.text(MIDDLE + 12, 98, "bus side", 12.5, colour=GREY, bold=True)
    _plug(sheet)
    _out(sheet)
    _in(sheet)
    _supply(sheet)
    sheet.note(696, NOTE)
    return sheet


def _plug(sheet: Sheet) -> None:
    sheet.box(PLUG_X, 100, 216, 560, "")
    sheet.text(PLUG_X + 108, 124, "MDB plug, 6 ways", 13.5, "middle", bold=True)
    pins = (
        (240, "5 master transmit"),
        (400, "4 master receive"),
        (470, "6 communications common"),
        (520, "3 not used"),
        (570, "1  34 V"),
        (630, "2  0 V of the 34 V"),
    )
    for y, words in pins:
        terminal(sheet, PLUG_X, y, words)


def _out(sheet: Sheet) -> None:
    ends = opto(sheet, MIDDLE, 190, "MDB out", chip=True)
    rail(sheet, "3", 240, 166, "3.3 V")
    sheet.wire("3", (240, 166), (262, 166))
    resistor(sheet, "3", (262, 166), ends["a"], "680 ohm")
    sheet.wire("s", (190, 214), ends["k"])
    flag(sheet, 190, 214, "mdb_tx")
    q3 = npn(sheet, 740, 166, "Q3 PNP", pnp=True)
    sheet.wire("b", ends["c"], (560, 166))
    resistor(sheet, "b", (560, 166), (660, 166), "1 k", below=True)
    sheet.wire("b", (660, 166), q3["b"])
    sheet.dot(670, 166)
    rail(sheet, "5", 740, 112, "5 V bus")
    sheet.wire("5", (740, 112), q3["e"])
    sheet.wire("5", (740, 116), (670, 116))
    sheet.dot(740, 116)
    resistor(sheet, "5", (670, 116), (670, 166), "10 k", below=True)
    sheet.wire("b", q3["c"], (740, 240), (780, 240))
    resistor(sheet, "b", (780, 240), (PLUG_X - 5, 240), "4.7 ohm")
    sheet.wire("0", ends["e"], (526, 214))
    ground(sheet, 526, 214, "0 V bus")


def _in(sheet: Sheet) -> None:
    ends = opto(sheet, MIDDLE, 376, "MDB in", mirrored=True, chip=True)
    sheet.wire("s", (190, 352), ends["c"])
    flag(sheet, 190, 352, "mdb_rx")
    sheet.dot(300, 352)
    resistor(sheet, "3", (300, 298), (300, 352), "4.7 k", below=True)
    rail(sheet, "3", 300, 298, "3.3 V")
    sheet.wire("0", ends["e"], (330, 400))
    ground(sheet, 330, 400)
    rail(sheet, "5", 740, 338, "5 V bus")
    sheet.wire("5", (740, 338), (740, 352), (700, 352))
    resistor(sheet, "5", (700, 352), (560, 352), "390 ohm")
    sheet.wire("5", (560, 352), ends["a"])
    sheet.wire("b", ends["k"], (PLUG_X - 5, 400))
    sheet.words(
        24,
        440,
        "Both chips have a supply pin too:",
        "MDB out: 5 V bus and 0 V bus,",
        "MDB in: 3.3 V and 0 V,",
        "each with 100 nF beside it.",
    )


def _supply(sheet: Sheet) -> None:
    """34 V, its fuse, and the bus side's own 5 V."""
    terminal(sheet, 500, 570, "")
    sheet.text(500, 556, "+ 34 V", 12.5, "middle", bold=True)
    terminal(sheet, 500, 630, "")
    sheet.text(500, 654, "0 V of it", 12.5, "middle", bold=True)
    fuse(sheet, "34", (505, 570), (600, 570), "F4")
    sheet.wire("34", (600, 570), (PLUG_X - 5, 570))
    sheet.wire("0", (505, 630), (PLUG_X - 5, 630))
    sheet.box(690, 500, 110, 50, "34 V to 5 V", "converter")
    sheet.wire("34", (680, 570), (680, 525), (690, 525))
    sheet.dot(680, 570)
    rail(sheet, "5", 745, 484, "5 V bus")
    sheet.wire("5", (745, 484), (745, 500))
    sheet.wire("0", (800, 525), (830, 525), (830, 630))
    sheet.dot(830, 630)
    sheet.wire("0", (PLUG_X - 5, 470), (880, 470), (880, 630))
    sheet.dot(880, 630)
    ground(sheet, 620, 630, "0 V bus")
    sheet.dot(620, 630)
