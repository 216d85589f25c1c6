"""The data set of turns and decisions: whole months, and no group of people smaller than `SMALL`.

How a vote was split is not here: where nine people vote, it would tell who voted what.
"""

from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator
from typing import NamedTuple

from lab.model.calendar import Calendar
from lab.opendata.form import MACHINE, MONTH, Cells, DataSet, Said, Source, whole
from lab.opendata.veil import SMALL
from lab.opendata.wanted import month
from lab.store.base import Reading

DECIDED = ("passed", "rejected", "no-quorum")
"""Ends of a vote that is a decision, also one not to do something."""


class Stay(NamedTuple):
    """A member, and the months of her stay; `until` is empty for who is still there."""

    member: str
    since: str
    until: str

    def at(self, month: str) -> bool:
        return self.since <= month and (not self.until or month <= self.until)


def _governance(source: Source) -> Generator[Cells]:
    for machine in source.machines():
        local = source.local(machine)
        stays, turns, votes = (
            _stays(source.reading, machine, local),
            _turns(source, machine, local),
            _votes(source, machine, local),
        )
        end = _last_month(source.reading, machine, local, (*turns, *votes))
        for now in _months(min((stay.since for stay in stays), default=end), end):
            if end and source.wanted.starts(now):
                here = {stay.member for stay in stays if stay.at(now)}
                yield machine, now, *_month_of(here, turns.get(now, []), votes.get(now, []))


def _month_of(here: set[str], turns: list[tuple[str, int]], votes: list[tuple[int, int]]) -> Cells:
    """A month's numbers; of a group that is too small only how much was done, not how many did it."""
    took = {member for member, passed in turns if not passed and member in here}
    passed = sum(passed for _, passed in turns)
    done = (len(turns) - passed, passed, len(votes))
    if len(here) < SMALL:
        return None, None, *done, None, None
    return len(here), len(took), *done, sum(voted for voted, _ in votes), sum(voters for _, voters in votes)


def _stays(reading: Reading, machine: str, local: Calendar) -> list[Stay]:
    rows = reading.rows("SELECT member, from_ms, to_ms FROM members WHERE machine = ?", machine)
    return [Stay(name, _in(local, since), "" if until is None else _in(local, until)) for name, since, until in rows]


def _turns(source: Source, machine: str, local: Calendar) -> dict[str, list[tuple[str, int]]]:
    found = defaultdict(list)
    for at_ms, member, passed in source.reading.rows(
        "SELECT at_ms, member, passed FROM turns WHERE machine = ?", machine
    ):
        found[_in(local, at_ms)].append((member, passed))
    return found


def _votes(source: Source, machine: str, local: Calendar) -> dict[str, list[tuple[int, int]]]:
    marks = ", ".join("?" * len(DECIDED))
    query = (
        f"SELECT to_ms, voted, voters FROM proposals WHERE machine = ? AND outcome IN ({marks}) AND to_ms IS NOT NULL"
    )
    found = defaultdict(list)
    for at_ms, voted, voters in source.reading.rows(query, machine, *DECIDED):
        found[_in(local, at_ms)].append((voted, voters))
    return found


def _last_month(reading: Reading, machine: str, local: Calendar, others: Iterable[str]) -> str:
    ((last_ms,),) = reading.rows("SELECT max(last_ms) FROM starts WHERE machine = ?", machine)
    return max((*others, "" if last_ms is None else _in(local, last_ms)), default="")


def _months(first: str, last: str) -> Iterator[str]:
    year, at = int(first[:4] or 0), int(first[5:] or 1)
    while last and (now := f"{year:04}-{at:02}") <= last:
        yield now
        year, at = (year + 1, 1) if at == 12 else (year, at + 1)


def _in(local: Calendar, at_ms: int) -> str:
    return month(local(at_ms)[0])


GOVERNANCE = DataSet(
    "participacion",
    Said("Turnos y decisiones", "Turns and decisions"),
    Said("Un mes de quienes son dueñas de una máquina.", "A month of those who own a machine."),
    Said(
        "No dice quién hizo qué, ni cómo se repartieron los votos, ni el trabajo que nadie anotó.",
        "It does not say who did what, how votes were split, nor the work that nobody wrote down.",
    ),
    ("members", "turns", "proposals"),
    (
        MACHINE,
        MONTH,
        whole(
            "socias",
            "Socias en ese mes; vacío si son menos de cinco.",
            "Members in that month; empty when fewer than five.",
        ),
        whole("con_turno", "Cuántas de ellas hicieron algún turno.", "How many of them took a turn."),
        whole("turnos", "Turnos hechos.", "Turns taken."),
        whole("turnos_cedidos", "Turnos que se cedieron a otra.", "Turns passed on to somebody else."),
        whole("decisiones", "Votaciones que terminaron, también en no.", "Votes that ended, also in a no."),
        whole("votos", "Votos en ellas, sumados.", "Votes cast in them, added up."),
        whole("con_derecho", "Cuántas podían votar, sumadas.", "How many could have voted, added up."),
    ),
    _governance,
)
