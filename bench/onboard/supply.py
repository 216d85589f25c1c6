"""How long the real dead-man program holds the motors' supply after its last feed: PIO words in an emulated RP2040.

`python supply.py MANY SEED` prints a line a fall: milliseconds from the last round of the loop, and from the last feed. The
PIO is that of `tests/firmware/piobench.py`; one cycle is 20 µs. CPython only.
"""

import random
import sys

import pio
from deadman import Deadman
from piobench import Chip

CYCLES_PER_MS = pio.DEADMAN_HZ // 1_000
ENABLE = 5
HANGS_MS = 260
TURNS_MS_MAX = 60


class Program:
    """The feeder's end of the dead-man, and a clock in cycles of its state machine."""

    def __init__(self) -> None:
        self.machine = pio.start_deadman(ENABLE)
        self.chip = Chip(self.machine)
        self.cycle = self.fed_cycle = 0

    def put(self, word: int) -> None:
        self.fed_cycle = self.cycle
        self.chip.put(self.machine.number, word)

    def tx_fifo(self) -> int:
        return self.chip.read(0x50300000 + 0x0C) >> 8 * (self.machine.number % 4) & 0xF

    def passes(self, cycles: int) -> int | None:
        """Let time pass; the cycle in which the supply was gone, None while it is there."""
        for _ in range(cycles):
            self.chip.step()
            self.cycle += 1
            if not self.chip.level(ENABLE) and self.cycle > CYCLES_PER_MS:
                return self.cycle
        return None


def fall(chance: random.Random) -> tuple[float, float]:
    """Hold, turn for a while, hang: milliseconds to the fall, from the last round and from the last feed."""
    program = Program()
    deadman = Deadman(program)
    deadman.hold(0)
    turns_ms = chance.randrange(1, TURNS_MS_MAX)
    for now_ms in range(1, turns_ms + 1):
        assert program.passes(CYCLES_PER_MS) is None
        deadman.tick(now_ms)
    last_cycle = program.cycle
    fell_cycle = program.passes(HANGS_MS * CYCLES_PER_MS)
    assert fell_cycle is not None
    return (fell_cycle - last_cycle) / CYCLES_PER_MS, (fell_cycle - program.fed_cycle) / CYCLES_PER_MS


def main(many: int, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(many):
        print(*fall(chance))


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
