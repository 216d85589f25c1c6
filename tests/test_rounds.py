"""What the brain looks after by itself: opening hours by a clock that may be wrong, and the moment it comes to be trusted."""

from dataclasses import dataclass

import pytest

from controller import clock as clocks
from controller.clock import BUILT_MS, Clock
from controller.domain.cycle import Phase
from controller.domain.events import Trouble, TroubleBegan, TroubleEnded
from controller.domain.facts import ClockSet
from controller.domain.hours import ALWAYS, hours
from controller.rounds import ClockWatch, doors

MUSEUM = hours(("tue-sun 09:00-17:30",))
TUESDAY_NOON_MIN = 1 * 1_440 + 12 * 60
MONDAY_NOON_MIN = 12 * 60
DAY_MS = 86_400_000


@dataclass
class Wall:
    """A wall clock that says what the test wants."""

    week: int = TUESDAY_NOON_MIN
    kept: bool = True
    wall: int = BUILT_MS + DAY_MS
    mono: int = 5_000

    def week_min(self) -> int:
        return self.week

    def trusted(self) -> bool:
        return self.kept

    def wall_ms(self) -> int:
        return self.wall

    def mono_ms(self) -> int:
        return self.mono


@pytest.mark.parametrize(
    ("week_min", "phase", "closed", "news"),
    [
        (TUESDAY_NOON_MIN, Phase.IDLE, False, None),
        (TUESDAY_NOON_MIN, Phase.IDLE, True, TroubleEnded(Trouble.CLOSED)),
        (MONDAY_NOON_MIN, Phase.IDLE, False, TroubleBegan(Trouble.CLOSED)),
        (MONDAY_NOON_MIN, Phase.IDLE, True, None),
        (MONDAY_NOON_MIN, Phase.CREDIT, False, None),
    ],
    ids=["open", "it opens", "it closes", "closed", "a visitor still has credit"],
)
def test_the_machine_keeps_the_museums_hours(week_min: int, phase: Phase, closed: bool, news: object) -> None:
    """It closes when nobody has money in it, and opens in the first minute."""
    assert doors(MUSEUM, Wall(week_min), phase, closed) == news


def test_a_clock_nobody_keeps_right_closes_nothing() -> None:
    """It may be noon when it says midnight: selling goes on, and a closed machine opens."""
    lost = Wall(MONDAY_NOON_MIN, kept=False)

    assert doors(MUSEUM, lost, Phase.IDLE, closed=False) is None
    assert doors(MUSEUM, lost, Phase.IDLE, closed=True) == TroubleEnded(Trouble.CLOSED)


def test_a_machine_without_hours_never_closes() -> None:
    """Nobody gave it any."""
    assert doors(ALWAYS, Wall(MONDAY_NOON_MIN), Phase.IDLE, closed=False) is None


def test_trust_in_the_clock_is_written_down_once_each_time_it_changes() -> None:
    """A Pi starts in 1970; a time server is found; somebody sets the clock by hand; it is found again."""
    wall = Wall(kept=False, wall=7_000)
    watch = ClockWatch(wall)
    assert watch.news() is None

    wall.kept, wall.wall, wall.mono = True, BUILT_MS + DAY_MS, 65_000
    found = ClockSet(BUILT_MS + DAY_MS - 65_000, True)
    assert watch.news() == found
    watch.written(found)
    assert watch.news() is None

    wall.kept = False
    assert watch.news() == ClockSet(BUILT_MS + DAY_MS - 65_000, False)


def test_trust_that_the_disk_refused_to_keep_is_news_again() -> None:
    """The one commit that says when time came to be trusted fails: it is offered until it is written."""
    wall = Wall(kept=False)
    watch = ClockWatch(wall)
    wall.kept = True
    assert watch.news() == watch.news() == ClockSet(BUILT_MS + DAY_MS - 5_000, True)


@pytest.mark.parametrize(
    ("kept", "rtc", "wall_s", "trusted"),
    [
        (True, False, BUILT_MS // 1_000 + 1, True),
        (False, False, BUILT_MS // 1_000 + 1, False),
        (False, True, BUILT_MS // 1_000 + 1, True),
        (True, True, 0, False),
        (True, True, BUILT_MS // 1_000 + 40 * 365 * 86_400, False),
    ],
    ids=["time server", "nobody", "a battery", "1970", "in forty years"],
)
def test_a_clock_is_trusted_when_it_is_kept_and_can_be_right(
    monkeypatch: pytest.MonkeyPatch, kept: bool, rtc: bool, wall_s: int, trusted: bool
) -> None:
    """A time server or a battery, and a year that this program can live in."""
    monkeypatch.setattr(clocks, "synchronized", lambda: kept)
    monkeypatch.setattr(clocks.time, "time_ns", lambda: wall_s * 1_000_000_000)

    assert Clock(trust_rtc=rtc).trusted() is trusted


def test_the_kernel_can_be_asked_whether_its_clock_is_kept() -> None:
    """Whatever it answers on this computer, asking changes nothing and raises nothing."""
    assert clocks.synchronized() in (True, False)


def test_minutes_of_the_week_are_local(monkeypatch: pytest.MonkeyPatch) -> None:
    """Monday, 23 November 2026, 03:00 in London is Sunday, 22:00 in Quito."""
    monkeypatch.setattr(clocks.time, "time_ns", lambda: 1_795_402_800_000_000_000)

    assert Clock(zone="America/Guayaquil").week_min() == 6 * 1_440 + 22 * 60
