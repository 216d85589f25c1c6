"""A serial cable that can be pulled: a pseudo-terminal behind a path that stays the same, and who answers at its end.

The path is a symbolic link, as udev makes for a real adapter. Pulling the cable removes it and closes both ends, so
the other side sees what it sees when a USB adapter is unplugged; plugging in makes a new terminal behind the old path.
"""

import os
import select
import threading
import time
import tty
from abc import ABC, abstractmethod
from pathlib import Path


class Pty:
    """One end of a serial line; the other end is whoever opens `link`. Starts unplugged."""

    def __init__(self, link: Path) -> None:
        self.link = link
        self._ends: tuple[int, int] | None = None

    @property
    def plugged(self) -> bool:
        return self._ends is not None

    def plug(self) -> None:
        """Make the path appear. Does nothing when it is there already."""
        if self._ends:
            return
        ours, theirs = os.openpty()
        tty.setraw(theirs)
        os.set_blocking(ours, False)
        self._ends = ours, theirs  # theirs stays open, so that the line outlives whoever opens and closes it
        new = self.link.with_name(f".{self.link.name}.new")
        new.unlink(missing_ok=True)
        new.symlink_to(os.ttyname(theirs))
        new.replace(self.link)

    def unplug(self) -> None:
        """Pull the cable: the path is gone, and a reader on the other side gets an error."""
        if self._ends:
            self.link.unlink(missing_ok=True)
            for end in self._ends:
                os.close(end)
            self._ends = None

    def read(self, timeout_s: float) -> bytes:
        """What came from the other side, or nothing after `timeout_s`. Raises OSError when unplugged."""
        ours = self._ours()
        ready = select.poll()  # unlike `select`, it minds no number of open files
        ready.register(ours, select.POLLIN)
        return os.read(ours, 4096) if ready.poll(timeout_s * 1_000) else b""

    def write(self, data: bytes) -> None:
        """Send; what does not fit into a line nobody reads is lost, as on a real one. Raises OSError when unplugged."""
        try:
            os.write(self._ours(), data)
        except BlockingIOError:
            return

    def _ours(self) -> int:
        if self._ends is None:
            raise OSError(f"{self.link} is unplugged")
        return self._ends[0]


class SerialDevice(ABC):
    """Something simulated behind a cable: a thread that hears what the machine sends, and answers.

    `tick_s` is how long it waits for the next bytes before it looks at its own time. All methods may be called from any
    thread.
    """

    def __init__(self, name: str, tick_s: float) -> None:
        self._name, self._tick_s = name, tick_s
        self._lock = threading.RLock()
        self._pty: Pty | None = None
        self._thread: threading.Thread | None = None

    @abstractmethod
    def answer(self, data: bytes) -> bytes:
        """What the machine hears after it sent `data`; asked with nothing when time has passed."""

    def open(self, link: Path) -> None:
        """Plug the cable in: the device answers at `link`. Raises RuntimeError when it is plugged in."""
        with self._lock:
            if self._pty:
                raise RuntimeError(f"already plugged in at {self._pty.link}")
            self._pty = Pty(link)
            self._pty.plug()
            self._thread = threading.Thread(target=self._serve, args=(self._pty,), name=self._name, daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Pull the cable. What is behind it keeps its power and its memory."""
        with self._lock:
            pty, thread, self._pty = self._pty, self._thread, None
        if pty and thread:
            thread.join()
            pty.unplug()

    def _serve(self, pty: Pty) -> None:
        while self._pty is pty:
            answer = self.answer(pty.read(self._tick_s))
            if answer:
                pty.write(answer)


def mono_ms() -> int:
    """The steady clock of all simulated devices."""
    return time.monotonic_ns() // 1_000_000
