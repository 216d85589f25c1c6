"""The simulated I/O board: the real firmware files in a process of their own, and the chip around it here.

    cpu/      runs in the board's process, on MicroPython or CPython: `machine` and `rp2` as wires to here
    chip      pins, converters, state machines and shift registers, joined to `hw_mocks.world`
    process   the board as a device: its power, its watchdog, its resets, its serial port behind a stable path

The Pi's program finds it as it finds a real one, by a path. What is simulated is simulated: no figure here was measured.
"""

from hw_mocks.board.process import SimulatedBoard

__all__ = ["SimulatedBoard"]
