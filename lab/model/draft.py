"""What a stretch of facts changes in the tables, gathered in memory, so that each row is written once."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from lab.model.memory import Memory
from lab.model.tables import Table
from lab.model.told import Moment, Told

Value = str | int | None
Key = tuple[Value, ...]
Columns = dict[str, Value]
Line = tuple[str, tuple[str, ...], dict[str, int]]
"""What a fact has added to a sum: its table's name, its key without the date, the amounts."""


class Piece(NamedTuple):
    """What an earlier vend was about, and the number of its row."""

    seq: int
    slot: str
    product: str
    maker: str


@dataclass(slots=True)
class Draft:
    """New or whole `rows`, `changes` of some columns of rows that stand already, and what is added to `sums`.

    `memory` is what is remembered of the machine by now. `past` are the vends that a later fact may speak of, by number;
    whoever makes a draft puts in those that the facts to come name.
    """

    memory: Memory
    past: dict[int, Piece] = field(default_factory=dict)
    rows: dict[Table, dict[Key, Columns]] = field(default_factory=lambda: defaultdict(dict))
    changes: dict[Table, dict[Key, Columns]] = field(default_factory=lambda: defaultdict(dict))
    sums: dict[Table, dict[Key, dict[str, int]]] = field(default_factory=lambda: defaultdict(dict))
    loose: dict[int, tuple[Moment, list[Line]]] = field(default_factory=dict)
    """What was added while its clock was not trusted, by the number of its fact."""
    slots: set[str] = field(default_factory=set)
    """Those that are not as their rows say: memory has them."""

    def put(self, table: Table, *key: Value, **columns: Value) -> None:
        """A whole row; it takes the place of one with this key, and of what was to change in that."""
        self.rows[table][key] = columns
        if table in self.changes:
            self.changes[table].pop(key, None)

    def change(self, table: Table, *key: Value, **columns: Value) -> None:
        """Some columns of a row. Where there is no such row nothing happens."""
        if (row := self.rows[table].get(key)) is not None:
            row.update(columns)
        else:
            self.changes[table].setdefault(key, {}).update(columns)

    def add(self, table: Table, told: Told, *names: str, **amounts: int) -> None:
        """Add to the sums of the fact's day; when its clock is not trusted, keep what was added, so that it can move."""
        when = told.when
        if when.loose:
            self.loose.setdefault(told.seq, (when, []))[1].append((table.name, names, amounts))
        self.count(table, dated(table, when.day, when.hour, names), amounts)

    def count(self, table: Table, key: Key, amounts: dict[str, int]) -> None:
        """Add these amounts to this sum."""
        sums = self.sums[table]
        known = sums.get(key)
        if known is None:
            sums[key] = amounts.copy()
            return
        for name, amount in amounts.items():
            known[name] = known[name] + amount if name in known else amount

    def cleared(self) -> "Draft":
        """An empty one that remembers the same."""
        return Draft(self.memory, self.past)


def dated(table: Table, day: int, hour: int, names: tuple[str, ...]) -> Key:
    """The key of a sum: its day, where it has hours the hour, and what else it is by."""
    return (day, hour, *names) if table.hourly else (day, *names)


def at(time: str, when: Moment) -> Columns:
    """The two columns of a time: `at("from", moment)` is `from_ms` and `from_loose`."""
    return {f"{time}_ms": when.at_ms, f"{time}_loose": when.loose}


def lines(sums: dict[Key, dict[str, int]], table: Table) -> Iterator[tuple[Value, ...]]:
    """The rows of a sum's table: key and amounts, 0 where nothing was added."""
    for key, amounts in sums.items():
        yield *key, *(amounts.get(name, 0) for name in table.values)
