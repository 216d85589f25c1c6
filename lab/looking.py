"""What a person asks of a hub's store: how each machine stands, what was refused, and whether all of it is proven."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from controller.domain.chain import GENESIS, HASHED, Row, chain
from lab.store.base import Reading


@dataclass(frozen=True, slots=True)
class Standing:
    """One machine: how far its line goes, what is missing before that waits, what was refused."""

    machine: str
    epoch: int
    seq: int
    head: str
    facts: int
    """On the line; fewer than `seq` only where it passed over numbers (`passed`)."""
    passed: int
    waiting: int
    """So many messages wait for facts that are missing before them."""
    missing: tuple[int, int] | None
    """The numbers that are missing, first and last, as far as the lab can know."""
    refused: int
    unseen: int
    """So many of the refusals nobody has looked at."""
    scars: int
    unread: int
    last_heard_ms: int
    """0: never since the lab began."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Facts that were kept aside."""

    machine: str
    number: int
    epoch: int
    first: int
    last: int
    hash: str
    why: str
    heard_ms: int
    is_seen: bool
    bytes: int


@dataclass(frozen=True, slots=True)
class Proof:
    """A machine's facts as they lie in the store, all of them read and reckoned again."""

    machine: str
    facts: int
    first: int
    last: int
    gaps: int
    """Numbers from 1 to the line's end that hold no fact and were not passed over."""
    passed: int
    wrong: int
    """Facts whose hash does not follow from the one before."""
    head: str
    is_whole: bool
    """No gap, no wrong hash, and the end is the line's head."""


_STANDING = """
    SELECT m.machine, m.epoch, m.seq, m.head, m.facts, m.waiting, m.strays, m.scars, m.last_heard_ms,
        (SELECT coalesce(sum(passed), 0) FROM scars s WHERE s.machine = m.machine),
        (SELECT min(first) FROM waiting w WHERE w.machine = m.machine),
        (SELECT count(*) FROM strays s WHERE s.machine = m.machine AND seen = 0),
        (SELECT count(*) FROM unread u WHERE u.machine = m.machine)
    FROM machines m ORDER BY m.machine"""


def standings(reading: Reading) -> list[Standing]:
    """Every machine, by name."""
    found = []
    for (
        machine,
        epoch,
        seq,
        head,
        facts,
        waiting,
        refused,
        scars,
        heard_ms,
        passed,
        first,
        unseen,
        unread,
    ) in reading.rows(_STANDING):
        missing = (seq + 1, first - 1) if first is not None and first > seq + 1 else None
        counts = (facts, passed, waiting, missing, refused, unseen, scars, unread)
        found.append(Standing(machine, epoch, seq, head.hex(), *counts, heard_ms))
    return found


def refusals(reading: Reading, machine: str = "") -> list[Refusal]:
    """What was refused, newest first; of one machine or of all."""
    found = reading.rows(
        "SELECT machine, number, epoch, first, last, hash, why, heard_ms, seen, length(payload) FROM strays"
        " WHERE machine = ? OR ? = '' ORDER BY heard_ms DESC, machine, number DESC",
        *(machine, machine),
    )
    return [
        Refusal(name, number, epoch, first, last, link.hex(), why, heard_ms, bool(seen), size)
        for name, number, epoch, first, last, link, why, heard_ms, seen, size in found
    ]


def proofs(reading: Reading, machine: str = "") -> Iterator[Proof]:
    """Read every fact again and reckon its hash; of one machine or of all, one after the other."""
    lines = reading.rows(
        "SELECT machine, seq, head FROM machines WHERE machine = ? OR ? = '' ORDER BY machine", *[machine] * 2
    )
    for name, seq, head in lines:
        yield _proof(reading, name, seq, head)


def _proof(reading: Reading, machine: str, end: int, head: bytes) -> Proof:
    scars = [_Jump(*row) for row in reading.rows("SELECT seq, head, passed FROM scars WHERE machine = ?", machine)]
    facts = f"SELECT {HASHED}, hash FROM facts WHERE machine = ? AND lost = 0 ORDER BY seq"
    before, at, first, count, missing, wrong = GENESIS, 0, 0, 0, 0, 0
    passed = sum(scar.passed for scar in scars)
    for *columns, link in reading.each(facts, machine):
        row = Row(*columns)
        first = first or row.seq
        bases = [*([before] if row.seq == at + 1 else []), *(scar.head for scar in scars if scar.seq == row.seq - 1)]
        wrong += not any(chain(base, row) == link for base in bases)
        missing += row.seq - 1 - at
        before, at, count = link, row.seq, count + 1
    missing += end - at
    ends = {before} if at == end else {scar.head for scar in scars if scar.seq == end}
    gaps = max(0, missing - passed)
    return Proof(machine, count, first, at, gaps, passed, wrong, head.hex(), not gaps and not wrong and head in ends)


class _Jump(NamedTuple):
    seq: int
    head: bytes
    passed: int
