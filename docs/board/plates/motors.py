"""The motors: rows to ground, columns to 24 V, a diode at each, and the guard of the 24 V that falls when Python hangs.

Drawn are two of eight rows and two of ten columns. A cam switch speaks only while its own motor is driven: it takes its
current from behind the motor's diode and gives it back to the row through that row's optocoupler, so that of all motors that
share a column or a row none but the driven one can light it.
"""

from sheet import Sheet
from symbols import diode, flag, ground, motor, nmos, opto, pmos, rail, resistor, switch, terminal, zener

RAIL_Y = 130
COLUMNS = ((0, 640), (1, 920))
ROWS = ((0, 520), (1, 800))
CELL = 190
RETURN_X = 480


def draw() -> Sheet:
    sheet = Sheet("Motors: a matrix of rows and columns", 1_248)
    _supply(sheet)
    _registers(sheet)
    for column, x in COLUMNS:
        _column(sheet, column, x)
    for row, y in ROWS:
        _row(sheet, row, y)
        for _, x in COLUMNS:
            _cell(sheet, x, y)
    _shunt(sheet)
    _high_side(sheet)
    _output_enable(sheet)
    return sheet


def _supply(sheet: Sheet) -> None:
    """24 V, measured, and its switch."""
    sheet.words(34, 88, "24 V, behind fuse F1 and the emergency stop")
    terminal(sheet, 40, RAIL_Y, "")
    sheet.wire("24", (45, RAIL_Y), (300, RAIL_Y))
    sheet.dot(150, RAIL_Y)
    resistor(sheet, "24", (150, RAIL_Y), (150, 190), "100 k", below=True)
    sheet.dot(150, 190)
    sheet.wire("s", (150, 190), (172, 190))
    flag(sheet, 172, 190, "supply", left=False)
    resistor(sheet, "s", (150, 190), (150, 246), "10 k", below=True)
    ground(sheet, 150, 246)
    sheet.box(300, RAIL_Y - 26, 130, 52, "Q1", "high-side switch")
    sheet.wire("24", (430, RAIL_Y), (1_160, RAIL_Y))
    sheet.words(
        450, 112, "24 V for the motors: only while GP6 is high, and GP6 is high only while it is fed (dead-man, 200 ms)"
    )
    sheet.wire("s", (365, RAIL_Y + 26), (365, 190), (382, 190))
    sheet.dot(365, 190)
    flag(sheet, 382, 190, "supply_on", left=False)
    resistor(sheet, "s", (365, 190), (365, 246), "10 k")
    ground(sheet, 365, 246)


def _registers(sheet: Sheet) -> None:
    """Three shift registers in a row; the byte that is sent last stays in the first."""
    sheet.zone(24, 288, 566, 138, "three 74HC595 at 3.3 V")
    for y, name in ((327, "shift_data"), (359, "shift_clock"), (391, "shift_latch")):
        flag(sheet, 190, y, name)
        sheet.wire("s", (190, y), (232, y))
    for y, word in ((322, "SER"), (354, "SRCLK"), (386, "RCLK")):
        sheet.text(230, y, word, 10, "end")
    boxes = ((232, "U1", "QA to QH:", "rows 0 to 7"), (356, "U2", "QA to QH:", "columns 0 to 7"))
    for x, *words in (*boxes, (480, "U3", "QA: column 8", "QB: column 9", "QC: open (brake)")):
        sheet.box(x, 310, 100, 98, *words, size=11.5)
    for x in (332, 456):
        sheet.wire("s", (x, 327), (x + 24, 327))
        sheet.shape((x + 24, 327), (x + 16, 323), (x + 16, 331))
    sheet.text(344, 321, "QH'", 10, "middle")
    sheet.text(468, 321, "QH'", 10, "middle")


def _column(sheet: Sheet, column: int, x: float) -> None:
    sheet.dot(x, RAIL_Y)
    sheet.wire("24", (x, RAIL_Y), (x, 172))
    sheet.box(x - 62, 172, 124, 48, f"column {column}", "high-side switch")
    sheet.wire("24", (x, 220), (x, ROWS[-1][1] - CELL))
    letter = "ABCDEFGH"[column]
    sheet.wire("s", (x + 62, 196), (x + 86, 196))
    sheet.text(x + 91, 200.5, f"U2 Q{letter}", 12.5, mono=True)


def _row(sheet: Sheet, row: int, y: float) -> None:
    """The row's line, its switch to ground, and the optocoupler of its home switches."""
    end = COLUMNS[-1][1] + 215
    sheet.wire("r", (362, y), (end, y))
    sheet.text(520, y + 19, f"row {row}", 12.5, bold=True)
    drain = nmos(sheet, 440, y + 60)
    sheet.wire("r", (440, y), drain["d"])
    sheet.dot(440, y)
    sheet.wire("r", drain["s"], (RETURN_X, y + 90))
    sheet.wire("s", (360, y + 60), drain["g"])
    letter = "ABCDEFGH"[row]
    sheet.text(354, y + 64.5, f"U1 Q{letter}", 12.5, "end", mono=True)
    sheet.dot(386, y + 60)
    resistor(sheet, "s", (386, y + 60), (386, y + 110), "10 k", below=True)
    ground(sheet, 386, y + 110)
    ends = opto(sheet, 300, y - 24, "home", mirrored=True)
    resistor(sheet, "h", (468, y - 48), ends["a"], "4.7 k")
    sheet.wire("h", (468, y - 48), (end, y - 48))
    sheet.wire("3", ends["c"], (214, y - 48))
    rail(sheet, "3", 214, y - 48, "3.3 V")
    sheet.wire("s", ends["e"], (190, y))
    if row == 0:
        flag(sheet, 190, y, "home")
        sheet.wire("s", (190, y), (190, ROWS[-1][1]))
    sheet.dot(190, y)
    if row == ROWS[-1][0]:
        resistor(sheet, "s", (190, y), (190, y + 60), "10 k", below=True)
        ground(sheet, 190, y + 60)


def _cell(sheet: Sheet, x: float, y: float) -> None:
    """One motor: diode, motor, what catches its kick, and the cam switch that only it can feed."""
    top = y - CELL
    sheet.dot(x, top)
    diode(sheet, "24", (x, top), (x + 80, top), "D1")
    sheet.dot(x + 80, top)
    motor(sheet, "24", (x + 80, top), (x + 80, y), "M")
    sheet.dot(x + 80, y)
    sheet.wire("24", (x + 80, top), (x + 215, top))
    diode(sheet, "24", (x + 150, y), (x + 150, top), "D2", below=True)
    sheet.dot(x + 150, top)
    sheet.dot(x + 150, y)
    switch(sheet, "h", (x + 215, top), (x + 215, top + 76), "cam", closed=True)
    diode(sheet, "h", (x + 215, top + 76), (x + 215, y - 48), "D3")
    sheet.dot(x + 215, y - 48)


def _shunt(sheet: Sheet) -> None:
    first, last = ROWS[0][1] + 90, ROWS[-1][1] + 90
    sheet.wire("r", (RETURN_X, first), (RETURN_X, 935))
    sheet.dot(RETURN_X, last)
    sheet.dot(RETURN_X, 935)
    resistor(sheet, "r", (RETURN_X, 935), (RETURN_X, 1_010), "0.1 ohm\n1 W", below=True)
    sheet.dot(RETURN_X, 1_010)
    ground(sheet, RETURN_X, 1_010, "0 V")
    sheet.box(535, 935, 100, 75, "× 20", "current-sense", "amplifier", size=11.5)
    sheet.wire("s", (RETURN_X, 935), (520, 935), (520, 955), (535, 955))
    sheet.wire("s", (RETURN_X, 1_010), (520, 1_010), (520, 990), (535, 990))
    sheet.wire("s", (635, 972), (655, 972), (655, 1_062), (612, 1_062))
    flag(sheet, 612, 1_062, "current")


def _high_side(sheet: Sheet) -> None:
    """What Q1 and every column switch are made of."""
    sheet.zone(700, 872, 476, 292, "a high-side switch: Q1, and one for each column")
    ends = pmos(sheet, 960, 984, "P-MOSFET\n60 V")
    rail(sheet, "24", 960, 940, "24 V in")
    sheet.wire("24", (960, 940), ends["s"])
    sheet.wire("24", ends["d"], (960, 1_040), (1_010, 1_040))
    sheet.text(1_018, 1_044.5, "out", 12.5, bold=True)
    sheet.wire("s", ends["g"], (820, 984))
    sheet.wire("24", (960, 944), (820, 944))
    for x, y in ((960, 944), (890, 944), (890, 984), (820, 984)):
        sheet.dot(x, y)
    resistor(sheet, "24", (820, 944), (820, 984), "10 k", below=True)
    zener(sheet, "24", (890, 984), (890, 944), "12 V", below=True)
    resistor(sheet, "s", (820, 984), (820, 1_046), "4.7 k", below=True)
    lower = nmos(sheet, 820, 1_076, "small\nN-MOSFET")
    sheet.wire("s", (820, 1_046), lower["d"])
    ground(sheet, *lower["s"])
    sheet.wire("s", (738, 1_076), lower["g"])
    sheet.text(732, 1_080.5, "in", 12.5, "end", bold=True)
    sheet.dot(762, 1_076)
    resistor(sheet, "s", (762, 1_076), (762, 1_126), "10 k")
    ground(sheet, 762, 1_126)


def _output_enable(sheet: Sheet) -> None:
    """The registers' outputs let go together with the 24 V."""
    sheet.zone(24, 952, 380, 212, "outputs of U1 to U3 let go with the 24 V")
    ends = nmos(sheet, 250, 1_094)
    flag(sheet, 192, 1_094, "supply_on")
    sheet.wire("s", (192, 1_094), ends["g"])
    ground(sheet, *ends["s"])
    sheet.wire("s", ends["d"], (250, 1_056), (278, 1_056))
    sheet.dot(250, 1_056)
    sheet.text(284, 1_060.5, "OE of all three", 12)
    resistor(sheet, "3", (250, 1_008), (250, 1_056), "10 k", below=True)
    rail(sheet, "3", 250, 1_008, "3.3 V")
