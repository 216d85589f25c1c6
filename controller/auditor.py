"""The auditor: reads the books whole while the machine sells, soon after every start and then once a day.

The way to a start looks only at the newest facts. Damage in old ones is found here, hours at most after it came: then the
brain is told that the books are in trouble and takes no more coins, and only a person ends that, by restoring a backup. A
disk that cannot be read right now is no such finding; one that cannot be read several times in a row is.
"""

import logging
import queue
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from controller.domain.events import Trouble, TroubleBegan
from controller.ledger.connection import DatabaseError
from controller.ledger.integrity import REST_S, whole

log = logging.getLogger("minga.auditor")

FIRST_S = 30.0
"""After the start, when devices have come and the first visitor may be there already."""
DAILY_S = 86_400.0
AGAIN_S = 60.0
"""Before the next attempt to read what could not be read, or to tell what the brain's full inbox refused."""
TRIES = 3
Wait = Callable[[float], bool]
"""Waits so many seconds of monotonic time; True as soon as the auditor should end."""


class Auditor:
    """One daemon thread. It tells `put` of the first trouble it finds, once a reading; it never ends a trouble.

    `wait` is given by tests, which have no day to lose.
    """

    def __init__(self, path: Path, put: Callable[[TroubleBegan], None], wait: Wait | None = None) -> None:
        self._path, self._put = path, put
        self._stopping = threading.Event()
        self._wait = wait or self._stopping.wait
        self._thread = threading.Thread(target=self._run, name="auditor", daemon=True)
        self.readings = 0
        """How often the books were read, whatever came of it."""

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout_s: float = 2.0) -> None:
        """End the thread within `timeout_s`, in the middle of the books if need be. Harmless when it never ran."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def _run(self) -> None:
        with suppress(_Ending):
            self._pause(FIRST_S)
            while True:
                self._look()
                self._pause(DAILY_S)

    def _look(self) -> None:
        """One reading, and what it means for selling."""
        found = self._read()
        self.readings += 1
        for words in found:
            log.error("the books are not whole: %s", words)
        if found:
            self._tell()
        else:
            log.info("the books were read and are whole")

    def _read(self) -> list[str]:
        """What is wrong with the books, in words."""
        refused: Exception | None = None
        for attempt in range(1, TRIES + 1):
            try:
                return whole(self._path, partial(self._pause, REST_S))
            except (sqlite3.OperationalError, DatabaseError) as error:
                self._pause(0)  # SQLite was interrupted by the end, perhaps
                log.warning("the books could not be read whole, attempt %d of %d: %s", attempt, TRIES, error)
                refused = error
            self._pause(AGAIN_S)
        return [f"they cannot be read: {refused}"]

    def _tell(self) -> None:
        """Tell the brain, however long its inbox is full."""
        while True:
            try:
                self._put(TroubleBegan(Trouble.BOOKS))
                return
            except queue.Full:
                self._pause(AGAIN_S)

    def _pause(self, seconds: float) -> None:
        if self._wait(seconds):
            raise _Ending


class _Ending(Exception):
    """The auditor was told to stop."""
