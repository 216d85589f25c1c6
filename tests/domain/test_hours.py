"""Opening hours as people write them, and whether it is open now."""

import pytest

from controller.domain.hours import ALWAYS, DAY_MIN, hours

TUE, SUN = 1, 6


@pytest.mark.parametrize(
    ("day", "hour", "minute", "is_open"),
    [
        (TUE, 8, 59, False),
        (TUE, 9, 0, True),
        (TUE, 17, 29, True),
        (TUE, 17, 30, False),
        (0, 12, 0, False),
        (SUN, 15, 59, True),
        (SUN, 16, 0, False),
    ],
)
def test_a_museum_week(day: int, hour: int, minute: int, is_open: bool) -> None:
    """Open from Tuesday on; on Sundays it opens later and closes earlier; Mondays it rests."""
    week = hours(("tue-sat 09:00-17:30", "sun 10:00-16:00"))

    assert week.open_at(day * DAY_MIN + hour * 60 + minute) is is_open


def test_a_night_belongs_to_the_day_it_begins_on() -> None:
    """Sunday's museum night ends on Monday at two, over the end of the week."""
    night = hours(("sun 18:00-02:00",))

    assert night.open_at(SUN * DAY_MIN + 23 * 60)
    assert night.open_at(60)
    assert not night.open_at(2 * 60)
    assert not night.open_at(DAY_MIN + 60)


def test_days_may_run_over_the_end_of_the_week() -> None:
    """From Saturday to Monday is three days."""
    assert len(hours(("sat-mon 00:00-24:00",)).spans) == 3


def test_without_hours_it_is_always_open() -> None:
    """A machine nobody gave hours to sells at any time."""
    assert ALWAYS.open_at(0)
    assert hours(()) == ALWAYS


@pytest.mark.parametrize(
    "line", ["lun 09:00-17:00", "tue 9-17", "tue 25:00-26:00", "tue 09:61-10:00", "tue 09:00-09:00", ""]
)
def test_hours_nobody_can_read_are_shown_the_right_form(line: str) -> None:
    """The message shows the line as it was written."""
    with pytest.raises(ValueError, match=line or "''"):
        hours((line,))
