"""The desk of one machine while its letters are judged: its line, the letters that wait, and what is to be written down.

Accepted facts are gathered here and written with those of all machines at once; what is rare (strays, scars, a restore) is
written as it happens. All of it is one transaction, so nobody ever sees half.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple, Protocol

from controller.protocols.sync.letter import FACTS_MAX, LetterError, read
from controller.protocols.sync.notes import Ack, Refused
from controller.protocols.sync.topics import BATCH, EVENT, topic
from lab.line import Known, Line, Scar, Stray, Verdict, Why, judge
from lab.mail import Posted, Unread
from lab.store.base import Changing, Found, Reading, Value
from lab.store.unread import is_kept, keep

LINES = "SELECT machine, epoch, seq, head, facts, strays, scars, waiting FROM machines"
SET_LINE = """UPDATE machines SET epoch = ?, seq = ?, head = ?, facts = ?, strays = ?, scars = ?, waiting = ?
    WHERE machine = ?"""
ASIDE_MAX = 200
"""So many messages of one machine wait; what is beyond is asked for again when its turn comes."""
STRAYS_MAX = 1_000
"""So many refused messages of one machine are kept whole. Of more only the numbers: their bytes are in its own books."""
REFUSED_MAX = 20
"""So many refusals an ack names."""
KNOWN_MAX = 16
"""So many strays, or lost facts, with one number are tried as what a message follows from."""


class Key(NamedTuple):
    """What a letter that waits is found by."""

    epoch: int
    first: int
    hash: bytes


class Work(Changing, Protocol):
    """A store's transaction, with the two things that each database does in its own way."""

    def hold(self, machines: Sequence[str]) -> list[Found]:
        """Rows of `LINES`, which nobody else may change until the transaction is over; in this order, to the last."""

    def add(self, facts: Sequence[Sequence[Value]]) -> None:
        """Many facts at once, in the columns of `schema.FACT`."""


class Desk:
    """Judges one machine's letters; `row` is its row of `LINES`, held by the transaction of `work`."""

    def __init__(self, work: Work, row: Found) -> None:
        self.machine, epoch, seq, head, self._facts, self._strays, self._scars, self._waited = row
        self.line = Line(epoch, seq, head)
        self.new: list[tuple[Value, ...]] = []
        """Accepted facts that are not written yet."""
        self.added = 0
        self.told: list[str] = []
        self._work = work
        self._is_asking = False
        self._hashes: dict[int, bytes] = {}
        """Of the facts in `new`, by number."""
        self._aside: dict[Key, Posted | None] = {}
        """The letters that wait; None for those that lie in the store, and not here."""
        if self._waited:
            found = work.rows("SELECT epoch, first, hash FROM waiting WHERE machine = ?", self.machine)
            self._aside = {Key(*key): None for key in found}

    def judge(self, letters: Sequence[Posted]) -> None:
        """Each in the order it came, and after each whatever may follow now."""
        for posted in letters:
            ready = [posted]
            while ready:
                ready += self._judge(ready.pop(0))

    def close(self) -> tuple[Value, ...]:
        """Write down who waits now. The values of `SET_LINE`."""
        self._work.many(
            "INSERT INTO waiting (machine, epoch, first, hash, payload, heard_ms) VALUES (?, ?, ?, ?, ?, ?)",
            [(self.machine, *key, posted.payload, posted.at_ms) for key, posted in self._aside.items() if posted],
        )
        counts = (self._facts, self._strays, self._scars, len(self._aside))
        return (self.line.epoch, self.line.seq, self.line.head, *counts, self.machine)

    @property
    def missing_from(self) -> int | None:
        """The number from which the machine should send again, while letters wait.

        Mostly it is the one after the line's end. Where a restore has branched off earlier, nobody here knows where: each
        time it is asked from twice as far back.
        """
        if self._is_asking:
            return self.line.seq + 1
        if not self._aside:
            return None
        after = self.line.seq + 1
        oldest = min(key.first for key in self._aside)
        return after if oldest > after else max(1, oldest - (after - oldest) - FACTS_MAX)

    def ack(self) -> Ack:
        return ack(self._work, self.machine, self.line, self._strays)

    def _judge(self, posted: Posted) -> list[Posted]:
        """Carry out what is judged. Those of the letters aside that should be judged again now."""
        letter, before = posted.letter, self.line
        verdict = judge(before, letter, self._known, may_wait=len(self._aside) < ASIDE_MAX)
        if verdict.early:
            self._put_aside(posted)
            return []
        if verdict.stray is not None and verdict.stray.why is Why.BROKEN and self._asks_again(posted):
            return []
        self._carry_out(verdict, posted)
        if verdict.line == before and verdict.stray is None:
            return []
        epoch, touched = self.line.epoch, range(letter.first, letter.last + 1)
        return self._called([key for key in sorted(self._aside) if key.epoch < epoch or key.first - 1 in touched])

    def _asks_again(self, posted: Posted) -> bool:
        """Whether this is the first message after the line's end that follows from nothing. A bit may have turned on its
        way, so the machine sends it once more before it is believed to be so."""
        why = f"it follows from nothing after fact {self.line.seq} of epoch {self.line.epoch}; asked for again"
        if is_kept(self._work, self.machine, why):
            return False
        letter = posted.letter
        name = topic(self.machine, EVENT, letter.rows[0].type if len(letter.rows) == 1 else BATCH)
        self.told.append(keep(self._work, Unread(self.machine, name, why, posted.payload, posted.at_ms)))
        self._is_asking = True
        return True

    def _put_aside(self, posted: Posted) -> None:
        key = Key(posted.letter.epoch, posted.letter.first, posted.letter.hash)
        if len(self._aside) < ASIDE_MAX and key not in self._aside:
            self._aside[key] = posted

    def _called(self, keys: Sequence[Key]) -> list[Posted]:
        """The letters that waited under these keys, and wait no more."""
        called = []
        for key in keys:
            posted = self._aside.pop(key)
            with suppress(LetterError):  # an older Minga may have put aside what this one cannot read
                called.append(posted or self._fetched(key))
        return called

    def _fetched(self, key: Key) -> Posted:
        """Out of the store."""
        where = "FROM waiting WHERE machine = ? AND epoch = ? AND first = ? AND hash = ?"
        ((payload, at_ms),) = self._work.rows(f"SELECT payload, heard_ms {where}", self.machine, *key)
        self._work.run(f"DELETE {where}", self.machine, *key)
        return Posted(read(self.machine, payload), payload, at_ms)

    def _known(self, seq: int) -> Known:
        """The hashes at a number, of facts and of the ends of strays."""
        where = "WHERE machine = ? AND seq = ? ORDER BY lost, epoch DESC LIMIT ?"
        found = self._work.rows(f"SELECT hash, lost FROM facts {where}", self.machine, seq, KNOWN_MAX)
        where = "WHERE machine = ? AND last = ? ORDER BY number DESC LIMIT ?"
        ends = self._work.rows(f"SELECT hash FROM strays {where}", self.machine, seq, KNOWN_MAX)
        own = next((link for link, is_lost in found if not is_lost), self._hashes.get(seq))
        return Known(own, (*(link for link, is_lost in found if is_lost), *(link for (link,) in ends)))

    def _carry_out(self, verdict: Verdict, posted: Posted) -> None:
        if verdict.lost_from is not None:
            self._lose(verdict.lost_from, verdict.line.epoch)
        for row, link in zip(verdict.accepted, verdict.hashes, strict=True):
            self.new.append((self.machine, *row, link, posted.at_ms))
            self._hashes[row.seq] = link
        self._facts += len(verdict.accepted)
        self.added += len(verdict.accepted)
        if verdict.stray is not None:
            self._refuse(verdict.stray, posted)
        if verdict.scar is not None:
            self._scar(verdict.scar, posted.at_ms)
        self.line = verdict.line

    def _lose(self, first: int, epoch: int) -> None:
        """The machine was restored before what the lab has: those facts stay, and stand no longer on its line."""
        self._work.add(self.new)
        self.new.clear()
        self._hashes.clear()
        lost = "UPDATE facts SET lost = 1 WHERE machine = ? AND seq >= ? AND lost = 0"
        count = self._work.run(lost, self.machine, first)
        self._facts -= count
        self.told.append(
            f"{self.machine}: restored from a backup before fact {first}, epoch {epoch}: {count} are lost there"
        )

    def _refuse(self, stray: Stray, posted: Posted) -> None:
        self._strays += 1
        payload = posted.payload if self._strays <= STRAYS_MAX else b""
        self._work.run(
            "INSERT INTO strays (machine, last, hash, epoch, first, why, payload, heard_ms, number, seen)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT (machine, last, hash) DO NOTHING",
            *(self.machine, stray.last, stray.hash, stray.epoch, stray.first, str(stray.why)),
            *(payload, posted.at_ms, self._strays),
        )
        self.told.append(
            f"{self.machine}: facts {stray.first} to {stray.last} of epoch {stray.epoch} refused: {stray.why}"
        )

    def _scar(self, scar: Scar, at_ms: int) -> None:
        self._scars += 1
        self._work.run(
            "INSERT INTO scars (machine, number, epoch, seq, head, passed, heard_ms) VALUES (?, ?, ?, ?, ?, ?, ?)",
            *(self.machine, self._scars, scar.epoch, scar.seq, scar.head, scar.passed, at_ms),
        )
        self.told.append(f"{self.machine}: its line goes on after {scar.seq} from facts the lab does not have")


def ack(reading: Reading, machine: str, line: Line, strays: int) -> Ack:
    """What may be told to a machine: its line, and the newest refusals."""
    newest = "SELECT epoch, first, last, hash, why FROM strays WHERE machine = ? ORDER BY number DESC LIMIT ?"
    found = reading.rows(newest, machine, REFUSED_MAX) if strays else []
    refused = tuple(Refused(epoch, first, last, link.hex(), why) for epoch, first, last, link, why in found)
    return Ack(line.epoch, line.seq, line.head.hex(), refused)
