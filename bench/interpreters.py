"""The interpreters that run the board's files here: MicroPython's own binary (its Unix port), and CPython beside it.

MicroPython has wheels for few machines. Where it is missing its rows say so; nothing is measured in its place.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import firmware
from bench.table import CheckFailed, Row

FIRMWARE = Path(firmware.__file__).parent
PROGRAMS = Path(__file__).with_name("onboard")
DESK = FIRMWARE.parent / "tests" / "firmware"
"""Where the firmware's tests keep the machine around a board in virtual time (`fakes`), and the emulated PIO."""
MICROPYTHON = Path(sys.executable).parent / "micropython"
HEAP = "640k"
"""As for the tests: a pointer here is twice as large as on the RP2040."""
WITHIN_S = 300.0
NOT_HERE = "not measured: no MicroPython here"


class Interpreter(NamedTuple):
    """`path` of `command` and `run` are the folders where it finds modules, the first one first."""

    name: str
    words: tuple[str, ...]

    def command(self, program: str, *words: object) -> list[str]:
        return [*self.words, str(PROGRAMS / f"{program}.py"), *(str(word) for word in words)]

    def run(self, program: str, *words: object, path: Sequence[Path] = (FIRMWARE,)) -> list[list[float]]:
        """The numbers of each line that the program prints. Raises CheckFailed when it fails."""
        done = subprocess.run(
            self.command(program, *words), env=environment(path), capture_output=True, text=True, timeout=WITHIN_S
        )
        if done.returncode or not done.stdout:
            raise CheckFailed(f"{program} on {self.name} failed: {(done.stderr or done.stdout).strip()[-200:]}")
        return [[float(word) for word in line.split()] for line in done.stdout.splitlines()]


CPYTHON = Interpreter("CPython", (sys.executable,))


def micropython() -> Interpreter | None:
    """None where it is not installed."""
    return Interpreter("MicroPython", (str(MICROPYTHON), "-X", f"heapsize={HEAP}")) if MICROPYTHON.exists() else None


def interpreters() -> list[Interpreter]:
    """Those that are here, MicroPython first."""
    return [interpreter for interpreter in (micropython(), CPYTHON) if interpreter]


def missing(*metrics: str) -> list[Row]:
    """A row for each of these that would need MicroPython, where there is none."""
    return [] if micropython() else [Row("", metric, NOT_HERE) for metric in metrics]


def environment(path: Sequence[Path]) -> dict[str, str]:
    folders = [str(folder) for folder in path]
    return os.environ | {"MICROPYPATH": ":".join([*folders, ".frozen"]), "PYTHONPATH": os.pathsep.join(folders)}
