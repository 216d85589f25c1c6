"""What came and is not stored yet: a queue with limits, from the network's thread to the one that stores."""

import threading
import time
from collections import deque

from lab.store.base import Arrival

MESSAGES_MAX = 20_000
BYTES_MAX = 64_000_000
GATHER_S = 0.05
"""How long more is waited for, so that many machines share a commit."""
ROUND_FACTS = 5_000
"""About so many facts are stored at a time."""
BATCH_FACTS = 100
"""As many as a message that looks like a batch is reckoned to hold before it is read."""


class Inbox:
    """`put` from any thread, `take` from one."""

    def __init__(self) -> None:
        self._waiting: deque[Arrival] = deque()
        self._bytes = 0
        self._changed = threading.Condition()
        self.dropped = 0
        """So many messages found it full. Their machines send them again."""

    def put(self, arrival: Arrival) -> None:
        """Never waits: a full inbox drops what comes, as a broker or a network may anyway."""
        with self._changed:
            if len(self._waiting) >= MESSAGES_MAX or self._bytes + len(arrival.payload) > BYTES_MAX:
                self.dropped += 1
                return
            self._waiting.append(arrival)
            self._bytes += len(arrival.payload)
            self._changed.notify()

    def take(self, within_s: float) -> list[Arrival]:
        """What came in a moment, in order, about `ROUND_FACTS` at most; empty when nothing comes `within_s`."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._waiting, within_s):
                return []
        gathered_s = time.monotonic() + GATHER_S
        with self._changed:
            while self._weight() < ROUND_FACTS and (left_s := gathered_s - time.monotonic()) > 0:
                self._changed.wait(left_s)
            return self._cut()

    def __len__(self) -> int:
        return len(self._waiting)

    def _weight(self) -> int:
        """A bound from above that costs nothing: as if all were batches."""
        return len(self._waiting) * BATCH_FACTS

    def _cut(self) -> list[Arrival]:
        taken: list[Arrival] = []
        facts = 0
        while self._waiting and facts < ROUND_FACTS:
            arrival = self._waiting.popleft()
            self._bytes -= len(arrival.payload)
            facts += 1 if arrival.payload[:1] == b"{" else BATCH_FACTS
            taken.append(arrival)
        return taken
