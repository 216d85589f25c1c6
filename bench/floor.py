"""Where floors come from: C programs compiled on the spot, or Python ones that are named as such."""

import functools
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from hw_mocks.ptys import Pty

FLOORS = Path(__file__).with_name("floors")
ANSWER_S = 5.0
BLOCK = bytes(4_096)


@functools.cache
def built(name: str, *flags: str) -> Path | None:
    """The C floor of this name as a program (or, with `-shared`, a library); None where no C compiler is."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    program = Path(_folder().name) / name
    subprocess.run([compiler, "-O2", "-o", program, FLOORS / f"{name}.c", *flags], check=True)
    return program


@functools.cache
def _folder() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="minga-floors-")


class Echo:
    """A process that gives back what it gets, over a Unix socket or a pseudo-terminal; a context that ends it."""

    def __init__(self, folder: Path, kind: str, name: str, durable: bool = False) -> None:
        program = built("echo")
        self.name = f"{'C' if program else 'Python'} echo"
        path = folder / name
        words = [str(program)] if program else [sys.executable, str(FLOORS / "echo.py")]
        self._words = [*words, kind, str(path), *([str(folder / f"{name}.disk")] if durable else [])]
        self._pty = Pty(path) if kind == "tty" else None
        self._listener = None if self._pty else _listening(path)

    def __enter__(self) -> "Echo":
        if self._pty:
            self._pty.plug()
        self._process = subprocess.Popen(self._words)
        if self._listener:
            self._line, _ = self._listener.accept()
            self._line.settimeout(ANSWER_S)
        self._warm_up()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()
        for part in (self._listener, getattr(self, "_line", None)):
            if part:
                part.close()
        if self._pty:
            self._pty.unplug()

    def ping(self, message: bytes) -> float:
        """Seconds from the message to the whole of it back."""
        began_s = perf_counter()
        self._write(message)
        back = b""
        while len(back) < len(message):
            back += self._read()
        took_s = perf_counter() - began_s
        assert back == message, f"the echo gave back {back!r}"
        return took_s

    def _warm_up(self) -> None:
        for _ in range(10):
            self.ping(b"hello\n")

    def _write(self, message: bytes) -> None:
        self._pty.write(message) if self._pty else self._line.sendall(message)

    def _read(self) -> bytes:
        data = self._pty.read(ANSWER_S) if self._pty else self._line.recv(4_096)
        assert data, "the echo is silent"
        return data


class Disk:
    """The disk's own price: 4 KiB written over the same place, and waited for."""

    def __init__(self, file: Path) -> None:
        self._file = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        os.pwrite(self._file, BLOCK, 0)
        os.fsync(self._file)

    def sync(self) -> float:
        """Seconds for one durable overwrite."""
        began_s = perf_counter()
        os.pwrite(self._file, BLOCK, 0)
        os.fdatasync(self._file)
        return perf_counter() - began_s

    def close(self) -> None:
        os.close(self._file)


def _listening(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    listener.settimeout(ANSWER_S)
    listener.bind(str(path))
    listener.listen()
    return listener
