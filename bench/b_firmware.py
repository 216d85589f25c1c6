"""The firmware's own bounds: how soon a motor stands (G2), and how much of the RP2040's memory the program takes.

Times are virtual: the firmware's own loop turns against the machine of its tests, so a figure is a count of milliseconds
and does not depend on the machine. Two things bound a stop, and both are chosen: a switch is believed when it has rested
for 15 ms, and the loop comes round every 1 to 3 ms (`firmware/board.py`); a garbage collection makes one round longer.
The dead-man's fall is the real PIO program in an emulated chip as well. No RP2040 was tried.
"""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.effort import Effort
from bench.interpreters import CPYTHON, DESK, FIRMWARE, Interpreter, interpreters, micropython, missing
from bench.table import CheckFailed, Row, percentile
from controller.devices import boardupdate
from controller.devices.worker import DeviceTrouble

STOPS_A_SALE, FALLS_A_VISIT = 5, 2
LOOP_MS, COLLECTION_MS = 3, 21
"""The loop's longest round by its own word, and the longest collection that was measured (emulated, 3,000 live objects)."""
REST_MS, BRAKE_MS, LEASE_MS = 15, 100, 200
"""Times come in whole milliseconds, so one more than these is counted at times."""
DEG_PER_MS, CAM_DEG = 0.18, 24
"""A spiral's speed at 30 turns a minute, and how far the simulated cam's switch stays closed."""
G2_MS = 1.0

FLASH_BYTES, RAM_BYTES = 2 * 1_024 * 1_024, 264 * 1_024
HEAP_BYTES = 236_896
"""What MicroPython 1.28 leaves a program on an RP2040 (emulated)."""
FLASH_BUDGET_BYTES, FILE_BUDGET_BYTES, HEAP_BUDGET_BYTES = 48_000, 5_500, 230_000
"""What `tests/firmware/test_board_micropython.py` allows; the heap on the Unix port, whose objects are twice as large."""
SURROUNDINGS = (FIRMWARE, DESK / "fakes")
CHIP = FIRMWARE.parent / "hw_mocks" / "board" / "cpu"


def measure(effort: Effort) -> list[Row]:
    return [*_stops(effort), *_falls(effort), *_memory()]


# How soon a motor stands


def _stops(effort: Effort) -> list[Row]:
    many = effort.sales * STOPS_A_SALE
    _same_everywhere()
    usual, paused = _virtual("home", many, 0), _virtual("home", many, COLLECTION_MS)
    let_go, off, late = [ms for ms, _ in usual], [ms for _, ms in usual], [ms for ms, _ in paused]
    checked = f"{2 * many} turns ended at home; without chance the same stop on every interpreter"
    rest, brake = f"the switch's rest {REST_MS} ms", f"rest and brake {REST_MS + BRAKE_MS} ms"
    return [
        _goal(let_go, rest, checked),
        _spread("  … 50 %, 99 %, all of them within", let_go, REST_MS + 2 * LOOP_MS, rest, checked),
        _spread("  … and all off, after the brake", off, REST_MS + BRAKE_MS + 3 * LOOP_MS, brake, checked),
        _spread(
            f"  … one round in fifty a collection of {COLLECTION_MS} ms",
            late,
            REST_MS + 2 * COLLECTION_MS,
            rest,
            checked,
        ),
    ]


def _goal(let_go_ms: Sequence[float], floor: str, checked: str) -> Row:
    """G2 as it stands, though this way to drive motors has chosen to wait longer."""
    p99_ms = percentile(let_go_ms, 99)
    metric = f"home switch → driver lets go, p99 ({p99_ms * DEG_PER_MS:.1f}° further; the cam is {CAM_DEG}° wide)"
    ratio, met = p99_ms / REST_MS, p99_ms <= G2_MS
    return Row("G2", metric, f"{p99_ms:.0f} ms", floor, ratio, f"n={len(let_go_ms)}", f"≤ {G2_MS} ms", met, checked)


def _falls(effort: Effort) -> list[Row]:
    hangs = _virtual("hang", effort.sales, 0)
    falls = CPYTHON.run("supply", effort.visits * FALLS_A_VISIT, 1, path=[FIRMWARE, DESK, DESK / "fakes"])
    checked = f"{len(hangs)} driven motors lost their supply; {len(falls)} falls of the real PIO program, emulated"
    floor = f"the lease {LEASE_MS} ms"
    return [
        _spread("program hangs → motor without supply", [ms for ms, _ in hangs], LEASE_MS + 1, floor, checked),
        _spread("  … from the last feed, PIO emulated", [ms for _, ms in falls], LEASE_MS + 1, floor, checked),
    ]


def _virtual(what: str, many: int, gc_ms: int, run_by: Interpreter = CPYTHON) -> list[list[float]]:
    return run_by.run("stops", what, many, LOOP_MS, gc_ms, 1, path=SURROUNDINGS)


def _same_everywhere() -> None:
    """With rounds that always take as long, no chance is left, and both interpreters must stop alike."""
    found = {each.name: each.run("stops", "home", 1, 1, 0, 1, path=SURROUNDINGS) for each in interpreters()}
    if any(stops[0][0] != REST_MS for stops in found.values()):
        raise CheckFailed(f"a motor stops differently: {found}")


def _spread(metric: str, stops_ms: Sequence[float], limit_ms: float, floor: str, checked: str) -> Row:
    """Median, 99th percentile and the greatest, which must not exceed the limit."""
    p50_ms, p99_ms, most_ms = (percentile(stops_ms, percent) for percent in (50, 99, 100))
    subject = f"{p50_ms:.0f}, {p99_ms:.0f}, {most_ms:.0f} ms"
    spread = f"n={len(stops_ms)}"
    return Row("", metric, subject, floor, None, spread, f"≤ {limit_ms:.0f} ms", most_ms <= limit_ms, checked)


# How much memory the program takes


def _memory() -> list[Row]:
    try:
        program = boardupdate.program()
    except DeviceTrouble as error:
        return [Row("", "flash and heap", f"not measured: {error}")]
    return [*_flash(program), *_heap(program)]


def _flash(program: Mapping[str, bytes]) -> list[Row]:
    """As `minga board update` writes it."""
    sizes = {name: len(data) for name, data in program.items()}
    total = sum(sizes.values())
    flash, whole = f"its flash {FLASH_BYTES:,} B", f"the whole program {total:,} B"
    checked = f"{len(sizes)} files, compiled as they are shipped"
    return [
        _size("flash, the whole program", total, flash, FLASH_BYTES, FLASH_BUDGET_BYTES, checked),
        *(
            _size(f"  … {name}", size, whole, total, FILE_BUDGET_BYTES, checked)
            for name, size in sorted(sizes.items(), key=lambda item: -item[1])
        ),
    ]


def _heap(program: Mapping[str, bytes]) -> list[Row]:
    runner = micropython()
    if runner is None:
        return missing("heap, configured")
    with tempfile.TemporaryDirectory(prefix="minga-firmware-") as folder:
        for name, data in program.items():
            (Path(folder) / name).write_bytes(data)
        loaded, configured, full = runner.run("heap", path=[Path(folder), CHIP, DESK / "fakes"])[0]
    checked = "the compiled files ran a whole board in virtual time, configured, until its ring was full"
    floor = f"the RP2040's heap {HEAP_BYTES:,} B, of {RAM_BYTES:,}"
    return [
        _size(f"heap of the Unix port, {when}", int(size), floor, HEAP_BYTES, HEAP_BUDGET_BYTES, checked)
        for when, size in (("all files loaded", loaded), ("configured", configured), ("64 events waiting", full))
    ]


def _size(metric: str, size: int, floor: str, whole: int, limit: int | None, checked: str) -> Row:
    ok = None if limit is None else size <= limit
    return Row(
        "", metric, f"{size:,} B", floor, size / whole, "", "" if limit is None else f"≤ {limit:,} B", ok, checked
    )
