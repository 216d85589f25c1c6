"""The Pico's header as it lies on the table, and what each of our pins is for.

Which GPIO does what is `firmware/pins.py` alone; here are only the places on the header (Raspberry Pi Pico datasheet,
chapter 2) and the words that stand beside the pins. A pin that gets a new name there and no words here is an error.
"""

from typing import NamedTuple

from firmware.pins import PINS

SUPPLIES = {
    **dict.fromkeys((3, 8, 13, 18, 23, 28, 38), ("GND", "0 V of the 3.3 V side")),
    30: ("RUN", "reset: push button to 0 V"),
    33: ("AGND", "0 V of the three converters"),
    35: ("ADC_VREF", "leave open"),
    36: ("3V3(OUT)", "3.3 V for our parts, 300 mA at most"),
    37: ("3V3_EN", "leave open"),
    39: ("VSYS", "5 V through a Schottky diode"),
    40: ("VBUS", "leave open: 5 V of the USB plug"),
}
"""Every pin of the header that is no GPIO."""
GPIOS = (*range(23), 26, 27, 28)


class Group(NamedTuple):
    """Pins that belong together; `tint` is a light fill."""

    letter: str
    name: str
    tint: str


LINK = Group("L", "link to the Pi", "#d3e2fb")
BUS = Group("B", "MDB bus", "#cdebdd")
COINS = Group("C", "pulse coin acceptor", "#fbdcbb")
MOTORS = Group("M", "motors", "#f9cdc9")
CURTAIN = Group("D", "drop curtain", "#e4d2f7")
PANEL = Group("P", "panel", "#f3eaa9")
SUPPLY = Group("V", "supply, reset", "#e6e6e6")
GROUPS = (LINK, BUS, COINS, MOTORS, CURTAIN, PANEL, SUPPLY)

WORDS = {
    "link_tx": (LINK, "out", "to the Pi's RXD, 115,200 baud"),
    "link_rx": (LINK, "in", "from the Pi's TXD"),
    "mdb_tx": (BUS, "out", "high at rest: no current in the loop"),
    "mdb_rx": (BUS, "in", "high at rest"),
    "coin": (COINS, "in", "high at rest, low in a pulse"),
    "coin_inhibit": (COINS, "out", "low keeps coins out"),
    "supply_on": (MOTORS, "out", "high: motors have 24 V"),
    "home": (MOTORS, "in", "high: driven motor is home"),
    "curtain_eye": (CURTAIN, "in", "high in the light"),
    "curtain_lamp": (CURTAIN, "out", "high: lamp burns"),
    "shift_clock": (MOTORS, "out", "to the 74HC595, SRCLK"),
    "shift_data": (MOTORS, "out", "to the first 74HC595, SER"),
    "shift_latch": (MOTORS, "out", "to the 74HC595, RCLK"),
    "door": (PANEL, "in", "high while open"),
    "lamp": (PANEL, "out", "high: lit"),
    **{f"key_row_{row}": (PANEL, "out", "keypad, open drain") for row in range(4)},
    **{f"key_column_{column}": (PANEL, "in", "keypad, pulled up") for column in range(4)},
    "current": (MOTORS, "ADC0", "0 to 1.65 A are 0 to 3.3 V"),
    "supply": (MOTORS, "ADC1", "motors' 24 V, divided by 11"),
    "thermometer": (PANEL, "ADC2", "NTC, 10 kilohm at 25 °C"),
}


class Pin(NamedTuple):
    """One pin of the header. `name` is ours; for a supply pin it is empty."""

    place: int
    chip: str
    name: str
    group: Group
    direction: str
    words: str


def header() -> list[Pin]:
    """All forty pins by their place, 1 at the upper left with the USB plug above. Raises KeyError for a pin without words."""
    ours = {number: name for name, number in PINS.items()}
    gpios, pins = iter(GPIOS), []
    for place in range(1, 41):
        if place in SUPPLIES:
            chip, words = SUPPLIES[place]
            pins.append(Pin(place, chip, "", SUPPLY, "", words))
        else:
            number = next(gpios)
            name = ours[number]
            pins.append(Pin(place, f"GP{number}", name, *WORDS[name]))
    return pins
