"""The Pico from above, USB plug up: each pin of the header, what it is called in the program and what hangs on it."""

from pinout import GROUPS, Pin, header
from sheet import GREY, INK, MARGIN, WIDTH, Sheet

TOP, PITCH = 166, 37
BOARD_X, BOARD_WIDTH = 500, 200
CHIP_WIDTH = 150


def draw() -> Sheet:
    sheet = Sheet("The board's pins", 1_010)
    _pico(sheet)
    for pin in header():
        _pin(sheet, pin)
    _groups(sheet)
    return sheet


def _pico(sheet: Sheet) -> None:
    height = 20 * PITCH + 36
    sheet.box(BOARD_X, TOP - 50, BOARD_WIDTH, height, "", fill="#eaf3ea")
    sheet.box(BOARD_X + 65, TOP - 78, 70, 52, "USB", fill="#dddddd")
    sheet.box(BOARD_X + 62, TOP + 260, 76, 76, "", fill="#444444")
    sheet.text(BOARD_X + 100, TOP + 302, "RP2040", 12.5, "middle", bold=True, colour="#ffffff")
    sheet.text(BOARD_X + 100, TOP + 28, "Pico", 17, "middle", bold=True)
    sheet.circle(BOARD_X + 100, TOP + 90, 15)
    sheet.text(BOARD_X + 100, TOP + 126, "BOOTSEL", 11, "middle")
    sheet.text(BOARD_X + 100, TOP + 430, "seen from above", 11.5, "middle", colour=GREY)


def _pin(sheet: Sheet, pin: Pin) -> None:
    left = pin.place <= 20
    y = TOP + (pin.place - 1 if left else 40 - pin.place) * PITCH
    side = -1 if left else 1
    edge = BOARD_X if left else BOARD_X + BOARD_WIDTH
    sheet.circle(edge, y, 12.5, "#f1d27a")
    sheet.text(edge, y + 4.5, str(pin.place), 11.5, "middle", bold=True)
    sheet.line((edge + side * 12.5, y), (edge + side * 24, y))
    sheet.text(edge - side * 18, y + 4.5, pin.chip, 11, "start" if left else "end", mono=True)
    _chip(sheet, pin, edge + side * 24, y, side)


def _chip(sheet: Sheet, pin: Pin, x: float, y: float, side: int) -> None:
    """The pin's name on the tint of its group, the group's letter at its outer end, words beyond."""
    outer = x + side * CHIP_WIDTH
    shown = pin.name or pin.chip
    sheet.shape((x, y - 13), (outer, y - 13), (outer, y + 13), (x, y + 13), fill=pin.group.tint)
    sheet.text((x + outer) / 2, y + 4.5, shown, 12.5, "middle", bold=bool(pin.name), mono=True)
    far = outer + side * 24
    sheet.shape((outer, y - 13), (far, y - 13), (far, y + 13), (outer, y + 13), fill="#ffffff")
    sheet.text((outer + far) / 2, y + 5, pin.group.letter, 13.5, "middle", bold=True, colour=INK)
    words = f"{pin.direction}: {pin.words}" if pin.direction else pin.words
    sheet.text(far + side * 9, y + 4.5, words, 12, "end" if side < 0 else "start")


def _groups(sheet: Sheet) -> None:
    y = TOP + 20 * PITCH + 34
    sheet.line((MARGIN, y - 28), (WIDTH - MARGIN, y - 28), width=1.2)
    x: float = MARGIN
    for group in GROUPS:
        sheet.shape((x, y - 14), (x + 26, y - 14), (x + 26, y + 12), (x, y + 12), fill=group.tint)
        sheet.text(x + 13, y + 4, group.letter, 13.5, "middle", bold=True)
        sheet.text(x + 34, y + 4, group.name, 12.5)
        x += 66 + 7.4 * len(group.name)
    sheet.words(
        MARGIN,
        y + 40,
        "in, out: as the Pico sees them. No pin bears more than 3.3 V. GP23, GP24, GP25 and GP29 are not on the header.",
        size=12.5,
    )
