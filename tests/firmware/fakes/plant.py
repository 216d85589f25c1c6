"""A board's surroundings in virtual time: motors, cams, a curtain, keys; and the objects through which it feels them.

Runs on CPython and on MicroPython. Time is a number of milliseconds that only `step` moves. Plausible, not measured.
"""

from pins import BRAKE, COLUMN_0

RUN_DEG_PER_MS, START_MS = 0.18, 60
CAM_HALF_DEG, RELEASE_DEG = 12, 300
FALL_MS, SHADE_MS = 350, 30
SUPPLY_MV, SUPPLY_MV_MAX, CURRENT_MA_MAX = 24_000, 36_300, 1_650


class Pin:
    """A line: `level` is what is on it."""

    def __init__(self, level=0):
        self.level = level

    def value(self, level=None):
        if level is None:
            return self.level
        self.level = level
        return None


class Fifo:
    """A state machine: words that wait for Python, and words that Python gave."""

    def __init__(self):
        self.words = []
        self.given = []

    def put(self, word):
        self.given.append(word)

    def get(self, buffer=None, shift=0):
        return self.words.pop(0)

    def rx_fifo(self):
        return len(self.words)

    def tx_fifo(self):
        return 0

    def exec(self, instruction):
        self.given.append(instruction)


class Adc:
    """A converter of what `read` says, with this full scale."""

    def __init__(self, read, full):
        self.read, self.full = read, full

    def read_u16(self):
        return min(65_535, self.read() * 65_536 // self.full)


class Spiral:
    """A motor, its cam and its coil. Faults are plain attributes."""

    def __init__(self, pieces=3):
        self.pieces = pieces
        self.angle_deg = self.speed = 0.0
        self.missing = False
        self.jam_deg = None
        self.jams = 1_000
        self.stall_ma = 900
        self.homes_a_turn = 1
        self.starts = self.driven_ms = 0
        self.driven = False

    def at_home(self):
        share = 360 / self.homes_a_turn
        return (self.angle_deg + CAM_HALF_DEG) % share < 2 * CAM_HALF_DEG

    def blocked(self):
        return self.jams > 0 and self.jam_deg is not None and abs(self.angle_deg % 360 - self.jam_deg) < 0.2

    def step(self, driven):
        """One millisecond; True when a piece leaves the coil."""
        if driven and not self.driven:
            self.starts += 1
        elif self.driven and not driven and self.blocked():
            self.jams -= 1
        self.driven = driven
        self.driven_ms += driven
        gain = RUN_DEG_PER_MS / START_MS
        self.speed = min(RUN_DEG_PER_MS, self.speed + gain) if driven else max(0.0, self.speed - 4 * gain)
        if self.blocked():
            self.speed = 0.0
        before = self.angle_deg
        self.angle_deg += self.speed
        if before % 360 < RELEASE_DEG <= self.angle_deg % 360 and self.pieces:
            self.pieces -= 1
            return True
        return False

    def current_ma(self):
        if self.missing or not self.driven:
            return 0
        return int(self.stall_ma - (self.stall_ma - 180) * self.speed / RUN_DEG_PER_MS)


class Plant:
    """Is the `hardware` of a `board.Board`. `sent` is what it said to the Pi, `heard` what waits for it."""

    def __init__(self):
        self.now_ms = 0x3FFFF000  # the clock wraps after 4 seconds
        self.spirals = {}
        self.port, self.sent, self.heard = self, bytearray(), bytearray()
        self.shift, self.latch = self, self
        self._bytes, self.bits = bytes(3), 0
        self.home, self.door = Pin(), Pin()
        self.supply_mv = SUPPLY_MV
        self.current = Adc(self._current_ma, CURRENT_MA_MAX)
        self.supply = Adc(lambda: self.supply_mv, SUPPLY_MV_MAX)
        self.thermometer, self.chip = Adc(lambda: 32_768, 65_536), Adc(lambda: 14_016, 65_536)
        self.curtain_eye, self.curtain_lamp, self.shadows = Pin(), Pin(), Fifo()
        self.blind = self.dark = False
        self._falls_ms = []
        self._was_dark = True
        self.deadman, self._fed_until_ms = Fifo(), 0
        self.coins, self.coin_line, self.coin_inhibit = Fifo(), Pin(1), Pin(0)
        self.turned_round = []
        self.mdb_tx, self.mdb_rx = Fifo(), Fifo()
        self.lamp = Pin()
        self.key_rows, self.keys = tuple(Pin(1) for _ in range(4)), set()
        self.key_columns = tuple(KeyColumn(self, column) for column in range(4))
        self.watchdog, self.feeds = self, 0
        self.notes = {}

    # What the board holds in its hands

    def write(self, data):
        if len(data) == 3:
            self._bytes = bytes(data)
        else:
            self.sent += data

    def read(self):
        data, self.heard = bytes(self.heard), bytearray()
        return data

    def value(self, level):
        """The latch: what was shifted comes out."""
        if level:
            self.bits = int.from_bytes(self._bytes, "big")

    def feed(self):
        self.feeds += 1

    def note(self, place, value):
        self.notes[place] = value

    def turn_coin_round(self, on):
        self.turned_round.append(on)

    # Time

    def spiral(self, row, column):
        if (row, column) not in self.spirals:
            self.spirals[row, column] = Spiral()
        return self.spirals[row, column]

    def step(self):
        """One millisecond."""
        self.now_ms += 1
        while self.deadman.given:
            self._fed_until_ms = self.now_ms + self.deadman.given.pop(0) // 10
        for (row, column), spiral in self.spirals.items():
            if spiral.step(self._drives(row, column) and not spiral.missing):
                self._falls_ms.append(self.now_ms + FALL_MS)
        driven = [spiral for spiral in self.spirals.values() if spiral.driven]
        self.home.level = int(any(spiral.at_home() for spiral in driven))
        self._pass_curtain()

    def _drives(self, row, column):
        on = self.now_ms < self._fed_until_ms and self.supply_mv > 10_000 and not self.bits >> BRAKE & 1
        return bool(on and self.bits >> row & 1 and self.bits >> COLUMN_0 + column & 1)

    def _pass_curtain(self):
        shaded = any(0 <= self.now_ms - fall_ms < SHADE_MS for fall_ms in self._falls_ms)
        dark = self.dark or (not self.blind and (shaded or not self.curtain_lamp.level))
        if dark and not self._was_dark and len(self.shadows.words) < 8:
            self.shadows.words.append(0)
        self._was_dark, self.curtain_eye.level = dark, int(not dark)

    def _current_ma(self):
        return sum(spiral.current_ma() for spiral in self.spirals.values())


class KeyColumn:
    """Pulled up, unless a key that is pressed joins it to a row that is low."""

    def __init__(self, plant, column):
        self.plant, self.column = plant, column

    def value(self):
        rows = self.plant.key_rows
        return int(not any(not rows[key // 4].level for key in self.plant.keys if key % 4 == self.column))
