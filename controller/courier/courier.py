"""The courier's thread, and the one inbox through which it hears of everything: the brain, the network, and people.

It sleeps until something comes in or patience is over. While a visitor is served it sends a backlog slowly, because its work
and the brain's are done by one processor in turns.
"""

import dataclasses
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from controller.clock import Clock
from controller.config import Config
from controller.courier.herald import Draw, Herald
from controller.courier.post import Network, Post
from controller.courier.told import told
from controller.errors import MingaError
from controller.ledger.connection import open_readonly
from controller.ledger.outbox import newest
from controller.protocols.sync import topics
from controller.protocols.sync.command import Result
from controller.protocols.sync.notes import Status
from controller.protocols.sync.notes import told as note

log = logging.getLogger("minga.sync")

HEARD_MAX = 500
"""So many messages of the network may wait; what comes beyond is dropped, and said again by whoever means it."""
LOOK_S, AWAY_S = 5.0, 60.0
"""The longest sleep with a connection, and without one."""
REST_S = 0.02
"""Between two messages while a visitor is served."""
BOOKS_AGAIN_S = 5.0
CACHE_KIB = 256
Command = Callable[[str, bytes], None]
"""What to do with a command of the lab: its name and its bytes. Called by the courier's thread."""


@dataclass(frozen=True, slots=True)
class _Came:
    """There is a connection."""


@dataclass(frozen=True, slots=True)
class _Went:
    words: str


@dataclass(frozen=True, slots=True)
class _Heard:
    topic: topics.Topic
    payload: bytes
    kept: bool


@dataclass(frozen=True, slots=True)
class _Taken:
    number: int
    refusal: str


@dataclass(frozen=True, slots=True)
class _Answer:
    """What became of a command."""

    result: Result


@dataclass(frozen=True, slots=True)
class _Anew:
    """The lab wants to know how the machine is."""


@dataclass(frozen=True, slots=True)
class _News:
    """The books have grown, or somebody is in a hurry, or it is time to end."""


_Message = _Came | _Went | _Heard | _Taken | _Answer | _Anew | _News


class Courier:
    """One daemon thread; everything here may be called from any other and returns at once. `hours` are those in force."""

    def __init__(
        self,
        config: Config,
        clock: Clock,
        network: Network,
        software: str,
        hours: Callable[[], tuple[str, ...]] = tuple,
        command: Command | None = None,
    ) -> None:
        self._config, self._clock, self._network, self._command = config, clock, network, command
        self._path = config.machine.database
        self._post = Post(config.machine.name, self._path, clock, network, config.sync.fold)
        self._herald = Herald(config, clock, software, hours)
        self._inbox: queue.SimpleQueue[_Message] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)
        self._draw: Draw | None = None
        self._seq, self._boot = 0, 0
        self._served = self._nudged = self._in_a_hurry = False

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout_s: float = 2.0) -> None:
        """Say goodbye, keep what is known of the lab, and end. Harmless when it never ran."""
        self._stopping.set()
        self._inbox.put(_News())
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    # From the brain, and from people

    def tell(self, seq: int, served: bool, draw: Draw) -> None:
        """After each change: the newest fact on the disk, whether somebody is served, and a way to draw the picture."""
        self._draw, self._served = draw, served
        if seq != self._seq:
            self._seq = seq
            self._nudge()

    def hurry(self) -> None:
        """Everything that waits should go now."""
        self._in_a_hurry = True
        self._network.hurry()
        self._nudge()

    def status(self) -> dict[str, Any]:
        """How the sync stands (`controller.courier.told.Told`)."""
        broker, post = self._config.sync.broker, self._post
        known = post.outbox, post.memory, post.line
        try:
            with closing(open_readonly(self._path)) as db:
                return dataclasses.asdict(told(db, broker, *known))
        except (sqlite3.Error, MingaError):
            return dataclasses.asdict(told(None, broker, *known))

    def answer(self, result: Result) -> None:
        """Tell the lab what became of its command."""
        self._inbox.put(_Answer(result))

    def snapshot(self) -> None:
        """Tell the lab how the machine is, now."""
        self._inbox.put(_Anew())

    def _nudge(self) -> None:
        """One is enough, however long the courier is busy."""
        if not self._nudged:
            self._nudged = True
            self._inbox.put(_News())

    # From the network

    def came(self) -> None:
        self._inbox.put(_Came())

    def went(self, words: str) -> None:
        self._inbox.put(_Went(words))

    def heard(self, topic: str, payload: bytes, kept: bool = False) -> None:
        """A message to this machine, said just now or `kept` by the broker; what is none is not heard at all."""
        found = topics.parted(topic)
        if found and found.machine == self._config.machine.name and self._inbox.qsize() < HEARD_MAX:
            self._inbox.put(_Heard(found, payload, kept))

    def taken(self, number: int, refusal: str) -> None:
        self._inbox.put(_Taken(number, refusal))

    def will(self) -> tuple[str, bytes]:
        """What the broker says for the machine once it has lost it. Raises MingaError while the books cannot be read."""
        try:
            with closing(open_readonly(self._path)) as db:
                boot = newest(db)[2]
        except sqlite3.Error as error:
            raise MingaError(f"{self._path}: cannot be read right now: {error}") from None
        return topics.topic(self._config.machine.name, topics.STATUS), note(Status(False, boot))

    # The thread

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with closing(open_readonly(self._path)) as db:
                    db.row_factory = None
                    db.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
                    self._carry(db)
            except (sqlite3.Error, MingaError) as error:
                log.warning("the books cannot be read right now, nothing goes to the lab: %s", error)
                self._stopping.wait(BOOKS_AGAIN_S)
            except BaseException as defect:
                self._post.went(f"a defect in the program: {defect!r}")
                raise
        self._post.keep(at_once=True)

    def _carry(self, db: sqlite3.Connection) -> None:
        self._boot = newest(db)[2]
        self._post.recall(db)
        while not self._stopping.is_set():
            self._post.look_at_the_time()
            self._say_what_is_new(db)
            more = self._post.send(db)
            if more and self._served:
                self._stopping.wait(REST_S)
            self._listen(db, 0 if more else self._sleep_s())
            self._post.keep()
        self._say_status(False)

    def _sleep_s(self) -> float:
        """Until patience is over, or it is time to look around."""
        due_ms, most_s = self._post.due_ms, LOOK_S if self._post.line.in_touch else AWAY_S
        return most_s if due_ms is None else min(most_s, max(0.01, (due_ms - self._clock.mono_ms()) / 1_000))

    def _listen(self, db: sqlite3.Connection, seconds: float) -> None:
        """Take in everything that is there; wait so long for the first of it."""
        try:
            message = self._inbox.get(timeout=seconds) if seconds else self._inbox.get_nowait()
            while True:
                self._take(db, message)
                message = self._inbox.get_nowait()
        except queue.Empty:
            pass

    def _take(self, db: sqlite3.Connection, message: _Message) -> None:
        match message:
            case _Came():
                self._post.came()
                self._herald.begin()
                self._say_status(True)
            case _Went(words):
                self._post.went(words)
            case _Taken(number, refusal):
                self._post.taken(number, refusal)
            case _Heard(topic, payload, kept) if topic.what == topics.ACK:
                self._post.acked(db, payload, kept)
            case _Heard(topic, payload) if topic.what == topics.REPLAY:
                self._post.asked_again(payload)
            case _Heard(topic, payload) if topic.what == topics.COMMAND and self._command:
                self._command(topic.word, payload)
            case _Answer(result):
                self._post.say(topics.RESULT, result.id, note(result))
            case _Anew():
                self._herald.begin()
            case _News():
                self._nudged = False
                self._post.grown(self._seq)
                if self._in_a_hurry:
                    self._in_a_hurry = False
                    self._post.begin_again()

    def _say_what_is_new(self, db: sqlite3.Connection) -> None:
        if not self._post.line.in_touch:
            return
        for what, payload in self._herald.sayings(db, self._draw, self._post.outbox):
            if not self._post.say(what, "", payload, retain=True):
                self._herald.begin()  # it is said again at the next look

    def _say_status(self, online: bool) -> None:
        said = note(Status(online, self._boot, self._clock.wall_ms()))
        self._post.say(topics.STATUS, "", said, retain=True)
