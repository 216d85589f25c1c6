"""A machine's line: its facts without a gap from 1 on, and the judgement on every message that wants to go on from there.

Pure: what is known already is asked of `known`, what is to be done is told. One message never blocks another: whatever begins
at the line's end or before it, and is of its epoch, leaves the line at its own end or beyond, be it accepted or kept aside.
The cases are those of `docs/sync.md`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from controller.domain.chain import GENESIS, Row, chain
from controller.protocols.sync.letter import Letter


class Why(StrEnum):
    """Why facts are refused, as `Refused` tells the machine."""

    REUSED = "reused"
    BROKEN = "broken"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Line:
    """How far the lab knows a machine's books: up to fact `seq` of `epoch`, whose hash is `head`."""

    epoch: int = 0
    seq: int = 0
    head: bytes = GENESIS


@dataclass(frozen=True, slots=True)
class Stray:
    """Facts that are kept aside: from `first` to `last` of this epoch, ending in this hash."""

    epoch: int
    first: int
    last: int
    hash: bytes
    why: Why


@dataclass(frozen=True, slots=True)
class Scar:
    """The line goes on after `seq` from the hash `head`, which it did not have; `passed` numbers up to there hold no fact."""

    epoch: int
    seq: int
    head: bytes
    passed: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """The hashes the lab has at one number: the line's own, and those of lost facts and of the ends of strays."""

    own: bytes | None = None
    others: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a message, and of the line."""

    line: Line
    """As it is afterwards."""
    accepted: tuple[Row, ...] = ()
    hashes: tuple[bytes, ...] = ()
    """Of each accepted fact."""
    lost_from: int | None = None
    """Facts of the line from this number on stand no longer on it: a restore has ended their epoch before them."""
    stray: Stray | None = None
    scar: Scar | None = None
    early: bool = False
    """Facts before it are missing, so it waits aside; nothing else is done."""


def judge(line: Line, letter: Letter, known: Callable[[int], Known], may_wait: bool = True) -> Verdict:
    """What becomes of these facts. `known` tells the hashes the lab has at any number from 1 on.

    A letter of a newer epoch that follows from nothing known waits too: facts before it are missing, though the line has
    others with their numbers. Where no more can wait (`may_wait`), it is broken like any other.
    """
    if _is_repetition(line, letter, known):
        return Verdict(line)
    if letter.first > line.seq + 1 and letter.epoch >= line.epoch:
        return Verdict(line, early=True)
    for base, is_own in _bases(line, letter.first - 1, known):
        links = _links(base, letter.rows)
        if links[-1] == letter.hash:
            return _following(line, letter, links, None if is_own else base)
    if letter.epoch > line.epoch and letter.first > 1 and may_wait:
        return Verdict(line, early=True)
    return _broken(line, letter)


def _is_repetition(line: Line, letter: Letter, known: Callable[[int], Known]) -> bool:
    """Beyond the line's end nothing of its own epoch can be known, whatever hash a message claims."""
    if letter.epoch >= line.epoch and letter.last > line.seq:
        return False
    return any(letter.hash == found for found, _ in _bases(line, letter.last, known))


def _bases(line: Line, seq: int, known: Callable[[int], Known]) -> Iterator[tuple[bytes, bool]]:
    """The hashes at a number and whether they are the line's own. That one first: mostly it is the one, and none is asked."""
    if not seq:
        yield GENESIS, True
        return
    if seq == line.seq:
        yield line.head, True
    found = known(seq)
    if found.own is not None and seq != line.seq:
        yield found.own, True
    yield from ((other, False) for other in found.others)


def _links(base: bytes, rows: tuple[Row, ...]) -> tuple[bytes, ...]:
    """The hash of each fact, reckoned from the one before the first."""
    links = []
    for row in rows:
        base = chain(base, row)
        links.append(base)
    return tuple(links)


def _following(line: Line, letter: Letter, links: tuple[bytes, ...], strange: bytes | None) -> Verdict:
    """The facts follow from a known hash; `strange` is that hash, if it is not on the line."""
    if letter.epoch < line.epoch:
        return Verdict(line, stray=Stray(letter.epoch, letter.first, letter.last, letter.hash, Why.LATE))
    if letter.epoch == line.epoch and letter.first <= line.seq:
        return _overlapping(line, letter, links)
    return Verdict(
        Line(letter.epoch, letter.last, letter.hash),
        letter.rows,
        links,
        lost_from=letter.first if letter.first <= line.seq else None,
        scar=None if strange is None else Scar(letter.epoch, letter.first - 1, strange),
    )


def _overlapping(line: Line, letter: Letter, links: tuple[bytes, ...]) -> Verdict:
    """Numbers the line has already: a repetition if they lead to its end, else strays. The facts beyond it are added."""
    held = min(line.seq, letter.last) - letter.first + 1
    end = links[held - 1]
    beyond = Line(letter.epoch, letter.last, letter.hash) if letter.last > line.seq else line
    if end == line.head and beyond is not line:
        return Verdict(beyond, letter.rows[held:], links[held:])
    stray = Stray(letter.epoch, letter.first, letter.first + held - 1, end, Why.REUSED)
    scar = None if beyond is line else Scar(letter.epoch, line.seq, end)
    return Verdict(beyond, letter.rows[held:], links[held:], stray=stray, scar=scar)


def _broken(line: Line, letter: Letter) -> Verdict:
    """The facts follow from nothing: kept aside. Where they reach beyond the line's end, it passes over them."""
    stray = Stray(letter.epoch, letter.first, letter.last, letter.hash, Why.BROKEN)
    if letter.epoch < line.epoch or letter.last <= line.seq:
        return Verdict(line, stray=stray)
    scar = Scar(letter.epoch, letter.last, letter.hash, letter.last - line.seq)
    return Verdict(Line(letter.epoch, letter.last, letter.hash), stray=stray, scar=scar)
