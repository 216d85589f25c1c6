"""Back after `kill -9` in mid-vend (G16): how soon the machine is safe and sells again, by the length of its books.

The real controller is killed at the moment its motor's lines go high. *Safe* is when the next one holds every motor line
low while the coin acceptor is shut; *selling* is when its vend is settled in the books and the acceptor lets a dollar in.
Beside it: the books alone, opened and written in a fresh process, and a sale while the auditor reads all of them.
"""

import json
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter

from bench import history
from bench.b_start import bare_python
from bench.effort import Effort
from bench.machine import BUTTONS, DOLLAR, ENVIRONMENT, PRICE_CENTS, READY_S, Machine
from bench.process import cpu_s
from bench.sales import SLOTS, Stall
from bench.table import CheckFailed, Rounds, Row, at_most, duration
from bench.visitor import Pictures
from controller.ledger.connection import open_readonly
from controller.ledger.integrity import REST_S, whole

ROOT = Path(__file__).resolve().parents[1]
SAFE_S, SELLING_S, OPEN_S, SHUT_S = 1.0, 5.0, 0.010, 1.0
LOOK_S = 0.001
BETWEEN_READINGS = 3 * len(SLOTS)
"""So many sales in each turn, with and without a reader beside them."""


def measure(effort: Effort) -> list[Row]:
    rows = [row for facts in effort.facts for row in _recoveries(facts, effort.kills)]
    return [*rows, _beside_a_reader(effort)]


@dataclass(frozen=True, slots=True)
class Recovery:
    """Seconds from the command: to safe, and to selling; and the processor time of it, which no busy machine stretches."""

    safe_s: float
    selling_s: float
    cpu_s: float


def _recoveries(facts: int, kills: int) -> list[Row]:
    safe, selling, cpu, first, opened, glance = Rounds(), Rounds(), Rounds(), Rounds(), Rounds(), Rounds()
    with Machine(books=partial(history.write, facts=facts)) as machine:
        before, process = _seq(machine), machine.start("controller")
        machine.sells()
        shut_s = 0.0
        for number in range(kills + 1):
            shut_s = max(shut_s, _killed_in_mid_vend(machine, process, list(BUTTONS)[number % len(BUTTONS)]))
            bare, sqlite, minga = bare_python(), _opened(machine, "sqlite"), _opened(machine, "minga")
            process, recovery = _recovered(machine, number + 1)
            safe.add([recovery.safe_s], [bare.answered_s])
            selling.add([recovery.selling_s], [bare.answered_s])
            cpu.add([recovery.cpu_s], [bare.cpu_s])
            first.add([minga["first_s"] + minga["first_glance_s"]], [sqlite["books_s"]])
            opened.add([minga["books_s"]], [sqlite["books_s"]])
            glance.add([minga["glance_s"]], [sqlite["books_s"]])
        machine.end(process)
        checked, read_s = _judge(machine, before, kills + 1, shut_s)
    size = f"{facts:,} facts"
    reading = Row("", f"  … all of them read whole, without a rest, {size}", duration(read_s), checked=checked)
    return [
        _within("G16", f"killed in mid-vend → safe, {size}", safe, "bare Python", SAFE_S, checked),
        _within(
            "G16", f"  … → selling: vend settled, coins let in, {size}", selling, "bare Python", SELLING_S, checked
        ),
        at_most("", f"  … processor time until then, {size}", cpu, "bare Python", None, checked),
        _within("G16", f"  … of it the books, opened and written, {size}", opened, "bare SQLite", OPEN_S, checked),
        at_most("", f"  … of it a glance at the newest facts, {size}", glance, "bare SQLite", None, checked),
        at_most("", f"  … both, with what Python makes once a process, {size}", first, "bare SQLite", None, checked),
        reading,
    ]


def _within(goal: str, metric: str, rounds: Rounds, floor: str, most_s: float, checked: str) -> Row:
    """A row whose limit is a time."""
    row = at_most(goal, metric, rounds, floor, None, checked)
    cells = {name: getattr(row, name) for name in row.__slots__}
    return Row(**cells | {"limit": f"≤ {duration(most_s)}", "ok": median(rounds.subject) <= most_s})


# The kill


def _killed_in_mid_vend(machine: Machine, process: "subprocess.Popen[bytes]", slot: str) -> float:
    """A dollar, a press, and death as the motor starts. Seconds until the acceptor has shut itself."""
    pictures = Pictures(machine.folder / "minga.sock")
    machine.insert()
    pictures.until(lambda p: p["credit_cents"] == PRICE_CENTS, "the credit")
    machine.board.at_motor = process.kill
    machine.board.press(slot)
    machine.killed(process)
    died_s, machine.board.at_motor = time.monotonic(), None
    pictures.close()
    while machine.acceptor.open_for(DOLLAR):
        if time.monotonic() > died_s + 2 * SHUT_S:
            raise CheckFailed("the controller is dead and the acceptor lets coins in")
        time.sleep(LOOK_S)
    return time.monotonic() - died_s


def _opened(machine: Machine, way: str) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.opening", way, str(machine.database)]
    done = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True)
    if done.returncode:
        raise CheckFailed(f"the books cannot be opened: {done.stderr.strip()[-400:]}")
    return dict(json.loads(done.stdout))


# The recovery


def _recovered(machine: Machine, kills: int) -> "tuple[subprocess.Popen[bytes], Recovery]":
    """The next controller, watched from its command on. Raises CheckFailed when it lets coins in too early."""
    began_s, safe_s = time.monotonic(), 0.0
    process = machine.start("controller")
    while not machine.acceptor.open_for(DOLLAR):
        off_s = machine.board.motors_off_s()
        safe_s = safe_s or (off_s if off_s and off_s > began_s else 0.0)
        if process.poll() is not None or time.monotonic() > began_s + READY_S:
            raise CheckFailed(
                f"the controller does not come back: {(machine.folder / 'controller.log').read_text()[-400:]}"
            )
        time.sleep(LOOK_S)
    selling_s, used_s = time.monotonic(), cpu_s(process.pid)
    if not safe_s or _doubts(machine) != kills:
        raise CheckFailed(f"coins are let in before the motors are off and kill {kills} is settled")
    machine.sells()
    return process, Recovery(safe_s - began_s, selling_s - began_s, used_s)


def _doubts(machine: Machine) -> int:
    """How many vends are settled as a doubt; none is under way."""
    with closing(open_readonly(machine.database)) as db:
        under_way = db.execute("SELECT body ->> '$.vend' FROM cycle").fetchone()[0]
        found = db.execute("SELECT count(*) FROM claims WHERE account = 'doubt'").fetchone()[0]
    return -1 if under_way else int(found)


def _seq(machine: Machine) -> int:
    with closing(open_readonly(machine.database)) as db:
        return int(db.execute("SELECT max(seq) FROM facts").fetchone()[0])


def _judge(machine: Machine, before: int, kills: int, shut_s: float) -> tuple[str, float]:
    """What was checked, in words, and the seconds that reading the whole books took."""
    with closing(open_readonly(machine.database)) as db:
        facts, kinds = _seq(machine), "SELECT type, count(*) FROM facts WHERE seq > ? GROUP BY type"
        found = {str(kind): int(count) for kind, count in db.execute(kinds, [before])}
    told = tuple(found.get(kind, 0) for kind in ("CreditTaken", "VendStarted", "VendInDoubt", "Sold"))
    if told != (kills, kills, kills, 0) or machine.board.starts.total() != kills:
        raise CheckFailed(f"{kills} kills in mid-vend became {found}, with motor starts {machine.board.starts}")
    if shut_s > SHUT_S + 0.1:
        raise CheckFailed(f"the acceptor let coins in for {duration(shut_s)} after a kill")
    began_s = perf_counter()
    if wrong := whole(machine.database, rest=lambda: None):
        raise CheckFailed(f"the books are not whole: {wrong}")
    took_s = perf_counter() - began_s
    words = (
        f"{kills} kills in mid-vend on {facts:,} facts: as many coins and doubts, each motor turned once, no coin let in "
        f"before; acceptor shut {duration(shut_s)} after a kill at the latest; pages, chain and sums whole"
    )
    return words, took_s


# The auditor beside a sale


class Reader:
    """Reads some books again and again, with the auditor's own rests, until it is told to end."""

    def __init__(self, path: Path) -> None:
        self._path, self._end = path, threading.Event()
        self.found: list[str] = []
        self.rests = 0
        self._thread = threading.Thread(target=self._read, name="bench-reader")

    def __enter__(self) -> "Reader":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _read(self) -> None:
        while not self._end.is_set():
            try:
                self.found += whole(self._path, self._rest)
            except (InterruptedError, sqlite3.OperationalError) as error:
                if not self._end.is_set():
                    self.found.append(str(error))

    def _rest(self) -> None:
        self.rests += 1
        if self._end.wait(REST_S):
            raise InterruptedError("enough was read")


def _beside_a_reader(effort: Effort) -> Row:
    rounds, rests = Rounds(), 0
    with Machine(books=partial(history.write, facts=effort.facts[0])) as machine:
        stall = Stall(machine.folder)
        stall.insert(2 * BETWEEN_READINGS * (effort.rounds + 1))
        for _ in range(effort.rounds + 1):
            stall.fill()
            alone = [_timed(stall) for _ in range(BETWEEN_READINGS)]
            with Reader(machine.database) as reader:
                beside = [_timed(stall) for _ in range(BETWEEN_READINGS)]
            if reader.found or not reader.rests:
                raise CheckFailed(f"{reader.rests} pieces of the books were read meanwhile, and found {reader.found}")
            rests += reader.rests
            rounds.add(beside, alone)
        stall.journal.close()
        if wrong := whole(machine.database, rest=lambda: None):
            raise CheckFailed(f"the books are not whole: {wrong}")
    checked = (
        f"{2 * BETWEEN_READINGS * (effort.rounds + 1)} sales, {rests} pieces of the books read beside: the books whole"
    )
    return at_most("", "a sale while the auditor reads", rounds, "a sale alone", None, checked)


def _timed(stall: Stall) -> float:
    began_s = perf_counter()
    stall.sell()
    return perf_counter() - began_s
