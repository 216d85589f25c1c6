"""Which pin of the Pico does what. The one table; `docs/` and the simulated board read it too.

All 26 pins of the header are used. Rows and columns of the motors come out of three shift registers (74HC595) behind an
SPI, because 18 lines of their own would not leave enough. Their output enable and the motors' 24 V hang on `SUPPLY_ON`, and
every gate is pulled down: a board without a program, in reset or hung moves nothing. Not yet tried on hardware.
"""

PINS = {
    "link_tx": 0,  # UART0 to the Pi, 115,200 baud; USB stays free for updates
    "link_rx": 1,
    "mdb_tx": 2,  # through isolators to the MDB bus
    "mdb_rx": 3,
    "coin": 4,  # pulse acceptor, high at rest
    "coin_inhibit": 5,
    "supply_on": 6,  # held up by the dead-man's PIO program only
    "home": 7,  # cam switches, fed by the driven motor: high at home
    "curtain_eye": 8,  # high in the light
    "curtain_lamp": 9,
    "shift_clock": 10,  # SPI1
    "shift_data": 11,
    "shift_latch": 12,
    "door": 13,  # high while open
    "lamp": 14,
    "key_row_0": 15,  # open drain
    "key_row_1": 16,
    "key_row_2": 17,
    "key_row_3": 18,
    "key_column_0": 19,  # pulled up
    "key_column_1": 20,
    "key_column_2": 21,
    "key_column_3": 22,
    "current": 26,  # ADC0: motors' shunt of 0.1 ohm, 20 times amplified
    "supply": 27,  # ADC1: the motors' 24 V before its switch, divided by 11
    "thermometer": 28,  # ADC2: NTC of 10 kilohm to ground, 10 kilohm to 3.3 V
}

CHIP_THERMOMETER = 4
"""The ADC's own channel."""

ROWS_MAX, COLUMNS_MAX = 8, 10
COLUMN_0, BRAKE = 8, 18
"""Bits of the shift registers: row 0 is bit 0, column 0 bit 8; BRAKE shorts the motor of the row that is on."""
