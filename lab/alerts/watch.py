"""Looks at all machines again and again, and tells what is new: a thread of its own beside the one that stores facts.

It waits for nobody while it holds anything of the store. A service that hangs delays the next alert by some seconds, and no
fact at all; after a message that nobody took, the rest waits for the next round.
"""

import logging
import threading
from collections.abc import Callable

from lab.alerts.limits import Limits
from lab.alerts.register import prepare, told, update
from lab.alerts.rules import look
from lab.alerts.sight import Sight, sights
from lab.alerts.teller import Teller
from lab.alerts.words import message
from lab.store.base import Store, StoreError

log = logging.getLogger("minga.hub.alerts")


class Watch:
    """Runs until `stop`. `clock` is the hub's, in milliseconds since 1970. Raises StoreError where no table can be made."""

    def __init__(self, store: Store, limits: Limits, teller: Teller, clock: Callable[[], int]) -> None:
        self._store, self._limits, self._teller, self._clock = store, limits, teller, clock
        self._stopping = threading.Event()
        prepare(store)

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        """The first look comes after one wait: what the broker had kept for a hub that was away should be in by then."""
        while not self._stopping.wait(self._limits.every_s):
            try:
                self.look()
            except StoreError as error:
                log.error("alerts: the machines cannot be looked at: %s", error)

    def look(self) -> bool:
        """One round over all machines. Whether everything that was to be told went out. Raises StoreError."""
        with self._store.reading() as reading:
            found = list(sights(reading, self._limits.vends, self._clock()))
        can_tell = bool(self._teller)
        for sight in found:
            if self._stopping.is_set():
                break
            can_tell = self._one(sight, can_tell) and can_tell
        return can_tell or not self._teller

    def _one(self, sight: Sight, can_tell: bool) -> bool:
        """Whether all that is due about this machine went out."""
        now_ms, seen = self._clock(), sight.seen
        due = update(self._store, seen.name, look(sight, self._limits, now_ms), now_ms, tells=can_tell)
        if not due:
            return True
        for entry in due:
            log.info("%s: %s %s", seen.name, entry.alert.rule, "is over" if entry.over_ms else "is told")
        if not self._teller.tell(message(seen.name, seen.place, seen.zone, due, self._limits.language)):
            return False
        told(self._store, seen.name, due, self._clock())
        return True
