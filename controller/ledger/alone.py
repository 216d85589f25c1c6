"""One hand on the books at a time: a lock beside the database that dies with the process that holds it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from controller.errors import MingaError


@contextmanager
def alone(database: Path) -> Iterator[None]:
    """Refuse to be the second on these books: two brains would sell the same piece twice. Raises MingaError."""
    lock = database.with_name(database.name + ".lock")
    try:
        file: IO[str] = lock.open("a+")
    except OSError as error:
        raise MingaError(
            f"{lock}: cannot be opened ({error.strerror}); the controller must own the database's folder"
        ) from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise MingaError(
                f"{database}: another controller (process {holder}) runs on this database; "
                "stop it first, `systemctl stop minga-controller` on an installed machine"
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield
