"""What people touch and what is warm: door, keypad, lamp, thermometer. Set `cabinet.drive` to `board` to use them."""

from sheet import Sheet
from symbols import flag, ground, nmos, rail, resistor, switch

KEYS_X, KEYS_Y = 800, 134
KEY_ALONG, KEY_DOWN = 92, 78
NOTE = """
The door switch is closed while the door is shut: a torn wire reads open, and an open machine does not sell. Door
and columns are pulled up inside the Pico. Key number = row × 4 + column, as in board.slot_keys and
board.return_key. Keep these wires away from motors.
"""


def draw() -> Sheet:
    sheet = Sheet("Panel: door, keypad, lamp, thermometer", 740)
    _door(sheet)
    _lamp(sheet)
    _thermometer(sheet)
    _keypad(sheet)
    sheet.note(600, NOTE)
    return sheet


def _door(sheet: Sheet) -> None:
    sheet.zone(24, 84, 500, 126, "door")
    flag(sheet, 200, 140, "door")
    sheet.wire("s", (200, 140), (260, 140))
    switch(sheet, "s", (260, 140), (370, 140), "closed: door is shut", below=True, closed=True)
    sheet.wire("0", (370, 140), (420, 140))
    ground(sheet, 420, 140)


def _lamp(sheet: Sheet) -> None:
    sheet.zone(24, 226, 500, 176, "lamp: lit while the machine takes coins")
    flag(sheet, 200, 340, "lamp")
    ends = nmos(sheet, 330, 340, "")
    sheet.wire("s", (200, 340), ends["g"])
    sheet.dot(240, 340)
    resistor(sheet, "s", (240, 340), (240, 378), "10 k", below=True)
    ground(sheet, 240, 376)
    ground(sheet, *ends["s"])
    sheet.wire("12", ends["d"], (330, 288), (360, 288))
    sheet.box(360, 268, 90, 40, "12 V lamp")
    sheet.wire("12", (450, 288), (486, 288))
    rail(sheet, "12", 486, 288, "12 V")


def _thermometer(sheet: Sheet) -> None:
    sheet.zone(24, 418, 500, 164, "thermometer")
    flag(sheet, 200, 500, "thermometer")
    sheet.wire("s", (200, 500), (300, 500))
    sheet.dot(300, 500)
    resistor(sheet, "3", (300, 456), (300, 500), "10 k, 1 %")
    rail(sheet, "3", 300, 456, "")
    sheet.text(320, 448, "3.3 V", 12, bold=True)
    resistor(sheet, "s", (300, 500), (300, 544), "NTC 10 k, B 3950")
    ground(sheet, 300, 544, "AGND")


def _keypad(sheet: Sheet) -> None:
    sheet.zone(548, 84, 628, 498, "keypad, 4 rows and 4 columns")
    for row in range(4):
        y = KEYS_Y + row * KEY_DOWN
        flag(sheet, 724, y, f"key_row_{row}")
        sheet.wire("s", (724, y), (KEYS_X + 3 * KEY_ALONG, y))
    for column in range(4):
        x, y = KEYS_X + column * KEY_ALONG + 52, KEYS_Y + 4 * KEY_DOWN + 34 * column
        flag(sheet, 724, y, f"key_column_{column}")
        sheet.wire("s", (724, y), (x, y), (x, KEYS_Y + 34))
    for key in range(16):
        _key(sheet, KEYS_X + key % 4 * KEY_ALONG, KEYS_Y + key // 4 * KEY_DOWN, key)


def _key(sheet: Sheet, x: float, y: float, number: int) -> None:
    """A key joins its row, above, and its column, to the right."""
    sheet.dot(x, y)
    sheet.wire("s", (x, y), (x, y + 34), (x + 52, y + 34))
    sheet.dot(x + 52, y + 34)
    sheet.box(x - 15, y + 22, 30, 24, str(number), fill="#f3eaa9")
