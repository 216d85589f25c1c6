"""What runs after power-up: outputs off, two seconds in which a person or an update may interrupt, then the board for ever.

Whatever ends it switches everything off and resets the chip; why, is kept for the first event of the next life. Only Ctrl-C
over USB ends at the prompt, and after the first two seconds the watchdog does not allow that for long.
"""

import gc
import os
import time

import machine  # type: ignore[import-not-found]
import messages
from board import Board
from hardware import Hardware

WINDOW_MS = 2_000
LOST, WHY = 0, 1
"""What is kept where: the events that a reset would cost, and why there was one."""
FRESH_BYTES = 32_768
"""Garbage is collected after so many bytes at the latest: while MDB is spoken nothing is, and there must be room for it.
An estimate, not measured on hardware."""


def version() -> tuple[int, int, int]:
    """Of the file VERSION, which an update writes last; 0.0.0 is a half-finished one."""
    try:
        with open("VERSION") as file:
            major, minor, patch = file.read().strip().split(".")
        return int(major), int(minor), int(patch)
    except (OSError, ValueError):
        return 0, 0, 0


def came_from(hardware: Hardware) -> tuple[int, int]:
    """Why this life began, and how many events died with the last one."""
    if machine.reset_cause() != machine.WDT_RESET:
        return (messages.PIN_RESET if hardware.reset_by_pin() else messages.POWER_ON), 255
    why, lost = hardware.noted(WHY), hardware.noted(LOST)
    return why or messages.WATCHDOG, 255 if lost is None else lost


def live(hardware: Hardware) -> None:
    """One life, until the Pi asks for another. Raises whatever goes wrong in it."""
    boot = int.from_bytes(os.urandom(4), "little") or 1
    board = Board(hardware, time.ticks_ms(), boot, *came_from(hardware), version())  # type: ignore[attr-defined]
    hardware.note(WHY, messages.WATCHDOG)
    hardware.start_watchdog()
    gc.collect()
    if hasattr(gc, "threshold"):
        gc.threshold(FRESH_BYTES)
    try:
        while not board.link.restart_asked:
            board.round(time.ticks_ms())  # type: ignore[attr-defined]
            machine.idle()
        hardware.note(WHY, messages.ASKED)
    except Exception:
        hardware.note(WHY, messages.CRASH)
        raise
    finally:
        board.stop(time.ticks_ms())  # type: ignore[attr-defined]


def run() -> None:
    """Never returns but by Ctrl-C."""
    hardware = Hardware()
    time.sleep_ms(WINDOW_MS)  # type: ignore[attr-defined]
    try:
        live(hardware)
    except Exception as error:  # noqa: BLE001 - whatever it was, a new life is the answer
        print("the board failed:", repr(error))
    machine.reset()


if __name__ == "__main__":
    run()
