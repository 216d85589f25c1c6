"""How soon a motor stands: after its home switch, and after the program hung. In virtual time, by the firmware's own loop.

`<interpreter> stops.py WHAT MANY LOOP_MS GC_MS SEED` prints a line a stop, in milliseconds.

    home    from the edge of the home switch to the driver no longer driving, and to it being off (after the brake)
    hang    from the round that was the loop's last, and from the dead-man's last feed, to the motor without supply

Each round of the loop takes 1 to LOOP_MS, by chance; with GC_MS one round in fifty takes so long, as a garbage collection
does. The machine around the board is that of the firmware's tests. Time comes in whole milliseconds.
"""

# mypy: ignore-errors

import random
import sys

import boardbench
import messages
from boardbench import Bench
from plant import Plant

ROW, COLUMN = 2, 3
COLLECT_EVERY = 50
NEAR_HOME_DEG, FAR_FROM_HOME_DEG = 310, 20
"""A turn begins here or there instead of at home: what is measured is only its end."""
HANGS_MS = 300


class Watched(Plant):
    """Notes when the home switch closed, when the driver let go of the motor, and when the supply was gone."""

    def __init__(self):
        super().__init__()
        self.home_ms = self.let_go_ms = self.off_ms = self.fed_ms = 0
        self.fall_ms = 0

    def forget(self):
        self.home_ms = self.let_go_ms = self.off_ms = self.fall_ms = 0

    def driven(self):
        return self.bits and self.bits >> 18 == 0

    def step(self):
        if self.home_ms and not self.let_go_ms and not self.driven():
            self.let_go_ms = self.now_ms
        if self.let_go_ms and not self.off_ms and not self.bits:
            self.off_ms = self.now_ms
        if self.deadman.given:
            self.fed_ms = self.now_ms + 1  # a feed counts from the end of its millisecond
        super().step()
        if not self.home_ms and self.driven() and self.home.level:
            self.home_ms = self.now_ms
        if not self.fall_ms and self.bits and not self._drives(ROW, COLUMN):
            self.fall_ms = self.now_ms


class Loop:
    """A board whose rounds take their time."""

    def __init__(self, loop_ms, gc_ms):
        self.loop_ms, self.gc_ms = loop_ms, gc_ms
        self.bench = Bench()
        self.plant, self.round_ms = self.bench.plant, 0
        self.spiral = self.plant.spiral(ROW, COLUMN)

    def turn(self):
        """One round, and the time it takes."""
        self.round_ms = self.plant.now_ms
        self.bench.round()  # which is the round and one millisecond
        takes_ms = random.randrange(self.loop_ms) + 1
        if self.gc_ms and random.randrange(COLLECT_EVERY) == 0:
            takes_ms = self.gc_ms
        for _ in range(takes_ms - 1):
            self.plant.step()

    def drive(self, from_deg):
        """Bring a spiral home that stands in mid-turn; returns when it is driven."""
        self.spiral.angle_deg, self.spiral.speed = from_deg + random.randrange(300) / 10, 0.0
        number = self.bench.order(messages.TRIAL, ROW, COLUMN, 0, 0, 6_000, 0)
        while not self.plant.driven():
            self.turn()
        self.plant.forget()
        return number


def home(loop):
    number = loop.drive(NEAR_HOME_DEG)
    while number not in loop.bench.outcomes:
        loop.turn()
    plant = loop.plant
    assert loop.bench.answers[number][0] == messages.HOME
    assert plant.home_ms
    assert loop.spiral.at_home()
    return plant.let_go_ms - plant.home_ms, plant.off_ms - plant.home_ms


def hang(loop):
    """The program turns for a while and then no more; the motor would turn on for seconds."""
    loop.drive(FAR_FROM_HOME_DEG)
    for _ in range(1 + random.randrange(60)):
        loop.turn()
    plant = loop.plant
    assert plant.driven()
    assert not plant.fall_ms
    for _ in range(HANGS_MS):
        plant.step()
    assert plant.fall_ms
    assert not plant.home_ms
    return plant.fall_ms - loop.round_ms, plant.fall_ms - plant.fed_ms


def main(what, many, loop_ms, gc_ms, seed):
    random.seed(seed)
    boardbench.Plant = Watched
    loop = Loop(loop_ms, gc_ms)
    for _ in range(many):
        if what == "home":
            print(*home(loop))
        else:
            print(*hang(Loop(loop_ms, gc_ms)))  # a board that hung is not used again


if __name__ == "__main__":
    main(sys.argv[1], *[int(word) for word in sys.argv[2:]])
