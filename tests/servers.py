"""Real servers for tests: a Mosquitto broker and a PostgreSQL, each with a folder and a loopback port of its own.

Where one is not installed, the tests that need it are skipped with the reason; where `CI` or `MINGA_REQUIRE_ALL` is set, a
skip is a failure (`conftest.py`).
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
MOSQUITTO = shutil.which("mosquitto", path=PATH)
READY_S = 20
STOP_S = 10
OPEN = ("allow_anonymous true",)
"""A broker for whoever comes."""


def free_port() -> int:
    """A port of loopback that nobody uses at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


class Broker:
    """A Mosquitto on `port`, in a folder of its own; `lines` are added to its configuration. Use it in a `with`."""

    host = "127.0.0.1"

    def __init__(self, folder: Path, *lines: str, port: int = 0) -> None:
        if MOSQUITTO is None:
            pytest.skip("mosquitto is not installed")
        folder.mkdir(parents=True, exist_ok=True)
        self.port = port or free_port()
        self.log = folder / "mosquitto.log"
        self._config = folder / "mosquitto.conf"
        user = pwd.getpwuid(os.geteuid()).pw_name
        own = [f"listener {self.port} 127.0.0.1", f"user {user}", "log_dest stderr", *(lines or OPEN)]
        self._config.write_text("\n".join(own) + "\n")
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.kill()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Returns once it takes connections."""
        assert self._process is None
        assert MOSQUITTO is not None
        with self.log.open("ab") as log:
            self._process = subprocess.Popen([MOSQUITTO, "-c", str(self._config)], stderr=log, stdout=log)
        wait_for(self.answers, lambda: f"the broker does not answer: {self.log.read_text()}")

    def answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"the broker has ended: {self.log.read_text()}"
        try:
            socket.create_connection((self.host, self.port), 1).close()
        except OSError:
            return False
        return True

    def stop(self) -> None:
        """As an operator stops it."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """As a power cut does."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """It hangs: its port still takes connections, and nobody answers."""
        os.kill(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.send_signal(how)
            process.send_signal(signal.SIGCONT)
            process.wait(STOP_S)


def _postgres_tool(name: str) -> str | None:
    """Debian keeps the server's programs out of the way, by version."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    return str(found[-1]) if found else shutil.which(name)


class Postgres:
    """A PostgreSQL of its own with safe settings, on a loopback port and a socket. It runs as a user who is not root.

    `url` is its address; `database()` makes a place for tables and tells the address of that.
    """

    def __init__(self) -> None:
        initdb, server = _postgres_tool("initdb"), _postgres_tool("postgres")
        if initdb is None or server is None:
            pytest.skip("PostgreSQL is not installed")
        self._server = server
        self._folder = Path(tempfile.mkdtemp(prefix="minga-pg-"))
        self._user = "nobody" if os.geteuid() == 0 else None
        if self._user:
            shutil.chown(self._folder, self._user)
        self.port = free_port()
        self.url = f"postgresql://minga@127.0.0.1:{self.port}"
        self._count = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._log = self._folder / "log"
        made = [initdb, "-D", str(self._data), "-U", "minga", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C"]
        subprocess.run(made, check=True, capture_output=True, user=self._user, cwd=self._folder)

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def start(self) -> None:
        """Returns once it takes connections."""
        settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": self._folder,
            "shared_buffers": "64MB",
            "max_connections": 40,
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        command = [self._server, "-D", str(self._data), *options]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, user=self._user, cwd=self._folder)
        wait_for(self._answers, lambda: f"PostgreSQL does not answer: {self._log.read_text()}")

    def database(self) -> str:
        """The address of a new, empty schema: as good as a database of its own, and made in a moment."""
        import psycopg

        self._count += 1
        name = f"lab{self._count}"
        with psycopg.connect(f"{self.url}/postgres", autocommit=True) as db:
            db.execute(f"CREATE SCHEMA {name}")
        return f"{self.url}/postgres?options=-csearch_path%3D{name}"

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT ends it cleanly at once; SIGQUIT ends all its processes as a power cut would."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(how)
            process.wait(STOP_S)

    def remove(self) -> None:
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _answers(self) -> bool:
        import psycopg

        assert self._process is not None
        assert self._process.poll() is None, f"PostgreSQL has ended: {self._log.read_text()}"
        try:
            psycopg.connect(f"{self.url}/postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


def wait_for(is_so: Callable[[], object], what: Callable[[], str], within_s: float = READY_S) -> None:
    """Look again and again until it is so. Fails with `what()` when it never is."""
    end = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < end, what()
        time.sleep(0.02)
