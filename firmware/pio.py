"""The programs of the RP2040's PIO: whatever must not wait for Python, which stops for milliseconds to collect garbage.

Each program says its timing and where the number comes from; numbers of the chip are those of the RP2040 datasheet,
chapter 3. A state machine runs at its own clock, so cycles below are cycles of that clock.

    block 0   MDB out    tx9          6 instructions
              MDB in     rx9          7                 13 of 32
    block 1   coins      pulse_width 11
              motors     deadman      7
              curtain    dark_latch   6                 24 of 32

All inputs expect a line that is high at rest. A line that rests low (an acceptor set to NC, a curtain that pulls down in
the light, an inverting MDB interface) is turned round by the pin's own override (GPIOx_CTRL INOVER, OUTOVER), not here.

Simulated in two emulators; not yet tried on hardware.
"""

# The bodies of the programs are PIO assembly in Python's clothes: their names belong to `rp2.asm_pio`.
# ruff: noqa: F821
# mypy: ignore-errors

import rp2
from rp2 import PIO

MDB_BAUD = 9_600
MDB_CYCLES_PER_BIT = 16
MDB_HZ = MDB_BAUD * MDB_CYCLES_PER_BIT
MDB_WORD_SHIFT = 22
"""`get(None, 22)` leaves 8 data bits, the mode bit (0x100) and the stop bit (0x200), and makes no big integer."""

COIN_HZ = 20_000
COIN_UNITS_MAX = 0x7FFE
"""In 0.1 ms, two cycles each. 15 bits, so that a gap and a width together are a small integer of MicroPython."""

DEADMAN_HZ = 50_000
"""Five cycles are one unit of 0.1 ms; a feed has 12 bits, so no feed can hold the supply longer than 409.5 ms."""

CURTAIN_HZ = 50_000

MDB_TX, MDB_RX = 0, 1
COINS, DEADMAN, CURTAIN = 4, 5, 6
"""Numbers of the state machines: 0 to 3 are in block 0, 4 to 7 in block 1."""


@rp2.asm_pio(out_init=PIO.OUT_HIGH, set_init=PIO.OUT_HIGH, out_shiftdir=PIO.SHIFT_RIGHT, fifo_join=PIO.JOIN_TX)
def tx9():
    """One word of the FIFO is one frame: start, 8 data bits with the lowest first, the mode bit, stop.

    9600 baud, 11 bits, 1.146 ms (MDB/ICP 4.2 section 2). Every bit is 16 cycles, and words that wait follow without
    any pause: 176 cycles a frame. Eight words wait, so Python may be away for 9 ms within a block.
    """
    pull()  # the line rests high until there is a word
    set(pins, 0)  # start: 1 + 15 cycles
    set(x, 8)[14]
    label("bit")
    out(pins, 1)[14]
    jmp(x_dec, "bit")
    set(pins, 1)[14]  # stop: 15 cycles, and the pull is the sixteenth


@rp2.asm_pio(in_shiftdir=PIO.SHIFT_RIGHT, autopush=True, push_thresh=10, fifo_join=PIO.JOIN_RX)
def rx9():
    """One frame is one word: 8 data bits, the mode bit, and the stop bit as bit 9, which is 0 in a framing error.

    A start bit that is no longer low in its middle was noise. From the edge to the look at the stop bit are 167 of
    168 cycles, and the next edge is awaited from cycle 169 on, so a sender may be 3.8 % too fast or too slow; MDB allows
    +1 and -2 % (4.2 section 2), so two ends at their limits differ by 3 %. After a framing error or a break
    nothing is heard until the line was high again. Eight words wait: 9 ms, less than a bad garbage collection.
    """
    label("rest")
    wait(0, pin, 0)[7]
    jmp(pin, "rest")
    set(x, 8)[13]  # the first data bit is looked at 23 cycles after the edge: 1.5 bits, and one cycle early
    label("bit")
    in_(pins, 1)
    jmp(x_dec, "bit")[14]
    in_(pins, 1)  # stop
    wait(1, pin, 0)


@rp2.asm_pio(in_shiftdir=PIO.SHIFT_LEFT, autopush=True, push_thresh=30)
def pulse_width():
    """One coin pulse is one word: how long the line was high before it, and how long it was low.

    Bits 29 to 15 and 14 to 0 hold what was left of COIN_UNITS_MAX; a time too long to count (3.3 s) leaves 0x7FFF.
    Acceptors pulse for 20 to 100 ms and the host should ignore less than 20 ms (DG600F manual, pages 8 to 10), which
    Python decides: the program has no opinion, and what it tells is up to 0.2 ms short. Four pulses wait, 200 ms of the
    fastest train. The first word it is given is COIN_UNITS_MAX.
    """
    pull()
    wrap_target()
    mov(x, osr)
    label("high")
    jmp(x_dec, "look")
    wait(0, pin, 0)  # counted out: x is all ones now
    label("look")
    jmp(pin, "high")
    in_(x, 15)
    mov(x, osr)
    label("low")
    jmp(pin, "over")
    jmp(x_dec, "low")
    wait(1, pin, 0)
    label("over")
    in_(x, 15)
    wrap()


@rp2.asm_pio(set_init=PIO.OUT_LOW, out_shiftdir=PIO.SHIFT_RIGHT)
def deadman():
    """Holds the motors' supply on only while it is fed; a feed says for how many units of 0.1 ms.

    It falls though Python hangs, with interrupts off, in an endless loop or in the middle of a collection. A new feed
    replaces what is left of the old one, a feed of 0 switches off at once, and none is longer than 409.5 ms.
    The lease of 150 to 250 ms is ours: longer than any collection measured (21 ms), shorter than a finger is quick.
    """
    label("off")
    set(pins, 0)
    pull()
    wrap_target()
    out(x, 12)
    jmp(not_x, "off")
    set(pins, 1)
    jmp(x_dec, "fed")
    label("fed")
    pull(noblock)  # without a new feed it takes x again: the rest of the old one
    wrap()


@rp2.asm_pio(fifo_join=PIO.JOIN_RX)
def dark_latch():
    """Each dark time of the drop curtain that lasts 1 ms leaves one word, which stays until it is read.

    A garment's edge of 5 mm that falls at 3 to 4 m/s darkens the curtain for 1.5 ms, which no polling sees. The last
    look is 48 cycles after the first, 0.96 ms: less is noise, and 1 ms is never missed. A curtain that stays dark says
    so once. Self-test before a vend: emitter off must leave a word, emitter on must let the pin read high.
    Eight words wait; what comes after is dropped, for one is enough.
    """
    wrap_target()
    label("light")
    wait(0, pin, 0)
    set(x, 23)
    label("dark")
    jmp(pin, "light")
    jmp(x_dec, "dark")
    push(noblock)
    wait(1, pin, 0)
    wrap()


BLOCKS = ((tx9, rx9), (pulse_width, deadman, dark_latch))
"""Which programs share the 32 instructions of a PIO block."""


def start_mdb(tx_pin, rx_pin):
    """The two state machines of the MDB line, running: `put` words of 9 bits to the first, `get` from the second."""
    tx = rp2.StateMachine(MDB_TX, tx9, freq=MDB_HZ, out_base=tx_pin, set_base=tx_pin)
    rx = rp2.StateMachine(MDB_RX, rx9, freq=MDB_HZ, in_base=rx_pin, jmp_pin=rx_pin)
    tx.active(1)
    rx.active(1)
    return tx, rx


def start_coins(pin):
    """The state machine that measures coin pulses, running, its longest time given."""
    machine = rp2.StateMachine(COINS, pulse_width, freq=COIN_HZ, in_base=pin, jmp_pin=pin)
    machine.put(COIN_UNITS_MAX)
    machine.active(1)
    return machine


def start_deadman(pin):
    """The state machine that holds the motors' supply, running and not fed, so the supply is off."""
    machine = rp2.StateMachine(DEADMAN, deadman, freq=DEADMAN_HZ, set_base=pin)
    machine.active(1)
    return machine


def start_curtain(pin):
    """The state machine that remembers what fell, running."""
    machine = rp2.StateMachine(CURTAIN, dark_latch, freq=CURTAIN_HZ, in_base=pin, jmp_pin=pin)
    machine.active(1)
    return machine
