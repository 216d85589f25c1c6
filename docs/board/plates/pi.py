"""How the board is reached: three wires carry the link, and a USB cable is for a new program only."""

from pinout import header
from sheet import GREY, Sheet
from symbols import ground, switch

ROWS = (("link_rx", 210), ("link_tx", 250), ("GND", 290))
PICO_X, PICO_WIDTH = 560, 150
USB_Y = 523
PLACES = {pin.name or pin.chip: pin for pin in reversed(header())}
"""By name; of several pins called GND the first."""
NOTE = """
All business goes over the two UART wires (board.port, 115,200 baud), crossed: TX to RX. Both ends have 3.3 V
levels. USB is MicroPython's prompt, for `minga board update --usb`; it may stay plugged in, the link does not use
it. Nothing in this version pulls RUN but the button. The Pico's 5 V come into VSYS through a diode: see the
supplies.
"""


def draw() -> Sheet:
    sheet = Sheet("The board and the Pi", 740)
    _pico(sheet)
    _in_the_machine(sheet)
    _on_the_bench(sheet)
    sheet.note(594, NOTE)
    return sheet


def _contact(sheet: Sheet, x: float, y: float, place: int) -> None:
    sheet.circle(x, y, 12.5, "#f1d27a")
    sheet.text(x, y + 4.5, str(place), 11.5, "middle", bold=True)


def _pico(sheet: Sheet) -> None:
    middle = PICO_X + PICO_WIDTH / 2
    sheet.box(PICO_X, 96, PICO_WIDTH, 470, "", fill="#eaf3ea")
    sheet.words(middle, 130, "the same pins,", "one partner at a time", size=11.5, anchor="middle")
    for name, y in ROWS:
        pin = PLACES[name]
        _contact(sheet, PICO_X, y, pin.place)
        _contact(sheet, PICO_X + PICO_WIDTH, y, pin.place)
        sheet.text(middle, y + 4.5, f"{pin.chip} {pin.name}", 11.5, "middle", mono=True)
    _contact(sheet, PICO_X, 360, PLACES["RUN"].place)
    sheet.text(middle, 364, "RUN", 12, "middle", mono=True)
    switch(sheet, "s", (PICO_X - 112, 360), (PICO_X - 12, 360), "reset")
    ground(sheet, PICO_X - 112, 360)
    sheet.text(middle, 440, "Pico", 17, "middle", bold=True)
    sheet.box(PICO_X + 40, USB_Y - 23, 70, 46, "USB", fill="#dddddd")


def _in_the_machine(sheet: Sheet) -> None:
    sheet.zone(24, 84, 380, 490, "in the machine")
    sheet.box(48, 120, 200, 320, "")
    sheet.text(148, 150, "Raspberry Pi", 15, "middle", bold=True)
    sheet.text(148, 170, "40-pin header", 12, "middle", colour=GREY)
    for place, y, words in ((8, 210, "GPIO14 TXD"), (10, 250, "GPIO15 RXD"), (6, 290, "GND")):
        _contact(sheet, 248, y, place)
        sheet.text(226, y + 4.5, words, 12, "end", mono=True)
        sheet.wire("0" if words == "GND" else "s", (260.5, y), (PICO_X - 12.5, y))
    sheet.text(148, 350, "board.port =", 12, "middle", mono=True)
    sheet.text(148, 368, '"/dev/serial0"', 12, "middle", mono=True)
    sheet.box(48, 494, 200, 58, "a USB socket", "/dev/ttyACM0")
    sheet.wire("usb", (248, USB_Y), (PICO_X + 40, USB_Y))
    sheet.text(330, USB_Y - 12, "for updates", 12, "middle")


def _on_the_bench(sheet: Sheet) -> None:
    sheet.zone(776, 84, 400, 490, "on the bench, without a Pi")
    sheet.box(836, 140, 150, 190, "")
    sheet.text(911, 164, "USB to serial", 12.5, "middle", bold=True)
    sheet.text(911, 182, "adapter, 3.3 V", 12.5, "middle")
    for y, words in ((210, "TXD"), (250, "RXD"), (290, "GND")):
        sheet.circle(836, y, 7)
        sheet.text(852, y + 4.5, words, 12, mono=True)
        sheet.wire("0" if words == "GND" else "s", (829, y), (PICO_X + PICO_WIDTH + 12.5, y))
    sheet.box(1_036, 120, 116, 432, "laptop")
    sheet.text(1_094, 372, "board.port =", 11, "middle", mono=True)
    sheet.text(1_094, 388, '"/dev/ttyUSB0"', 11, "middle", mono=True)
    sheet.wire("usb", (986, 235), (1_036, 235))
    sheet.wire("usb", (PICO_X + 110, USB_Y), (1_036, USB_Y))
    sheet.text(900, USB_Y - 12, "for updates: /dev/ttyACM0", 12, "middle")
