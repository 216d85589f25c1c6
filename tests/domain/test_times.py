"""Wall times: one offset for each start of the controller, and whether anybody vouches for it."""

import pytest

from controller.domain.facts import ClockSet, TroubleOver
from controller.domain.times import BootClock, Moment, heard

QUITO = 1_795_275_000_000
"""Half past ten on a Saturday in Quito, less this start's monotonic time."""
WOKEN = BootClock(0, False)
RIGHT = BootClock(QUITO, True)
YEARS_MS = 10 * 365 * 86_400_000


def test_wall_time_is_monotonic_time_and_an_offset() -> None:
    """Twenty minutes after the start it is twenty minutes later, and as certain as the clock."""
    assert RIGHT.at(1_200_000) == Moment(QUITO + 1_200_000, True)
    assert WOKEN.at(1_200_000) == Moment(1_200_000, False)


def test_a_stamp_that_could_be_trusted_is_right_by_itself() -> None:
    """What the clock said later or before is nothing to it; a stamp by a lost clock is shown by the start's own."""
    assert RIGHT.shows(5_000, QUITO + 86_400_000, True) == Moment(QUITO + 86_400_000, True)
    assert RIGHT.shows(5_000, QUITO - YEARS_MS, False) == Moment(QUITO + 5_000, True)
    assert WOKEN.shows(5_000, 7_000, False) == Moment(5_000, False)


@pytest.mark.parametrize(
    ("clocks", "counts"),
    [
        ([(QUITO, True)], RIGHT),
        ([(0, False)], WOKEN),
        ([(0, False), (500, False)], BootClock(500, False)),
        ([(0, False), (QUITO, True)], RIGHT),
        ([(QUITO, True), (0, False)], RIGHT),
        ([(QUITO, True), (QUITO + YEARS_MS, False), (QUITO - 3_600_000, False)], RIGHT),
        ([(QUITO + YEARS_MS, True), (QUITO - YEARS_MS, True), (QUITO, True)], RIGHT),
    ],
    ids=["right", "1970", "set by nobody", "set at last", "lost", "wild", "wild and trusted"],
)
def test_the_newest_trusted_offset_counts_else_the_newest(clocks: list[tuple[int, bool]], counts: BootClock) -> None:
    """However often the clock is set: what can be trusted gives way only to what can be trusted too."""
    clock = None
    for offset_ms, trusted in clocks:
        clock = heard(clock, BootClock(*clocks[0]), ClockSet(offset_ms, trusted))

    assert clock == counts


def test_the_first_stamp_sets_the_clock_and_so_does_the_first_trusted_one() -> None:
    """Other facts say nothing of the clock, but their stamp does, until one can be trusted."""
    clock = heard(None, WOKEN, TroubleOver("disk", "disk"))
    assert clock == WOKEN
    assert heard(clock, BootClock(900, False), TroubleOver("disk", "disk")) == WOKEN
    clock = heard(clock, RIGHT, TroubleOver("disk", "disk"))
    assert clock == RIGHT
    assert heard(clock, BootClock(QUITO + 7, True), TroubleOver("disk", "disk")) == RIGHT
