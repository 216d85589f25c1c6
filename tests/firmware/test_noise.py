"""Hundreds of days on a bad cable, and mutants that must not survive one of them.

`MINGA_SEEDS=1000 pytest tests/firmware/test_noise.py` plays more; `MINGA_SEED=17` replays one.
"""

import os
from collections import Counter

import pytest
from noise import COMMANDS, Day, Violation

from controller.protocols.board import Host
from firmware.link import Link

SEEDS = int(os.environ.get("MINGA_SEEDS", "60"))
ONE = os.environ.get("MINGA_SEED")
MUTANT_DAYS = 20


@pytest.mark.timeout(1_800)
def test_no_command_runs_twice_and_no_event_is_lost() -> None:
    """Whatever the cable, the hosts and the boards do: none ran twice, none is reported wrongly, events without gap."""
    days = [Day(seed).play().judge() for seed in ([int(ONE)] if ONE else range(SEEDS))]
    ends = Counter(type(end).__name__ for day in days for end in day.books.ends.values())
    resets, restarts = sum(day.resets for day in days), sum(day.restarts for day in days)
    print(f"{len(days)} days, {dict(ends)}, {resets} board resets, {restarts} host restarts")
    assert ends.total() >= COMMANDS * len(days)
    assert ends["Answered"] > ends.total() // 2
    assert ONE or min(resets, restarts, ends["Unknown"], ends["NotBegun"]) > len(days) // 2


def test_a_day_replays_from_its_seed() -> None:
    """The same seed gives the same day, so that a failure can be looked at again."""
    once, again = Day(11).play(), Day(11).play()
    assert (once.books, once.now_ms, once.ran) == (again.books, again.now_ms, again.ran)


class RunsAgain(Link):
    """The board has no memory of numbers: every command it hears is a new one."""

    def _known(self, *_: object) -> bool:
        return False


class TellsOnce(Link):
    """The board forgets an event as soon as it has told it."""

    def _tell(self, now_ms: int) -> None:
        super()._tell(now_ms)
        self._ring.acknowledge(self._ring.acked + 1)


class AnyLife(Link):
    """The board obeys commands of its former life."""

    def _hear(self, payload: bytes, now_ms: int) -> None:
        if payload[0] in (3, 4):
            payload = payload[:1] + self.boot.to_bytes(4, "little") + payload[5:]
        super()._hear(payload, now_ms)


class TriesAgain(Host):
    """The host orders a command again after the board was reset."""

    def _disown(self) -> None:
        for pending in self._lanes.values():
            pending.boot_id, pending.asking = self.boot_id, not pending.body


class TakesAny(Host):
    """The host books every event it hears, and does not look at counters."""

    def _event(self, counter: int, kind: int, body: bytes) -> None:
        self._seen = counter - 1
        super()._event(counter, kind, body)


class TakesSilenceForNo(Host):
    """The host says that a command did not run when the board was reset."""

    def _disown(self) -> None:
        for pending in self._lanes.values():
            if pending.boot_id != self.boot_id:
                pending.boot_id, pending.asking = self.boot_id, True


def live(mutant: type[Link] | type[Host]) -> None:
    for seed in range(MUTANT_DAYS):
        (Day(seed, link=mutant) if issubclass(mutant, Link) else Day(seed, host=mutant)).play().judge()


@pytest.mark.parametrize(
    "mutant",
    [RunsAgain, TellsOnce, AnyLife, TriesAgain, TakesAny, TakesSilenceForNo],
    ids=lambda mutant: (mutant.__doc__ or "").rstrip("."),
)
def test_a_mutant_does_not_survive(mutant: type[Link] | type[Host]) -> None:
    """Each rule of the link is needed: without it the oracle objects within a few days."""
    with pytest.raises(Violation):
        live(mutant)


def test_without_the_memory_of_numbers_every_day_fails() -> None:
    """The one memory that keeps motors from turning twice is missed at once, in every seed."""
    for seed in range(5):
        with pytest.raises(Violation, match="times"):
            Day(seed, link=RunsAgain).play().judge()
