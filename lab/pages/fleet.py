"""All machines as the lab knows them at one moment: their lines, what they last said of themselves, their newest sales.

A handful of queries for any number of machines. What a machine says comes out of its notes, which the hub has checked when
they came; a note that lacks something leaves a blank here, never an error.
"""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from lab.model.calendar import ZONE, calendar, zone_called
from lab.store.base import Reading

RECENT_DAYS = 14
FLOAT = ("hopper:", "tube:", "safe", "bank", "wallet:")
"""Places whose money does not wait for somebody to fetch it: change for visitors, and what is out of the machine."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of `machines`, and how far the read model has come."""

    name: str
    epoch: int
    seq: int
    head: bytes
    facts: int
    strays: int
    scars: int
    waiting: int
    first_heard_ms: int
    last_heard_ms: int


@dataclass(frozen=True, slots=True)
class Seen:
    """One machine. `state`, `meta` and `status` are its notes as they came, `{}` until the first."""

    line: Line
    status: dict[str, Any]
    meta: dict[str, Any]
    state: dict[str, Any]
    state_heard_ms: int
    modelled_seq: int
    missing_to: int
    """The last number that is missing after the line's end, before facts that wait aside; 0 when none is."""
    refused: int
    """Refused messages at which nobody has looked."""
    today: int
    """Where it stands, counted from 1 January 1970."""
    days: dict[int, tuple[int, int]] = field(default_factory=dict)
    """The newest days with sales: pieces and cents, without what was taken back."""

    @property
    def name(self) -> str:
        return self.line.name

    @property
    def place(self) -> str:
        return str((self.meta.get("place") or {}).get("name") or "")

    @property
    def zone(self) -> str:
        return zone_called(self.meta.get("zone", ZONE)).key

    @property
    def recent(self) -> list[int]:
        """Pieces of each of the last `RECENT_DAYS`, today last."""
        return [self.days.get(day, (0, 0))[0] for day in range(self.today - RECENT_DAYS + 1, self.today + 1)]

    @property
    def sold_today(self) -> tuple[int, int]:
        """Pieces and cents."""
        return self.days.get(self.today, (0, 0))

    @property
    def sold_out(self) -> list[str]:
        """Slots that hold nothing to sell, of those that are for a product."""
        return [slot["slot"] for slot in self.slots if not slot.get("quantity")]

    @property
    def slots(self) -> list[dict[str, Any]]:
        return [slot for slot in self.state.get("slots") or () if slot.get("product")]

    @property
    def cash_cents(self) -> int:
        """What lies in the machine and waits to be counted and fetched."""
        places = self.state.get("cash_cents") or {}
        return sum(cents for place, cents in places.items() if not place.startswith(FLOAT))

    @property
    def on_machine(self) -> int:
        """So many facts were still only on the machine when it last said how it is."""
        return max(0, int(self.state.get("seq") or 0) - self.line.seq)


def fleet(reading: Reading, now_ms: int, machine: str = "") -> list[Seen]:
    """Every machine, or the one of this name, by name. Raises StoreError."""
    where, params = ("WHERE machine = ?", (machine,)) if machine else ("", ())
    columns = "machine, epoch, seq, head, facts, strays, scars, waiting, first_heard_ms, last_heard_ms"
    lines = [Line(*row) for row in reading.rows(f"SELECT {columns} FROM machines {where} ORDER BY machine", *params)]
    notes, told_ms = _notes(reading, where, params)
    modelled: dict[str, int] = dict(reading.rows(f"SELECT machine, seq FROM modelled {where}", *params))
    missing = _of_those(reading, [line.name for line in lines if line.waiting], "min(first) - 1", "waiting")
    refused = _of_those(reading, [line.name for line in lines if line.strays], "count(*)", "strays", "AND seen = 0")
    todays = {line.name: _today(notes[line.name, "meta"], now_ms) for line in lines}
    days = _days(reading, min(todays.values(), default=0) - RECENT_DAYS, machine)
    return [
        Seen(
            *(line, notes[line.name, "status"], notes[line.name, "meta"], notes[line.name, "state"]),
            *(told_ms.get(line.name, 0), modelled.get(line.name, 0)),
            *(_beyond(line, missing.get(line.name, 0)), refused.get(line.name, 0)),
            *(todays[line.name], days[line.name]),
        )
        for line in lines
    ]


def _notes(
    reading: Reading, where: str, params: tuple[str, ...]
) -> tuple[dict[tuple[str, str], dict[str, Any]], dict[str, int]]:
    """Every note as JSON by machine and kind, and when each machine last told its state."""
    notes: dict[tuple[str, str], dict[str, Any]] = defaultdict(dict)
    told_ms = {}
    for name, what, body, heard_ms in reading.rows(f"SELECT machine, what, body, heard_ms FROM notes {where}", *params):
        notes[name, what] = json.loads(body)
        if what == "state":
            told_ms[name] = heard_ms
    return notes, told_ms


def _of_those(reading: Reading, names: list[str], what: str, table: str, more: str = "") -> dict[str, int]:
    """A number for each of the few machines that have something in this table."""
    if not names:
        return {}
    marks = ", ".join("?" * len(names))
    return dict(
        reading.rows(f"SELECT machine, {what} FROM {table} WHERE machine IN ({marks}) {more} GROUP BY machine", *names)
    )


def _days(reading: Reading, since: int, machine: str) -> dict[str, dict[int, tuple[int, int]]]:
    """The newest days of each machine: looked up machine by machine, so that older years cost nothing."""
    found: dict[str, dict[int, tuple[int, int]]] = defaultdict(dict)
    query = (
        "SELECT d.machine, d.day, d.sold - d.taken_back, d.sold_cents - d.taken_back_cents"
        " FROM machines m JOIN machine_days d ON d.machine = m.machine AND d.day >= ?"
    )
    rows = reading.rows(f"{query} WHERE m.machine = ?", since, machine) if machine else reading.rows(query, since)
    for name, day, pieces, cents in rows:
        found[name][day] = (pieces, cents)
    return found


def _beyond(line: Line, last: int) -> int:
    """What waits may be of a newer epoch and follow from before the line's end: then nobody knows how much is missing."""
    return last if last > line.seq else 0


def _today(meta: dict[str, Any], now_ms: int) -> int:
    day, _ = calendar(zone_called(meta.get("zone", ZONE)))(now_ms)
    return day
