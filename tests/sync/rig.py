"""A machine, a broker and a hub as processes, a line that breaks between the first two, and somebody who kills all of them.

What the machine said it sold is remembered outside. When the mishaps are over, everything must be at the lab, once and in
order.
"""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from faultyline import FaultyLine
from servers import Broker

from controller.domain.chain import HASHED

HERE, ROOT = Path(__file__).parent, Path(__file__).parents[2]
MACHINE = "museo-1"
PAUSE_S = (0.3, 1.5)
"""Between two mishaps."""
STOPPED_S_MAX = 1.5
REFUSING = ("user lab", "topic readwrite minga/#", "pattern read minga/v1/%u/#")
"""An access list by which a machine may listen and say nothing."""


class Process:
    """One program that is killed and started again; what it says line by line is kept."""

    def __init__(self, *command: str) -> None:
        self._command = (sys.executable, *command)
        self.lines: list[str] = []
        self.alive: subprocess.Popen[str] | None = None

    def start(self) -> None:
        told = {"PYTHONPATH": f"{ROOT}:{HERE}", "PYTHONUNBUFFERED": "1"}
        self.alive = subprocess.Popen(
            self._command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ | told
        )
        threading.Thread(target=self._read, args=(self.alive,), daemon=True).start()

    def strike(self) -> None:
        """`kill -9`; what it said before is read to the end."""
        if self.alive:
            self.alive.kill()
            self.alive.wait()
            self.alive = None

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout
        self.lines += (line.rstrip("\n") for line in process.stdout)


@dataclass
class Rig:
    """All of it in one folder. `hub` are the words that start the hub's process, its configuration is written already."""

    folder: Path
    broker: Broker
    line: FaultyLine
    machine: Process
    hub: Process
    chance: random.Random
    did: Counter[str] = field(default_factory=Counter)

    def run(self, patience_s: float) -> None:
        """Mishaps until the machine has sold everything; then peace until the lab has everything."""
        for process in (self.hub, self.machine):
            process.start()
        late_s = time.monotonic() + patience_s
        while "done" not in self.machine.lines:
            assert time.monotonic() < late_s, self.told("the machine does not come to an end")
            time.sleep(self.chance.uniform(*PAUSE_S))
            mishap = self.chance.choice((self._machine, self._hub, self._broker, self._hang, self._refuse))
            mishap()
            self.did[mishap.__name__.strip("_")] += 1
        self.line.rate = 0.0
        while self.books() != self.lab():
            assert time.monotonic() < late_s, self.told(f"{len(self.books())} facts, {len(self.lab())} at the lab")
            time.sleep(0.2)

    def end(self) -> None:
        for process in (self.machine, self.hub):
            process.strike()

    def sold(self) -> set[str]:
        """Every sale that the machine said was on its disk."""
        return {line for line in self.machine.lines if line.startswith("sold ")}

    def books(self) -> list[tuple[object, ...]]:
        return _rows(self.folder / "minga.db", f"SELECT {HASHED}, hash FROM facts ORDER BY seq")

    def lab(self) -> list[tuple[object, ...]]:
        return _rows(self.folder / "lab.db", f"SELECT {HASHED}, hash FROM facts WHERE lost = 0 ORDER BY seq")

    def told(self, what: str) -> str:
        """Why it failed, with what everybody said last."""
        tails = "\n".join(f"--- {name}\n" + "\n".join(process.lines[-15:]) for name, process in self._both())
        return f"{what}; {dict(self.did)}, {dict(self.line.struck)}\n{tails}"

    def _both(self) -> tuple[tuple[str, Process], ...]:
        return ("machine", self.machine), ("hub", self.hub)

    # Mishaps

    def _machine(self) -> None:
        self.machine.strike()
        self.machine.start()

    def _hub(self) -> None:
        self.hub.strike()
        time.sleep(self.chance.random() * STOPPED_S_MAX)
        self.hub.start()

    def _broker(self) -> None:
        self.broker.kill()
        time.sleep(self.chance.random() * STOPPED_S_MAX)
        self.broker.start()

    def _hang(self) -> None:
        """The broker takes everything and says nothing."""
        self.broker.pause()
        time.sleep(self.chance.random() * STOPPED_S_MAX)
        self.broker.go_on()

    def _refuse(self) -> None:
        """The access list lets the machine say nothing for a while."""
        rights = self.folder / "rights"
        allowed = rights.read_text()
        rights.write_text("\n".join(REFUSING) + "\n")
        os.kill(self.broker.pid, signal.SIGHUP)
        time.sleep(self.chance.random() * STOPPED_S_MAX)
        rights.write_text(allowed)
        os.kill(self.broker.pid, signal.SIGHUP)


def _rows(file: Path, sql: str) -> list[tuple[object, ...]]:
    if not file.exists():
        return []
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10)) as db:
        try:
            return db.execute(sql).fetchall()
        except sqlite3.OperationalError:  # not made yet
            return []
