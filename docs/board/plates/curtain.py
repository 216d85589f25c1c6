"""The drop curtain: lamps on one side of the shaft, an eye on the other that is high only while every beam is seen."""

from sheet import GREY, INK, Sheet
from symbols import flag, ground, led, nmos, rail, resistor

BEAMS = (196, 262, 328)
NOTE = """
Before each vend: lamp off must read dark, lamp on must read light again, each within 50 ms. So a torn cable, a dead
lamp and a dirty eye are all found before a motor turns. A shadow counts from 1 ms on; shadows less than 150 ms
apart are one piece. The pull-up sits on the eye's bar: with its plug out, the Pico's own pull-down reads dark.
"""


def draw() -> Sheet:
    sheet = Sheet("Drop curtain", 660)
    _lamp(sheet)
    _shaft(sheet)
    _eye(sheet)
    sheet.note(498, NOTE)
    return sheet


def _lamp(sheet: Sheet) -> None:
    sheet.zone(196, 84, 226, 396, "lamp bar")
    rail(sheet, "12", 330, 140, "12 V (F2)")
    resistor(sheet, "12", (330, 140), (330, 202), "330 ohm\n0.5 W", below=True)
    led(sheet, "12", (330, 202), (330, 256))
    led(sheet, "12", (330, 256), (330, 310))
    sheet.words(300, 262, "two infrared", "LEDs; one", "string for", "2 beams", size=11.5, anchor="end")
    ends = nmos(sheet, 330, 388, "")
    sheet.wire("12", (330, 310), ends["d"])
    ground(sheet, *ends["s"])
    flag(sheet, 188, 388, "curtain_lamp")
    sheet.wire("s", (188, 388), ends["g"])
    sheet.dot(250, 388)
    resistor(sheet, "s", (250, 388), (250, 440), "10 k", below=True)
    ground(sheet, 250, 440)


def _shaft(sheet: Sheet) -> None:
    """What falls and what it darkens."""
    for x in (450, 700):
        sheet.line((x, 96), (x, 480), width=5, colour=GREY)
    sheet.text(575, 112, "drop shaft", 13, "middle", bold=True, colour=GREY)
    for y in BEAMS:
        stopped = y == BEAMS[0]
        sheet.line((430, y), (548 if stopped else 720, y), width=1.4, dash="8 4", colour="#b3261e")
        if not stopped:
            sheet.shape((720, y), (711, y - 4), (711, y + 4), fill="#b3261e")
    garment = (
        (540, 150),
        (560, 140),
        (590, 140),
        (610, 150),
        (625, 182),
        (608, 190),
        (604, 180),
        (604, 232),
        (546, 232),
    )
    sheet.shape(*garment, (546, 180), (542, 190), (525, 182), fill="#efe4fa")
    sheet.line((575, 360), (575, 420), width=2)
    sheet.shape((575, 430), (568, 416), (582, 416))
    sheet.words(575, 452, "5 mm at 3 to 4 m/s:", "dark for 1.5 ms", anchor="middle")


def _eye(sheet: Sheet) -> None:
    sheet.zone(726, 84, 276, 396, "eye bar: this for each beam")
    rail(sheet, "3", 800, 144, "3.3 V")
    resistor(sheet, "3", (800, 144), (800, 206), "22 k", below=True)
    sheet.dot(800, 206)
    _phototransistor(sheet, 800, 262)
    sheet.wire("s", (800, 206), (800, 232))
    ground(sheet, 800, 292)
    sheet.wire("s", (800, 206), (872, 206))
    sheet.shape((872, 182), (872, 262), (936, 222), fill="#ffffff")
    sheet.text(880, 212, "−", 15)
    sheet.text(880, 246, "+", 15)
    sheet.words(884, 282, "comparator,", "open collector", size=11.5)
    sheet.wire("s", (872, 240), (852, 240), (852, 352), (838, 352))
    rail(sheet, "3", 820, 344, "")
    resistor(sheet, "3", (820, 330), (820, 376), "")
    sheet.shape((827, 352), (838, 347), (838, 357))
    sheet.text(806, 348, "3.3 V", 11, "end", bold=True)
    sheet.text(846, 372, "trimmer 10 k", 11.5)
    ground(sheet, 820, 376)
    sheet.wire("s", (936, 222), (1_020, 222))
    sheet.dot(966, 222)
    resistor(sheet, "3", (966, 160), (966, 222), "4.7 k\nonce", below=True)
    rail(sheet, "3", 966, 160, "3.3 V")
    sheet.dot(984, 222)
    sheet.wire("s", (984, 222), (984, 420), (960, 420))
    sheet.words(952, 412, "outputs of all beams", "on one line", size=11.5, anchor="end")
    flag(sheet, 1_020, 222, "curtain_eye", left=False)
    sheet.words(1_020, 262, "high: all beams are seen", "low: one is not, or", "nothing works", size=11.5)


def _phototransistor(sheet: Sheet, x: float, y: float) -> None:
    sheet.circle(x - 6, y, 24)
    sheet.line((x - 16, y - 13), (x - 16, y + 13), width=2.8)
    sheet.line((x - 16, y - 5), (x, y - 17), (x, y - 30))
    sheet.line((x - 16, y + 5), (x, y + 17), (x, y + 30))
    sheet.shape((x - 2, y + 15.5), (x - 10, y + 13), (x - 6, y + 7), fill=INK)
    for lower in (-6, 6):
        sheet.line((x - 62, y + lower - 10), (x - 38, y + lower), width=1.3)
        sheet.shape((x - 34, y + lower + 1.5), (x - 41, y + lower + 1), (x - 39, y + lower - 4))
