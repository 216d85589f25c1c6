"""A thread that owns one port, and keeps coming back to it.

A worker opens its port, serves it until told to stop, and tells the brain when the device is gone and when it is back.
Between two attempts it waits longer and longer, up to a bound and with some chance in it, so that a dead device costs
nothing and two of them do not knock in step. What the brain's full inbox refuses is kept and offered again.
"""

import logging
import queue
import random
import termios
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable

from serial import SerialException

from controller.domain.events import DeviceGone, DeviceReturned, Event, Reading, Trouble

log = logging.getLogger(__name__)

Put = Callable[[Event | Reading], None]
"""The brain's inbox; raises queue.Full rather than wait."""

PORT_ERRORS = (SerialException, OSError, termios.error)
"""What a vanished port raises, depending on the call that notices: `termios.error` is no OSError."""
OWED_MAX = 64
"""More than this cannot come together honestly: a worker whose messages are refused lets no more money in."""


class DeviceTrouble(Exception):
    """The port works, but the device behind it cannot be used; says why."""


class Backoff:
    """How long to wait before the next attempt: doubling from `first_s` to `most_s`, each give or take a quarter."""

    def __init__(self, first_s: float = 0.25, most_s: float = 8.0) -> None:
        self._first_s, self._most_s = first_s, most_s
        self._next_s = first_s

    def wait_s(self) -> float:
        """The wait before this attempt; the next one will be longer."""
        wait_s, self._next_s = self._next_s, min(self._most_s, 2 * self._next_s)
        return min(self._most_s, wait_s * random.uniform(0.75, 1.25))

    def reset(self) -> None:
        """The device works: the next trouble starts from the shortest wait."""
        self._next_s = self._first_s


class Worker(ABC):
    """One device's thread. A subclass gives `work`; everything else may be called from any thread.

    `name` is the device's in events and logs, `trouble` what its absence means for selling.
    """

    def __init__(self, name: str, trouble: Trouble, put: Put, backoff: Backoff | None = None) -> None:
        self.name, self._trouble, self._put = name, trouble, put
        self._backoff = backoff or Backoff()
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._owed: deque[Event | Reading] = deque(maxlen=OWED_MAX)
        self._away = False
        self.reason = "not started"
        """Why the device cannot be used, in words; empty while it can."""
        self.refusals = self.losses = 0
        """How often the inbox was full, and how often the device was lost."""

    @abstractmethod
    def work(self) -> None:
        """Open the port, call `came` once the device works, and return when `stopping`.

        Raises DeviceTrouble or one of PORT_ERRORS when the device is lost; the port must be closed then.
        """

    @property
    def stopping(self) -> bool:
        return self._stopping.is_set()

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout_s: float = 6.0) -> None:
        """End the thread, and the device's work with it, within `timeout_s`. Harmless when it never ran."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)
            if self._thread.is_alive():
                log.error("%s: did not stop within %s s", self.name, timeout_s)

    def came(self) -> None:
        """The device works. Told when that is news."""
        if not self.reason:
            return
        self._away, self.reason = False, ""
        self._backoff.reset()
        log.info("%s: works", self.name)
        self._tell(DeviceReturned(self.name, self._trouble))

    def offer(self, message: Event | Reading) -> None:
        """Put it into the brain's inbox, after all that is still owed; if that is full, at one of the next `deliver`s."""
        self._owed.append(message)
        self.deliver()

    def deliver(self) -> bool:
        """Try again to put what the inbox refused. True when nothing is owed any more."""
        while self._owed:
            try:
                self._put(self._owed[0])
            except queue.Full:
                self.refusals += 1
                return False
            self._owed.popleft()
        return True

    def nap(self, seconds: float) -> None:
        """Sleep until somebody wakes this worker, at most this long."""
        if self._wake.wait(max(0.0, seconds)):
            self._wake.clear()

    def _run(self) -> None:
        while not self.stopping:
            try:
                self.work()
            except (DeviceTrouble, *PORT_ERRORS) as error:
                self._went(str(error))
                self._rest()
            except BaseException as defect:
                self._went(f"a defect in the program: {defect!r}")
                raise
        self.deliver()

    def _went(self, reason: str) -> None:
        """Told once, however many attempts fail."""
        if self.reason != reason:
            log.warning("%s: %s", self.name, reason)
        self.reason = reason
        if not self._away:
            self._away = True
            self.losses += 1
            self._tell(DeviceGone(self.name, reason, self._trouble))

    def _tell(self, state: DeviceGone | DeviceReturned) -> None:
        """Only the newest state matters: one that was not delivered yet makes way for it."""
        kept = [owed for owed in self._owed if not isinstance(owed, DeviceGone | DeviceReturned)]
        self._owed = deque(kept, maxlen=OWED_MAX)
        self.offer(state)

    def _rest(self) -> None:
        """Wait for the next attempt; what is owed is offered again meanwhile."""
        if not self.deliver():
            log.warning("%s: the inbox is full, %d messages wait", self.name, len(self._owed))
        self._stopping.wait(self._backoff.wait_s())
