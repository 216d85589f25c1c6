"""A backup because somebody asked for one now: made beside the selling, in a process of its own, and told as it goes on.

The nightly one is the timer's (`minga backup`); both write to the same stick and never at once. A stop of the controller ends
a copy under way, which costs that copy and never an older one (`controller.ledger.backup`).
"""

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from controller.domain.stocking import Refusal

log = logging.getLogger("minga.backup")

COPY_S_MAX = 1_800
"""As long as the nightly one may take."""


class Copyist:
    """`wall_ms` is only written down. Everything may be called from any thread and returns at once."""

    def __init__(self, database: Path, folder: Path, machine: str, wall_ms: Callable[[], int]) -> None:
        self._database, self._folder, self._machine, self._wall_ms = database, folder, machine, wall_ms
        self._process: subprocess.Popen[bytes] | None = None
        self._guard = threading.Lock()
        self._told: dict[str, Any] = {"state": "none"}

    def start(self) -> Refusal | None:
        """Begin a copy, or go on with the one under way. Refused while there is no stick."""
        if not self._folder.is_dir():
            return Refusal("no-stick", f"there is no folder {self._folder}: is the stick in? It is made once, by hand")
        with self._guard:
            if self._process is None:
                self._told = {"state": "copying", "since_ms": self._wall_ms()}
                self._process = self._begin()
                threading.Thread(target=self._wait, args=(self._process,), name="copyist", daemon=True).start()
        return None

    def status(self) -> dict[str, Any]:
        """`state` is `none`, `copying`, `done` or `failed`; where the stick is, and how far a copy has come."""
        told = {**self._told, "folder": str(self._folder), "stick": self._folder.is_dir()}
        if told["state"] == "copying":
            told |= {"bytes": self._written(), "bytes_max": _size(self._database)}
        return told

    def stop(self) -> None:
        """End a copy under way."""
        with self._guard:
            if self._process is not None:
                self._process.kill()

    def _begin(self) -> subprocess.Popen[bytes]:
        words = (str(self._database), str(self._folder), self._machine, str(self._wall_ms()))
        return subprocess.Popen(
            [sys.executable, "-m", "controller.ledger.copy", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        try:
            said, _ = process.communicate(timeout=COPY_S_MAX)
            made: dict[str, Any] = json.loads(said)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            made = {"failed": "it took too long: is the stick worn out?"}
        except ValueError:
            made = {"failed": "the copy ended without a word: is the stick still in?"}
        failed = "failed" in made
        log.log(logging.WARNING if failed else logging.INFO, "a backup was asked for: %s", made.get("failed", "made"))
        with self._guard:
            self._told = {"state": "failed" if failed else "done", "at_ms": self._wall_ms(), **made}
            if not failed:
                self._told["same_disk"] = _is_same_disk(self._folder, self._database)
            self._process = None

    def _written(self) -> int:
        """How much of the copy under way is on the stick."""
        return max((_size(file) for file in self._folder.glob(f"{self._machine}-?.db.new")), default=0)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _is_same_disk(one: Path, other: Path) -> bool:
    try:
        return one.stat().st_dev == other.stat().st_dev
    except OSError:
        return False
