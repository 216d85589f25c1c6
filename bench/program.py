"""A program of the bench that runs beside it and tells what it did as lines of JSON on its standard output."""

import json
import queue
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Self

from bench.machine import ENVIRONMENT
from bench.process import cpu_s
from bench.servers import waited
from bench.table import CheckFailed

ROOT = Path(__file__).resolve().parents[1]
WITHIN_S = 600.0
STOP_S = 20.0
REST_S, RESTING_CPU_S = 0.3, 0.02


class Program:
    """`python -m MODULE WORDS…`, until it is left. Its complaints stand in `log`."""

    def __init__(self, log: Path, module: str, *words: object) -> None:
        self._log, self._said = log, queue.SimpleQueue[str]()
        command = [sys.executable, "-m", module, *(str(word) for word in words)]
        with log.open("ab") as errors:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=ENVIRONMENT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        threading.Thread(target=self._listen, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Ask it to stop, and end it if it does not."""
        self.process.terminate()
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(STOP_S)

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def complaints(self) -> str:
        return self._log.read_text()

    def told(self, within_s: float = WITHIN_S) -> dict[str, Any]:
        """The next thing it tells. Raises CheckFailed when it ends instead, or says nothing for so long."""
        try:
            line = self._said.get(timeout=within_s)
        except queue.Empty:
            line = ""
        if not line:
            raise CheckFailed(f"{self.process.args} told nothing: {self.complaints.strip()[-400:]}")
        found: dict[str, Any] = json.loads(line)
        return found

    def begin(self) -> None:
        """Give it the line it waits for."""
        assert self.process.stdin
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def rest(self) -> None:
        """Wait until it has nothing more to do: it hardly uses the processor for a while."""
        waited(self._rests, "a program comes to rest", WITHIN_S)

    def _rests(self) -> bool:
        before_s = cpu_s(self.pid)
        try:
            self.process.wait(REST_S)
        except subprocess.TimeoutExpired:
            return cpu_s(self.pid) - before_s <= RESTING_CPU_S
        raise CheckFailed(f"{self.process.args} has ended: {self.complaints.strip()[-400:]}")

    def _listen(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._said.put(line)
        self._said.put("")


def tell(**what: object) -> None:
    """One line of such a program."""
    print(json.dumps(what), flush=True)
