"""How a machine stands: does it sell or why not, and what about it needs a person. Pure.

The order of the first page is made here: what keeps a machine from selling, or its facts from being complete, comes first.
Every reason is a code and its numbers; the pages say it in words.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lab.pages.fleet import Seen

SILENT_MS = 150 * 60_000
"""A machine tells its state at least every two hours; half an hour later something is wrong."""
CLOSED = "closed"
"""The trouble of being outside the opening hours, which is none."""
ASLEEP_TOO_MANY = 200
"""So many facts on a machine that is in touch are not on their way, but stuck."""


class Verdict(StrEnum):
    """What a machine does, in one word."""

    SILENT = "silent"
    STOPPED = "stopped"
    RESTS = "rests"
    EMPTY = "empty"
    SELLS = "sells"


@dataclass(frozen=True, slots=True)
class Concern:
    """Something that needs a person; `weight` says how soon. `about` is a trouble's word, `n` and `to` are its numbers."""

    code: str
    weight: int
    about: str = ""
    n: int = 0
    to: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """A machine with its verdict, what it needs, heaviest first, and how old the lab's news of it is."""

    seen: Seen
    verdict: Verdict
    concerns: tuple[Concern, ...]
    age_ms: int

    @property
    def needs(self) -> bool:
        return bool(self.concerns)

    @property
    def order(self) -> tuple[int, int, str]:
        """The one with the heaviest concern first, then whoever has more of them, then by name."""
        weights = [concern.weight for concern in self.concerns]
        return -max(weights, default=0), -sum(weights), self.seen.name


def standing(seen: Seen, now_ms: int) -> Standing:
    """How this machine stands now."""
    age_ms = max(0, now_ms - seen.line.last_heard_ms)
    silent = age_ms > SILENT_MS or not seen.line.last_heard_ms or seen.status.get("online") is False
    found = [*_of_health(seen, silent), *_of_facts(seen), *_of_shelf(seen)]
    if silent:
        found.append(Concern("silent", 100))
    concerns = tuple(sorted(found, key=lambda concern: -concern.weight))
    return Standing(seen, _verdict(seen, silent), concerns, age_ms)


def _verdict(seen: Seen, silent: bool) -> Verdict:
    troubles = _words(seen.state, "troubles")
    if silent:
        return Verdict.SILENT
    if set(troubles) - {CLOSED}:
        return Verdict.STOPPED
    if troubles:
        return Verdict.RESTS
    return Verdict.EMPTY if seen.slots and len(seen.sold_out) == len(seen.slots) else Verdict.SELLS


def _of_health(seen: Seen, silent: bool) -> list[Concern]:
    """What the machine itself says; a silent one said it before."""
    troubles = [Concern("trouble", 90, about=word) for word in _words(seen.state, "troubles") if word != CLOSED]
    lacks = [Concern("trouble", 25, about=word) for word in _words(seen.state, "lacks")]
    clock = [Concern("clock", 50)] if seen.state.get("trusted") is False else []
    stuck = not silent and seen.on_machine > ASLEEP_TOO_MANY
    return [*troubles, *lacks, *clock, *([Concern("stuck", 40, n=seen.on_machine)] if stuck else ())]


def _of_facts(seen: Seen) -> list[Concern]:
    """What keeps the lab's copy from being whole."""
    missing: list[Concern] = []
    if seen.missing_to:
        missing = [Concern("missing", 80, n=seen.line.seq + 1, to=seen.missing_to)]
    elif seen.line.waiting:
        missing = [Concern("branch", 80, n=seen.line.waiting)]
    return [*missing, *([Concern("refused", 70, n=seen.refused)] if seen.refused else ())]


def _of_shelf(seen: Seen) -> list[Concern]:
    """One empty spiral is a usual day; half of them is a visit that nobody has made."""
    out = len(seen.sold_out)
    return [Concern("sold-out", 60, n=out)] if out and 2 * out >= len(seen.slots) else []


def _words(state: dict[str, Any], name: str) -> list[str]:
    return [word for word in state.get(name) or () if isinstance(word, str)]
