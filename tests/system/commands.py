"""`minga` commands as real processes: one that runs to its end, and a controller whose words can be read as it runs."""

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from visitor import PATIENCE_S, eventually

from controller.client import Client, ControllerGone
from controller.domain.view import View
from hw_mocks.museum import Museum

END_S = 3.0
"""Within this a controller that is told to stop has stopped."""
START_S = 60.0
"""Within this a controller answers, however many others this computer is starting."""
COMMAND_S = 240
"""Within this a command has ended, however busy this computer is; a test that runs a whole day says that it has longer."""


def run(*words: object, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """One command to its end. Who has none in time is told to stop, so that it takes what it started with it."""
    command = _command(words)
    with subprocess.Popen(
        command,
        env=os.environ | (env or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            out, err = process.communicate(timeout=COMMAND_S)
        except subprocess.TimeoutExpired:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE_S)
            process.kill()
            raise
    return subprocess.CompletedProcess(command, process.returncode, out, err)


def fails_plainly(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """It ended with status 1 and a message that has all these words; nobody sees a traceback."""
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert [word for word in words if word not in done.stderr] == [], done.stderr


def lines_of(museum: Museum) -> dict[str, str]:
    """The environment that leads a controller to this museum's simulated lines."""
    return {"GPIOZERO_PIN_FACTORY": "minga-sim", "MINGA_SIM_SOCKET": str(museum.folder / "run" / "gpio.sock")}


class Controller:
    """`minga controller` in a museum whose own one does not run. As a context it is surely dead afterwards.

    `settings` win over the museum's: `coins__port="/dev/ttyUSB7"`.
    """

    def __init__(self, museum: Museum, **settings: object) -> None:
        own = {f"MINGA_{name.upper()}": str(value) for name, value in settings.items()}
        self._socket = museum.folder / "minga.sock"
        self._lines: list[str] = []
        self.process = subprocess.Popen(
            _command(("controller", "--config", museum.file)),
            env=os.environ | lines_of(museum) | own,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> "Controller":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join(PATIENCE_S)

    @property
    def log(self) -> str:
        return "".join(self._lines)

    def client(self) -> Client:
        """A connection, as soon as it answers."""
        return eventually(self._connect, "the controller answers", START_S)  # type: ignore[no-any-return]

    def until_selling(self) -> View:
        """Its first picture without a trouble."""
        with self.client() as client:
            picture = client.watch()
            while picture.troubles:
                picture = client.picture()
            return picture

    def says(self, *words: str) -> None:
        """One line of its log has all these words, sooner or later."""
        eventually(
            lambda: any(all(word in line for word in words) for line in list(self._lines)), f"{words} in the log"
        )

    def ends(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Tell it to stop; it must have done so in `END_S`, the time that it stood in line for a processor not counted.

        Its status.
        """
        before, queued_ns = _queued_ns(self.process.pid), dict[str, int]()
        began_s = time.monotonic()
        self.process.send_signal(how)
        while self.process.poll() is None and time.monotonic() < began_s + PATIENCE_S:
            queued_ns |= _queued_ns(self.process.pid)
            time.sleep(0.01)
        took_s = time.monotonic() - began_s - sum(ns - before.get(thread, 0) for thread, ns in queued_ns.items()) / 1e9
        status = self.process.wait(0)
        self._reader.join(PATIENCE_S)
        assert took_s < END_S, f"it took {took_s:.1f} s to stop:\n{self.log}"
        assert "Traceback" not in self.log
        return status

    def limit_files(self, size: int | None) -> None:
        """From now on none of its files grows beyond `size` bytes, as on a full disk; None lifts the limit again."""
        _, most = resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (most if size is None else size, most))

    def _connect(self) -> Client | None:
        assert self.process.poll() is None, self.log
        try:
            return Client(self._socket)
        except ControllerGone:
            return None

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self._lines.append(line)


def settings(folder: Path, text: str = "") -> Path:
    """A configuration with a name and `text`; nothing else is in the folder yet."""
    file = folder / "minga.toml"
    file.write_text(f'[machine]\nname = "museo-quito"\n{text}')
    return file


def _queued_ns(pid: int) -> dict[str, int]:
    """How long each thread of a process has been ready to run and did not; nothing of those that have ended."""
    queued_ns = dict[str, int]()
    for thread in Path(f"/proc/{pid}/task").glob("*"):
        with suppress(OSError):
            queued_ns[thread.name] = int((thread / "schedstat").read_text().split()[1])
    return queued_ns


def _command(words: Sequence[object]) -> list[str]:
    return [sys.executable, "-m", "controller", *map(str, words)]
