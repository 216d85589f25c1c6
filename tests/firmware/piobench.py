"""A bench for PIO programs: two emulators that know nothing of each other, lines to draw and to read.

`emulate` runs one state machine in pioemu, a chip that has one. `Chip` is the PIO of rp2040py, with its pads and its
registers, and runs all machines of a block together. Both take what `pio.start_...` set up. One step is one cycle of the
machines' clock. Agreement of the two is not silicon.
"""

import random
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import pioemu
import rp2
from rp2040py.simulator import Simulator

BLOCK_BASE = (0x50200000, 0x50300000)
GPIO_CONTROL, PAD = 0x40014004, 0x4001C004
INPUT_ENABLED = 0x56
CTRL, FSTAT, TXF, RXF, INSTRUCTIONS, MACHINES, MACHINE_BYTES = 0x00, 0x04, 0x10, 0x20, 0x48, 0xC8, 0x18
CLOCK, EXEC, SHIFT, ADDRESS, EXECUTE, PINS = 0x00, 0x04, 0x08, 0x0C, 0x10, 0x14
"""RP2040 datasheet 3.7."""

Line = Sequence[int]
"""A level for every cycle."""


@dataclass
class Run:
    """What came of a run: the level of pin 0 in every cycle, and the words with the cycle in which they came."""

    levels: list[int] = field(default_factory=list)
    words: list[int] = field(default_factory=list)
    times: list[int] = field(default_factory=list)


def emulate(machine: rp2.StateMachine, cycles: int, line: Line = (), feeds: Mapping[int, int] | None = None) -> Run:
    """One machine in pioemu, from its start. `line` is pin 0 from outside and keeps its last level; `feeds` by cycle."""
    program, options, run, due = machine.program, machine.program.options, Run(), dict(feeds or {})
    out = "out_base" in machine.pins or "set_base" in machine.pins

    def level(cycle: int) -> int:
        return line[min(cycle, len(line) - 1)] if line else 0

    start = pioemu.State(
        transmit_fifo=deque(machine.waiting),
        pin_directions=int(out),
        pin_values=int(out and options.get("set_init") == rp2.PIO.OUT_HIGH),
    )
    for before, after in pioemu.emulate(
        program.words,
        stop_when=lambda _, state: state.clock >= cycles,
        initial_state=start,
        input_source=level,
        auto_push=options.get("autopush", False),
        push_threshold=options.get("push_thresh", 32),
        shift_isr_right=options.get("in_shiftdir") == rp2.PIO.SHIFT_RIGHT,
        shift_osr_right=options.get("out_shiftdir") == rp2.PIO.SHIFT_RIGHT,
        out_count=1,
        set_count=1,
        wrap_target=program.wrap_target,
        wrap_top=program.wrap,
    ):
        for cycle in [cycle for cycle in due if cycle <= after.clock]:
            after.transmit_fifo.append(due.pop(cycle))
        while after.receive_fifo:
            run.words.append(after.receive_fifo.popleft())
            run.times.append(after.clock)
        run.levels += [after.pin_values & 1] * (after.clock - before.clock)
    return run


class Chip:
    """An RP2040 whose processors sleep: only its PIO runs, set up through the registers as MicroPython does it."""

    def __init__(self, *machines: rp2.StateMachine) -> None:
        self._simulator = Simulator()  # without an owner the PIO would run by itself
        self._chip = self._simulator.rp2040
        self.read, self._write = self._chip.read_uint32, self._chip.write_uint32
        self._blocks = sorted({machine.number // 4 for machine in machines})
        for block in self._blocks:
            offset = 0
            for machine in (machine for machine in machines if machine.number // 4 == block):
                self._load(machine, offset)
                offset += len(machine.program.words)
            running = sum(1 << machine.number % 4 for machine in machines if machine.number // 4 == block)
            self._write(BLOCK_BASE[block] + CTRL, running)

    def _load(self, machine: rp2.StateMachine, offset: int) -> None:
        program, options = machine.program, machine.program.options
        base = BLOCK_BASE[machine.number // 4]
        own = base + MACHINES + MACHINE_BYTES * (machine.number % 4)
        for index, word in enumerate(program.at(offset), start=offset):
            self._write(base + INSTRUCTIONS + 4 * index, word)
        self._write(own + CLOCK, 1 << 16)
        wraps = program.wrap + offset << 12 | program.wrap_target + offset << 7
        self._write(own + EXEC, machine.pins.get("jmp_pin", 0) << 24 | wraps)
        self._write(own + SHIFT, shift_register(options))
        pin = {name: machine.pins.get(name, 0) for name in ("in_base", "set_base", "out_base")}
        self._write(own + PINS, 1 << 26 | 1 << 20 | pin["in_base"] << 15 | pin["set_base"] << 5 | pin["out_base"])
        if "set_base" in machine.pins:
            self._write(GPIO_CONTROL + 8 * pin["set_base"], 6 + machine.number // 4)
            self._write(own + EXECUTE, rp2.SET | 4 << 5 | 1)
            self._write(own + EXECUTE, rp2.SET | (options.get("set_init") == rp2.PIO.OUT_HIGH))
        if "in_base" in machine.pins:
            self._write(PAD + 4 * pin["in_base"], INPUT_ENABLED)
            self.drive(pin["in_base"], 1)
        self._write(own + EXECUTE, offset)  # a jump to its first instruction
        for word in machine.waiting:
            self.put(machine.number, word)

    def put(self, number: int, word: int) -> None:
        """A word for the machine with this number."""
        self._write(BLOCK_BASE[number // 4] + TXF + 4 * (number % 4), word)

    def has_room(self, number: int) -> bool:
        """Whether `put` would find a place; rp2040py joins no FIFOs, so four words wait."""
        return not self.read(BLOCK_BASE[number // 4] + FSTAT) >> 16 + number % 4 & 1

    def take(self, number: int) -> int | None:
        """The oldest word from the machine with this number, None when there is none."""
        if self.read(BLOCK_BASE[number // 4] + FSTAT) >> 8 + number % 4 & 1:
            return None
        return self.read(BLOCK_BASE[number // 4] + RXF + 4 * (number % 4))

    def execute(self, number: int, word: int) -> None:
        """One instruction at once, whatever the program is at."""
        self._write(BLOCK_BASE[number // 4] + MACHINES + MACHINE_BYTES * (number % 4) + EXECUTE, word)

    def drive(self, pin: int, level: int) -> None:
        """The level of a pin from outside."""
        self._chip.gpio[pin].set_input_value(bool(level))

    def level(self, pin: int) -> int:
        """The level that the PIO gives a pin."""
        return int(any(self._chip.pio[block].pin_values >> pin & 1 for block in self._blocks))

    def step(self) -> None:
        """One cycle of every machine."""
        for block in self._blocks:
            self._chip.pio[block].step()

    def follow(self, machine: rp2.StateMachine, line: Line, read: bool = True) -> list[int]:
        """Let a line lead the machine's pin, cycle by cycle; the words that come are read at once, or left where they are."""
        pin, words, last = machine.pins["in_base"], [], None
        for level in line:
            if level != last:
                self.drive(pin, level)
                last = level
            self.step()
            if read and (word := self.take(machine.number)) is not None:
                words.append(word)
        return words


def shift_register(options: Mapping[str, int]) -> int:
    """SMx_SHIFTCTRL as the options of a program set it."""
    bits = options.get("fifo_join", 0) << 30 | (options.get("push_thresh", 32) & 31) << 20
    bits |= options.get("out_shiftdir", 0) << 19 | options.get("in_shiftdir", 0) << 18
    return bits | options.get("autopush", False) << 16


def frames(words: Iterable[int], cycles_per_bit: float, stops: Mapping[int, int] | None = None) -> list[int]:
    """The line while another UART sends these words of 9 bits back to back, with its own idea of a bit's length.

    `stops` gives single words a wrong stop bit, which then is followed by one bit of rest. The line rests before and after.
    """
    bits = [1] * 4
    for index, word in enumerate(words):
        stop = (stops or {}).get(index, 1)
        bits += [0, *(word >> bit & 1 for bit in range(9)), stop] + [1] * (stop == 0)
    bits += [1] * 12
    return [bits[int(cycle / cycles_per_bit)] for cycle in range(int(len(bits) * cycles_per_bit))]


def heard(levels: Line, cycles_per_bit: int) -> list[int]:
    """The words of 9 bits on a line, read in the middle of each bit. Raises AssertionError when a frame is broken."""
    words: list[int] = []
    at = 0
    while True:
        at = next((cycle for cycle in range(at, len(levels)) if not levels[cycle]), len(levels))
        if at + 11 * cycles_per_bit > len(levels):
            return words
        start, *data, stop = (levels[at + cycles_per_bit // 2 + cycles_per_bit * bit] for bit in range(11))
        assert (start, stop) == (0, 1)
        words.append(sum(level << bit for bit, level in enumerate(data)))
        at += 10 * cycles_per_bit + cycles_per_bit // 2


def lengths(levels: Line) -> list[tuple[int, int]]:
    """How long the line stayed at each level: pairs of level and cycles."""
    return [(level, len(list(run))) for level, run in groupby(levels)]


def drawn(*stretches: tuple[int, int]) -> list[int]:
    """The opposite of `lengths`."""
    return [level for level, cycles in stretches for _ in range(cycles)]


def every_word(seed: int) -> Iterator[int]:
    """All words of 9 bits, in an order that can be repeated."""
    words = list(range(512))
    random.Random(seed).shuffle(words)
    yield from words
