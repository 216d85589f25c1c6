"""The proof that the lab's copy of a machine's books is whole: its ends, its gaps, its head, and whatever did not fit.

Completeness is arithmetic: the line reaches from 1 to `seq`, and the facts on it, with the numbers that scars passed over,
must be as many. What lies on it is proven by the chain, which `lab.looking.proofs` reckons again when somebody asks.
"""

from dataclasses import dataclass
from typing import NamedTuple

from lab.pages.fleet import Seen
from lab.store.base import Reading

STRAYS_MAX = 50


class Epoch(NamedTuple):
    """A stretch of the line between two restores."""

    epoch: int
    first: int
    last: int


class Stray(NamedTuple):
    """A message that was refused, and whether a person has looked."""

    number: int
    epoch: int
    first: int
    last: int
    why: str
    hash: bytes
    payload: bytes
    bytes: int
    heard_ms: int
    seen: int


class Scar(NamedTuple):
    """The line goes on after `seq` from a hash that it did not have; `passed` numbers hold no fact."""

    number: int
    epoch: int
    seq: int
    passed: int
    heard_ms: int


class Unread(NamedTuple):
    """A message that nobody could read."""

    topic: str
    why: str
    heard_ms: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything about one machine's line."""

    seen: Seen
    epochs: list[Epoch]
    lost: list[Epoch]
    """Facts that a restore took off the machine; the lab keeps them aside."""
    strays: list[Stray]
    scars: list[Scar]
    unread: list[Unread]

    @property
    def passed(self) -> int:
        """Numbers on the line that hold no fact, because what came with them was refused."""
        return sum(scar.passed for scar in self.scars)

    @property
    def absent(self) -> int:
        """Numbers of the line that are unexplained: none, or the store is damaged."""
        return self.seen.line.seq - self.seen.line.facts - self.passed

    @property
    def is_whole(self) -> bool:
        """Every number from 1 to the end holds its fact, and nothing waits before a gap."""
        return not (self.absent or self.passed or self.seen.line.waiting)


def evidence(reading: Reading, seen: Seen) -> Evidence:
    """The evidence about this machine. Raises StoreError."""
    name, line = seen.name, seen.line
    return Evidence(
        seen,
        epochs(reading, name, line.seq),
        _lost(reading, name) if line.epoch > 1 else [],
        _strays(reading, name) if line.strays else [],
        _scars(reading, name) if line.scars else [],
        [Unread(*row) for row in reading.rows(_UNREAD, name)],
    )


def epochs(reading: Reading, machine: str, last: int) -> list[Epoch]:
    """The epochs on the line. Each is found by one look at its end, so that a million facts are not read for them."""
    found: list[Epoch] = []
    first = 1
    while first <= last:
        epoch = _epoch_at(reading, machine, first)
        if epoch is None:
            break
        end = _end_of(reading, machine, epoch, first, last)
        found.append(Epoch(epoch, first, end))
        first = end + 1
    return found


_UNREAD = "SELECT topic, why, heard_ms FROM unread WHERE machine = ? ORDER BY number DESC"


def _epoch_at(reading: Reading, machine: str, seq: int) -> int | None:
    """The epoch of the first fact from this number on."""
    query = "SELECT epoch FROM facts WHERE machine = ? AND seq >= ? AND lost = 0 ORDER BY seq LIMIT 1"
    return next((int(epoch) for (epoch,) in reading.rows(query, machine, seq)), None)


def _end_of(reading: Reading, machine: str, epoch: int, first: int, last: int) -> int:
    """The last number of this epoch: epochs only grow along the line, so halving finds where the next begins."""
    low, high = first, last
    while low < high:
        middle = (low + high + 1) // 2
        there = _epoch_at(reading, machine, middle)
        if there is not None and there <= epoch:
            low = middle
        else:
            high = middle - 1
    return low


def _lost(reading: Reading, machine: str) -> list[Epoch]:
    query = (
        "SELECT epoch, min(seq), max(seq) FROM facts WHERE machine = ? AND lost <> 0 GROUP BY epoch ORDER BY min(seq)"
    )
    return [Epoch(*row) for row in reading.rows(query, machine)]


def _strays(reading: Reading, machine: str) -> list[Stray]:
    query = (
        "SELECT number, epoch, first, last, why, hash, payload, heard_ms, seen FROM strays WHERE machine = ?"
        " ORDER BY number DESC LIMIT ?"
    )
    return [
        Stray._make((*row[:5], bytes(row[5]), bytes(row[6]), len(row[6]), *row[7:]))
        for row in reading.rows(query, machine, STRAYS_MAX)
    ]


def _scars(reading: Reading, machine: str) -> list[Scar]:
    query = "SELECT number, epoch, seq, passed, heard_ms FROM scars WHERE machine = ? ORDER BY number DESC"
    return [Scar(*row) for row in reading.rows(query, machine)]
