"""The post: facts out in the order of the books, the lab's answers in. Used by the courier's thread alone.

What goes next, and what an answer means, the outbox decides (`controller.domain.outbox`). Whether an answer is about these
books at all, the books say: the hash it names must stand in them.
"""

import logging
import random
import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from controller.clock import Clock
from controller.courier.memory import Memory, keep, place_of, read, recalled
from controller.domain.outbox import BATCH_FACTS, Aside, Outbox
from controller.ledger.chainlines import hash_of
from controller.ledger.outbox import Standing, newest, rows, standing
from controller.protocols.sync.letter import letters, written
from controller.protocols.sync.notes import Ack, NoteError, Refused, Replay, heard
from controller.protocols.sync.topics import BATCH, EVENT, topic

log = logging.getLogger("minga.sync")

STALL_MS = 60_000
"""A broker that takes nothing for so long is called anew."""
KEEP_MS = 60_000
"""The memory is written at most so often, but for refusals and at the end."""
FOREIGN = {
    Standing.AHEAD: "the lab holds fact {seq}, and these books end at {end}",
    Standing.OTHER: "the lab has another fact {seq} than these books",
}


class Network(Protocol):
    """The line to the broker, as `controller.devices.broker` has it."""

    def say(self, topic: str, payload: bytes, retain: bool = False) -> int | None: ...
    def hurry(self) -> None: ...
    def hang_up(self, words: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Line:
    """What is known of the line; times are milliseconds since 1970 by the machine's clock."""

    in_touch: bool = False
    why: str = "not called yet"
    """Why there is no connection, in words."""
    since_ms: int | None = None
    silent: bool = False
    """Patience was over at least once, and the lab has not answered since."""
    refusal: str = ""
    """What the broker does not let the machine send, and why; it can say so by MQTT 5 only."""
    foreign: str = ""
    """The lab speaks of other books than these, in words."""


class Post:
    """`outbox`, `memory` and `line` are values that never change: any thread may look at them."""

    def __init__(self, machine: str, database: Path, clock: Clock, network: Network, fold: bool) -> None:
        self._machine, self._clock, self._network, self._fold = machine, clock, network, fold
        self._file = place_of(database)
        self._kept, self._kept_ms = Memory(), 0
        self._untaken: dict[int, str] = {}
        self._taken_ms = 0
        self.outbox, self.memory, self.line = Outbox(), Memory(), Line()

    def recall(self, db: sqlite3.Connection) -> None:
        """Begin with what is remembered, as far as these books bear it out."""
        self.memory = self._kept = read(self._file)
        self.outbox = recalled(db, self.memory)

    # The line

    def came(self) -> None:
        """There is a connection: whatever the lab is not known to hold goes at once."""
        log.info("in touch with the lab's broker; %d facts wait", self.outbox.waits)
        self.line = replace(self.line, in_touch=True, why="", since_ms=self._clock.wall_ms(), refusal="")
        self._untaken, self._taken_ms = {}, self._clock.mono_ms()
        self.outbox = self.outbox.begun_again()

    def went(self, words: str) -> None:
        """There is none any more, or still none."""
        if words != self.line.why:
            log.warning("no line to the lab: %s", words)
        since_ms = self._clock.wall_ms() if self.line.in_touch or self.line.since_ms is None else self.line.since_ms
        self.line = replace(self.line, in_touch=False, why=words, since_ms=since_ms)

    def say(self, what: str, word: str, payload: bytes, retain: bool = False) -> bool:
        """Give a message to the broker. False when it cannot go now."""
        name = topic(self._machine, what, word)
        number = self._network.say(name, payload, retain) if self.line.in_touch else None
        if number is None:
            return False
        if not self._untaken:
            self._taken_ms = self._clock.mono_ms()
        self._untaken[number] = name
        return True

    def taken(self, number: int, refusal: str) -> None:
        """The broker has taken a message, which proves nothing, or refused it."""
        name = self._untaken.pop(number, None)
        if name is None:
            return
        self._taken_ms = self._clock.mono_ms()
        if refusal:
            words = f"the broker does not let {self._machine} say {name}: {refusal}; look at its access list"
            if words != self.line.refusal:
                log.warning("%s", words)
            self.line = replace(self.line, refusal=words)

    # Facts out

    def grown(self, seq: int) -> None:
        """The books have come to this fact."""
        if seq > self.outbox.end:
            self.outbox = self.outbox.grown(seq)

    def send(self, db: sqlite3.Connection) -> bool:
        """Send the next message. False when there is none to send now."""
        numbers = self.outbox.following()
        found = rows(db, numbers) if numbers and self.line.in_touch else []
        if not found:
            return False
        letter = letters(self._machine, found)[0]
        word = BATCH if len(letter.rows) > 1 else letter.rows[0].type
        if not self.say(EVENT, word, written(letter, self._fold)):
            return False
        self.outbox = self.outbox.posted(letter.last, self._clock.mono_ms(), _chance())
        return True

    def begin_again(self) -> None:
        """Somebody wants it now: send all that is unanswered, however patient we were."""
        self.outbox = self.outbox.begun_again()

    def look_at_the_time(self) -> None:
        """Begin again after a silence of the lab; hang up on a broker that takes nothing any more."""
        now_ms = self._clock.mono_ms()
        if not self.line.in_touch:
            return
        if not self._untaken:
            after = self.outbox.after_silence(now_ms)
            if after is not self.outbox:
                self.outbox, self.line = after, replace(self.line, silent=True)
        elif now_ms - self._taken_ms >= STALL_MS:
            self._network.hang_up("the broker takes nothing any more")

    @property
    def due_ms(self) -> int | None:
        """When it is time to look again, in monotonic milliseconds."""
        return None if self._untaken else self.outbox.due_ms

    # Answers in

    def acked(self, db: sqlite3.Connection, payload: bytes, kept: bool = False) -> None:
        """The lab says up to where it holds everything, and what it has refused; or said so once, and the broker kept it."""
        try:
            ack = heard(Ack, payload)
            how, seq = standing(db, ack.epoch, ack.seq, bytes.fromhex(ack.head))
        except (NoteError, ValueError) as error:
            log.warning("an ack that is none: %s", error)
            return
        foreign = FOREIGN[how].format(seq=ack.seq, end=newest(db)[1]) if how in FOREIGN else ""
        if foreign and not self.line.foreign:
            log.error("%s: were older books put back without `minga restore`?", foreign)
        refused = [aside for each in ack.refused if (aside := _aside(db, each))]
        before = self.outbox
        if foreign:  # it proves nothing that the lab holds or has forgotten
            seq, refused = before.acked, [*before.asides, *refused]
        self.grown(seq)
        self.outbox = self.outbox.answered(seq, refused, self._clock.mono_ms(), _chance())
        self.line = replace(self.line, foreign=foreign, silent=self.line.silent and kept)
        for aside in [aside for aside in self.outbox.asides if aside not in before.asides]:
            log.error("the lab refuses facts %d to %d: %s", aside.first, aside.last, aside.why)
        self._remember(db, self.memory.heard_ms if kept else self._clock.wall_ms())

    def asked_again(self, payload: bytes) -> None:
        """The lab misses something."""
        try:
            replay = heard(Replay, payload)
        except NoteError as error:
            log.warning("a replay that is none: %s", error)
            return
        log.info("the lab asks for everything from fact %d on", replay.from_seq)
        self.outbox = self.outbox.asked_again(replay.from_seq)

    # The memory

    def _remember(self, db: sqlite3.Connection, heard_ms: int | None) -> None:
        seq, asides = self.outbox.acked, self.outbox.asides
        row = db.execute("SELECT epoch FROM facts WHERE seq = ?", [seq]).fetchone()
        self.memory = Memory(row[0] if row else 0, seq, hash_of(db, seq).hex(), heard_ms, asides)
        self.keep(at_once=asides != self._kept.asides)

    def keep(self, at_once: bool = False) -> None:
        """Write the memory down, if it is time; a disk that refuses costs a repetition one day, and nothing now."""
        now_ms = self._clock.mono_ms()
        if self.memory == self._kept or not (at_once or now_ms - self._kept_ms >= KEEP_MS):
            return
        self._kept_ms = now_ms
        try:
            keep(self._file, self.memory)
            self._kept = self.memory
        except OSError as error:
            log.warning("%s cannot be written: %s", self._file, error)


def _aside(db: sqlite3.Connection, refused: Refused) -> Aside | None:
    """What the lab has refused, if it is of these books."""
    first, last = refused.first, refused.last
    ours = 1 <= first <= last < first + BATCH_FACTS and hash_of(db, last).hex() == refused.hash.lower()
    return Aside(first, last, refused.epoch, refused.hash.lower(), refused.why) if ours else None


def _chance() -> float:
    """Give or take a quarter, so that machines that heard nothing do not all begin again at once."""
    return random.uniform(0.75, 1.25)
