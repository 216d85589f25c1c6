"""What the hub does all day: take what came, store it, and only then answer.

Between a message and its ack lies one commit. A store that refuses (a full disk, a database that is away) is told in words
and tried again, with what came kept in its order; meanwhile nobody gets an ack, so nobody believes what is not so.
"""

import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from controller.protocols.sync.notes import Ack, Replay, told
from controller.protocols.sync.topics import ACK, REPLAY, topic
from lab.asking import Asking
from lab.inbox import Inbox
from lab.store.base import Arrival, Store, StoreError, Taken, UnfitError

log = logging.getLogger("minga.hub")

TICK_S = 0.25
ACKS_A_TICK = 500
"""At a new connection all machines' acks are due; so many at a time leave room for what is newer."""
AGAIN_S = (1.0, 15.0)
"""A store that refuses is tried again after the first, then after twice as long each time, up to the second."""
TOLD_MAX = 20
"""So many sentences about one round go to the log; of more, how many."""


class Line(Protocol):
    """The connection to the broker (`lab.broker.Broker`)."""

    @property
    def is_up(self) -> bool: ...
    def say(self, topic: str, payload: bytes, retain: bool = False) -> None: ...


class Ingest:
    """Runs in one thread (`run`) until `stop`. `stored` is called after each commit with the machines whose facts came."""

    def __init__(self, name: str, store: Store, inbox: Inbox, stored: Callable[[Sequence[str]], None]) -> None:
        self._name, self._store, self._inbox, self._stored = name, store, inbox, stored
        self._asking = Asking()
        self._owed: dict[str, Ack] = {}
        """Acks that are not said yet, the newest of each machine."""
        self._stood: dict[str, int] = {}
        """Where a line ended when facts were missing that it needs to go on."""
        self._all_are_due = threading.Event()
        self._stopping = threading.Event()
        self._dropped = 0
        self.facts = 0
        """So many new facts this process has stored."""

    def came(self) -> None:
        """There is a connection anew: whatever was said before may be lost, so everybody's ack is said again."""
        self._all_are_due.set()

    def stop(self) -> None:
        self._stopping.set()

    def run(self, line: Line) -> None:
        """Until `stop`. What is stored is answered even then, while the connection holds."""
        while not self._stopping.is_set():
            if arrivals := self._inbox.take(TICK_S):
                self._until_stored(arrivals)
            self._answer(line)

    def _until_stored(self, arrivals: list[Arrival]) -> None:
        wait_s, most_s = AGAIN_S
        while not self._stopping.is_set():
            try:
                self._note(self._store.take(arrivals))
                return
            except UnfitError as error:
                self._one_by_one(arrivals, error)
                return
            except StoreError as error:
                log.error("nothing can be stored, and no machine gets an ack: %s; again in %.0f s", error, wait_s)
                self._stopping.wait(wait_s * random.uniform(0.75, 1.25))
                wait_s = min(most_s, 2 * wait_s)

    def _one_by_one(self, arrivals: list[Arrival], error: UnfitError) -> None:
        """The database is well and refuses something in these: singly, the one shows itself, and the others go on."""
        if len(arrivals) > 1:
            for arrival in arrivals:
                self._until_stored([arrival])
            return
        where = topic(arrivals[0].machine, arrivals[0].what, arrivals[0].word)
        log.error("%s: a message was dropped that the store does not take: %s", where, error)

    def _note(self, taken: Taken) -> None:
        """It is on disk."""
        self.facts += taken.facts
        now_ms = time.monotonic_ns() // 1_000_000
        self._owed.update(taken.acks)
        for machine in taken.acks.keys() - taken.gaps.keys():
            self._asking.close(machine)
        for machine, first in taken.gaps.items():
            self._asking.note(machine, first, now_ms)
            self._stood[machine] = taken.acks[machine].seq if machine in taken.acks else first - 1
        for words in taken.told[:TOLD_MAX]:
            log.warning("%s", words)
        if len(taken.told) > TOLD_MAX:
            log.warning("and %d such things more", len(taken.told) - TOLD_MAX)
        if taken.acks:
            self._stored(list(taken.acks))

    def _answer(self, line: Line) -> None:
        """Say what is owed, while somebody listens; without a connection all of it is due at the next one anyway."""
        if self._inbox.dropped > self._dropped:
            log.warning(
                "%d messages found no room here; their machines send them again", self._inbox.dropped - self._dropped
            )
            self._dropped = self._inbox.dropped
        if not line.is_up:
            self._owed.clear()
            return
        if self._all_are_due.is_set():
            self._all_are_due.clear()
            self._owe_all()
        for machine in list(self._owed)[:ACKS_A_TICK]:
            ack = self._owed.pop(machine)
            line.say(topic(machine, ACK), told(Ack(ack.epoch, ack.seq, ack.head, ack.refused, self._name)), retain=True)
        for machine, first in self._still_missing(self._asking.due(time.monotonic_ns() // 1_000_000)).items():
            log.info("%s: asked to send again from fact %d on", machine, first)
            line.say(topic(machine, REPLAY), told(Replay(first)))

    def _owe_all(self) -> None:
        try:
            self._owed = {**self._store.acks(), **self._owed}
        except StoreError as error:
            log.error("the machines' acks cannot be looked up: %s", error)
            self._all_are_due.set()

    def _still_missing(self, asked: dict[str, int]) -> dict[str, int]:
        """Those whose line has not gone on meanwhile: another hub of the group may have stored what is missing."""
        if not asked:
            return {}
        marks = ", ".join("?" * len(asked))
        try:
            with self._store.reading() as reading:
                lines = reading.rows(f"SELECT machine, seq FROM machines WHERE machine IN ({marks})", *asked)
        except StoreError:
            return {}
        return {name: asked[name] for name, seq in lines if seq == self._stood[name]}
