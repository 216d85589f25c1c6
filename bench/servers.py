"""The lab's real servers for measuring: a Mosquitto and a PostgreSQL, each with a folder and a loopback port of its own.

Where one is not installed its rows say so; nothing is measured in its place. Only the process that was started is ended.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from socket import create_connection

from bench.process import free_port
from bench.table import CheckFailed, Row

PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
MOSQUITTO = shutil.which("mosquitto", path=PATH)
HOST = "127.0.0.1"
READY_S, STOP_S = 30.0, 10.0
ROOMY = ("allow_anonymous true", "max_queued_messages 0")
"""Whoever comes; and a flood is not thrown away before the floors' subscriber has read it (the default keeps 1,000)."""


class Mosquitto:
    """A broker on `port`; `lines` are added to its configuration. Use it in a `with`. Raises CheckFailed."""

    def __init__(self, folder: Path, *lines: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.port, self._folder = free_port(), folder
        user = pwd.getpwuid(os.geteuid()).pw_name
        own = (f"listener {self.port} {HOST}", f"user {user}", "log_dest stderr", *ROOMY, *lines)
        (folder / "mosquitto.conf").write_text("\n".join(own) + "\n")

    def __enter__(self) -> "Mosquitto":
        assert MOSQUITTO is not None
        command = [MOSQUITTO, "-c", str(self._folder / "mosquitto.conf")]
        self._process = _started(command, self._folder / "mosquitto.log", lambda: _answers(self.port))
        return self

    def __exit__(self, *_: object) -> None:
        _ended(self._process, signal.SIGTERM)


class Postgres:
    """A database server with safe settings. It runs as a user who is not root. Use it in a `with`."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="minga-bench-pg-"))
        self._user = "nobody" if os.geteuid() == 0 else None
        if self._user:
            shutil.chown(self._folder, self._user)
        self._port, self._schemas = free_port(), 0

    def __enter__(self) -> "Postgres":
        made = [postgres_tool("initdb"), "-D", self._data, "-U", "minga", "-A", "trust", "--no-sync", "-E", "UTF8"]
        done = subprocess.run([*made, "--locale=C"], capture_output=True, text=True, user=self._user, cwd=self._folder)
        if done.returncode:
            raise CheckFailed(f"initdb failed: {done.stderr.strip()[-200:]}")
        settings = (f"port={self._port}", f"listen_addresses={HOST}", f"unix_socket_directories={self._folder}")
        command = [postgres_tool("postgres"), "-D", self._data, *(w for line in settings for w in ("-c", line))]
        self._process = _started(command, self._folder / "log", self._answers, self._user)
        return self

    def __exit__(self, *_: object) -> None:
        _ended(self._process, signal.SIGINT)
        shutil.rmtree(self._folder, ignore_errors=True)

    def database(self) -> str:
        """The address of a new, empty schema."""
        import psycopg

        self._schemas += 1
        name = f"lab{self._schemas}"
        with psycopg.connect(self._url, autocommit=True) as db:
            db.execute(f"CREATE SCHEMA {name}")
        return f"{self._url}?options=-csearch_path%3D{name}"

    @property
    def _url(self) -> str:
        return f"postgresql://minga@{HOST}:{self._port}/postgres"

    @property
    def _data(self) -> str:
        return str(self._folder / "data")

    def _answers(self) -> bool:
        import psycopg

        try:
            psycopg.connect(self._url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


def postgres_tool(name: str) -> str:
    """Debian keeps the server's programs out of the way, by version; an empty text where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    return str(found[-1]) if found else shutil.which(name) or ""


def missing(*metrics: tuple[str, str], postgres: bool = False) -> list[Row]:
    """A row for each of these goals and metrics that cannot be measured here; none when all can."""
    lacks = "mosquitto" if MOSQUITTO is None else ""
    if postgres and not (postgres_tool("initdb") and postgres_tool("postgres")):
        lacks = "PostgreSQL"
    return [Row(goal, metric, f"not measured: no {lacks} here") for goal, metric in metrics] if lacks else []


def waited(is_so: Callable[[], object], what: str, within_s: float = READY_S) -> None:
    """Look again and again until it is so. Raises CheckFailed when it never is."""
    end_s = time.monotonic() + within_s
    while not is_so():
        if time.monotonic() > end_s:
            raise CheckFailed(f"waited in vain until {what}")
        time.sleep(0.005)


def _started(
    command: Sequence[str], log: Path, answers: Callable[[], bool], user: str | None = None
) -> subprocess.Popen[bytes]:
    with log.open("ab") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, user=user, cwd=log.parent)
    try:
        waited(lambda: process.poll() is not None or answers(), f"{Path(command[0]).name} answers")
        if process.poll() is not None:
            raise CheckFailed(f"{Path(command[0]).name} has ended: {log.read_text()[-300:]}")
    except BaseException:
        _ended(process, signal.SIGKILL)
        raise
    return process


def _ended(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    if process.poll() is None:
        process.send_signal(how)
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(STOP_S)


def _answers(port: int) -> bool:
    try:
        create_connection((HOST, port), 1).close()
    except OSError:
        return False
    return True
