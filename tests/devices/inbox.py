"""An inbox for a worker under test: it can be full, and tests wait for what it was told instead of for luck."""

import queue
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable

from controller.domain.events import Event, Reading

PATIENCE_S = 30.0
"""Nothing here takes a tenth of it, unless this computer is busy with much else."""


class Inbox(ABC):
    """Takes what a worker puts, from its thread; when it is full, it refuses. `told` is what it shows when a wait fails."""

    def __init__(self) -> None:
        self.full = False
        self.told: list[Event] = []
        self.moved = threading.Condition()

    @abstractmethod
    def take(self, message: Event | Reading) -> None:
        """Keep or book it."""

    def put(self, message: Event | Reading) -> None:
        with self.moved:
            if self.full:
                raise queue.Full
            self.take(message)
            self.moved.notify_all()

    def until(self, true: Callable[[], bool], within_s: float = PATIENCE_S) -> None:
        """Wait until this is so. Raises AssertionError when it never is."""
        with self.moved:
            assert self.moved.wait_for(true, within_s), self.told

    def all(self, kind: type) -> list[Event]:
        return [message for message in self.told if isinstance(message, kind)]


def wait_for(condition: Callable[[], bool], within_s: float = PATIENCE_S) -> None:
    """Look until it is so."""
    end_s = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < end_s, "it never came to be"
        time.sleep(0.002)
