"""The log that a technician reads on a phone: the newest lines of each process, in small files beside the books.

The journal of the operating system is not everywhere, and nobody reads it on a phone. What stands here is bounded, and holds
only what our own code says: not what libraries say of addresses they call. Anything that looks like a claim code, a phone's
code or a key is covered, whoever wrote it.
"""

import logging
import re
import time
from collections import deque
from logging.handlers import RotatingFileHandler
from pathlib import Path

FOLDER = "log"
BYTES_MAX = 128_000
"""Of one file; there are two of each process, so that the newest lines are never fewer than this."""
LINE_CHARS_MAX = 400
OURS = ("minga", "controller", "admin_web")
SECRET = re.compile(
    r"\b[2-9A-HJ-NP-Z]{3}-[2-9A-HJ-NP-Z]{3}\b|[A-Za-z0-9]{24,}|(?<![/\w=+-])[\w=+-]{24,}|(?<![.:\d])\b[0-9]{6}\b"
)
"""A claim code; anything as long as a key or a code for a phone, but for parts of a path; six digits, as a PIN has."""
log = logging.getLogger("minga.log")


class _Lines(logging.Formatter):
    """One record, one line for each line it has, with the time in UTC."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%SZ")
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        return covered(super().format(record))


class _File(RotatingFileHandler):
    """A disk that refuses a line of the log stops nothing, and is said by those who need it."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (logging's own name)
        """The line is lost."""


def covered(text: str) -> str:
    """The text without anything that might open a door, its lines cut at `LINE_CHARS_MAX`."""
    return "\n".join(SECRET.sub("…", line)[:LINE_CHARS_MAX] for line in text.splitlines())


def keep(folder: Path, process: str) -> None:
    """Keep what this process says from now on in `folder`/log/`process`.log. Where that cannot be, only a warning tells."""
    file = folder / FOLDER / f"{process}.log"
    try:
        file.parent.mkdir(mode=0o750, exist_ok=True)
        handler = _File(file, maxBytes=BYTES_MAX, backupCount=1, encoding="utf-8")
    except OSError as error:
        log.warning("no log is kept at %s: %s", file.parent, error)
        return
    handler.setFormatter(_Lines())
    handler.addFilter(lambda record: record.name.partition(".")[0] in OURS)
    logging.getLogger().addHandler(handler)


def newest(folder: Path, process: str, lines: int) -> list[str]:
    """At most so many of the newest lines, oldest first, covered once more; none where there is no log."""
    kept: deque[str] = deque(maxlen=lines)
    for name in (f"{process}.log.1", f"{process}.log"):
        try:
            kept.extend((folder / FOLDER / name).read_text(encoding="utf-8", errors="replace").splitlines())
        except OSError:
            continue
    return [covered(line) for line in kept]
