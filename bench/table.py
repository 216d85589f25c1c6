"""The table: one row a measurement, each figure beside a limit that was measured in the same run.

A subject and its floor take turns inside every round, so that a noisy machine is noisy for both; what counts is the
median of the rounds' own ratios. The first round warms up and is thrown away. A row is made only after the results of
its run were checked: what was checked stands in the row.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

HEAD = ("goal", "metric", "subject", "floor", "ratio", "spread", "limit", "ok")
NUMERIC = (2, 4)


class CheckFailed(Exception):
    """A run did not do what it was measured for; its speed means nothing and is not printed."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `ok` is None where no goal was set, or where this machine could not measure."""

    goal: str
    metric: str
    subject: str
    floor: str = ""
    ratio: float | None = None
    spread: str = ""
    limit: str = ""
    ok: bool | None = None
    checked: str = ""

    def cells(self) -> tuple[str, ...]:
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}×"
        verdict = {True: "yes", False: "NO", None: ""}[self.ok]
        return (self.goal, self.metric, self.subject, self.floor, ratio, self.spread, self.limit, verdict)


class Rounds:
    """What subject and floor took, round by round, all in one unit."""

    def __init__(self) -> None:
        self._rounds: list[tuple[list[float], list[float]]] = []

    def add(self, subject: Iterable[float], floor: Iterable[float]) -> None:
        self._rounds.append((list(subject), list(floor)))

    @property
    def kept(self) -> list[tuple[list[float], list[float]]]:
        """All rounds but the first; with one round only, that one."""
        return self._rounds[1:] or self._rounds

    @property
    def subject(self) -> list[float]:
        return [value for subject, _ in self.kept for value in subject]

    @property
    def floor(self) -> list[float]:
        return [value for _, floor in self.kept for value in floor]

    @property
    def ratios(self) -> list[float]:
        """Each round's ratio of medians."""
        return [median(subject) / median(floor) for subject, floor in self.kept]

    @property
    def ratio(self) -> float:
        return median(self.ratios)

    @property
    def spread(self) -> str:
        return f"{min(self.ratios):.2f} to {max(self.ratios):.2f}"


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that `percent` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def rate(per_second: float) -> str:
    return f"{per_second:,.0f}/s"


def duration(seconds: float) -> str:
    """A time as one reads it: microseconds, milliseconds or seconds."""
    if seconds < 1e-3:
        return f"{seconds * 1e6:.0f} µs"
    return f"{seconds * 1e3:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"


def at_most(goal: str, metric: str, rounds: Rounds, floor: str, limit: float | None, checked: str) -> Row:
    """A row for a time that should be small: both medians, and their ratio against `limit` if there is one."""
    return Row(
        goal,
        metric,
        duration(median(rounds.subject)),
        f"{floor} {duration(median(rounds.floor))}",
        rounds.ratio,
        rounds.spread,
        "" if limit is None else f"≤ {limit:g}×",
        None if limit is None else rounds.ratio <= limit,
        checked,
    )


def printed(rows: Sequence[Row]) -> str:
    """The whole table as text, with what was checked below it."""
    lines = [HEAD, *(row.cells() for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(HEAD))]
    text = [_line(line, widths) for line in lines]
    text.insert(1, "  ".join("─" * width for width in widths))
    checks = list(dict.fromkeys(row.checked for row in rows if row.checked))
    return "\n".join([*text, "", "Checked before any figure was printed:", *(f"  {check}" for check in checks)])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.rjust(w) if n in NUMERIC else cell.ljust(w) for n, (cell, w) in enumerate(zip(cells, widths)))  # noqa: B905
    return "  ".join(padded).rstrip()
