"""Counts that no noise can move: disk syncs between a press and its motor (G1), bytes a sale writes (G4) and keeps (G15).

The syncs of the real controller are counted with strace, where there is one: exactly one between the edge of the press
and the motor's line, and no checkpoint from a visitor's credit to her piece.
"""

import re
import shutil
import sqlite3
import tempfile
import time
from pathlib import Path

from bench import process
from bench.board import Turn
from bench.effort import Effort
from bench.machine import BUTTONS, PRICE_CENTS, Machine
from bench.sales import COMMITS, SLOTS, Stall
from bench.table import CheckFailed, Row
from bench.visitor import Pictures

KB_MAX, KEPT_BYTES_MAX = 13, 45
PAGES_KB = COMMITS * 4.096
PLAIN_SALES = 10_000
COLUMNS = (12, 13, 16, 19)
"""The configuration's column lines: a motor runs when its own goes high, for its row is high by then."""
SYNC = re.compile(r"(\d+\.\d+) f(?:data)?sync\(\d+<([^>]*)>")
PRESS = re.compile(r'(\d+\.\d+) .*"edge (\d+) 1 ')
MOTOR = re.compile(r'(\d+\.\d+) sendto\(.*"set (\d+) 1')
HESITATION_S = 1.4
"""Longer than the brain's tick: a checkpoint that may not run would run now."""


def measure(effort: Effort) -> list[Row]:
    return [*_traced(effort.straced_visits), *_written(effort.sales)]


# Between press and motor


def _traced(visits: int) -> list[Row]:
    strace = shutil.which("strace")
    if strace is None:
        return [Row("G1", "disk syncs between press and motor", "not counted: no strace")]
    turns: list[Turn] = []
    spans: list[tuple[float, float]] = []
    with Machine() as machine:
        trace = machine.folder / "trace"
        calls = "trace=fsync,fdatasync,sendto,recvfrom,read"
        machine.start(
            "controller", [strace, "-f", "--seccomp-bpf", "-y", "-ttt", "-s", "48", "-e", calls, "-o", str(trace)]
        )
        machine.sells()
        machine.stock()
        pictures = Pictures(machine.folder / "minga.sock")
        for number in range(visits):
            spans.append(_visit(machine, pictures, number, turns))
        time.sleep(HESITATION_S)
        pictures.close()
        checked = "traced: " + machine.judge(turns)
        return _counted(trace.read_text().splitlines(), spans, machine, checked)


def _visit(machine: Machine, pictures: Pictures, number: int, turns: list[Turn]) -> tuple[float, float]:
    """One visit; from her credit to her piece, in the wall clock's seconds. Every other visitor hesitates."""
    machine.insert()
    pictures.until(lambda p: p["credit_cents"] == PRICE_CENTS, "the credit")
    began_s = time.time()
    time.sleep(HESITATION_S if number % 2 else 0.05)
    turns.append(machine.board.press(list(BUTTONS)[number % len(BUTTONS)]))
    if not machine.board.ended():
        raise CheckFailed("a button was pressed and no motor turned")
    ended_s = time.time()
    pictures.until(lambda p: p["phase"] == "idle" and not p["credit_cents"], "the sale")
    if number % 2:
        time.sleep(HESITATION_S)
    return began_s, ended_s


def _counted(lines: list[str], spans: list[tuple[float, float]], machine: Machine, checked: str) -> list[Row]:
    syncs = [(float(found[1]), found[2]) for line in lines if (found := SYNC.search(line))]
    log = [at_s for at_s, file in syncs if file.endswith("-wal")]
    checkpoints = [at_s for at_s, file in syncs if file == str(machine.database)]
    presses, motors = _moments(lines, PRESS, set(BUTTONS.values())), _moments(lines, MOTOR, set(COLUMNS))
    if not len(presses) == len(motors) == len(spans):
        raise CheckFailed(f"the trace shows {len(presses)} presses and {len(motors)} motors of {len(spans)}")
    between = {sum(press <= at_s <= motor for at_s in log) for press, motor in zip(presses, motors, strict=True)}
    hurried = sum(began <= at_s <= ended for began, ended in spans for at_s in checkpoints)
    told, waiting = " or ".join(map(str, sorted(between))), f"{len(spans) // 2} visitors hesitate"
    of_all, none_hurried = f"{hurried} of {len(checkpoints)}", hurried == 0 < len(checkpoints)
    return [
        Row("G1", "disk syncs between press and motor", told, "the intent 1", None, "", "= 1", between == {1}, checked),
        Row("G1", "checkpoints from credit to piece", of_all, waiting, None, "", "= 0", none_hurried, checked),
    ]


def _moments(lines: list[str], pattern: re.Pattern[str], pins: set[int]) -> list[float]:
    """When one of these lines went high, in the trace's seconds."""
    found = (pattern.search(line) for line in lines)
    return [float(match[1]) for match in found if match and int(match[2]) in pins]


# Written and kept


def _written(sales: int) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="minga-bench-") as name:
        folder = Path(name)
        stall = Stall(folder)
        kept_sales = 10 * sales
        stall.insert(2 * sales + kept_sales)
        kb, lone_kb = _sell(stall, sales) / 1_000, _sell(stall, sales, rest=True) / 1_000
        kept, plain = _kept(stall, folder, kept_sales), _plain(folder)
        stall.judge()
    checked = f"{stall.sales} sales: as many in the books, every cent there, the chain verifies"
    written, most_kept = kb <= KB_MAX, kept <= KEPT_BYTES_MAX
    page, row = f"a page a commit {PAGES_KB} kB", f"a row of whole numbers {plain:.0f} B"
    kb_words, most = f"{kb:.1f} kB", f"≤ {KEPT_BYTES_MAX} B"
    return [
        Row("G4", "written a sale (2 commits)", kb_words, page, kb / PAGES_KB, "", f"≤ {KB_MAX} kB", written, checked),
        Row(
            "", "  … with a checkpoint after each sale", f"{lone_kb:.1f} kB", page, lone_kb / PAGES_KB, checked=checked
        ),
        Row("G15", "database bytes a sale", f"{kept:.0f} B", row, kept / plain, "", most, most_kept, checked),
    ]


def _sell(stall: Stall, sales: int, rest: bool = False) -> float:
    """Bytes written a sale, perhaps with a checkpoint after each."""
    written = 0
    for begin in range(0, sales, len(SLOTS)):
        stall.fill()
        before = process.written_bytes()
        for _ in range(min(len(SLOTS), sales - begin)):
            stall.sell()
            if rest:
                stall.journal.rest(idle=True)
        written += process.written_bytes() - before
    return written / sales


def _kept(stall: Stall, folder: Path, sales: int) -> float:
    """Bytes a sale adds to the packed database, its coins aside. How the disk is waited for changes nothing here."""
    stall.journal.db.execute("PRAGMA synchronous=OFF")
    before = _packed(stall.journal.db, folder / "before.db")
    for number in range(sales):
        if number % (40 * len(SLOTS)) == 0:
            stall.fill()
        stall.sell()
    return (_packed(stall.journal.db, folder / "after.db") - before) / sales


def _plain(folder: Path) -> float:
    """Bytes of a sale that is one row of whole numbers: when, slot, product, price."""
    db = sqlite3.connect(folder / "plain.db", isolation_level=None)
    db.execute(
        "CREATE TABLE sales (seq INTEGER PRIMARY KEY, at_s INTEGER, slot INTEGER, product INTEGER, cents INTEGER)"
    )
    empty = _packed(db, folder / "empty.db")
    rows = (
        (None, 1_795_275_000 + 300 * number, number % 40, number % 12, PRICE_CENTS) for number in range(PLAIN_SALES)
    )
    db.execute("BEGIN")
    db.executemany("INSERT INTO sales VALUES (?, ?, ?, ?, ?)", rows)
    db.execute("COMMIT")
    return (_packed(db, folder / "full.db") - empty) / PLAIN_SALES


def _packed(db: sqlite3.Connection, copy: Path) -> int:
    db.execute("VACUUM INTO ?", [str(copy)])
    return copy.stat().st_size
