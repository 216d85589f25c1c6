"""Hubs as processes: the real `minga hub run`, with a folder, a configuration and a log of its own."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import Self

from servers import Broker, wait_for

from lab.config import commented
from lab.store import opened

MINGA = str(Path(sys.executable).with_name("minga"))


class Hub:
    """`minga hub run` in `folder`, on this broker and store. Use it in a `with`; `kill` and `start` as often as you like."""

    def __init__(self, folder: Path, at: Broker, store: str, name: str = "hub", **more: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.file = folder / "hub.toml"
        given = {"broker": f"mqtt://{at.host}:{at.port}", **more}
        self.file.write_text(commented(name=name, store=store, **given))
        self.log = folder / "hub.log"
        self.command = [MINGA, "hub", "run", "--config", str(self.file)]
        self.process: subprocess.Popen[bytes] | None = None
        opened(store, make=True).close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        """Returns once it has met the broker."""
        told = self.told.count("connected to")
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log)
        wait_for(
            lambda: self.told.count("connected to") > told, lambda: f"the hub has not met the broker: {self.told}", 60
        )

    def kill(self) -> None:
        """As a power cut does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)

    def stop(self, within_s: float = 20) -> int:
        """As an operator does. Its exit status."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(within_s)

    @property
    def told(self) -> str:
        return self.log.read_text() if self.log.exists() else ""
