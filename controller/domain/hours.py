"""Opening hours: when the machine takes money, as the museum keeps them.

Written as people write them, `tue-sat 09:00-17:30`; read into minutes of the week, Monday 00:00 being 0, so that one
comparison says whether it is open. Hours past midnight belong to the day they begin on.
"""

import re
from dataclasses import dataclass

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MIN = 24 * 60
WEEK_MIN = 7 * DAY_MIN
_FORM = re.compile(r"([a-z]{3})(?:-([a-z]{3}))? +(\d\d):(\d\d)-(\d\d):(\d\d)")


@dataclass(frozen=True, slots=True)
class Hours:
    """Spans of minutes of the week, `begin` <= open < `end`; an end may lie past the week's. No spans: always open."""

    spans: tuple[tuple[int, int], ...] = ()

    def open_at(self, week_min: int) -> bool:
        """Whether it is open in this minute of the week."""
        return not self.spans or any(
            begin <= week_min + turn < end for begin, end in self.spans for turn in (0, WEEK_MIN)
        )


ALWAYS = Hours()


def hours(lines: tuple[str, ...]) -> Hours:
    """Hours from lines such as `tue-sat 09:00-17:30`. Raises ValueError that shows the line and the right form."""
    return Hours(tuple(span for line in lines for span in _spans(line)))


def _spans(line: str) -> list[tuple[int, int]]:
    match = _FORM.fullmatch(line.strip().lower())
    if match is None or {match[1], match[2] or match[1]} - set(DAYS):
        raise ValueError(f"{line!r} are no opening hours: write them like `tue-sat 09:00-17:30`")
    begin_min, end_min = (_minutes(line, *match.group(first, first + 1)) for first in (3, 5))
    if begin_min == end_min:
        raise ValueError(f"{line!r} ends when it begins: for a whole day write 00:00-24:00")
    end_min += DAY_MIN if end_min < begin_min else 0
    first, last = DAYS.index(match[1]), DAYS.index(match[2] or match[1])
    days = range(first, last + 1 if last >= first else last + 8)
    return [(day % 7 * DAY_MIN + begin_min, day % 7 * DAY_MIN + end_min) for day in days]


def _minutes(line: str, hour: str, minute: str) -> int:
    minutes = int(hour) * 60 + int(minute)
    if int(minute) > 59 or minutes > DAY_MIN:
        raise ValueError(f"{line!r}: there is no {hour}:{minute}")
    return minutes
