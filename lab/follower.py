"""Keeps the read model up with the facts, in a thread of its own: what people ask for is folded after it is safely stored."""

import logging
import threading
from collections.abc import Iterable

from lab.model.catchup import catch_up
from lab.store.base import Store, StoreError

log = logging.getLogger("minga.hub.model")

AGAIN_S = 5.0
"""How long a store that refuses is left alone."""


class Follower:
    """Runs until `stop`. Whatever it leaves undone, the next one does: how far each machine is stands in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._behind: dict[str, None] = {}
        """Machines with facts that are not folded yet, in the order in which they came."""
        self._changed = threading.Condition()
        self._stopping = threading.Event()

    def follow(self, machines: Iterable[str]) -> None:
        """New facts of these machines are stored."""
        with self._changed:
            self._behind.update(dict.fromkeys(machines))
            self._changed.notify()

    def stop(self) -> None:
        self._stopping.set()
        with self._changed:
            self._changed.notify()

    def run(self) -> None:
        """A piece of one machine, then a piece of the next, so that a long backlog of one keeps no other waiting."""
        while not self._stopping.is_set():
            with self._changed:
                self._changed.wait_for(lambda: self._behind or self._stopping.is_set())
                machine = next(iter(self._behind), None)
                if machine is None:
                    continue
                del self._behind[machine]
            self._piece(machine)

    def _piece(self, machine: str) -> None:
        try:
            progress = catch_up(self._store, machine)
        except StoreError as error:
            log.error("%s: what the pages show cannot be brought up to date: %s", machine, error)
            self._stopping.wait(AGAIN_S)
            self.follow([machine])
            return
        if progress.anew:
            log.info("%s: its part of the model is made anew", machine)
        if progress.waits:
            self.follow([machine])
