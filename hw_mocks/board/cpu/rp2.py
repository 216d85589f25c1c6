"""Stands in for the board's `rp2`: state machines whose programs are played by the chip, each by its name.

What the programs do bit by bit is proven elsewhere, in two emulators; here are only their FIFOs.
Runs on MicroPython and on CPython.
"""

# Signatures are those of MicroPython, where many arguments matter to a chip and not to a wire.
# ruff: noqa: ARG001, ARG002
# mypy: ignore-errors

from wires import CLOCK, WIRES

WORD_MS = 1.146
"""On the MDB line; words to every other program are taken at once."""
FIFO_WORDS = 8


class PIO:
    """The constants of the board's class of this name."""

    IN_LOW, IN_HIGH, OUT_LOW, OUT_HIGH = range(4)
    SHIFT_LEFT, SHIFT_RIGHT = range(2)
    JOIN_NONE, JOIN_TX, JOIN_RX = 0, 1, 2


def asm_pio(**options):
    """A program is known by its function's name; nobody assembles it."""
    return lambda function: function.__name__


class StateMachine:
    """The FIFOs of one state machine."""

    def __init__(self, number, program, **pins):
        self._number, self._program = number, program
        self._words = WIRES.words.setdefault(number, [])
        self._idle_ms = 0

    def active(self, on):
        WIRES.tell("start " + str(self._number) + " " + self._program)

    def put(self, word):
        self._idle_ms = max(self._idle_ms, CLOCK.now_ms) + WORD_MS
        self._tell("put", word)

    def get(self, buffer=None, shift=0):
        return self._words.pop(0) >> shift

    def rx_fifo(self):
        """On the MDB line: of what is there by now, as much as it holds."""
        if self._program == "rx9":
            CLOCK.busy = True
            WIRES.ask("look " + str(CLOCK.now_ms))
            del self._words[FIFO_WORDS:]
        return len(self._words)

    def tx_fifo(self):
        """What waits behind the word that is on the line."""
        if self._program != "tx9":
            return 0
        waiting = (self._idle_ms - CLOCK.now_ms) / WORD_MS
        return max(0, int(waiting))

    def exec(self, instruction):
        self._tell("exec", instruction)

    def _tell(self, what, value):
        WIRES.tell(what + " " + str(self._number) + " " + str(value) + " " + str(CLOCK.now_ms))
