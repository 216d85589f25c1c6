"""The machine's calendar: on which day and in which hour a moment lies where the machine stands."""

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

ZONE = "America/Guayaquil"
"""Until the machine has said where it stands."""
_QUARTER_MS, _QUARTERS_MAX = 900_000, 50_000
_FIRST, _LAST, _EPOCH = date.min.toordinal(), date.max.toordinal(), date(1970, 1, 1).toordinal()

Calendar = Callable[[int], tuple[int, int]]
"""From milliseconds since 1970, UTC, to the day counted from 1 January 1970, and the hour."""


def calendar(zone: ZoneInfo) -> Calendar:
    """Days and hours in this zone. Zones differ by quarters of an hour, so a quarter is looked up once."""

    known: dict[int, tuple[int, int]] = {}

    def quarter(at_ms: int) -> tuple[int, int]:
        number = at_ms // _QUARTER_MS
        found = known.get(number)
        if found is None:
            if len(known) >= _QUARTERS_MAX:
                known.clear()
            found = known[number] = _looked_up(number, zone)
        return found

    return quarter


def _looked_up(quarter: int, zone: ZoneInfo) -> tuple[int, int]:
    try:
        local = datetime.fromtimestamp(quarter * (_QUARTER_MS // 1_000), zone)
    except (ValueError, OverflowError, OSError):  # what no calendar reaches stands at its first or last day
        return (_LAST if quarter > 0 else _FIRST) - _EPOCH, 0
    return local.toordinal() - _EPOCH, local.hour


def zone_called(name: object) -> ZoneInfo:
    """The zone a machine names; where it names none that any clock keeps, the country's."""
    try:
        return ZoneInfo(str(name))
    except (KeyError, ValueError, OSError):
        return ZoneInfo(ZONE)
