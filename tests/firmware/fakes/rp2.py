"""Stands in for the board's `rp2` on a desk: assembles `@rp2.asm_pio` programs and keeps how a machine was set up.

Written from the instruction table of the RP2040 datasheet (3.4): opcode in bits 15 to 13, delay or side-set in 12 to 8.
What the chip cannot do raises ValueError here, as early as the board would refuse it.
"""

import types
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

JMP, WAIT, IN, OUT, PUSH, PULL, MOV, IRQ, SET = 0x0000, 0x2000, 0x4000, 0x6000, 0x8000, 0x8080, 0xA000, 0xC000, 0xE000

CONDITIONS = {"not_x": 1, "x_dec": 2, "not_y": 3, "y_dec": 4, "x_not_y": 5, "pin": 6, "not_osre": 7}
WAITED = {"gpio": 0, "pin": 1, "irq": 2}
SHIFTED_IN = {"pins": 0, "x": 1, "y": 2, "null": 3, "isr": 6, "osr": 7}
SHIFTED_OUT = {"pins": 0, "x": 1, "y": 2, "null": 3, "pindirs": 4, "pc": 5, "isr": 6, "exec": 7}
MOVED_TO = {"pins": 0, "x": 1, "y": 2, "exec": 4, "pc": 5, "isr": 6, "osr": 7}
MOVED_FROM = {"pins": 0, "x": 1, "y": 2, "null": 3, "status": 5, "isr": 6, "osr": 7}
SET_TO = {"pins": 0, "x": 1, "y": 2, "pindirs": 4}
FLAGS = {"iffull": 0x40, "ifempty": 0x40, "block": 0x20, "noblock": 0, "clear": 0x40}
NAMES = {*CONDITIONS, *WAITED, *SHIFTED_OUT, *MOVED_FROM, *FLAGS} - {"irq"}

INSTRUCTIONS_MAX = 32


class PIO:
    """The constants of the board's class of this name."""

    IN_LOW, IN_HIGH, OUT_LOW, OUT_HIGH = range(4)
    SHIFT_LEFT, SHIFT_RIGHT = range(2)
    JOIN_NONE, JOIN_TX, JOIN_RX = 0, 1, 2


@dataclass
class Program:
    """What `asm_pio` makes of a function: its words, where it wraps, and the options it was given."""

    name: str
    words: list[int]
    wrap_target: int
    wrap: int
    options: dict[str, Any]

    def at(self, offset: int) -> list[int]:
        """The words as they stand in instruction memory from `offset` on: only jumps know where they are."""
        return [word + offset if word >> 13 == 0 else word for word in self.words]


@dataclass
class Step:
    """One instruction, to which a delay and a side-set may still be said: `set(x, 8)[14]`."""

    word: int
    target: str | None = None
    delay: int = 0
    side_set: int | None = None

    def __getitem__(self, cycles: int) -> "Step":
        self.delay = cycles
        return self

    def side(self, value: int) -> "Step":
        """Set the side pins with this instruction."""
        self.side_set = value
        return self


def _code(name: Any, table: dict[str, int]) -> int:
    if name not in table:
        raise ValueError(f"{name!r} cannot stand here, only one of {sorted(table)}")
    return table[name]


def _within(value: int, low: int, high: int) -> int:
    if not low <= value <= high:
        raise ValueError(f"{value} is not within {low} to {high}")
    return value


@dataclass
class Assembler:
    """The words of the assembly language, as methods; each appends one step."""

    steps: list[Step] = field(default_factory=list)
    labels: dict[str, int] = field(default_factory=dict)
    target: int = 0
    last: int | None = None

    def names(self) -> dict[str, Any]:
        """What a program's body sees instead of Python's own names."""
        verbs = ("jmp", "wait", "in_", "out", "push", "pull", "mov", "irq", "set", "nop", "label")
        marks = {"wrap_target": self.mark_target, "wrap": self.mark_wrap, "word": self._add}
        operators = {"invert": lambda name: (name, 0x08), "reverse": lambda name: (name, 0x10)}
        relative = {"rel": lambda index: index | 0x10}
        return (
            {name: name for name in NAMES}
            | {verb: getattr(self, verb) for verb in verbs}
            | marks
            | operators
            | relative
        )

    def _add(self, word: int, target: str | None = None) -> Step:
        self.steps.append(Step(word, target))
        return self.steps[-1]

    def label(self, name: str) -> None:
        """The next instruction can be jumped to."""
        self.labels[name] = len(self.steps)

    def mark_target(self) -> None:
        """After the last instruction the next one follows."""
        self.target = len(self.steps)

    def mark_wrap(self) -> None:
        """The instruction before was the last one."""
        self.last = len(self.steps) - 1

    def jmp(self, condition: str, target: str | None = None) -> Step:
        """Always, with one argument; else when the condition holds."""
        if target is None:
            return self._add(JMP, condition)
        return self._add(JMP | _code(condition, CONDITIONS) << 5, target)

    def wait(self, level: int, source: Any, index: int) -> Step:
        """Until the pin, the GPIO or the interrupt flag has this level."""
        name = "irq" if source == self.irq else source
        return self._add(WAIT | _within(level, 0, 1) << 7 | _code(name, WAITED) << 5 | _within(index, 0, 31))

    def in_(self, source: str, bits: int) -> Step:
        """Shift bits into the ISR; 32 is written as 0."""
        return self._add(IN | _code(source, SHIFTED_IN) << 5 | _within(bits, 1, 32) & 31)

    def out(self, destination: str, bits: int) -> Step:
        """Shift bits out of the OSR; 32 is written as 0."""
        return self._add(OUT | _code(destination, SHIFTED_OUT) << 5 | _within(bits, 1, 32) & 31)

    def push(self, *flags: str) -> Step:
        """ISR to FIFO, and it waits for room unless told otherwise."""
        return self._add(PUSH | self._blocking(flags, "iffull"))

    def pull(self, *flags: str) -> Step:
        """FIFO to OSR, and it waits for a word unless told otherwise."""
        return self._add(PULL | self._blocking(flags, "ifempty"))

    def _blocking(self, flags: tuple[str, ...], when: str) -> int:
        bits = 0 if "noblock" in flags else FLAGS["block"]
        for flag in flags:
            bits |= _code(flag, {name: FLAGS[name] for name in ("block", "noblock", when)})
        return bits

    def mov(self, destination: str, source: Any) -> Step:
        """Copy, perhaps inverted or reversed."""
        name, operation = source if isinstance(source, tuple) else (source, 0)
        return self._add(MOV | _code(destination, MOVED_TO) << 5 | operation | _code(name, MOVED_FROM))

    def irq(self, *flags_and_index: Any) -> Step:
        """Set, clear or wait for an interrupt flag."""
        *flags, index = flags_and_index
        bits = sum(_code(flag, {name: FLAGS[name] for name in ("block", "noblock", "clear")}) for flag in flags)
        return self._add(IRQ | bits | _within(index, 0, 31))

    def set(self, destination: str, value: int) -> Step:
        """A constant of five bits."""
        return self._add(SET | _code(destination, SET_TO) << 5 | _within(value, 0, 31))

    def nop(self) -> Step:
        """`mov(y, y)`."""
        return self._add(MOV | 2 << 5 | 2)

    def words(self, side_pins: int) -> list[int]:
        """Every step as 16 bits. Side-set takes bits from the delay, and one more when not every step uses it."""
        optional = bool(side_pins) and any(step.side_set is None for step in self.steps)
        delay_bits = 5 - side_pins - optional
        return [self._word(step, side_pins, optional, delay_bits) for step in self.steps]

    def _word(self, step: Step, side_pins: int, optional: bool, delay_bits: int) -> int:
        word = step.word | _within(step.delay, 0, (1 << delay_bits) - 1) << 8
        if step.target is not None:
            word |= _code(step.target, self.labels)
        if step.side_set is not None:
            word |= optional << 12 | _within(step.side_set, 0, (1 << side_pins) - 1) << 8 + delay_bits
        return word


def asm_pio(**options: Any) -> Callable[[types.FunctionType], Program]:
    """The decorator: runs the function's body with the assembler's names and keeps what it wrote."""

    def assemble(function: types.FunctionType) -> Program:
        assembler = Assembler()
        types.FunctionType(function.__code__, assembler.names())()
        side = options.get("sideset_init", ())
        words = assembler.words(1 if isinstance(side, int) else len(side))
        _within(len(words), 1, INSTRUCTIONS_MAX)
        last = len(words) - 1 if assembler.last is None else assembler.last
        return Program(function.__name__, words, assembler.target, last, options)

    return assemble


class StateMachine:
    """How a state machine was set up, and what waits in its FIFO; the emulators in `piobench` run it."""

    def __init__(self, number: int, program: Program, freq: int, **pins: int) -> None:
        self.number, self.program, self.freq, self.pins = number, program, freq, pins
        self.running = False
        self.waiting: deque[int] = deque()

    def put(self, word: int) -> None:
        """Give the program a word."""
        self.waiting.append(word)

    def active(self, running: int) -> None:
        """Start or stop."""
        self.running = bool(running)
