"""One spiral: a motor with inertia, a coil that carries pieces forward, and a cam that closes the home switch.

Motion is solved, not stepped: a driven motor gains speed evenly until it runs at `RUN_DEG_PER_MS`, a cut one is braked
evenly until it stands. So the moment at which an angle is passed is known beforehand, and the world can sleep until
then. The angle grows for ever; a whole turn is 360°, home is at 0°. All figures are plausible, none is measured.
"""

from dataclasses import dataclass, field
from math import inf, sqrt

RUN_DEG_PER_MS = 0.18
"""30 turns a minute: a turn in two seconds (boards of the trade give up after 3 or 7 s)."""
START_MS, BRAKE_MS = 60.0, 15.0
GAIN, BRAKE = RUN_DEG_PER_MS / START_MS, RUN_DEG_PER_MS / BRAKE_MS
CAM_HALF_DEG = 12
"""The home switch is closed from 12° before home to 12° after it."""
RELEASE_DEG = 300
"""Where the coil lets the foremost piece go."""
MARKS_DEG = (CAM_HALF_DEG, RELEASE_DEG, 360 - CAM_HALF_DEG)


@dataclass(slots=True)
class Spiral:
    """`stock` is what is really there, whatever the books say. A fault is a plain attribute; see `hw_mocks.faults`."""

    slot: str
    stock: int = 0
    angle_deg: float = 0.0
    speed_deg_per_ms: float = 0.0
    told: bool = False
    driven: bool = False
    """Told to turn, and supplied: a board's dead-man may take the supply for a moment while it is told."""
    starts: int = 0
    missing: bool = False
    stuck: bool = False
    jam_deg: int | None = None
    light: bool = False
    hangs: bool = False
    hanging: int = field(default=0, init=False)

    @property
    def turns(self) -> int:
        """How often the spiral came home since the world began."""
        return int((self.angle_deg + CAM_HALF_DEG) // 360)

    @property
    def at_home(self) -> bool:
        return (self.angle_deg + CAM_HALF_DEG) % 360 < 2 * CAM_HALF_DEG

    @property
    def blocked(self) -> bool:
        """Held fast: by a fault, or because it stands where it jams."""
        return self.stuck or (self.jam_deg is not None and self.angle_deg % 360 == self.jam_deg)

    @property
    def moving(self) -> bool:
        return not self.blocked and (self.driven or self.speed_deg_per_ms > 0)

    def drive(self, told: bool, supplied: bool = True) -> None:
        """Its lines are on, or not; `starts` counts how often they went on."""
        self.starts += told and not self.told
        self.told, self.driven = told, told and supplied

    def turn_home_by_hand(self) -> None:
        """A person turns the coil on until it is home, and holds back what hangs in it."""
        if not self.at_home:
            self.angle_deg = (self.angle_deg // 360 + 1) * 360

    def next_mark(self) -> tuple[float, float]:
        """In how many ms which angle is reached at which something happens; `inf` when it is never reached."""
        offsets = MARKS_DEG if self.jam_deg is None else (*MARKS_DEG, self.jam_deg)
        turn_deg = self.angle_deg // 360 * 360
        marks = (turn_deg + more + offset for more in (0, 360) for offset in offsets)
        mark_deg = min(mark for mark in marks if mark > self.angle_deg)
        return self._time_ms(mark_deg - self.angle_deg), mark_deg

    def travel(self, ms: float) -> int:
        """Turn on for `ms`, at most to the next mark; how many pieces the coil lets go there."""
        in_ms, mark_deg = self.next_mark()
        assert ms <= in_ms + 1e-6, "the world may not step over a mark"
        self.angle_deg, self.speed_deg_per_ms = self.angle_deg + self._way_deg(ms), self._speed_after(ms)
        if ms < in_ms - 1e-6:
            return 0
        self.angle_deg = mark_deg
        if self.blocked:
            self.speed_deg_per_ms = 0.0
        return self._release() if mark_deg % 360 == RELEASE_DEG else 0

    def _release(self) -> int:
        if self.hangs:
            self.hanging += self.stock > self.hanging
            return 0
        falling = min(self.stock, 1 + self.hanging)
        self.stock, self.hanging = self.stock - falling, 0
        return falling

    def _speed_after(self, ms: float) -> float:
        if self.driven:
            return min(RUN_DEG_PER_MS, self.speed_deg_per_ms + GAIN * ms)
        return max(0.0, self.speed_deg_per_ms - BRAKE * ms)

    def _way_deg(self, ms: float) -> float:
        speed = self.speed_deg_per_ms
        if self.driven:
            gaining_ms = min(ms, (RUN_DEG_PER_MS - speed) / GAIN)
            return speed * gaining_ms + GAIN * gaining_ms**2 / 2 + RUN_DEG_PER_MS * (ms - gaining_ms)
        braking_ms = min(ms, speed / BRAKE)
        return speed * braking_ms - BRAKE * braking_ms**2 / 2

    def _time_ms(self, way_deg: float) -> float:
        speed = self.speed_deg_per_ms
        if not self.driven:
            left = speed**2 - 2 * BRAKE * way_deg
            return inf if left < 0 else (speed - sqrt(left)) / BRAKE
        gaining_ms = (RUN_DEG_PER_MS - speed) / GAIN
        gained_deg = speed * gaining_ms + GAIN * gaining_ms**2 / 2
        if way_deg > gained_deg:
            return gaining_ms + (way_deg - gained_deg) / RUN_DEG_PER_MS
        return (sqrt(speed**2 + 2 * GAIN * way_deg) - speed) / GAIN
